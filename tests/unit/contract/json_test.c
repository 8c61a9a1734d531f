#include "filters/contract/json.h"

#include "tests/jansson_oracle.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct json_limits deep = {.depth = 2048};

static bool is_json(struct json_fault f)
{
	return f.error == JSON_OK || f.error == JSON_DUPLICATE_KEY;
}

/* Both readers, which must agree to the last bit. The text is in memory of exactly its size. */
static struct json_fault read_both(struct tape *t, struct str text)
{
	char *exact = malloc(text.len ? text.len : 1);
	assert_non_null(exact);
	if (text.len)
		memcpy(exact, text.at, text.len);
	struct tape plain = {0};
	struct json_fault f = tape_read(t, str_of(exact, text.len), &deep);
	struct json_fault g = tape_read_plain(&plain, str_of(exact, text.len), &deep);
	assert_int_equal(f.error, g.error);
	assert_int_equal(f.offset, g.offset);
	assert_int_equal(t->count, plain.count);
	if (t->count)
		assert_memory_equal(t->token, plain.token, t->count * sizeof *t->token);
	assert_int_equal(t->decoded.len, plain.decoded.len);
	if (t->decoded.len)
		assert_memory_equal(t->decoded.at, plain.decoded.at, t->decoded.len);
	tape_free(&plain);
	free(exact);
	return f;
}

/* What is written from a tape reads as the same tokens, but for where they stand. */
static void check_round_trip(const struct tape *t)
{
	struct buf out = {0};
	struct tape again = {0};
	tape_to_json(t, 0, &out);
	assert_true(is_json(tape_read(&again, buf_str(&out), &deep)));
	assert_int_equal(t->count, again.count);
	for (uint32_t i = 0; i < t->count; i++) {
		const struct json_token *a = &t->token[i], *b = &again.token[i];
		assert_int_equal(a->kind, b->kind);
		assert_int_equal(a->flags & ~JSON_ESCAPED, b->flags & ~JSON_ESCAPED);
		assert_int_equal(a->length, b->length);
		if (a->kind == JSON_STRING || a->kind >= JSON_ARRAY)
			assert_int_equal(a->hash, b->hash); /* or points, or end */
		if (a->kind == JSON_STRING)
			assert_true(str_eq(tape_string(t, a), tape_string(&again, b)));
		else if (a->kind < JSON_ARRAY)
			assert_true(str_eq(tape_lexeme(t, a), tape_lexeme(&again, b)));
	}
	tape_free(&again);
	buf_free(&out);
}

static struct buf slurp(const char *path)
{
	struct buf b = {0};
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	for (size_t got = 1; got; b.len += got) {
		buf_reserve(&b, 4096);
		got = fread(b.at + b.len, 1, b.cap - b.len, file);
	}
	fclose(file);
	return b;
}

static void judge_suite_file(const char *folder, const char *name, unsigned counted[3])
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	struct buf b = slurp(path);
	struct tape t = {0};
	struct json_fault f = read_both(&t, buf_str(&b));
	if (is_json(f))
		check_round_trip(&t);
	if ((name[0] == 'y' && !is_json(f)) || (name[0] == 'n' && is_json(f)))
		fail_msg("%s: %s", name, json_error_text(f.error));
	if (!jansson_agrees(buf_str(&b), is_json(f)))
		fail_msg("%s: jansson thinks otherwise", name);
	counted[name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2]++;
	tape_free(&t);
	buf_free(&b);
}

