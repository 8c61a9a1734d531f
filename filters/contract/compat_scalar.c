#include "filters/contract/compat_solve.h"
#include "filters/contract/program_op.h"

enum { VARIANTS = 64 };

enum judgement solve_judge_op(struct solver *s, unsigned side, uint32_t op, struct str value)
{
	return program_op_judge(s->program[side], op, s->judge, value, s->direction);
}

bool leaf_holds(const struct leaf *l, const struct atom *a, struct str text, bool *unclear)
{
	enum judgement got = solve_judge_op(l->s, a->side, a->index, text);
	if (got == UNDECIDED)
		*unclear = true;
	return got == (a->denied ? INVALID : VALID);
}

bool leaf_holds_all(const struct leaf *l, struct str text, bool *unclear)
{
	*unclear = false;
	if (solve_spent(l->s, 1)) {
		*unclear = true;
		return false;
	}
	for (size_t i = 0; i < l->e->atoms.len; i++)
		if (!leaf_holds(l, &l->e->atoms.at[i], text, unclear) && !*unclear)
			return false;
	return !*unclear;
}

const struct atom *leaf_enum(const struct leaf *l)
{
	const struct atom *best = NULL;
	uint32_t least = UINT32_MAX;
	for (size_t i = 0; i < l->e->atoms.len; i++) {
		const struct atom *a = &l->e->atoms.at[i];
		bool words = a->op->code == OP_WORDS;
		if (a->denied || (!words && a->op->code != OP_ENUM))
			continue;
		uint32_t count = words ? l->s->program[a->side]->words.at[a->op->a].count : a->op->b;
		if (count < least) {
			least = count;
			best = a;
		}
	}
	return best;
}

static struct str enum_text(struct solver *s, const struct atom *a, uint32_t i)
{
	const struct program *p = s->program[a->side];
	struct buf out = {0};
	if (a->op->code == OP_WORDS)
		return solve_quote(s, program_name(p, &p->names.at[p->words.at[a->op->a].name + i]));
	tape_to_json(&p->values, p->constants.at[a->op->a + i], &out);
	struct str text = arena_dup(&s->arena, buf_str(&out));
	buf_free(&out);
	return text;
}

/* The kind that a constant is read as. */
static bool is_kind(const struct leaf *l, const struct atom *a, uint32_t i)
{
	const struct program *p = l->s->program[a->side];
	if (a->op->code == OP_WORDS)
		return l->e->kind == JSON_STRING;
	unsigned kind = p->values.token[p->constants.at[a->op->a + i]].kind;
	bool number = l->e->kind == KIND_INTEGER || l->e->kind == JSON_NUMBER;
	return number ? kind == JSON_NUMBER : kind == l->e->kind;
}

/* A number may be written as an integer or with a fraction: the kinds are told apart by that. */
static struct str respell(struct solver *s, struct str text, unsigned kind)
{
	int64_t whole;
	if (kind == KIND_INTEGER && decimal_to_int64(text, &whole))
		return arena_printf(&s->arena, "%lld", (long long)whole);
	bool plain =
	    str_find(text, '.') == text.len && str_find(text, 'e') == text.len && str_find(text, 'E') == text.len;
	if (kind == JSON_NUMBER && plain)
		return arena_printf(&s->arena, "%.*s.0", STR_ARG(text));
	return text;
}

struct reply leaf_values(const struct leaf *l, const struct atom *a)
{
	uint32_t count = a->op->code == OP_WORDS ? l->s->program[a->side]->words.at[a->op->a].count : a->op->b;
	bool number = l->e->kind == KIND_INTEGER || l->e->kind == JSON_NUMBER;
	struct reply sum = reply_never();
	for (uint32_t i = 0; i < count; i++) {
		bool unclear;
		if (!is_kind(l, a, i))
			continue;
		struct str text = respell(l->s, enum_text(l->s, a, i), l->e->kind);
		if (number && (str_find(text, '.') < text.len || str_find(text, 'e') < text.len ||
			       str_find(text, 'E') < text.len) != (l->e->kind == JSON_NUMBER)) {
			if (str_find(text, 'e') < text.len || str_find(text, 'E') < text.len)
				sum = reply_unclear("a listed number of extreme size");
			continue;
		}
		bool holds = leaf_holds_all(l, text, &unclear);
		enum judgement whole = holds || unclear ? solve_verify(l->s, l->item, l->count, text) : INVALID;
		if (holds && whole == VALID)
			return reply_exists(text);
		if (whole != INVALID)
			sum = reply_unclear(l->s->spent    ? l->s->spent
					    : l->e->opaque ? l->e->opaque
							   : "a listed value that cannot be judged");
	}
	return sum;
}

struct reply leaf_literal(const struct leaf *l)
{
	static const char *const texts[] = {[JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
	bool unclear;
	struct str text = str_from(texts[l->e->kind]);
	bool holds = leaf_holds_all(l, text, &unclear);
	enum judgement whole = holds || unclear ? solve_verify(l->s, l->item, l->count, text) : INVALID;
	if (holds && whole == VALID)
		return reply_exists(text);
	return whole != INVALID ? reply_unclear(l->e->opaque ? l->e->opaque : "a value that cannot be judged")
				: reply_never();
}

struct str solve_quote(struct solver *s, struct str plain)
{
	struct buf out = {0};
	buf_addc(&out, '"');
	buf_add_json(&out, plain);
	buf_addc(&out, '"');
	struct str text = arena_dup(&s->arena, buf_str(&out));
	buf_free(&out);
	return text;
}

struct str solve_unquote(struct solver *s, struct str text)
{
	struct str plain = {"", 0};
	if (tape_read(&s->tape, text, &(struct json_limits){0}).error == JSON_OK &&
	    s->tape.token[0].kind == JSON_STRING)
		plain = arena_dup(&s->arena, tape_string(&s->tape, &s->tape.token[0]));
	return plain;
}

static struct str variant(struct solver *s, struct str value, unsigned i)
{
	int64_t whole;
	if (value.len && value.at[0] == '"')
		return arena_printf(&s->arena, "%.*s%u\"", (int)value.len - 1, value.at, i);
	if (decimal_valid(value) && decimal_to_int64(value, &whole) && whole < INT64_MAX - VARIANTS)
		return arena_printf(&s->arena, "%lld", (long long)(whole + (int64_t)i));
	if (decimal_valid(value))
		return arena_printf(&s->arena, "%u.5", i);
	if (value.len > 1 && value.at[0] == '{')
		return arena_printf(&s->arena, "%.*s%s\"n%u\":0}", (int)value.len - 1, value.at,
				    value.len > 2 ? "," : "", i);
	static const char *const others[] = {"\"a\"", "1", "true", "null", "false", "[]", "{}", "\"b\"", "2", "1.5"};
	return str_from(others[i % (sizeof others / sizeof *others)]);
}

unsigned solve_variants(struct solver *s, const struct item_list *items, struct str value, struct str *out,
			unsigned limit)
{
	unsigned count = 0;
	for (unsigned i = 0; i < VARIANTS && count < limit; i++) {
		struct str one = i ? variant(s, value, i) : value;
		bool again = false;
		for (unsigned k = 0; k < count; k++)
			again |= str_eq(out[k], one);
		if (!again && solve_verify(s, items->at, items->len, one) == VALID)
			out[count++] = one;
	}
	return count;
}
