#include "proxy/http/chunk.h"

#include "proxy/http/fields.h"
#include "proxy/http/lines.h"

enum state { SIZE, SPACE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, DONE, BROKEN };

enum { SIZE_DIGITS = 64, TRAILER_START = 512 }; /* digits with leading zeros */

void chunk_reset(struct chunk *c, struct arena *arena)
{
	*c = (struct chunk){.state = SIZE, .arena = arena};
}

static bool fail(struct chunk *c, const char *why)
{
	c->state = BROKEN;
	c->why = why;
	return false;
}

static bool size_byte(struct chunk *c, char byte)
{
	int digit = ascii_hex(byte);
	if (digit >= 0) {
		if (++c->digits > SIZE_DIGITS || c->left >> 60)
			return fail(c, "chunk size too long");
		c->left = c->left << 4 | (unsigned)digit;
		return true;
	}
	if (c->digits && (byte == ' ' || byte == '\t')) {
		c->state = SPACE;
		return true;
	}
	if (c->digits == 0 || (byte != ';' && byte != '\r'))
		return fail(c, "bad chunk size");
	c->state = byte == ';' ? EXTENSION : SIZE_LF;
	return true;
}

/* White space may stand before an extension, and only there (RFC 9112, 7.1.1). */
static bool space_byte(struct chunk *c, char byte)
{
	if (byte == ';')
		c->state = EXTENSION;
	else if ((byte != ' ' && byte != '\t') || ++c->extensions > CHUNK_EXTENSION_BYTES || ++c->line > CHUNK_LINE_BYTES)
		return fail(c, "bad chunk size");
	return true;
}

/* Extensions mean nothing to us and end here (RFC 9112, 7.1.1). */
static bool extension_byte(struct chunk *c, char byte)
{
	if (byte == '\r') {
		c->state = SIZE_LF;
		return true;
	}
	if (lines_control(str_of(&byte, 1), 0) == 0)
		return fail(c, "control character in a chunk extension");
	if (++c->extensions > CHUNK_EXTENSION_BYTES || ++c->line > CHUNK_LINE_BYTES)
		return fail(c, "chunk extensions too long");
	return true;
}

static bool size_ended(struct chunk *c, char byte)
{
	if (byte != '\n')
		return fail(c, "bad line end after a chunk size");
	if (c->left > INT64_MAX - c->total)
		return fail(c, "chunk size too large");
	c->total += c->left;
	c->state = c->left ? DATA : TRAILER;
	c->digits = c->line = 0;
	return true;
}

static bool data_ended(struct chunk *c, char byte)
{
	if (byte != (c->state == DATA_CR ? '\r' : '\n'))
		return fail(c, "bad line end after chunk data");
	c->state = c->state == DATA_CR ? DATA_LF : SIZE;
	return true;
}

static bool framing_byte(struct chunk *c, char byte)
{
	switch ((enum state)c->state) {
	case SIZE:
		return size_byte(c, byte);
	case SPACE:
		return space_byte(c, byte);
	case EXTENSION:
		return extension_byte(c, byte);
	case SIZE_LF:
		return size_ended(c, byte);
	default:
		return data_ended(c, byte);
	}
}

/* Fields that must not come late: framing, routing, credentials, and what decides how a message is handled (RFC 9110,
 * 6.5.1). */
static bool too_late(struct str name)
{
	static const uint64_t set =
	    KNOWN_BIT(KNOWN_HOST) | KNOWN_BIT(KNOWN_CONTENT_LENGTH) | KNOWN_BIT(KNOWN_TRANSFER_ENCODING) |
	    KNOWN_BIT(KNOWN_CONNECTION) | KNOWN_BIT(KNOWN_KEEP_ALIVE) | KNOWN_BIT(KNOWN_PROXY_CONNECTION) |
	    KNOWN_BIT(KNOWN_TE) | KNOWN_BIT(KNOWN_TRAILER) | KNOWN_BIT(KNOWN_UPGRADE) | KNOWN_BIT(KNOWN_EXPECT) |
	    KNOWN_BIT(KNOWN_CONTENT_TYPE) | KNOWN_BIT(KNOWN_CONTENT_ENCODING) | KNOWN_BIT(KNOWN_CONTENT_RANGE) |
	    KNOWN_BIT(KNOWN_ACCEPT) | KNOWN_BIT(KNOWN_AUTHORIZATION) | KNOWN_BIT(KNOWN_COOKIE) |
	    KNOWN_BIT(KNOWN_SET_COOKIE) | KNOWN_BIT(KNOWN_ORIGIN) | KNOWN_BIT(KNOWN_VIA) | KNOWN_BIT(KNOWN_VARY) |
	    KNOWN_BIT(KNOWN_LOCATION) | KNOWN_BIT(KNOWN_CACHE_CONTROL) | KNOWN_BIT(KNOWN_DATE) |
	    KNOWN_BIT(KNOWN_API_VERSION) | KNOWN_BIT(KNOWN_FORWARDED) | KNOWN_BIT(KNOWN_X_FORWARDED_FOR) |
	    KNOWN_BIT(KNOWN_X_FORWARDED_PROTO) | KNOWN_BIT(KNOWN_X_FORWARDED_HOST) | KNOWN_BIT(KNOWN_HTTP2_SETTINGS) |
	    KNOWN_BIT(KNOWN_PROXY_AUTHENTICATE) | KNOWN_BIT(KNOWN_PROXY_AUTHORIZATION) | KNOWN_BIT(KNOWN_RETRY_AFTER);
	static const struct str others[] = {
	    STR_INIT("max-forwards"),
	    STR_INIT("range"),
	    STR_INIT("www-authenticate"),
	    STR_INIT("age"),
	    STR_INIT("expires"),
	    STR_INIT("pragma"),
	    STR_INIT("x-real-ip"),
	    STR_INIT("authentication-info"),
	    STR_INIT("proxy-authentication-info"),
	};
	enum known id = known_of(name);
	if (id != KNOWN_NONE)
		return set >> id & 1;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (str_eq_nocase(name, others[i]))
			return true;
	return name.len > 3 && str_eq_nocase(str_head(name, 3), STR("if-"));
}