static void the_public_suite_is_judged_rightly(void **state)
{
	(void)state;
	char folder[512];
	const char *data = getenv("VANE_TEST_DATA");
	snprintf(folder, sizeof folder, "%s/json-parsing/test_parsing", data ? data : SOURCE_DIR "/../shared/data");
	DIR *dir = opendir(folder);
	if (!dir) {
		printf("skipped: no %s\n", folder);
		skip();
	}
	unsigned counted[3] = {0};
	for (struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.')
			judge_suite_file(folder, e->d_name, counted);
	closedir(dir);
	assert_int_equal(counted[0], 95);
	assert_int_equal(counted[1], 188);
	assert_int_equal(counted[2], 35);
}

static void faults_have_a_name_and_a_place(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		enum json_error error;
		uint32_t offset;
	} cases[] = {
	    {STR_INIT(""), JSON_TRUNCATED, 0},
	    {STR_INIT("  "), JSON_TRUNCATED, 2},
	    {STR_INIT("[1"), JSON_TRUNCATED, 2},
	    {STR_INIT("{\"a\""), JSON_TRUNCATED, 4},
	    {STR_INIT("\"abc"), JSON_TRUNCATED, 4},
	    {STR_INIT("-"), JSON_TRUNCATED, 1},
	    {STR_INIT("[1,]"), JSON_UNEXPECTED, 3},
	    {STR_INIT("[1}"), JSON_UNEXPECTED, 2},
	    {STR_INIT("{\"a\":1]"), JSON_UNEXPECTED, 6},
	    {STR_INIT("{\"a\":1,}"), JSON_UNEXPECTED, 7},
	    {STR_INIT("{\"a\" 1}"), JSON_UNEXPECTED, 5},
	    {STR_INIT("{a:1}"), JSON_UNEXPECTED, 1},
	    {STR_INIT("[01]"), JSON_UNEXPECTED, 2},
	    {STR_INIT("\v1"), JSON_UNEXPECTED, 0},
	    {STR_INIT("[\0]"), JSON_UNEXPECTED, 1},
	    {STR_INIT("[tru]"), JSON_LITERAL, 1},
	    {STR_INIT("[nul"), JSON_LITERAL, 1},
	    {STR_INIT("[1.]"), JSON_BAD_NUMBER, 3},
	    {STR_INIT("[-a]"), JSON_BAD_NUMBER, 2},
	    {STR_INIT("[1e+]"), JSON_BAD_NUMBER, 4},
	    {STR_INIT("[\"a\\x\"]"), JSON_BAD_ESCAPE, 3},
	    {STR_INIT("[\"\\u12g4\"]"), JSON_BAD_ESCAPE, 2},
	    {STR_INIT("[\"a\tb\"]"), JSON_CONTROL, 3},
	    {STR_INIT("[\"a\0b\"]"), JSON_CONTROL, 3},
	    {STR_INIT("1 2"), JSON_TRAILING, 2},
	    {STR_INIT("1\0"), JSON_TRAILING, 1},
	    {STR_INIT("[\"a\xFF\"]"), JSON_UTF8, 3},
	    {STR_INIT("[\"\xC0\x80\"]"), JSON_UTF8, 2},
	    {STR_INIT("[\"\xE0\x9F\xBF\"]"), JSON_UTF8, 2},
	    {STR_INIT("[\"\xED\xA0\x80\"]"), JSON_UTF8, 2},
	    {STR_INIT("[\"\xF0\x8F\xBF\xBF\"]"), JSON_UTF8, 2},
	    {STR_INIT("[\"\xF4\x90\x80\x80\"]"), JSON_UTF8, 2},
	    {STR_INIT("[\"\xE2\x82"), JSON_UTF8, 2},
	    {STR_INIT("[\"\\ud800\"]"), JSON_SURROGATE, 2},
	    {STR_INIT("[\"\\udc00\\ud800\"]"), JSON_SURROGATE, 2},
	    {STR_INIT("[\"\\ud800\\u0041\"]"), JSON_SURROGATE, 2},
	    {STR_INIT("\xEF\xBB\xBF{}"), JSON_BOM, 0},
	    {STR_INIT("{\"a\":1,\"b\":2,\"\\u0061\":3}"), JSON_DUPLICATE_KEY, 13},
	    {STR_INIT("{\"x\":{\"a\":1,\"a\":1},\"x\":1}"), JSON_DUPLICATE_KEY, 12},
	    {STR_INIT("{\"a\":1,\"a\":}"), JSON_UNEXPECTED, 11},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tape t = {0};
		struct json_fault f = read_both(&t, cases[i].text);
		if (f.error != cases[i].error || f.offset != cases[i].offset)
			fail_msg("%.*s: %s at %u", STR_ARG(cases[i].text), json_error_text(f.error), f.offset);
		assert_int_equal(t.count > 0, f.error == JSON_DUPLICATE_KEY);
		tape_free(&t);
	}
}

static void limits_hold(void **state)
{
	(void)state;
	struct tape t = {0};
	struct json_limits two = {.depth = 2, .size = 8};
	assert_int_equal(tape_read(&t, STR("[{}]"), &two).error, JSON_OK);
	struct json_fault f = tape_read(&t, STR("[[[]]]"), &two);
	assert_int_equal(f.error, JSON_TOO_DEEP);
	assert_int_equal(f.offset, 2);
	assert_int_equal(tape_read(&t, STR("\"123456\""), &two).error, JSON_OK);
	assert_int_equal(tape_read(&t, STR("\"1234567\""), &two).error, JSON_TOO_LARGE);
	struct buf many = {0};
	memset(buf_reserve(&many, 100000), '[', 100000);
	many.len = 100000;
	f = tape_read(&t, buf_str(&many), &(struct json_limits){0});
	assert_int_equal(f.error, JSON_TOO_DEEP);
	assert_int_equal(f.offset, 256);
	buf_free(&many);
	tape_free(&t);
}

