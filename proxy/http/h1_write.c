#include "proxy/http/h1_write.h"

#include "proxy/http/lines.h"
#include "proxy/http/put.h"

/* What the lines that are not copied fields may take: framing, Connection, TE, status line, the empty line; and as many
 * bytes as are written behind a number, to be overwritten. */
enum { EXTRA_BYTES = 256, DIGITS = 20 };

static char *put_field(char *to, struct str name, struct str value)
{
	to = put(to, name);
	memcpy(to, ": ", 2);
	return put_end(put(to + 2, value));
}

/* Copies twenty bytes, whatever is behind the last digit. */
static char *put_u64(char *to, uint64_t value)
{
	char digits[2 * DIGITS] = {0};
	size_t at = DIGITS;
	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	memcpy(to, digits + at, DIGITS);
	return to + (DIGITS - at);
}

static char *put_framing(char *to, enum framing framing, uint64_t length)
{
	if (framing == FRAMING_CHUNKED)
		return put(to, STR("Transfer-Encoding: chunked\r\n"));
	if (framing != FRAMING_LENGTH)
		return to;
	return put_end(put_u64(put(to, STR("Content-Length: ")), length));
}

/* One Connection line for all that is said about it (RFC 9110, 7.6.1). */
static char *put_connection(char *to, const struct h1_out *how)
{
	struct str options[4];
	size_t count = 0;
	if (how->close)
		options[count++] = STR("close");
	else if (how->keep_alive)
		options[count++] = STR("keep-alive");
	if (how->upgrade.len)
		options[count++] = STR("upgrade");
	if (how->trailers)
		options[count++] = STR("TE");
	if (count == 0)
		return to;
	to = put(to, STR("Connection: "));
	for (size_t i = 0; i < count; i++)
		to = put(i ? put(to, STR(", ")) : to, options[i]);
	to = put(to, STR("\r\n"));
	if (how->upgrade.len)
		to = put_field(to, STR("Upgrade"), how->upgrade);
	return how->trailers ? put(to, STR("TE: trailers\r\n")) : to;
}

static char *put_fields(char *to, const struct message *m, uint64_t drop)
{
	for (uint32_t i = 0; i < m->count; i++) {
		uint8_t id = m->ids[i];
		if (!(id & FIELD_HOP) && !(id < KNOWN_COUNT && (drop >> id & 1)))
			to = put_field(to, m->fields[i].name, m->fields[i].value);
	}
	return to;
}

static size_t room(const struct message *m, const struct h1_out *how)
{
	size_t size = EXTRA_BYTES;
	for (uint32_t i = 0; i < m->count; i++)
		size += m->fields[i].name.len + m->fields[i].value.len + 4;
	for (size_t i = 0; i < how->add_count; i++)
		size += how->add[i].name.len + how->add[i].value.len + 4;
	return size;
}

static char *put_fields_of(char *to, const struct message *m, const struct h1_out *how, uint64_t drop)
{
	to = put_fields(to, m, drop | how->drop | KNOWN_BIT(KNOWN_CONTENT_LENGTH) | KNOWN_BIT(KNOWN_TRANSFER_ENCODING));
	for (size_t i = 0; i < how->add_count; i++)
		to = put_field(to, how->add[i].name, how->add[i].value);
	return to;
}

void h1_begin_request(struct buf *out, const struct message *m, const struct h1_out *how)
{
	struct str target = how->target.at ? how->target : message_origin_target(m);
	struct str authority = how->authority.at ? how->authority : m->authority;
	char *start = buf_reserve(out, room(m, how) + m->method_name.len + target.len + authority.len);
	char *to = put(start, m->method_name);
	*to++ = ' ';
	/* OPTIONS for a whole server in absolute-form (RFC 9112, 3.2.4). */
	if (target.len == 0 && m->method == METHOD_OPTIONS)
		*to++ = '*';
	else if (m->form == TARGET_ABSOLUTE && (target.len == 0 || target.at[0] == '?'))
		*to++ = '/';
	to = put(put(to, target), STR(" HTTP/1.1\r\n"));
	to = put_line(to, STR("Host: "), authority);
	to = put_fields_of(to, m, how, KNOWN_BIT(KNOWN_HOST));
	out->len += (size_t)(to - start);
}

/* An answer to HEAD and a 304 tell the length that the body would have; a 1xx and a 204 must not (RFC 9110, 8.6). */
static bool tells_length(const struct message *m, const struct h1_out *how)
{
	return how->framing == FRAMING_NONE && m->framing == FRAMING_NONE && m->has_length && m->status >= 200 &&
	       m->status != 204;
}

static char *put_status(char *to, unsigned status, struct str reason)
{
	char code[4] = {(char)('0' + status / 100 % 10), (char)('0' + status / 10 % 10), (char)('0' + status % 10), ' '};
	to = put(put(to, STR("HTTP/1.1 ")), str_of(code, sizeof code));
	return put_end(put(to, reason.len ? reason : h1_reason(status)));
}

void h1_begin_response(struct buf *out, const struct message *m, const struct h1_out *how)
{
	char *start = buf_reserve(out, room(m, how) + m->reason.len);
	char *to = put_status(start, m->status, m->reason);
	if (tells_length(m, how))
		to = put_framing(to, FRAMING_LENGTH, m->content_length);
	to = put_fields_of(to, m, how, 0);
	out->len += (size_t)(to - start);
}

/* A 1xx and a 204 have no framing, whatever was decided (RFC 9110, 8.6; 9112, 6.1). */
void h1_end(struct buf *out, const struct message *m, const struct h1_out *how)
{
	bool never_framed = m->status && (m->status < 200 || m->status == 204);
	char *start = buf_reserve(out, EXTRA_BYTES + how->upgrade.len), *to = start;
	if (!never_framed)
		to = put_framing(to, how->framing, how->length);
	to = put_end(put_connection(to, how));
	out->len += (size_t)(to - start);
}

void h1_write_request(struct buf *out, const struct message *m, const struct h1_out *how)
{
	h1_begin_request(out, m, how);
	h1_end(out, m, how);
}

void h1_write_response(struct buf *out, const struct message *m, const struct h1_out *how)
{
	h1_begin_response(out, m, how);
	h1_end(out, m, how);
}

void h1_write_status(struct buf *out, unsigned status, struct str reason)
{
	char *start = buf_reserve(out, EXTRA_BYTES + reason.len);
	out->len += (size_t)(put_status(start, status, reason) - start);
}

void h1_write_field(struct buf *out, struct str name, struct str value)
{
	char *start = buf_reserve(out, name.len + value.len + 4);
	out->len += (size_t)(put_field(start, name, value) - start);
}

void h1_write_framing(struct buf *out, enum framing framing, uint64_t length)
{
	char *start = buf_reserve(out, EXTRA_BYTES);
	out->len += (size_t)(put_framing(start, framing, length) - start);
}

void h1_write_end(struct buf *out)
{
	buf_add(out, STR("\r\n"));
}

bool h1_clean_value(struct str value)
{
	return lines_control(value, 0) == value.len;
}
