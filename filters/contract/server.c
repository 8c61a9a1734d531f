#include "filters/contract/server.h"
#include "filters/contract/load.h"

enum { MOST_SEGMENTS = 32, MOST_VALUES = 32 };

struct base_list {
	struct base_path *at;
	size_t len, cap;
	uint64_t mask;   /* of the servers that are being read, in the order of `at` */
	unsigned budget; /* URLs that are still made of variables */
	bool over;       /* there are more base paths than are kept */
};

bool server_base_matches(const struct base_path *base, struct str path, struct str *rest)
{
	struct str value[PATH_SEGMENTS];
	*rest = path;
	for (uint32_t i = 0; i < base->count; i++) {
		if (rest->len == 0 || rest->at[0] != '/')
			return false;
		struct str after = str_skip(*rest, 1);
		size_t end = str_find(after, '/');
		if (base->segment[i]->parameters > PATH_SEGMENTS ||
		    !path_pattern_match(base->segment[i], str_head(after, end), value))
			return false;
		*rest = str_skip(after, end);
	}
	if (rest->len == 0)
		*rest = STR("/");
	return true;
}

/* What follows scheme and authority: the path of a URL whose variables may stand anywhere. */
static struct str path_of(struct str url)
{
	size_t scheme = str_search(url, STR("://"));
	if (scheme < url.len) {
		url = str_skip(url, scheme + 3);
		url = str_skip(url, str_find(url, '/'));
	} else if (str_starts(url, STR("//"))) {
		url = str_skip(url, 2);
		url = str_skip(url, str_find(url, '/'));
	}
	url = str_head(url, str_find(url, '?'));
	return str_head(url, str_find(url, '#'));
}

static bool same_base(const struct base_path *a, const struct base_path *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!path_pattern_same(a->segment[i], b->segment[i]))
			return false;
	return true;
}

static void note_base(struct loader *l, struct base_list *list, const struct base_path *base)
{
	for (size_t i = 0; i < list->len; i++)
		if (same_base(&list->at[i], base)) {
			list->mask |= (uint64_t)1 << i;
			return;
		}
	if (list->len == MOST_BASES) {
		list->over = true;
		return;
	}
	struct base_path kept = {ARENA_ARRAY(&l->c->arena, struct path_pattern *, base->count), base->count};
	memcpy(kept.segment, base->segment, base->count * sizeof *kept.segment);
	list->mask |= (uint64_t)1 << list->len;
	VEC_PUSH(list, kept);
}

/* Adds the base path of a URL; what is left in braces stands for any text within its segment. */
static void add_base(struct loader *l, struct base_list *list, struct str url)
{
	struct path_pattern *segments[MOST_SEGMENTS];
	struct base_path base = {segments, 0};
	struct str rest = path_of(url);
	const char *why;
	while (rest.at) {
		struct str one = str_cut(&rest, '/');
		if (str_eq(one, STR("..")) && base.count)
			base.count--;
		if (one.len == 0 || str_eq(one, STR(".")) || str_eq(one, STR("..")))
			continue;
		if (base.count == MOST_SEGMENTS || !(segments[base.count] = path_pattern_read(&l->c->arena, one, &why)))
			return;
		base.count++;
	}
	if (base.count)
		note_base(l, list, &base);
	else
		list->mask |= (uint64_t)1 << NO_BASE;
}

static struct str replaced(struct loader *l, struct str url, size_t open, size_t shut, struct str value)
{
	return arena_printf(&l->arena, "%.*s%.*s%.*s", (int)open, url.at, STR_ARG(value), (int)(url.len - shut - 1),
			    url.at + shut + 1);
}

/* Replaces the first variable from `from` on by each value that it may have, and goes on behind it. Bounded: by the
 * count of variables in depth, by the budget in breadth. */
static void expand(struct loader *l, struct base_list *list, const struct node *variables, struct str url, size_t from)
{
	size_t open = from + str_find(str_skip(url, from), '{'), shut = open;
	if (open < url.len)
		shut = open + str_find(str_skip(url, open), '}');
	if (list->budget == 0) {
		list->over = true;
		return;
	}
	list->budget--;
	if (shut >= url.len) {
		add_base(l, list, url);
		return;
	}
	const struct node *v = tree_get(variables, str_of(url.at + open + 1, shut - open - 1));
	const struct node *values = tree_get(v, STR("enum")), *fallback = tree_get(v, STR("default"));
	bool listed = values && values->count <= MOST_VALUES;
	for (uint32_t i = 0; listed && i < values->count; i++) {
		struct str value = tree_text(&values->items[i]);
		expand(l, list, variables, replaced(l, url, open, shut, value), open + value.len);
	}
	if (listed)
		return;
	if (fallback)
		expand(l, list, variables, replaced(l, url, open, shut, tree_text(fallback)),
		       open + tree_text(fallback).len);
	expand(l, list, variables, url, shut + 1);
}

/* The base paths of a list of servers, as a set. Without servers the path is as it is in the document; and so it may be
 * with those of the whole document, for whatever stands in front may take their base path off. */
static uint64_t bases_of(struct loader *l, struct base_list *list, const struct node *servers)
{
	list->mask = servers == l->servers ? (uint64_t)1 << NO_BASE : 0;
	list->budget = 1024;
	for (uint32_t i = 0; servers && i < servers->count; i++) {
		const struct node *one = &servers->items[i];
		expand(l, list, tree_get(one, STR("variables")), tree_text(tree_get(one, STR("url"))), 0);
	}
	return list->mask;
}

/* Longest first; *place tells where each has gone. */
static void sort_bases(struct base_list *list, unsigned *place)
{
	struct base_path sorted[MOST_BASES];
	unsigned count = 0;
	for (uint32_t segments = MOST_SEGMENTS; segments > 0; segments--)
		for (size_t i = 0; i < list->len; i++)
			if (list->at[i].count == segments) {
				place[i] = count;
				sorted[count++] = list->at[i];
			}
	if (count)
		memcpy(list->at, sorted, count * sizeof *sorted);
	place[NO_BASE] = NO_BASE;
}

static uint64_t moved(uint64_t mask, const unsigned *place)
{
	uint64_t out = 0;
	for (unsigned i = 0; i <= NO_BASE; i++)
		if (mask >> i & 1)
			out |= (uint64_t)1 << place[i];
	return out;
}

void load_bases(struct loader *l)
{
	struct base_list list = {0};
	unsigned place[NO_BASE + 1] = {0};
	uint64_t mask = 0;
	for (size_t i = 0; i < l->c->endpoints; i++) {
		const struct node *servers = l->servers_of.at[i];
		if (i == 0 || servers != l->servers_of.at[i - 1])
			mask = bases_of(l, &list, servers);
		l->c->endpoint[i].bases = mask;
	}
	sort_bases(&list, place);
	for (size_t i = 0; i < l->c->endpoints; i++)
		l->c->endpoint[i].bases = moved(l->c->endpoint[i].bases, place);
	if (list.over)
		diag_warn(l->d, tree_place(l->documents.at[0].root),
			  "the servers have more base paths than the %d that are looked at", MOST_BASES);
	l->c->base = ARENA_ARRAY(&l->c->arena, struct base_path, list.len);
	l->c->bases = (uint32_t)list.len;
	if (list.len)
		memcpy(l->c->base, list.at, list.len * sizeof *list.at);
	VEC_FREE(&list);
}
