/* One pair of schemas, both ways; what was found is kept for the next operation that uses the same pair. */
#include "filters/contract/compat_side.h"

#include "proxy/base/clock.h"

#include <stdio.h>

static struct compat *engine(struct comparing *c, enum inclusion i)
{
	bool from_old = i == REQUESTS_FORTH || i == RESPONSES_BACK;
	const struct program *first = c->program[from_old ? 0 : 1], *second = c->program[from_old ? 1 : 0];
	if (!c->engine[i])
		c->engine[i] = compat_new(first, second, i <= REQUESTS_BACK ? REQUEST : RESPONSE,
					  &(struct compat_limits){.steps = 60000, .ms = 1000});
	return c->engine[i];
}

static const struct compared *compared(struct comparing *c, enum inclusion i, uint32_t a, uint32_t b)
{
	struct compared **slot = &c->compared[(a * 31u + b * 7u + i) % COMPARED_SLOTS];
	for (struct compared *k = *slot; k; k = k->next)
		if (k->a == a && k->b == b && k->inclusion == i)
			return k;
	struct compat_difference found[DIFFERENCES];
	struct compared *new = ARENA_NEW(&c->out->arena, struct compared);
	*new = (struct compared){.a = a, .b = b, .inclusion = (uint8_t)i, .next = *slot};
	*slot = new;
	if (clock_mono_ns() > c->end_ns) {
		new->count = 1;
		found[0] = (struct compat_difference){.verdict = COMPAT_UNKNOWN,
						      .why = "the time for the whole comparison is spent"};
	} else {
		new->count = compat_differences(engine(c, i), a, b, found, DIFFERENCES);
	}
	new->at = arena_alloc(&c->out->arena, (new->count + 1) * sizeof *new->at);
	for (unsigned k = 0; k < new->count; k++) {
		struct compat_difference *d = &new->at[k];
		*d = found[k];
		d->witness = arena_dup(&c->out->arena, d->witness);
		d->pointer = arena_dup(&c->out->arena, d->pointer);
		d->keyword = arena_dup(&c->out->arena, d->keyword);
		d->member = arena_dup(&c->out->arena, d->member);
		d->expected = arena_dup(&c->out->arena, d->expected);
		d->keyword_pointer = arena_dup(&c->out->arena, d->keyword_pointer);
	}
	return new;
}

/* What happened to a keyword when the one side's values are no longer within the other's: X(keyword, set, changed,
 * gone): by tightening (a new keyword, another value) or loosening (another value, a keyword that is gone). */
