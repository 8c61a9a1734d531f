/* The chunked transfer coding, read and written (RFC 9112, 7.1). */
#include "proxy/http/chunk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct reading {
	struct arena arena;
	struct chunk chunk;
	struct buf data;
	enum chunk_event end;
	size_t used;
};

/* Feeds `text` in pieces of `step` bytes, each from a block of exactly its size. */
static void read_in_steps(struct reading *r, struct str text, size_t first, size_t step)
{
	memset(r, 0, sizeof *r);
	arena_init(&r->arena, 512);
	chunk_reset(&r->chunk, &r->arena);
	r->end = CHUNK_MORE;
	for (size_t at = 0, len = first; at < text.len && r->end == CHUNK_MORE; at += len, len = step) {
		len = len < text.len - at ? len : text.len - at;
		char *piece = must_alloc(len ? len : 1);
		memcpy(piece, text.at + at, len);
		struct str rest = str_of(piece, len), data;
		do {
			size_t consumed;
			r->end = chunk_read(&r->chunk, rest, &consumed, &data);
			assert_true(consumed <= rest.len);
			if (r->end == CHUNK_DATA) {
				assert_true(data.len > 0 && data.at >= rest.at &&
					    data.at + data.len <= rest.at + consumed);
				buf_add(&r->data, data);
			}
			rest = str_skip(rest, consumed);
			r->used += consumed;
		} while (r->end == CHUNK_DATA);
		if (r->end == CHUNK_MORE)
			assert_int_equal(rest.len, 0);
		free(piece);
	}
}

static void reading_free(struct reading *r)
{
	buf_free(&r->data);
	arena_free(&r->arena);
}

/* Reads whole, byte by byte, and split at every byte; *r keeps the first. */
static void read_all_ways(struct reading *r, struct str text)
{
	read_in_steps(r, text, text.len, text.len);
	for (size_t first = 0; first<text.len; first += text.len> 1000 ? 119 : 1) {
		struct reading split;
		read_in_steps(&split, text, first ? first : 1, first ? text.len : 1);
		assert_int_equal(split.end, r->end);
		if (r->end == CHUNK_BAD)
			assert_string_equal(split.chunk.why, r->chunk.why);
		else
			assert_int_equal(split.used, r->used);
		assert_true(str_eq(buf_str(&split.data), buf_str(&r->data)));
		if (r->end == CHUNK_END)
			assert_int_equal(split.chunk.trailer_count, r->chunk.trailer_count);
		reading_free(&split);
	}
}

static void accepted(const char *text, const char *data, size_t used)
{
	struct reading r;
	read_all_ways(&r, str_from(text));
	if (r.end != CHUNK_END)
		fail_msg("%s: %s", r.chunk.why ? r.chunk.why : "needs more", text);
	assert_true(str_eq(buf_str(&r.data), str_from(data)));
	assert_int_equal(r.used, used);
	reading_free(&r);
}

static void refused_bytes(struct str text)
{
	struct reading r;
	read_all_ways(&r, text);
	if (r.end != CHUNK_BAD)
		fail_msg("%d: %.*s", r.end, STR_ARG(text));
	assert_non_null(r.chunk.why);
	struct str data;
	size_t consumed;
	assert_int_equal(chunk_read(&r.chunk, STR("0\r\n\r\n"), &consumed, &data), CHUNK_BAD);
	reading_free(&r);
}

