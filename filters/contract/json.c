#include "filters/contract/json.h"

#include "filters/contract/json_keys.h"
#include "filters/contract/json_scan.h"

#include <stdlib.h>

enum { DEPTH = 256, SIZE = 64 << 20, LARGEST = INT32_MAX, SMALL_OBJECT = 32, FEW_TOKENS = 16 };
enum { KEEP = 1 << 20, QUIET_MESSAGES = 64 };

/* An open container. The innermost one's `seen` and `count` are locals of the reader. */
struct json_frame {
	uint64_t seen;  /* one bit for each of 64 classes of key hashes: a bit not set means a new key */
	uint32_t open;  /* index of its token */
	uint32_t count; /* items or members so far */
};

/* Room for `count` tokens at least, and for twice as many as before. */
static void grow_tokens(struct tape *t, uint32_t count)
{
	t->capacity = t->capacity * 2 < count ? count : t->capacity * 2;
	t->token = must_realloc(t->token, (size_t)t->capacity * sizeof *t->token);
}

static void grow_frames(struct tape *t)
{
	t->frames = t->frames ? t->frames * 2 : 32;
	t->frame = must_realloc(t->frame, t->frames * sizeof *t->frame);
}

static char *put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
	*to++ = (char)(lead[more] | code >> 6 * more);
	while (more--)
		*to++ = (char)(0x80 | (code >> 6 * more & 0x3F));
	return to;
}

/* Decodes the string between `p` and `end` (checked before) into t->decoded, behind the offset of its quote. */
static __attribute__((noinline)) void decode(struct tape *t, struct json_token *k, const char *p, const char *end)
{
	uint32_t offset = (uint32_t)(p - 1 - t->text.at), code;
	char *to = buf_reserve(&t->decoded, sizeof offset + (size_t)(end - p) + JSON_PADDING);
	memcpy(to, &offset, sizeof offset);
	to += sizeof offset;
	k->at = (uint32_t)(to - t->decoded.at);
	while (p < end) {
		if (*p == '\\') {
			p += scan_escape(p, &code);
			to = put_utf8(to, code);
			continue;
		}
		const char *escape = memchr(p, '\\', (size_t)(end - p));
		size_t run = (size_t)((escape ? escape : end) - p);
		memcpy(to, p, run);
		to += run;
		p += run;
	}
	k->length = (uint32_t)(to - t->decoded.at) - k->at;
	t->decoded.len = (size_t)(to - t->decoded.at);
	memset(to, 0, JSON_PADDING); /* for the hash, which loads 16 bytes */
}

/* The token of the string whose opening quote is at `p`; the byte behind it, or NULL after a fault. */
SCANNER const char *read_string(struct tape *t, struct json_token *k, const char *p, bool key, struct json_fault *fault,
				bool wide)
{
	struct scanned_string s = scan_string(++p, wide);
	if (UNLIKELY(s.error != JSON_OK)) {
		*fault = (struct json_fault){s.error, (uint32_t)(s.end - t->text.at)};
		return NULL;
	}
	k->at = (uint32_t)(p - t->text.at);
	k->length = (uint32_t)(s.end - p);
	k->points = k->length - s.surplus;
	k->kind = JSON_STRING;
	k->flags = (uint8_t)((key ? JSON_KEY : 0) | (s.ascii ? JSON_ASCII : 0) | (s.escaped ? JSON_ESCAPED : 0));
	k->unused = 0;
	if (UNLIKELY(s.escaped))
		decode(t, k, p, s.end);
	if (key)
		k->hash = scan_key_hash(tape_string(t, k).at, k->length);
	return s.end + 1;
}

SCANNER const char *read_number(struct tape *t, struct json_token *k, const char *p, struct json_fault *fault)
{
	const char *at = p, *wrong;
	bool plain;
	p = scan_number(p, &plain, &wrong);
	if (UNLIKELY(!p)) {
		*fault = (struct json_fault){JSON_BAD_NUMBER, (uint32_t)(wrong - t->text.at)};
		return NULL;
	}
	*k = (struct json_token){.at = (uint32_t)(at - t->text.at),
				 .length = (uint32_t)(p - at),
				 .kind = JSON_NUMBER,
				 .flags = plain ? JSON_PLAIN : 0};
	return p;
}

