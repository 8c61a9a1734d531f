/* What the pass without a tape expects of a rule's values: only where their code asks nothing but that. */
#include "filters/contract/pattern_line.h"
#include "filters/contract/program_fused.h"

enum { MOST_WORDS = 4096 };

/* What the instructions for one kind of scalar ask together. */
struct asked {
	const struct program *p;
	const struct op *word, *pattern, *format;
	uint32_t min, max;
	int64_t low, high;
	bool whole; /* no fraction */
	bool other; /* something else */
};

/* The least (most) integer that keeps the bound. */
static void ask_bound(struct asked *a, const struct op *op)
{
	const struct number *n = &a->p->numbers.at[op->a];
	bool least = op->code == OP_MINIMUM || op->code == OP_ABOVE;
	if (!n->is_small || n->small <= -INT64_MAX || n->small == INT64_MAX) {
		a->other = true;
		return;
	}
	int64_t inclusive = op->code == OP_ABOVE ? n->small + 1 : op->code == OP_BELOW ? n->small - 1 : n->small;
	if (least && inclusive > a->low)
		a->low = inclusive;
	if (!least && inclusive < a->high)
		a->high = inclusive;
}

/* Whole numbers of up to 18 digits fit into all but int32. */
static void ask_format(struct asked *a, const struct op *op)
{
	const struct format *format = a->p->formats.at[op->a];
	if (format->applies != FORMAT_NUMBERS) {
		a->other |= a->format != NULL;
		a->format = op;
		return;
	}
	a->whole |= format->check == format_int32 || format->check == format_int64;
	if (format->check == format_int32) {
		a->low = a->low > INT32_MIN ? a->low : INT32_MIN;
		a->high = a->high < INT32_MAX ? a->high : INT32_MAX;
	}
}

static void ask(struct asked *a, const struct op *op)
{
	switch (op->code) {
	case OP_NOTHING:
		break;
	case OP_MIN_LENGTH:
		a->min = op->a > a->min ? op->a : a->min;
		break;
	case OP_MAX_LENGTH:
		a->max = op->a < a->max ? op->a : a->max;
		break;
	case OP_WORDS:
		a->other |= a->word != NULL;
		a->word = op;
		break;
	case OP_PATTERN:
		a->other |= a->pattern != NULL;
		a->pattern = op;
		break;
	case OP_FORMAT:
		ask_format(a, op);
		break;
	case OP_MINIMUM:
	case OP_ABOVE:
	case OP_MAXIMUM:
	case OP_BELOW:
		ask_bound(a, op);
		break;
	default:
		a->other = true;
	}
}

static struct asked asked_of(const struct program *p, uint32_t code)
{
	struct asked a = {.p = p, .max = UINT32_MAX, .low = INT64_MIN, .high = INT64_MAX};
	if (!code)
		return a;
	if (code >= FUSED_TAPE) {
		a.other = true;
		return a;
	}
	for (const struct op *op = &p->ops.at[code];; op++) {
		ask(&a, op);
		if (op->last)
			return a;
	}
}

static uint32_t add_words(struct fused_program *out, const struct program *p, const struct words *w)
{
	struct str *texts = must_alloc((w->count + 1) * sizeof *texts);
	texts[w->count] = str_of("", 0);
	for (uint32_t i = 0; i < w->count; i++)
		texts[i] = program_name(p, &p->names.at[w->name + i]);
	struct fused_table table = fuse_table(out, texts, (uint16_t)w->count);
	table.first = (uint32_t)out->words.len;
	for (uint32_t i = 0; i <= w->count; i++) {
		struct fused_name word = fuse_name(texts[i]);
		VEC_PUSH(&out->words, word);
	}
	free(texts);
	VEC_PUSH(&out->tables, table);
	return (uint32_t)out->tables.len - 1;
}

static void expect_pattern(struct fused_rule *rule, const struct pattern *pattern)
{
	uint32_t count;
	const struct pattern_line *line = pattern_lines(pattern, &count);
	if (!line || count > UINT8_MAX)
		return;
	rule->what = line;
	rule->count = (uint8_t)count;
	rule->expect = EXPECT_LINE;
	if (count == 1 && line->shape[0])
		rule->expect = line->shape[1] ? EXPECT_SHAPE : EXPECT_FIXED;
}

static void expect_string(const struct program *p, struct fused_program *out, struct fused_rule *rule)
{
	struct asked a = asked_of(p, rule->code[JSON_STRING]);
	unsigned more = (a.word ? 1u : 0) + (a.pattern ? 1u : 0) + (a.format ? 1u : 0);
	if (a.other || a.min > a.max || more > 1)
		return;
	rule->min = a.min;
	rule->span = a.max - a.min;
	if (a.word) {
		const struct words *w = &p->words.at[a.word->a];
		if (a.min || a.max != UINT32_MAX || !w->count || w->count > MOST_WORDS)
			return;
		rule->table = add_words(out, p, w);
		rule->expect = EXPECT_WORD;
	} else if (a.pattern) {
		expect_pattern(rule, p->patterns.at[a.pattern->a]);
	} else {
		rule->what = a.format ? p->formats.at[a.format->a] : NULL;
		rule->expect = a.format ? EXPECT_FORMAT : EXPECT_TEXT;
	}
}

static void expect_numbers(const struct program *p, struct fused_rule *rule)
{
	bool fractions = rule->code[JSON_NUMBER] == rule->code[KIND_INTEGER];
	struct asked a = asked_of(p, rule->code[KIND_INTEGER]);
	if (a.other || a.low > a.high || (fractions && a.whole))
		return;
	rule->low = a.low;
	rule->range = (uint64_t)a.high - (uint64_t)a.low;
	rule->expect = fractions ? EXPECT_NUMBER : EXPECT_INTEGER;
}

/* Kinds that pass at all; null is never what is expected. */
static unsigned kinds_of(const struct fused_rule *rule)
{
	unsigned kinds = 0;
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		kinds |= (unsigned)(kind != JSON_NULL && rule->code[kind] != NONE) << kind;
	return kinds;
}

static bool has_plan(uint32_t code)
{
	return code && code < FUSED_TAPE;
}

void fuse_expect(const struct program *p, struct fused_program *out, uint32_t index)
{
	enum { BOOLEANS = 1 << JSON_FALSE | 1 << JSON_TRUE };
	struct fused_rule *rule = &out->rules.at[index];
	unsigned kinds = kinds_of(rule);
	if (has_plan(rule->code[JSON_OBJECT]))
		rule->expect = EXPECT_OBJECT;
	else if (has_plan(rule->code[JSON_ARRAY]))
		rule->expect = EXPECT_ARRAY;
	else if (kinds == 1 << JSON_STRING || (kinds >> JSON_STRING & 1 && has_plan(rule->code[JSON_STRING])))
		expect_string(p, out, rule);
	else if (kinds >> KIND_INTEGER & 1 && (kinds & ~(1u << JSON_NUMBER)) == 1u << KIND_INTEGER)
		expect_numbers(p, rule);
	else if (kinds == BOOLEANS && !rule->code[JSON_TRUE] && !rule->code[JSON_FALSE])
		rule->expect = EXPECT_BOOLEAN;
}
