#include "proxy/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

char *buf_reserve(struct buf *b, size_t more)
{
	if (b->cap - b->len < more) {
		size_t cap = b->cap ? b->cap * 2 : 256;
		while (cap - b->len < more)
			cap *= 2;
		b->at = must_realloc(b->at, cap);
		b->cap = cap;
	}
	return b->at + b->len;
}

void buf_add(struct buf *b, struct str s)
{
	if (!s.len)
		return;
	memcpy(buf_reserve(b, s.len), s.at, s.len);
	b->len += s.len;
}

void buf_vaddf(struct buf *b, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	char *to = buf_reserve(b, 128);
	int length = vsnprintf(to, b->cap - b->len, format, args);
	CHECK(length >= 0);
	if ((size_t)length >= b->cap - b->len) {
		to = buf_reserve(b, (size_t)length + 1);
		vsnprintf(to, (size_t)length + 1, format, again);
	}
	va_end(again);
	b->len += (size_t)length;
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vaddf(b, format, args);
	va_end(args);
}

void buf_add_u64(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_add(b, str_of(digits + at, sizeof digits - at));
}

/* Length of the UTF-8 sequence at s (RFC 3629, 4), 0 where it is not one. */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	if (s[0] < 0x80)
		return 1;
	size_t want = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	if (s[0] < 0xC2 || s[0] > 0xF4 || len < want)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) ||
	    (s[0] == 0xF4 && s[1] > 0x8F))
		return 0;
	return want;
}

size_t json_plain(struct str s)
{
	size_t i = 0;
	while (i < s.len && s.at[i] >= 0x20 && s.at[i] < 0x7F && s.at[i] != '"' && s.at[i] != '\\')
		i++;
	return i;
}

void buf_add_json(struct buf *b, struct str s)
{
	static const char short_escape[] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	for (size_t i = 0; i < s.len;) {
		size_t plain = json_plain(str_skip(s, i));
		buf_add(b, str_of(s.at + i, plain));
		i += plain;
		if (i == s.len)
			return;
		unsigned char c = (unsigned char)s.at[i];
		size_t length = utf8_length((const unsigned char *)s.at + i, s.len - i);
		if (length == 0) {
			buf_add(b, STR("\xEF\xBF\xBD"));
			i++;
			continue;
		}
		if (c == '"' || c == '\\') {
			buf_addc(b, '\\');
			buf_addc(b, (char)c);
		} else if (c < 0x20 || c == 0x7F) {
			if (c < sizeof short_escape && short_escape[c]) {
				buf_addc(b, '\\');
				buf_addc(b, short_escape[c]);
			} else {
				buf_addf(b, "\\u%04x", c);
			}
		} else {
			buf_add(b, str_of(s.at + i, length));
		}
		i += length;
	}
}

void buf_consume(struct buf *b, size_t count)
{
	CHECK(count <= b->len);
	b->len -= count;
	if (b->len)
		memmove(b->at, b->at + count, b->len);
}

void buf_free(struct buf *b)
{
	free(b->at);
	*b = (struct buf){0};
}
