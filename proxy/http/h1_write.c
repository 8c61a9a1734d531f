#include "proxy/http/h1_write.h"

#include "proxy/http/lines.h"

/* What the lines that are not copied fields may take: framing, Connection, TE, status line, the empty line. */
enum { EXTRA_BYTES = 256 };

/* Short slices, which most are, are copied without a call: by two words, which may overlap. */
static inline char *put(char *to, struct str s)
{
	if (s.len > 32) {
		memcpy(to, s.at, s.len);
	} else if (s.len >= 16) {
		char first[16], last[16];
		memcpy(first, s.at, 16), memcpy(last, s.at + s.len - 16, 16);
		memcpy(to, first, 16), memcpy(to + s.len - 16, last, 16);
	} else if (s.len >= 8) {
		uint64_t first, last;
		memcpy(&first, s.at, 8), memcpy(&last, s.at + s.len - 8, 8);
		memcpy(to, &first, 8), memcpy(to + s.len - 8, &last, 8);
	} else if (s.len >= 4) {
		uint32_t first, last;
		memcpy(&first, s.at, 4), memcpy(&last, s.at + s.len - 4, 4);
		memcpy(to, &first, 4), memcpy(to + s.len - 4, &last, 4);
	} else {
		for (size_t i = 0; i < s.len; i++)
			to[i] = s.at[i];
	}
	return to + s.len;
}

static char *put_field(char *to, struct str name, struct str value)
{
	to = put(to, name);
	*to++ = ':';
	*to++ = ' ';
	to = put(to, value);
	*to++ = '\r';
	*to++ = '\n';
	return to;
}

static char *put_u64(char *to, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	while (at < sizeof digits)
		*to++ = digits[at++];
	return to;
}

static char *put_framing(char *to, enum framing framing, uint64_t length)
{
	if (framing == FRAMING_CHUNKED)
		return put(to, STR("Transfer-Encoding: chunked\r\n"));
	if (framing != FRAMING_LENGTH)
		return to;
	to = put_u64(put(to, STR("Content-Length: ")), length);
	return put(to, STR("\r\n"));
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
	size_t size = EXTRA_BYTES + how->upgrade.len;
	for (uint32_t i = 0; i < m->count; i++)
		size += m->fields[i].name.len + m->fields[i].value.len + 4;
	for (size_t i = 0; i < how->add_count; i++)
		size += how->add[i].name.len + how->add[i].value.len + 4;
	return size;
}

/* Everything behind the start line. A 1xx and a 204 have no framing, whatever was decided (RFC 9110, 8.6; 9112, 6.1).
 */
static char *put_rest(char *to, const struct message *m, const struct h1_out *how, uint64_t drop)
{
	bool never_framed = m->status && (m->status < 200 || m->status == 204);
	to = put_fields(to, m, drop | how->drop | KNOWN_BIT(KNOWN_CONTENT_LENGTH) | KNOWN_BIT(KNOWN_TRANSFER_ENCODING));
	for (size_t i = 0; i < how->add_count; i++)
		to = put_field(to, how->add[i].name, how->add[i].value);
	if (!never_framed)
		to = put_framing(to, how->framing, how->length);
	to = put_connection(to, how);
	return put(to, STR("\r\n"));
}

void h1_write_request(struct buf *out, const struct message *m, const struct h1_out *how)
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
	to = put_field(to, STR("Host"), authority);
	to = put_rest(to, m, how, KNOWN_BIT(KNOWN_HOST));
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
	to = put_u64(put(to, STR("HTTP/1.1 ")), status);
	*to++ = ' ';
	to = put(to, reason.len ? reason : h1_reason(status));
	return put(to, STR("\r\n"));
}

void h1_write_response(struct buf *out, const struct message *m, const struct h1_out *how)
{
	char *start = buf_reserve(out, room(m, how) + m->reason.len);
	char *to = put_status(start, m->status, m->reason);
	if (tells_length(m, how))
		to = put_framing(to, FRAMING_LENGTH, m->content_length);
	to = put_rest(to, m, how, 0);
	out->len += (size_t)(to - start);
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