static void bodies_are_read_9112_7_1(void **state)
{
	(void)state;
	accepted("0\r\n\r\n", "", 5);
	accepted("5\r\nhello\r\n0\r\n\r\nGET", "hello", 15);
	accepted("1\r\na\r\n00002\r\nbc\r\n000\r\n\r\n", "abc", 26 - 2);
	accepted("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", 35);
	accepted("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 12);
	accepted("0000000000000001\r\na\r\n0\r\n\r\n", "a", 26);
	accepted("00000000000000000001\r\na\r\n0\r\n\r\n", "a", 30);
	accepted("1 \t;a\r\na\r\n0 ;b\r\n\r\n", "a", 18);
}

static void sizes_are_strict_hex_9112_7_1(void **state)
{
	(void)state;
	static const char *const bad[] = {"\r\n\r\n",
					  " 5\r\nhello\r\n",
					  "5 \r\nhello\r\n",
					  "+5\r\nhello\r\n",
					  "-5\r\nhello\r\n",
					  "0x5\r\nhello\r\n",
					  "g\r\n",
					  "5h\r\nhello\r\n",
					  "5\t\r\nhello\r\n",
					  "10000000000000000\r\n",
					  "5 5\r\nhello\r\n",
					  "5 5;a\r\nhello\r\n",
					  "ffffffffffffffff\r\n",
					  "8000000000000000\r\n",
					  "5,\r\nhello\r\n",
					  "\"5\"\r\nhello\r\n",
					  ";a\r\n",
					  "1\r\na\r\n7fffffffffffffff\r\n",
					  "5_0\r\n",
					  "\xef\xbc\x95\r\nhello\r\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused_bytes(str_from(bad[i]));
}

static void line_ends_are_crlf_9112_7_1(void **state)
{
	(void)state;
	static const char *const bad[] = {"5\nhello\r\n0\r\n\r\n",     "5\rhello\r\n0\r\n\r\n",
					  "5\r\nhello\n0\r\n\r\n",     "5\r\nhello\r0\r\n\r\n",
					  "5\r\nhello0\r\n\r\n",       "5\r\nhellox\r\n0\r\n\r\n",
					  "5\r\nhello\r\n0\n\r\n",     "5\r\nhello\r\n0\r\n\n",
					  "5\r\r\nhello\r\n0\r\n\r\n", "0\r\n\r\r",
					  "0\r\nA: b\n\r\n",           "0\r\nA: b\r\n\n",
					  "5;a\nhello\r\n0\r\n\r\n",   "5;a\rb\r\nhello\r\n",
					  "5\r\nhel\r\n0\r\n\r\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused_bytes(str_from(bad[i]));
	refused_bytes(STR("5\0\r\nhello\r\n"));
}

static void extensions_are_dropped_and_bounded_9112_7_1_1(void **state)
{
	(void)state;
	accepted("5;a=b;c=\"d;e\" \t\xc3\r\nhello\r\n0;x\r\n\r\n", "hello", 32);
	refused_bytes(STR("5;a=\x01\r\nhello\r\n"));
	refused_bytes(STR("5;a=\x7f\r\nhello\r\n"));
	struct buf text = {0};
	buf_add(&text, STR("1;"));
	for (int i = 0; i < CHUNK_LINE_BYTES; i++)
		buf_addc(&text, 'x');
	buf_add(&text, STR("\r\na\r\n0\r\n\r\n"));
	struct reading r;
	read_all_ways(&r, buf_str(&text));
	assert_int_equal(r.end, CHUNK_END);
	reading_free(&r);
	text.len = 0;
	buf_add(&text, STR("1;"));
	for (int i = 0; i <= CHUNK_LINE_BYTES; i++)
		buf_addc(&text, 'x');
	refused_bytes(buf_str(&text));
	/* many small ones, none too long alone */
	text.len = 0;
	for (int i = 0; i < 500; i++)
		buf_add(&text, STR("1;abcdefghij\r\na\r\n"));
	refused_bytes(buf_str(&text));
	buf_free(&text);
}

static void trailers_are_kept_and_sifted_9110_6_5(void **state)
{
	(void)state;
	struct reading r;
	struct str text =
	    STR("1\r\na\r\n0\r\nX-Sum:  42 \r\nHost: evil\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
		"Authorization: x\r\nCookie: c\r\nSet-Cookie: s\r\nContent-Type: t/u\r\nIf-Match: x\r\nRange: r\r\n"
		"X-Forwarded-For: f\r\nAPI-Version: 2\r\nETag: \"e\"\r\n\r\nNEXT");
	read_all_ways(&r, text);
	assert_int_equal(r.end, CHUNK_END);
	assert_int_equal(r.used, text.len - 4);
	assert_int_equal(r.chunk.trailer_count, 2);
	assert_true(str_eq(r.chunk.trailers[0].name, STR("X-Sum")));
	assert_true(str_eq(r.chunk.trailers[0].value, STR("42")));
	assert_true(str_eq(r.chunk.trailers[1].name, STR("ETag")));
	reading_free(&r);
}

static void trailers_are_strict_fields_9112_7_1_2(void **state)
{
	(void)state;
	static const char *const bad[] = {"0\r\nA\r\n\r\n",      "0\r\n: b\r\n\r\n",        "0\r\nA : b\r\n\r\n",
					  "0\r\n A: b\r\n\r\n",  "0\r\nA: b\r\n c\r\n\r\n", "0\r\nA: \x01\r\n\r\n",
					  "0\r\nA b: c\r\n\r\n", "0\r\n\xc3: b\r\n\r\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused_bytes(str_from(bad[i]));
	refused_bytes(STR("0\r\nA: \0\r\n\r\n"));
}

static void trailers_are_bounded(void **state)
{
	(void)state;
	struct buf text = {0};
	buf_add(&text, STR("0\r\n"));
	for (int i = 0; i < CHUNK_TRAILER_FIELDS; i++)
		buf_add(&text, STR("A: b\r\n"));
	size_t most = text.len;
	buf_add(&text, STR("\r\n"));
	struct reading r;
	read_all_ways(&r, buf_str(&text));
	assert_int_equal(r.end, CHUNK_END);
	assert_int_equal(r.chunk.trailer_count, CHUNK_TRAILER_FIELDS);
	reading_free(&r);
	text.len = most;
	buf_add(&text, STR("A: b\r\n\r\n"));
	refused_bytes(buf_str(&text));
	text.len = 0;
	buf_add(&text, STR("0\r\nA: "));
	for (int i = 0; i < CHUNK_TRAILER_BYTES; i++)
		buf_addc(&text, 'x');
	refused_bytes(buf_str(&text));
	buf_free(&text);
}

static void a_cut_body_is_not_complete_9112_8(void **state)
{
	(void)state;
	struct str text = STR("5;x\r\nhello\r\n0\r\nA: b\r\n\r\n");
	for (size_t len = 0; len < text.len; len++) {
		struct reading r;
		read_in_steps(&r, str_head(text, len), len, len);
		assert_int_equal(r.end, CHUNK_MORE);
		reading_free(&r);
	}
}

static void chunks_are_written_9112_7_1(void **state)
{
	(void)state;
	static const struct {
		uint64_t size;
		const char *text;
	} cases[] = {{1, "1\r\n"},
		     {10, "a\r\n"},
		     {16, "10\r\n"},
		     {0xfedcba, "fedcba\r\n"},
		     {UINT64_MAX, "ffffffffffffffff\r\n"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[CHUNK_HEAD_BYTES];
		assert_true(str_eq(str_of(out, chunk_head(out, cases[i].size)), str_from(cases[i].text)));
	}
	struct buf out = {0};
	struct field trailer = {STR_INIT("X-Sum"), STR_INIT("42")};
	chunk_tail(&out, &trailer, 1);
	assert_true(str_eq(buf_str(&out), STR("0\r\nX-Sum: 42\r\n\r\n")));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bodies_are_read_9112_7_1),
	    cmocka_unit_test(sizes_are_strict_hex_9112_7_1),
	    cmocka_unit_test(line_ends_are_crlf_9112_7_1),
	    cmocka_unit_test(extensions_are_dropped_and_bounded_9112_7_1_1),
	    cmocka_unit_test(trailers_are_kept_and_sifted_9110_6_5),
	    cmocka_unit_test(trailers_are_strict_fields_9112_7_1_2),
	    cmocka_unit_test(trailers_are_bounded),
	    cmocka_unit_test(a_cut_body_is_not_complete_9112_8),
	    cmocka_unit_test(chunks_are_written_9112_7_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
