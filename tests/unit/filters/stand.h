/* stand: what the filters' tests stand on: a configuration from YAML text, the api that it describes, a chain of real
 * filters, and requests and responses from the bytes of their heads, read by the real parsers. */
#ifndef TESTS_UNIT_FILTERS_STAND_H
#define TESTS_UNIT_FILTERS_STAND_H

#include "conf/yaml.h"
#include "proxy/base/clock.h"
#include "proxy/chain.h"
#include "proxy/http/h1_parse.h"
#include "proxy/http/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct stand {
	struct arena arena;
	struct diag diag;
	struct api api;
	struct filter_setup setup;
	struct chain chain;
	struct chain_run run;
	struct exchange x;
};

static inline void stand_begin(struct stand *s, const char *yaml)
{
	memset(s, 0, sizeof *s);
	arena_init(&s->arena, 4096);
	diag_init(&s->diag);
	s->diag.limit = 50;
	const struct node *root = yaml_read(&s->arena, str_from(yaml), "vane.yaml", &s->diag);
	assert_non_null(root);
	const struct node *versions = tree_get(root, STR("versions"));
	s->api = (struct api){.name = STR("api"), .version_count = versions->count, .workers = 1};
	s->api.versions = ARENA_ARRAY(&s->arena, struct version, versions->count);
	for (uint32_t i = 0; i < versions->count; i++) {
		const struct member *m = &versions->members[i];
		s->api.versions[i] = (struct version){
		    .index = i, .name = m->key.text, .place = tree_place(&m->key), .conf = &m->value};
	}
	s->setup = (struct filter_setup){
	    .root = root, .api = &s->api, .file = "vane.yaml", .arena = &s->arena, .diag = &s->diag};
	exchange_begin(&s->x, 0);
}

static inline void stand_end(struct stand *s)
{
	chain_finish(&s->chain, &s->run, &s->x);
	chain_release(&s->chain);
	exchange_free(&s->x);
	diag_free(&s->diag);
	arena_free(&s->arena);
}

static inline void stand_show(const struct stand *s)
{
	struct buf out = {0};
	diag_print(&s->diag, &out, false);
	fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
	buf_free(&out);
}

/* The chain of these filters (ends with NULL) must load. */
static inline void stand_load(struct stand *s, const struct filter *const *filters)
{
	bool good = chain_build(&s->chain, filters, &s->setup);
	if (!good)
		stand_show(s);
	assert_true(good);
}

/* Some complaint with `text` in it stands at `line` (0: anywhere). */
static inline bool stand_complains(const struct stand *s, const char *text, uint32_t line)
{
	for (const struct complaint *c = s->diag.first; c; c = c->next)
		if (str_search(c->text, str_from(text)) < c->text.len && (!line || c->place.line == line))
			return true;
	stand_show(s);
	return false;
}

/* These filters must refuse the configuration, with this complaint at this line and a hint that holds `hint`, if any. */
static inline void stand_refuses(const char *yaml, const struct filter *const *filters, const char *text, uint32_t line)
{
	struct stand s;
	stand_begin(&s, yaml);
	assert_false(chain_build(&s.chain, filters, &s.setup));
	assert_true(s.diag.errors > 0);
	assert_true(stand_complains(&s, text, line));
	stand_end(&s);
}

static inline void stand_parse(struct stand *s, enum h1_kind kind, const char *head, struct message *m)
{
	static const struct h1_limits limits = {.header_bytes = 65536, .target_bytes = 8192, .fields = 100};
	struct h1_parser p;
	struct buf wire = {0};
	for (struct str rest = str_from(head); rest.at;) {
		struct str line = str_cut(&rest, '\n');
		buf_addf(&wire, "%.*s\r\n", STR_ARG(line));
	}
	buf_add(&wire, STR("\r\n"));
	struct str bytes = arena_dup(&s->x.arena, buf_str(&wire));
	buf_free(&wire);
	h1_parser_reset(&p, kind, s->x.request.method, &limits);
	enum h1_result result = h1_parse(&p, bytes, &s->x.arena, m);
	if (result != H1_DONE)
		fprintf(stderr, "%s: %s\n", head, p.why);
	assert_int_equal(result, H1_DONE);
}

/* Begins a new exchange and runs the chain in. `head`: lines with \n between them, "GET /v1/orders HTTP/1.1\nHost: h". */
static inline enum verdict stand_request(struct stand *s, const char *head, const char *now)
{
	chain_finish(&s->chain, &s->run, &s->x);
	exchange_reset(&s->x);
	stand_parse(s, H1_REQUEST, head, &s->x.request);
	s->x.path = s->x.contract_path = uri_normalise(s->x.request.path, &s->x.arena, NULL);
	s->x.target = message_origin_target(&s->x.request);
	s->x.request_id = STR("id-1");
	if (now)
		assert_true(clock_parse(str_from(now), &s->x.wall_ms));
	return chain_request(&s->chain, &s->run, &s->x);
}

/* Runs the backend's response (or, with NULL, the answer that was made) out through the chain. */
static inline enum verdict stand_response(struct stand *s, const char *head)
{
	if (head)
		stand_parse(s, H1_RESPONSE, head, &s->x.response);
	return chain_response(&s->chain, &s->run, &s->x);
}

static inline enum verdict stand_request_body(struct stand *s, const char *body)
{
	return chain_request_body(&s->chain, &s->run, &s->x, str_from(body), true);
}

static inline enum verdict stand_response_body(struct stand *s, const char *body)
{
	return chain_response_body(&s->chain, &s->run, &s->x, str_from(body), true);
}

/* The value of a field that filters added, or "" where they did not; for assert_string_equal. */
static inline const char *stand_added(struct stand *s, const char *name)
{
	for (unsigned i = 0; i < s->x.added_count; i++)
		if (str_eq_nocase(s->x.added[i].name, str_from(name)))
			return arena_dup(&s->x.arena, s->x.added[i].value).at;
	return "";
}

/* A slice as a text that lives as long as the exchange. */
static inline const char *stand_text(struct stand *s, struct str text)
{
	return arena_dup(&s->x.arena, text).at;
}

static inline bool stand_answer_has(const struct stand *s, const char *text)
{
	struct str body = buf_str(&s->x.answer.body);
	bool has = str_search(body, str_from(text)) < body.len;
	if (!has)
		fprintf(stderr, "no %s in %.*s\n", text, STR_ARG(body));
	return has;
}

#endif
