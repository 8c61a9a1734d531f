#include "filters/contract/pattern_emit.h"

enum {
	COUNT_LIMIT = 65535, /* PCRE2's for one count */
	COUNT_GROUPS = 1000, /* how many such counts one count may become */
	TEXT_LIMIT = 4 << 20 /* bytes of translated text */
};

enum { CALL_CHUNK = 64 };

struct emitter {
	struct buf *out;
	struct pattern_error *err;
	struct buf *parts; /* what is repeated, defined once and called; NULL: it is written where it stands */
	unsigned part_count;
	bool behind; /* in a lookbehind */
};

static bool emit(struct emitter *e, struct pattern_node *n);

/* Written so that a count may follow. */
static bool emit_unit(struct emitter *e, struct pattern_node *n)
{
	bool bare = (n->kind == NODE_SET && (n->set.count || n->set.properties.len)) || n->kind == NODE_GROUP;
	if (bare)
		return emit(e, n);
	buf_add(e->out, STR("(?:"));
	if (!emit(e, n))
		return false;
	buf_addc(e->out, ')');
	return true;
}

/* Exactly `count` times, by counts that PCRE2 takes. */
static void exactly(struct buf *out, struct str unit, uint32_t count)
{
	uint32_t rest = count % COUNT_LIMIT, groups = count / COUNT_LIMIT;
	if (groups)
		buf_addf(out, "(?:%.*s{%d}){%u}", STR_ARG(unit), COUNT_LIMIT, (unsigned)groups);
	if (rest)
		buf_addf(out, "%.*s{%u}", STR_ARG(unit), (unsigned)rest);
}

/* Up to `count` times. Each length is made in one way only, so that a failure does not try others. */
static void at_most(struct buf *out, struct str unit, uint32_t count)
{
	uint32_t rest = count % COUNT_LIMIT, groups = count / COUNT_LIMIT;
	if (!groups) {
		buf_addf(out, "%.*s{0,%u}", STR_ARG(unit), (unsigned)rest);
		return;
	}
	buf_add(out, STR("(?:"));
	exactly(out, unit, groups * COUNT_LIMIT);
	buf_addf(out, "%.*s{0,%u}|(?:%.*s{%d}){0,%u}%.*s{0,%d})", STR_ARG(unit), (unsigned)rest, STR_ARG(unit),
		 COUNT_LIMIT, (unsigned)groups - 1, STR_ARG(unit), COUNT_LIMIT - 1);
}

static bool emit_large(struct emitter *e, const struct pattern_node *n, struct str unit)
{
	bool infinite = n->max == PATTERN_INFINITE;
	if (n->min / COUNT_LIMIT > COUNT_GROUPS || (!infinite && n->max / COUNT_LIMIT > COUNT_GROUPS))
		return pattern_refuse(e->err, n->offset, "a count over %d is not supported here",
				      COUNT_LIMIT * COUNT_GROUPS);
	exactly(e->out, unit, n->min);
	if (infinite)
		buf_addf(e->out, "%.*s*", STR_ARG(unit));
	else if (n->max > n->min)
		at_most(e->out, unit, n->max - n->min);
	return true;
}

static void emit_count(struct buf *out, const struct pattern_node *n)
{
	if (n->max == PATTERN_INFINITE)
		buf_addf(out, "{%u,}", (unsigned)n->min);
	else if (n->max == n->min)
		buf_addf(out, "{%u}", (unsigned)n->min);
	else
		buf_addf(out, "{%u,%u}", (unsigned)n->min, (unsigned)n->max);
	if (n->lazy)
		buf_addc(out, '?');
}

static bool remembers(const struct pattern_node *n)
{
	bool found = n->kind == NODE_GROUP || n->kind == NODE_REF;
	for (const struct pattern_node *child = n->first; child && !found; child = child->next)
		found = remembers(child);
	return found;
}

/* PCRE2 writes out what is counted as often as it may come; a call is small. */
static bool may_call(const struct emitter *e, const struct pattern_node *n)
{
	bool counted = n->min > 1 || (n->max > 1 && n->max != PATTERN_INFINITE);
	return e->parts && counted && !e->behind && !n->lazy && n->first->kind != NODE_SET && !remembers(n->first) &&
	       n->min <= COUNT_LIMIT && (n->max <= COUNT_LIMIT || n->max == PATTERN_INFINITE);
}

/* From `low` to `high` times the part `id`, by calls of it and of its chunk, the part behind it. */
static void call(struct buf *out, unsigned id, uint32_t low, uint32_t high)
{
	uint32_t more = high == PATTERN_INFINITE ? 0 : high - low, chunks = more / CALL_CHUNK;
	buf_addf(out, "(?:(?&r%u){%u}(?&r%u){%u}", id + 1, (unsigned)low / CALL_CHUNK, id, (unsigned)low % CALL_CHUNK);
	if (high == PATTERN_INFINITE)
		buf_addf(out, "(?&r%u)*", id);
	else if (chunks)
		buf_addf(out, "(?:(?&r%u){%u}(?&r%u){0,%u}|(?&r%u){0,%u}(?&r%u){0,%d})", id + 1, (unsigned)chunks, id,
			 (unsigned)more % CALL_CHUNK, id + 1, (unsigned)chunks - 1, id, CALL_CHUNK - 1);
	else
		buf_addf(out, "(?&r%u){0,%u}", id, (unsigned)more);
	buf_addc(out, ')');
}

