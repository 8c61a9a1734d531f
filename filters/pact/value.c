#include "filters/pact/value.h"

#include "filters/contract/format.h"
#include "filters/pact/moment.h"
#include "proxy/base/decimal.h"

bool value_same(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == NODE_NUMBER && decimal_valid(a.text) && decimal_valid(b.text)) {
		struct decimal x = decimal_of(a.text), y = decimal_of(b.text);
		return decimal_cmp(&x, &y) == 0;
	}
	return a.kind == NODE_NULL || str_eq(a.text, b.text);
}

static bool is_number(struct value v)
{
	return v.kind == NODE_NUMBER || (v.written && decimal_valid(v.text));
}

/* Integers have neither fraction nor exponent; decimals have one. */
static bool is_plain(struct str number)
{
	for (size_t i = 0; i < number.len; i++)
		if (!ascii_digit(number.at[i]) && number.at[i] != '-')
			return false;
	return true;
}

static bool is_boolean(struct value v)
{
	return v.kind == NODE_BOOL ||
	       (v.kind == NODE_STRING && (str_eq(v.text, STR("true")) || str_eq(v.text, STR("false"))));
}

/* The identifiers behind - and +: dots between parts of letters, digits and hyphens; numbers of a pre-release have no
 * leading zero (SemVer 2.0.0, 9 and 10). */
static bool is_identifiers(struct str s, bool release)
{
	while (s.at) {
		struct str part = str_cut(&s, '.');
		bool number = true;
		for (size_t i = 0; i < part.len; i++) {
			if (!ascii_alpha(part.at[i]) && !ascii_digit(part.at[i]) && part.at[i] != '-')
				return false;
			number &= ascii_digit(part.at[i]);
		}
		if (!part.len || (release && number && part.len > 1 && part.at[0] == '0'))
			return false;
	}
	return true;
}

static bool is_semver(struct str s)
{
	struct str build = s, core = str_cut(&build, '+'), release = core;
	core = str_cut(&release, '-');
	for (unsigned i = 0; i < 3; i++) {
		struct str part = str_cut(&core, '.');
		if (!part.len || !is_plain(part) || part.at[0] == '-' || (part.len > 1 && part.at[0] == '0'))
			return false;
	}
	return !core.at && (!release.at || is_identifiers(release, true)) &&
	       (!build.at || is_identifiers(build, false));
}

static enum agreement of(bool agrees)
{
	return agrees ? AGREES : DIFFERS;
}

static enum agreement by_regex(const struct matcher *m, struct str text)
{
	switch (regex_matches(m->regex, text)) {
	case REGEX_YES:
		return AGREES;
	case REGEX_NO:
		return DIFFERS;
	default:
		return UNTOLD;
	}
}

/* Without a format, as ISO 8601 writes it. */
static enum agreement by_moment(const struct matcher *m, struct str text)
{
	static const char *const usual[MATCHER_KINDS] = {
	    [MATCHER_DATE] = "yyyy-MM-dd[XXX]",
	    [MATCHER_TIME] = "['T']HH:mm[:ss[.SSSSSSSSS][.SSSSSS][.SSS][.SS][.S]][XXX]"};
	struct str format = m->text.len ? m->text : str_from(usual[m->kind]);
	if (!format.len)
		return of(format_date_time(text) ||
			  moment_matches(text, STR("yyyy-MM-dd'T'HH:mm[:ss[.SSS]]")) == MOMENT_YES);
	enum moment_verdict v = moment_matches(text, format);
	return v == MOMENT_UNTOLD ? UNTOLD : of(v == MOMENT_YES);
}

static bool same_type(struct value expected, struct value actual)
{
	return expected.kind == actual.kind || (actual.written && expected.kind == NODE_STRING);
}

