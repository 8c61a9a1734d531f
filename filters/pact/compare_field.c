#include "filters/pact/compare_field.h"

#include "filters/contract/media_range.h"

static void differ(struct mismatches *out, struct str where, struct place place, const char *format, ...)
    PRINTF_LIKE(4, 5);
static void differ(struct mismatches *out, struct str where, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct mismatch one = {.where = where, .place = place, .text = arena_vprintf(out->arena, format, args)};
	va_end(args);
	mismatches_add(out, &one);
}

static struct value written(struct str text)
{
	return (struct value){NODE_STRING, text, true};
}

void field_by_rule(const struct rule *rule, struct str where, struct str expected, struct str actual,
		   struct place place, struct mismatches *out)
{
	const struct matchers *list = &rule->matchers;
	const struct matcher *wrong = NULL;
	bool any = false, untold = false;
	for (unsigned i = 0; i < list->count; i++) {
		enum agreement one = value_agrees(&list->at[i], written(expected), written(actual));
		any |= one == AGREES;
		untold |= one == UNTOLD;
		if (one != AGREES && !wrong)
			wrong = &list->at[i];
	}
	if (!wrong || (list->any && any))
		return;
	if (untold)
		mismatches_untold(
		    out, STR("a matching rule could not be decided: its kind is not known, or it takes too long"));
	else
		differ(out, where, place, "expected %s", value_wanted(wrong));
}

/* ---- headers ---- */

static bool same_text(struct str a, struct str b)
{
	return str_eq(str_trim(a), str_trim(b));
}

static bool same_parameter(const struct media_parameter *p, struct str value)
{
	bool charset = str_eq_nocase(p->name, STR("charset"));
	return value.at && (charset ? str_eq_nocase(p->value, value) : str_eq(p->value, value));
}

