#include "filters/pact/match.h"

#include <stdlib.h>

enum { MOST_WORK = 20000000, PATH_STEPS = TREE_DEPTH + 8 };

/* One comparison: where it is, and what it may still cost. */
struct matching {
	const struct rules *rules;
	bool no_more_members;
	struct mismatches *out; /* NULL: only the verdict is wanted */
	uint64_t *work;
	struct step step[PATH_STEPS];
	unsigned depth;
	/* What an eachValue above says of this value, where no rule of its own does. */
	const struct matchers *each;
	unsigned each_depth;
	enum agreement result; /* the worst so far: DIFFERS before UNTOLD before AGREES */
};

static void compare(struct matching *m, const struct node *expected, const struct node *actual);

/* ---- what is found ---- */

static void add_path(const struct matching *m, struct buf *out)
{
	buf_addc(out, '$');
	for (unsigned i = 0; i < m->depth; i++) {
		const struct step *s = &m->step[i];
		bool plain = s->kind == STEP_NAME && s->name.len && !ascii_digit(s->name.at[0]);
		for (size_t k = 0; plain && k < s->name.len; k++)
			plain = ascii_alpha(s->name.at[k]) || ascii_digit(s->name.at[k]) || s->name.at[k] == '_' ||
				s->name.at[k] == '-';
		if (s->kind == STEP_INDEX)
			buf_addf(out, "[%llu]", (unsigned long long)s->index);
		else if (plain)
			buf_addf(out, ".%.*s", STR_ARG(s->name));
		else
			buf_addf(out, "['%.*s']", STR_ARG(s->name));
	}
}

static void differ(struct matching *m, const struct node *expected, const char *format, ...) PRINTF_LIKE(3, 4);
static void differ(struct matching *m, const struct node *expected, const char *format, ...)
{
	struct buf path = {0};
	va_list args;
	m->result = DIFFERS;
	if (m->out && m->out->count == m->out->limit)
		m->out->total++;
	if (!m->out || m->out->count == m->out->limit)
		return;
	struct mismatch one = {.where = STR("body"), .place = tree_place(expected)};
	add_path(m, &path);
	one.path = arena_dup(m->out->arena, buf_str(&path));
	buf_free(&path);
	va_start(args, format);
	one.text = arena_vprintf(m->out->arena, format, args);
	va_end(args);
	mismatches_add(m->out, &one);
}

static void untold(struct matching *m, struct str why)
{
	if (m->result == AGREES)
		m->result = UNTOLD;
	if (m->out)
		mismatches_untold(m->out, why);
}

/* False when the budget is spent. */
static bool charge(struct matching *m, uint64_t work)
{
	*m->work += work;
	if (*m->work <= MOST_WORK)
		return true;
	untold(m, STR("the comparison takes too long: too many rules for so large a body"));
	return false;
}

/* ---- one value ---- */

static struct value value_of(const struct node *n)
{
	return (struct value){n->kind, n->text, false};
}

static bool is_part(const struct node *n)
{
	return n->kind == NODE_SEQUENCE || n->kind == NODE_MAPPING;
}

/* As much of the pact's value as a line holds. */
static struct str shown(struct matching *m, const struct node *n)
{
	struct buf text = {0};
	if (is_part(n) || !m->out)
		return str_from(tree_kind_name(n));
	tree_to_json(n, &text);
	if (text.len > 60) {
		text.len = 57;
		buf_add(&text, STR("..."));
	}
	struct str s = arena_dup(m->out->arena, buf_str(&text));
	buf_free(&text);
	return s;
}

/* A value of the kind that was expected, but not the one. */
static const char *another(const struct node *n)
{
	return n->kind == NODE_STRING ? "another string" : n->kind == NODE_NUMBER ? "another number" : "the other";
}

static void compare_scalars(struct matching *m, const struct node *expected, const struct node *actual)
{
	if (expected->kind != actual->kind)
		differ(m, expected, "expected %.*s, got %s", STR_ARG(shown(m, expected)), tree_kind_name(actual));
	else if (charge(m, 1 + expected->text.len / 16) && !value_same(value_of(expected), value_of(actual)))
		differ(m, expected, "expected %.*s, got %s", STR_ARG(shown(m, expected)), another(actual));
}

/* ---- collections ---- */

static void enter(struct matching *m, struct step step, const struct node *expected, const struct node *actual)
{
	if (m->depth == PATH_STEPS || !charge(m, 1))
		return;
	m->step[m->depth++] = step;
	compare(m, expected, actual);
	m->depth--;
}

