#include "conf/members.h"

enum { FEW = 12 }; /* members that are compared one by one */

void members_begin(struct members *m, size_t bound)
{
	m->indexed = bound > FEW;
	if (m->indexed)
		index_clear(&m->keys, bound);
	m->list.len = 0;
}

/* The member that has this key, or NULL: then the caller adds one. */
static const struct member *find(struct members *m, struct str key)
{
	if (m->indexed) {
		uint32_t *number = index_at(&m->keys, key);
		if (*number != INDEX_NONE)
			return &m->list.at[*number];
		*number = (uint32_t)m->list.len;
		return NULL;
	}
	for (size_t i = 0; i < m->list.len; i++)
		if (str_eq(m->list.at[i].key.text, key))
			return &m->list.at[i];
	return NULL;
}

void members_add(struct members *m, const struct node *key, const struct node *value)
{
	const struct member *before = find(m, key->text);
	if (before)
		diag_error(m->diag, tree_place(key), "the key \"%.*s\" stands here twice; first in line %u, column %u",
			   STR_ARG(key->text), before->key.line, before->key.column);
	else
		VEC_PUSH(&m->list, ((struct member){*key, *value}));
}

static void merge_one(struct members *m, const struct node *from)
{
	if (from->kind != NODE_MAPPING) {
		diag_error(m->diag, tree_place(from), "\"<<\" merges mappings; this is %s", tree_kind_name(from));
		return;
	}
	for (uint32_t i = 0; i < from->count; i++)
		if (!find(m, from->members[i].key.text))
			VEC_PUSH(&m->list, from->members[i]);
}

void members_merge(struct members *m, const struct node *from)
{
	if (from->kind != NODE_SEQUENCE)
		merge_one(m, from);
	else
		for (uint32_t i = 0; i < from->count; i++)
			merge_one(m, &from->items[i]);
}

void members_end(struct members *m, struct node *n)
{
	n->count = (uint32_t)m->list.len;
	n->members = arena_alloc(m->arena, m->list.len * sizeof *n->members);
	if (n->count)
		memcpy(n->members, m->list.at, m->list.len * sizeof *n->members);
}

void members_free(struct members *m)
{
	VEC_FREE(&m->list);
	index_free(&m->keys);
}
