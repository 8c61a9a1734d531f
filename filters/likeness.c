#include "filters/likeness.h"

#include <stdio.h>

enum { DEEPEST = 64, MOST_WORK = 200000, KEY_SHOWN = 64 };

/* Where the comparison stands: the way up to the document's value. */
struct spot {
	const struct spot *up;
	struct str key; /* at == NULL: an item of an array */
	unsigned depth;
};

struct comparison {
	const struct tape *original, *copy;
	struct differences *d;
	unsigned work;
	bool differs, unknown;
};

static void add_spot(struct buf *out, const struct spot *s)
{
	if (!s->up)
		return;
	add_spot(out, s->up);
	buf_addc(out, '/');
	buf_add(out, s->key.at ? str_head(s->key, s->key.len < KEY_SHOWN ? s->key.len : KEY_SHOWN) : STR("~"));
}

static void tell(struct comparison *c, const struct spot *s, const char *what, const char *more)
{
	struct buf text = {0};
	c->differs = true;
	if (c->d->count == LIKENESS_DIFFERENCES)
		return;
	add_spot(&text, s);
	if (!text.len)
		buf_addc(&text, '/');
	buf_addf(&text, ": %s%s", what, more);
	bool known = false;
	for (unsigned i = 0; i < c->d->count; i++)
		known |= str_eq(c->d->what[i], buf_str(&text));
	if (!known)
		c->d->what[c->d->count++] = arena_dup(c->d->arena, buf_str(&text));
	buf_free(&text);
}

static void compare(struct comparison *c, uint32_t a, uint32_t b, const struct spot *here);

/* Recursion is bounded by DEEPEST. */
static void go_down(struct comparison *c, uint32_t a, uint32_t b, const struct spot *here, struct str key)
{
	const struct spot below = {here, key, here->depth + 1};
	if (below.depth > DEEPEST)
		c->unknown = true;
	else
		compare(c, a, b, &below);
}

static uint32_t member(struct comparison *c, const struct tape *t, uint32_t object, struct str key)
{
	c->work += 1 + t->token[object].length;
	return tape_member(t, object, key, json_key_hash(key));
}

static void compare_members(struct comparison *c, uint32_t a, uint32_t b, const struct spot *here)
{
	const struct tape *x = c->original, *y = c->copy;
	for (uint32_t i = a + 1; i < x->token[a].end && c->work < MOST_WORK; i = tape_next(x, i + 1)) {
		struct str key = tape_string(x, &x->token[i]);
		uint32_t other = member(c, y, b, key);
		const struct spot below = {here, key, here->depth + 1};
		if (other)
			go_down(c, i + 1, other, here, key);
		else
			tell(c, &below, "only in the original", "");
	}
	for (uint32_t i = b + 1; i < y->token[b].end && c->work < MOST_WORK; i = tape_next(y, i + 1)) {
		struct str key = tape_string(y, &y->token[i]);
		const struct spot below = {here, key, here->depth + 1};
		if (!member(c, x, a, key))
			tell(c, &below, "only in the copy", "");
	}
}

static void compare_items(struct comparison *c, uint32_t a, uint32_t b, const struct spot *here)
{
	uint32_t i = a + 1, k = b + 1;
	while (i < c->original->token[a].end && k < c->copy->token[b].end && c->work < MOST_WORK) {
		go_down(c, i, k, here, (struct str){NULL, 0});
		i = tape_next(c->original, i);
		k = tape_next(c->copy, k);
	}
}

static void compare(struct comparison *c, uint32_t a, uint32_t b, const struct spot *here)
{
	const struct json_token *x = &c->original->token[a], *y = &c->copy->token[b];
	const char *there = json_kind_name((enum json_kind)y->kind), *first = json_kind_name((enum json_kind)x->kind);
	c->work++;
	if (strcmp(first, there) != 0) {
		char what[64];
		snprintf(what, sizeof what, "%s, in the copy ", first);
		tell(c, here, what, there);
	} else if (x->kind == JSON_OBJECT) {
		compare_members(c, a, b, here);
	} else if (x->kind == JSON_ARRAY) {
		compare_items(c, a, b, here);
	}
}

enum likeness likeness_compare(const struct tape *original, const struct tape *copy, struct differences *d)
{
	struct comparison c = {.original = original, .copy = copy, .d = d};
	const struct spot top = {NULL, {NULL, 0}, 0};
	compare(&c, 0, 0, &top);
	if (c.differs)
		return LIKENESS_DIFFERS;
	return c.unknown || c.work >= MOST_WORK ? LIKENESS_UNKNOWN : LIKENESS_SAME;
}