static void enter_member(struct matching *m, struct str name, const struct node *expected, const struct node *actual)
{
	enter(m, (struct step){.kind = STEP_NAME, .name = name}, expected, actual);
}

/* The member of that name; messages mostly keep the order of the example, so the one at the same place is tried first.
 */
static const struct node *member_of(struct matching *m, const struct node *n, uint32_t near, struct str name)
{
	if (near < n->count && str_eq(n->members[near].key.text, name))
		return &n->members[near].value;
	return charge(m, n->count) ? tree_get(n, name) : NULL;
}

/* `loose`: by a rule, the list may be longer or shorter than the example, whose first item stands for further ones. */
static void compare_lists(struct matching *m, const struct node *expected, const struct node *actual, bool loose)
{
	if (!loose && expected->count != actual->count) {
		differ(m, expected, "expected %u items, got %u", expected->count, actual->count);
		return;
	}
	for (uint32_t i = 0; i < actual->count && expected->count; i++)
		enter(m, (struct step){.kind = STEP_INDEX, .index = i}, &expected->items[i < expected->count ? i : 0],
		      &actual->items[i]);
}

static void compare_members(struct matching *m, const struct node *expected, const struct node *actual, bool open)
{
	for (uint32_t i = 0; i < expected->count; i++) {
		const struct member *e = &expected->members[i];
		const struct node *a = member_of(m, actual, i, e->key.text);
		if (a)
			enter_member(m, e->key.text, &e->value, a);
		else
			differ(m, &e->key, "the member \"%.*s\" is missing", STR_ARG(e->key.text));
	}
	for (uint32_t i = 0; m->no_more_members && !open && i < actual->count; i++)
		if (!member_of(m, expected, i, actual->members[i].key.text))
			differ(m, expected, "the member \"%.*s\" is not in the pact",
			       STR_ARG(actual->members[i].key.text));
}

/* The names do not count: a member that the example does not have is held against its first one. */
static void compare_values(struct matching *m, const struct node *expected, const struct node *actual)
{
	for (uint32_t i = 0; i < actual->count && expected->count; i++) {
		const struct member *a = &actual->members[i];
		const struct node *e = member_of(m, expected, i, a->key.text);
		enter_member(m, a->key.text, e ? e : &expected->members[0].value, &a->value);
	}
}

/* Only what the example names is compared; others may come and go. */
static void compare_known(struct matching *m, const struct node *expected, const struct node *actual)
{
	for (uint32_t i = 0; i < actual->count; i++) {
		const struct node *e = member_of(m, expected, i, actual->members[i].key.text);
		if (e)
			enter_member(m, actual->members[i].key.text, e, &actual->members[i].value);
	}
}

/* ---- rules ---- */

