/* Numbers: an interval from the bounds, multiples, and candidates at their edges. */
#include "filters/contract/compat_solve.h"

enum { CANDIDATES = 600, LISTED = 2000 };

struct edge {
	struct str text; /* a number's lexeme; at NULL: none */
	bool sharp;      /* the edge itself is out */
};

struct range {
	struct edge low, high;
	bool whole; /* only numbers without fraction */
};

static struct str lexeme(const struct leaf *l, const struct atom *a)
{
	const struct program *p = l->s->program[a->side];
	const struct number *n = &p->numbers.at[a->op->a];
	return str_of(p->text.at + n->text, n->length);
}

static int compare(struct str a, struct str b)
{
	struct decimal x = decimal_of(a), y = decimal_of(b);
	return decimal_cmp(&x, &y);
}

static void sharpen(struct edge *e, struct str text, bool sharp, int sign)
{
	int order = e->text.at ? compare(text, e->text) * sign : 1;
	if (order > 0 || (order == 0 && sharp))
		*e = (struct edge){text, sharp};
}

static const struct format_range {
	const char *name;
	struct str low, high;
	bool whole;
} format_ranges[] = {
    {"int32", STR_INIT("-2147483648"), STR_INIT("2147483647"), true},
    {"int64", STR_INIT("-9223372036854775808"), STR_INIT("9223372036854775807"), true},
    {"float", STR_INIT("-3.4028234e38"), STR_INIT("3.4028234e38"), false},
    {"double", STR_INIT("-1.797693134862315e308"), STR_INIT("1.797693134862315e308"), false},
};

static const struct format_range *format_range(const struct leaf *l, const struct atom *a)
{
	const char *name = l->s->program[a->side]->formats.at[a->op->a]->name;
	for (size_t i = 0; i < sizeof format_ranges / sizeof *format_ranges; i++)
		if (strcmp(format_ranges[i].name, name) == 0)
			return &format_ranges[i];
	return NULL;
}

static void narrow(const struct leaf *l, const struct atom *a, struct range *r)
{
	const struct format_range *f;
	switch ((enum op_code)a->op->code) {
	case OP_MINIMUM:
	case OP_ABOVE:
		if (a->denied)
			sharpen(&r->high, lexeme(l, a), a->op->code == OP_MINIMUM, -1);
		else
			sharpen(&r->low, lexeme(l, a), a->op->code == OP_ABOVE, 1);
		break;
	case OP_MAXIMUM:
	case OP_BELOW:
		if (a->denied)
			sharpen(&r->low, lexeme(l, a), a->op->code == OP_MAXIMUM, 1);
		else
			sharpen(&r->high, lexeme(l, a), a->op->code == OP_BELOW, -1);
		break;
	case OP_INTEGER:
		r->whole |= !a->denied;
		break;
	case OP_MULTIPLE: {
		struct decimal d = decimal_of(lexeme(l, a));
		r->whole |= !a->denied && decimal_is_integer(&d);
		break;
	}
	case OP_FORMAT:
		f = a->denied ? NULL : format_range(l, a);
		/* The float formats' edges are rounded inwards here: as bounds they would say too much. */
		if (f && f->whole) {
			sharpen(&r->low, f->low, false, 1);
			sharpen(&r->high, f->high, false, -1);
			r->whole = true;
		}
		break;
	default:
		break;
	}
}

static bool empty(const struct range *r)
{
	if (!r->low.text.at || !r->high.text.at)
		return false;
	int order = compare(r->low.text, r->high.text);
	return order > 0 || (order == 0 && (r->low.sharp || r->high.sharp));
}

static bool inside(const struct range *r, struct str low, struct str high)
{
	return r->low.text.at && r->high.text.at && compare(r->low.text, low) >= 0 && compare(r->high.text, high) <= 0;
}

/* ---- multiples: in units of a power of ten that all of them are whole in ---- */

enum { POWERS = 18 };

