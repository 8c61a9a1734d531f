/* Random pairs of schemas: what is called proved must survive random values, whatever the schemas; and of two schemas
 * where a value shows the difference, proved must not be said. The generator is seeded: a failure can be repeated.
 * Then every schema of the public suite: each within itself, and against its neighbour in the same file, where the
 * suite's own instances must not contradict what is said. */
#include "filters/contract/compat.h"
#include "filters/contract/json_tree.h"
#include "filters/contract/schema.h"
#include "proxy/base/vec.h"
#include "tests/unit/contract/data.h"

#include <dirent.h>
#include <stdio.h>

enum { PAIRS = 6000, VALUES = 120, CHAINS = 600 };

static uint64_t seed = 0x2545F4914F6CDD1Du;

static unsigned pick(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static const char *const constants[] = {"1",    "2",     "3",  "\"a\"", "\"b\"", "\"ab\"",    "null",
					"true", "false", "[]", "[1]",   "{}",    "{\"a\":1}", "1.5"};
static const char *const names[] = {"a", "b", "x-1"};
static const char *const types[] = {"string", "integer", "number", "boolean", "null", "array", "object"};
static const char *const patterns[] = {"^a", "b$", "^[ab]+$", "^x-", "a|b", "^.{2}$", "^(ab)*$"};

static void schema(struct buf *out, unsigned depth);

static void children(struct buf *out, unsigned depth)
{
	unsigned n = 1 + pick(3);
	buf_addc(out, '[');
	for (unsigned i = 0; i < n; i++) {
		if (i)
			buf_addc(out, ',');
		schema(out, depth - 1);
	}
	buf_addc(out, ']');
}

static void named(struct buf *out, unsigned depth, bool by_pattern)
{
	bool used[8] = {false};
	unsigned n = 1 + pick(3), written = 0;
	buf_addc(out, '{');
	for (unsigned i = 0; i < n; i++) {
		unsigned k = pick(by_pattern ? 7 : 3);
		if (used[k])
			continue;
		used[k] = true;
		buf_addf(out, "%s\"%s\":", written++ ? "," : "", by_pattern ? patterns[k] : names[k]);
		schema(out, depth - 1);
	}
	buf_addc(out, '}');
}

static void keyword(struct buf *out, unsigned which, unsigned depth)
{
	switch (which) {
	case 0:
	case 1:
		buf_addf(out, "\"type\":\"%s\"", types[pick(7)]);
		break;
	case 2:
		buf_addf(out, "\"type\":[\"%s\",\"null\"]", types[pick(4)]);
		break;
	case 3:
		buf_addf(out, "\"enum\":[%s,%s]", constants[pick(7)], constants[7 + pick(7)]);
		break;
	case 4:
		buf_addf(out, "\"const\":%s", constants[pick(14)]);
		break;
	case 5:
		buf_addf(out, "\"minimum\":%u", pick(4));
		break;
	case 6:
		buf_addf(out, "\"exclusiveMaximum\":%u", 1 + pick(4));
		break;
	case 7:
		buf_addf(out, "\"multipleOf\":%s", pick(2) ? "2" : "0.5");
		break;
	case 8:
		buf_addf(out, "\"minLength\":%u", pick(3));
		break;
	case 9:
		buf_addf(out, "\"maxLength\":%u", pick(3));
		break;
	case 10:
		buf_addf(out, "\"pattern\":\"%s\"", patterns[pick(7)]);
		break;
	case 11:
		buf_addf(out, "\"minItems\":%u", pick(3));
		break;
	case 12:
		buf_addf(out, "\"maxItems\":%u", pick(3));
		break;
	case 13:
		buf_add(out, STR("\"uniqueItems\":true"));
		break;
	case 14:
		buf_addf(out, "\"required\":[\"%s\"]", names[pick(3)]);
		break;
	case 15:
		buf_addf(out, "\"minProperties\":%u", pick(3));
		break;
	case 16:
		buf_addf(out, "\"maxProperties\":%u", pick(3));
		break;
	case 17:
		buf_addf(out, "\"dependentRequired\":{\"%s\":[\"%s\"]}", names[pick(3)], names[pick(3)]);
		break;
	case 18:
		buf_addf(out, "\"minContains\":%u,\"maxContains\":%u,\"contains\":", pick(3), pick(3));
		schema(out, depth ? depth - 1 : 0);
		break;
	default:
		break;
	}
}

static void applicator(struct buf *out, unsigned which, unsigned depth)
{
	static const char *const single[] = {
	    "items",           "additionalProperties", "not", "propertyNames", "contains", "unevaluatedProperties",
	    "unevaluatedItems"};
	static const char *const many[] = {"allOf", "anyOf", "oneOf", "prefixItems"};
	if (which < 7) {
		buf_addf(out, "\"%s\":", single[which]);
		schema(out, depth - 1);
	} else if (which < 11) {
		buf_addf(out, "\"%s\":", many[which - 7]);
		children(out, depth);
	} else if (which < 15) {
		buf_add(out, STR("\"properties\":"));
		named(out, depth, false);
	} else if (which < 16) {
		buf_add(out, STR("\"patternProperties\":"));
		named(out, depth, true);
	} else if (which < 17) {
		buf_add(out, STR("\"if\":"));
		schema(out, depth - 1);
		buf_add(out, STR(",\"then\":"));
		schema(out, depth - 1);
		buf_add(out, STR(",\"else\":"));
		schema(out, depth - 1);
	} else {
		buf_add(out, STR("\"dependentSchemas\":"));
		named(out, depth, false);
	}
}

static bool referring;

static void schema(struct buf *out, unsigned depth)
{
	bool used[40] = {false};
	unsigned n = 1 + pick(3), written = 0;
	if (referring && pick(3) == 0) {
		buf_addf(out, "{\"$ref\":\"#/$defs/d%u\"}", pick(3));
		return;
	}
	if (pick(12) == 0) {
		buf_add(out, pick(2) ? STR("true") : STR("false"));
		return;
	}
	buf_addc(out, '{');
	for (unsigned i = 0; i < n; i++) {
		bool deep = depth && pick(2);
		unsigned which = deep ? 20 + pick(18) : pick(19), slot = which;
		slot = which == 1 || which == 2 ? 0 : which >= 31 && which <= 34 ? 31 : which == 24 ? 18 : which;
		if (used[slot])
			continue;
		used[slot] = true;
		if (written++)
			buf_addc(out, ',');
		if (deep)
			applicator(out, which - 20, depth);
		else
			keyword(out, which, depth);
	}
	buf_addc(out, '}');
}

static void value(struct buf *out, unsigned depth)
{
	static const char *const scalars[] = {"0",      "1",        "2",       "3",    "4",     "1.5",
					      "0.5",    "2.0",      "-1",      "\"\"", "\"a\"", "\"b\"",
					      "\"ab\"", "\"abab\"", "\"x-1\"", "null", "true",  "false"};
	unsigned kind = depth ? pick(4) : 0;
	if (kind < 2) {
		buf_add(out, str_from(scalars[pick(18)]));
		return;
	}
	unsigned n = pick(4);
	buf_addc(out, kind == 2 ? '[' : '{');
	for (unsigned i = 0; i < n; i++) {
		static const char *const keys[] = {"\"a\":", "\"b\":", "\"x-1\":", "\"ab\":"};
		if (i)
			buf_addc(out, ',');
		if (kind == 3)
			buf_add(out, str_from(keys[(i + n) % 4]));
		value(out, depth - 1);
	}
	buf_addc(out, kind == 2 ? ']' : '}');
}

struct compiled {
	struct program *program;
	uint32_t entry;
};

static struct compiled compile(struct arena *arena, struct str text)
{
	struct diag d;
	struct compiled out = {0};
	struct schema_options options = {.assert_formats = true};
	diag_init(&d);
	const struct node *root = json_tree_read(arena, text, "schema.json", &d);
	if (root) {
		struct schema_set *set = schema_set_new(&options);
		bool ok =
		    schema_set_add(set, STR("http://example.com/s"), root, DIALECT_2020_12, true, &d) &&
		    schema_compile(set, root, STR("http://example.com/s"), STR("#"), DIALECT_2020_12, &out.entry, &d);
		(void)ok;
		out.program = schema_set_end(set, &d);
	}
	diag_free(&d);
	return out;
}

static bool keeps(struct judge *j, const struct compiled *c, struct str json)
{
	struct findings none = {0};
	return program_judge(c->program, c->entry, j, json, REQUEST, IN_BODY, STR(""), &none) == VALID;
}

/* A schema that applies its own opposite to the same value cannot be judged: that is no refusal. */
static bool refuses(struct judge *j, const struct compiled *c, struct str json)
{
	struct findings none = {0};
	return program_judge(c->program, c->entry, j, json, REQUEST, IN_BODY, STR(""), &none) == INVALID;
}

static unsigned told[3], wrong, missed, circular;

static void one_pair(struct str a, struct str b, struct judge *j)
{
	struct arena arena;
	arena_init(&arena, 4096);
	struct compiled x = compile(&arena, a), y = compile(&arena, b);
	if (referring && (!x.program || !y.program)) {
		/* A schema that applies itself to the same value is refused. */
		circular++;
		program_free(x.program);
		program_free(y.program);
		arena_free(&arena);
		return;
	}
	assert_non_null(x.program);
	assert_non_null(y.program);
	struct compat *c =
	    compat_new(x.program, y.program, REQUEST, &(struct compat_limits){.ms = 500, .steps = 20000});
	struct compat_answer got = compat_within(c, x.entry, y.entry);
	told[got.verdict]++;
	if (got.verdict == COMPAT_REFUTED)
		assert_true(keeps(j, &x, got.witness) && !keeps(j, &y, got.witness));
	for (unsigned i = 0; i < VALUES; i++) {
		struct buf v = {0};
		value(&v, 2);
		if (keeps(j, &x, buf_str(&v)) && refuses(j, &y, buf_str(&v))) {
			if (got.verdict == COMPAT_PROVED) {
				print_error("\"proved\", but %.*s\n  %.*s\n  %.*s\n", STR_ARG(buf_str(&v)), STR_ARG(a),
					    STR_ARG(b));
				wrong++;
				i = VALUES;
			} else if (got.verdict == COMPAT_UNKNOWN) {
				missed++;
				i = VALUES;
			}
		}
		buf_free(&v);
	}
	compat_free(c);
	program_free(x.program);
	program_free(y.program);
	arena_free(&arena);
}

static void proved_survives(void **state)
{
	struct judge *j = judge_new(&(struct judge_limits){0});
	(void)state;
	for (unsigned i = 0; i < PAIRS && wrong < 5; i++) {
		struct buf a = {0}, b = {0};
		schema(&a, 2);
		if (pick(3) == 0) {
			/* Near each other: the one is a part of the other. */
			buf_addf(&b, "{\"%s\":[%.*s,", pick(2) ? "anyOf" : "allOf", STR_ARG(buf_str(&a)));
			schema(&b, 1);
			buf_add(&b, STR("]}"));
			if (pick(2)) {
				struct buf t = a;
				a = b;
				b = t;
			}
		} else {
			schema(&b, 2);
		}
		one_pair(buf_str(&a), buf_str(&b), j);
		buf_free(&a);
		buf_free(&b);
	}
	print_message("%u pairs: %u proved, %u refuted, %u unknown (%u of them differ by a random value)\n",
		      told[0] + told[1] + told[2], told[0], told[1], told[2], missed);
	judge_free(j);
	assert_int_equal(wrong, 0);
	/* Not one in ten may stay unknown. */
	assert_true(told[2] * 10 < told[0] + told[1] + told[2]);
}

/* The same text with one thing changed, so that much of a circle is alike. */
static void mutate(struct buf *out, struct str text)
{
	static const char *const from[] = {"\"integer\"", "\"number\"",     "Length\":1", "Items\":1", "\"minimum\":2",
					   "[\"a\"]",     "Properties\":1", "d0",         "true"};
	static const char *const to[] = {"\"number\"", "\"integer\"",    "Length\":2", "Items\":2", "\"minimum\":1",
					 "[\"b\"]",    "Properties\":2", "d1",         "false"};
	unsigned which = pick(9), turn = pick(3);
	for (size_t at = 0; at < text.len;) {
		struct str rest = str_skip(text, at), old = str_from(from[which]);
		if (str_starts(rest, old) && turn-- == 0) {
			buf_add(out, str_from(to[which]));
			at += old.len;
		} else {
			buf_addc(out, text.at[at++]);
		}
	}
}

static void circles_are_followed(void **state)
{
	struct judge *j = judge_new(&(struct judge_limits){0});
	(void)state;
	memset(told, 0, sizeof told);
	missed = 0;
	referring = true;
	for (unsigned i = 0; i < PAIRS && wrong < 5; i++) {
		struct buf a = {0}, b = {0};
		buf_add(&a, STR("{\"$ref\":\"#/$defs/d0\",\"$defs\":{"));
		for (unsigned k = 0; k < 3; k++) {
			buf_addf(&a, "%s\"d%u\":", k ? "," : "", k);
			schema(&a, 2);
		}
		buf_add(&a, STR("}}"));
		mutate(&b, buf_str(&a));
		one_pair(buf_str(&a), buf_str(&b), j);
		buf_free(&a);
		buf_free(&b);
	}
	print_message("%u pairs in circles: %u proved, %u refuted, %u unknown (%u of them differ by a random value), "
		      "%u refused\n",
		      told[0] + told[1] + told[2], told[0], told[1], told[2], missed, circular);
	referring = false;
	judge_free(j);
	assert_int_equal(wrong, 0);
}

static enum compat_verdict within(const struct compiled *x, const struct compiled *y)
{
	struct compat *c =
	    compat_new(x->program, y->program, REQUEST, &(struct compat_limits){.ms = 500, .steps = 20000});
	enum compat_verdict got = compat_within(c, x->entry, y->entry).verdict;
	compat_free(c);
	return got;
}

/* One schema around another: wider by anyOf, narrower by allOf. */
static void around(struct buf *out, struct str inner, const char *how)
{
	buf_addf(out, "{\"%s\":[%.*s,", how, STR_ARG(inner));
	schema(out, 1);
	buf_add(out, STR("]}"));
}

/* What lies within what lies within a third lies within that; and everything within itself. */
static void inclusion_is_an_order(void **state)
{
	unsigned chains = 0, proved = 0;
	(void)state;
	for (unsigned i = 0; i < CHAINS; i++) {
		struct arena arena;
		struct buf text[3] = {{0}, {0}, {0}};
		struct compiled s[3];
		arena_init(&arena, 4096);
		schema(&text[1], 2);
		around(&text[0], buf_str(&text[1]), "allOf");
		around(&text[2], buf_str(&text[1]), "anyOf");
		for (unsigned k = 0; k < 3; k++) {
			s[k] = compile(&arena, buf_str(&text[k]));
			assert_non_null(s[k].program);
			assert_int_not_equal(within(&s[k], &s[k]), COMPAT_REFUTED);
		}
		enum compat_verdict first = within(&s[0], &s[1]), second = within(&s[1], &s[2]);
		assert_int_not_equal(first, COMPAT_REFUTED);
		assert_int_not_equal(second, COMPAT_REFUTED);
		if (first == COMPAT_PROVED && second == COMPAT_PROVED) {
			enum compat_verdict whole = within(&s[0], &s[2]);
			chains++;
			proved += whole == COMPAT_PROVED;
			assert_int_not_equal(whole, COMPAT_REFUTED);
		}
		for (unsigned k = 0; k < 3; k++) {
			program_free(s[k].program);
			buf_free(&text[k]);
		}
		arena_free(&arena);
	}
	print_message("%u chains of three, %u of them proved as a whole\n", chains, proved);
	assert_true(chains * 2 > CHAINS && proved * 10 > chains * 9);
}

/* ---- the public suite ---- */

static struct {
	unsigned schemas, reflexive, proved, refuted, unknown, wrong;
} suite;

static void neighbours(struct arena *arena, const struct node *tests, struct judge *j)
{
	struct compiled last = {0};
	const struct node *last_group = NULL;
	for (uint32_t i = 0; i < tests->count; i++) {
		struct buf text = {0};
		const struct node *group = &tests->items[i];
		tree_to_json(tree_get(group, STR("schema")), &text);
		struct compiled now = compile(arena, buf_str(&text));
		buf_free(&text);
		if (!now.program)
			continue; /* a reference to a document that is not here */
		struct compat *self = compat_new(now.program, now.program, REQUEST, NULL);
		suite.schemas++;
		suite.reflexive += compat_within(self, now.entry, now.entry).verdict == COMPAT_PROVED;
		compat_free(self);
		if (last.program) {
			struct compat *c =
			    compat_new(last.program, now.program, REQUEST, &(struct compat_limits){.ms = 500});
			struct compat_answer got = compat_within(c, last.entry, now.entry);
			suite.proved += got.verdict == COMPAT_PROVED;
			suite.refuted += got.verdict == COMPAT_REFUTED;
			suite.unknown += got.verdict == COMPAT_UNKNOWN;
			const struct node *lists[] = {tree_get(last_group, STR("tests")),
						      tree_get(group, STR("tests"))};
			for (unsigned k = 0; k < 2 && got.verdict == COMPAT_PROVED; k++)
				for (uint32_t n = 0; n < lists[k]->count; n++) {
					struct buf data = {0};
					tree_to_json(tree_get(&lists[k]->items[n], STR("data")), &data);
					if (keeps(j, &last, buf_str(&data)) && !keeps(j, &now, buf_str(&data))) {
						print_error("proved, but %.*s\n", STR_ARG(buf_str(&data)));
						suite.wrong++;
					}
					buf_free(&data);
				}
			compat_free(c);
			program_free(last.program);
		}
		last = now;
		last_group = group;
	}
	if (last.program)
		program_free(last.program);
}

static void suite_is_kept(void **state)
{
	struct arena arena;
	struct judge *j = judge_new(&(struct judge_limits){0});
	struct dirent *e;
	(void)state;
	arena_init(&arena, 1 << 16);
	struct str folder = arena_printf(&arena, "%s/json-schema-test-suite/tests/draft2020-12", test_data());
	DIR *dir = opendir(folder.at);
	if (!dir) {
		print_message("no %s: skipped\n", folder.at);
		judge_free(j);
		arena_free(&arena);
		skip();
	}
	while ((e = readdir(dir))) {
		struct diag d;
		if (!str_ends(str_from(e->d_name), STR(".json")))
			continue;
		diag_init(&d);
		const struct node *tests =
		    document_read(&arena, arena_printf(&arena, "%s/%s", folder.at, e->d_name).at, 1 << 24, &d);
		assert_non_null(tests);
		neighbours(&arena, tests, j);
		diag_free(&d);
	}
	closedir(dir);
	print_message("%u schemas, %u within themselves; neighbours: %u proved, %u refuted, %u unknown\n",
		      suite.schemas, suite.reflexive, suite.proved, suite.refuted, suite.unknown);
	judge_free(j);
	arena_free(&arena);
	assert_int_equal(suite.wrong, 0);
	assert_int_equal(suite.reflexive, suite.schemas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(proved_survives), cmocka_unit_test(circles_are_followed),
					   cmocka_unit_test(inclusion_is_an_order), cmocka_unit_test(suite_is_kept)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
