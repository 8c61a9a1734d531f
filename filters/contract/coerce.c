#include "filters/contract/coerce.h"
#include "filters/contract/json.h"
#include "filters/contract/percent.h"
#include "proxy/base/decimal.h"

/* Numbers: program_types may tell integers apart by a bit behind those of enum json_kind. */
enum { NUMBERS = 1 << JSON_NUMBER | 1 << JSON_KINDS, STRINGS = 1 << JSON_STRING };

/* The kind that a bare text spells, if any but a string. */
static uint32_t spelled(struct str text)
{
	if (text.len == 0 || str_eq(text, STR("null")))
		return 1u << JSON_NULL;
	if (str_eq(text, STR("true")))
		return 1u << JSON_TRUE;
	if (str_eq(text, STR("false")))
		return 1u << JSON_FALSE;
	return decimal_valid(text) ? NUMBERS : 0;
}

void coerce_scalar(struct coercion *c, uint32_t types, struct str text)
{
	uint32_t kind = spelled(text) & types;
	if (kind && types & STRINGS) {
		c->ambiguous = true;
		if (c->strings)
			kind = 0;
	}
	if (kind)
		json_out_add(&c->out, text.len ? text : STR("null"));
	else
		json_out_string(&c->out, text);
}

void coerce_encoded(struct coercion *c, uint32_t types, struct str raw)
{
	if (!c->raw)
		raw = percent_decoded(c->out.arena, raw, c->plus, &c->malformed);
	coerce_scalar(c, types, raw);
}

static struct judged known(const struct coercion *c, bool present, uint32_t entry)
{
	return (struct judged){present, entry, present ? program_types(c->program, entry) : UINT32_MAX};
}

struct judged coerce_property(const struct coercion *c, const struct judged *schema, struct str name)
{
	uint32_t entry = 0;
	bool present = schema->present && program_property(c->program, schema->entry, name, &entry);
	return known(c, present, entry);
}

struct judged coerce_item(const struct coercion *c, const struct judged *schema, uint32_t index)
{
	uint32_t entry = 0;
	bool present = schema->present && program_item(c->program, schema->entry, index, &entry);
	return known(c, present, entry);
}
