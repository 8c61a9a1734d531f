#include "filters/contract/parameter.h"
#include "filters/contract/json.h"
#include "filters/contract/percent.h"

enum {
	SCALARS =
	    1 << JSON_NULL | 1 << JSON_FALSE | 1 << JSON_TRUE | 1 << JSON_NUMBER | 1 << JSON_STRING | 1 << JSON_KINDS
};

/* Readings of one value: shapes that its schema admits, each with and without strings. */
enum { MOST_READINGS = 2 * STYLE_SHAPES };

struct readings {
	struct str json[MOST_READINGS];
	unsigned count;
	enum style_result failed; /* why the first that could not be read could not */
	bool malformed, absent;
};

bool parameter_takes_names(const struct parameter *p)
{
	bool named = p->style == STYLE_FORM || p->style == STYLE_COOKIE;
	return named && p->explode && !p->media && p->schema.present && (p->schema.types >> JSON_OBJECT & 1) &&
	       !(p->schema.types & (SCALARS & ~(1u << JSON_NULL)));
}

void parameter_prepare(struct endpoint *e)
{
	e->free_form = 0;
	for (uint32_t i = 0; i < e->query.count; i++)
		e->free_form += parameter_takes_names(e->query.at[i]);
}

static bool has_brackets(const struct pairs *pairs, struct str name)
{
	for (uint32_t i = 0; i < pairs->count; i++)
		if (pairs->at[i].name.len > name.len && pairs->at[i].name.at[name.len] == '[' &&
		    str_starts(pairs->at[i].name, name))
			return true;
	return false;
}

static enum style_result read_pairs(struct hearing *h, const struct parameter *p, struct pairs *pairs,
				    enum style_shape shape, struct coercion *c, bool *found)
{
	(void)h;
	if (p->style == STYLE_DEEP && shape == STYLE_AS_OBJECT && has_brackets(pairs, p->name))
		return style_deep(p, &p->schema, pairs, c, found);
	uint32_t first = pairs_find(pairs, p->name);
	if (shape == STYLE_AS_OBJECT && p->explode && (p->style == STYLE_FORM || p->style == STYLE_COOKIE) &&
	    (first == NO_PAIR || parameter_takes_names(p)))
		return style_exploded(&p->schema, p->open && parameter_takes_names(p), pairs, c, found);
	*found = first != NO_PAIR;
	return *found ? style_pairs(p, &p->schema, shape, pairs, first, c) : STYLE_READ;
}

static void read_one(struct hearing *h, const struct parameter *p, const struct parameter_source *s,
		     enum style_shape shape, bool strings, struct readings *r, bool *ambiguous)
{
	struct coercion c = {.program = h->c->program,
			     .out = {.arena = h->out->arena},
			     .strings = strings,
			     .plus = s->plus,
			     .raw = s->raw};
	bool found = true;
	enum style_result result =
	    s->pairs ? read_pairs(h, p, s->pairs, shape, &c, &found) : style_text(p, &p->schema, shape, s->text, &c);
	r->absent &= !found;
	r->malformed |= c.malformed;
	*ambiguous = c.ambiguous;
	if (!found)
		return;
	if (result == STYLE_READ)
		r->json[r->count++] = json_out_str(&c.out);
	else if (r->failed == STYLE_READ)
		r->failed = result;
}

static bool admits(uint32_t types, enum style_shape shape)
{
	static const uint32_t kinds[STYLE_SHAPES] = {SCALARS, 1u << JSON_ARRAY, 1u << JSON_OBJECT};
	return types & kinds[shape];
}

static void read_all(struct hearing *h, const struct parameter *p, const struct parameter_source *s, struct readings *r)
{
	*r = (struct readings){.absent = true, .failed = STYLE_READ};
	bool none = !(p->schema.types & (SCALARS | 1u << JSON_ARRAY | 1u << JSON_OBJECT));
	for (enum style_shape shape = STYLE_AS_SCALAR; shape < STYLE_SHAPES; shape++) {
		bool ambiguous = false, again;
		if (!admits(p->schema.types, shape) && !(none && shape == STYLE_AS_SCALAR))
			continue;
		read_one(h, p, s, shape, false, r, &ambiguous);
		if (ambiguous)
			read_one(h, p, s, shape, true, r, &again);
	}
}

/* The reading that is told about when none is right: null is what an empty text means, never what a text is. */
static unsigned likeliest(const struct readings *r)
{
	return r->count > 1 && str_eq(r->json[0], STR("null")) ? 1 : 0;
}

