#include "filters/contract/validator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/vane-validator-XXXXXX";

static const char *write_file(const char *name, const char *text)
{
	static char path[4][64];
	static unsigned next;
	char *p = path[next++ % 4];
	snprintf(p, sizeof path[0], "%s/%s", folder, name);
	FILE *file = fopen(p, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return p;
}

static void check(struct validator *v, const char *instance, enum judgement verdict, const char *begins)
{
	struct buf line = {0};
	assert_int_equal(validator_judge(v, str_from(instance), &line), verdict);
	if (!str_starts(buf_str(&line), str_from(begins)))
		fail_msg("%s: \"%.*s\", not \"%s\"", instance, (int)line.len, line.at, begins);
	buf_free(&line);
}

static void lines(void **state)
{
	struct diag d;
	struct validator_options o = {.assert_formats = true};
	(void)state;
	diag_init(&d);
	const char *path = write_file("a.json", "{\"type\": \"object\", \"properties\": {\"a\": {\"maximum\": 5}}}");
	struct validator *v = validator_load(path, &o, &d);
	assert_non_null(v);
	check(v, "{\"a\": 5}", VALID, "valid");
	check(v, "{\"a\": 6}", INVALID, "invalid /a #/properties/a/maximum ");
	check(v, "[]", INVALID, "invalid \"\" #/type ");
	check(v, "{", INVALID, "invalid \"\" \"\" ");
	validator_free(v);
	assert_int_equal(unlink(path), 0);
	assert_null(validator_load(path, &o, &d));
	assert_int_equal(d.errors, 1);
	diag_free(&d);
}

/* The dialect decides what a word means, $schema decides the dialect, and remotes are found by their URL. */
static void dialects_and_remotes(void **state)
{
	struct diag d;
	(void)state;
	diag_init(&d);
	const char *remote = write_file("r.json", "{\"definitions\": {\"i\": {\"type\": \"integer\"}}}");
	struct validator_remote remotes[] = {{STR("http://localhost:1234/r.json"), remote}};
	struct validator_options o = {.dialect = STR("7"), .remotes = remotes, .remote_count = 1};
	const char *path =
	    write_file("b.json", "{\"$ref\": \"http://localhost:1234/r.json#/definitions/i\", \"maximum\": 3}");
	struct validator *v = validator_load(path, &o, &d);
	assert_non_null(v);
	check(v, "4", VALID, "valid"); /* up to draft 7 what stands beside $ref is ignored */
	check(v, "\"x\"", INVALID, "invalid");
	validator_free(v);
	o.dialect = STR("2020-12");
	v = validator_load(path, &o, &d);
	assert_non_null(v);
	check(v, "4", INVALID, "invalid \"\" #/maximum");
	validator_free(v);
	write_file("b.json", "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"$ref\": "
			     "\"r.json#/definitions/i\", \"maximum\": 3}");
	v = validator_load(path, &o, &d); /* a file beside the schema */
	assert_non_null(v);
	check(v, "4", VALID, "valid");
	validator_free(v);
	assert_int_equal(d.errors, 0);
	o.remote_count = 0;
	write_file("b.json", "{\"$ref\": \"http://localhost:1234/r.json\"}");
	assert_null(validator_load(path, &o, &d));
	o.dialect = STR("8");
	assert_null(validator_load(path, &o, &d));
	assert_int_equal(d.errors, 2);
	diag_free(&d);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(remote), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(dialects_and_remotes),
	};
	if (!mkdtemp(folder))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
