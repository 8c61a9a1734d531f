#include "filters/contract/equal.h"
#include "filters/contract/program_run.h"

bool run_enum(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	(void)marks;
	for (uint32_t i = 0; i < op->b; i++) {
		uint32_t constant = r->p->constants.at[op->a + i];
		if (r->p->values.token[constant].kind != r->token[index].kind)
			continue;
		if (tape_equal(&r->p->values, constant, r->tape, index))
			return true;
	}
	return false;
}

static bool same_name(const struct run *r, const struct name *n, const struct json_token *k, struct str s)
{
	const char *text = r->p->text.at + n->text;
	if (n->length != s.len)
		return false;
	return k->flags & JSON_ESCAPED ? memcmp(text, s.at, s.len) == 0 : run_same_text(text, s.at, n->length);
}

bool run_words(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct program *p = r->p;
	const struct words *w = &p->words.at[op->a];
	const struct json_token *k = &r->token[index];
	struct str s = tape_string(r->tape, k);
	(void)marks;
	if (!w->count)
		return false;
	const struct name *name = &p->names.at[w->name];
	if (!w->mask) {
		for (uint32_t i = 0; i < w->count; i++)
			if (same_name(r, &name[i], k, s))
				return true;
		return false;
	}
	for (uint32_t hash = json_key_hash(s), at = hash;; at++) {
		uint32_t slot = p->slots.at[w->slot + (at & w->mask)];
		if (!slot)
			return false;
		if (name[slot - 1].hash == hash && same_name(r, &name[slot - 1], k, s))
			return true;
	}
}

bool run_integer(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	struct decimal d = decimal_of(tape_lexeme(r->tape, &r->token[index]));
	(void)op;
	(void)marks;
	return decimal_is_integer(&d);
}

/* The whole part of a number without an exponent, as far as it has at most DECIMAL_SMALL bytes. Kept for the next bound
 * of the same number. */
static bool whole_part(struct run *r, uint32_t index)
{
	struct str lexeme = tape_lexeme(r->tape, &r->token[index]);
	const char *at = lexeme.at, *end = lexeme.at + lexeme.len;
	bool negative = *at == '-';
	int64_t whole = 0;
	at += negative;
	if (r->number == index + 1)
		return true;
	if (end - at > DECIMAL_SMALL)
		return false;
	for (; at < end && ascii_digit(*at); at++)
		whole = whole * 10 + (*at - '0');
	r->number_ends = at == end;
	if (at < end && *at != '.')
		return false;
	while (at < end && ++at < end)
		if (!ascii_digit(*at))
			return false;
	r->whole = negative ? -whole : whole;
	r->number = index + 1;
	return true;
}

/* The whole part decides nearly always: only where it equals a bound must a fraction be looked at. */
static int compare(struct run *r, const struct op *op, uint32_t index)
{
	const struct number *n = &r->p->numbers.at[op->a];
	if (n->is_small && whole_part(r, index) && (r->number_ends || r->whole != n->small))
		return (r->whole > n->small) - (r->whole < n->small);
	struct decimal d = decimal_of(tape_lexeme(r->tape, &r->token[index]));
	return decimal_cmp(&d, &n->decimal);
}

bool run_bound(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	int order = compare(r, op, index);
	(void)marks;
	switch (op->code) {
	case OP_MINIMUM:
		return order >= 0;
	case OP_MAXIMUM:
		return order <= 0;
	case OP_ABOVE:
		return order > 0;
	default:
		return order < 0;
	}
}

bool run_multiple(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct number *n = &r->p->numbers.at[op->a];
	struct str lexeme = tape_lexeme(r->tape, &r->token[index]);
	int64_t small;
	(void)marks;
	if (n->is_small && decimal_short(lexeme, &small))
		return small % n->small == 0;
	struct decimal d = decimal_of(lexeme);
	enum multiple m = decimal_multiple_of(&d, &n->decimal);
	return m == MULTIPLE_UNDECIDED ? run_undecided(r, "number") : m == IS_MULTIPLE;
}

bool run_length(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct json_token *k = &r->token[index];
	uint32_t length = k->flags & JSON_KEY ? tape_string_length(r->tape, k) : k->points;
	(void)marks;
	return op->code == OP_MIN_LENGTH ? length >= op->a : length <= op->a;
}

bool run_pattern(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	struct str s = tape_string(r->tape, &r->token[index]);
	enum pattern_verdict v = pattern_match(r->p->patterns.at[op->a], r->j->patterns, s);
	(void)marks;
	return v == PATTERN_UNDECIDED ? run_undecided(r, "pattern_limit") : v == PATTERN_MATCH;
}

bool run_format(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	const struct format *f = r->p->formats.at[op->a];
	const struct json_token *k = &r->token[index];
	(void)marks;
	return f->check(f->applies == FORMAT_NUMBERS ? tape_lexeme(r->tape, k) : tape_string(r->tape, k));
}

bool run_count(struct run *r, const struct op *op, uint32_t index, struct marks *marks)
{
	uint32_t count = r->token[index].length;
	bool least = op->code == OP_MIN_ITEMS || op->code == OP_MIN_PROPERTIES;
	(void)marks;
	if (op->code == OP_MIN_PROPERTIES && run_forgives(r))
		return true;
	return least ? count >= op->a : count <= op->a;
}
