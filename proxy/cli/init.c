#include "proxy/cli/cli.h"

#include "filters/builtin.h"
#include "filters/contract/json_tree.h"
#include "proxy/base/clock.h"
#include "proxy/cli/outline.h"

#include <stdio.h>
#include <stdlib.h>

enum { DOCUMENT_BYTES = 256 << 20, FIRST_PORT = 9001 };

const struct flag flags_init[] = {{NULL, 0, NULL, NULL}};

struct plan {
	struct arena arena;
	struct outline *at; /* older versions first */
	unsigned count;
	bool shared_server; /* two documents name the same server on this machine: it is what stands in front of both */
	char today[CLOCK_TEXT];
};

/* ---- reading ---- */

static bool read_document(struct plan *p, struct outline *o, const char *operand)
{
	struct str rest = str_from(operand), name = str_cut(&rest, '=');
	bool named = rest.at && str_find(name, '/') == name.len;
	struct diag d;
	diag_init(&d);
	o->file = named ? rest.at : operand;
	const struct node *root = document_read(&p->arena, o->file, DOCUMENT_BYTES, &d);
	if (!root)
		cli_complain(&d);
	diag_free(&d);
	if (!root)
		return false;
	if (!tree_get(root, STR("openapi"))) {
		fprintf(stderr, "vane: %s is no OpenAPI 3 document: it has no `openapi`\n", o->file);
		return false;
	}
	outline_read(o, root, &p->arena);
	if (named)
		outline_call(o, name);
	if (o->name.len)
		return true;
	fprintf(stderr, "vane: neither info.version (\"%.*s\") nor a server's path of %s says which version this is: give it a name, "
		"v1=%s\n", STR_ARG(o->number), o->file, o->file);
	return false;
}

static int by_age(const void *a, const void *b)
{
	return outline_order(a, b);
}

/* Two documents of one version are a question for whoever wrote them. */
static bool tell_apart(struct plan *p)
{
	for (unsigned i = 0; i < p->count; i++)
		for (unsigned j = i + 1; j < p->count; j++)
			if (str_eq(p->at[i].name, p->at[j].name)) {
				fprintf(stderr, "vane: %s and %s both describe version %.*s: give them names, %.*s=%s\n", p->at[i].file,
					p->at[j].file, STR_ARG(p->at[i].name), STR_ARG(p->at[j].name), p->at[j].file);
				return false;
			}
	return true;
}

static bool read_all(struct plan *p, const struct words *w)
{
	for (; p->count < w->operand_count; p->count++)
		if (!read_document(p, &p->at[p->count], w->operands[p->count]))
			return false;
	if (!tell_apart(p))
		return false;
	qsort(p->at, p->count, sizeof *p->at, by_age);
	for (unsigned i = 0; i < p->count; i++) {
		for (unsigned j = 0; j < i; j++)
			p->shared_server |= p->at[i].backend.len && str_eq(p->at[i].backend, p->at[j].backend);
	}
	return true;
}

/* ---- writing ---- */

/* A YAML scalar in double quotes: JSON's escapes are YAML's. */
static void add_quoted(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	buf_add_json(out, s);
	buf_addc(out, '"');
}

/* Text of a document in a comment: on one line, whatever it holds. */
static void add_remark(struct buf *out, struct str s)
{
	add_quoted(out, str_head(s, s.len < 100 ? s.len : 100));
}

/* "Orders API" is orders-api. */
static void add_name(struct buf *out, struct str title)
{
	size_t from = out->len;
	for (size_t i = 0; i < title.len && out->len - from < 40; i++) {
		char c = ascii_lower(title.at[i]);
		if (ascii_alpha(c) || ascii_digit(c))
			buf_addc(out, c);
		else if (out->len > from && out->at[out->len - 1] != '-')
			buf_addc(out, '-');
	}
	while (out->len > from && out->at[out->len - 1] == '-')
		out->len--;
	if (out->len == from || !ascii_alpha(out->at[from])) {
		out->len = from;
		buf_add(out, STR("api"));
	}
}

