/* The specification's own cases: every file of shared/data/pact-matching says what is expected, what came, and whether
 * that matches. XML is not among them. Version 4's are version 3's in its envelope: the body wrapped, and once more as
 * base64. */
#include "conf/yaml.h"
#include "filters/contract/json_tree.h"
#include "filters/pact/compare.h"
#include "tests/unit/contract/data.h"

#include <dirent.h>
#include <stdio.h>

/* How a case is put before it is read. */
enum envelope { PLAIN, WRAPPED, ENCODED };

struct tally {
	unsigned cases, wrong, excepted;
};

static void add_base64(struct buf *out, struct str bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t group = 0;
		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (i + k < bytes.len ? (unsigned char)bytes.at[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			buf_addc(out, i + k > bytes.len ? '=' : digits[group >> (18 - 6 * k) & 63]);
	}
}

static bool is_json_type(const struct node *message)
{
	const struct node *headers = tree_get(message, STR("headers"));
	for (uint32_t i = 0; headers && i < headers->count; i++)
		if (str_eq_nocase(headers->members[i].key.text, STR("Content-Type")))
			return str_starts(tree_text(&headers->members[i].value), STR("application/json"));
	return true;
}

/* The body as version 4 writes it. */
static void add_wrapped(struct buf *out, const struct node *message, const struct node *body, enum envelope envelope)
{
	struct buf json = {0};
	bool text = body->kind == NODE_STRING;
	const char *type = is_json_type(message) && !text ? "application/json" : "text/plain";
	tree_to_json(body, &json);
	buf_addf(out, "{\"contentType\":\"%s\",\"content\":", type);
	if (envelope == ENCODED) {
		buf_addc(out, '"');
		add_base64(out, text ? body->text : buf_str(&json));
		buf_add(out, STR("\",\"encoded\":\"base64\"}"));
	} else {
		buf_addf(out, "%.*s,\"encoded\":false}", STR_ARG(buf_str(&json)));
	}
	buf_free(&json);
}

static const struct node *in_envelope(struct arena *arena, const struct node *message, enum envelope envelope)
{
	struct buf out = {0};
	struct diag d;
	diag_init(&d);
	buf_addc(&out, '{');
	for (uint32_t i = 0; i < message->count; i++) {
		const struct member *m = &message->members[i];
		bool body = str_eq(m->key.text, STR("body")) && m->value.kind != NODE_NULL;
		buf_addf(&out, "%s\"%.*s\":", i ? "," : "", STR_ARG(m->key.text));
		if (body)
			add_wrapped(&out, message, &m->value, envelope);
		else
			tree_to_json(&m->value, &out);
	}
	buf_addc(&out, '}');
	const struct node *n = json_tree_read(arena, arena_dup(arena, buf_str(&out)), "wrapped", &d);
	assert_non_null(n);
	buf_free(&out);
	diag_free(&d);
	return n;
}

static void run_case(const char *path, int side, enum envelope envelope, struct tally *t)
{
	struct arena arena;
	struct diag d;
	struct str text;
	struct pact_message e, a;
	struct mismatches out;
	struct buf said = {0};
	arena_init(&arena, 65536);
	diag_init(&d);
	assert_true(yaml_slurp(&arena, path, 1 << 20, &text, &d));
	const struct node *n = json_tree_read(&arena, text, path, &d);
	assert_non_null(n);
	const struct node *expected = tree_get(n, STR("expected")), *actual = tree_get(n, STR("actual"));
	if (envelope) {
		expected = in_envelope(&arena, expected, envelope);
		actual = in_envelope(&arena, actual, envelope);
	}
	mismatches_begin(&out, &arena, 8);
	bool read = message_read(&e, &arena, expected, envelope != PLAIN, &d);
	read = message_read(&a, &arena, actual, envelope != PLAIN, &d) && read;
	assert_true(read);
	compare_messages(&e, &a, side, &out);
	t->cases++;
	if ((out.total == 0) != tree_is_true(tree_get(n, STR("match"))) || out.untold.len) {
		for (unsigned i = 0; i < out.count; i++)
			mismatch_to_text(&out.at[i], &said);
		print_message("%s (%d): %u mismatches %.*s %.*s\n", path, envelope, out.total, STR_ARG(buf_str(&said)),
			      STR_ARG(out.untold));
		t->wrong++;
	}
	message_free(&e);
	message_free(&a);
	buf_free(&said);
	diag_free(&d);
	arena_free(&arena);
}

static void run_folder(const char *version, const char *folder, int side, enum envelope envelope, struct tally *t)
{
	char path[512], file[1024];
	struct dirent *one;
	snprintf(path, sizeof path, "%s/pact-matching/%s/%s", test_data(), version, folder);
	DIR *dir = opendir(path);
	if (!dir) {
		print_message("SKIP: %s is not there\n", path);
		skip();
		return;
	}
	while ((one = readdir(dir))) {
		if (!str_ends(str_from(one->d_name), STR(".json")))
			continue;
		snprintf(file, sizeof file, "%s/%s", path, one->d_name);
		run_case(file, side, envelope, t);
	}
	closedir(dir);
}

static void run_version(const char *version, enum envelope envelope, struct tally *t)
{
	static const char *const requests[] = {"request/body", "request/headers", "request/method", "request/path",
					       "request/query"};
	static const char *const responses[] = {"response/body", "response/headers", "response/status"};
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		run_folder(version, requests[i], COMPARE_REQUEST, envelope, t);
	for (size_t i = 0; i < sizeof responses / sizeof *responses; i++)
		run_folder(version, responses[i], COMPARE_RESPONSE, envelope, t);
}

static void version_2(void **state)
{
	struct tally t = {0};
	(void)state;
	run_version("v2", PLAIN, &t);
	print_message("%u cases\n", t.cases);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.cases, 128);
}

static void version_3(void **state)
{
	struct tally t = {0};
	(void)state;
	run_version("v3", PLAIN, &t);
	run_folder("v3", "message/body", COMPARE_RESPONSE, PLAIN, &t);
	print_message("%u cases\n", t.cases);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.cases, 173);
}

static void version_4(void **state)
{
	struct tally t = {0};
	(void)state;
	run_version("v3", WRAPPED, &t);
	run_version("v3", ENCODED, &t);
	print_message("%u cases\n", t.cases);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.cases, 284);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(version_2), cmocka_unit_test(version_3),
					   cmocka_unit_test(version_4)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