#define KEYWORD_CHANGES(X)                                                                                             \
	X("type", "type-specialized", "type-changed", "type-generalized", "type-generalized")                          \
	X("enum", "became-enum", "enum-value-removed", "enum-value-added", "enum-removed")                             \
	X("const", "const-added", "const-changed", "const-changed", "const-removed")                                   \
	X("minimum", "min-set", "min-increased", "min-decreased", "min-unset")                                         \
	X("maximum", "max-set", "max-decreased", "max-increased", "max-unset")                                         \
	X("exclusiveMinimum", "exclusive-min-set", "exclusive-min-increased", "exclusive-min-decreased",               \
	  "exclusive-min-unset")                                                                                       \
	X("exclusiveMaximum", "exclusive-max-set", "exclusive-max-decreased", "exclusive-max-increased",               \
	  "exclusive-max-unset")                                                                                       \
	X("multipleOf", "multiple-of-set", "multiple-of-changed", "multiple-of-changed", "multiple-of-removed")        \
	X("minLength", "min-length-set", "min-length-increased", "min-length-decreased", "min-length-unset")           \
	X("maxLength", "max-length-set", "max-length-decreased", "max-length-increased", "max-length-unset")           \
	X("pattern", "pattern-added", "pattern-changed", "pattern-generalized", "pattern-removed")                     \
	X("format", "format-added", "format-changed", "format-changed", "format-removed")                              \
	X("minItems", "min-items-set", "min-items-increased", "min-items-decreased", "min-items-unset")                \
	X("maxItems", "max-items-set", "max-items-decreased", "max-items-increased", "max-items-unset")                \
	X("uniqueItems", "unique-items-added", "unique-items-added", "unique-items-removed", "unique-items-removed")   \
	X("contains", "contains-added", "contains-changed", "contains-changed", "contains-removed")                    \
	X("minContains", "min-contains-increased", "min-contains-increased", "min-contains-decreased",                 \
	  "min-contains-decreased")                                                                                    \
	X("maxContains", "max-contains-decreased", "max-contains-decreased", "max-contains-increased",                 \
	  "max-contains-increased")                                                                                    \
	X("prefixItems", "prefix-items-added", "prefix-items-changed", "prefix-items-changed", "prefix-items-removed") \
	X("items", "items-added", "items-changed", "items-changed", "items-removed")                                   \
	X("minProperties", "min-properties-set", "min-properties-increased", "min-properties-decreased",               \
	  "min-properties-unset")                                                                                      \
	X("maxProperties", "max-properties-set", "max-properties-decreased", "max-properties-increased",               \
	  "max-properties-unset")                                                                                      \
	X("required", "became-required", "became-required", "became-optional", "became-optional")                      \
	X("properties", "properties-changed", "properties-changed", "properties-changed", "properties-changed")        \
	X("additionalProperties", "additional-properties-restricted", "additional-properties-restricted",              \
	  "additional-properties-opened", "additional-properties-opened")                                              \
	X("patternProperties", "pattern-property-added", "pattern-property-changed", "pattern-property-changed",       \
	  "pattern-property-removed")                                                                                  \
	X("propertyNames", "property-names-added", "property-names-changed", "property-names-changed",                 \
	  "property-names-removed")                                                                                    \
	X("dependentRequired", "dependent-required-added", "dependent-required-changed", "dependent-required-changed", \
	  "dependent-required-removed")                                                                                \
	X("dependentSchemas", "dependent-schema-added", "dependent-schema-changed", "dependent-schema-changed",        \
	  "dependent-schema-removed")                                                                                  \
	X("unevaluatedItems", "unevaluated-items-added", "unevaluated-items-changed", "unevaluated-items-changed",     \
	  "unevaluated-items-removed")                                                                                 \
	X("unevaluatedProperties", "unevaluated-properties-added", "unevaluated-properties-changed",                   \
	  "unevaluated-properties-changed", "unevaluated-properties-removed")                                          \
	X("allOf", "all-of-added", "all-of-added", "all-of-removed", "all-of-removed")                                 \
	X("anyOf", "any-of-added", "any-of-removed", "any-of-added", "any-of-removed")                                 \
	X("oneOf", "one-of-set", "one-of-removed", "one-of-added", "one-of-removed")                                   \
	X("not", "not-added", "not-changed", "not-changed", "not-removed")                                             \
	X("if", "if-added", "if-changed", "if-changed", "if-removed")                                                  \
	X("readOnly", "became-read-only", "became-read-only", "became-not-read-only", "became-not-read-only")          \
	X("writeOnly", "became-write-only", "became-write-only", "became-not-write-only", "became-not-write-only")

static const struct keyword_change {
	struct str keyword;
	const char *set, *tighter, *looser, *gone;
} keyword_changes[] = {
#define X(keyword, set, tighter, looser, gone) {STR_INIT(keyword), set, tighter, looser, gone},
    KEYWORD_CHANGES(X)
#undef X
};

/* New within old fails by a keyword of the old: the new is looser there. Old within new fails: it is tighter. */
static bool tighter(enum inclusion i)
{
	return i == REQUESTS_FORTH || i == RESPONSES_BACK;
}

