#include "filters/contract/multipart_form.h"
#include "filters/contract/form.h"
#include "filters/contract/json.h"
#include "filters/contract/multipart_part.h"
#include "filters/contract/parameter.h"
#include "filters/contract/style.h"

static const struct str nowhere = {NULL, 0};

static bool whole_json(struct coercion *c, struct str text)
{
	struct tape tape = {0};
	struct json_fault fault = tape_read(&tape, text, &(struct json_limits){0});
	bool good = fault.error == JSON_OK || fault.error == JSON_DUPLICATE_KEY;
	tape_free(&tape);
	if (good)
		json_out_add(&c->out, text);
	return good;
}

enum { PARTS_DEPTH = 8 };

static void write_parts(struct parts *p);

/* A part that is multipart itself (OpenAPI 3.2, 4.15.2). False where nothing says what its parts are. */
static bool write_nested(struct parts *p, const struct encoding *e, const struct judged *schema,
			 const struct multipart_part *part, const struct media_range *type)
{
	static const struct media plain = {.listed = true};
	uint32_t wanted = 1u << JSON_ARRAY | 1u << JSON_OBJECT;
	struct parts inner = {
	    .judging = p->judging, .m = e && e->parts ? e->parts : &plain, .schema = *schema, .depth = p->depth + 1};
	if (!p->m->listed || !(schema->types & wanted) || inner.depth == PARTS_DEPTH)
		return false;
	inner.list = parts_are_list(inner.m, type);
	if (!parts_read(&inner, media_range_parameter(type, STR("boundary")), part->content))
		return false;
	write_parts(&inner);
	return true;
}

static void write_part(struct parts *p, const struct encoding *e, const struct judged *schema,
		       const struct multipart_part *part)
{
	struct parts_judging *g = p->judging;
	struct media_range type;
	enum media_kind kind = parts_kind(p, e, part, schema->types, &type);
	bool text = kind == MEDIA_TEXT && media_is_utf8(&type);
	if (e && !g->silent)
		parameter_judge_headers(g->h, &e->headers, part->header, part->headers);
	if ((kind == MEDIA_MULTIPART || kind == MEDIA_PARTS) && write_nested(p, e, schema, part, &type))
		return;
	if (kind == MEDIA_JSON && parts_transferred(part))
		g->opaque = "coding";
	else if (kind == MEDIA_JSON && whole_json(&g->c, part->content))
		return;
	if (text || kind == MEDIA_JSON)
		coerce_scalar(&g->c, text ? schema->types : 1u << JSON_STRING, part->content);
	else
		json_out_bytes(&g->c.out, part->content);
	/* XML, or a form within a form: it could only be judged by knowing its format. */
	bool unread = kind == MEDIA_OTHER || kind == MEDIA_PARTS || kind == MEDIA_MULTIPART || kind == MEDIA_FORM;
	if (unread && schema->present && !(schema->types >> JSON_STRING & 1))
		g->opaque = "media_type";
}

static void write_items(struct parts *p, const struct encoding *e, const struct judged *schema, uint32_t first)
{
	struct coercion *c = &p->judging->c;
	uint32_t index = 0;
	json_out_add(&c->out, STR("["));
	for (uint32_t i = first; i != NO_PAIR; i = p->pairs.at[i].next, index++) {
		struct judged item = coerce_item(c, schema, index);
		if (index)
			json_out_add(&c->out, STR(","));
		write_part(p, e, &item, &p->part[i]);
	}
	json_out_add(&c->out, STR("]"));
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
	struct parts_judging *g = p->judging;
	const struct pair *pair = &p->pairs.at[first];
	const struct encoding *e = form_encoding(p->m, pair->name);
	struct judged schema = coerce_property(&g->c, &p->schema, pair->name);
	json_out_string(&g->c.out, pair->name);
	json_out_add(&g->c.out, STR(":"));
	if (e && e->styled && !e->field.explode && schema.types >> JSON_ARRAY & 1 && pair->next == NO_PAIR) {
		if (style_text(&e->field, &schema, STYLE_AS_ARRAY, pair->value, &g->c) == STYLE_READ)
			return;
	}
	if (is_array(&schema, pair, &p->part[first])) {
		write_items(p, e, &schema, first);
		return;
	}
	if (pair->next != NO_PAIR && !g->silent)
		hearing_find(g->h, IN_BODY, ISSUE_REPEATED, pair->name, nowhere, (struct place){0}, STR("one part"),
			     NULL);
	write_part(p, e, &schema, &p->part[first]);
}

