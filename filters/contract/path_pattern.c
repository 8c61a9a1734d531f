#include "filters/contract/path_pattern.h"
#include "filters/contract/percent.h"

bool path_literal_at(struct str segment, size_t *at, struct str literal)
{
	size_t i = *at;
	for (size_t k = 0; k < literal.len; k++)
		if (i >= segment.len || percent_next(segment, &i) != (unsigned char)literal.at[k])
			return false;
	*at = i;
	return true;
}

static size_t count_open(struct str segment)
{
	size_t count = 0;
	for (size_t i = 0; i < segment.len; i++)
		count += segment.at[i] == '{';
	return count;
}

static const char *add_literal(struct path_pattern *p, struct arena *arena, struct str text)
{
	bool malformed = false;
	if (text.len > PATH_LITERAL)
		return "a segment of the path is too long";
	if (str_find(text, '}') < text.len)
		return "a } without its {";
	if (str_find(text, '?') < text.len || str_find(text, '#') < text.len)
		return "a path holds neither query nor fragment: it would never match";
	p->piece[p->parameters] = arena_dup(arena, percent_decoded(arena, text, false, &malformed));
	p->literal += (uint32_t)p->piece[p->parameters].len;
	return malformed ? "a malformed percent-encoding" : NULL;
}

static const char *add_name(struct path_pattern *p, struct arena *arena, struct str name)
{
	if (name.len == 0)
		return "a parameter without a name";
	if (str_find(name, '{') < name.len)
		return "a { inside a parameter's name";
	if (p->parameters && p->piece[p->parameters].len == 0)
		return "two parameters with nothing between them";
	p->name[p->parameters++] = arena_dup(arena, name);
	return NULL;
}

struct path_pattern *path_pattern_read(struct arena *arena, struct str segment, const char **why)
{
	size_t most = count_open(segment);
	struct path_pattern *p = ARENA_NEW(arena, struct path_pattern);
	p->piece = ARENA_ARRAY(arena, struct str, most + 1);
	p->name = ARENA_ARRAY(arena, struct str, most + 1);
	for (;;) {
		size_t open = str_find(segment, '{');
		if ((*why = add_literal(p, arena, str_head(segment, open))) != NULL)
			return NULL;
		if (open == segment.len)
			return p;
		segment = str_skip(segment, open + 1);
		size_t shut = str_find(segment, '}');
		*why = shut == segment.len ? "a { without its }" : add_name(p, arena, str_head(segment, shut));
		if (*why)
			return NULL;
		segment = str_skip(segment, shut + 1);
	}
}

bool path_pattern_same(const struct path_pattern *a, const struct path_pattern *b)
{
	if (a->parameters != b->parameters)
		return false;
	for (uint32_t i = 0; i <= a->parameters; i++)
		if (!str_eq(a->piece[i], b->piece[i]))
			return false;
	return true;
}

/* Where the last literal begins, so that it ends with the segment. Decoded bytes are one or three raw ones, so the
 * place has to be looked for. */
static bool find_tail(struct str segment, size_t from, struct str tail, size_t *begin)
{
	for (size_t i = from; i <= segment.len; i++) {
		size_t at = i;
		if (path_literal_at(segment, &at, tail) && at == segment.len) {
			*begin = i;
			return true;
		}
		if (i < segment.len) {
			size_t next = i;
			percent_next(segment, &next);
			i = next - 1;
		}
	}
	return false;
}

static bool find_piece(struct str segment, size_t from, struct str piece, size_t *begin, size_t *end)
{
	for (size_t i = from; i < segment.len;) {
		*end = *begin = i;
		if (path_literal_at(segment, end, piece))
			return true;
		percent_next(segment, &i);
	}
	return false;
}

bool path_pattern_match(const struct path_pattern *p, struct str segment, struct str *value)
{
	size_t at = 0;
	if (!path_literal_at(segment, &at, p->piece[0]))
		return false;
	for (uint32_t i = 0; i < p->parameters; i++) {
		size_t begin = 0, end = segment.len, first = at;
		if (at >= segment.len)
			return false;
		percent_next(segment, &first); /* at least one character */
		bool last = i + 1 == p->parameters;
		if (last ? !find_tail(segment, first, p->piece[i + 1], &begin)
			 : !find_piece(segment, first, p->piece[i + 1], &begin, &end))
			return false;
		value[i] = str_of(segment.at + at, begin - at);
		at = end;
	}
	return p->parameters ? true : at == segment.len;
}