static const char *id_of(struct comparing *c, const struct schema_pair *p, enum inclusion i,
			 const struct compat_difference *d)
{
	const char *what = tighter(i) ? "schema-narrowed" : "schema-widened";
	size_t slash = 0;
	for (size_t k = 0; k < d->pointer.len; k++)
		slash += d->pointer.at[k] == '/';
	for (size_t k = 0; k < sizeof keyword_changes / sizeof *keyword_changes; k++) {
		const struct keyword_change *row = &keyword_changes[k];
		if (str_eq(row->keyword, d->keyword))
			what = tighter(i) ? (d->changed ? row->tighter : row->set)
					  : (d->changed ? row->looser : row->gone);
	}
	/* The spelling of null does not matter: what counts is that the message with null is the one that tells. */
	bool null = d->found && strcmp(d->found, "null") == 0 && d->changed;
	if (null && (str_eq(d->keyword, STR("type")) || str_eq(d->keyword, STR("enum")) ||
		     str_eq(d->keyword, STR("anyOf")) || str_eq(d->keyword, STR("oneOf"))))
		what = tighter(i) ? "became-not-nullable" : "became-nullable";
	bool property = slash > 0 || str_eq(d->keyword, STR("required"));
	return arena_printf(&c->out->arena, "%s-%s", property ? schema_pair_inner(p) : p->part, what).at;
}

void comparison_explain(void (*row)(void *, const char *id, enum change_level level, const char *text), void *context)
{
	static const struct {
		const char *part;
		bool request;
	} part_rows[] = {{"request-body", true},
			 {"request-property", true},
			 {"request-parameter", true},
			 {"request-parameter-property", true},
			 {"request-header-property", true},
			 {"response-body", false},
			 {"response-property", false},
			 {"response-header", false},
			 {"schema", true},
			 {"property", true}};
	char id[128], text[160];
	for (size_t p = 0; p < sizeof part_rows / sizeof *part_rows; p++)
		for (size_t k = 0; k <= sizeof keyword_changes / sizeof *keyword_changes; k++) {
			static const struct keyword_change null = {STR_INIT("type"), "became-not-nullable",
								   "became-not-nullable", "became-nullable",
								   "became-nullable"};
			const struct keyword_change *r = k ? &keyword_changes[k - 1] : &null;
			const char *ways[4] = {r->set, r->tighter, r->looser, r->gone};
			for (unsigned i = 0; i < 4; i++) {
				bool again = false, narrows = i < 2;
				for (unsigned n = 0; n < i; n++)
					again |= strcmp(ways[n], ways[i]) == 0;
				if (again)
					continue;
				snprintf(id, sizeof id, "%s-%s", part_rows[p].part, ways[i]);
				snprintf(text, sizeof text, "%.*s: %s", STR_ARG(r->keyword),
					 narrows ? "messages that passed are refused"
						 : "messages that were refused pass");
				row(context, id, narrows == part_rows[p].request ? CHANGE_ERROR : CHANGE_INFO, text);
			}
		}
}

/* Of text, a number reads as a string too: "5" keeps type: string. */
static bool reads_as_text(struct comparing *c, enum inclusion i, uint32_t b, struct str witness)
{
	const struct program *second = c->program[i == REQUESTS_FORTH || i == RESPONSES_BACK];
	struct findings none = {0};
	if (!witness.len || witness.at[0] == '"' || witness.at[0] == '[' || witness.at[0] == '{')
		return false;
	struct judge *j = judge_new(&(struct judge_limits){0});
	struct str quoted = arena_printf(&c->out->arena, "\"%.*s\"", STR_ARG(witness));
	bool valid = program_judge(second, b, j, quoted, i <= REQUESTS_BACK ? REQUEST : RESPONSE, IN_QUERY, STR(""),
				   &none) == VALID;
	judge_free(j);
	return valid;
}

