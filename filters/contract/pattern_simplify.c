#include "filters/contract/pattern_parse.h"

static bool inside(const struct pattern_node *n, const struct pattern_node *outer)
{
	while (n && n != outer)
		n = n->parent;
	return n != NULL;
}

static const struct pattern_node *above(const struct pattern_node *n, enum pattern_kind kind, bool behind)
{
	for (n = n->parent; n; n = n->parent)
		if (n->kind == kind && (kind != NODE_LOOK || n->behind == behind))
			return n;
	return NULL;
}

/* Whether an iteration of a loop around the group may pass it by: then ECMA-262 has forgotten what it captured in an
 * earlier iteration (22.2.2.3.1, step 4), and PCRE2 has not. The group's own count does not matter. */
static bool may_be_stale(const struct pattern_node *group)
{
	bool skipped = false;
	for (const struct pattern_node *n = group->parent; n; n = n->parent) {
		if (n->kind == NODE_REPEAT && n->max > 1 && skipped)
			return true;
		if ((n->kind == NODE_REPEAT && n->min == 0) || (n->kind == NODE_LOOK && n->negative) ||
		    (n->kind == NODE_ALT && n->first != n->last))
			skipped = true;
	}
	return false;
}

static bool settle_reference(struct pattern_tree *t, struct pattern_node *ref, struct pattern_error *err)
{
	struct pattern_node *group = t->groups[ref->number];
	if (above(ref, NODE_LOOK, true) || above(group, NODE_LOOK, true))
		return pattern_refuse(err, ref->offset, "a back reference in or into a lookbehind is not supported");
	if (inside(ref, group) || group->offset > ref->offset) {
		ref->kind = NODE_EMPTY; /* the group never has captured when this is reached */
		return true;
	}
	if (may_be_stale(group))
		return pattern_refuse(
		    err, ref->offset,
		    "this refers into a loop that may skip the group: not supported (ECMA-262 forgets the "
		    "capture, PCRE2 keeps it)");
	if (above(group, NODE_LOOK, false) && above(group, NODE_REPEAT, false))
		return pattern_refuse(err, ref->offset, "a back reference into a repeated lookahead is not supported");
	t->captures = true;
	group->min = 1; /* wanted */
	return true;
}

static bool settle_references(struct pattern_tree *t, struct pattern_node *n, struct pattern_error *err)
{
	if (n->kind == NODE_REF)
		return settle_reference(t, n, err);
	for (struct pattern_node *child = n->first; child; child = child->next)
		if (!settle_references(t, child, err))
			return false;
	return true;
}

static void append(struct pattern_node *parent, struct pattern_node *child)
{
	child->next = NULL;
	child->parent = parent;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

static struct pattern_node *reduce(struct pattern_tree *t, struct pattern_node *n);

/* Reduces the children; those of the same kind, and empty ones of a sequence, are taken into this node. */
static void reduce_children(struct pattern_tree *t, struct pattern_node *n)
{
	struct pattern_node *child = n->first, *next, *inner, *after;
	n->first = n->last = NULL;
	for (; child; child = next) {
		next = child->next;
		child = reduce(t, child);
		if (child->kind == NODE_EMPTY && n->kind == NODE_CAT)
			continue;
		if (child->kind != n->kind || (n->kind != NODE_CAT && n->kind != NODE_ALT)) {
			append(n, child);
			continue;
		}
		for (inner = child->first; inner; inner = after) {
			after = inner->next;
			append(n, inner);
		}
	}
}

static bool plain_set(const struct pattern_node *n)
{
	return n->kind == NODE_SET && !n->set.properties.len;
}

/* (?:a|b|[c-d]) is one class: the usual `(.|\n)*` costs a loop otherwise. */
static void join_sets(struct pattern_tree *t, struct pattern_node *n)
{
	for (struct pattern_node *child = n->first; child; child = child->next)
		if (!plain_set(child))
			return;
	for (struct pattern_node *child = n->first; child; child = child->next)
		for (uint32_t i = 0; i < child->set.count; i++)
			pattern_set_add(&n->set, t->arena, child->set.at[i].low, child->set.at[i].high);
	pattern_set_settle(&n->set, t->arena, false);
	n->kind = NODE_SET;
	n->first = n->last = NULL;
}

/* (X+)* and the like: one loop does the same, and does not backtrack through every way to divide the text. */
static struct pattern_node *join_loops(const struct pattern_tree *t, struct pattern_node *n)
{
	struct pattern_node *child = n->first;
	if (n->min == 1 && n->max == 1)
		return child;
	if (child->kind == NODE_EMPTY || (n->max == 0 && !t->captures)) {
		n->kind = NODE_EMPTY;
		n->first = n->last = NULL;
		return n;
	}
	if (t->captures || child->kind != NODE_REPEAT || child->min > 1 ||
	    !(child->max == PATTERN_INFINITE || (n->max == PATTERN_INFINITE && child->max >= 1)))
		return n;
	child->min = child->min ? n->min : 0;
	child->max = PATTERN_INFINITE;
	return child;
}

static struct pattern_node *reduce(struct pattern_tree *t, struct pattern_node *n)
{
	reduce_children(t, n);
	switch (n->kind) {
	case NODE_GROUP:
		return n->number && n->min ? n : n->first;
	case NODE_CAT:
		if (!n->first)
			n->kind = NODE_EMPTY;
		return n->first && n->first == n->last ? n->first : n;
	case NODE_ALT:
		if (n->first == n->last)
			return n->first;
		join_sets(t, n);
		return n;
	case NODE_REPEAT:
		return join_loops(t, n);
	default:
		return n;
	}
}

static bool optional(const struct pattern_node *n)
{
	return n->kind == NODE_REPEAT && n->min == 0;
}

static void least(struct pattern_node *n)
{
	if (n->kind == NODE_REPEAT)
		n->max = n->min;
}

/* A match may begin and end anywhere: a loop at either end is as good as its least count. Searching for `\s+$` or
 * `[a-z]+@` else costs the square of the text's length. */
static void trim_ends(struct pattern_node *n)
{
	struct pattern_node *keep = NULL;
	if (n->kind != NODE_CAT) {
		if (optional(n))
			n->kind = NODE_EMPTY;
		least(n);
		return;
	}
	while (n->first && optional(n->first))
		n->first = n->first->next;
	for (struct pattern_node *child = n->first; child; child = child->next)
		if (!optional(child))
			keep = child;
	n->last = keep;
	if (!keep) {
		n->kind = NODE_EMPTY;
		return;
	}
	keep->next = NULL;
	least(n->first);
	least(keep);
}

static void trim_alternatives(struct pattern_node *root)
{
	if (root->kind != NODE_ALT) {
		trim_ends(root);
		return;
	}
	for (struct pattern_node *child = root->first; child; child = child->next)
		trim_ends(child);
}

bool pattern_simplify(struct pattern_tree *t, struct pattern_error *err)
{
	if (!settle_references(t, t->root, err))
		return false;
	t->root = reduce(t, t->root);
	t->root->parent = NULL;
	t->root->next = NULL;
	if (!t->captures)
		trim_alternatives(t->root);
	return true;
}
