#include "filters/contract/json_out.h"

static char *room(struct json_out *o, size_t more)
{
	if (o->cap - o->len < more) {
		size_t cap = o->cap * 2 + more + 64;
		char *at = arena_alloc(o->arena, cap);
		if (o->len)
			memcpy(at, o->at, o->len);
		o->at = at;
		o->cap = cap;
	}
	return o->at + o->len;
}

void json_out_add(struct json_out *o, struct str s)
{
	if (s.len == 0)
		return;
	memcpy(room(o, s.len), s.at, s.len);
	o->len += s.len;
}

static char *escape(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	*to++ = '\\';
	if (c == '"' || c == '\\') {
		*to++ = (char)c;
		return to;
	}
	memcpy(to, "u00", 3);
	to[3] = hex[c >> 4];
	to[4] = hex[c & 15];
	return to + 5;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

void json_out_string(struct json_out *o, struct str s)
{
	size_t from = 0;
	json_out_add(o, STR("\""));
	for (size_t i = 0; i < s.len; i++) {
		if (is_plain((unsigned char)s.at[i]))
			continue;
		json_out_add(o, str_of(s.at + from, i - from));
		char *to = room(o, 6);
		o->len += (size_t)(escape(to, (unsigned char)s.at[i]) - to);
		from = i + 1;
	}
	json_out_add(o, str_of(s.at + from, s.len - from));
	json_out_add(o, STR("\""));
}

void json_out_bytes(struct json_out *o, struct str s)
{
	json_out_add(o, STR("\""));
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		char *to = room(o, 6), *begin = to;
		if (c >= 0x80) {
			*to++ = (char)(0xc0 | c >> 6);
			*to++ = (char)(0x80 | (c & 0x3f));
		} else if (is_plain(c)) {
			*to++ = (char)c;
		} else {
			to = escape(to, c);
		}
		o->len += (size_t)(to - begin);
	}
	json_out_add(o, STR("\""));
}
