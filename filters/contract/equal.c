#include "filters/contract/equal.h"

#include "filters/contract/equal_members.h"
#include "proxy/base/decimal.h"
#include "proxy/base/hash.h"

#include <stdlib.h>

enum { LEVELS = 32 };

/* A pair of containers being compared: `i` and `j` are the next child of each (of objects: a key and where to look for it
 * first). */
struct pair {
	uint32_t i, end_i, j, open_j;
	struct member_index *index; /* of b's object, once the order was found to differ in a large one */
};

/* Open containers: on the stack of the caller up to LEVELS, then on the heap. */
struct pairs {
	struct pair first[LEVELS], *at;
	size_t count, capacity;
};

static void push(struct pairs *p, struct pair one)
{
	if (p->count == p->capacity) {
		p->capacity *= 2;
		struct pair *more = must_alloc(p->capacity * sizeof *more);
		memcpy(more, p->at, p->count * sizeof *more);
		if (p->at != p->first)
			free(p->at);
		p->at = more;
	}
	p->at[p->count++] = one;
}

static bool same_number(struct str x, struct str y)
{
	int64_t m, n;
	if (str_eq(x, y))
		return true;
	if (decimal_short(x, &m) && decimal_short(y, &n))
		return m == n;
	struct decimal a = decimal_of(x), b = decimal_of(y);
	return decimal_cmp(&a, &b) == 0;
}

/* Whether two tokens are the same as far as they tell it themselves: containers by their counts. */
static bool same_token(const struct tape *a, const struct json_token *x, const struct tape *b, const struct json_token *y)
{
	if (x->kind != y->kind)
		return false;
	if (x->kind == JSON_STRING)
		return str_eq(tape_string(a, x), tape_string(b, y));
	if (x->kind == JSON_NUMBER)
		return same_number(tape_lexeme(a, x), tape_lexeme(b, y));
	return x->kind < JSON_ARRAY || x->length == y->length;
}

/* The next two values to compare inside the innermost pair, or false where b has no such member. */
static bool step(const struct tape *a, const struct tape *b, struct pair *top, uint32_t *i, uint32_t *j)
{
	*i = top->i;
	*j = top->j;
	if (b->token[top->open_j].kind == JSON_OBJECT) {
		*j = member_find(a, &a->token[*i], b, top->open_j, top->j, &top->index);
		if (!*j)
			return false;
		(*i)++;
	}
	top->i = tape_next(a, *i);
	top->j = tape_next(b, *j);
	return true;
}

static bool walk(const struct tape *a, uint32_t i, const struct tape *b, uint32_t j, struct pairs *open)
{
	for (;;) {
		const struct json_token *x = &a->token[i], *y = &b->token[j];
		if (!same_token(a, x, b, y))
			return false;
		if (x->kind >= JSON_ARRAY && x->length)
			push(open, (struct pair){i + 1, x->end, j + 1, j, NULL});
		while (open->count && open->at[open->count - 1].i == open->at[open->count - 1].end_i)
			member_index_free(open->at[--open->count].index);
		if (!open->count)
			return true;
		if (!step(a, b, &open->at[open->count - 1], &i, &j))
			return false;
	}
}

bool tape_equal(const struct tape *a, uint32_t i, const struct tape *b, uint32_t j)
{
	if (a->token[i].kind < JSON_ARRAY || a->token[i].kind != b->token[j].kind)
		return same_token(a, &a->token[i], b, &b->token[j]);
	struct pairs open = {.capacity = LEVELS};
	open.at = open.first;
	bool same = walk(a, i, b, j, &open);
	while (open.count)
		member_index_free(open.at[--open.count].index);
	if (open.at != open.first)
		free(open.at);
	return same;
}