static bool is_collection_matcher(const struct matcher *one)
{
	switch (one->kind) {
	case MATCHER_TYPE:
	case MATCHER_EQUALITY:
	case MATCHER_VALUES:
	case MATCHER_NOT_EMPTY:
	case MATCHER_EACH_KEY:
	case MATCHER_EACH_VALUE:
	case MATCHER_ARRAY_CONTAINS:
	case MATCHER_CONTENT_TYPE:
	case MATCHER_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static enum agreement worse(enum agreement a, enum agreement b)
{
	return a == DIFFERS || b == DIFFERS ? DIFFERS : a == UNTOLD || b == UNTOLD ? UNTOLD : AGREES;
}

static enum agreement better(enum agreement a, enum agreement b)
{
	return a == AGREES || b == AGREES ? AGREES : a == UNTOLD || b == UNTOLD ? UNTOLD : DIFFERS;
}

/* Whether the value is what a list of matchers asks of a single value. */
static enum agreement single(const struct matchers *list, struct value expected, struct value actual)
{
	enum agreement all = list->any && list->count ? DIFFERS : AGREES;
	for (unsigned i = 0; i < list->count; i++) {
		enum agreement one = value_agrees(&list->at[i], expected, actual);
		all = list->any ? better(all, one) : worse(all, one);
	}
	return all;
}

static enum agreement keys_agree(struct matching *m, const struct matcher *one, const struct node *actual)
{
	enum agreement all = AGREES;
	for (uint32_t i = 0; i < actual->count && charge(m, 1 + one->each.count); i++) {
		struct value key = {NODE_STRING, actual->members[i].key.text, false};
		all = worse(all, single(&one->each, key, key));
	}
	return all;
}

static const struct node *example_of(const struct node *expected, const struct node *actual, uint32_t i)
{
	if (actual->kind == NODE_SEQUENCE)
		return expected->kind == NODE_SEQUENCE && expected->count ? &expected->items[0] : &actual->items[i];
	return expected->kind == NODE_MAPPING && expected->count ? &expected->members[0].value
								 : &actual->members[i].value;
}

/* Whether each value, where it is a single one, is what the matchers ask for; those with parts are compared further
 * down. */
static enum agreement values_agree(struct matching *m, const struct matcher *one, const struct node *expected,
				   const struct node *actual)
{
	enum agreement all = AGREES;
	for (uint32_t i = 0; i < actual->count && charge(m, 1 + one->each.count); i++) {
		const struct node *a = actual->kind == NODE_SEQUENCE ? &actual->items[i] : &actual->members[i].value;
		const struct node *e = example_of(expected, actual, i);
		if (!is_part(a) && !is_part(e))
			all = worse(all, single(&one->each, value_of(e), value_of(a)));
		else if (is_part(a) != is_part(e))
			all = DIFFERS;
	}
	return all;
}

/* Whether some item is the variant, by the variant's own rules. */
static enum agreement contains(const struct matching *m, const struct rules *rules, const struct node *wanted,
			       const struct node *actual)
{
	enum agreement best = DIFFERS;
	struct matching *own = must_alloc(sizeof *own);
	for (uint32_t i = 0; i < actual->count && best != AGREES && *m->work <= MOST_WORK; i++) {
		*own = (struct matching){
		    .rules = rules, .no_more_members = m->no_more_members, .work = m->work, .result = AGREES};
		compare(own, wanted, &actual->items[i]);
		best = better(best, own->result);
	}
	free(own);
	return *m->work > MOST_WORK ? UNTOLD : best;
}

static enum agreement array_contains(const struct matching *m, const struct matcher *one, const struct node *expected,
				     const struct node *actual)
{
	static const struct rules none;
	enum agreement all = AGREES;
	if (expected->kind != NODE_SEQUENCE || actual->kind != NODE_SEQUENCE)
		return DIFFERS;
	for (unsigned i = 0; i < one->variants; i++)
		if (one->variant[i].index < expected->count)
			all = worse(
			    all, contains(m, &one->variant[i].rules, &expected->items[one->variant[i].index], actual));
	for (uint32_t i = 0; !one->variants && i < expected->count; i++)
		all = worse(all, contains(m, &none, &expected->items[i], actual));
	return all;
}

static bool length_agrees(const struct matcher *one, const struct node *actual)
{
	return (!one->has_min || actual->count >= one->min) && (!one->has_max || actual->count <= one->max);
}

static enum agreement of(bool agrees)
{
	return agrees ? AGREES : DIFFERS;
}

/* What a matcher asks of a collection itself. `direct`: the rule is for this very value. */
static enum agreement collection(struct matching *m, const struct matcher *one, const struct node *expected,
				 const struct node *actual, bool direct)
{
	bool same = expected->kind == actual->kind, map = actual->kind == NODE_MAPPING;
	switch (one->kind) {
	case MATCHER_TYPE:
		return of(same && (!direct || length_agrees(one, actual)));
	case MATCHER_NOT_EMPTY:
		return of(is_part(actual) && (!direct || actual->count > 0));
	case MATCHER_VALUES:
		return of(same);
	case MATCHER_EACH_KEY:
		return map ? keys_agree(m, one, actual) : DIFFERS;
	case MATCHER_EACH_VALUE:
		return is_part(actual) ? values_agree(m, one, expected, actual) : DIFFERS;
	case MATCHER_ARRAY_CONTAINS:
		return array_contains(m, one, expected, actual);
	case MATCHER_UNKNOWN:
		return UNTOLD;
	case MATCHER_CONTENT_TYPE:
	case MATCHER_EQUALITY:
		return of(same);
	default: /* it asks for a single value; from above, it speaks of those below */
		return of(!direct && same);
	}
}

static void tell(struct matching *m, const struct matcher *one, enum agreement a, const struct node *expected,
		 const struct node *actual)
{
	bool sized = one->kind == MATCHER_TYPE && is_part(actual) && expected->kind == actual->kind;
	if (a == UNTOLD) {
		untold(m, STR("a matching rule could not be decided: its kind is not known, or it takes too long"));
	} else if (sized && one->has_min && actual->count < one->min) {
		differ(m, expected, "expected at least %llu items, got %u", (unsigned long long)one->min,
		       actual->count);
	} else if (sized) {
		differ(m, expected, "expected at most %llu items, got %u", (unsigned long long)one->max, actual->count);
	} else {
		bool same = expected->kind == actual->kind && !is_part(actual);
		differ(m, expected, "expected %s, as %.*s is; got %s", value_wanted(one), STR_ARG(shown(m, expected)),
		       same ? another(actual) : tree_kind_name(actual));
	}
}

/* How the matchers say that the parts of a collection are compared. */
enum descent { DESCEND_EXACT, DESCEND_LOOSE, DESCEND_VALUES, DESCEND_KNOWN, DESCEND_NOT };

static enum descent descent_of(const struct matchers *list)
{
	bool keys = false, equal = false;
	for (unsigned i = 0; i < list->count; i++) {
		enum matcher_kind k = list->at[i].kind;
		if (k == MATCHER_ARRAY_CONTAINS)
			return DESCEND_NOT;
		if (k == MATCHER_VALUES || k == MATCHER_EACH_VALUE)
			return DESCEND_VALUES;
		keys |= k == MATCHER_EACH_KEY;
		equal |= k == MATCHER_EQUALITY;
	}
	return keys ? DESCEND_KNOWN : equal ? DESCEND_EXACT : DESCEND_LOOSE;
}

static const struct matchers *each_of(const struct matchers *list)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->at[i].kind == MATCHER_EACH_VALUE && list->at[i].each.count)
			return &list->at[i].each;
	return NULL;
}

