#include "conf/key.h"
#include "conf/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

#include <cmocka.h>

/* A small world that uses every kind of row. */

enum mode { ENFORCE, REPORT, OFF };

struct judging {
	enum mode requests;
	int64_t sample, max_body;
	const struct node *self;
};

struct server {
	struct key_list addresses;
	int64_t connections;
};

struct version {
	struct server backend;
	struct judging judging;
	int64_t sunset, deprecated;
	struct str even;
	const struct node *raw;
};

struct world {
	struct str api;
	bool formats;
	struct address listen;
	int64_t idle;
	struct judging judging;
	struct key_map versions, pins;
	struct key_list ignore;
};

static bool read_even(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	if (tree_text(n).len % 2 && r->context)
		return diag_error(r->diag, tree_place(n), "%s: odd", k->name);
	*(struct str *)field = tree_text(n);
	return true;
}

static bool sunset_is_later(struct key_reader *r, const struct node *n, void *settings)
{
	const struct version *v = settings;
	if (v->sunset && v->deprecated > v->sunset)
		return diag_error(r->diag, key_place(n, "sunset"), "sunset: not before deprecated");
	return true;
}

static const char *const modes[] = {"enforce", "report", "off", NULL};
static const struct key_hint mode_hints[] = {{"block", "enforce"}, {"log_only", "report"}, {NULL, NULL}};
static const struct key judging_keys[] = {
    {.name = "requests",
     KEY_AT(WORD, struct judging, requests),
     .normal = "report",
     .words = modes,
     .hints = mode_hints,
     .about = "what to do with requests that violate the contract"},
    {.name = "sample", KEY_AT(PERCENT, struct judging, sample), .normal = "100%"},
    {.name = "max_body", KEY_AT(SIZE, struct judging, max_body), .normal = "1MiB", .min = 1024, .max = 1 << 30},
    {KEY_AT(SELF, struct judging, self)},
};
static const struct key_table judging = {.name = "validate", KEY_TABLE_OF(struct judging, judging_keys)};

static const struct key server_keys[] = {
    {.name = "addresses",
     .alias = "address",
     KEY_LIST_AT(ADDRESS, struct server, addresses),
     .required = true,
     .min = 1},
    {.name = "connections", KEY_AT(INTEGER, struct server, connections), .normal = "64", .min = 1, .max = 1000},
};
static const struct key_table server = {
    .name = "a backend", KEY_TABLE_OF(struct server, server_keys), .shorthand = "addresses"};

static const struct key_hint version_hints[] = {{"upstream", "backend"}, {"openapi", "contract"}, {NULL, NULL}};
static const struct key version_keys[] = {
    {.name = "backend", KEY_AT(TABLE, struct version, backend), .table = &server, .required = true},
    {.name = "validate", KEY_AT(TABLE, struct version, judging), .table = &judging},
    {.name = "deprecated", KEY_AT(TIME, struct version, deprecated)},
    {.name = "sunset", KEY_AT(TIME, struct version, sunset)},
    {.name = "even", KEY_AT(CUSTOM, struct version, even), .read = read_even, .normal = "xx", .type = "even word"},
    {.name = "raw", KEY_AT(NODE, struct version, raw)},
};
static const struct key_table version = {
    .name = "a version", KEY_TABLE_OF(struct version, version_keys), .hints = version_hints, .check = sunset_is_later};

static const struct key world_keys[] = {
    {.name = "api", KEY_AT(STRING, struct world, api), .normal = "api", .about = "the \"name\""},
    {.name = "formats", KEY_AT(BOOL, struct world, formats), .normal = "on"},
    {.name = "listen", KEY_AT(ADDRESS, struct world, listen), .normal = ":8080"},
    {.name = "idle", KEY_AT(DURATION, struct world, idle), .normal = "75s", .min = 1000},
    {.name = "validate", KEY_AT(TABLE, struct world, judging), .table = &judging},
    {.name = "versions", KEY_MAP_AT(TABLE, struct world, versions), .table = &version, .required = true},
    {.name = "pins", KEY_MAP_AT(STRING, struct world, pins)},
    {.name = "ignore", KEY_LIST_AT(STRING, struct world, ignore), .normal = "[kube-probe]"},
};
static const struct key_table world = {.name = "the configuration", KEY_TABLE_OF(struct world, world_keys)};

