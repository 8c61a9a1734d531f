#include "conf/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct sample {
	const char *text;
	int64_t value;     /* -1: refused */
	const char *shown; /* by the writer; NULL: as `text` */
};

typedef const char *parser(struct str, int64_t *);
typedef void writer(struct buf *, int64_t);

static void check(const struct sample *s, size_t count, parser *parse, writer *show)
{
	for (size_t i = 0; i < count; i++, s++) {
		int64_t value = -7, again = -8;
		struct buf out = {0};
		const char *wrong = parse(str_from(s->text), &value);
		if ((wrong != NULL) != (s->value == -1) || (!wrong && value != s->value))
			fail_msg("%s: %s, %lld", s->text, wrong ? wrong : "read", (long long)value);
		if (wrong) {
			assert_int_equal(value, -7);
			continue;
		}
		show(&out, value);
		assert_null(parse(buf_str(&out), &again));
		assert_true(again == value);
		buf_addc(&out, '\0');
		assert_string_equal(out.at, s->shown ? s->shown : s->text);
		buf_free(&out);
	}
}

#define CHECK_ALL(samples, parse, show) check(samples, sizeof samples / sizeof *samples, parse, show)

static void sizes(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"512B", 512, NULL},
	    {"64KiB", 65536, NULL},
	    {"1MiB", 1 << 20, NULL},
	    {"1.5MiB", 1572864, "1536KiB"},
	    {"10MB", 10000000, NULL},
	    {"0B", 0, NULL},
	    {"1025B", 1025, NULL},
	    {"1000B", 1000, "1KB"},
	    {"8589934592B", 8589934592, "8GiB"},
	    {"64", -1, NULL},
	    {"64K", -1, NULL},
	    {"1.1B", -1, NULL},
	    {"-1B", -1, NULL},
	    {"64 KiB", -1, NULL},
	    {"", -1, NULL},
	    {"KiB", -1, NULL},
	    {"64kib", -1, NULL},
	    {"9223372036854775807B", -1, NULL},
	    {"99999999999GiB", -1, NULL},
	    {"1KiBx", -1, NULL},
	    {"1.KiB", -1, NULL},
	};
	CHECK_ALL(samples, unit_size, unit_add_size);
}

static void durations(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"30s", 30000, NULL},
	    {"500ms", 500, NULL},
	    {"5m", 300000, NULL},
	    {"2h", 7200000, NULL},
	    {"400d", 34560000000, NULL},
	    {"1h30m", 5400000, "90m"},
	    {"1.5s", 1500, "1500ms"},
	    {"0", -1, NULL},
	    {"0s", 0, NULL},
	    {"2w", 1209600000, NULL},
	    {"1s500ms", 1500, "1500ms"},
	    {"30", -1, NULL},
	    {"30 s", -1, NULL},
	    {"s", -1, NULL},
	    {"30S", -1, NULL},
	    {"30sec", -1, NULL},
	    {"30m1h", -1, NULL},
	    {"1m1m", -1, NULL},
	    {"0.5ms", -1, NULL},
	    {"-1s", -1, NULL},
	    {"99999999999999999d", -1, NULL},
	    {"1h30", -1, NULL},
	};
	CHECK_ALL(samples, unit_duration, unit_add_duration);
}

static void percents(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"5%", 50000, NULL},  {"0.01%", 100, NULL},    {"100%", 1000000, NULL}, {"0%", 0, NULL},
	    {"0.0001%", 1, NULL}, {"12.5%", 125000, NULL}, {"5", -1, NULL},         {"0.05", -1, NULL},
	    {"101%", -1, NULL},   {"100.0001%", -1, NULL}, {"0.00001%", -1, NULL},  {"5%%", -1, NULL},
	    {"%", -1, NULL},      {"-5%", -1, NULL},       {"5 %", -1, NULL},
	};
	CHECK_ALL(samples, unit_percent, unit_add_percent);
}

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum address_kind kind;
		const char *host; /* or the path */
		uint16_t port;
	} good[] = {{"127.0.0.1:9001", ADDRESS_TCP, "127.0.0.1", 9001},
		    {"orders.svc.local:80", ADDRESS_TCP, "orders.svc.local", 80},
		    {":8080", ADDRESS_TCP, "", 8080},
		    {"[::1]:8080", ADDRESS_TCP, "::1", 8080},
		    {"[fe80::1%eth0]:1", ADDRESS_TCP, "fe80::1%eth0", 1},
		    {"unix:/run/x.sock", ADDRESS_UNIX, "/run/x.sock", 0},
		    {"unix:@name", ADDRESS_UNIX, "@name", 0},
		    {"fd:http", ADDRESS_FD, "http", 0},
		    {"a:0", ADDRESS_TCP, "a", 0}};
	static const char *const bad[] = {"",      "localhost",   "localhost:", "a:65536", "a:-1",  "a:+1",    "::1:80",
					  "[::1]", "[::1]80",     "[a]:80",     "[::1:80", "a b:1", "unix:",   "unix:x",
					  "fd:",   "http://a:80", "a:b",        "a/b:80",  ":",     "a:00080x"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct address a = {0};
		assert_null(unit_address(str_from(good[i].text), &a));
		assert_int_equal(a.kind, good[i].kind);
		assert_int_equal(a.port, good[i].port);
		assert_true(str_eq(a.kind == ADDRESS_TCP ? a.host : a.path, str_from(good[i].host)));
		assert_true(str_eq(a.text, str_from(good[i].text)));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct address a = {.port = 7};
		if (!unit_address(str_from(bad[i]), &a))
			fail_msg("%s was read", bad[i]);
		assert_int_equal(a.port, 7);
	}
}

static void messages_name_the_units(void **state)
{
	(void)state;
	int64_t v;
	assert_string_equal(unit_size(STR("64"), &v), "a unit is missing: B, KiB, MiB, GiB, KB, MB or GB");
	assert_string_equal(unit_duration(STR("30"), &v), "a unit is missing: ms, s, m, h, d or w");
	assert_string_equal(unit_percent(STR("5"), &v), "a unit is missing: %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(durations),
	    cmocka_unit_test(percents),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(messages_name_the_units),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
