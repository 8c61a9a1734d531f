#include "filters/contract/pattern_read.h"

static struct pattern_node *node(struct reader *r, enum pattern_kind kind)
{
	struct pattern_node *n = ARENA_NEW(r->arena, struct pattern_node);
	n->kind = kind;
	n->offset = read_offset(r);
	return n;
}

static void add(struct pattern_node *parent, struct pattern_node *child)
{
	child->parent = parent;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

static struct pattern_node *disjunction(struct reader *r, unsigned depth);

/* The inside of a group, up to and over its `)`. */
static struct pattern_node *inside(struct reader *r, struct pattern_node *outer, size_t opened, unsigned depth)
{
	struct pattern_node *body = disjunction(r, depth + 1);
	if (!body)
		return NULL;
	if (!read_take(r, ')')) {
		pattern_refuse(r->err, opened, "this group is not closed");
		return NULL;
	}
	add(outer, body);
	return outer;
}

static struct pattern_node *capture(struct reader *r, size_t opened, unsigned depth)
{
	struct pattern_node *n = node(r, NODE_GROUP);
	n->offset = opened;
	n->number = ++r->groups_read;
	r->tree->groups[n->number] = n;
	return inside(r, n, opened, depth);
}

static struct pattern_node *look(struct reader *r, size_t opened, bool behind, bool negative, unsigned depth)
{
	struct pattern_node *n = node(r, NODE_LOOK);
	n->offset = opened;
	n->behind = behind;
	if (behind && !r->tree->behind)
		r->tree->behind = opened;
	n->negative = negative;
	return inside(r, n, opened, depth);
}

/* What stands behind "(?". */
static struct pattern_node *special(struct reader *r, size_t opened, unsigned depth)
{
	if (read_take(r, ':')) {
		struct pattern_node *n = node(r, NODE_GROUP);
		return inside(r, n, opened, depth);
	}
	if (read_take(r, '='))
		return look(r, opened, false, false, depth);
	if (read_take(r, '!'))
		return look(r, opened, false, true, depth);
	if (read_take(r, '<')) {
		if (read_take(r, '='))
			return look(r, opened, true, false, depth);
		if (read_take(r, '!'))
			return look(r, opened, true, true, depth);
		struct str name;
		if (!read_group_name(r, &name)) /* its place in the list was found by the first walk */
			return NULL;
		return capture(r, opened, depth);
	}
	read_refuse_group(r, opened);
	return NULL;
}

static struct pattern_node *group(struct reader *r, unsigned depth)
{
	size_t opened = read_offset(r);
	r->at++;
	if (depth >= PATTERN_DEPTH) {
		pattern_refuse(r->err, opened, "groups are nested more than %d deep", PATTERN_DEPTH);
		return NULL;
	}
	if (read_take(r, '?'))
		return special(r, opened, depth);
	return capture(r, opened, depth);
}

static struct pattern_node *set_node(struct reader *r)
{
	return node(r, NODE_SET);
}

static struct pattern_node *literal(struct reader *r)
{
	struct pattern_node *n = set_node(r);
	pattern_set_add(&n->set, r->arena, r->code[r->at], r->code[r->at]);
	r->at++;
	return n;
}

static struct pattern_node *class(struct reader *r)
{
	struct pattern_node *n = set_node(r);
	return read_class(r, &n->set) ? n : NULL;
}

static struct pattern_node *dot(struct reader *r)
{
	struct pattern_node *n = set_node(r);
	r->at++;
	pattern_set_add_dot(&n->set, r->arena);
	return n;
}

static struct pattern_node *reference(struct pattern_node *n, uint32_t number)
{
	n->kind = NODE_REF;
	n->number = number;
	return n;
}

/* From the backslash on, outside of a class. */
static struct pattern_node *escape(struct reader *r)
{
	struct pattern_node *n = set_node(r);
	uint32_t c = read_peek(r, 1), number;
	if (c == 'b' || c == 'B') {
		r->at += 2;
		n->kind = NODE_WORD;
		n->negative = c == 'B';
		return n;
	}
	if (c >= '1' && c <= '9')
		return read_number_reference(r, &number) ? reference(n, number) : NULL;
	if (c == 'k')
		return read_name_reference(r, &number) ? reference(n, number) : NULL;
	return read_escape(r, &n->set, false) ? n : NULL;
}

static struct pattern_node *assertion(struct reader *r, enum pattern_kind kind)
{
	struct pattern_node *n = node(r, kind);
	r->at++;
	return n;
}

static struct pattern_node *atom(struct reader *r, unsigned depth)
{
	switch (read_peek(r, 0)) {
	case '^':
		return assertion(r, NODE_START);
	case '$':
		return assertion(r, NODE_END);
	case '(':
		return group(r, depth);
	case '[':
		return class(r);
	case '.':
		return dot(r);
	case '\\':
		return escape(r);
	default:
		return read_lone(r) ? literal(r) : NULL;
	}
}

static bool may_repeat(const struct reader *r, const struct pattern_node *n)
{
	if (n->kind == NODE_LOOK)
		return !r->unicode && !n->behind;
	return n->kind != NODE_START && n->kind != NODE_END && n->kind != NODE_WORD;
}

/* An atom with what counts it. */
static struct pattern_node *term(struct reader *r, unsigned depth)
{
	struct pattern_node *n = atom(r, depth), *repeat;
	if (!n)
		return NULL;
	size_t offset = read_offset(r);
	uint32_t min, max;
	enum count_read found = read_count(r, &min, &max);
	if (found == COUNT_WRONG)
		return NULL;
	if (found == COUNT_NONE)
		return n;
	if (!may_repeat(r, n)) {
		pattern_refuse(r->err, offset, "an assertion cannot be repeated");
		return NULL;
	}
	repeat = node(r, NODE_REPEAT);
	repeat->offset = offset;
	repeat->min = min;
	repeat->max = max;
	repeat->lazy = read_take(r, '?');
	add(repeat, n);
	return repeat;
}

static struct pattern_node *alternative(struct reader *r, unsigned depth)
{
	struct pattern_node *n = node(r, NODE_CAT);
	for (;;) {
		uint32_t c = read_peek(r, 0);
		if (c == READ_END || c == '|' || c == ')')
			break;
		struct pattern_node *next = term(r, depth);
		if (!next)
			return NULL;
		add(n, next);
	}
	if (!n->first)
		n->kind = NODE_EMPTY;
	return n;
}

static struct pattern_node *disjunction(struct reader *r, unsigned depth)
{
	struct pattern_node *n = node(r, NODE_ALT);
	do {
		struct pattern_node *one = alternative(r, depth);
		if (!one)
			return NULL;
		add(n, one);
	} while (read_take(r, '|'));
	return n;
}

bool pattern_parse(struct pattern_tree *t, struct arena *a, struct str source, bool unicode, struct pattern_error *err)
{
	struct reader r = {.tree = t, .arena = a, .unicode = unicode, .err = err};
	*t = (struct pattern_tree){.arena = a, .units = !unicode};
	if (!read_begin(&r, source))
		return false;
	t->group_count = r.group_count;
	t->groups = ARENA_ARRAY(a, struct pattern_node *, (size_t)r.group_count + 1);
	t->root = disjunction(&r, 0);
	if (!t->root)
		return false;
	if (read_peek(&r, 0) == ')')
		return pattern_refuse(err, read_offset(&r), "a `)` closes nothing");
	return true;
}
