#include "conf/conf.h"
#include "conf/key.h"
#include "conf/yaml.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

#include <cmocka.h>

static char folder[64], before[4096];
static struct conf conf;
static struct diag diag;
static struct buf out;

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/vane-conf-XXXXXX");
	diag_init(&diag);
	return getcwd(before, sizeof before) && mkdtemp(folder) && chdir(folder) == 0 && mkdir("conf.d", 0700) == 0
		   ? 0
		   : -1;
}

static void empty_folder(const char *name)
{
	DIR *dir = opendir(name);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		char path[600];
		snprintf(path, sizeof path, "%s/%s", name, e->d_name);
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && unlink(path) != 0)
			rmdir(path);
	}
	if (dir)
		closedir(dir);
}

static int end(void **state)
{
	(void)state;
	empty_folder("conf.d");
	empty_folder(".");
	conf_free(&conf);
	diag_free(&diag);
	buf_free(&out);
	return chdir(before) == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The tree as JSON, or what is wrong. */
static const char *load(const char *path)
{
	conf_free(&conf);
	diag_free(&diag);
	diag_init(&diag);
	out.len = 0;
	bool good = conf_load(&conf, path, &diag);
	assert_true(good == (diag.errors == 0));
	if (good)
		tree_to_json(conf.root, &out);
	else
		diag_print(&diag, &out, false);
	buf_addc(&out, '\0');
	return out.at;
}

static void files_are_merged_deeply(void **state)
{
	(void)state;
	write_file("vane.yaml", "api: x\ninclude: conf.d/*.yaml\nversions: {v1: {backend: a}}\n");
	write_file("conf.d/b.yaml", "versions: {v3: {backend: c}}\nlist: [1]\n");
	write_file("conf.d/a.yaml", "versions:\n  v1: {contract: f}\n  v2: {backend: b}\ninclude: [../more.yaml]\n");
	write_file("conf.d/not.txt", "]");
	write_file("more.yaml", "limits: {body: 1MiB}\n");
	assert_string_equal(
	    load("vane.yaml"),
	    "{\"api\":\"x\",\"versions\":{\"v1\":{\"backend\":\"a\",\"contract\":\"f\"},\"v2\":{\"backend\":\"b\"},"
	    "\"v3\":{\"backend\":\"c\"}},\"list\":[1],\"limits\":{\"body\":\"1MiB\"}}");
	assert_int_equal(conf.file_count, 4);
	assert_string_equal(conf.files[0], "vane.yaml");
	assert_string_equal(conf.files[1], "conf.d/a.yaml");
	assert_string_equal(conf.files[2], "conf.d/b.yaml");
	assert_string_equal(conf.files[3], "conf.d/../more.yaml");
	assert_int_equal(conf.folder_count, 1);
	assert_string_equal(conf.folders[0], "conf.d/");
	assert_string_equal(tree_at(conf.root, STR("/versions/v3/backend"))->file, "conf.d/b.yaml");
}

static void a_key_set_twice_names_both_places(void **state)
{
	(void)state;
	write_file("vane.yaml", "include: [conf.d/*.yaml]\napi: x\nversions: {v1: {backend: a}}\n");
	write_file("conf.d/a.yaml", "api: y\nversions:\n  v1:\n    backend: b\n");
	assert_string_equal(load("vane.yaml"),
			    "conf.d/a.yaml:1:1: error: \"api\" is set in two files; first in vane.yaml:2:1\n"
			    "    1 | api: y\n      | ^\n"
			    "conf.d/a.yaml:4:5: error: \"versions.v1.backend\" is set in two files; first in "
			    "vane.yaml:3:17\n"
			    "    4 |     backend: b\n      |     ^\n");
	assert_non_null(conf.root);
}

static void includes_that_lead_nowhere(void **state)
{
	(void)state;
	write_file("vane.yaml", "include: [none/*.yaml]\n");
	assert_string_equal(load("vane.yaml"), "{}");
	write_file("vane.yaml", "include: [none.yaml, [x], '', '${NOPE_NOT_SET}']\n");
	assert_string_equal(
	    load("vane.yaml"),
	    "vane.yaml:1:22: error: include: expected the name of a file, or a pattern such as conf.d/*.yaml\n"
	    "    1 | include: [none.yaml, [x], '', '${NOPE_NOT_SET}']\n      |                      ^\n"
	    "vane.yaml:1:27: error: include: expected the name of a file, or a pattern such as conf.d/*.yaml\n"
	    "    1 | include: [none.yaml, [x], '', '${NOPE_NOT_SET}']\n      |                           ^\n"
	    "vane.yaml:1:31: error: the environment variable NOPE_NOT_SET is not set\n"
	    "    1 | include: [none.yaml, [x], '', '${NOPE_NOT_SET}']\n      |                               ^\n"
	    "      hint: ${NOPE_NOT_SET:-default} gives a default; write $${ for a plain ${\n"
	    "none.yaml: error: cannot be read: No such file or directory\n"
	    "      hint: included in vane.yaml:1:11\n");
	assert_string_equal(load("nope.yaml"), "nope.yaml: error: cannot be read: No such file or directory\n");
	assert_null(conf.root);
	write_file("list.yaml", "- a\n");
	assert_string_equal(load("list.yaml"),
			    "list.yaml:1:1: error: expected a mapping of keys, found a list\n    1 | - a\n      | ^\n");
}

static void circles_are_harmless(void **state)
{
	(void)state;
	write_file("vane.yaml", "include: ['*.yaml', other.yaml]\na: 1\n");
	write_file("other.yaml", "include: vane.yaml\nb: 2\n");
	assert_string_equal(load("vane.yaml"), "{\"a\":1,\"b\":2}");
	assert_int_equal(conf.file_count, 2);
}

static void the_folder_may_have_odd_letters(void **state)
{
	(void)state;
	assert_int_equal(mkdir("conf.d/[x]", 0700), 0);
	write_file("conf.d/[x]/vane.yaml", "include: 'p*.yaml'\n");
	write_file("conf.d/[x]/p1.yaml", "a: 1\n");
	assert_string_equal(load("conf.d/[x]/vane.yaml"), "{\"a\":1}");
	unlink("conf.d/[x]/vane.yaml");
	unlink("conf.d/[x]/p1.yaml");
}

static void variables_are_replaced_in_every_file(void **state)
{
	(void)state;
	setenv("VANE_CONF_TEST", "conf.d", 1);
	write_file("vane.yaml", "include: ${VANE_CONF_TEST}/a.yaml\n");
	write_file("conf.d/a.yaml", "a: ${VANE_CONF_TEST}\nb: ${VANE_CONF_UNSET:-5}\n");
	assert_string_equal(load("vane.yaml"), "{\"a\":\"conf.d\",\"b\":5}");
	unsetenv("VANE_CONF_TEST");
}

static void text_in_memory_is_read_the_same_way(void **state)
{
	(void)state;
	write_file("conf.d/a.yaml", "a: 1\n");
	assert_true(conf_read(&conf, STR("include: conf.d/a.yaml\nb: 2\n"), "<standard/input>", &diag));
	tree_to_json(conf.root, &out);
	assert_true(str_eq(buf_str(&out), STR("{\"b\":2,\"a\":1}")));
}

/* --- six errors, told at once --- */

struct version {
	struct key_list backend;
	struct str contract;
	int64_t sunset;
	int requests;
};

struct settings {
	struct str api;
	struct key_map versions;
	int64_t idle;
};

static const char *const modes[] = {"enforce", "report", "off", NULL};
static const struct key_hint mode_hints[] = {{"block", "enforce"}, {NULL, NULL}};
static const struct key version_keys[] = {
    {.name = "backend", KEY_LIST_AT(ADDRESS, struct version, backend), .required = true},
    {.name = "contract", KEY_AT(STRING, struct version, contract)},
    {.name = "sunset", KEY_AT(TIME, struct version, sunset)},
    {.name = "requests", KEY_AT(WORD, struct version, requests), .words = modes, .hints = mode_hints},
};
static const struct key_table version = {.name = "a version", KEY_TABLE_OF(struct version, version_keys)};
static const struct key settings_keys[] = {
    {.name = "api", KEY_AT(STRING, struct settings, api), .normal = "api"},
    {.name = "idle", KEY_AT(DURATION, struct settings, idle), .normal = "75s"},
    {.name = "versions", KEY_MAP_AT(TABLE, struct settings, versions), .table = &version},
};
static const struct key_table settings = {.name = "the configuration", KEY_TABLE_OF(struct settings, settings_keys)};

static void six_errors_are_told_at_once(void **state)
{
	(void)state;
	write_file("vane.yaml", "api: ${VANE_NO_SUCH_NAME}\n"
				"idle: 75\n"
				"versions:\n"
				"  v1:\n"
				"    backend: 127.0.0.1\n"
				"    contrat: openapi-v1.yaml   # \xC3\xA4\n"
				"  v2:\n"
				"    backend: [127.0.0.1:9002]\n"
				"    sunset: 2026-02-30\n"
				"\xC3\xA4: 1\n"
				"  #\n");
	struct settings s;
	load("vane.yaml");
	struct key_reader r = {&conf.arena, &diag, NULL};
	key_defaults(&settings, &s, &conf.arena);
	assert_non_null(conf.root);
	assert_false(key_read(&settings, conf.root, &s, &r));
	assert_int_equal(diag.errors, 6);
	out.len = 0;
	diag_print(&diag, &out, false);
	buf_addc(&out, '\0');
	assert_string_equal(
	    out.at,
	    "vane.yaml:1:6: error: the environment variable VANE_NO_SUCH_NAME is not set\n"
	    "    1 | api: ${VANE_NO_SUCH_NAME}\n"
	    "      |      ^\n"
	    "      hint: ${VANE_NO_SUCH_NAME:-default} gives a default; write $${ for a plain ${\n"
	    "vane.yaml:2:7: error: idle: a unit is missing: ms, s, m, h, d or w, not \"75\"\n"
	    "    2 | idle: 75\n"
	    "      |       ^\n"
	    "vane.yaml:5:14: error: backend: a port is missing: host:port, :port, [::1]:port, unix:/path or fd:NAME, "
	    "not "
	    "\"127.0.0.1\"\n"
	    "    5 |     backend: 127.0.0.1\n"
	    "      |              ^\n"
	    "vane.yaml:6:5: error: \"contrat\" is not a key of a version\n"
	    "    6 |     contrat: openapi-v1.yaml   # \xC3\xA4\n"
	    "      |     ^\n"
	    "      hint: did you mean \"contract\"?\n"
	    "vane.yaml:9:13: error: sunset: a date or a time is expected, such as 2026-06-30 or 2026-06-30T14:00Z, not "
	    "\"2026-02-30\"\n"
	    "    9 |     sunset: 2026-02-30\n"
	    "      |             ^\n"
	    "vane.yaml:10:1: error: \"\xC3\xA4\" is not a key of the configuration\n"
	    "   10 | \xC3\xA4: 1\n"
	    "      | ^\n"
	    "      hint: its keys are: api, idle, versions\n");
}

/* JSON is YAML: what other people publish must come out as another JSON reader has it. */
static void published_documents_read_as_json_readers_do(void **state)
{
	(void)state;
#ifdef HAVE_JANSSON
	static const char *const files[] = {"Adyen__adyen-openapi/PayoutService-v30.json",
					    "paypal__paypal-rest-api-specifications/catalogs_products_v1.json",
					    "twilio__twilio-oai/twilio_pricing_v2.json"};
	const char *data = getenv("VANE_TEST_DATA");
	char path[4096];
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct str text;
		snprintf(path, sizeof path, "%s/openapi-documents/%s", data ? data : SOURCE_DIR "/../shared/data",
			 files[i]);
		if (access(path, R_OK) != 0) {
			print_message("skipped: no %s\n", path);
			skip();
		}
		conf_free(&conf);
		arena_init(&conf.arena, 65536);
		assert_true(yaml_slurp(&conf.arena, path, 1 << 24, &text, &diag));
		const struct node *n = yaml_read(&conf.arena, text, path, &diag);
		assert_non_null(n);
		out.len = 0;
		tree_to_json(n, &out);
		json_t *theirs = json_loadb(text.at, text.len, 0, NULL), *ours = json_loadb(out.at, out.len, 0, NULL);
		assert_non_null(theirs);
		assert_non_null(ours);
		assert_true(json_equal(ours, theirs));
		json_decref(ours);
		json_decref(theirs);
	}
#else
	print_message("skipped: built without jansson\n");
	skip();
#endif
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(files_are_merged_deeply),
	    TEST(a_key_set_twice_names_both_places),
	    TEST(includes_that_lead_nowhere),
	    TEST(circles_are_harmless),
	    TEST(the_folder_may_have_odd_letters),
	    TEST(variables_are_replaced_in_every_file),
	    TEST(text_in_memory_is_read_the_same_way),
	    TEST(six_errors_are_told_at_once),
	    TEST(published_documents_read_as_json_readers_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