static void descend(struct matching *m, enum descent how, const struct node *expected, const struct node *actual)
{
	if (how == DESCEND_NOT || expected->kind != actual->kind)
		return;
	if (actual->kind == NODE_SEQUENCE)
		compare_lists(m, expected, actual, how != DESCEND_EXACT);
	else if (how == DESCEND_VALUES)
		compare_values(m, expected, actual);
	else if (how == DESCEND_KNOWN)
		compare_known(m, expected, actual);
	else
		compare_members(m, expected, actual, how == DESCEND_LOOSE && !expected->count);
}

/* False when the value is not what the matchers ask for, and that has been told. */
static bool apply(struct matching *m, const struct matchers *list, const struct node *expected,
		  const struct node *actual, bool direct)
{
	enum agreement all = list->any && list->count ? DIFFERS : AGREES;
	const struct matcher *wrong = NULL;
	bool part = is_part(expected) || is_part(actual);
	for (unsigned i = 0; i < list->count; i++) {
		const struct matcher *one = &list->at[i];
		enum agreement a = AGREES;
		if (!charge(m, 1))
			return false;
		if (part && (is_collection_matcher(one) || is_part(actual)))
			a = collection(m, one, expected, actual, direct);
		else if (part)
			a = DIFFERS;
		else
			a = value_agrees(one, value_of(expected), value_of(actual));
		if (a != AGREES && !wrong)
			wrong = one;
		all = list->any ? better(all, a) : worse(all, a);
	}
	if (all != AGREES && wrong)
		tell(m, wrong, all, expected, actual);
	return all == AGREES;
}

static void compare_by(struct matching *m, const struct matchers *list, const struct node *expected,
		       const struct node *actual, bool direct)
{
	const struct matchers *each = m->each, *own = direct ? each_of(list) : NULL;
	unsigned each_depth = m->each_depth;
	if (!apply(m, list, expected, actual, direct) || !is_part(actual))
		return;
	if (own) {
		m->each = own;
		m->each_depth = m->depth + 1;
	}
	descend(m, descent_of(list), expected, actual);
	m->each = each;
	m->each_depth = each_depth;
}

static void compare(struct matching *m, const struct node *expected, const struct node *actual)
{
	const struct rule *rule = rules_select(m->rules, CATEGORY_BODY, m->step, m->depth, m->work);
	if (!charge(m, 1))
		return;
	if (m->each && (!rule || rule->steps < m->each_depth)) {
		compare_by(m, m->each, expected, actual, m->depth == m->each_depth);
	} else if (rule) {
		compare_by(m, &rule->matchers, expected, actual, rule->steps == m->depth);
	} else if (!is_part(expected) || expected->kind != actual->kind) {
		compare_scalars(m, expected, actual);
	} else {
		descend(m, DESCEND_EXACT, expected, actual);
	}
}

void match_json(const struct rules *rules, const struct node *expected, const struct node *actual,
		const struct match_options *options, struct mismatches *out)
{
	uint64_t work = 0;
	struct matching *m = must_alloc(sizeof *m);
	*m = (struct matching){
	    .rules = rules, .no_more_members = options->no_more_members, .out = out, .work = &work, .result = AGREES};
	compare(m, expected, actual);
	free(m);
}
