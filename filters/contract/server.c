#include "filters/contract/server.h"
#include "filters/contract/load.h"

enum { MOST_BASES = 64, MOST_SEGMENTS = 32 };

struct base_list {
	struct base_path *at;
	size_t len, cap;
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

/* Adds the base path of a URL; what is left in braces stands for any text within its segment. */
static void add_base(struct loader *l, struct base_list *list, struct str url)
{
	struct path_pattern *segments[MOST_SEGMENTS];
	struct base_path base = {segments, 0};
	struct str rest = path_of(url);
	const char *why;
	while (rest.at) {
		struct str one = str_cut(&rest, '/');
		if (one.len == 0 || str_eq(one, STR(".")))
			continue;
		if (base.count == MOST_SEGMENTS || !(segments[base.count] = path_pattern_read(&l->c->arena, one, &why)))
			return;
		base.count++;
	}
	for (size_t i = 0; i < list->len; i++)
		if (same_base(&list->at[i], &base))
			return;
	if (base.count == 0 || list->len == MOST_BASES)
		return;
	base.segment = ARENA_ARRAY(&l->c->arena, struct path_pattern *, base.count);
	memcpy(base.segment, segments, base.count * sizeof *segments);
	VEC_PUSH(list, base);
}

static struct str replaced(struct loader *l, struct str url, size_t open, size_t shut, struct str value)
{
	return arena_printf(&l->arena, "%.*s%.*s%.*s", (int)open, url.at, STR_ARG(value), (int)(url.len - shut - 1),
			    url.at + shut + 1);
}

/* Replaces the first variable from `from` on by each value that it may have, and goes on behind it. Bounded: by the
 * count of variables in depth, by *budget in breadth. */
static void expand(struct loader *l, struct base_list *list, const struct node *variables, struct str url, size_t from,
		   unsigned *budget)
{
	size_t open = from + str_find(str_skip(url, from), '{'), shut = open;
	if (open < url.len)
		shut = open + str_find(str_skip(url, open), '}');
	if (*budget == 0)
		return;
	--*budget;
	if (shut >= url.len) {
		add_base(l, list, url);
		return;
	}
	const struct node *v = tree_get(variables, str_of(url.at + open + 1, shut - open - 1));
	const struct node *values = tree_get(v, STR("enum")), *fallback = tree_get(v, STR("default"));
	for (uint32_t i = 0; values && i < values->count; i++) {
		struct str value = tree_text(&values->items[i]);
		expand(l, list, variables, replaced(l, url, open, shut, value), open + value.len, budget);
	}
	if (values)
		return;
	if (fallback)
		expand(l, list, variables, replaced(l, url, open, shut, tree_text(fallback)),
		       open + tree_text(fallback).len, budget);
	expand(l, list, variables, url, shut + 1, budget);
}

static int longest_first(const void *a, const void *b)
{
	const struct base_path *x = a, *y = b;
	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

void load_bases(struct loader *l)
{
	struct base_list list = {0};
	unsigned budget = 1024;
	for (size_t i = 0; i < l->bases.len; i++)
		for (uint32_t k = 0; k < l->bases.at[i]->count; k++) {
			const struct node *server = &l->bases.at[i]->items[k];
			expand(l, &list, tree_get(server, STR("variables")), tree_text(tree_get(server, STR("url"))), 0,
			       &budget);
		}
	if (list.len)
		qsort(list.at, list.len, sizeof *list.at, longest_first);
	l->c->base = ARENA_ARRAY(&l->c->arena, struct base_path, list.len);
	l->c->bases = (uint32_t)list.len;
	if (list.len)
		memcpy(l->c->base, list.at, list.len * sizeof *list.at);
	VEC_FREE(&list);
}