static void grade(struct comparing *c, struct change *one, const struct schema_pair *p, enum inclusion i,
		  const struct compat_difference *d)
{
	static const enum change_level undeclared[] = {
	    [POLICY_PLAIN] = CHANGE_WARNING, [POLICY_STRICT] = CHANGE_ERROR, [POLICY_LENIENT] = CHANGE_INFO};
	bool forth = (1u << i & PROVIDER_FIRST) != 0;
	one->id = id_of(c, p, i, d);
	one->breaks = 1u << i;
	one->verdict = d->verdict;
	one->level = !forth ? CHANGE_INFO : d->verdict == COMPAT_UNKNOWN ? CHANGE_WARNING : CHANGE_ERROR;
	one->undeclared = d->undeclared;
	if (forth && d->undeclared && d->verdict == COMPAT_REFUTED)
		one->level = undeclared[c->options->policy];
	/* Clients that ignore what they do not know are not hit by a field that the old document shut out. */
	bool shut = str_eq(d->keyword, STR("additionalProperties")) || str_eq(d->keyword, STR("unevaluatedProperties"));
	if (c->options->policy == POLICY_LENIENT && i == RESPONSES_FORTH && shut)
		one->level = CHANGE_INFO;
	one->pointer = d->pointer;
	one->keyword = d->keyword;
	one->witness = d->witness;
	one->why = d->why;
	one->member = d->member;
}

static void tell(struct comparing *c, const struct schema_pair *p, enum inclusion i, const struct compat_difference *d)
{
	bool forward = tighter(i), request = p->direction == REQUEST;
	struct place a = d->a.file ? d->a
			 : forward ? p->old_place
				   : p->new_place,
		     b = d->b.file ? d->b
			 : forward ? p->new_place
				   : p->old_place;
	bool bare = !c->old;
	const char *whose = bare      ? (forward ? "a value that the old schema allows and the new one refuses"
						 : "a value that only the new schema allows")
			    : request ? (forward ? "a request that the old contract allows and the new one refuses"
						 : "a request that only the new contract allows")
				      : (forward ? "a response that only the old contract allows"
						 : "a response that the new contract allows and the old one does not");
	struct change *one =
	    comparing_add(c, CHANGE_SCHEMA, p->where, forward ? a : b, forward ? b : a, "%s%s%.*s%s%.*s",
			  d->verdict == COMPAT_UNKNOWN ? "could not be decided: " : whose,
			  d->verdict == COMPAT_UNKNOWN ? (d->why ? d->why : "no reason")
			  : d->keyword.len             ? ": "
						       : "",
			  d->verdict == COMPAT_UNKNOWN ? 0 : (int)d->keyword.len, d->keyword.at ? d->keyword.at : "",
			  d->expected.len ? ": " : "", (int)d->expected.len, d->expected.at ? d->expected.at : "");
	grade(c, one, p, i, d);
}

/* Whether it is proved. */
static bool inclusion(struct comparing *c, const struct schema_pair *p, enum inclusion i)
{
	uint32_t old = p->old->present ? p->old->entry : COMPAT_ANYTHING,
		 new = p->new->present ? p->new->entry : COMPAT_ANYTHING;
	uint32_t a = tighter(i) ? old : new, b = tighter(i) ? new : old;
	if (b == COMPAT_ANYTHING)
		return true;
	const struct compared *found = compared(c, i, a, b);
	unsigned told = 0, unknown = 0;
	for (unsigned k = 0; k < found->count; k++) {
		const struct compat_difference *d = &found->at[k];
		if (p->text && d->verdict == COMPAT_REFUTED && reads_as_text(c, i, b, d->witness))
			continue;
		tell(c, p, i, d);
		told++;
		unknown += d->verdict == COMPAT_UNKNOWN;
	}
	c->out->pairs++;
	c->out->proved += found->count == 0;
	c->out->refuted += told > unknown;
	c->out->undecided += told && told == unknown;
	return found->count == 0;
}

void comparing_schemas(struct comparing *c, const struct schema_pair *p)
{
	size_t first = c->out->count;
	bool forth = inclusion(c, p, p->direction == REQUEST ? REQUESTS_FORTH : RESPONSES_FORTH);
	bool back = inclusion(c, p, p->direction == REQUEST ? REQUESTS_BACK : RESPONSES_BACK);
	comparing_annotations(c, p, first, forth && back);
}
