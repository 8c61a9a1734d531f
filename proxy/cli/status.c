#include "conf/diag.h"
#include "filters/contract/json_tree.h"
#include "proxy/cli/tell.h"

#include <stdio.h>
#include <stdlib.h>

const struct flag flags_status[] = {
    TELL_FLAGS,
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

/* ---- reading ---- */

static struct str text(const struct node *n, const char *name)
{
	const struct node *value = n && n->kind == NODE_MAPPING ? tree_get(n, str_from(name)) : NULL;
	return value && value->kind != NODE_MAPPING && value->kind != NODE_SEQUENCE ? tree_text(value) : (struct str){NULL, 0};
}

static bool is_true(const struct node *n, const char *name)
{
	return str_eq(text(n, name), STR("true"));
}

/* A share as a percentage: 0.9723 is "97.2%". */
static void print_share(struct str share)
{
	char digits[32];
	snprintf(digits, sizeof digits, "%.*s", STR_ARG(share));
	printf("%.1f%%", strtod(digits, NULL) * 100);
}

/* The items of a list; *count is 0 where it is none. */
static const struct node *items(const struct node *n, const char *name, uint32_t *count)
{
	const struct node *list = n ? tree_get(n, str_from(name)) : NULL;
	*count = list && list->kind == NODE_SEQUENCE ? list->count : 0;
	return *count ? list->items : NULL;
}

/* ---- showing ---- */

static void print_head(const struct node *s)
{
	const struct node *config = tree_get(s, STR("config"));
	printf("%.*s: %s%.*s, since %.*s, vane %.*s, workers: %.*s\n", STR_ARG(text(s, "api")),
	       is_true(s, "ready") ? "ready" : "not ready: ", STR_ARG(text(s, "reason")), STR_ARG(text(s, "started")),
	       STR_ARG(text(s, "vane")), STR_ARG(text(s, "workers")));
	printf("configuration %.*s, loaded %.*s\n", STR_ARG(text(config, "file")), STR_ARG(text(config, "loaded")));
	if (is_true(config, "last_reload_failed"))
		printf("  the last reload failed:\n%.*s\n", STR_ARG(text(config, "error")));
}

static void print_rollout(const struct node *v)
{
	if (text(v, "canary_weight").len) {
		printf("  canary ");
		print_share(text(v, "canary_weight"));
		printf(" (%.*s%s%.*s)", STR_ARG(text(v, "canary_state")), text(v, "canary_why").len ? ": " : "",
		       STR_ARG(text(v, "canary_why")));
	}
	if (text(v, "revision").len)
		printf("  revision %.*s", STR_ARG(text(v, "revision")));
}

static void print_versions(const struct node *s)
{
	uint32_t count;
	const struct node *v = items(s, "versions", &count);
	printf("\n%-12s %-10s %-11s %10s\n", "version", "semver", "state", "requests");
	for (uint32_t i = 0; i < count; i++) {
		printf("%-12.*s %-10.*s %-11.*s %10.*s", STR_ARG(text(&v[i], "name")), STR_ARG(text(&v[i], "semver")),
		       STR_ARG(text(&v[i], "state")), STR_ARG(text(&v[i], "requests")));
		print_rollout(&v[i]);
		printf("\n");
	}
}

static void print_backends(const struct node *s)
{
	uint32_t count;
	const struct node *b = items(s, "backends", &count);
	printf("\n%-12s %-10s %-24s %-5s %7s %7s\n", "backend of", "role", "address", "", "active", "idle");
	for (uint32_t i = 0; i < count; i++)
		printf("%-12.*s %-10.*s %-24.*s %-5s %7.*s %7.*s\n", STR_ARG(text(&b[i], "version")),
		       STR_ARG(text(&b[i], "role")), STR_ARG(text(&b[i], "address")), is_true(&b[i], "up") ? "up" : "down",
		       STR_ARG(text(&b[i], "active")), STR_ARG(text(&b[i], "idle")));
}

static void print_reasons(const struct node *shadow)
{
	uint32_t count;
	const struct node *r = items(shadow, "reasons", &count);
	for (uint32_t i = 0; i < count; i++)
		printf("  %8.*s  %.*s %.*s\n", STR_ARG(text(&r[i], "count")), STR_ARG(text(&r[i], "direction")),
		       STR_ARG(text(&r[i], "reason")));
	const struct node *c = items(shadow, "consumers", &count);
	for (uint32_t i = 0; i < count; i++)
		printf("  %8.*s  by %.*s\n", STR_ARG(text(&c[i], "count")), STR_ARG(text(&c[i], "consumer")));
}

static void print_shadows(const struct node *s)
{
	uint32_t count;
	const struct node *shadow = items(s, "shadow", &count);
	for (uint32_t i = 0; i < count; i++) {
		struct str share = text(tree_get(&shadow[i], STR("request")), "share");
		printf("\nshadow contract %.*s: ", STR_ARG(text(&shadow[i], "contract")));
		if (share.len)
			print_share(share);
		printf("%s of %.*s's requests satisfy it\n", share.len ? "" : "nothing is known yet", STR_ARG(text(&shadow[i], "version")));
		print_reasons(&shadow[i]);
	}
}

static void print_mirrors(const struct node *s)
{
	uint32_t count;
	const struct node *m = items(s, "mirror", &count);
	if (count)
		printf("\ncopies\n");
	for (uint32_t i = 0; i < count; i++)
		printf("  %8.*s  %.*s to %.*s: %.*s, contract %.*s\n", STR_ARG(text(&m[i], "count")),
		       STR_ARG(text(&m[i], "version")), STR_ARG(text(&m[i], "to")), STR_ARG(text(&m[i], "result")),
		       STR_ARG(text(&m[i], "contract")));
	m = items(s, "mirror_differences", &count);
	for (uint32_t i = 0; i < count && i < 10; i++)
		printf("  %8.*s  %.*s\n", STR_ARG(text(&m[i], "count")), STR_ARG(text(&m[i], "difference")));
}

static int print_text(struct str body)
{
	struct arena arena;
	struct diag d;
	int code = EXIT_CANNOT_TELL;
	arena_init(&arena, 65536);
	diag_init(&d);
	const struct node *s = json_tree_read(&arena, body, "/api/status", &d);
	if (s && s->kind == NODE_MAPPING) {
		print_head(s);
		print_versions(s);
		print_backends(s);
		print_shadows(s);
		print_mirrors(s);
		code = is_true(s, "ready") ? EXIT_CLEAN : EXIT_FINDINGS;
	}
	cli_complain(&d);
	diag_free(&d);
	arena_free(&arena);
	return code;
}

/* Asks a running vane how it is. */
int cli_status(struct words *w)
{
	struct buf body = {0};
	bool json;
	if (!cli_output(flags_status, w, &json))
		return EXIT_CANNOT_TELL;
	int code = tell_get(flags_status, w, STR("/api/status"), &body);
	if (code == EXIT_CLEAN && json)
		printf("%.*s", STR_ARG(buf_str(&body)));
	else if (code == EXIT_CLEAN)
		code = print_text(buf_str(&body));
	buf_free(&body);
	return code;
}