static void tokens_tell_what_there_is(void **state)
{
	(void)state;
	struct tape t = {0};
	struct str text = STR(" {\"a\\u0000\" : [1, -2.5e3,true, null,[ ] ,{}], \"gr\xC3\xBC\xC3\x9F\":\"\\ud834\\udd1e!\" , \"n\":{\"k\":[[\"x\\n\"]  ]}}\n");
	assert_int_equal(read_both(&t, text).error, JSON_OK);
	assert_int_equal(t.token[0].kind, JSON_OBJECT);
	assert_int_equal(t.token[0].length, 3);
	assert_int_equal(t.token[0].end, t.count);
	assert_int_equal(tape_end_offset(&t, 0), text.len - 1);
	uint32_t list = tape_member(&t, 0, str_of("a\0", 2), json_key_hash(str_of("a\0", 2)));
	assert_int_equal(list, 2);
	assert_int_equal(tape_offset(&t, &t.token[1]), 2);
	assert_int_equal(t.token[list].kind, JSON_ARRAY);
	assert_int_equal(t.token[list].length, 6);
	assert_int_equal(text.at[tape_end_offset(&t, list) - 1], ']');
	assert_int_equal(text.at[tape_end_offset(&t, list)], ',');
	assert_true(t.token[3].flags & JSON_PLAIN);
	assert_false(t.token[4].flags & JSON_PLAIN);
	assert_true(str_eq(tape_lexeme(&t, &t.token[4]), STR("-2.5e3")));
	uint32_t key = tape_next(&t, list);
	assert_true(str_eq(tape_string(&t, &t.token[key]), STR("gr\xC3\xBC\xC3\x9F")));
	assert_int_equal(tape_string_length(&t, &t.token[key]), 4);
	assert_true(str_eq(tape_string(&t, &t.token[key + 1]), STR("\xF0\x9D\x84\x9E!")));
	assert_int_equal(tape_string_length(&t, &t.token[key + 1]), 2);
	assert_int_equal(text.at[tape_offset(&t, &t.token[key + 1])], '"');
	assert_int_equal(text.at[tape_end_offset(&t, key + 1)], ' ');
	uint32_t last = tape_member(&t, 0, STR("n"), json_key_hash(STR("n")));
	assert_memory_equal(text.at + tape_end_offset(&t, last), "}\n", 2);
	assert_int_equal(tape_member(&t, 0, STR("m"), json_key_hash(STR("m"))), 0);
	check_round_trip(&t);
	tape_free(&t);
}

static void keys_hash_alike_wherever_they_stand(void **state)
{
	(void)state;
	for (size_t length = 0; length < 70; length++) {
		struct buf text = {0}, name = {0};
		struct tape t = {0};
		for (size_t i = 0; i < length; i++)
			buf_addc(&name, (char)('a' + i * 7 % 26));
		buf_addf(&text, "[{\"%.*s\":1},{\"", STR_ARG(buf_str(&name)));
		for (size_t i = 0; i < length; i++)
			buf_addf(&text, "\\u%04X", name.at[i]);
		buf_add(&text, STR("\":1}]"));
		assert_int_equal(read_both(&t, buf_str(&text)).error, JSON_OK);
		uint32_t hash = json_key_hash(buf_str(&name));
		assert_int_equal(t.token[2].hash, hash);
		assert_int_equal(t.token[5].hash, hash);
		assert_true(str_eq(tape_string(&t, &t.token[5]), buf_str(&name)));
		tape_free(&t);
		buf_free(&text);
		buf_free(&name);
	}
}

/* An object of `count` members k0, k1 … and then `last`. */
static struct json_fault read_members(struct tape *t, unsigned count, const char *last)
{
	struct buf text = {0};
	buf_addc(&text, '{');
	for (unsigned i = 0; i < count; i++)
		buf_addf(&text, "\"k%u\":[{}],", i);
	buf_addf(&text, "\"%s\":0}", last);
	struct json_fault f = read_both(t, buf_str(&text));
	assert_true(f.error == JSON_OK || f.offset == text.len - strlen(last) - 5);
	buf_free(&text);
	return f;
}

static void duplicates_are_found_in_objects_of_any_size(void **state)
{
	(void)state;
	struct tape t = {0};
	for (unsigned count = 1; count < 200; count++) {
		char last[16];
		assert_int_equal(read_members(&t, count, "k").error, JSON_OK);
		assert_int_equal(read_members(&t, count, "k0").error, JSON_DUPLICATE_KEY);
		snprintf(last, sizeof last, "k%u", count - 1);
		assert_int_equal(read_members(&t, count, last).error, JSON_DUPLICATE_KEY);
		snprintf(last, sizeof last, "k%u", count / 2);
		assert_int_equal(read_members(&t, count, last).error, JSON_DUPLICATE_KEY);
	}
	assert_int_equal(read_members(&t, 50000, "k").error, JSON_OK);
	assert_int_equal(read_members(&t, 50000, "k777").error, JSON_DUPLICATE_KEY);
	tape_free(&t);
}

