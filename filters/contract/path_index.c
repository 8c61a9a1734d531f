#include "filters/contract/path_index.h"
#include "filters/contract/percent.h"
#include "proxy/base/hash.h"

#define NONE UINT32_MAX

struct edge {
	uint64_t key; /* of a literal: of its text */
	const struct path_pattern *pattern;
	struct index_node *to;
};

/* Literals are a hash table, half empty at least, so that one among ten thousand is found as soon as one among ten; patterns are
 * sorted by how specific they are. */
struct index_node {
	struct edge *literal, *pattern;
	uint32_t literals, patterns;
	uint32_t room; /* places of the table: a power of two, or 0 */
	uint32_t id;
};

struct path_index {
	struct arena *arena;
	struct index_node *root;
	uint64_t seed; /* of this process: a contract cannot aim at one place of a table */
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
	*ix = (struct path_index){arena, new_node(arena), hash_local(STR("path index"))};
	return ix;
}

static uint64_t key_of(uint64_t seed, struct str text)
{
	uint64_t key = seed ^ text.len, word;
	for (; text.len >= sizeof word; text = str_skip(text, sizeof word)) {
		memcpy(&word, text.at, sizeof word);
		key = hash_folded(key ^ word, 0x9e3779b97f4a7c15);
	}
	word = 0;
	if (text.len)
		memcpy(&word, text.at, text.len);
	return hash_folded(key ^ word, 0xd6e8feb86659fd93);
}

/* The place of a literal, or the free one where it belongs (without `to`). There is one. */
static struct edge *literal_place(const struct index_node *n, struct str text, uint64_t key)
{
	uint32_t at = (uint32_t)key & (n->room - 1);
	while (n->literal[at].to && !(n->literal[at].key == key && str_eq(n->literal[at].pattern->piece[0], text)))
		at = (at + 1) & (n->room - 1);
	return &n->literal[at];
}

static void make_room(struct arena *arena, struct index_node *n)
{
	const struct edge *old = n->literal;
	uint32_t before = n->room;
	if (2 * (n->literals + 1) <= before)
		return;
	n->room = before ? 2 * before : 4;
	n->literal = ARENA_ARRAY(arena, struct edge, n->room);
	memset(n->literal, 0, n->room * sizeof *n->literal);
	for (uint32_t i = 0; i < before; i++)
		if (old[i].to)
			*literal_place(n, old[i].pattern->piece[0], old[i].key) = old[i];
}

static struct index_node *literal_to(struct path_index *ix, struct index_node *n, const struct path_pattern *p)
{
	uint64_t key = key_of(ix->seed, p->piece[0]);
	make_room(ix->arena, n);
	struct edge *e = literal_place(n, p->piece[0], key);
	if (!e->to) {
		*e = (struct edge){key, p, new_node(ix->arena)};
		n->literals++;
	}
	return e->to;
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

/* The array grows by doubling whenever its count is a power of two. */
static struct edge *insert_pattern(struct arena *arena, struct index_node *n, uint32_t at)
{
	if ((n->patterns & (n->patterns - 1)) == 0) {
		struct edge *more = ARENA_ARRAY(arena, struct edge, n->patterns ? n->patterns * 2 : 1);
		if (n->patterns)
			memcpy(more, n->pattern, n->patterns * sizeof *more);
		n->pattern = more;
	}
	memmove(n->pattern + at + 1, n->pattern + at, (n->patterns - at) * sizeof *n->pattern);
	n->patterns++;
	return &n->pattern[at];
}

static struct index_node *step(struct path_index *ix, struct index_node *n, const struct path_pattern *p)
{
	uint32_t at;
	if (p->parameters == 0)
		return literal_to(ix, n, p);
	if (pattern_place(n, p, &at))
		return n->pattern[at].to;
	struct edge *e = insert_pattern(ix->arena, n, at);
	*e = (struct edge){0, p, new_node(ix->arena)};
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
	uint64_t seed;
};

static uint32_t descend(const struct search *s, const struct index_node *n, struct str rest, unsigned count,
			unsigned *total);

static const struct index_node *literal_step(const struct index_node *n, struct str segment, uint64_t seed)
{
	char text[PATH_LITERAL];
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
	return literal_place(n, segment, key_of(seed, segment))->to;
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
	const struct index_node *to = n->literals ? literal_step(n, segment, s->seed) : NULL;
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
	struct search s = {value, limit, sets, set, ix->seed};
	*count = 0;
	if (path.len == 0 || path.at[0] != '/')
		return NONE;
	return descend(&s, ix->root, str_skip(path, 1), 0, count);
}
