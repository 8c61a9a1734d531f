#include "filters/pact/compare.h"

#include "filters/contract/json_tree.h"
#include "filters/contract/media_range.h"
#include "filters/pact/compare_field.h"
#include "filters/pact/magic.h"
#include "filters/pact/match.h"

#include <stdio.h>

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

/* The rule for a part that is a single value, or NULL. */
static const struct rule *rule_for(const struct pact_message *m, enum category category)
{
	uint64_t work = 0;
	return rules_select(&m->rules, category, NULL, 0, &work);
}

static void compare_method(const struct pact_message *e, const struct pact_message *a, struct mismatches *out)
{
	if (e->method.at && a->method.at && !str_eq_nocase(e->method, a->method))
		differ(out, STR("method"), e->place, "expected %.*s", STR_ARG(e->method));
}

static void compare_path(const struct pact_message *e, const struct pact_message *a, struct mismatches *out)
{
	const struct rule *rule = rule_for(e, CATEGORY_PATH);
	if (!e->path.at || !a->path.at)
		return;
	if (rule)
		field_by_rule(rule, STR("path"), e->path, a->path, e->path_place, out);
	else if (!str_eq(e->path, a->path))
		differ(out, STR("path"), e->path_place, "expected %.*s", STR_ARG(e->path));
}

/* Rules for a status are statusCode, or those for numbers. */
static enum agreement status_agrees(const struct rule *rule, unsigned expected, unsigned actual)
{
	enum agreement all = rule->matchers.any ? DIFFERS : AGREES;
	char e[16], a[16];
	snprintf(e, sizeof e, "%u", expected);
	snprintf(a, sizeof a, "%u", actual);
	for (unsigned i = 0; i < rule->matchers.count; i++) {
		const struct matcher *m = &rule->matchers.at[i];
		enum agreement one = m->kind == MATCHER_STATUS_CODE
					 ? (value_status(m, actual) ? AGREES : DIFFERS)
					 : value_agrees(m, (struct value){NODE_NUMBER, str_from(e), true},
							(struct value){NODE_NUMBER, str_from(a), true});
		if (rule->matchers.any ? one == AGREES : one != AGREES)
			return one;
	}
	return all;
}

static void compare_status(const struct pact_message *e, const struct pact_message *a, struct mismatches *out)
{
	const struct rule *rule = rule_for(e, CATEGORY_STATUS);
	if (!e->status || !a->status)
		return;
	enum agreement told = rule                     ? status_agrees(rule, e->status, a->status)
			      : e->status == a->status ? AGREES
						       : DIFFERS;
	if (told == UNTOLD)
		mismatches_untold(out, STR("the rule for the status is of a kind that is not known"));
	else if (told == DIFFERS && rule)
		differ(out, STR("status"), rule->place, "got %u, which the rule for the status does not allow",
		       a->status);
	else if (told == DIFFERS)
		differ(out, STR("status"), e->status_place, "expected %u, got %u", e->status, a->status);
}

/* ---- bodies ---- */

static bool is_kind(struct str type, enum media_kind kind)
{
	struct media_range range;
	return media_range_parse(type, &range) && media_kind(&range) == kind;
}

static bool is_xml(struct str type)
{
	struct media_range range;
	return media_range_parse(type, &range) &&
	       (str_eq_nocase(range.subtype, STR("xml")) || str_ends(range.subtype, STR("+xml")));
}

static bool is_empty(const struct pact_body *b)
{
	return b->kind == PACT_BODY_ABSENT || b->kind == PACT_BODY_EMPTY || b->kind == PACT_BODY_NULL;
}

static const struct matcher *find_matcher(const struct rule *rule, enum matcher_kind kind)
{
	for (unsigned i = 0; rule && i < rule->matchers.count; i++)
		if (rule->matchers.at[i].kind == kind)
			return &rule->matchers.at[i];
	return NULL;
}

