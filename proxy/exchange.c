#include "proxy/exchange.h"

#include "proxy/base/buf.h"

#include <stdio.h>

enum { ARENA_BLOCK = 4096 };

struct outcome_row {
	struct str word;
	unsigned status;
	struct str meaning;
};

static const struct outcome_row rows[OUTCOME_COUNT] = {
#define X(name, word, status, meaning) [OUTCOME_##name] = {STR_INIT(word), status, STR_INIT(meaning)},
#include "proxy/outcome.def"
#undef X
};

struct str outcome_word(enum outcome o)
{
	return rows[o].word;
}

unsigned outcome_status(enum outcome o)
{
	return rows[o].status;
}

struct str outcome_meaning(enum outcome o)
{
	return rows[o].meaning;
}

struct str version_source_word(enum version_source s)
{
	static const struct str words[] = {
#define X(name, word) STR_INIT(word),
	    VERSION_SOURCES(X)
#undef X
	};
	return words[s];
}

/* Everything but the arena and the answer's buffer starts from zero. */
static void clear(struct exchange *x)
{
	struct arena arena = x->arena;
	struct buf body = x->answer.body;
	unsigned worker = x->worker;
	memset(x, 0, sizeof *x);
	x->arena = arena;
	x->answer.body = body;
	x->answer.body.len = 0;
	x->worker = worker;
}

void exchange_begin(struct exchange *x, unsigned worker)
{
	memset(x, 0, sizeof *x);
	arena_init(&x->arena, ARENA_BLOCK);
	x->worker = worker;
}

void exchange_reset(struct exchange *x)
{
	clear(x);
	arena_reset(&x->arena);
	buf_free(&x->answer.body);
}

void exchange_free(struct exchange *x)
{
	arena_free(&x->arena);
	buf_free(&x->answer.body);
}

static void begin_problem(struct exchange *x, enum outcome why, unsigned status, const char *detail, va_list args)
{
	struct buf *b = &x->answer.body;
	b->len = 0;
	buf_add(b, STR("{\"type\":\"urn:vane:problem:"));
	buf_add(b, rows[why].word);
	buf_add(b, STR("\",\"title\":\""));
	buf_add_json(b, rows[why].meaning);
	buf_addf(b, "\",\"status\":%u,\"detail\":\"", status);
	buf_add_json(b, arena_vprintf(&x->arena, detail, args));
	buf_addc(b, '"');
	if (x->request_id.len) {
		buf_add(b, STR(",\"request_id\":\""));
		buf_add_json(b, x->request_id);
		buf_addc(b, '"');
	}
	buf_add(b, STR("}\n"));
}

static void answer(struct exchange *x, enum outcome why, unsigned status, const char *detail, va_list args)
{
	x->outcome = why;
	x->answer.set = true;
	x->answer.status = status;
	x->answer.type = STR("application/problem+json");
	begin_problem(x, why, status, detail, args);
}

enum verdict exchange_answer(struct exchange *x, enum outcome why, const char *detail, ...)
{
	va_list args;
	va_start(args, detail);
	answer(x, why, rows[why].status, detail, args);
	va_end(args);
	return ANSWERED;
}

enum verdict exchange_answer_status(struct exchange *x, enum outcome why, unsigned status, const char *detail, ...)
{
	va_list args;
	va_start(args, detail);
	answer(x, why, status, detail, args);
	va_end(args);
	return ANSWERED;
}

enum verdict exchange_answer_content(struct exchange *x, unsigned status, struct str type, struct str content)
{
	x->answer.body.len = 0;
	buf_add(&x->answer.body, content);
	x->answer.set = true;
	x->answer.status = status;
	x->answer.type = type;
	return ANSWERED;
}

enum verdict exchange_answer_empty(struct exchange *x, unsigned status)
{
	return exchange_answer_content(x, status, (struct str){NULL, 0}, (struct str){NULL, 0});
}

void exchange_answer_member(struct exchange *x, const char *name, struct str json)
{
	struct buf *b = &x->answer.body;
	CHECK(x->answer.set && b->len > 2);
	b->len -= 2; /* the closing brace and the line's end */
	buf_addf(b, ",\"%s\":", name);
	buf_add(b, json);
	buf_add(b, STR("}\n"));
}

void exchange_add_field(struct exchange *x, struct str name, struct str value)
{
	if (x->added_count == x->added_room) {
		unsigned room = x->added_room ? x->added_room * 2 : 8;
		struct field *larger = arena_alloc(&x->arena, room * sizeof *larger);
		if (x->added_count)
			memcpy(larger, x->added, x->added_count * sizeof *larger);
		x->added = larger;
		x->added_room = room;
	}
	x->added[x->added_count++] = (struct field){name, value};
}

void exchange_drop_field(struct exchange *x, enum known id)
{
	x->dropped |= KNOWN_BIT(id);
}

void exchange_need(struct exchange *x, enum side side, enum body_need need, size_t keep, bool too_large_rejects)
{
	if (need > x->need[side])
		x->need[side] = need;
	if (need == NEED_WHOLE && keep > x->keep[side])
		x->keep[side] = keep;
	if (need == NEED_WHOLE)
		x->too_large_rejects[side] |= too_large_rejects;
}

void exchange_cut(struct exchange *x)
{
	x->cut = true;
}

void exchange_violated(struct exchange *x, const struct violation *v)
{
	struct violation *copy = ARENA_NEW(&x->arena, struct violation);
	*copy = *v;
	copy->next = NULL;
	if (x->last_violation)
		x->last_violation->next = copy;
	else
		x->violations = copy;
	x->last_violation = copy;
	x->violation_count++;
}

void exchange_unchecked(struct exchange *x, enum side side, const char *why)
{
	if (!x->unchecked[side])
		x->unchecked[side] = why;
}

void exchange_shadow_reason(struct exchange *x, enum side side, struct str what)
{
	struct shadow_reason **list = &x->shadow_reasons[side];
	for (; *list; list = &(*list)->next)
		if (str_eq((*list)->what, what))
			return;
	*list = ARENA_NEW(&x->arena, struct shadow_reason);
	(*list)->what = what;
}

void exchange_deprecated(struct exchange *x, struct str what, struct str name)
{
	struct deprecated_use *use = ARENA_NEW(&x->arena, struct deprecated_use), **list = &x->deprecated;
	use->what = what;
	use->name = name;
	while (*list)
		list = &(*list)->next;
	*list = use;
}