static void add_head(const struct plan *p, struct buf *out)
{
	buf_add(out, STR("# Written by vane init from:"));
	for (unsigned i = 0; i < p->count; i++) {
		buf_addc(out, ' ');
		add_remark(out, str_from(p->at[i].file));
	}
	buf_add(out, STR("\n# Next: look at each backend, `vane check` this file, `vane run` it. vane.yaml(5) knows every key.\n"));
	buf_addf(out, "format: %d\napi: ", SETTINGS_FORMAT);
	add_name(out, p->at[p->count - 1].title);
	bool taken = false;
	for (unsigned i = 0; i < p->count; i++)
		taken |= !p->shared_server && str_ends(p->at[i].backend, STR(":8080"));
	buf_addf(out, " # the name in logs and metrics\nlisten: \":%s\" # where clients connect\n\n", taken ? "8000" : "8080");
}

/* The place in the path that this version's servers have; the first of several versions writes it. */
static bool add_path(const struct plan *p, unsigned index, struct buf *out)
{
	bool dated = false;
	for (unsigned i = 0; i < p->count; i++) {
		if (!p->at[i].in_path || !str_eq(p->at[i].prefix, p->at[index].prefix))
			continue;
		if (i < index)
			return false;
		dated |= p->at[i].dated;
	}
	buf_addf(out, "    - path: %.*s/%s # from `servers`\n", STR_ARG(p->at[index].prefix), dated ? "<version>" : "v<major>");
	return true;
}

static void add_select(const struct plan *p, struct buf *out)
{
	bool in_path = false;
	buf_add(out, STR("# Where a request says which version it wants. All places that do must agree.\nselect:\n  from:\n"));
	for (unsigned i = 0; i < p->count; i++)
		if (p->at[i].in_path)
			in_path |= add_path(p, i, out);
	buf_addf(out, "%s    - header: API-Version\n    - accept: {parameter: version} # Accept: application/json; version=1\n",
		 in_path ? "" : "    # No server of the documents has a version in its path. If yours do: - path: /v<major>\n");
	if (p->count > 1)
		buf_add(out, STR("  # A request that names no version is refused. To serve it: missing, and the name of a version.\n"));
	buf_addc(out, '\n');
}

static void add_backend(const struct plan *p, unsigned i, struct buf *out)
{
	const struct outline *o = &p->at[i];
	if (o->backend.len && !p->shared_server)
		buf_addf(out, "    backend: %.*s # from `servers`\n", STR_ARG(o->backend));
	else
		buf_addf(out, "    backend: 127.0.0.1:%u # a guess: set it to where this version is served\n", FIRST_PORT + i);
	if (str_search(o->server, STR("://")) < o->server.len && (!o->backend.len || p->shared_server)) {
		buf_add(out, STR("    # its first server, probably where clients go: "));
		add_remark(out, o->server);
		buf_addc(out, '\n');
	}
}

static void add_semver(const struct outline *o, struct buf *out)
{
	char whole[64];
	snprintf(whole, sizeof whole, "%u.%u.%u", (unsigned)o->part[0], (unsigned)o->part[1], (unsigned)o->part[2]);
	if (o->parts && !str_eq(o->number, str_from(whole))) {
		buf_addf(out, "    semver: %s # info.version is ", whole);
		add_remark(out, o->number);
		buf_addc(out, '\n');
	}
}

static void add_operations(const struct outline *o, struct buf *out)
{
	if (!o->deprecated_operations.len)
		return;
	buf_addf(out, "    # %s of its operations are `deprecated`: each use is counted, by consumer.%s\n",
		 o->all_deprecated ? "All" : "Some", o->all_deprecated ? "" : " They are:");
	for (size_t i = 0; !o->all_deprecated && i < o->deprecated_operations.len && i < 20; i++) {
		buf_add(out, STR("    #   "));
		add_remark(out, o->deprecated_operations.at[i].id);
		if (o->deprecated_operations.at[i].sunset.len)
			buf_addf(out, " until %.*s", STR_ARG(o->deprecated_operations.at[i].sunset));
		buf_addc(out, '\n');
	}
}