static bool in_units(struct str text, int64_t exponent, int64_t *out)
{
	struct decimal d = decimal_of(text);
	int64_t value = (int64_t)d.small;
	if (!d.count || !d.small || d.exponent < exponent || d.exponent - exponent > POWERS)
		return false;
	for (int64_t i = exponent; i < d.exponent; i++)
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
	*out = value;
	return value > 0;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* The least common multiple of all that is asserted (1 of integers), times 10^*exponent. False: there is none, or one
 * that is too large. */
static bool common_step(const struct leaf *l, bool whole, int64_t *exponent, int64_t *step)
{
	int64_t sum = 0, one;
	*exponent = 0;
	for (size_t i = 0; i < l->e->atoms.len; i++)
		if (l->e->atoms.at[i].op->code == OP_MULTIPLE) {
			struct decimal d = decimal_of(lexeme(l, &l->e->atoms.at[i]));
			*exponent = d.exponent < *exponent ? d.exponent : *exponent;
		}
	if (whole && in_units(STR("1"), *exponent, &one))
		sum = one;
	for (size_t i = 0; i < l->e->atoms.len; i++) {
		const struct atom *a = &l->e->atoms.at[i];
		if (a->denied || a->op->code != OP_MULTIPLE)
			continue;
		if (!in_units(lexeme(l, a), *exponent, &one))
			return false;
		if (sum && __builtin_mul_overflow(sum / common_divisor(sum, one), one, &one))
			return false;
		sum = one;
	}
	*step = sum;
	return sum > 0;
}

/* Whether the multiples asserted, all of them together, are multiples of the denied one. */
static bool multiples_within(const struct leaf *l, const struct atom *denied, const struct range *r)
{
	int64_t exponent, step, by;
	return common_step(l, r->whole, &exponent, &step) && in_units(lexeme(l, denied), exponent, &by) &&
	       step % by == 0;
}

/* Whether what is asserted makes it certain that a denied atom is kept: then nothing is left. */
static bool implied(const struct leaf *l, const struct atom *denied, const struct range *r)
{
	const struct format_range *f;
	struct decimal by, one = decimal_of(STR("1"));
	switch ((enum op_code)denied->op->code) {
	case OP_INTEGER:
		return r->whole;
	case OP_FORMAT:
		f = format_range(l, denied);
		for (size_t i = 0; i < l->e->atoms.len; i++) {
			const struct atom *a = &l->e->atoms.at[i];
			if (!a->denied && a->op->code == OP_FORMAT &&
			    l->s->program[a->side]->formats.at[a->op->a] ==
				l->s->program[denied->side]->formats.at[denied->op->a])
				return true;
		}
		return f && (!f->whole || r->whole) && inside(r, f->low, f->high);
	case OP_MULTIPLE:
		by = decimal_of(lexeme(l, denied));
		if (r->whole && by.count && decimal_multiple_of(&one, &by) == IS_MULTIPLE)
			return true;
		for (size_t i = 0; i < l->e->atoms.len; i++) {
			const struct atom *a = &l->e->atoms.at[i];
			struct decimal step;
			if (a->denied || a->op->code != OP_MULTIPLE)
				continue;
			step = decimal_of(lexeme(l, a));
			if (by.count && decimal_multiple_of(&step, &by) == IS_MULTIPLE)
				return true;
		}
		return multiples_within(l, denied, r);
	default:
		return false;
	}
}

/* ---- candidates ---- */

struct trying {
	const struct leaf *l;
	unsigned count;
	bool unclear;
	struct str found;
};

/* As the kind has it: integers plain, other numbers with a fraction. */
static bool attempt(struct trying *t, struct str text)
{
	bool plain =
	    str_find(text, '.') == text.len && str_find(text, 'e') == text.len && str_find(text, 'E') == text.len;
	int64_t whole;
	bool unclear = false;
	if (t->l->e->kind == KIND_INTEGER && !plain) {
		if (!decimal_to_int64(text, &whole))
			return false;
		text = arena_printf(&t->l->s->arena, "%lld", (long long)whole);
	} else if (t->l->e->kind == JSON_NUMBER && plain) {
		text = arena_printf(&t->l->s->arena, "%.*s.0", STR_ARG(text));
	}
	if (t->count++ > CANDIDATES || text.len > 2000)
		return false;
	bool holds = leaf_holds_all(t->l, text, &unclear);
	enum judgement whole_verdict = holds ? solve_verify(t->l->s, t->l->item, t->l->count, text) : INVALID;
	t->unclear |= unclear || whole_verdict == UNDECIDED;
	if (whole_verdict == VALID)
		t->found = text;
	return whole_verdict == VALID;
}

static bool near(struct trying *t, struct str text)
{
	static const char *const tails[] = {"", "1", "5", "01", "000000001"};
	int64_t whole;
	struct arena *arena = &t->l->s->arena;
	bool fraction = str_find(text, '.') < text.len,
	     power = str_find(text, 'e') < text.len || str_find(text, 'E') < text.len;
	for (size_t i = 0; i < sizeof tails / sizeof *tails && !power; i++)
		if (attempt(
			t, arena_printf(arena, "%.*s%s%s", STR_ARG(text), fraction || !*tails[i] ? "" : ".", tails[i])))
			return true;
	if (power && attempt(t, text))
		return true;
	struct decimal d = decimal_of(text);
	if (!decimal_to_int64(text, &whole)) {
		/* The whole numbers around a fraction. */
		struct str head = str_head(text, str_find(text, '.'));
		if (decimal_is_integer(&d) || power || !decimal_to_int64(head, &whole))
			return false;
	}
	for (int64_t step = -3; step <= 3; step++) {
		int64_t value;
		if (__builtin_add_overflow(whole, step, &value))
			continue;
		if (attempt(t, arena_printf(arena, "%lld", (long long)value)) ||
		    attempt(t, arena_printf(arena, "%lld.5", (long long)value)))
			return true;
	}
	return false;
}

/* Multiples of `step` around `text`, where all of it fits. */
static bool multiples(struct trying *t, struct str step, struct str text)
{
	struct decimal s = decimal_of(step), d = decimal_of(text);
	if (s.count > 9 || d.count > 9 || s.exponent < -9 || s.exponent > 9 || d.exponent > 9 || d.exponent < -9 ||
	    !s.count)
		return false;
	static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
	int64_t low = s.exponent < d.exponent ? s.exponent : d.exponent;
	if (s.exponent - low > 9 || d.exponent - low > 9)
		return false;
	int64_t unit = (int64_t)s.small * powers[s.exponent - low], at = (int64_t)d.small * powers[d.exponent - low];
	at = d.negative ? -at : at;
	int64_t base = at / unit;
	for (int i = -2; i <= 2; i++) {
		int64_t value, whole;
		if (__builtin_mul_overflow(base + i, unit, &value))
			continue;
		if (attempt(t, arena_printf(&t->l->s->arena, "%llde%lld", (long long)value, (long long)low)))
			return true;
		if (low >= 0 && !__builtin_mul_overflow(value, powers[low], &whole) &&
		    attempt(t, arena_printf(&t->l->s->arena, "%lld", (long long)whole)))
			return true;
	}
	return false;
}

static bool from_atoms(struct trying *t)
{
	const struct leaf *l = t->l;
	for (size_t i = 0; i < l->e->atoms.len; i++) {
		const struct atom *a = &l->e->atoms.at[i];
		const struct format_range *f;
		if (a->op->code < OP_MINIMUM || a->op->code > OP_MULTIPLE) {
			f = a->op->code == OP_FORMAT ? format_range(l, a) : NULL;
			if (f && (near(t, f->low) || near(t, f->high)))
				return true;
			continue;
		}
		if (near(t, lexeme(l, a)))
			return true;
		for (size_t k = 0; k < l->e->atoms.len; k++) {
			const struct atom *m = &l->e->atoms.at[k];
			if (m->op->code == OP_MULTIPLE &&
			    (multiples(t, lexeme(l, m), lexeme(l, a)) || multiples(t, lexeme(l, m), STR("0"))))
				return true;
		}
	}
	return false;
}

static bool try_some(struct trying *t)
{
	static const struct str common[] = {STR_INIT("1"),
					    STR_INIT("0"),
					    STR_INIT("-1"),
					    STR_INIT("1.5"),
					    STR_INIT("42"),
					    STR_INIT("0.1"),
					    STR_INIT("-0.5"),
					    STR_INIT("2"),
					    STR_INIT("1000"),
					    STR_INIT("3000000000"),
					    STR_INIT("10000000000000000000"),
					    STR_INIT("1e39"),
					    STR_INIT("1e400"),
					    STR_INIT("100000000000000000000000000000000000000000"),
					    STR_INIT("-1000000")};
	if (!from_atoms(t))
		for (size_t i = 0; i < sizeof common / sizeof *common; i++)
			if (attempt(t, common[i]))
				break;
	return t->found.at != NULL;
}

/* Every whole number of a short range: then nothing is left out. */
static bool exhaust(struct trying *t, const struct range *r)
{
	int64_t low, high;
	struct decimal dl, dh;
	if ((!r->whole && t->l->e->kind != KIND_INTEGER) || !r->low.text.at || !r->high.text.at)
		return false;
	dl = decimal_of(r->low.text);
	dh = decimal_of(r->high.text);
	struct str head_low = str_head(r->low.text, str_find(r->low.text, '.'));
	struct str head_high = str_head(r->high.text, str_find(r->high.text, '.'));
	if (!(decimal_is_integer(&dl) ? decimal_to_int64(r->low.text, &low) : decimal_to_int64(head_low, &low)) ||
	    !(decimal_is_integer(&dh) ? decimal_to_int64(r->high.text, &high) : decimal_to_int64(head_high, &high)))
		return false;
	/* The whole part of a fraction is towards zero: one more to either side. */
	if (low < INT64_MIN / 2 || high > INT64_MAX / 2 || high - low > LISTED)
		return false;
	for (int64_t v = low - 1; v <= high + 1; v++) {
		t->count = 0;
		if (attempt(t, arena_printf(&t->l->s->arena, "%lld", (long long)v)))
			return true;
	}
	return !t->unclear && !t->l->s->spent;
}

/* Every multiple in a short range: then nothing is left out. */
static bool exhaust_multiples(struct trying *t, const struct range *r)
{
	int64_t exponent, step, low, high;
	struct decimal zero = decimal_of(STR("0"));
	if (!r->low.text.at || !r->high.text.at ||
	    !common_step(t->l, r->whole || t->l->e->kind == KIND_INTEGER, &exponent, &step))
		return false;
	struct decimal dl = decimal_of(r->low.text), dh = decimal_of(r->high.text);
	low = high = 0;
	if ((decimal_cmp(&dl, &zero) != 0 && !in_units(r->low.text, exponent, &low)) ||
	    (decimal_cmp(&dh, &zero) != 0 && !in_units(r->high.text, exponent, &high)))
		return false;
	low = dl.negative ? -low : low;
	high = dh.negative ? -high : high;
	if (step > INT64_MAX / 8 || high > INT64_MAX / 8 || low < -(INT64_MAX / 8) || high / step - low / step > LISTED)
		return false;
	for (int64_t k = low / step - 1; k <= high / step + 1; k++) {
		t->count = 0;
		if (attempt(t, arena_printf(&t->l->s->arena, "%llde%lld", (long long)(k * step), (long long)exponent)))
			return true;
	}
	return !t->unclear && !t->l->s->spent;
}

struct reply leaf_number(const struct leaf *l)
{
	struct range r = {.whole = l->e->kind == KIND_INTEGER};
	struct trying t = {.l = l};
	const struct atom *list = leaf_enum(l);
	if (list)
		return leaf_values(l, list);
	for (size_t i = 0; i < l->e->atoms.len; i++)
		narrow(l, &l->e->atoms.at[i], &r);
	if (empty(&r))
		return reply_never();
	for (size_t i = 0; i < l->e->atoms.len; i++)
		if (l->e->atoms.at[i].denied && implied(l, &l->e->atoms.at[i], &r))
			return reply_never();
	if (try_some(&t))
		return reply_exists(t.found);
	t.unclear = false;
	if (exhaust(&t, &r) || exhaust_multiples(&t, &r))
		return t.found.at ? reply_exists(t.found) : reply_never();
	return reply_unclear(l->s->spent    ? l->s->spent
			     : l->e->opaque ? l->e->opaque
					    : "numbers whose bounds and multiples could not be decided");
}
