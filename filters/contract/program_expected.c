/* What the contract expected, in words. */
#include "filters/contract/program_explain.h"

enum { LONGEST_LIST = 160 };

static const struct {
	uint16_t kinds;
	const char *text;
} type_words[] = {
    {1 << JSON_NULL, "null"},          {1 << JSON_TRUE, "true or false"}, {1 << JSON_NUMBER, "a number"},
    {1 << KIND_INTEGER, "an integer"}, {1 << JSON_STRING, "a string"},    {1 << JSON_ARRAY, "an array"},
    {1 << JSON_OBJECT, "an object"},
};

/* A rule whose numbers must still pass OP_INTEGER takes integers only. */
static bool integers_only(const struct program *p, const struct rule *u)
{
	uint32_t code = u->code[JSON_NUMBER];
	return u->kinds >> KIND_INTEGER & 1 && (code == NONE || p->ops.at[code].code == OP_INTEGER);
}

static void add_types(const struct program *p, uint32_t rule, struct buf *out)
{
	const struct rule *u = &p->rules.at[rule];
	uint32_t set = u->kinds;
	const char *between = "";
	set &= ~(integers_only(p, u) ? 1u << JSON_NUMBER : 1u << KIND_INTEGER);
	for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++)
		if (set & type_words[i].kinds) {
			buf_add(out, str_from(between));
			buf_add(out, str_from(type_words[i].text));
			between = " or ";
		}
}

static void add_quoted(struct buf *out, struct str text)
{
	buf_addc(out, '"');
	buf_add_json(out, text);
	buf_addc(out, '"');
}

static void add_words(const struct program *p, const struct op *op, struct buf *out)
{
	const struct words *w = &p->words.at[op->a];
	size_t start = out->len;
	if (!w->count) {
		buf_add(out, STR("one of the values of the list, which are no strings"));
		return;
	}
	buf_add(out, w->count == 1 ? STR("") : STR("one of "));
	for (uint32_t i = 0; i < w->count; i++) {
		if (out->len - start > LONGEST_LIST) {
			buf_addf(out, " … (%u in all)", w->count);
			return;
		}
		buf_add(out, i ? STR(", ") : STR(""));
		add_quoted(out, program_name(p, &p->names.at[w->name + i]));
	}
}

static void add_constants(const struct program *p, const struct op *op, struct buf *out)
{
	size_t start = out->len;
	if (!op->b) {
		buf_add(out, STR("one of the strings of the list"));
		return;
	}
	buf_add(out, op->b == 1 ? STR("") : STR("one of "));
	for (uint32_t i = 0; i < op->b; i++) {
		if (out->len - start > LONGEST_LIST) {
			buf_addf(out, " … (%u in all)", op->b);
			return;
		}
		buf_add(out, i ? STR(", ") : STR(""));
		tape_to_json(&p->values, p->constants.at[op->a + i], out);
	}
}

/* %u: the count; %s: the number's lexeme. */
static const char *const texts[OP_COUNT] = {
    [OP_INTEGER] = "an integer",
    [OP_MINIMUM] = "at least %s",
    [OP_MAXIMUM] = "at most %s",
    [OP_ABOVE] = "more than %s",
    [OP_BELOW] = "less than %s",
    [OP_MULTIPLE] = "a multiple of %s",
    [OP_MIN_LENGTH] = "at least %s characters",
    [OP_MAX_LENGTH] = "at most %s characters",
    [OP_MIN_ITEMS] = "at least %s items",
    [OP_MAX_ITEMS] = "at most %s items",
    [OP_MIN_PROPERTIES] = "at least %s properties",
    [OP_MAX_PROPERTIES] = "at most %s properties",
    [OP_UNIQUE] = "items that all differ",
    [OP_CONTAINS] = "%s items that match the schema of contains",
    [OP_ANY] = "a value that matches at least one branch",
    [OP_ONE] = "a value that matches exactly one branch",
    [OP_NOT] = "a value that does not match the schema of not",
    [OP_NAMES] = "property names that match the schema of propertyNames",
};

static void add_text(const char *text, struct str operand, struct buf *out)
{
	const char *at = strstr(text, "%s");
	buf_add(out, at ? str_of(text, (size_t)(at - text)) : str_from(text));
	if (at) {
		buf_add(out, operand);
		buf_add(out, str_from(at + 2));
	}
}

static void add_counted(const char *text, uint32_t count, struct buf *out)
{
	const char *at = strstr(text, "%s");
	buf_add(out, at ? str_of(text, (size_t)(at - text)) : str_from(text));
	if (at) {
		buf_add_u64(out, count);
		buf_add(out, str_from(at + 2));
	}
}

static void add_contains(const struct program *p, const struct op *op, struct buf *out)
{
	const struct contains *c = &p->contains.at[op->b];
	if (c->max == UINT32_MAX)
		buf_addf(out, "at least %u", c->min);
	else
		buf_addf(out, "%u to %u", c->min, c->max);
	buf_add(out, STR(" items that match the schema of contains"));
}

static void add_op(const struct program *p, const struct op *op, struct buf *out)
{
	const struct number *number;
	switch (op->code) {
	case OP_WORDS:
		add_words(p, op, out);
		break;
	case OP_ENUM:
		add_constants(p, op, out);
		break;
	case OP_PATTERN:
		buf_add(out, STR("text that matches "));
		buf_add(out, program_name(p, &p->pattern_sources.at[op->a]));
		break;
	case OP_FORMAT:
		buf_add(out, str_from(p->formats.at[op->a]->expected));
		break;
	case OP_CONTAINS:
		add_contains(p, op, out);
		break;
	case OP_MINIMUM:
	case OP_MAXIMUM:
	case OP_ABOVE:
	case OP_BELOW:
	case OP_MULTIPLE:
		number = &p->numbers.at[op->a];
		add_text(texts[op->code], str_of(p->text.at + number->text, number->length), out);
		break;
	default:
		add_counted(texts[op->code] ? texts[op->code] : "a value that the schema allows", op->a, out);
	}
}

void expected_text(const struct run *r, const struct issue *i, struct buf *out)
{
	const struct program *p = r->p;
	switch ((enum issue_kind)i->what) {
	case ISSUE_OP:
		add_op(p, &p->ops.at[i->op], out);
		return;
	case ISSUE_TYPE:
		add_types(p, i->rule, out);
		return;
	case ISSUE_NEVER:
		buf_add(out, STR("nothing: the contract allows no value here"));
		return;
	case ISSUE_REQUIRED:
		buf_add(out, STR("the property "));
		add_quoted(out, program_name(p, &p->properties.at[i->detail].name));
		return;
	case ISSUE_DEPENDENT:
		buf_add(out, STR("the property "));
		add_quoted(out, program_name(p, &p->names.at[i->detail]));
		buf_add(out, STR(" beside the others"));
		return;
	case ISSUE_READ_ONLY:
		buf_add(out, STR("nothing: the property is read-only and belongs in responses"));
		return;
	case ISSUE_WRITE_ONLY:
		buf_add(out, STR("nothing: the property is write-only and belongs in requests"));
		return;
	case ISSUE_NAME:
		buf_add(out, STR("a property name that the contract allows"));
		return;
	case ISSUE_MANY:
		buf_addf(out, "a value that matches exactly one branch, not %u", i->detail);
		return;
	case ISSUE_UNKNOWN:
		buf_add(out, STR("only properties that the contract names"));
		return;
	}
}