static void write_object(struct parts *p)
{
	struct json_out *out = &p->judging->c.out;
	uint32_t members = 0;
	json_out_add(out, STR("{"));
	for (uint32_t i = 0; i < p->pairs.count; i++) {
		if (p->pairs.at[i].later)
			continue;
		if (members++)
			json_out_add(out, STR(","));
		write_name(p, i);
	}
	json_out_add(out, STR("}"));
}

static void write_list(struct parts *p)
{
	struct coercion *c = &p->judging->c;
	json_out_add(&c->out, STR("["));
	for (uint32_t i = 0; i < p->pairs.count; i++) {
		struct judged item = p->schema.present ? coerce_item(c, &p->schema, i) : p->item;
		if (i)
			json_out_add(&c->out, STR(","));
		p->start[i] = c->out.len;
		write_part(p, i < p->m->positions ? &p->m->position[i] : p->m->rest, &item, &p->part[i]);
	}
	json_out_add(&c->out, STR("]"));
	p->start[p->pairs.count] = c->out.len;
}

static void write_parts(struct parts *p)
{
	if (p->list)
		write_list(p);
	else
		write_object(p);
}

/* The whole as JSON, with the types that the schema wants, or with strings wherever it admits them. */
static struct str write_whole(struct parts *p, bool strings)
{
	struct hearing *h = p->judging->h;
	p->judging->c = (struct coercion){
	    .program = h->c->program, .out = {.arena = h->out->arena}, .strings = strings, .raw = true};
	write_parts(p);
	return json_out_str(&p->judging->c.out);
}

/* Each item by itemSchema: findings begin with the item's index. */
static enum judgement judge_items(struct parts *p, struct str json, struct findings *out)
{
	enum judgement worst = VALID;
	for (uint32_t i = 0; i < p->pairs.count; i++) {
		struct str item = str_of(json.at + p->start[i], p->start[i + 1] - 1 - p->start[i]);
		unsigned from = out->count;
		enum judgement one = hearing_judge(p->judging->h, &p->item, item, IN_BODY, nowhere, out);
		judge_hold(p->judging->h->j);
		for (unsigned k = from; k < out->count; k++)
			out->at[k].pointer = arena_printf(out->arena, "/%u%.*s", i, STR_ARG(out->at[k].pointer));
		worst = one == INVALID || worst == VALID ? one : worst;
	}
	return worst;
}

static enum judgement judge_whole(struct parts *p, struct str json, struct findings *out)
{
	judge_forget(p->judging->h->j); /* what another reading used, or the head of a part */
	enum judgement items = p->list && p->item.present ? judge_items(p, json, out) : VALID;
	if (items == INVALID || !p->schema.present)
		return items;
	enum judgement whole = hearing_judge(p->judging->h, &p->schema, json, IN_BODY, nowhere, out);
	return whole == VALID ? items : whole;
}

static bool passes(struct parts *p, struct str json)
{
	struct findings quiet;
	findings_begin(&quiet, p->judging->h->out->arena, 0);
	return judge_whole(p, json, &quiet) != INVALID;
}

void multipart_form_judge(struct hearing *h, const struct media *m, const struct media_range *type, struct str body)
{
	struct parts_judging judging = {.h = h};
	struct parts p = {
	    .judging = &judging, .m = m, .schema = m->schema, .item = m->item, .list = parts_are_list(m, type)};
	if (!parts_read(&p, media_range_parameter(type, STR("boundary")), body) ||
	    (!m->schema.present && !m->item.present))
		return;
	struct str typed = write_whole(&p, false);
	if (judging.opaque) {
		hearing_undecided(h, judging.opaque);
		return;
	}
	if (judging.c.ambiguous) {
		judging.silent = true;
		if (passes(&p, typed) || passes(&p, write_whole(&p, true)))
			return;
		typed = write_whole(&p, false);
	}
	hearing_verdict(h, judge_whole(&p, typed, h->out));
}