struct fixture {
	struct arena arena;
	struct diag diag;
	struct world w;
	struct buf out;
};

static int begin(void **state)
{
	struct fixture *f = *state = calloc(1, sizeof *f);
	arena_init(&f->arena, 4096);
	diag_init(&f->diag);
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	arena_free(&f->arena);
	diag_free(&f->diag);
	buf_free(&f->out);
	free(f);
	return 0;
}

static bool read_world(struct fixture *f, const char *text)
{
	struct key_reader r = {&f->arena, &f->diag, f};
	const struct node *n = yaml_read(&f->arena, str_from(text), "w.yaml", &f->diag);
	assert_non_null(n);
	key_defaults(&world, &f->w, &f->arena);
	bool good = key_read(&world, n, &f->w, &r);
	assert_true(good == (f->diag.errors == 0));
	return good;
}

static void fails(struct fixture *f, const char *text, const char *message)
{
	assert_false(read_world(f, text));
	f->out.len = 0;
	diag_print(&f->diag, &f->out, false);
	buf_addc(&f->out, '\0');
	assert_string_equal(f->out.at, message);
	diag_free(&f->diag);
	diag_init(&f->diag);
}

static void defaults_come_from_the_tables(void **state)
{
	struct fixture *f = *state;
	key_defaults(&world, &f->w, &f->arena);
	assert_true(str_eq(f->w.api, STR("api")));
	assert_true(f->w.formats);
	assert_int_equal(f->w.listen.port, 8080);
	assert_int_equal(f->w.idle, 75000);
	assert_int_equal(f->w.judging.requests, REPORT);
	assert_int_equal(f->w.judging.sample, UNIT_WHOLE);
	assert_int_equal(f->w.judging.max_body, 1 << 20);
	assert_null(f->w.judging.self);
	assert_int_equal(f->w.ignore.count, 1);
	assert_true(str_eq(((const struct str *)f->w.ignore.at)[0], STR("kube-probe")));
}

static void everything_is_read(void **state)
{
	struct fixture *f = *state;
	assert_true(read_world(f, "api: 1.10\n"
				  "formats: off\n"
				  "listen: '[::1]:0'\n"
				  "validate: {requests: \"off\", sample: 0.5%}\n"
				  "ignore: one\n"
				  "pins: {erp: v1, other: 2}\n"
				  "versions:\n"
				  "  v1: {backend: 127.0.0.1:9001, sunset: 2027-06-30, raw: [1]}\n"
				  "  v2:\n"
				  "    backend: {address: ['a:1', 'b:2'], connections: 7}\n"
				  "    validate: {requests: enforce}\n"
				  "    even: four\n"));
	assert_true(str_eq(f->w.api, STR("1.10")));
	assert_false(f->w.formats);
	assert_int_equal(f->w.judging.requests, OFF);
	assert_int_equal(f->w.judging.sample, 5000);
	assert_int_equal(f->w.judging.max_body, 1 << 20);
	assert_int_equal(f->w.judging.self->line, 4);
	assert_int_equal(f->w.ignore.count, 1);
	assert_int_equal(f->w.pins.count, 2);
	assert_true(str_eq(f->w.pins.members[1].key.text, STR("other")));
	assert_true(str_eq(((const struct str *)f->w.pins.at)[1], STR("2")));
	assert_int_equal(f->w.versions.count, 2);
	const struct version *v = f->w.versions.at;
	assert_int_equal(v[0].backend.addresses.count, 1);
	assert_int_equal(v[0].backend.connections, 64);
	assert_true(v[0].sunset == 1814313600000);
	assert_int_equal(v[0].raw->kind, NODE_SEQUENCE);
	assert_int_equal(v[0].judging.requests, REPORT);
	assert_true(str_eq(v[0].even, STR("xx")));
	assert_int_equal(v[1].backend.addresses.count, 2);
	assert_int_equal(((const struct address *)v[1].backend.addresses.at)[1].port, 2);
	assert_int_equal(v[1].backend.connections, 7);
	assert_int_equal(v[1].judging.requests, ENFORCE);
	assert_true(str_eq(v[1].even, STR("four")));
	assert_int_equal(v[1].sunset, 0);
}