/* A rule contentType for the whole body: only how it begins counts. */
static void compare_magic(const struct pact_message *e, const struct pact_message *a, const struct matcher *m,
			  struct mismatches *out)
{
	struct buf bytes = {0};
	message_bytes(&a->body, &bytes);
	enum magic_verdict v = magic_is(buf_str(&bytes), m->text);
	buf_free(&bytes);
	if (v == MAGIC_UNTOLD && a->body.type.len && !str_eq_nocase(a->body.type, m->text))
		v = MAGIC_NO;
	if (v == MAGIC_NO)
		differ(out, STR("body"), m->place, "expected a body of type %.*s", STR_ARG(m->text));
	else if (v == MAGIC_UNTOLD)
		mismatches_untold(out, STR("how a body of this media type begins is not known here"));
	(void)e;
}

static void compare_bytes(const struct pact_message *e, const struct pact_message *a, const struct rule *rule,
			  struct mismatches *out)
{
	struct buf want = {0}, have = {0};
	message_bytes(&e->body, &want);
	message_bytes(&a->body, &have);
	if (rule && !is_xml(e->body.type))
		field_by_rule(rule, STR("body"), buf_str(&want), buf_str(&have), e->body.place, out);
	else if (!str_eq(buf_str(&want), buf_str(&have)) && is_xml(e->body.type))
		mismatches_untold(out, STR("XML bodies are compared byte by byte only, and these differ"));
	else if (!str_eq(buf_str(&want), buf_str(&have)))
		differ(out, STR("body"), e->body.place, "expected %zu bytes that are the pact's, got %zu others",
		       want.len, have.len);
	buf_free(&want);
	buf_free(&have);
}

/* A form is compared as a query is: by names. */
static void compare_forms(const struct pact_message *e, const struct pact_message *a, struct mismatches *out)
{
	struct pact_list want = {0}, have = {0};
	message_query(&want, out->arena, e->body.bytes, e->body.place);
	message_query(&have, out->arena, a->body.bytes, a->body.place);
	field_compare_lists(&e->rules, CATEGORY_BODY, &want, &have, "form field", out);
}

static void compare_json(const struct pact_message *e, const struct pact_message *a, int side, struct mismatches *out)
{
	struct match_options options = {.no_more_members = side == COMPARE_REQUEST};
	if (a->body.kind == PACT_BODY_JSON || a->body.kind == PACT_BODY_NULL)
		match_json(&e->rules, e->body.json, a->body.json, &options, out);
	else
		differ(out, STR("body"), e->body.place, "expected JSON, got something else");
}

static void compare_full(const struct pact_message *e, const struct pact_message *a, int side, struct mismatches *out)
{
	const struct rule *rule = rule_for(e, CATEGORY_BODY);
	const struct matcher *magic = find_matcher(rule, MATCHER_CONTENT_TYPE);
	if (magic)
		compare_magic(e, a, magic, out);
	else if (e->body.kind == PACT_BODY_JSON)
		compare_json(e, a, side, out);
	else if (is_kind(e->body.type, MEDIA_FORM) && a->body.kind == PACT_BODY_BYTES)
		compare_forms(e, a, out);
	else
		compare_bytes(e, a, rule, out);
}

static void compare_bodies(const struct pact_message *e, const struct pact_message *a, int side, struct mismatches *out)
{
	switch (e->body.kind) {
	case PACT_BODY_ABSENT: /* nothing is said */
		return;
	case PACT_BODY_EMPTY:
	case PACT_BODY_NULL:
		if (!is_empty(&a->body))
			differ(out, STR("body"), e->body.place, "expected no body");
		return;
	default:
		if (a->body.kind == PACT_BODY_ABSENT || a->body.kind == PACT_BODY_EMPTY)
			differ(out, STR("body"), e->body.place, "expected a body, got none");
		else
			compare_full(e, a, side, out);
	}
}

void compare_messages(const struct pact_message *expected, const struct pact_message *actual, int side,
		      struct mismatches *out)
{
	if (side == COMPARE_REQUEST) {
		compare_method(expected, actual, out);
		compare_path(expected, actual, out);
		field_compare_lists(&expected->rules, CATEGORY_QUERY, &expected->query, &actual->query, "query", out);
	} else {
		compare_status(expected, actual, out);
	}
	field_compare_headers(expected, actual, out);
	compare_bodies(expected, actual, side, out);
}
