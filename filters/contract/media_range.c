#include "filters/contract/media_range.h"

#define BIT(c) ((uint64_t)1 << ((c)&63))

/* RFC 9110, 5.6.2: tchar: letters, digits, and !#$%&'*+-.^_`|~ */
static bool token_char(char c)
{
	static const uint64_t low = (BIT('9' + 1) - BIT('0')) | BIT('!') | BIT('#') | BIT('$') | BIT('%') | BIT('&') |
				    BIT('\'') | BIT('*') | BIT('+') | BIT('-') | BIT('.');
	static const uint64_t high = (BIT('Z' + 1) - BIT('A')) | (BIT('z' + 1) - BIT('a')) | BIT('^') | BIT('_') |
				     BIT('`') | BIT('|') | BIT('~');
	unsigned char u = (unsigned char)c;
	return u < 0x80 && (u < 64 ? low : high) >> (u & 63) & 1;
}

static struct str take_token(struct str *rest)
{
	size_t len = 0;
	while (len < rest->len && token_char(rest->at[len]))
		len++;
	struct str token = str_head(*rest, len);
	*rest = str_skip(*rest, len);
	return token;
}

/* RFC 9110, 5.6.4: a quoted string; *rest stands at the quote. */
static bool take_quoted(struct str *rest, struct str *value)
{
	for (size_t i = 1; i < rest->len; i++) {
		if (rest->at[i] == '\\') {
			i++;
		} else if (rest->at[i] == '"') {
			*value = str_of(rest->at + 1, i - 1);
			*rest = str_skip(*rest, i + 1);
			return true;
		}
	}
	return false;
}

static bool take_parameter(struct str *rest, struct media_range *m)
{
	struct str name = take_token(rest), value;
	if (name.len == 0 || rest->len == 0 || rest->at[0] != '=')
		return false;
	*rest = str_skip(*rest, 1);
	if (rest->len && rest->at[0] == '"') {
		if (!take_quoted(rest, &value))
			return false;
	} else {
		value = take_token(rest);
		if (value.len == 0)
			return false;
	}
	if (m->count == MEDIA_PARAMETERS)
		return false;
	m->parameter[m->count++] = (struct media_parameter){name, value};
	return true;
}

bool media_range_parse(struct str text, struct media_range *m)
{
	struct str rest = str_trim(text);
	m->count = 0;
	if (!rest.len)
		return false;
	m->type = take_token(&rest);
	if (m->type.len == 0 || rest.len == 0 || rest.at[0] != '/')
		return false;
	rest = str_skip(rest, 1);
	m->subtype = take_token(&rest);
	if (m->subtype.len == 0)
		return false;
	for (;;) {
		rest = str_trim(rest);
		if (rest.len == 0)
			return true;
		if (rest.at[0] != ';')
			return false;
		rest = str_trim(str_skip(rest, 1));
		/* RFC 9110, 5.6.6 allows empty parameters: `text/plain;` */
		if (rest.len && rest.at[0] != ';' && !take_parameter(&rest, m))
			return false;
	}
}

bool media_is_concrete(const struct media_range *m)
{
	return str_find(m->type, '*') == m->type.len && str_find(m->subtype, '*') == m->subtype.len;
}

struct str media_range_parameter(const struct media_range *m, struct str name)
{
	for (unsigned i = 0; i < m->count; i++)
		if (str_eq_nocase(m->parameter[i].name, name))
			return m->parameter[i].value;
	return (struct str){NULL, 0};
}

static bool is_star(struct str s)
{
	return s.len == 1 && s.at[0] == '*';
}

/* The part behind the last plus sign (RFC 6839), or the empty slice. */
static struct str suffix(struct str subtype)
{
	for (size_t i = subtype.len; i-- > 0;)
		if (subtype.at[i] == '+')
			return str_skip(subtype, i + 1);
	return (struct str){NULL, 0};
}