static void a_copy_read_over_is_an_override(void **state)
{
	struct fixture *f = *state;
	struct key_reader r = {&f->arena, &f->diag, f};
	assert_true(read_world(f, "versions: {v1: {backend: 'a:1'}}\nvalidate: {sample: 5%, requests: enforce}\n"));
	struct judging over = f->w.judging;
	const struct node *n = yaml_read(&f->arena, STR("{requests: off}"), "x", &f->diag);
	assert_true(key_read(&judging, n, &over, &r));
	assert_int_equal(over.requests, OFF);
	assert_int_equal(over.sample, 50000);
}

static void errors_say_what_and_where(void **state)
{
	struct fixture *f = *state;
	fails(f, "versions: {v1: {backend: 'a:1'}}\nvalidate: {requests: block}",
	      "w.yaml:2:22: error: requests: \"block\" is not one of: enforce, report, off\n      hint: did you mean "
	      "\"enforce\"?\n");
	fails(f, "versions: {v1: {backend: 'a:1'}}\nvalidate: {requests: reprot}",
	      "w.yaml:2:22: error: requests: \"reprot\" is not one of: enforce, report, off\n      hint: did you mean "
	      "\"report\"?\n");
	fails(f, "versions: {v1: {backend: 'a:1'}}\nvalidate: {requests: false}",
	      "w.yaml:2:22: error: requests: \"false\" is not one of: enforce, report, off\n      hint: did you mean "
	      "\"off\"?\n");
	fails(f, "versions: {v1: {upstream: 'a:1'}}",
	      "w.yaml:1:16: error: a version needs \"backend\"\n"
	      "w.yaml:1:17: error: \"upstream\" is not a key of a version\n      hint: did you mean \"backend\"?\n");
	fails(f, "versions: {v1: {backend: {addres: 'a:1'}}}",
	      "w.yaml:1:26: error: a backend needs \"addresses\"\n"
	      "w.yaml:1:27: error: \"addres\" is not a key of a backend\n      hint: did you mean \"address\"?\n");
	fails(f, "versions: {v1: {backend: {address: 'a:1', addresses: 'b:1'}}}",
	      "w.yaml:1:43: error: \"addresses\" and \"address\" are the same key; it was set in line 1 already\n");
	fails(f, "versions: {}\nidle: 30",
	      "w.yaml:2:7: error: idle: a unit is missing: ms, s, m, h, d or w, not \"30\"\n");
	fails(f, "versions: {}\nidle: 30ms", "w.yaml:2:7: error: idle: at least 1s, not 30ms\n");
	fails(f, "versions: {}\nvalidate: {max_body: 2GiB}", "w.yaml:2:22: error: max_body: at most 1GiB, not 2GiB\n");
	fails(f, "versions: {v1: {backend: {address: 'a:1', connections: -1}}}",
	      "w.yaml:1:56: error: connections: at least 1, not -1\n");
	fails(f, "versions: {v1: {backend: {address: 'a:1', connections: 1.5}}}",
	      "w.yaml:1:56: error: connections: a whole number is expected, not \"1.5\"\n");
	fails(f, "versions: {v1: {backend: 'a:0'}}", "w.yaml:1:26: error: addresses: port 0 cannot be used here\n");
	fails(f, "versions: {}\napi: [x]", "w.yaml:2:6: error: api: expected a string, found a list\n");
	fails(f, "versions: {}\napi:", "w.yaml:2:5: error: api: a value is missing\n");
	fails(f, "versions: {}\napi: 007",
	      "w.yaml:2:6: error: api: expected a string, found a number\n      hint: put it in quotes\n");
	fails(f, "versions: {}\nformats: yes",
	      "w.yaml:2:10: error: formats: expected true or false, found a string\n      hint: write true\n");
	fails(f, "versions: {}\nvalidate: 7", "w.yaml:2:11: error: expected a mapping (validate), found a number\n");
	fails(f, "versions: [v1]", "w.yaml:1:11: error: versions: expected a mapping of names, found a list\n");
	fails(f, "versions: {v1: {backend: 'a:1', sunset: 2027-02-30}}",
	      "w.yaml:1:41: error: sunset: a date or a time is expected, such as 2026-06-30 or 2026-06-30T14:00Z, not "
	      "\"2027-02-30\"\n");
	fails(f, "versions: {v1: {backend: 'a:1', sunset: 2027-01-01, deprecated: 2027-02-01}}",
	      "w.yaml:1:41: error: sunset: not before deprecated\n");
	fails(f, "versions: {v1: {backend: 'a:1', even: odd}}", "w.yaml:1:39: error: even: odd\n");
	fails(f, "api: x", "w.yaml:1:1: error: the configuration needs \"versions\"\n");
	fails(f, "[]", "w.yaml:1:1: error: expected a mapping (the configuration), found a list\n");
}

