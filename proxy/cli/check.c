#include "filters/contract/contract.h"
#include "filters/contract/json_tree.h"
#include "proxy/beside.h"
#include "proxy/cli/cli.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DOCUMENT_BYTES = 256 << 20 };

const struct flag flags_check[] = {
    CONFIGURATION_FLAGS,
    {"output", 'o', "FORM", "text or json"},
    {NULL, 0, NULL, NULL},
};

static void print_json(const struct diag *d)
{
	struct buf out = {0};
	diag_print_json(d, &out);
	printf("%.*s\n", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

static void tell(const struct diag *d, bool json)
{
	if (json)
		print_json(d);
	else
		cli_complain(d);
}

/* What was read, in a line for each version. */
static void print_summary(const struct snapshot *s)
{
	for (unsigned i = 0; i < s->api.version_count; i++) {
		const struct version *v = &s->api.versions[i];
		printf("%.*s: %.*s, %.*s\n", STR_ARG(v->name), STR_ARG(v->semver), v->contract.len ? (int)v->contract.len : 11,
		       v->contract.len ? v->contract.at : "no contract");
	}
	printf("%.*s: good\n", STR_ARG(s->file));
}

static bool told_already(const struct diag *d, const struct complaint *c)
{
	for (const struct complaint *known = d->first; known; known = known->next)
		if (known->place.line == c->place.line && known->place.column == c->place.column && str_eq(known->text, c->text) &&
		    str_eq(str_from(known->place.file), str_from(c->place.file)))
			return true;
	return false;
}

/* Everything in a document is judged here, also what no operation uses, and its own examples. What loading has said
 * already is not said again. */
static bool check_document(const char *path, struct diag *d)
{
	struct contract_options options = {.assert_formats = true};
	struct diag more;
	diag_init(&more);
	bool good = contract_check(path, &options, &more);
	for (const struct complaint *c = more.first; c; c = c->next) {
		if (told_already(d, c))
			continue;
		struct place place = c->place;
		place.file = place.file ? arena_dup(&d->arena, str_from(place.file)).at : NULL; /* the document is freed */
		if (c->severity == DIAG_ERROR)
			diag_error(d, place, "%.*s", STR_ARG(c->text));
		else
			diag_warn(d, place, "%.*s", STR_ARG(c->text));
		if (c->hint.len)
			diag_hint(d, "%.*s", STR_ARG(c->hint));
	}
	diag_free(&more);
	return good;
}

/* `vane check openapi.yaml`: a contract by itself. */
static bool is_document(const char *path)
{
	struct arena arena;
	struct diag quiet;
	arena_init(&arena, 65536);
	diag_init(&quiet);
	const struct node *n = path ? document_read(&arena, path, DOCUMENT_BYTES, &quiet) : NULL;
	bool is = n && (tree_get(n, STR("openapi")) || tree_get(n, STR("swagger")));
	diag_free(&quiet);
	arena_free(&arena);
	return is;
}

/* A file that cannot be looked at is no finding: nothing can be told of it. */
static bool is_readable(const char *path)
{
	struct stat is;
	return access(path, R_OK) == 0 && stat(path, &is) == 0 && !S_ISDIR(is.st_mode);
}

static int check_configuration(const struct snapshot_source *source, struct diag *d, bool json)
{
	bool readable = !source->path || is_readable(source->path), good = true;
	struct snapshot *s = snapshot_load(source, d);
	if (!s) {
		tell(d, json);
		return readable ? EXIT_FINDINGS : EXIT_CANNOT_TELL;
	}
	struct arena paths;
	arena_init(&paths, 1024);
	for (unsigned i = 0; i < s->api.version_count; i++)
		if (s->api.versions[i].contract.len)
			good &= check_document(beside(&paths, s->file, s->api.versions[i].contract).at, d);
	arena_free(&paths);
	tell(d, json); /* before the snapshot goes: it owns the names of the files */
	if (good && !json)
		print_summary(s);
	snapshot_drop(s);
	return good ? EXIT_CLEAN : EXIT_FINDINGS;
}

/* Reads a configuration, or a contract by itself, and tells all that is wrong. */
int cli_check(struct words *w)
{
	struct snapshot_source source;
	struct buf text = {0};
	struct diag d;
	bool json;
	int code = EXIT_CANNOT_TELL;
	diag_init(&d);
	if (cli_output(flags_check, w, &json) && cli_source(flags_check, w, 0, &source, &text)) {
		if (is_document(source.path)) {
			code = check_document(source.path, &d) ? EXIT_CLEAN : EXIT_FINDINGS;
			tell(&d, json);
			if (code == EXIT_CLEAN && !json)
				printf("%s: good\n", source.path);
		} else {
			code = check_configuration(&source, &d, json);
		}
	}
	diag_free(&d);
	buf_free(&text);
	return code;
}