enum agreement value_agrees(const struct matcher *m, struct value expected, struct value actual)
{
	switch (m->kind) {
	case MATCHER_TYPE:
		return of(same_type(expected, actual));
	case MATCHER_REGEX:
		return actual.kind == NODE_NULL ? DIFFERS : by_regex(m, actual.text);
	case MATCHER_INCLUDE:
		return of(actual.kind != NODE_NULL &&
			  str_search(actual.text, m->text) + m->text.len <= actual.text.len &&
			  (!m->text.len || str_search(actual.text, m->text) < actual.text.len));
	case MATCHER_INTEGER:
		return of(is_number(actual) && is_plain(actual.text));
	case MATCHER_DECIMAL:
		return of(is_number(actual) && !is_plain(actual.text));
	case MATCHER_NUMBER:
		return of(is_number(actual));
	case MATCHER_DATE:
	case MATCHER_TIME:
	case MATCHER_DATETIME:
		return actual.kind == NODE_STRING ? by_moment(m, actual.text) : DIFFERS;
	case MATCHER_NULL:
		return of(actual.kind == NODE_NULL);
	case MATCHER_BOOLEAN:
		return of(is_boolean(actual));
	case MATCHER_NOT_EMPTY:
		return of(actual.kind != NODE_NULL && (actual.kind != NODE_STRING || actual.text.len));
	case MATCHER_SEMVER:
		return of(actual.kind == NODE_STRING && is_semver(actual.text));
	case MATCHER_EQUALITY:
		return of(value_same(expected, actual));
	case MATCHER_CONTENT_TYPE: /* of a whole body, seen to before its values */
		return AGREES;
	case MATCHER_UNKNOWN:
		return UNTOLD;
	default:
		return DIFFERS;
	}
}

static bool in_class(struct str word, unsigned status)
{
	static const struct {
		const char *word;
		unsigned least, most;
	} rows[] = {{"info", 100, 199},     {"information", 100, 199}, {"success", 200, 299},
		    {"redirect", 300, 399}, {"clientError", 400, 499}, {"serverError", 500, 599},
		    {"nonError", 100, 399}, {"error", 400, 599}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(word, str_from(rows[i].word)))
			return status >= rows[i].least && status <= rows[i].most;
	return false;
}

bool value_status(const struct matcher *m, unsigned status)
{
	uint64_t one;
	if (!m->codes)
		return (str_to_u64(m->text, &one) && one == status) || in_class(m->text, status);
	for (uint32_t i = 0; i < m->codes->count; i++)
		if (str_to_u64(tree_text(&m->codes->items[i]), &one) && one == status)
			return true;
	return false;
}

const char *value_wanted(const struct matcher *m)
{
	static const char *const words[MATCHER_KINDS] = {
	    [MATCHER_EQUALITY] = "the value of the pact",
	    [MATCHER_REGEX] = "a text that matches the pact's regular expression",
	    [MATCHER_TYPE] = "a value of the same type",
	    [MATCHER_INCLUDE] = "a text that holds the pact's",
	    [MATCHER_INTEGER] = "an integer",
	    [MATCHER_DECIMAL] = "a number with decimal places",
	    [MATCHER_NUMBER] = "a number",
	    [MATCHER_DATE] = "a date in the pact's format",
	    [MATCHER_TIME] = "a time in the pact's format",
	    [MATCHER_DATETIME] = "a date and time in the pact's format",
	    [MATCHER_NULL] = "null",
	    [MATCHER_BOOLEAN] = "true or false",
	    [MATCHER_CONTENT_TYPE] = "a body of the pact's media type",
	    [MATCHER_VALUES] = "an object whose values match",
	    [MATCHER_ARRAY_CONTAINS] = "a list that holds the pact's items",
	    [MATCHER_STATUS_CODE] = "a status of the pact's class",
	    [MATCHER_NOT_EMPTY] = "a value that is not empty",
	    [MATCHER_SEMVER] = "a semantic version",
	    [MATCHER_EACH_KEY] = "an object whose names match",
	    [MATCHER_EACH_VALUE] = "values that match",
	    [MATCHER_UNKNOWN] = "something that is not known here",
	};
	return words[m->kind];
}
