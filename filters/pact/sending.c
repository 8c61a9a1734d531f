#include "filters/pact/sending.h"

#include "filters/contract/media_range.h"

static bool is_unreserved(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || (c && strchr("-._~", c));
}

static void encode(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_unreserved(s.at[i]))
			buf_addc(out, s.at[i]);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)s.at[i]);
}

void sending_query(const struct pact_list *query, struct buf *out)
{
	out->len = 0;
	for (unsigned i = 0; i < query->count; i++)
		for (unsigned k = 0; k < query->at[i].count; k++) {
			if (out->len)
				buf_addc(out, '&');
			encode(out, query->at[i].name);
			buf_addc(out, '=');
			encode(out, query->at[i].at[k]);
		}
}

struct str sending_path(struct arena *arena, struct str path)
{
	struct buf out = {0};
	if (!path.len || path.at[0] != '/')
		buf_addc(&out, '/');
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.at[i];
		if (c > 0x20 && c < 0x7f && !strchr("?#\"<>\\^`{|}", (char)c))
			buf_addc(&out, (char)c);
		else
			buf_addf(&out, "%%%02X", (unsigned)c);
	}
	struct str s = arena_dup(arena, buf_str(&out));
	buf_free(&out);
	return s;
}

struct str sending_method(struct arena *arena, struct str method)
{
	char *at = arena_alloc(arena, method.len + 1);
	for (size_t i = 0; i < method.len; i++)
		at[i] = method.at[i] >= 'a' && method.at[i] <= 'z' ? (char)(method.at[i] & ~0x20) : method.at[i];
	return str_of(at, method.len);
}

/* A field's value has no line breaks: those of a pact, which folds some, are spaces. */
static struct str as_value(struct arena *arena, struct str s)
{
	char *at = arena_alloc(arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		at[i] = (unsigned char)s.at[i] < 0x20 && s.at[i] != '\t' ? ' ' : s.at[i];
	return str_trim(str_of(at, s.len));
}

static size_t add_fields(struct sending *s, const struct pact_message *m, struct arena *arena)
{
	size_t count = 1;
	for (unsigned i = 0; i < m->header.count; i++)
		count += m->header.at[i].count;
	s->field = ARENA_ARRAY(arena, struct field, count);
	count = 0;
	for (unsigned i = 0; i < m->header.count; i++)
		for (unsigned k = 0; k < m->header.at[i].count; k++)
			s->field[count++] =
			    (struct field){m->header.at[i].name, as_value(arena, m->header.at[i].at[k])};
	return count;
}

/* The members of an object as a form, or as the parts of multipart/form-data. */
static void write_form(struct sending *s, const struct node *n, struct str boundary)
{
	struct buf value = {0};
	for (uint32_t i = 0; i < n->count; i++) {
		const struct node *one = &n->members[i].value;
		value.len = 0;
		if (one->kind >= NODE_SEQUENCE)
			tree_to_json(one, &value);
		else
			buf_add(&value, one->text);
		if (boundary.len) {
			buf_addf(&s->bytes, "--%.*s\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n%.*s\r\n",
				 STR_ARG(boundary), STR_ARG(n->members[i].key.text), STR_ARG(buf_str(&value)));
			continue;
		}
		buf_add(&s->bytes, i ? STR("&") : STR(""));
		encode(&s->bytes, n->members[i].key.text);
		buf_addc(&s->bytes, '=');
		encode(&s->bytes, buf_str(&value));
	}
	if (boundary.len)
		buf_addf(&s->bytes, "--%.*s--\r\n", STR_ARG(boundary));
	buf_free(&value);
}

/* True when the body was written as its type asks, though the pact holds an object. */
static bool write_as_type(struct sending *s, const struct pact_message *m, struct field *type, struct arena *arena)
{
	struct media_range range;
	if (m->body.kind != PACT_BODY_JSON || m->body.json->kind != NODE_MAPPING ||
	    !media_range_parse(m->body.type, &range))
		return false;
	enum media_kind kind = media_kind(&range);
	if (kind == MEDIA_FORM) {
		write_form(s, m->body.json, str_of(NULL, 0));
		return true;
	}
	if (kind != MEDIA_MULTIPART)
		return false;
	struct str boundary = media_range_parameter(&range, STR("boundary"));
	if (!boundary.len) {
		boundary = STR("vane-of-a-pact");
		type->value = arena_printf(arena, "%.*s; boundary=%.*s", STR_ARG(type->value), STR_ARG(boundary));
	}
	write_form(s, m->body.json, boundary);
	return true;
}

void sending_make(struct sending *s, const struct pact_message *m, struct arena *arena)
{
	*s = (struct sending){0};
	size_t count = add_fields(s, m, arena);
	bool body = m->body.kind == PACT_BODY_JSON || m->body.kind == PACT_BODY_BYTES;
	struct field *type = NULL;
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(s->field[i].name, STR("Content-Type")))
			type = &s->field[i];
	if (body && !type) {
		type = &s->field[count++];
		*type = (struct field){STR("Content-Type"), m->body.type};
	}
	if (body && !write_as_type(s, m, type, arena))
		message_bytes(&m->body, &s->bytes);
	sending_query(&m->query, &s->query);
	s->body = buf_str(&s->bytes);
	s->head = (struct message_head){.method = sending_method(arena, m->method),
					.query = buf_str(&s->query),
					.status = m->status,
					.fields = s->field,
					.field_count = count,
					.has_body = s->body.len > 0};
}

void sending_free(struct sending *s)
{
	buf_free(&s->bytes);
	buf_free(&s->query);
}
