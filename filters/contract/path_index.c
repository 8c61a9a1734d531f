#include "filters/contract/path_index.h"
#include "filters/contract/percent.h"

#define NONE UINT32_MAX

struct edge {
	const struct path_pattern *pattern;
	struct index_node *to;
};

/* Edges are kept sorted: literals by their bytes, patterns by how specific they are. */
struct index_node {
	struct edge *literal, *pattern;
	uint32_t literals, patterns;
	uint32_t id;
};

struct path_index {
	struct arena *arena;
	struct index_node *root;
};

static struct index_node *new_node(struct arena *arena)
{
	struct index_node *n = ARENA_NEW(arena, struct index_node);
	n->id = NONE;
	return n;
}

struct path_index *path_index_new(struct arena *arena)
{
	struct path_index *ix = ARENA_NEW(arena, struct path_index);
	*ix = (struct path_index){arena, new_node(arena)};
	return ix;
}

/* Inserts at `at`; the array grows by doubling whenever its count is a power of two. */
static struct edge *insert(struct arena *arena, struct edge **edges, uint32_t *count, uint32_t at)
{
	if ((*count & (*count - 1)) == 0) {
		struct edge *more = ARENA_ARRAY(arena, struct edge, *count ? *count * 2 : 1);
		if (*count)
			memcpy(more, *edges, *count * sizeof *more);
		*edges = more;
	}
	memmove(*edges + at + 1, *edges + at, (*count - at) * sizeof **edges);
	++*count;
	return &(*edges)[at];
}

static bool literal_place(const struct index_node *n, struct str text, uint32_t *at)
{
	uint32_t low = 0, high = n->literals;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(n->literal[middle].pattern->piece[0], text);
		if (order == 0) {
			*at = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*at = low;
	return false;
}

static bool pattern_place(const struct index_node *n, const struct path_pattern *p, uint32_t *at)
{
	uint32_t i = 0;
	for (; i < n->patterns && n->pattern[i].pattern->literal >= p->literal; i++)
		if (path_pattern_same(n->pattern[i].pattern, p)) {
			*at = i;
			return true;
		}
	*at = i;
	return false;
}

static struct index_node *step(struct path_index *ix, struct index_node *n, const struct path_pattern *p)
{
	uint32_t at;
	struct edge *e;
	if (p->parameters == 0) {
		if (literal_place(n, p->piece[0], &at))
			return n->literal[at].to;
		e = insert(ix->arena, &n->literal, &n->literals, at);
	} else {
		if (pattern_place(n, p, &at))
			return n->pattern[at].to;
		e = insert(ix->arena, &n->pattern, &n->patterns, at);
	}
	*e = (struct edge){p, new_node(ix->arena)};
	return e->to;
}

bool path_index_add(struct path_index *ix, struct str template, uint32_t id, struct str *names, unsigned limit,
		    unsigned *count, const char **why, uint32_t *other)
{
	struct index_node *n = ix->root;
	struct str rest = str_skip(template, template.len ? 1 : 0);
	unsigned segments = 0;
	*other = NONE;
	*count = 0;
	*why = template.len && template.at[0] == '/' ? NULL : "a path begins with a slash";
	if (!rest.at)
		rest = STR("");
	while (!*why && rest.at) {
		const struct path_pattern *p = path_pattern_read(ix->arena, str_cut(&rest, '/'), why);
		if (!p)
			return false;
		for (uint32_t i = 0; i < p->parameters && !*why; i++)
			if (*count == limit)
				*why = "too many parameters in one path";
			else
				names[(*count)++] = p->name[i];
		if (++segments > PATH_SEGMENTS)
			*why = "too many segments in one path";
		n = step(ix, n, p);
	}
	if (*why)
		return false;
	*other = n->id;
	if (n->id != NONE) {
		*why = "this path matches the same requests as another";
		return false;
	}
	n->id = id;
	return true;
}

struct search {
	struct str *value;
	unsigned limit;
	const uint64_t *sets;
	unsigned set;
};

static uint32_t descend(const struct search *s, const struct index_node *n, struct str rest, unsigned count,
			unsigned *total);

static const struct index_node *literal_step(const struct index_node *n, struct str segment)
{
	char text[PATH_LITERAL];
	uint32_t at;
	bool malformed = false;
	if (str_find(segment, '%') < segment.len) {
		if (segment.len > 3 * sizeof text)
			return NULL;
		char wide[3 * sizeof text];
		size_t len = percent_decode(segment, false, wide, &malformed);
		if (len > sizeof text)
			return NULL;
		memcpy(text, wide, len);
		segment = str_of(text, len);
	}
	return literal_place(n, segment, &at) ? n->literal[at].to : NULL;
}

/* Recursion is as deep as the document's longest template at most (PATH_SEGMENTS). A node of the tree is reached by one
 * way only, so a search visits each node once at most, however it has to step back. */
static uint32_t descend(const struct search *s, const struct index_node *n, struct str rest, unsigned count,
			unsigned *total)
{
	if (!rest.at) {
		*total = count;
		return n->id == NONE || !s->sets || s->sets[n->id] >> s->set & 1 ? n->id : NONE;
	}
	struct str segment = str_cut(&rest, '/');
	const struct index_node *to = n->literals ? literal_step(n, segment) : NULL;
	uint32_t id = to ? descend(s, to, rest, count, total) : NONE;
	for (uint32_t i = 0; i < n->patterns && id == NONE; i++) {
		const struct path_pattern *p = n->pattern[i].pattern;
		if (count + p->parameters <= s->limit && path_pattern_match(p, segment, s->value + count))
			id = descend(s, n->pattern[i].to, rest, count + p->parameters, total);
	}
	return id;
}

uint32_t path_index_find(const struct path_index *ix, struct str path, const uint64_t *sets, unsigned set,
			 struct str *value, unsigned limit, unsigned *count)
{
	struct search s = {value, limit, sets, set};
	*count = 0;
	if (path.len == 0 || path.at[0] != '/')
		return NONE;
	return descend(&s, ix->root, str_skip(path, 1), 0, count);
}
