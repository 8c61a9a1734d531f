/* What is asked of a tape that is read: members, lengths, places, and its text again. */
#include "filters/contract/json.h"

#include "filters/contract/json_scan.h"

static uint32_t code_points(struct str s)
{
	uint32_t count = 0;
	for (size_t i = 0; i < s.len; i++)
		count += ((unsigned char)s.at[i] & 0xC0) != 0x80;
	return count;
}

uint32_t tape_string_length(const struct tape *t, const struct json_token *k)
{
	if (k->flags & JSON_ASCII)
		return k->length;
	return k->flags & JSON_KEY ? code_points(tape_string(t, k)) : k->points;
}

uint32_t tape_offset(const struct tape *t, const struct json_token *k)
{
	if (k->kind != JSON_STRING)
		return k->at;
	if (!(k->flags & JSON_ESCAPED))
		return k->at - 1;
	uint32_t offset;
	memcpy(&offset, t->decoded.at + k->at - sizeof offset, sizeof offset);
	return offset;
}

/* Just past a token that is no container, or that is an empty one's opening bracket. */
static const char *past(const struct tape *t, const struct json_token *k)
{
	const char *p = t->text.at + tape_offset(t, k);
	if (k->kind == JSON_STRING)
		return scan_string(p + 1, false).end + 1;
	return k->kind >= JSON_ARRAY ? p + 1 : p + k->length;
}

/* The last token inside is behind all brackets but those that close here: one for each container that ends with it. */
uint32_t tape_end_offset(const struct tape *t, uint32_t index)
{
	if (t->token[index].kind < JSON_ARRAY)
		return (uint32_t)(past(t, &t->token[index]) - t->text.at);
	uint32_t end = t->token[index].end, closing = 0, i = index;
	while (i < end) { /* down along the last children */
		const struct json_token *k = &t->token[i];
		if (k->kind < JSON_ARRAY || k->end != end) {
			i = tape_next(t, i);
			continue;
		}
		closing++;
		i++;
	}
	const char *p = past(t, &t->token[end - 1]);
	while (closing--)
		p = scan_space(p) + 1;
	return (uint32_t)(p - t->text.at);
}

uint32_t tape_member(const struct tape *t, uint32_t index, struct str key, uint32_t hash)
{
	uint32_t end = t->token[index].end;
	for (uint32_t i = index + 1; i < end; i = tape_next(t, i + 1))
		if (t->token[i].hash == hash && str_eq(tape_string(t, &t->token[i]), key))
			return i + 1;
	return 0;
}

struct json_position json_position(struct str text, uint32_t offset)
{
	struct json_position at = {1, 1};
	for (size_t i = 0; i < text.len && i < offset; i++) {
		if (text.at[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)text.at[i] & 0xC0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

const char *json_error_text(enum json_error error)
{
	static const char *const texts[] = {
#define X(name, text) [JSON_##name] = (text),
	    JSON_ERRORS(X)
#undef X
	};
	return texts[error];
}

const char *json_kind_name(enum json_kind kind)
{
	static const char *const names[] = {[JSON_NULL] = "null",     [JSON_FALSE] = "boolean", [JSON_TRUE] = "boolean",
					    [JSON_NUMBER] = "number", [JSON_STRING] = "string", [JSON_ARRAY] = "array",
					    [JSON_OBJECT] = "object"};
	return names[kind];
}

uint32_t json_key_hash(struct str key)
{
	uint64_t h = scan_hash_begin(key.len), last[2] = {0, 0};
	for (; key.len > 16; key = str_skip(key, 16))
		h = scan_hash_add(h, scan_load(key.at), scan_load(key.at + 8));
	if (key.len)
		memcpy(last, key.at, key.len);
	return scan_hash_end(scan_hash_add(h, last[0], last[1]));
}