static unsigned covers_type(const struct media_range *range, const struct media_range *type)
{
	if (is_star(range->type) && is_star(range->subtype))
		return 1;
	if (!is_star(range->type) && !str_eq_nocase(range->type, type->type))
		return 0;
	if (str_eq_nocase(range->subtype, type->subtype))
		return 4;
	if (is_star(range->subtype))
		return 2;
	if (str_starts(range->subtype, STR("*+")) && str_eq_nocase(str_skip(range->subtype, 2), suffix(type->subtype)))
		return 3;
	return 0;
}

enum wanted { DIFFERS, ABSENT, SAME };

static enum wanted look_for(const struct media_range *type, const struct media_parameter *wanted)
{
	bool charset = str_eq_nocase(wanted->name, STR("charset"));
	struct str value = media_range_parameter(type, wanted->name);
	if (!value.at)
		return charset && str_eq_nocase(wanted->value, STR("utf-8")) ? SAME : ABSENT;
	return (charset ? str_eq_nocase(value, wanted->value) : str_eq(value, wanted->value)) ? SAME : DIFFERS;
}

unsigned media_range_covers(const struct media_range *range, const struct media_range *type)
{
	unsigned specific = covers_type(range, type), step = 2 * (MEDIA_PARAMETERS + 1);
	bool all = true;
	if (specific == 0)
		return 0;
	for (unsigned i = 0; i < range->count; i++) {
		enum wanted found = look_for(type, &range->parameter[i]);
		if (found == DIFFERS)
			return 0;
		all &= found == SAME;
	}
	return specific * step + (all ? MEDIA_PARAMETERS + 1 + range->count : 0);
}

enum media_kind media_kind(const struct media_range *m)
{
	static const struct {
		struct str type, subtype;
		enum media_kind kind;
	} kinds[] = {
	    {STR_INIT("application"), STR_INIT("json"), MEDIA_JSON},
	    {STR_INIT("text"), STR_INIT("json"), MEDIA_JSON},
	    {STR_INIT("application"), STR_INIT("x-www-form-urlencoded"), MEDIA_FORM},
	    {STR_INIT("multipart"), STR_INIT("form-data"), MEDIA_MULTIPART},
	    {STR_INIT("text"), STR_INIT("plain"), MEDIA_TEXT},
	    {STR_INIT("application"), STR_INIT("json-seq"), MEDIA_SEQUENCE},
	    {STR_INIT("application"), STR_INIT("jsonl"), MEDIA_LINES},
	    {STR_INIT("application"), STR_INIT("jsonlines"), MEDIA_LINES},
	    {STR_INIT("application"), STR_INIT("x-jsonlines"), MEDIA_LINES},
	    {STR_INIT("application"), STR_INIT("x-ndjson"), MEDIA_LINES},
	    {STR_INIT("application"), STR_INIT("ndjson"), MEDIA_LINES},
	    {STR_INIT("text"), STR_INIT("event-stream"), MEDIA_EVENTS},
	    {STR_INIT("application"), STR_INIT("octet-stream"), MEDIA_BINARY},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq_nocase(m->type, kinds[i].type) && str_eq_nocase(m->subtype, kinds[i].subtype))
			return kinds[i].kind;
	if (str_eq_nocase(suffix(m->subtype), STR("json")))
		return MEDIA_JSON;
	if (str_eq_nocase(suffix(m->subtype), STR("json-seq")))
		return MEDIA_SEQUENCE;
	if (str_eq_nocase(m->type, STR("multipart")))
		return MEDIA_PARTS;
	static const struct str binary[] = {STR_INIT("image"), STR_INIT("audio"), STR_INIT("video"), STR_INIT("font")};
	for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
		if (str_eq_nocase(m->type, binary[i]) && suffix(m->subtype).len == 0)
			return MEDIA_BINARY;
	return MEDIA_OTHER;
}

bool media_is_utf8(const struct media_range *type)
{
	struct str charset = media_range_parameter(type, STR("charset"));
	return !charset.at || str_eq_nocase(charset, STR("utf-8")) || str_eq_nocase(charset, STR("utf8")) ||
	       str_eq_nocase(charset, STR("us-ascii"));
}
