#include "filters/contract/form.h"
#include "filters/contract/json.h"
#include "filters/contract/pairs.h"
#include "filters/contract/percent.h"
#include "filters/contract/style.h"

struct form {
	struct hearing *h;
	const struct media *m;
	struct pairs pairs;
	struct coercion c;
	uint32_t members;
	struct str repeated; /* a name that has more values than it may */
	struct str broken;   /* a name whose value is not written as its style says */
};

const struct encoding *form_encoding(const struct media *m, struct str name)
{
	for (uint32_t i = 0; i < m->encodings; i++)
		if (str_eq(m->encoding[i].field.name, name))
			return &m->encoding[i];
	return NULL;
}

/* How a field without an Encoding object is written. */
static const struct parameter plain = {.location = IN_BODY, .style = STYLE_FORM, .explode = true};

static enum style_shape shape_of(uint32_t types, const struct pair *pair)
{
	bool array = types >> JSON_ARRAY & 1, object = types >> JSON_OBJECT & 1;
	bool scalar =
	    types & (1u << JSON_STRING | 1u << JSON_NUMBER | 1u << JSON_TRUE | 1u << JSON_FALSE | 1u << JSON_KINDS);
	if (array && (pair->next != NO_PAIR || !scalar))
		return STYLE_AS_ARRAY;
	return object && !scalar ? STYLE_AS_OBJECT : STYLE_AS_SCALAR;
}

/* Whether the decoded text of a field is JSON: what an object is written as when nothing else is said, and whatever has
 * a JSON contentType. It must be one whole value, or it would change the object that it is put into. */
static bool write_json(struct form *f, struct str text)
{
	struct tape tape = {0};
	struct json_fault fault = tape_read(&tape, text, &(struct json_limits){0});
	bool good = fault.error == JSON_OK || fault.error == JSON_DUPLICATE_KEY;
	tape_free(&tape);
	if (good)
		json_out_add(&f->c.out, text);
	return good;
}

static bool is_json(const struct encoding *e)
{
	return e && !e->styled && e->types && media_kind(&e->type[0]) == MEDIA_JSON;
}

static void begin_member(struct form *f, struct str name)
{
	if (f->members++)
		json_out_add(&f->c.out, STR(","));
	json_out_string(&f->c.out, name);
	json_out_add(&f->c.out, STR(":"));
}

static void write_field(struct form *f, uint32_t first)
{
	const struct pair *pair = &f->pairs.at[first];
	const struct encoding *e = form_encoding(f->m, pair->name);
	struct judged schema = coerce_property(&f->c, &f->m->schema, pair->name);
	enum style_shape shape = shape_of(schema.types, pair);
	f->c.malformed |= pair->malformed;
	begin_member(f, pair->name);
	if (pair->next == NO_PAIR && (is_json(e) || (shape == STYLE_AS_OBJECT && !(e && e->styled)))) {
		struct str text = percent_decoded(f->c.out.arena, pair->value, true, &f->c.malformed);
		if (!write_json(f, text))
			json_out_string(&f->c.out, text);
		return;
	}
	enum style_result result = style_pairs(e ? &e->field : &plain, &schema, shape, &f->pairs, first, &f->c);
	if (result == STYLE_REPEATED)
		f->repeated = pair->name;
	if (result == STYLE_SYNTAX)
		f->broken = pair->name;
}

/* Fields whose encoding spreads them over several names: deepObject, and exploded objects. */
static void write_spread(struct form *f, const struct encoding *e)
{
	struct judged schema = coerce_property(&f->c, &f->m->schema, e->field.name);
	struct json_out whole = f->c.out;
	bool found = false;
	enum style_result result = STYLE_READ;
	uint32_t members = f->members;
	if (!(schema.types >> JSON_OBJECT & 1) || !e->styled)
		return;
	begin_member(f, e->field.name);
	if (e->field.style == STYLE_DEEP)
		result = style_deep(&e->field, &schema, &f->pairs, &f->c, &found);
	else if (e->field.style == STYLE_FORM && e->field.explode && schema.types == 1u << JSON_OBJECT)
		result = style_exploded(&schema, false, &f->pairs, &f->c, &found);
	if (!found) {
		f->c.out.len = whole.len;
		f->members = members;
	} else if (result != STYLE_READ) {
		f->broken = e->field.name;
	}
}