static enum chunk_event finish(struct chunk *c, unsigned len)
{
	struct message m = {0};
	const char *why = fields_split(&m, c->arena, str_of(c->trailer_bytes, len), c->trailer_count);
	if (why) {
		fail(c, "bad trailer");
		return CHUNK_BAD;
	}
	c->trailers = m.fields;
	c->trailer_count = 0;
	for (uint32_t i = 0; i < m.count; i++)
		if (!too_late(m.fields[i].name))
			m.fields[c->trailer_count++] = m.fields[i];
	c->state = DONE;
	return CHUNK_END;
}

/* Copies what may belong to the trailer section behind what is there; returns how much that is. */
static unsigned gather(struct chunk *c, struct str in)
{
	unsigned room = CHUNK_TRAILER_BYTES - c->trailer_size;
	unsigned more = in.len < room ? (unsigned)in.len : room;
	if (c->trailer_size + more > c->trailer_cap) {
		unsigned cap = c->trailer_cap ? c->trailer_cap * 2 : TRAILER_START;
		while (cap < c->trailer_size + more)
			cap *= 2;
		char *bytes = arena_alloc(c->arena, cap);
		if (c->trailer_size)
			memcpy(bytes, c->trailer_bytes, c->trailer_size);
		c->trailer_bytes = bytes;
		c->trailer_cap = cap;
	}
	memcpy(c->trailer_bytes + c->trailer_size, in.at, more);
	c->trailer_size += more;
	return more;
}

static enum chunk_event trailer_bad(struct chunk *c, const char *why)
{
	fail(c, why);
	return CHUNK_BAD;
}

static enum chunk_event trailer(struct chunk *c, struct str in, size_t *consumed)
{
	if (c->trailer_size == 0 && in.len >= 2 && in.at[0] == '\r' && in.at[1] == '\n') {
		*consumed = 2;
		c->state = DONE;
		return CHUNK_END;
	}
	unsigned before = c->trailer_size;
	*consumed = gather(c, in);
	struct str text = str_of(c->trailer_bytes, c->trailer_size);
	for (;;) {
		size_t at = c->scanned;
		enum line_result result = lines_next(text, c->line, &at, true);
		c->scanned = (unsigned)at;
		if (result == LINE_BAD)
			return trailer_bad(c, "bad line end or control character in a trailer");
		if (result == LINE_MORE)
			break;
		bool empty = c->scanned == c->line;
		c->line = c->scanned += 2;
		if (empty) {
			*consumed = c->line - before;
			return finish(c, c->line);
		}
		if (++c->trailer_count > CHUNK_TRAILER_FIELDS)
			return trailer_bad(c, "too many trailers");
	}
	return c->trailer_size == CHUNK_TRAILER_BYTES ? trailer_bad(c, "trailers too large") : CHUNK_MORE;
}

static enum chunk_event take_data(struct chunk *c, struct str in, size_t *consumed, struct str *data)
{
	size_t len = in.len < c->left ? in.len : (size_t)c->left;
	*data = str_head(in, len);
	*consumed += len;
	c->left -= len;
	if (c->left == 0)
		c->state = DATA_CR;
	return CHUNK_DATA;
}

enum chunk_event chunk_read(struct chunk *c, struct str in, size_t *consumed, struct str *data)
{
	*consumed = 0;
	*data = (struct str){NULL, 0};
	if (c->state == DONE)
		return CHUNK_END;
	while (*consumed < in.len && c->state < TRAILER) {
		if (c->state == DATA)
			return take_data(c, str_skip(in, *consumed), consumed, data);
		if (!framing_byte(c, in.at[*consumed]))
			return CHUNK_BAD;
		++*consumed;
	}
	if (c->state == BROKEN)
		return CHUNK_BAD;
	if (c->state != TRAILER || *consumed == in.len)
		return CHUNK_MORE;
	size_t more = 0;
	enum chunk_event event = trailer(c, str_skip(in, *consumed), &more);
	*consumed += more;
	return event;
}

size_t chunk_head(char out[CHUNK_HEAD_BYTES], uint64_t size)
{
	size_t digits = 1;
	for (uint64_t rest = size >> 4; rest; rest >>= 4)
		digits++;
	for (size_t i = digits; i > 0; size >>= 4)
		out[--i] = "0123456789abcdef"[size & 15];
	out[digits] = '\r';
	out[digits + 1] = '\n';
	return digits + 2;
}

void chunk_tail(struct buf *out, const struct field *trailers, size_t count)
{
	buf_add(out, STR("0\r\n"));
	for (size_t i = 0; i < count; i++) {
		buf_add(out, trailers[i].name);
		buf_add(out, STR(": "));
		buf_add(out, trailers[i].value);
		buf_add(out, STR("\r\n"));
	}
	buf_add(out, STR("\r\n"));
}
