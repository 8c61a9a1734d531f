#include "filters/contract/multipart_part.h"
#include "filters/contract/form.h"
#include "filters/contract/json.h"

static const struct str nowhere = {NULL, 0};

bool parts_are_list(const struct media *m, const struct media_range *type)
{
	return media_kind(type) == MEDIA_PARTS || m->positions || m->rest;
}

/* The parts' number is counted first, so that the arena is used once. */
static enum multipart_result read_all(struct parts *p, struct str boundary, struct str body, bool keep)
{
	struct multipart m;
	struct multipart_part one;
	enum multipart_result result = multipart_begin(&m, boundary, body);
	m.nameless = p->list;
	p->pairs.count = 0;
	while (result == MULTIPART_PART && (result = multipart_next(&m, &one)) == MULTIPART_PART) {
		if (keep) {
			p->part[p->pairs.count] = one;
			p->pairs.at[p->pairs.count] = (struct pair){.name = one.name, .value = one.content};
		}
		p->pairs.count++;
	}
	return result;
}

bool parts_read(struct parts *p, struct str boundary, struct str body)
{
	struct hearing *h = p->judging->h;
	struct arena *arena = h->out->arena;
	enum multipart_result result = read_all(p, boundary, body, false);
	if (result == MULTIPART_END && p->pairs.count <= FORM_FIELDS) {
		p->part = arena_alloc(arena, (p->pairs.count + 1) * sizeof *p->part);
		p->pairs.at = arena_alloc(arena, (p->pairs.count + 1) * sizeof *p->pairs.at);
		(void)read_all(p, boundary, body, true);
		if (p->list)
			p->start = arena_alloc(arena, (p->pairs.count + 1) * sizeof *p->start);
		else
			pairs_index(&p->pairs, arena);
		return true;
	}
	if (p->judging->silent)
		return false;
	if (result == MULTIPART_END)
		hearing_undecided(h, "fields");
	else
		hearing_find(h, IN_BODY, ISSUE_SYNTAX, nowhere, nowhere, (struct place){0},
			     str_from(multipart_text(result)), NULL);
	return false;
}

/* Whether the part's own type is one that the Encoding object names; the default where none is given. */
static bool check_type(const struct encoding *e, const struct multipart_part *part, struct media_range *type)
{
	bool given = part->content_type.at != NULL;
	bool good = !given || media_range_parse(part->content_type, type);
	if (!good || !e || e->types == 0 || e->styled)
		return good;
	if (!given) {
		*type = e->type[0];
		return true;
	}
	for (uint32_t i = 0; i < e->types; i++)
		if (media_range_covers(&e->type[i], type))
			return true;
	return false;
}

static bool is_bytes(const struct media *m, struct str name)
{
	for (uint32_t i = 0; i < m->bytes_fields; i++)
		if (str_eq(m->bytes_field[i], name))
			return true;
	return false;
}

static bool any_kind(uint32_t types)
{
	uint32_t all = (1u << JSON_KINDS) - 1;
	return (types & all) == all;
}

static enum media_kind kind_of(const struct parts *p, const struct encoding *e, const struct multipart_part *part,
			       const struct media_range *type, uint32_t types)
{
	uint32_t complex = 1u << JSON_OBJECT | 1u << JSON_ARRAY;
	if (part->content_type.at || (e && e->types && !e->styled))
		return media_is_concrete(type) ? media_kind(type) : MEDIA_BINARY;
	if (part->filename.at || (p->list ? any_kind(types) : is_bytes(p->m, part->name)))
		return MEDIA_BINARY;
	return types & complex && !(types & ~complex) ? MEDIA_JSON : MEDIA_TEXT;
}

/* A part of a list is named by its number. */
static struct str name_of(const struct parts *p, const struct multipart_part *part)
{
	if (part->name.at)
		return part->name;
	return arena_printf(p->judging->h->out->arena, "%u", (unsigned)(part - p->part));
}

enum media_kind parts_kind(struct parts *p, const struct encoding *e, const struct multipart_part *part, uint32_t types,
			   struct media_range *type)
{
	*type = (struct media_range){.count = 0};
	if (check_type(e, part, type))
		return kind_of(p, e, part, type, types);
	if (!p->judging->silent)
		hearing_find(p->judging->h, IN_BODY, ISSUE_UNSUPPORTED, name_of(p, part),
			     e ? e->field.pointer : nowhere, e ? e->field.place : (struct place){0},
			     STR("a part of the media type that its encoding names"), NULL);
	return MEDIA_BINARY;
}

bool parts_transferred(const struct multipart_part *part)
{
	for (unsigned i = 0; i < part->headers; i++)
		if (str_eq_nocase(part->header[i].name, STR("Content-Transfer-Encoding")))
			return str_eq_nocase(part->header[i].value, STR("base64")) ||
			       str_eq_nocase(part->header[i].value, STR("quoted-printable"));
	return false;
}
