#include "filters/contract/multipart_form.h"
#include "filters/contract/form.h"
#include "filters/contract/json.h"
#include "filters/contract/multipart.h"
#include "filters/contract/parameter.h"

struct parts {
	struct hearing *h;
	const struct media *m;
	struct multipart_part *part;
	struct pairs pairs; /* parallel to part */
	struct coercion c;
	bool opaque; /* a part cannot be put into JSON: nothing can be said of the whole */
	bool silent; /* a second reading: what is wrong with single parts has been told */
};

static const struct str nowhere = {NULL, 0};

/* Reads all parts; false after a finding. The parts' number is counted first, so that the arena is used once. */
static bool read_parts(struct parts *p, struct str boundary, struct str body)
{
	struct multipart m;
	struct multipart_part one;
	enum multipart_result result;
	uint32_t count = 0;
	for (int pass = 0; pass < 2; pass++) {
		p->pairs.count = 0;
		result = multipart_begin(&m, boundary, body);
		while (result == MULTIPART_PART && (result = multipart_next(&m, &one)) == MULTIPART_PART) {
			if (pass == 1) {
				p->part[p->pairs.count] = one;
				p->pairs.at[p->pairs.count] = (struct pair){.name = one.name, .value = one.content};
			}
			p->pairs.count++;
		}
		count = p->pairs.count;
		if (result != MULTIPART_END)
			break;
		if (pass == 0) {
			p->part = arena_alloc(p->h->out->arena, (count + 1) * sizeof *p->part);
			p->pairs.at = arena_alloc(p->h->out->arena, (count + 1) * sizeof *p->pairs.at);
		}
	}
	if (result != MULTIPART_END) {
		hearing_find(p->h, IN_BODY, ISSUE_SYNTAX, nowhere, nowhere, (struct place){0},
			     str_from(multipart_text(result)), NULL);
		return false;
	}
	pairs_index(&p->pairs, p->h->out->arena);
	return true;
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

static bool whole_json(struct parts *p, struct str text)
{
	struct tape tape = {0};
	struct json_fault fault = tape_read(&tape, text, &(struct json_limits){0});
	bool good = fault.error == JSON_OK || fault.error == JSON_DUPLICATE_KEY;
	tape_free(&tape);
	if (good)
		json_out_add(&p->c.out, text);
	return good;
}

static bool is_bytes(const struct media *m, struct str name)
{
	for (uint32_t i = 0; i < m->bytes_fields; i++)
		if (str_eq(m->bytes_field[i], name))
			return true;
	return false;
}

/* What a part without a type is read as (OpenAPI 3.1.1, 4.8.15.1.1). */
static enum media_kind kind_of(const struct media *m, const struct multipart_part *part, const struct encoding *e,
			       const struct media_range *type, uint32_t types)
{
	uint32_t complex = 1u << JSON_OBJECT | 1u << JSON_ARRAY;
	if (part->content_type.at || (e && e->types && !e->styled))
		return media_is_concrete(type) ? media_kind(type) : MEDIA_BINARY;
	if (part->filename.at || is_bytes(m, part->name))
		return MEDIA_BINARY;
	return types & complex && !(types & ~complex) ? MEDIA_JSON : MEDIA_TEXT;
}

static void write_part(struct parts *p, const struct encoding *e, const struct judged *schema,
		       const struct multipart_part *part)
{
	struct media_range type = {.count = 0};
	bool good = check_type(e, part, &type);
	if (!good && !p->silent)
		hearing_find(p->h, IN_BODY, ISSUE_UNSUPPORTED, part->name, e ? e->field.pointer : nowhere,
			     e ? e->field.place : (struct place){0},
			     STR("a part of the media type that its encoding names"), NULL);
	enum media_kind kind = good ? kind_of(p->m, part, e, &type, schema->types) : MEDIA_BINARY;
	bool text = kind == MEDIA_TEXT && media_is_utf8(&type);
	if (e && !p->silent)
		parameter_judge_headers(p->h, &e->headers, part->header, part->headers);
	if (kind == MEDIA_JSON && whole_json(p, part->content))
		return;
	if (text || kind == MEDIA_JSON)
		coerce_scalar(&p->c, text ? schema->types : 1u << JSON_STRING, part->content);
	else
		json_out_bytes(&p->c.out, part->content);
	/* XML, or a form within a form: it could only be judged by knowing its format. */
	if (kind == MEDIA_OTHER && schema->present && !(schema->types >> JSON_STRING & 1))
		p->opaque = true;
}

static void write_items(struct parts *p, const struct encoding *e, const struct judged *schema, uint32_t first)
{
	uint32_t index = 0;
	json_out_add(&p->c.out, STR("["));
	for (uint32_t i = first; i != NO_PAIR; i = p->pairs.at[i].next, index++) {
		struct judged item = coerce_item(&p->c, schema, index);
		if (index)
			json_out_add(&p->c.out, STR(","));
		write_part(p, e, &item, &p->part[i]);
	}
	json_out_add(&p->c.out, STR("]"));
}

static bool is_array(const struct judged *schema, const struct pair *pair, const struct multipart_part *part)
{
	bool array = schema->types >> JSON_ARRAY & 1, string = schema->types >> JSON_STRING & 1;
	struct media_range type;
	if (!array)
		return false;
	if (pair->next != NO_PAIR)
		return true;
	/* A single part that is JSON may hold the whole array. */
	bool json =
	    part->content_type.at && media_range_parse(part->content_type, &type) && media_kind(&type) == MEDIA_JSON;
	return !string && !(json && part->content.len && str_trim(part->content).at[0] == '[');
}

static void write_name(struct parts *p, uint32_t first)
{
	const struct pair *pair = &p->pairs.at[first];
	const struct encoding *e = form_encoding(p->m, pair->name);
	struct judged schema = coerce_property(&p->c, &p->m->schema, pair->name);
	json_out_string(&p->c.out, pair->name);
	json_out_add(&p->c.out, STR(":"));
	if (e && e->styled && !e->field.explode && schema.types >> JSON_ARRAY & 1 && pair->next == NO_PAIR) {
		if (style_text(&e->field, &schema, STYLE_AS_ARRAY, pair->value, &p->c) == STYLE_READ)
			return;
	}
	if (is_array(&schema, pair, &p->part[first])) {
		write_items(p, e, &schema, first);
		return;
	}
	if (pair->next != NO_PAIR && !p->silent)
		hearing_find(p->h, IN_BODY, ISSUE_REPEATED, pair->name, nowhere, (struct place){0}, STR("one part"),
			     NULL);
	write_part(p, e, &schema, &p->part[first]);
}

static void write_object(struct parts *p, bool strings)
{
	uint32_t members = 0;
	p->c = (struct coercion){
	    .program = p->h->c->program, .out = {.arena = p->h->out->arena}, .strings = strings, .raw = true};
	json_out_add(&p->c.out, STR("{"));
	for (uint32_t i = 0; i < p->pairs.count; i++) {
		if (p->pairs.at[i].later)
			continue;
		if (members++)
			json_out_add(&p->c.out, STR(","));
		write_name(p, i);
	}
	json_out_add(&p->c.out, STR("}"));
}

static bool passes(struct parts *p)
{
	struct findings quiet;
	findings_begin(&quiet, p->h->out->arena, 0);
	return hearing_judge(p->h, &p->m->schema, json_out_str(&p->c.out), IN_BODY, nowhere, &quiet) != INVALID;
}

void multipart_form_judge(struct hearing *h, const struct media *m, struct str boundary, struct str body)
{
	struct parts p = {.h = h, .m = m};
	if (!read_parts(&p, boundary, body) || !m->schema.present)
		return;
	if (p.pairs.count > FORM_FIELDS) {
		hearing_undecided(h, "fields");
		return;
	}
	write_object(&p, false);
	if (p.opaque) {
		hearing_undecided(h, "media_type");
		return;
	}
	struct str typed = json_out_str(&p.c.out);
	if (p.c.ambiguous) {
		p.silent = true;
		if (passes(&p))
			return;
		write_object(&p, true);
		if (passes(&p))
			return;
	}
	hearing_verdict(h, hearing_judge(h, &m->schema, typed, IN_BODY, nowhere, h->out));
}
