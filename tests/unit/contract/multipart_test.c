#include "filters/contract/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Reads all parts; *count is how many came before the result. */
static enum multipart_result read_all(const char *boundary, struct str body, struct multipart_part *last,
				      unsigned *count)
{
	struct multipart m;
	enum multipart_result result = multipart_begin(&m, str_from(boundary), body);
	*count = 0;
	while (result == MULTIPART_PART && (result = multipart_next(&m, last)) == MULTIPART_PART)
		++*count;
	return result;
}

#define FIELD(name)      "Content-Disposition: form-data; name=\"" name "\"\r\n"
#define PART(name, text) FIELD(name) "\r\n" text "\r\n"

static void parts(void **state)
{
	struct multipart_part p;
	unsigned count;
	(void)state;
	struct str body = STR("--xx\r\n" PART("a", "1") "--xx\r\n" FIELD(
	    "b") "Content-Type: image/png\r\n\r\n\r\n--xy\r\n\r\n--xx--\r\n");
	assert_int_equal(read_all("xx", body, &p, &count), MULTIPART_END);
	assert_int_equal(count, 2);
	assert_true(str_eq(p.name, STR("b")));
	assert_true(str_eq(p.content_type, STR("image/png")));
	assert_true(str_eq(p.content, STR("\r\n--xy\r\n")));
	assert_null(p.filename.at);
	assert_int_equal(p.headers, 2);
}

static void boundaries(void **state)
{
	static const char *const bad[] = {"", "a\"b", "ends with space ", "a\r\nb",
					  "12345678901234567890123456789012345678901234567890123456789012345678901"};
	struct multipart_part p;
	unsigned count;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(read_all(bad[i], STR("--a--"), &p, &count), MULTIPART_BAD_BOUNDARY);
	/* a longer word that begins like the boundary is content */
	assert_int_equal(read_all("x", STR("--x\r\n" PART("a", "\r\n--xyz") "--x--"), &p, &count), MULTIPART_END);
	assert_true(str_eq(p.content, STR("\r\n--xyz")));
	assert_int_equal(read_all("x", STR("\r\n--x \t\r\n" PART("a", "") "--x--\r\nepilogue"), &p, &count),
			 MULTIPART_END);
	assert_int_equal(count, 1);
	assert_int_equal(p.content.len, 0);
	assert_int_equal(read_all("x", STR("--x--"), &p, &count), MULTIPART_END);
	assert_int_equal(count, 0);
	assert_int_equal(read_all("x", STR(""), &p, &count), MULTIPART_NO_START);
	assert_int_equal(read_all("x", STR("--y\r\n" PART("a", "") "--y--"), &p, &count), MULTIPART_NO_START);
	assert_int_equal(read_all("x", STR("--x\r\n" PART("a", "1")), &p, &count), MULTIPART_NO_END);
	assert_int_equal(read_all("x", STR("--x\n" PART("a", "1") "--x--"), &p, &count), MULTIPART_NO_START);
	assert_int_equal(read_all("x", STR("preamble\r\n--x\r\n" PART("a", "1") "--x--"), &p, &count),
			 MULTIPART_NO_START);
	assert_int_equal(read_all("x", STR("--x\r\n" PART("a", "1") "--x-"), &p, &count), MULTIPART_NO_END);
	/* what a lax reader would take for a boundary line, and a strict one for content */
	assert_int_equal(read_all("x", STR("--x\r\n" PART("a", "1\n--x\n") "--x--"), &p, &count), MULTIPART_AMBIGUOUS);
	assert_int_equal(read_all("x", STR("--x\r\n" PART("a", "1\r\n--x\n") "--x--"), &p, &count),
			 MULTIPART_AMBIGUOUS);
	assert_int_equal(read_all("x", STR("--x\r\n" PART("a", "1\n--x--") "--x--"), &p, &count), MULTIPART_AMBIGUOUS);
}

static void headers(void **state)
{
	static const struct {
		const char *part;
		enum multipart_result result;
	} rows[] = {
	    {"content-disposition: FORM-DATA; name=a\r\n\r\n", MULTIPART_END},
	    {"Content-Disposition: form-data; name=\"a\"; filename=\"b;\\\"c\"\r\n\r\n", MULTIPART_END},
	    {"Content-Disposition: form-data; name=\"a\"; filename*=utf-8''x\r\n\r\n", MULTIPART_END},
	    {"Content-Disposition: form-data; filename=\"b\"\r\n\r\n", MULTIPART_BAD_DISPOSITION},
	    {"Content-Disposition: attachment; name=\"a\"\r\n\r\n", MULTIPART_BAD_DISPOSITION},
	    {"Content-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n", MULTIPART_BAD_DISPOSITION},
	    {"Content-Disposition: form-data; name=\"a\r\n\r\n", MULTIPART_BAD_DISPOSITION},
	    {FIELD("a") FIELD("b") "\r\n", MULTIPART_BAD_DISPOSITION},
	    {FIELD("a") "Content-Type: a/b\r\nContent-Type: a/c\r\n\r\n", MULTIPART_BAD_DISPOSITION},
	    {"\r\n", MULTIPART_BAD_DISPOSITION},
	    {FIELD("a") " folded\r\n\r\n", MULTIPART_BAD_HEADER},
	    {FIELD("a") "no colon\r\n\r\n", MULTIPART_BAD_HEADER},
	    {FIELD("a") ": empty\r\n\r\n", MULTIPART_BAD_HEADER},
	    {FIELD("a") "bare: line feed\n\r\n", MULTIPART_BAD_HEADER},
	    {FIELD("a"), MULTIPART_BAD_HEADER},
	};
	struct multipart_part p;
	unsigned count;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[512];
		int len = snprintf(text, sizeof text, "--x\r\n%s\r\n--x--", rows[i].part);
		assert_int_equal(read_all("x", str_of(text, (size_t)len), &p, &count), rows[i].result);
	}
	assert_int_equal(
	    read_all("x",
		     STR("--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b;\\\"c\"\r\n\r\nz\r\n--x--"),
		     &p, &count),
	    MULTIPART_END);
	assert_true(str_eq(p.filename, STR("b;\\\"c")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts),
	    cmocka_unit_test(boundaries),
	    cmocka_unit_test(headers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