static void judge_readings(struct hearing *h, const struct parameter *p, const struct readings *r)
{
	enum location location = (enum location)p->location;
	for (unsigned i = 0; i < r->count && r->count > 1; i++) {
		struct findings quiet;
		findings_begin(&quiet, h->out->arena, 0);
		enum judgement verdict = hearing_judge(h, &p->schema, r->json[i], location, p->name, &quiet);
		if (verdict == UNDECIDED)
			hearing_undecided(h, quiet.unchecked);
		if (verdict != INVALID)
			return;
	}
	hearing_verdict(h, hearing_judge(h, &p->schema, r->json[likeliest(r)], location, p->name, h->out));
}

/* The value of a `content` parameter is a text of that media type (OpenAPI 3.1.1, 4.8.12.4). */
static void judge_content(struct hearing *h, const struct parameter *p, const struct parameter_source *s)
{
	uint32_t first = s->pairs ? pairs_find(s->pairs, p->name) : 0;
	struct str raw = s->pairs ? (first == NO_PAIR ? (struct str){NULL, 0} : s->pairs->at[first].value) : s->text;
	bool malformed = false;
	if (!raw.at) {
		if (p->required)
			hearing_find_parameter(h, p, ISSUE_REQUIRED, STR("this parameter"), "nothing");
		return;
	}
	if (s->pairs && s->pairs->at[first].next != NO_PAIR) {
		hearing_find_parameter(h, p, ISSUE_REPEATED, STR("one value"), NULL);
		return;
	}
	struct str text = s->raw ? raw : percent_decoded(h->out->arena, raw, s->plus, &malformed);
	if (malformed)
		hearing_find_parameter(h, p, ISSUE_ENCODING, STR("percent-encoding with two hexadecimal digits"), NULL);
	enum media_kind kind = media_kind(&p->media->range);
	struct coercion c = {.program = h->c->program, .out = {.arena = h->out->arena}, .raw = true};
	if (!p->media->schema.present || p->media->bytes)
		return;
	if (kind == MEDIA_TEXT)
		coerce_scalar(&c, p->media->schema.types, text);
	else if (kind == MEDIA_JSON)
		c.out.at = (char *)(uintptr_t)text.at, c.out.len = text.len;
	else
		hearing_undecided(h, "media_type");
	if (kind == MEDIA_TEXT || kind == MEDIA_JSON)
		hearing_verdict(h, hearing_judge(h, &p->media->schema, json_out_str(&c.out), (enum location)p->location,
						 p->name, h->out));
}

static bool is_empty_value(const struct parameter *p, const struct parameter_source *s)
{
	if (!s->pairs)
		return false;
	uint32_t first = pairs_find(s->pairs, p->name);
	return first != NO_PAIR && s->pairs->at[first].value.len == 0 && s->pairs->at[first].next == NO_PAIR;
}

/* Most identifiers in paths are numbers as they stand: whether this is one, and keeps its schema as a number. */
static bool is_good_number(const struct hearing *h, const struct parameter *p, const struct parameter_source *s)
{
	enum { NUMBERS = 1 << JSON_NUMBER | 1 << JSON_KINDS };
	return !s->pairs && s->text.len && p->style == STYLE_SIMPLE && p->schema.types & NUMBERS &&
	       ascii_digit(s->text.at[0]) && program_takes_number(h->c->program, p->schema.entry, s->text);
}

void parameter_judge(struct hearing *h, const struct parameter *p, const struct parameter_source *s)
{
	struct readings r;
	if (p->media) {
		judge_content(h, p, s);
		return;
	}
	if ((!s->pairs && !s->text.at) || !p->schema.present) {
		if (p->required && p->schema.present)
			hearing_find_parameter(h, p, ISSUE_REQUIRED, STR("this parameter"), "nothing");
		return;
	}
	if ((p->allow_empty && is_empty_value(p, s)) || is_good_number(h, p, s))
		return;
	read_all(h, p, s, &r);
	if (r.malformed)
		hearing_find_parameter(h, p, ISSUE_ENCODING, STR("percent-encoding with two hexadecimal digits"), NULL);
	if (r.absent) {
		if (p->required)
			hearing_find_parameter(h, p, ISSUE_REQUIRED, STR("this parameter"), "nothing");
	} else if (r.count == 0) {
		bool repeated = r.failed == STYLE_REPEATED;
		hearing_find_parameter(h, p, repeated ? ISSUE_REPEATED : ISSUE_SYNTAX,
				       repeated ? STR("one value") : str_from(style_word((enum style)p->style)), NULL);
	} else {
		judge_readings(h, p, &r);
	}
}

void parameter_judge_path(struct hearing *h, const struct endpoint *e, const struct path_match *match)
{
	for (uint32_t i = 0; i < e->path.count; i++)
		parameter_judge(h, e->path.at[i], &(struct parameter_source){.text = match->value[e->slot[i]]});
}
