#include "conf/scalar.h"

#include <inttypes.h>

static bool one_of(struct str text, const struct str *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(text, words[i]))
			return true;
	return false;
}

static bool is_null(struct str text)
{
	static const struct str words[] = {STR_INIT(""), STR_INIT("~"), STR_INIT("null"), STR_INIT("Null"),
					   STR_INIT("NULL")};
	return one_of(text, words, sizeof words / sizeof *words);
}

static bool is_bool(struct str text)
{
	static const struct str words[] = {STR_INIT("true"),  STR_INIT("True"),  STR_INIT("TRUE"),
					   STR_INIT("false"), STR_INIT("False"), STR_INIT("FALSE")};
	return one_of(text, words, sizeof words / sizeof *words);
}

static struct str take_digits(struct str *s)
{
	size_t n = 0;
	while (n < s->len && ascii_digit(s->at[n]))
		n++;
	struct str digits = str_head(*s, n);
	*s = str_skip(*s, n);
	return digits;
}

static bool take(struct str *s, const char *set)
{
	if (!s->len || !s->at[0] || !strchr(set, s->at[0]))
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static struct str without_zeros(struct str digits)
{
	while (digits.len > 1 && digits.at[0] == '0')
		digits = str_skip(digits, 1);
	return digits;
}

/* 0x… and 0o… as decimal. */
static bool based_number(struct node *n, struct str text, struct arena *arena)
{
	int base = str_starts(text, STR("0x")) ? 16 : str_starts(text, STR("0o")) ? 8 : 0;
	uint64_t value = 0;
	if (!base || text.len < 3)
		return false;
	for (size_t i = 2; i < text.len; i++) {
		int digit = ascii_hex(text.at[i]);
		if (digit < 0 || digit >= base || value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base)
			return false;
		value = value * (uint64_t)base + (uint64_t)digit;
	}
	n->text = arena_printf(arena, "%" PRIu64, value);
	n->rewritten = true;
	return true;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool decimal_number(struct node *n, struct str text, struct arena *arena)
{
	struct str rest = text, fraction = {0}, exponent = {0};
	bool plus = rest.at[0] == '+', minus = rest.at[0] == '-';
	take(&rest, "+-");
	struct str whole = take_digits(&rest);
	bool dot = take(&rest, ".");
	if (dot)
		fraction = take_digits(&rest);
	if (!whole.len && !fraction.len)
		return false;
	if (take(&rest, "eE")) {
		exponent = rest;
		take(&rest, "+-");
		if (!take_digits(&rest).len)
			return false;
	}
	if (rest.len)
		return false;
	struct str lean = without_zeros(whole);
	n->text = text;
	n->rewritten = plus || lean.len != whole.len || !whole.len || (dot && !fraction.len);
	if (n->rewritten)
		n->text = arena_printf(arena, "%s%.*s%s%.*s%s%.*s", minus ? "-" : "",
				       STR_ARG(lean.len ? lean : STR("0")), fraction.len ? "." : "", STR_ARG(fraction),
				       exponent.len ? "e" : "", STR_ARG(exponent));
	return true;
}

static bool could_be_number(char first)
{
	return ascii_digit(first) || first == '-' || first == '+' || first == '.';
}

void scalar_resolve(struct node *n, struct str text, struct arena *arena)
{
	n->rewritten = false;
	n->text = text;
	n->kind = NODE_STRING;
	if (text.len && could_be_number(text.at[0])) {
		if (based_number(n, text, arena) || decimal_number(n, text, arena))
			n->kind = NODE_NUMBER;
	} else if (is_null(text)) {
		n->kind = NODE_NULL;
		n->text = STR("null");
	} else if (is_bool(text)) {
		n->kind = NODE_BOOL;
		n->text = ascii_lower(text.at[0]) == 't' ? STR("true") : STR("false");
	}
}