static void add_life(const struct plan *p, unsigned i, struct buf *out)
{
	const struct outline *o = &p->at[i];
	struct str today = str_from(p->today), since = o->deprecated;
	bool ends = o->deprecated.len || o->sunset.len || o->all_deprecated;
	add_operations(o, out);
	if (o->bad_date.len) {
		buf_add(out, STR("    # x-sunset is no date: "));
		add_remark(out, o->bad_date);
		buf_addc(out, '\n');
	}
	if (!ends) {
		buf_addf(out, "    # deprecated: %s # from here on answers say that it ends\n", p->today);
		return;
	}
	if (!since.len && (!o->sunset.len || str_cmp(today, o->sunset) <= 0))
		since = today;
	if (o->sunset.len && str_cmp(since, o->sunset) > 0)
		since = (struct str){0};
	if (since.len)
		buf_addf(out, "    deprecated: %.*s%s\n", STR_ARG(since), o->deprecated.len ? "" : " # the documents do not say since when");
	if (o->sunset.len)
		buf_addf(out, "    sunset: %.*s # from `x-sunset`\n", STR_ARG(o->sunset));
	else
		buf_add(out, STR("    # sunset: 2030-01-01 # from here on it is 410 Gone\n"));
	if (o->sunset.len && str_cmp(o->sunset, today) <= 0)
		buf_add(out, STR("    after_sunset: serve # it has passed already; without this key clients get 410 Gone\n"));
	if (i + 1 < p->count) {
		buf_add(out, STR("    successor: "));
		add_quoted(out, p->at[i + 1].name);
		buf_addc(out, '\n');
	}
}

static void add_versions(const struct plan *p, struct buf *out)
{
	buf_add(out, STR("versions:\n"));
	for (unsigned i = 0; i < p->count; i++) {
		const struct outline *o = &p->at[i];
		buf_add(out, STR("  "));
		add_quoted(out, o->name);
		buf_add(out, STR(":\n"));
		add_backend(p, i, out);
		buf_add(out, STR("    contract: "));
		add_quoted(out, str_from(o->file));
		buf_addc(out, '\n');
		add_semver(o, out);
		add_life(p, i, out);
	}
}

static void add_rest(struct buf *out)
{
	buf_add(out, STR("\n# report only tells of what breaks a contract. Once it tells of nothing new, enforce keeps invalid requests\n"
			 "# from the backend, and invalid responses from clients.\nvalidate: {requests: report, responses: report}\n\n"
			 "# Who uses what, kept over restarts: for vane usage and vane can-retire.\n# usage: {ledger: usage.db}\n\n"
			 "# The status page, /metrics and /readyz.\nadmin: {listen: 127.0.0.1:9900}\n"));
}

/* What is written is good, or is not written: a contract that cannot be loaded is told about now. */
static bool is_good(const struct buf *text)
{
	struct snapshot_source source = {.filters = builtin_filters, .text = buf_str(text)};
	struct diag d;
	diag_init(&d);
	struct snapshot *s = snapshot_load(&source, &d);
	cli_complain(&d);
	if (s)
		snapshot_drop(s);
	diag_free(&d);
	return s != NULL;
}

static int write_out(const struct plan *p)
{
	struct buf out = {0};
	add_head(p, &out);
	add_select(p, &out);
	add_versions(p, &out);
	add_rest(&out);
	bool good = is_good(&out);
	if (good)
		fwrite(out.at, 1, out.len, stdout);
	buf_free(&out);
	return good ? EXIT_CLEAN : EXIT_FINDINGS;
}

/* Writes a first configuration from OpenAPI documents. */
int cli_init(struct words *w)
{
	struct plan p = {0};
	if (w->operand_count == 0) {
		fprintf(stderr, "vane: init needs OpenAPI documents: vane init openapi-*.yaml >vane.yaml\n");
		return EXIT_CANNOT_TELL;
	}
	arena_init(&p.arena, 65536);
	clock_format_day(clock_wall_ms(), p.today);
	p.at = ARENA_ARRAY(&p.arena, struct outline, w->operand_count);
	int code = read_all(&p, w) ? write_out(&p) : EXIT_CANNOT_TELL;
	for (unsigned i = 0; i < w->operand_count; i++)
		outline_free(&p.at[i]);
	arena_free(&p.arena);
	return code;
}
