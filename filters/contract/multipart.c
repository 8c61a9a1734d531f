#include "filters/contract/multipart.h"

static const char *const texts[MULTIPART_RESULT_COUNT] = {
#define X(name, text) [MULTIPART_##name] = text,
    MULTIPART_RESULTS(X)
#undef X
};

const char *multipart_text(enum multipart_result result)
{
	return texts[result];
}

/* RFC 2046, 5.1.1: bcharsnospace, and a space that is not the last. */
static bool good_boundary(struct str b)
{
	if (b.len == 0 || b.len > MULTIPART_BOUNDARY || b.at[b.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < b.len; i++)
		if (!ascii_alpha(b.at[i]) && !ascii_digit(b.at[i]) && !(b.at[i] && strchr("'()+_,-./:=? ", b.at[i])))
			return false;
	return true;
}

/* What may follow a boundary on its line: `--` at the end, white space, CR LF. Moves *rest behind the line. A text that
 * merely begins like the boundary is none. */
static bool end_line(struct str *rest, bool *last)
{
	struct str s = *rest;
	*last = str_starts(s, STR("--"));
	if (*last)
		s = str_skip(s, 2);
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = str_skip(s, 1);
	if (str_starts(s, STR("\r\n")))
		*rest = str_skip(s, 2);
	else if (*last && s.len == 0)
		*rest = s;
	else
		return false;
	return true;
}

/* Whether a lax reader would take what follows for the rest of a boundary line. */
static bool nearly_ends(struct str rest)
{
	while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '\t'))
		rest = str_skip(rest, 1);
	return rest.len == 0 || rest.at[0] == '\r' || rest.at[0] == '\n' || str_starts(rest, STR("--"));
}

static enum multipart_result find_delimiter(struct multipart *m, struct str *before)
{
	const char *from = m->rest.at, *end = m->rest.at + m->rest.len;
	while (from < end) {
		const char *at = memmem(from, (size_t)(end - from), m->delimiter, m->delimiter_len);
		if (!at)
			return MULTIPART_NO_END;
		struct str after = str_of(at + m->delimiter_len, (size_t)(end - at) - m->delimiter_len), rest = after;
		bool last;
		if (at > m->rest.at && at[-1] == '\r' && end_line(&rest, &last)) {
			*before = str_of(m->rest.at, (size_t)(at - m->rest.at) - 1);
			m->rest = rest;
			m->ended = last;
			return MULTIPART_PART;
		}
		if (nearly_ends(after))
			return MULTIPART_AMBIGUOUS;
		from = at + 1;
	}
	return MULTIPART_NO_END;
}

enum multipart_result multipart_begin(struct multipart *m, struct str boundary, struct str body)
{
	*m = (struct multipart){.rest = body, .delimiter = "\n--"};
	if (!good_boundary(boundary))
		return MULTIPART_BAD_BOUNDARY;
	memcpy(m->delimiter + 3, boundary.at, boundary.len);
	m->delimiter_len = 3 + boundary.len;
	if (str_starts(m->rest, STR("\r\n")))
		m->rest = str_skip(m->rest, 2);
	if (!str_starts(m->rest, str_of(m->delimiter + 1, m->delimiter_len - 1)))
		return MULTIPART_NO_START;
	m->rest = str_skip(m->rest, m->delimiter_len - 1);
	return end_line(&m->rest, &m->ended) ? MULTIPART_PART : MULTIPART_NO_START;
}

static bool take_line(struct str *rest, struct str *line)
{
	size_t end = str_find(*rest, '\n');
	if (end == rest->len || end == 0 || rest->at[end - 1] != '\r')
		return false;
	*line = str_head(*rest, end - 1);
	*rest = str_skip(*rest, end + 1);
	return memchr(line->at, '\r', line->len) == NULL && memchr(line->at, '\0', line->len) == NULL;
}

static bool field_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] <= ' ' || name.at[i] == 0x7f)
			return false;
	return name.len > 0;
}

/* The header lines; *rest is the content then. */
static bool take_headers(struct str *rest, struct multipart_part *part)
{
	struct str line;
	part->headers = 0;
	while (take_line(rest, &line)) {
		if (line.len == 0)
			return true;
		size_t colon = str_find(line, ':');
		if (colon == line.len || part->headers == MULTIPART_HEADERS || !field_name(str_head(line, colon)))
			return false;
		part->header[part->headers++] =
		    (struct field){str_head(line, colon), str_trim(str_skip(line, colon + 1))};
	}
	return false;
}

/* One `name=value` or `name="value"`; a quote inside comes as \" or, from browsers, as %22. */
static bool take_parameter(struct str *rest, struct str *name, struct str *value)
{
	size_t equals = str_find(*rest, '=');
	if (equals == rest->len)
		return false;
	*name = str_trim(str_head(*rest, equals));
	*rest = str_skip(*rest, equals + 1);
	if (rest->len && rest->at[0] == '"') {
		size_t i = 1;
		while (i < rest->len && rest->at[i] != '"')
			i += rest->at[i] == '\\' && i + 1 < rest->len && rest->at[i + 1] == '"' ? 2 : 1;
		if (i >= rest->len)
			return false;
		*value = str_of(rest->at + 1, i - 1);
		*rest = str_trim(str_skip(*rest, i + 1));
		return rest->len == 0 || rest->at[0] == ';';
	}
	size_t end = str_find(*rest, ';');
	*value = str_trim(str_head(*rest, end));
	*rest = str_skip(*rest, end);
	return value->len > 0;
}

static bool read_disposition(struct str text, struct multipart_part *part)
{
	size_t end = str_find(text, ';');
	struct str rest = str_skip(text, end), name, value;
	if (!str_eq_nocase(str_trim(str_head(text, end)), STR("form-data")))
		return false;
	while (rest.len) {
		rest = str_trim(str_skip(rest, 1)); /* the semicolon */
		if (rest.len == 0)
			break;
		if (!take_parameter(&rest, &name, &value))
			return false;
		struct str *slot = str_eq_nocase(name, STR("name"))       ? &part->name
				   : str_eq_nocase(name, STR("filename")) ? &part->filename
									  : NULL;
		if (slot && slot->at)
			return false;
		if (slot)
			*slot = value;
	}
	return part->name.at != NULL;
}

static bool read_fields(struct multipart_part *part, bool nameless)
{
	unsigned dispositions = 0;
	part->name = part->filename = part->content_type = (struct str){NULL, 0};
	for (unsigned i = 0; i < part->headers; i++) {
		const struct field *f = &part->header[i];
		if (str_eq_nocase(f->name, STR("Content-Disposition"))) {
			if (nameless)
				continue;
			if (dispositions++ || !read_disposition(f->value, part))
				return false;
		} else if (str_eq_nocase(f->name, STR("Content-Type"))) {
			if (part->content_type.at)
				return false;
			part->content_type = f->value;
		}
	}
	return nameless || dispositions == 1;
}

enum multipart_result multipart_next(struct multipart *m, struct multipart_part *part)
{
	struct str rest;
	if (m->ended)
		return MULTIPART_END;
	enum multipart_result found = find_delimiter(m, &rest);
	if (found != MULTIPART_PART)
		return found;
	if (!take_headers(&rest, part))
		return MULTIPART_BAD_HEADER;
	if (!read_fields(part, m->nameless))
		return MULTIPART_BAD_DISPOSITION;
	part->content = rest;
	return MULTIPART_PART;
}