static bool emit_calls(struct emitter *e, struct pattern_node *n)
{
	struct buf body = {0}, *out = e->out;
	unsigned id = e->part_count;
	e->part_count += 2;
	e->out = &body;
	bool done = emit(e, n->first);
	e->out = out;
	if (done)
		buf_addf(e->parts, "(?<r%u>%.*s)(?<r%u>(?&r%u){%d})", id, STR_ARG(buf_str(&body)), id + 1, id,
			 CALL_CHUNK);
	buf_free(&body);
	call(e->out, id, n->min, n->max);
	return done;
}

static bool emit_repeat(struct emitter *e, struct pattern_node *n)
{
	if (may_call(e, n))
		return emit_calls(e, n);
	size_t start = e->out->len;
	if (!emit_unit(e, n->first))
		return false;
	if (n->min <= COUNT_LIMIT && (n->max <= COUNT_LIMIT || n->max == PATTERN_INFINITE)) {
		emit_count(e->out, n);
		return true;
	}
	if (n->first->kind != NODE_SET)
		return pattern_refuse(e->err, n->offset, "a count over %d is not supported for a group", COUNT_LIMIT);
	struct buf unit = {0};
	buf_add(&unit, str_of(e->out->at + start, e->out->len - start));
	e->out->len = start;
	buf_add(e->out, STR("(?:"));
	bool done = emit_large(e, n, buf_str(&unit));
	buf_addc(e->out, ')');
	buf_free(&unit);
	return done;
}

/* Looked back at from its end, a loop at the beginning is as good as its least count: what was before does not matter.
 * PCRE2 wants fixed lengths here. */
static bool emit_behind(struct emitter *e, struct pattern_node *n)
{
	struct pattern_node *child = n->kind == NODE_CAT ? n->first : n;
	while (child && child->kind == NODE_REPEAT && child->min == 0) {
		child = n->kind == NODE_CAT ? child->next : NULL;
	}
	if (child && child->kind == NODE_REPEAT && child->max != child->min) {
		child->max = child->min;
		child->lazy = false;
	}
	if (n->kind != NODE_CAT)
		return !child || emit(e, child);
	for (; child; child = child->next)
		if (!(child->kind == NODE_ALT ? emit_unit(e, child) : emit(e, child)))
			return false;
	return true;
}

static bool emit_look(struct emitter *e, struct pattern_node *n)
{
	struct pattern_node *child = n->first;
	bool outer = e->behind;
	e->behind |= n->behind;
	buf_addf(e->out, "(?%s%c", n->behind ? "<" : "", n->negative ? '!' : '=');
	if (!n->behind) {
		if (!emit(e, child))
			return false;
	} else if (child->kind != NODE_ALT) {
		if (!emit_behind(e, child))
			return false;
	} else {
		for (child = child->first; child; child = child->next) {
			if (!emit_behind(e, child))
				return false;
			if (child->next)
				buf_addc(e->out, '|');
		}
	}
	e->behind = outer;
	buf_addc(e->out, ')');
	return true;
}

static bool emit_list(struct emitter *e, struct pattern_node *n)
{
	for (struct pattern_node *child = n->first; child; child = child->next) {
		bool wrap = n->kind == NODE_CAT && child->kind == NODE_ALT;
		if (!(wrap ? emit_unit(e, child) : emit(e, child)))
			return false;
		if (n->kind == NODE_ALT && child->next)
			buf_addc(e->out, '|');
	}
	return true;
}

static bool emit_group(struct emitter *e, struct pattern_node *n)
{
	buf_addc(e->out, '(');
	if (!emit(e, n->first))
		return false;
	buf_addc(e->out, ')');
	return true;
}

static bool emit(struct emitter *e, struct pattern_node *n)
{
	if (e->out->len > TEXT_LIMIT)
		return pattern_refuse(e->err, n->offset, "the pattern is too large");
	switch (n->kind) {
	case NODE_EMPTY:
		buf_add(e->out, STR("(?:)"));
		return true;
	case NODE_SET:
		pattern_set_emit(&n->set, e->out);
		return true;
	case NODE_CAT:
	case NODE_ALT:
		return emit_list(e, n);
	case NODE_GROUP:
		return emit_group(e, n);
	case NODE_LOOK:
		return emit_look(e, n);
	case NODE_REPEAT:
		return emit_repeat(e, n);
	case NODE_START:
		buf_addc(e->out, '^');
		return true;
	case NODE_END:
		buf_addc(e->out, '$');
		return true;
	case NODE_WORD:
		buf_add(e->out, n->negative ? STR("\\B") : STR("\\b"));
		return true;
	case NODE_REF:
		buf_addf(e->out, "\\g{%u}", (unsigned)n->min);
		return true;
	}
	return true;
}

/* The groups are numbered anew in the order in which they are written; a reference reads its number from its group. */
static void number(struct pattern_tree *t, struct pattern_node *n, uint32_t *next)
{
	if (n->kind == NODE_GROUP)
		n->max = ++*next;
	if (n->kind == NODE_REF)
		n->min = t->groups[n->number]->max;
	for (struct pattern_node *child = n->first; child; child = child->next)
		number(t, child, next);
}

bool pattern_emit(struct pattern_tree *t, bool calls, struct buf *out, struct pattern_error *err)
{
	struct buf parts = {0};
	struct emitter e = {.out = out, .err = err, .parts = calls ? &parts : NULL};
	uint32_t next = 0;
	number(t, t->root, &next);
	bool done = emit(&e, t->root);
	if (done && parts.len)
		buf_addf(out, "(?(DEFINE)%.*s)", STR_ARG(buf_str(&parts)));
	buf_free(&parts);
	return done;
}