/* Text with line breaks in it is read as one line: what a field may be folded to. */
static struct str unfolded(struct arena *arena, struct str s)
{
	char *at = arena_alloc(arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		at[i] = s.at[i] == '\n' || s.at[i] == '\r' ? ' ' : s.at[i];
	return str_trim(str_of(at, s.len));
}

static bool same_media(struct arena *arena, struct str expected, struct str actual)
{
	struct media_range e, a;
	struct str want = unfolded(arena, expected), have = unfolded(arena, actual);
	if (str_find(want, '/') == want.len || !media_range_parse(want, &e) || !media_range_parse(have, &a))
		return same_text(expected, actual);
	if (!str_eq_nocase(e.type, a.type) || !str_eq_nocase(e.subtype, a.subtype))
		return false;
	for (unsigned i = 0; i < e.count; i++)
		if (!same_parameter(&e.parameter[i], media_range_parameter(&a, e.parameter[i].name)))
			return false;
	return true;
}

static bool is_media_field(struct str name)
{
	return str_eq_nocase(name, STR("Content-Type")) || str_eq_nocase(name, STR("Accept"));
}

/* Cuts at the next comma that is not inside of quotes. */
static struct str cut_element(struct str *rest)
{
	bool quoted = false;
	size_t i = 0;
	for (; i < rest->len && (quoted || rest->at[i] != ','); i++) {
		if (rest->at[i] == '\\' && quoted)
			i += i + 1 < rest->len;
		else
			quoted ^= rest->at[i] == '"';
	}
	struct str one = str_head(*rest, i);
	*rest = i < rest->len ? str_skip(*rest, i + 1) : str_of(NULL, 0);
	return str_trim(one);
}

static bool same_header(struct arena *arena, struct str name, struct str expected, struct str actual)
{
	while (expected.at && actual.at) {
		struct str e = cut_element(&expected), a = cut_element(&actual);
		if (!(is_media_field(name) ? same_media(arena, e, a) : str_eq(e, a)))
			return false;
	}
	return !expected.at && !actual.at;
}

static struct str joined(struct arena *arena, const struct pact_values *v)
{
	struct buf text = {0};
	if (v->count == 1)
		return v->at[0].at ? v->at[0] : STR("");
	for (unsigned i = 0; i < v->count; i++)
		buf_addf(&text, "%s%.*s", i ? ", " : "", STR_ARG(v->at[i]));
	struct str s = arena_dup(arena, buf_str(&text));
	buf_free(&text);
	return s;
}

static void compare_header(const struct rules *rules, const struct pact_values *e, const struct pact_values *a,
			   struct mismatches *out)
{
	struct step step[2] = {{.kind = STEP_NAME, .name = e->name}, {.kind = STEP_INDEX}};
	struct str where = arena_printf(out->arena, "header %.*s", STR_ARG(e->name));
	struct str want = joined(out->arena, e), have = joined(out->arena, a);
	uint64_t work = 0;
	const struct rule *rule = rules_select(rules, CATEGORY_HEADER, step, 2, &work);
	if (rule && e->count == a->count)
		for (unsigned i = 0; i < e->count; i++) {
			step[1].index = i;
			rule = rules_select(rules, CATEGORY_HEADER, step, 2, &work);
			if (rule)
				field_by_rule(rule, where, e->at[i], a->at[i], e->place, out);
		}
	else if (rule)
		field_by_rule(rule, where, want, have, e->place, out);
	else if (!same_header(out->arena, e->name, want, have))
		differ(out, where, e->place, "expected \"%.*s\"", STR_ARG(want));
}

void field_compare_headers(const struct pact_message *expected, const struct pact_message *actual,
			   struct mismatches *out)
{
	for (unsigned i = 0; i < expected->header.count; i++) {
		const struct pact_values *e = &expected->header.at[i], *a = message_header(actual, e->name);
		if (a)
			compare_header(&expected->rules, e, a, out);
		else
			differ(out, arena_printf(out->arena, "header %.*s", STR_ARG(e->name)), e->place,
			       "it is missing");
	}
}

/* ---- parameters ---- */

static const struct pact_values *find(const struct pact_list *list, struct str name)
{
	for (unsigned i = 0; i < list->count; i++)
		if (str_eq(list->at[i].name, name))
			return &list->at[i];
	return NULL;
}

/* How many values a rule for the parameter asks for. */
static bool count_agrees(const struct rule *rule, unsigned expected, unsigned actual)
{
	bool loose = false;
	for (unsigned i = 0; rule && i < rule->matchers.count; i++) {
		const struct matcher *m = &rule->matchers.at[i];
		if ((m->has_min && actual < m->min) || (m->has_max && actual > m->max))
			return false;
		loose |= m->has_min || m->has_max || m->kind == MATCHER_TYPE;
	}
	return loose || expected == actual;
}

static void compare_parameter(const struct rules *rules, enum category category, const struct pact_values *e,
			      const struct pact_values *a, struct str where, struct mismatches *out)
{
	struct step step[2] = {{.kind = STEP_NAME, .name = e->name}, {.kind = STEP_INDEX}};
	uint64_t work = 0;
	if (!count_agrees(rules_select(rules, category, step, 1, &work), e->count, a->count)) {
		differ(out, where, e->place, "expected %u values, got %u", e->count, a->count);
		return;
	}
	for (unsigned i = 0; i < a->count; i++) {
		struct str want = e->count ? e->at[i < e->count ? i : 0] : STR("");
		step[1].index = i;
		const struct rule *rule = rules_select(rules, category, step, 2, &work);
		if (rule)
			field_by_rule(rule, where, want, a->at[i], e->place, out);
		else if (!str_eq(want, a->at[i]))
			differ(out, where, e->place, "expected \"%.*s\"", STR_ARG(want));
	}
}

void field_compare_lists(const struct rules *rules, enum category category, const struct pact_list *expected,
			 const struct pact_list *actual, const char *what, struct mismatches *out)
{
	for (unsigned i = 0; i < expected->count; i++) {
		const struct pact_values *e = &expected->at[i], *a = find(actual, e->name);
		struct str where = arena_printf(out->arena, "%s %.*s", what, STR_ARG(e->name));
		if (a)
			compare_parameter(rules, category, e, a, where, out);
		else
			differ(out, where, e->place, "it is missing");
	}
	for (unsigned i = 0; i < actual->count; i++)
		if (!find(expected, actual->at[i].name))
			differ(out, arena_printf(out->arena, "%s %.*s", what, STR_ARG(actual->at[i].name)),
			       actual->at[i].place, "it is not in the pact");
}