SCANNER const char *read_literal(struct tape *t, struct json_token *k, const char *p, struct json_fault *fault)
{
	uint32_t length = 4;
	enum json_kind kind = JSON_NULL;
	bool found;
	if (*p == 't') {
		kind = JSON_TRUE;
		found = memcmp(p, "true", 4) == 0;
	} else if (*p == 'f') {
		kind = JSON_FALSE;
		length = 5;
		found = memcmp(p, "false", 5) == 0;
	} else {
		found = memcmp(p, "null", 4) == 0;
	}
	if (UNLIKELY(!found)) {
		bool word = *p == 't' || *p == 'f' || *p == 'n';
		*fault = (struct json_fault){word ? JSON_LITERAL : JSON_UNEXPECTED, (uint32_t)(p - t->text.at)};
		return NULL;
	}
	*k = (struct json_token){.at = (uint32_t)(p - t->text.at), .length = length, .kind = (uint8_t)kind};
	return p + length;
}

static struct json_fault fault_at(const struct tape *t, enum json_error error, const char *p)
{
	return (struct json_fault){error, (uint32_t)(p - t->text.at)};
}

/* The one pass over the text from `p`; *end becomes the place behind the value. Returns the fault, or a duplicate key
 * when the tape is complete. */
SCANNER struct json_fault read_text(struct tape *t, const char *p, uint32_t depth_limit, const char **end, bool wide)
{
	struct json_fault fault = {JSON_OK, 0}, duplicate = {JSON_OK, UINT32_MAX};
	uint32_t n = 0, capacity = t->capacity, depth = 0, open = 0, count = 0;
	uint64_t seen = 0;
	struct json_token *token = t->token, *k;

value:
	p = scan_space(p);
	if (UNLIKELY(n == capacity)) {
		grow_tokens(t, n + 1);
		token = t->token;
		capacity = t->capacity;
	}
	k = &token[n];
	if (*p == '"') {
		p = read_string(t, k, p, false, &fault, wide);
	} else if (ascii_digit(*p) || *p == '-') {
		p = read_number(t, k, p, &fault);
	} else if (*p == '{' || *p == '[') {
		goto opening;
	} else {
		p = read_literal(t, k, p, &fault);
	}
	if (UNLIKELY(!p))
		return fault;
	n++;
	goto after;

opening:
	if (UNLIKELY(depth == depth_limit))
		return fault_at(t, JSON_TOO_DEEP, p);
	if (UNLIKELY(depth == t->frames))
		grow_frames(t);
	t->frame[depth++] = (struct json_frame){.seen = seen, .open = open, .count = count};
	open = n++;
	seen = 0;
	count = 0;
	*k = (struct json_token){.at = (uint32_t)(p - t->text.at), .kind = *p == '{' ? JSON_OBJECT : JSON_ARRAY};
	p = scan_space(p + 1);
	if (k->kind == JSON_ARRAY) {
		if (*p == ']')
			goto closing;
		count = 1;
		goto value;
	}
	if (*p == '}')
		goto closing;

member:
	p = scan_space(p);
	if (UNLIKELY(*p != '"'))
		return fault_at(t, JSON_UNEXPECTED, p);
	if (UNLIKELY(n == capacity)) {
		grow_tokens(t, n + 1);
		token = t->token;
		capacity = t->capacity;
	}
	k = &token[n];
	p = read_string(t, k, p, true, &fault, wide);
	if (UNLIKELY(!p))
		return fault;
	uint64_t bit = (uint64_t)1 << (k->hash >> 26);
	if (UNLIKELY((seen & bit) && count < SMALL_OBJECT && keys_hold(t, open + 1, n))) {
		uint32_t offset = tape_offset(t, k);
		if (offset < duplicate.offset)
			duplicate = (struct json_fault){JSON_DUPLICATE_KEY, offset};
	}
	seen |= bit;
	count++;
	n++;
	p = scan_space(p);
	if (UNLIKELY(*p != ':'))
		return fault_at(t, JSON_UNEXPECTED, p);
	p++;
	goto value;

after:
	if (depth == 0)
		goto done;
	p = scan_space(p);
	if (*p == ',') {
		p++;
		if (token[open].kind == JSON_OBJECT)
			goto member;
		count++;
		goto value;
	}
	if (UNLIKELY(*p != (token[open].kind == JSON_OBJECT ? '}' : ']')))
		return fault_at(t, JSON_UNEXPECTED, p);

closing:
	p++;
	token[open].length = count;
	token[open].end = n;
	if (UNLIKELY(count > SMALL_OBJECT && token[open].kind == JSON_OBJECT)) {
		uint32_t second = keys_repeat(t, open);
		if (second && tape_offset(t, &token[second]) < duplicate.offset)
			duplicate = (struct json_fault){JSON_DUPLICATE_KEY, tape_offset(t, &token[second])};
	}
	seen = t->frame[--depth].seen;
	open = t->frame[depth].open;
	count = t->frame[depth].count;
	goto after;

done:
	*end = p;
	t->count = n;
	return duplicate.error ? duplicate : fault;
}

