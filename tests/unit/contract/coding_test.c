#include "filters/contract/coding.h"

#include "proxy/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#define MIB ((size_t)1 << 20)

static struct coding_scratch *scratch;

static int begin(void **state)
{
	(void)state;
	scratch = coding_scratch_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	coding_scratch_free(scratch);
	return 0;
}

/* windowBits: 31 gzip, 15 zlib, -15 bare. */
static void encode(struct buf *out, struct str in, int window)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t most = deflateBound(&z, in.len) + 64;
	z.next_in = (Bytef *)(uintptr_t)in.at;
	z.avail_in = (uInt)in.len;
	z.next_out = (Bytef *)buf_reserve(out, most);
	z.avail_out = (uInt)most;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static enum coding_result decode(const char *name, struct str body, size_t cap, struct str *out)
{
	return coding_decode(scratch, str_from(name), body, cap, out);
}

/* Text that does not shrink a hundredfold. */
static void fill(struct buf *b, size_t len)
{
	uint32_t x = 7;
	while (b->len < len) {
		x = x * 1664525u + 1013904223u;
		buf_addf(b, "%u,", (unsigned)(x >> 8));
	}
}

static void round_trip(const char *name, int window, size_t len)
{
	struct buf plain = {0}, coded = {0};
	struct str out;
	fill(&plain, len);
	encode(&coded, buf_str(&plain), window);
	assert_int_equal(decode(name, buf_str(&coded), 64 * MIB, &out), CODING_OK);
	assert_true(str_eq(out, buf_str(&plain)));
	assert_int_equal(decode(name, buf_str(&coded), plain.len, &out), CODING_OK);
	assert_int_equal(decode(name, buf_str(&coded), plain.len - 1, &out), CODING_TOO_LARGE);
	for (size_t cut = 1; cut < coded.len; cut += 1 + coded.len / 50)
		assert_int_equal(decode(name, str_head(buf_str(&coded), cut), 64 * MIB, &out), CODING_CORRUPT);
	buf_addc(&coded, 'x');
	assert_int_equal(decode(name, buf_str(&coded), 64 * MIB, &out), CODING_CORRUPT);
	buf_free(&plain);
	buf_free(&coded);
}

static void zlib_family(void **state)
{
	(void)state;
	for (size_t len = 1; len < 4 * MIB; len = len * 7 + 3) {
		round_trip("gzip", 31, len);
		round_trip("X-GZip", 31, len);
		round_trip("deflate", 15, len);
		round_trip("deflate", -15, len);
	}
}

/* "hello hello hello hello\n", by the reference encoder. */
#define BROTLI STR("\x1b\x17\x00\xf8\x8d\x94\x6e\xde\x44\x55\x86\xd6\x0a\x20\x6c\x6f\x4a\x11\x79\xe2\x80\xae\x16")

static void brotli_is_read(void **state)
{
	(void)state;
	struct str out, body = BROTLI;
	assert_int_equal(decode("br", body, MIB, &out), CODING_OK);
	assert_true(str_eq(out, STR("hello hello hello hello\n")));
	assert_int_equal(decode("br", body, out.len, &out), CODING_OK);
	assert_int_equal(decode("br", body, 23, &out), CODING_TOO_LARGE);
	for (size_t cut = 1; cut < body.len; cut++)
		assert_int_equal(decode("br", str_head(body, cut), MIB, &out), CODING_CORRUPT);
}

static void checksum_is_checked(void **state)
{
	(void)state;
	struct buf coded = {0};
	struct str out;
	encode(&coded, STR("{\"a\": 1}"), 31);
	coded.at[coded.len - 6] = (char)(coded.at[coded.len - 6] ^ 1);
	assert_int_equal(decode("gzip", buf_str(&coded), MIB, &out), CODING_CORRUPT);
	buf_free(&coded);
}

static void members_are_joined(void **state)
{
	(void)state;
	struct buf coded = {0};
	struct str out;
	encode(&coded, STR("{\"a\":"), 31);
	encode(&coded, STR(""), 31);
	encode(&coded, STR("1}"), 31);
	assert_int_equal(decode("gzip", buf_str(&coded), MIB, &out), CODING_OK);
	assert_true(str_eq(out, STR("{\"a\":1}")));
	buf_free(&coded);
}

static void bombs_are_cut_short(void **state)
{
	(void)state;
	struct buf plain = {0}, coded = {0}, twice = {0};
	struct str out;
	memset(buf_reserve(&plain, 40 * MIB), '0', 40 * MIB);
	plain.len = 40 * MIB;
	encode(&coded, buf_str(&plain), 31);
	assert_int_equal(decode("gzip", buf_str(&coded), 1024 * MIB, &out), CODING_TOO_LARGE);
	encode(&twice, buf_str(&coded), 31);
	assert_int_equal(decode("gzip, gzip", buf_str(&twice), 1024 * MIB, &out), CODING_TOO_LARGE);
	assert_true(coding_scratch_held(scratch) < 16 * MIB);
	coding_scratch_trim(scratch, 1024);
	assert_true(coding_scratch_held(scratch) < 64 * 1024);
	coded.len = 0; /* a high ratio is let pass while it is small */
	encode(&coded, str_of(plain.at, MIB), 31);
	assert_int_equal(decode("gzip", buf_str(&coded), 1024 * MIB, &out), CODING_OK);
	assert_int_equal(out.len, MIB);
	buf_free(&plain);
	buf_free(&coded);
	buf_free(&twice);
}

static void lists_are_undone_from_the_end(void **state)
{
	(void)state;
	struct buf one = {0}, two = {0}, three = {0};
	struct str out;
	encode(&one, STR("text"), 15);
	encode(&two, buf_str(&one), 31);
	encode(&three, buf_str(&two), -15);
	assert_int_equal(decode("deflate, gzip, deflate", buf_str(&three), MIB, &out), CODING_OK);
	assert_true(str_eq(out, STR("text")));
	assert_int_equal(decode(" deflate ,identity,, GZIP", buf_str(&two), MIB, &out), CODING_OK);
	assert_true(str_eq(out, STR("text")));
	assert_int_equal(decode("gzip, deflate", buf_str(&two), MIB, &out), CODING_CORRUPT);
	assert_int_equal(decode("gzip, gzip, gzip, gzip", buf_str(&two), MIB, &out), CODING_UNKNOWN);
	buf_free(&one);
	buf_free(&two);
	buf_free(&three);
}

static void nothing_to_undo(void **state)
{
	(void)state;
	struct str out, body = STR("plain");
	assert_int_equal(decode("", body, 5, &out), CODING_OK);
	assert_ptr_equal(out.at, body.at);
	assert_int_equal(decode("identity", body, 5, &out), CODING_OK);
	assert_int_equal(decode("", body, 4, &out), CODING_TOO_LARGE);
	assert_int_equal(decode("gzip", STR(""), 5, &out), CODING_OK);
	assert_int_equal(out.len, 0);
	assert_int_equal(decode("zstd", STR(""), 5, &out), CODING_UNKNOWN);
	assert_int_equal(decode("gzip, zstd", body, 5, &out), CODING_UNKNOWN);
	assert_int_equal(decode("gzip", body, 5, &out), CODING_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(zlib_family),         cmocka_unit_test(brotli_is_read),
	    cmocka_unit_test(checksum_is_checked), cmocka_unit_test(members_are_joined),
	    cmocka_unit_test(bombs_are_cut_short), cmocka_unit_test(lists_are_undone_from_the_end),
	    cmocka_unit_test(nothing_to_undo)};
	return cmocka_run_group_tests(tests, begin, end);
}
