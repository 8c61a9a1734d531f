#include "proxy/http/media.h"

#include "proxy/http/token.h"

static struct str skip_space(struct str s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = str_skip(s, 1);
	return s;
}

/* Length of the quoted string that `s` begins with, quotes included; 0 where it does not end (RFC 9110, 5.6.4). */
static size_t quoted_len(struct str s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.at[i] == '\\')
			i++;
		else if (s.at[i] == '"')
			return i + 1;
	}
	return 0;
}

static size_t value_len(struct str s)
{
	return s.len && s.at[0] == '"' ? quoted_len(s) : char_span(s, CHAR_TOKEN);
}

int parameter_next(struct str *rest, struct str *name, struct str *value)
{
	struct str s = skip_space(*rest);
	/* Empty parameters are allowed: ";;" and ";" at the end. */
	while (s.len && s.at[0] == ';')
		s = skip_space(str_skip(s, 1));
	if (s.len == 0) {
		*rest = s;
		return 0;
	}
	if (s.at == rest->at)
		return -1;
	size_t len = char_span(s, CHAR_TOKEN);
	*name = str_head(s, len);
	s = str_skip(s, len);
	if (len == 0 || s.len == 0 || s.at[0] != '=')
		return -1;
	s = str_skip(s, 1);
	len = value_len(s);
	*value = str_head(s, len);
	s = skip_space(str_skip(s, len));
	if (len == 0 || (s.len && s.at[0] != ';'))
		return -1;
	*rest = s;
	return 1;
}

struct str parameter_text(struct str value, struct arena *arena)
{
	if (value.len < 2 || value.at[0] != '"')
		return value;
	struct str inner = str_of(value.at + 1, value.len - 2);
	if (str_find(inner, '\\') == inner.len)
		return inner;
	char *text = arena_alloc(arena, inner.len);
	size_t len = 0;
	for (size_t i = 0; i < inner.len; i++) {
		if (inner.at[i] == '\\' && i + 1 < inner.len)
			i++;
		text[len++] = inner.at[i];
	}
	return str_of(text, len);
}

static bool parameters_valid(struct str rest)
{
	struct str name, value;
	int more;
	do
		more = parameter_next(&rest, &name, &value);
	while (more > 0);
	return more == 0;
}

bool media_parse(struct str value, struct media *media)
{
	struct str s = str_trim(value);
	size_t type = char_span(s, CHAR_TOKEN);
	if (type == 0 || type == s.len || s.at[type] != '/')
		return false;
	struct str rest = str_skip(s, type + 1);
	size_t subtype = char_span(rest, CHAR_TOKEN);
	if (subtype == 0)
		return false;
	media->type = str_head(s, type);
	media->subtype = str_head(rest, subtype);
	media->full = str_head(s, type + 1 + subtype);
	media->parameters = skip_space(str_skip(rest, subtype));
	media->suffix = str_skip(media->subtype, subtype);
	for (size_t i = subtype; i > 0 && media->suffix.len == 0; i--)
		if (rest.at[i - 1] == '+')
			media->suffix = str_skip(media->subtype, i);
	if (media->parameters.len && media->parameters.at[0] != ';')
		return false;
	return parameters_valid(media->parameters);
}

struct str media_parameter(const struct media *media, struct str wanted)
{
	struct str rest = media->parameters, name, value;
	while (parameter_next(&rest, &name, &value) > 0)
		if (str_eq_nocase(name, wanted))
			return value;
	return (struct str){NULL, 0};
}

struct str media_charset(const struct media *media)
{
	struct str value = media_parameter(media, STR("charset"));
	return value.len >= 2 && value.at[0] == '"' ? str_of(value.at + 1, value.len - 2) : value;
}

bool media_is_json(const struct media *media)
{
	return str_eq_nocase(media->suffix, STR("json")) || str_eq_nocase(media->full, STR("application/json")) ||
	       str_eq_nocase(media->full, STR("text/json"));
}

bool media_matches(const struct media *range, const struct media *type)
{
	if (str_eq(range->type, STR("*")))
		return str_eq(range->subtype, STR("*"));
	return str_eq_nocase(range->type, type->type) &&
	       (str_eq(range->subtype, STR("*")) || str_eq_nocase(range->subtype, type->subtype));
}