typedef struct json_fault reader(struct tape *t, const char *p, uint32_t depth, const char **end);

static __attribute__((noinline)) struct json_fault read_wide(struct tape *t, const char *p, uint32_t depth,
							     const char **end)
{
	return read_text(t, p, depth, end, JSON_WIDE);
}

static __attribute__((noinline)) struct json_fault read_plain(struct tape *t, const char *p, uint32_t depth,
							      const char **end)
{
	return read_text(t, p, depth, end, false);
}

static size_t needed(const struct tape *t)
{
	return t->text.len + t->decoded.len + (size_t)t->count * sizeof *t->token;
}

static void trim(struct tape *t)
{
	size_t held = tape_held(t);
	t->quiet = held > KEEP && needed(t) < held / 4 ? t->quiet + 1 : 0;
	if (t->quiet >= QUIET_MESSAGES)
		tape_free(t);
}

struct json_fault tape_begin(struct tape *t, struct str text, const struct json_limits *limits)
{
	trim(t);
	t->count = 0;
	t->decoded.len = 0;
	t->copy.len = 0;
	t->text = str_of("", 0);
	uint32_t size = limits->size == 0 ? SIZE : limits->size > LARGEST ? LARGEST : limits->size;
	if (text.len > size)
		return (struct json_fault){JSON_TOO_LARGE, size};
	char *copy = buf_reserve(&t->copy, text.len + JSON_PADDING);
	if (text.len)
		memcpy(copy, text.at, text.len);
	memset(copy + text.len, 0, JSON_PADDING);
	t->text = str_of(copy, text.len);
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		return (struct json_fault){JSON_BOM, 0};
	if (t->capacity < FEW_TOKENS)
		grow_tokens(t, FEW_TOKENS);
	return (struct json_fault){JSON_OK, 0};
}

static struct json_fault read_whole(struct tape *t, struct str text, const struct json_limits *limits, reader *read)
{
	const char *end;
	struct json_fault f = tape_begin(t, text, limits);
	if (f.error)
		return f;
	if (t->capacity < text.len / 16 + FEW_TOKENS)
		grow_tokens(t, (uint32_t)(text.len / 16) + FEW_TOKENS);
	f = read(t, t->text.at, limits->depth ? limits->depth : DEPTH, &end);
	if (f.error == JSON_OK || f.error == JSON_DUPLICATE_KEY) {
		end = scan_space(end);
		if (LIKELY(end == t->text.at + t->text.len))
			return f;
		f = fault_at(t, JSON_TRAILING, end);
	}
	t->count = 0;
	if (f.offset >= t->text.len)
		f.error = JSON_TRUNCATED;
	return f;
}

struct json_fault tape_read(struct tape *t, struct str text, const struct json_limits *limits)
{
	return read_whole(t, text, limits, read_wide);
}

struct json_fault tape_read_plain(struct tape *t, struct str text, const struct json_limits *limits)
{
	return read_whole(t, text, limits, read_plain);
}

const char *tape_read_part(struct tape *t, const char *at, uint32_t depth)
{
	const char *end;
	t->decoded.len = 0;
	struct json_fault f = read_wide(t, at, depth, &end);
	return f.error == JSON_OK ? end : NULL;
}

void tape_free(struct tape *t)
{
	free(t->token);
	free(t->frame);
	free(t->slot);
	buf_free(&t->copy);
	buf_free(&t->decoded);
	*t = (struct tape){0};
}

size_t tape_held(const struct tape *t)
{
	return t->copy.cap + t->decoded.cap + (size_t)t->capacity * sizeof *t->token + t->frames * sizeof *t->frame +
	       t->slots * sizeof *t->slot;
}
