/* Which places of its schema a body fills: JSON as it is, the fields of forms, the items of JSON lines. */
#include "filters/contract/form.h"
#include "filters/contract/multipart.h"
#include "filters/contract/pairs.h"
#include "filters/contract/percent.h"
#include "filters/contract/presence_inside.h"

enum { KEPT_DECODED = 1 << 20 };

static bool look_at_json(struct look *l, uint32_t node, struct str json)
{
	struct tape *tape = &l->p->tape;
	const struct json_limits limits = {.depth = PRESENCE_DEEPEST};
	if (tape_read(tape, json, &limits).error != JSON_OK)
		return false;
	places_walk(&l->p->places, node, tape, 0);
	return true;
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

/* The field that a name of a form means: itself, or that of deepObject's `name[member]`. Patterns want UTF-8, of which
 * nobody knows here. */
static uint32_t field_of(struct look *l, uint32_t node, struct str name)
{
	struct str outer = str_head(name, str_find(name, '['));
	if (!is_ascii(name))
		return places_named(&l->p->places, node, name);
	uint32_t whole = places_member(&l->p->places, node, name, json_key_hash(name));
	if (outer.len == name.len || !outer.len || (whole != NONE && l->p->places.edges.at[whole].name.at))
		return whole;
	uint32_t named = places_named(&l->p->places, node, outer);
	return named != NONE ? named : whole;
}

/* A field with parts of its own: one that is written as JSON is looked into, a list of plain values is one, and of
 * anything else is said that it was not looked at. */
static bool look_into(struct look *l, uint32_t edge, struct str value)
{
	struct places *places = &l->p->places;
	uint32_t node = places_behind(places, edge);
	struct str text = str_trim(value);
	if (node == PLACE_LEAF)
		return true;
	if (node < PLACE_FULL && text.len && (text.at[0] == '{' || text.at[0] == '['))
		return look_at_json(l, node, text);
	if (node >= PLACE_FULL)
		return false;
	uint32_t items = places_items(places, node);
	places_found(places, items);
	return items != NONE && places_behind(places, items) == PLACE_LEAF;
}

static bool look_at_field(struct look *l, uint32_t node, struct str name, struct str value)
{
	uint32_t edge = field_of(l, node, name);
	places_found(&l->p->places, edge);
	return edge == NONE || look_into(l, edge, value);
}

static bool look_at_form(struct look *l, uint32_t node, struct str body)
{
	struct pairs pairs;
	bool whole = true, malformed = false;
	pairs_read(&pairs, l->arena, body, &(struct pairs_syntax){"&", true, false, false});
	for (uint32_t i = 0; i < pairs.count && i < FORM_FIELDS; i++)
		whole &= look_at_field(l, node, pairs.at[i].name,
				       percent_decoded(l->arena, pairs.at[i].value, true, &malformed));
	return whole && pairs.count <= FORM_FIELDS;
}

static bool look_at_parts(struct look *l, uint32_t node, struct str boundary, struct str body)
{
	struct multipart m;
	struct multipart_part part;
	enum multipart_result result = multipart_begin(&m, boundary, body);
	bool whole = true;
	while (result == MULTIPART_PART && (result = multipart_next(&m, &part)) == MULTIPART_PART)
		whole &= look_at_field(l, node, part.name, part.content);
	return whole && result == MULTIPART_END;
}

static bool look_at_lines(struct look *l, uint32_t node, struct str body, char separator)
{
	struct str rest = body;
	bool whole = true;
	while (rest.at) {
		struct str line = str_trim(str_cut(&rest, separator));
		if (line.len && !(line.len == 1 && line.at[0] == '\r'))
			whole &= look_at_json(l, node, line);
	}
	return whole;
}

static bool look_at_kind(struct look *l, uint32_t node, const struct media_range *type, struct str body)
{
	switch (media_kind(type)) {
	case MEDIA_JSON:
		return look_at_json(l, node, body);
	case MEDIA_FORM:
		return look_at_form(l, node, body);
	case MEDIA_MULTIPART:
		return look_at_parts(l, node, media_range_parameter(type, STR("boundary")), body);
	case MEDIA_LINES:
		return look_at_lines(l, node, body, '\n');
	case MEDIA_SEQUENCE:
		return look_at_lines(l, node, body, '\x1e');
	default:
		return false;
	}
}

/* What a body of this message is described by. False: it is none that could be looked at. *media NULL: nothing is named
 * in it. */
static bool plan(struct look *l, const struct media **media, struct body_plan *p)
{
	struct findings quiet;
	const struct content *content = l->response ? &l->response->content : &l->endpoint->body;
	*media = NULL;
	if (!l->m->head->has_body || (l->m->direction == RESPONSE && !l->response))
		return true;
	if (l->m->direction == REQUEST && !l->endpoint->public.has_request_body)
		return true;
	findings_begin(&quiet, l->arena, 0);
	struct hearing h = {l->m->contract, NULL, l->m->direction, &quiet, VALID};
	message_plan(&h, content, l->m->head, ISSUE_UNSUPPORTED, p);
	if (h.result == INVALID)
		return false;
	if (p->judge)
		*media = p->media;
	return p->judge || !p->unchecked || strcmp(p->unchecked, "no_schema") == 0;
}

static uint32_t root_of(struct look *l, const struct media *m)
{
	bool made;
	uint32_t root = presence_root(l, m, &made);
	if (!made)
		return root;
	enum media_kind kind = media_kind(&m->range);
	bool items = m->item.present && (kind == MEDIA_LINES || kind == MEDIA_SEQUENCE || kind == MEDIA_EVENTS);
	const struct judged *schema = items ? &m->item : &m->schema;
	if (schema->present)
		l->p->roots.at[root].node =
		    places_root(&l->p->places, l->m->contract->program, schema->entry, items ? STR("/*") : STR(""));
	return root;
}

bool presence_body(struct look *l, uint32_t *root)
{
	const struct media *media;
	struct media_range type;
	struct body_plan p = {0};
	struct str body;
	if (!plan(l, &media, &p))
		return false;
	if (!media)
		return true;
	*root = root_of(l, media);
	uint32_t node = l->p->roots.at[*root].node;
	if (node == PLACE_LEAF)
		return true;
	if (node >= PLACE_FULL || !l->m->body.at || !media_range_parse(p.content_type, &type))
		return false;
	if (coding_decode(l->p->coding, p.content_encoding, l->m->body, l->m->contract->max_decoded, &body) !=
	    CODING_OK)
		return false;
	bool whole = look_at_kind(l, node, &type, body);
	if (coding_scratch_held(l->p->coding) > KEPT_DECODED)
		coding_scratch_trim(l->p->coding, KEPT_DECODED);
	return whole && !l->p->places.cut;
}
