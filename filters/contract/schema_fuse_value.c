/* What the pass without a tape expects of a rule's values: only where their code asks nothing but that. */
#include "filters/contract/pattern_line.h"
#include "filters/contract/program_fused.h"

enum { MOST_WORDS = 4096, NESTED = 32 };

/* What the instructions for one kind of scalar ask together, also those of the rules that are applied in place. */
struct asked {
	const struct program *p;
	unsigned kind;
	const struct op *word, *pattern, *format;
	uint32_t min, max;
	int64_t low, high;
	uint32_t nested; /* rules beside the first: each takes a step over the tape */
	bool whole;      /* no fraction */
	bool never;      /* no value of the kind passes */
	bool other;      /* something else */
};

static void ask_rule(struct asked *a, uint32_t index);

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

static void ask_all(struct asked *a, const struct op *op)
{
	for (uint32_t i = 0; i < op->b; i++)
		ask_rule(a, a->p->lists.at[op->a + i]);
}

/* Where only one branch is for this kind of value, there is no choice. */
static void ask_branch(struct asked *a, const struct op *op)
{
	uint32_t lives = 0, one = NONE;
	for (uint32_t i = 0; i < op->b; i++) {
		uint32_t rule = a->p->lists.at[op->a + i];
		if (a->p->rules.at[rule].code[a->kind] == NONE)
			continue;
		lives++;
		one = rule;
	}
	a->never |= lives == 0;
	a->other |= lives > 1;
	if (lives == 1)
		ask_rule(a, one);
}

static void ask(struct asked *a, const struct op *op)
{
	switch (op->code) {
	case OP_NOTHING:
		break;
	case OP_REF:
		ask_rule(a, op->a);
		break;
	case OP_ALL:
		ask_all(a, op);
		break;
	case OP_ANY:
	case OP_ONE:
		ask_branch(a, op);
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

static void ask_ops(struct asked *a, uint32_t code)
{
	for (const struct op *op = &a->p->ops.at[code]; !a->other; op++) {
		ask(a, op);
		if (op->last)
			return;
	}
}

static void ask_rule(struct asked *a, uint32_t index)
{
	const struct rule *rule = &a->p->rules.at[index];
	uint32_t code = rule->code[a->kind];
	a->never |= code == NONE;
	if (!code || code == NONE)
		return;
	a->other |= rule->flags & RULE_DEPRECATED || ++a->nested > NESTED;
	if (!a->other)
		ask_ops(a, code);
}

static struct asked asked_of(const struct program *p, const struct fused_rule *rule, unsigned kind)
{
	struct asked a = {.p = p, .kind = kind, .max = UINT32_MAX, .low = INT64_MIN, .high = INT64_MAX};
	uint32_t code = rule->code[kind];
	a.other = code == FUSED_TAPE;
	a.never = code == NONE;
	if (code && code < FUSED_TAPE)
		ask_ops(&a, code);
	return a;
}

/* Whether a word of the enum keeps all else that is asked. */
static bool word_keeps(const struct asked *a, struct str word, struct pattern_scratch *scratch)
{
	uint32_t points = 0;
	for (size_t i = 0; i < word.len; i++)
		points += (word.at[i] & 0xC0) != 0x80;
	if (points < a->min || points > a->max)
		return false;
	if (a->pattern && pattern_match(a->p->patterns.at[a->pattern->a], scratch, word) != PATTERN_MATCH)
		return false;
	return !a->format || a->p->formats.at[a->format->a]->check(word);
}

/* The words that keep it; `texts` has room for all. */
static uint32_t words_of(const struct asked *a, struct str *texts)
{
	const struct words *w = &a->p->words.at[a->word->a];
	struct pattern_scratch *scratch = a->pattern ? pattern_scratch_new() : NULL;
	uint32_t count = 0;
	for (uint32_t i = 0; i < w->count; i++) {
		struct str word = program_name(a->p, &a->p->names.at[w->name + i]);
		if (word_keeps(a, word, scratch))
			texts[count++] = word;
	}
	pattern_scratch_free(scratch);
	return count;
}

static void expect_words(const struct asked *a, struct fused_program *out, struct fused_rule *rule)
{
	uint32_t all = a->p->words.at[a->word->a].count;
	if (!all || all > MOST_WORDS)
		return;
	struct str *texts = must_alloc(all * sizeof *texts);
	uint32_t count = words_of(a, texts);
	struct fused_table table = fuse_table(out, texts, (uint16_t)count);
	table.first = (uint32_t)out->words.len;
	for (uint32_t i = 0; i < count; i++)
		VEC_PUSH(&out->words, fuse_name(texts[i]));
	VEC_PUSH(&out->words, ((struct fused_name){.low = UINT32_MAX}));
	free(texts);
	VEC_PUSH(&out->tables, table);
	rule->table = (uint32_t)out->tables.len - 1;
	rule->expect = EXPECT_WORD;
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

static void expect_string(const struct asked *a, struct fused_program *out, struct fused_rule *rule)
{
	if (a->min > a->max || (!a->word && a->pattern && a->format))
		return;
	rule->min = a->min;
	rule->span = a->max - a->min;
	if (a->word) {
		expect_words(a, out, rule);
	} else if (a->pattern) {
		expect_pattern(rule, a->p->patterns.at[a->pattern->a]);
	} else {
		rule->what = a->format ? a->p->formats.at[a->format->a] : NULL;
		rule->expect = a->format ? EXPECT_FORMAT : EXPECT_TEXT;
	}
}

static void expect_numbers(const struct asked *whole, const struct asked *all, struct fused_rule *rule)
{
	bool fractions =
	    !all->never && !all->other && !all->whole && all->low == whole->low && all->high == whole->high;
	if (whole->low > whole->high)
		return;
	rule->low = whole->low;
	rule->range = (uint64_t)whole->high - (uint64_t)whole->low;
	rule->expect = fractions ? EXPECT_NUMBER : EXPECT_INTEGER;
}

static bool has_plan(uint32_t code)
{
	return code && code < FUSED_TAPE;
}

static void expect_scalar(const struct program *p, struct fused_program *out, struct fused_rule *rule)
{
	struct asked text = asked_of(p, rule, JSON_STRING), whole = asked_of(p, rule, KIND_INTEGER);
	struct asked all = asked_of(p, rule, JSON_NUMBER), no = asked_of(p, rule, JSON_FALSE),
		     yes = asked_of(p, rule, JSON_TRUE);
	bool words = !text.never && !text.other && (text.word || whole.never);
	uint32_t most = text.nested > whole.nested ? text.nested : whole.nested;
	most = most > all.nested ? most : all.nested;
	rule->nested = (uint8_t)(most > yes.nested ? most : yes.nested);
	if (words)
		expect_string(&text, out, rule);
	else if (text.never && !whole.never && !whole.other)
		expect_numbers(&whole, &all, rule);
	else if (text.never && whole.never && !yes.never && !yes.other && !no.never && !no.other)
		rule->expect = EXPECT_BOOLEAN;
}

void fuse_expect(const struct program *p, struct fused_program *out, uint32_t index)
{
	struct fused_rule *rule = &out->rules.at[index];
	if (has_plan(rule->code[JSON_OBJECT]))
		rule->expect = EXPECT_OBJECT;
	else if (has_plan(rule->code[JSON_ARRAY]))
		rule->expect = EXPECT_ARRAY;
	else
		expect_scalar(p, out, rule);
}