/* A property of the form has its own name; the fields of spread ones are taken by them. */
static void take_properties(struct form *f)
{
	uint32_t entry;
	for (uint32_t i = 0; i < f->pairs.count; i++)
		f->pairs.at[i].taken = !f->pairs.at[i].later && f->m->schema.present &&
				       program_property(f->c.program, f->m->schema.entry, f->pairs.at[i].name, &entry);
}

static void write_form(struct form *f)
{
	json_out_add(&f->c.out, STR("{"));
	for (uint32_t i = 0; i < f->pairs.count; i++)
		f->pairs.at[i].taken = f->pairs.at[i].matched = false;
	if (f->m->encodings)
		take_properties(f);
	for (uint32_t i = 0; i < f->m->encodings; i++)
		write_spread(f, &f->m->encoding[i]);
	for (uint32_t i = 0; i < f->pairs.count; i++) {
		const struct pair *p = &f->pairs.at[i];
		size_t bracket = str_find(p->name, '[');
		const struct encoding *e =
		    bracket < p->name.len ? form_encoding(f->m, str_head(p->name, bracket)) : NULL;
		if (!p->later && !p->matched && !(e && e->field.style == STYLE_DEEP))
			write_field(f, i);
	}
	json_out_add(&f->c.out, STR("}"));
}

static void read_form(struct form *f, bool strings)
{
	f->c = (struct coercion){
	    .program = f->h->c->program, .out = {.arena = f->h->out->arena}, .strings = strings, .plus = true};
	f->members = 0;
	f->repeated = f->broken = (struct str){NULL, 0};
	write_form(f);
}

static void tell_faults(const struct form *f, enum location location)
{
	struct str nowhere = {NULL, 0};
	struct place place = {0};
	if (f->c.malformed)
		hearing_find(f->h, location, ISSUE_ENCODING, nowhere, nowhere, place,
			     STR("percent-encoding with two hexadecimal digits"), NULL);
	if (f->repeated.at)
		hearing_find(f->h, location, ISSUE_REPEATED, f->repeated, nowhere, place, STR("one value"), NULL);
	if (f->broken.at)
		hearing_find(f->h, location, ISSUE_SYNTAX, f->broken, nowhere, place,
			     STR("a field as its encoding says"), NULL);
}

void form_judge(struct hearing *h, const struct media *m, struct str text, enum location location)
{
	struct form f = {.h = h, .m = m};
	struct str nameless = {NULL, 0};
	if (!m->schema.present)
		return;
	pairs_read(&f.pairs, h->out->arena, text, &(struct pairs_syntax){"&", true, false, false});
	if (f.pairs.count > FORM_FIELDS) {
		hearing_undecided(h, "fields");
		return;
	}
	read_form(&f, false);
	if (f.c.ambiguous && !f.c.malformed && !f.repeated.at && !f.broken.at) {
		struct findings quiet;
		findings_begin(&quiet, h->out->arena, 0);
		if (hearing_judge(h, &m->schema, json_out_str(&f.c.out), location, nameless, &quiet) != INVALID)
			return;
		struct str typed = json_out_str(&f.c.out);
		read_form(&f, true);
		findings_begin(&quiet, h->out->arena, 0);
		if (hearing_judge(h, &m->schema, json_out_str(&f.c.out), location, nameless, &quiet) != INVALID)
			return;
		hearing_verdict(h, hearing_judge(h, &m->schema, typed, location, nameless, h->out));
		return;
	}
	tell_faults(&f, location);
	if (f.repeated.at || f.broken.at)
		return; /* what was put together is not what was meant */
	hearing_verdict(h, hearing_judge(h, &m->schema, json_out_str(&f.c.out), location, nameless, h->out));
}
