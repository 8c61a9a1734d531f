#include "filters/shape.h"

#define MAJOR   STR("<major>")
#define VERSION STR("<version>")

/* Splits at the one placeholder. */
static const char *read_placeholder(struct str text, struct shape *shape)
{
	size_t major = str_search(text, MAJOR), version = str_search(text, VERSION);
	bool has_major = major < text.len, has_version = version < text.len;
	if (has_major == has_version)
		return has_major ? "<major> or <version>, not both" : "it needs a <major> or a <version>";
	size_t at = has_major ? major : version, length = has_major ? MAJOR.len : VERSION.len;
	*shape =
	    (struct shape){.before = str_head(text, at), .after = str_skip(text, at + length), .named = has_version};
	struct str sides[] = {shape->before, shape->after};
	for (unsigned i = 0; i < 2; i++)
		if (str_find(sides[i], '<') < sides[i].len || str_find(sides[i], '>') < sides[i].len)
			return "it has one placeholder, <major> or <version>, and no other < or >";
	return NULL;
}

static bool has_gap(struct str path)
{
	return str_search(path, STR("//")) < path.len || str_search(path, STR("/./")) < path.len ||
	       str_search(path, STR("/../")) < path.len;
}

const char *shape_read_path(struct str text, struct shape *shape)
{
	if (!text.len || text.at[0] != '/')
		return "a path begins with /";
	if (str_find(text, '?') < text.len || str_find(text, '#') < text.len || has_gap(text))
		return "a path without ?, #, dot segments and empty segments";
	const char *why = read_placeholder(text, shape);
	if (why)
		return why;
	if (shape->after.len && shape->after.at[shape->after.len - 1] == '/')
		shape->after.len--;
	size_t end = str_find(shape->after, '/');
	shape->rest = str_skip(shape->after, end);
	shape->after.len = end;
	return NULL;
}

const char *shape_read_media_type(struct str text, struct shape *shape)
{
	const char *why = read_placeholder(text, shape);
	if (why)
		return why;
	if (str_find(shape->before, '/') == shape->before.len)
		return "type/subtype, with the version in the subtype";
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == ';' || text.at[i] == ',' || text.at[i] == ' ')
			return "type/subtype without parameters";
	return NULL;
}

bool shape_looks_like_version(struct str token)
{
	if (token.len && token.at[0] == '=')
		token = str_skip(token, 1);
	if (token.len && token.at[0] == 'v')
		token = str_skip(token, 1);
	return token.len && ascii_digit(token.at[0]);
}

bool shape_match_path(const struct shape *shape, struct str path, struct str *token, struct str *segment)
{
	if (!str_starts(path, shape->before))
		return false;
	struct str tail = str_skip(path, shape->before.len);
	size_t end = 0; /* mostly near */
	while (end < tail.len && tail.at[end] != '/')
		end++;
	struct str piece = str_head(tail, end), behind = str_skip(tail, end);
	if (piece.len <= shape->after.len || !str_ends(piece, shape->after) || !str_starts(behind, shape->rest))
		return false;
	if (behind.len > shape->rest.len && behind.at[shape->rest.len] != '/')
		return false;
	*token = str_head(piece, piece.len - shape->after.len);
	if (!shape->named && !ascii_digit(token->at[0]))
		return false;
	const char *slash = token->at;
	while (*--slash != '/')
		;
	*segment = str_of(slash, (size_t)(piece.at + piece.len - slash));
	return true;
}

bool shape_match_media_type(const struct shape *shape, struct str type, struct str *token)
{
	if (type.len <= shape->before.len + shape->after.len)
		return false;
	if (!str_eq_nocase(str_head(type, shape->before.len), shape->before) ||
	    !str_eq_nocase(str_skip(type, type.len - shape->after.len), shape->after))
		return false;
	*token = str_of(type.at + shape->before.len, type.len - shape->before.len - shape->after.len);
	return shape->named || ascii_digit(token->at[0]);
}

/* A segment of a shape: literal, or before + placeholder + after. */
struct piece {
	struct str text, after;
	bool open, named;
};

/* Takes the next segment of a shape off *before, then the open one, then those of *rest. */
static bool next_piece(const struct shape *shape, struct str *before, struct str *rest, bool *opened,
		       struct piece *piece)
{
	*piece = (struct piece){0};
	struct str *from = *opened ? rest : before;
	if (!from->len)
		return false;
	struct str tail = str_skip(*from, 1);
	size_t end = str_find(tail, '/');
	piece->text = str_head(tail, end);
	*from = str_skip(tail, end);
	if (!*opened && end == tail.len) {
		piece->open = *opened = true;
		piece->after = shape->after;
		piece->named = shape->named;
	}
	return true;
}

static bool open_takes(const struct piece *open, struct str literal)
{
	size_t fixed = open->text.len + open->after.len;
	if (literal.len <= fixed || !str_starts(literal, open->text) || !str_ends(literal, open->after))
		return false;
	return open->named || ascii_digit(literal.at[open->text.len]);
}

static bool ends_meet(struct str a, struct str b)
{
	return str_ends(a, b) || str_ends(b, a);
}

/* Two open segments: <major> begins with a digit, so that /v<major> and /<major> have nothing in common. */
static bool opens_meet(const struct piece *a, const struct piece *b)
{
	if (!ends_meet(a->after, b->after))
		return false;
	const struct piece *shorter = a->text.len <= b->text.len ? a : b, *longer = shorter == a ? b : a;
	if (!str_starts(longer->text, shorter->text))
		return false;
	return shorter->named || longer->text.len == shorter->text.len ||
	       ascii_digit(longer->text.at[shorter->text.len]);
}

static bool pieces_meet(const struct piece *a, const struct piece *b)
{
	if (a->open && b->open)
		return opens_meet(a, b);
	if (a->open)
		return open_takes(a, b->text);
	return b->open ? open_takes(b, a->text) : str_eq(a->text, b->text);
}

bool shape_overlaps(const struct shape *a, const struct shape *b)
{
	struct str before[2] = {a->before, b->before}, rest[2] = {a->rest, b->rest};
	bool opened[2] = {false, false};
	struct piece piece[2];
	while (next_piece(a, &before[0], &rest[0], &opened[0], &piece[0]) &&
	       next_piece(b, &before[1], &rest[1], &opened[1], &piece[1]))
		if (!pieces_meet(&piece[0], &piece[1]))
			return false;
	return true;
}