/* Names whose hashes meet in one slot of any table of up to 8,192. */
static void chosen_keys_do_not_slow_it(void **state)
{
	(void)state;
	struct tape t = {0};
	struct buf text = {0};
	char name[16];
	unsigned found = 0;
	buf_addc(&text, '{');
	for (unsigned i = 0; found < 3000; i++) {
		int length = snprintf(name, sizeof name, "%x", i);
		if (json_key_hash(str_of(name, (size_t)length)) & 8191)
			continue;
		buf_addf(&text, "%s\"%s\":1", found++ ? "," : "", name);
	}
	buf_addc(&text, '}');
	assert_int_equal(read_both(&t, buf_str(&text)).error, JSON_OK);
	text.len--;
	buf_addf(&text, ",\"%s\":2}", name);
	uint32_t second = (uint32_t)(text.len - strlen(name) - 5);
	struct json_fault f = read_both(&t, buf_str(&text));
	assert_int_equal(f.error, JSON_DUPLICATE_KEY);
	assert_int_equal(f.offset, second);
	tape_free(&t);
	buf_free(&text);
}

static uint64_t seed = 42;

static unsigned draw(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void damaged_texts_are_read_alike(void **state)
{
	(void)state;
	static const char bytes[] = "\"\\{}[]:,0123456789.eE+-truefalsn \t\n\r/bu\xC3\xA9\xED\xA0\xF0\x9F\x98\x80\x01\x7F";
	struct str good = STR("{\"id\": 12345, \"name\": \"Zo\xC3\xAB \\u00e9\\ud83d\\ude00 and more than sixteen\", \"tags\": [true,false,null,"
			      "-1.5e+10, \"\xF0\x9F\x98\x80\xE2\x82\xAC\"],\n\t\"o\": {\"a\": {}, \"b\": [[]], \"c\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}}  ");
	struct tape t = {0};
	unsigned accepted = 0;
	for (unsigned round = 0; round < 60000; round++) {
		char copy[512];
		size_t length = good.len, from = draw(20);
		memset(copy, ' ', from);
		memcpy(copy + from, good.at, length);
		length += from;
		for (unsigned damage = draw(4); damage > 0; damage--) {
			size_t at = draw((unsigned)length);
			if (draw(3))
				copy[at] = bytes[draw(sizeof bytes)];
			else
				memmove(copy + at, copy + at + 1, --length - at);
		}
		struct json_fault f = read_both(&t, str_of(copy, length));
		assert_true(jansson_agrees(str_of(copy, length), is_json(f)));
		if (is_json(f)) {
			check_round_trip(&t);
			accepted++;
		}
	}
	assert_true(accepted > 5000 && accepted < 55000);
	tape_free(&t);
}

static void memory_of_a_giant_message_is_given_back(void **state)
{
	(void)state;
	struct tape t = {0};
	struct json_limits limits = {0};
	struct buf text = {0};
	buf_addc(&text, '[');
	for (unsigned i = 0; i < 300000; i++)
		buf_add(&text, STR("1,"));
	buf_add(&text, STR("1]"));
	assert_int_equal(tape_read(&t, buf_str(&text), &limits).error, JSON_OK);
	assert_true(tape_held(&t) > 4 << 20);
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(tape_read(&t, STR("[1,2]"), &limits).error, JSON_OK);
		assert_true(tape_held(&t) > 4 << 20);
	}
	assert_int_equal(tape_read(&t, STR("[1,2]"), &limits).error, JSON_OK);
	assert_true(tape_held(&t) < 1 << 16);
	assert_int_equal(t.count, 3);
	tape_free(&t);
	buf_free(&text);
}

static void places_count_lines_and_code_points(void **state)
{
	(void)state;
	struct str text = STR("{\n \"\xC3\xA9\": x}");
	struct json_position at = json_position(text, 8);
	assert_int_equal(at.line, 2);
	assert_int_equal(at.column, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_public_suite_is_judged_rightly),
	    cmocka_unit_test(faults_have_a_name_and_a_place),
	    cmocka_unit_test(limits_hold),
	    cmocka_unit_test(tokens_tell_what_there_is),
	    cmocka_unit_test(keys_hash_alike_wherever_they_stand),
	    cmocka_unit_test(duplicates_are_found_in_objects_of_any_size),
	    cmocka_unit_test(chosen_keys_do_not_slow_it),
	    cmocka_unit_test(damaged_texts_are_read_alike),
	    cmocka_unit_test(memory_of_a_giant_message_is_given_back),
	    cmocka_unit_test(places_count_lines_and_code_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