static void flags_use_the_same_rows(void **state)
{
	struct fixture *f = *state;
	struct key_reader r = {&f->arena, &f->diag, NULL};
	int64_t idle = 0;
	assert_true(key_read_text(&r, key_find(&world, STR("idle")), STR("2m"), "--idle", &idle));
	assert_int_equal(idle, 120000);
	assert_false(key_read_text(&r, key_find(&world, STR("idle")), STR("2"), "--idle", &idle));
	diag_print(&f->diag, &f->out, false);
	buf_addc(&f->out, '\0');
	assert_string_equal(f->out.at, "--idle: error: idle: a unit is missing: ms, s, m, h, d or w, not \"2\"\n");
}

static void list_key(void *context, struct str path, const struct key *k)
{
	struct buf *out = context;
	buf_addf(out, "%.*s: ", STR_ARG(path));
	key_type(k, out);
	buf_addc(out, '\n');
}

static void the_manual_walks_every_key(void **state)
{
	struct fixture *f = *state;
	key_walk(&world, list_key, &f->out);
	buf_addc(&f->out, '\0');
	assert_string_equal(f->out.at, "api: string\n"
				       "formats: boolean\n"
				       "listen: address\n"
				       "idle: duration\n"
				       "validate: mapping\n"
				       "validate.requests: enforce | report | off\n"
				       "validate.sample: percent\n"
				       "validate.max_body: size\n"
				       "versions: mapping of names to mappings\n"
				       "versions.<name>.backend: mapping\n"
				       "versions.<name>.backend.addresses: list of addresses\n"
				       "versions.<name>.backend.connections: integer\n"
				       "versions.<name>.validate: mapping\n"
				       "versions.<name>.validate.requests: enforce | report | off\n"
				       "versions.<name>.validate.sample: percent\n"
				       "versions.<name>.validate.max_body: size\n"
				       "versions.<name>.deprecated: date or time\n"
				       "versions.<name>.sunset: date or time\n"
				       "versions.<name>.even: even word\n"
				       "versions.<name>.raw: any\n"
				       "pins: mapping of names to strings\n"
				       "ignore: list of strings\n");
}

static void the_schema_is_json_with_every_key(void **state)
{
	struct fixture *f = *state;
	key_schema(&world, &f->out);
	const struct node *n = yaml_read(&f->arena, buf_str(&f->out), "schema", &f->diag);
	assert_non_null(n);
	assert_true(str_eq(tree_text(tree_at(n, STR("/properties/idle/default"))), STR("75s")));
	assert_true(str_eq(tree_text(tree_at(n, STR("/properties/api/description"))), STR("the \"name\"")));
	assert_true(str_eq(tree_text(tree_at(n, STR("/required/0"))), STR("versions")));
	assert_non_null(tree_at(
	    n, STR("/properties/versions/additionalProperties/properties/backend/allOf/0/anyOf/0/properties/address")));
	assert_true(str_eq(tree_text(tree_at(n, STR("/properties/idle/allOf/0/pattern"))),
			   STR("^(([0-9]+(\\.[0-9]+)?(w|d|h|m|s|ms))+)$|\\$\\{")));
#ifdef HAVE_JANSSON
	json_error_t error;
	json_t *json = json_loadb(f->out.at, f->out.len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("%s at %d", error.text, error.position);
	json_decref(json);
#endif
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(defaults_come_from_the_tables),     TEST(everything_is_read),
	    TEST(a_copy_read_over_is_an_override),   TEST(errors_say_what_and_where),
	    TEST(flags_use_the_same_rows),           TEST(the_manual_walks_every_key),
	    TEST(the_schema_is_json_with_every_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
