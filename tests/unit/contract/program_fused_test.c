/* The pass without a tape beside the tape: the same verdict, findings and deprecations of every text of JSONTestSuite,
 * of texts with bytes changed at random, and of messages made from the schemas of real contracts, whole and broken. */
#include "conf/yaml.h"
#include "tests/fused_schemas.h"

#include "tests/unit/contract/data.h"
#include "tests/unit/contract/messages.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

static uint64_t seed = 20261121;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static const char *const texts[FUSED_CASES][4] = {
    {"[1,[],{\"a\":{},\"b\":[null,true,false,-0.5e-3,\"x\"]},\"\xC3\xA9\"]",
     "{\"a\":1,\"b\":{\"a\":[1,2,3]},\"c\":\"d\"}", "[]", "{}"},
    {"{\"a\":{\"b\":[\"x\",1,null,{}]},\"c\":[]}", "[[[[{\"k\":[]}]]],\"\\u00e9\"]",
     "{\"a\":{},\"b\":{},\"c\":{},\"d\":{}}", "[ {\"a\" : [ 1 , 2.5 ]} , \"b\" ]"},
    {"{\"id\":7,\"name\":\"aab\",\"tags\":[\"a\",\"bb\",\"\xC3\xA9\"],\"list\":[{\"id\":1,\"name\":\"aa\"}],\"any\":{"
     "\"x\":[1]}}",
     "{\"name\":\"ab\",\"id\":-5,\"pair\":[0.5,{\"x\":1}],\"sixteen_bytes_\":null,\"a_name_of_over_thirty_two_bytes_in_"
     "all\":0}",
     "{ \"self\" : { \"id\" : 1e3 , \"name\" : \"a\\u0061\" } , \"id\" : 1.0, \"name\":\"aa\" , \"q\\\"\":\"\"}",
     "{\"id\":7,\"name\":\"aab\",\"tags\":[\"a\",\"a\"],\"any\":[[[[[[]]]]]]}"},
    {"{\"a\":\"x\",\"b\":1,\"c\":{\"a\":{\"k\":2},\"c\":{\"a\":\"\",\"c\":3}}}",
     "{\"c\":1,\"a\":\"abc\",\"d\":[],\"e\":{}}", "{\"a\":{\"x\":1},\"c\":null,\"b\":[{\"a\":1}]}",
     "{\"a\":\"abcd\",\"c\":1}"},
    {"{\"a\":null,\"b\":\"x\",\"c\":{\"x\":1},\"d\":{\"x1\":{}}}",
     "{\"a\":{\"a\":{\"a\":null,\"b\":[{}]}},\"b\":[{\"b\":\"\"}]}",
     "{\"c\":{\"y\":1,\"z\":[]},\"other\":[1,{\"k\":2}]}", "{\"d\":{\"x1\":{\"b\":[]},\"y\":1}}"},
    {"{\"in\":\"\",\"both\":\"2026-01-31\",\"old\":\"x\"}",
     "{\"out\":1,\"both\":null,\"more\":[{\"out\":2,\"both\":null,\"old\":\"\"},{\"out\":3,\"both\":null,"
     "\"\xC3\xA9/~\":\"y\"}]}",
     "{\"in\":\"a\",\"both\":null,\"older\":{\"old\":1}}", "{\"out\":2147483648,\"both\":null}"},
    {"{\"a\":{\"x\":1,\"y\":{\"a\":{\"z\":1}},\"z\":2}}", "{\"a\":{\"z\":{}},\"b\":{\"k\":{\"a\":{\"z\":1}}}}",
     "{\"a\":{\"z\":1},\"c\":{\"a\":{\"z\":0}}}", "{\"a\":{\"z\":1,\"unknown\":1}}"},
    {"{\"nums\":[1,2.5,9],\"flags\":[true,false],\"map\":{\"a\":\"x\"}}", "{\"one\":{\"a\":1},\"some\":{\"x\":null}}",
     "{\"one\":{\"a\":1,\"b\":2},\"some\":[1]}", "{\"map\":{\"b\":\"y\",\"a\":\"x\"}}"},
    {"{\"a\":\"x\",\"l\":[\"ab\",\"c\"],\"m\":[1,2]}", "{\"a\":{\"k\":1},\"m\":[]}", "{\"a\":\"\",\"b\":{}}",
     "{\"l\":[]}"},
    {"{\"o\":{\"a\":\"x\"},\"l\":[\"y\"]}", "{\"o\":{\"a\":\"\"}}", "{\"l\":[\"\",\"x\"]}",
     "{\"o\":{\"a\":1},\"l\":[1]}"},
    {"{\"fourteen_bytes\":true,\"z9\":1,\"fifteen_bytes__\":true,\"sixteen_bytes___\":false,\"seventeen_bytes__\":true,"
     "\"seventeen_bytes_b\":5}",
     "{\"z9\":-7,\"fourteen_bytes\":false,\"thirty_one_bytes_of_a_long_name\":true,\"thirty_two_bytes_of_a_long_name_"
     "\":1,"
     "\"\":true,\"a\":false,\"t9\":1,\"t0\":\"x\",\"w5\":[],\"thirty_three_bytes_of_a_long_name_\":0}",
     "{\"a\\u0000\":1,\"fourteen_bytes\" : true , \"z9\" : "
     "0,\"y0\":{},\"y0x\":{},\"more\":[{\"z9\":1,\"fourteen_bytes\":"
     "true}]}",
     "{\"s0\":1,\"s1\":1,\"s2\":1,\"z9\":9,\"fourteen_bytes\":true,\"more\":[{\"sixteen_bytes___\":true,\"z9\":1,"
     "\"fourteen_bytes\":true}]}"},
    {"{\"word\":\"a\",\"one\":\"x\",\"code\":\"AB-12345\",\"slug\":\"a-b_c0\",\"hex\":\"0x0123456789abcdEF00\","
     "\"start\":"
     "\"ab1x\",\"any\":\"\",\"either\":\"green\"}",
     "{\"word\":\"abcdefghijklmnop\",\"list\":[\"AB-1234\",\"AB-123456789\"],\"text\":\"\xC3\xA9\xC3\xA9\",\"when\":"
     "\"2026-01-31T10:00:00Z\",\"id\":\"4b93484e-95aa-4bab-addc-e29270627c4a\",\"uri\":\"https://a.org/"
     "b?c=d\",\"mail\":"
     "\"a@b.org\",\"both\":\"2026-01-31\"}",
     "{\"word\":\"\\u0061\",\"slug\":null,\"start\":\"c1\xC3\xA9\\n\",\"any\":\"a\\\\b\",\"either\":\"\",\"text\":"
     "\"\\u00e9\"}",
     "{\"word\":\"thirty_two_bytes_of_a_long_word_\",\"word2\":\"q\\\"\",\"text\":\"abcd\",\"slug\":"
     "\"a23456789012345678901\","
     "\"uri\":\"https://example.com/012345678901\"}"},
    {"{\"i\":12345678,\"small\":-5,\"above\":1,\"i32\":-2147483648,\"i64\":9223372036854775807,\"n32\":7,\"n\":1.5e3,"
     "\"lat\":"
     "-89.99999,\"open\":0.5,\"five\":5,\"money\":0.25,\"b\":true}",
     "{\"lat\":90,\"list\":[90.0,-90.0,-0,0.1,89.999,-89.9],\"open\":0.0,\"n\":null,\"big\":1e18}",
     "{\"i\":123456789012345678901234567890,\"small\":101,\"above\":0,\"i32\":2147483648,\"n32\":1.5,\"lat\":90.01,"
     "\"b\":1}",
     "{\"five\":5.5,\"five2\":4.5,\"none\":1,\"list\":[1,01,1.,-,1e],\"i\":-0}"},
    {"{\"ref\":\"ABC\",\"either\":\"abc\",\"word\":\"bb\",\"number\":7,\"pick\":{\"kind\":\"y\",\"n\":1},\"both\":{"
     "\"n\":5,\"z\":1}}",
     "{\"ref\":null,\"either\":2,\"when\":\"2026-03-01T10:15:30.250Z\",\"day\":\"2026-02-28\",\"old\":\"x\",\"list\":[{"
     "\"n\":1,"
     "\"old\":true},{\"n\":2}]}",
     "{\"pick\":{\"kind\":\"x\",\"n\":\"a\"},\"word\":\"a\",\"both\":{\"n\":6,\"q\":\"\"},\"old\":\"x\",\"number\":1."
     "0}",
     "{\"day\":\"2026-02-29\",\"when\":\"2026-12-31T23:59:60Z\",\"list\":[{\"n\":9},{\"n\":1,\"old\":false},{\"n\":"
     "\"x\"}]}"}};

/* What must come out, and where no tape was needed for VALID. */
static const struct {
	unsigned schema;
	enum judgement verdict;
	bool fused;
	const char *text;
} told[] = {
    {3, VALID, true, "{\"a\":\"abc\",\"c\":{\"a\":{},\"c\":null}}"},
    {3, INVALID, false, "{\"a\":\"abcd\",\"c\":null}"},
    {3, INVALID, false, "{\"a\":{\"x\":1,\"y\":2},\"c\":null}"},
    {3, INVALID, false, "{\"a\":\"abc\",\"c\":null,\"d\":null}"},
    {3, VALID, true, "{\"d\":[],\"a\":\"abc\",\"c\":null,\"b\":0}"},
    {3, INVALID, false, "{\"a\":\"abc\",\"c\":null,\"b\":null}"},
    {7, VALID, true, "{\"nums\":[0,9.0,5]}"},
    {7, INVALID, false, "{\"nums\":[5,-100]}"},
    {7, INVALID, false, "{\"nums\":[5,5,5,5]}"},
    {7, VALID, true, "{\"flags\":[true,false]}"},
    {7, INVALID, false, "{\"flags\":[true,falsy]}"},
    {7, INVALID, false, "{\"map\":{\"a\":1}}"},
    {7, INVALID, false, "{\"map\":{\"b\":\"\"}}"},
    {7, INVALID, false, "{\"map\":{\"a\":\"\",\"b\":\"\",\"c\":\"\"}}"},
    {7, VALID, true, "{\"one\":{\"b\":1}}"},
    {7, INVALID, false, "{\"one\":{\"a\":1,\"b\":1}}"},
    {7, VALID, true, "{\"some\":{\"x\":null}}"},
    {7, INVALID, false, "{\"some\":{\"x\":0}}"},
    {7, INVALID, false, "{\"some\":null}"},
    {8, VALID, true, "{\"m\":[1,5],\"l\":[\"ab\"],\"a\":\"\"}"},
    {8, INVALID, false, "{\"a\":\"\",\"m\":[6]}"},
    {8, INVALID, false, "{\"a\":\"\",\"m\":[\"\"]}"},
    {8, INVALID, false, "{\"a\":\"\",\"l\":[\"abc\"]}"},
    {8, INVALID, false, "{\"a\":\"\",\"l\":[1]}"},
    {8, INVALID, false, "{\"m\":[]}"},
};

static void agree(const struct program *p, uint32_t entry, struct judge *fused, struct judge *tape, struct str json,
		  const char *schema, unsigned tally[3])
{
	for (unsigned direction = REQUEST; direction <= RESPONSE; direction++) {
		enum judgement verdict;
		if (!fused_agree(p, entry, fused, tape, json, (enum direction)direction, pick(4) ? 16 : 0, &verdict))
			fail_msg("%s, direction %u: %.*s", schema, direction, STR_ARG(json));
		tally[verdict]++;
	}
}

static void all_agree(struct fused_pair *pair, struct str json, unsigned tally[3])
{
	for (unsigned i = 0; i < FUSED_CASES; i++)
		agree(pair->program[i], pair->entry[i], pair->fused, pair->tape, json, fused_cases[i].schema, tally);
}

/* A copy with some bytes changed, put in or taken out; the result is in memory of exactly its size. */
static struct str mutate(struct str text)
{
	static const char bytes[] = "{}[]\",:\\ \n\t0123456789-+.eEtfnabxyz\xC3\xA9\x80\xFF/~u";
	char *copy = must_alloc(text.len + 8);
	memcpy(copy, text.at, text.len);
	for (unsigned n = 1 + pick(3); n && text.len; n--) {
		size_t at = pick((unsigned)text.len), from = pick((unsigned)text.len);
		char byte = pick(3) ? bytes[pick(sizeof bytes)] : copy[from];
		unsigned what = pick(3);
		if (what == 0) {
			copy[at] = byte;
		} else if (what == 1) {
			memmove(copy + at + 1, copy + at, text.len - at);
			copy[at] = byte;
			text.len++;
		} else {
			memmove(copy + at, copy + at + 1, --text.len - at);
		}
	}
	return str_of(must_realloc(copy, text.len ? text.len : 1), text.len);
}

static void check_mutations(const struct program *p, uint32_t entry, struct judge *fused, struct judge *tape,
			    struct str json, const char *schema, unsigned times, unsigned tally[3])
{
	while (times--) {
		struct str other = mutate(json);
		agree(p, entry, fused, tape, other, schema, tally);
		free((void *)(uintptr_t)other.at);
	}
}

static void changed_texts(void **state)
{
	struct fused_pair pair;
	unsigned tally[3] = {0};
	(void)state;
	fused_open(&pair, &(struct judge_limits){.depth = 0});
	for (unsigned i = 0; i < FUSED_CASES; i++)
		for (unsigned k = 0; k < 4; k++) {
			all_agree(&pair, str_from(texts[i][k]), tally);
			check_mutations(pair.program[i], pair.entry[i], pair.fused, pair.tape, str_from(texts[i][k]),
					fused_cases[i].schema, 3000, tally);
		}
	print_message("%u valid (%u without a tape), %u invalid\n", tally[VALID],
		      (unsigned)judge_fused_count(pair.fused), tally[INVALID]);
	assert_true(judge_fused_count(pair.fused) > tally[VALID] / 2 && tally[INVALID] > 1000);
	assert_int_equal(judge_fused_count(pair.tape), 0);
	fused_close(&pair);
}

/* Each limit on its own, around the place where it begins to count. */
static void limits(void **state)
{
	unsigned tally[3] = {0};
	(void)state;
	for (unsigned n = 1; n < 120; n++) {
		struct judge_limits rows[] = {{.depth = n}, {.size = n}, {.steps = n}};
		for (unsigned r = 0; r < 3; r++) {
			struct fused_pair pair;
			fused_open(&pair, &rows[r]);
			for (unsigned i = 0; i < FUSED_CASES * 4; i++)
				all_agree(&pair, str_from(texts[i / 4][i % 4]), tally);
			fused_close(&pair);
		}
	}
	assert_true(tally[UNDECIDED] > 100 && tally[VALID] > 100);
}

/* Many keys that the schema does not know, with one of them twice, or none. */
static void many_keys(void **state)
{
	struct fused_pair pair;
	unsigned tally[3] = {0};
	(void)state;
	fused_open(&pair, &(struct judge_limits){.depth = 0});
	for (unsigned count = 1; count < 3000; count = count * 2 + 1)
		for (unsigned twice = 0; twice < 3; twice++) {
			struct buf json = {0};
			for (unsigned i = 0; i < count; i++)
				buf_addf(&json, "%s\"k%u\":%s", i ? "," : "{", twice == 1 && i == count - 1 ? 0 : i,
					 i % 3 ? "{}" : "{\"a\":[],\"b\":{}}");
			buf_add(&json, twice == 2 ? STR(",\"b\":{\"a\":{},\"b\":{},\"a\":{}}}") : STR("}"));
			all_agree(&pair, buf_str(&json), tally);
			buf_free(&json);
		}
	assert_true(tally[VALID] > 20 && tally[INVALID] > 50);
	fused_close(&pair);
}

static void by_hand(void **state)
{
	struct fused_pair pair;
	(void)state;
	fused_open(&pair, &(struct judge_limits){.depth = 0});
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		enum judgement verdict;
		unsigned k = told[i].schema;
		uint64_t before = judge_fused_count(pair.fused);
		bool same = fused_agree(pair.program[k], pair.entry[k], pair.fused, pair.tape, str_from(told[i].text),
					REQUEST, 4, &verdict);
		if (!same || verdict != told[i].verdict || told[i].fused != (judge_fused_count(pair.fused) > before))
			fail_msg("schema %u: %s", k, told[i].text);
	}
	fused_close(&pair);
}

static void deprecated_places(void **state)
{
	struct fused_pair pair;
	struct str places[16];
	enum judgement verdict;
	(void)state;
	fused_open(&pair, &(struct judge_limits){.depth = 0});
	assert_true(
	    fused_agree(pair.program[5], pair.entry[5], pair.fused, pair.tape,
			STR("{\"out\":1,\"both\":null,\"more\":[{\"out\":2,\"both\":null},{\"out\":3,\"both\":null,"
			    "\"\xC3\xA9/~\":\"y\",\"older\":{\"old\":1}}]}"),
			RESPONSE, 1, &verdict));
	assert_int_equal(verdict, VALID);
	assert_int_equal(judge_fused_count(pair.fused), 1);
	assert_int_equal(judge_deprecated(pair.fused, places, 16), 3);
	assert_true(str_eq(places[0], STR("/more/1/\xC3\xA9~1~0")));
	assert_true(str_eq(places[1], STR("/more/1/older/old")));
	assert_true(str_eq(places[2], STR("/more/1/older")));
	fused_close(&pair);
}

static void parsing_suite(void **state)
{
	struct fused_pair pair;
	struct arena arena;
	struct dirent *e;
	unsigned tally[3] = {0}, files = 0;
	char path[2048];
	(void)state;
	snprintf(path, sizeof path, "%s/json-parsing/test_parsing", test_data());
	DIR *dir = opendir(path);
	if (!dir) {
		print_message("SKIP: no data in %s (set VANE_TEST_DATA)\n", path);
		skip();
	}
	fused_open(&pair, &(struct judge_limits){.depth = 0});
	while ((e = readdir(dir))) {
		struct diag d;
		struct str text;
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/json-parsing/test_parsing/%s", test_data(), e->d_name);
		arena_init(&arena, 1024);
		diag_init(&d);
		assert_true(yaml_slurp(&arena, path, 1 << 20, &text, &d));
		all_agree(&pair, text, tally);
		diag_free(&d);
		arena_free(&arena);
		files++;
	}
	closedir(dir);
	print_message("%u files: %u valid, %u invalid\n", files, tally[VALID], tally[INVALID]);
	assert_true(files > 300 && tally[VALID] > 50);
	fused_close(&pair);
}

struct document {
	struct arena arena;
	struct diag diag;
	const struct node *root, *schemas;
	uint32_t entry[4000];
	struct program *program;
};

/* All component schemas as one program; NULL where the document has none, or is one that does not compile. */
static bool open_document(struct document *d, const char *path)
{
	struct schema_options options = {.assert_formats = true};
	arena_init(&d->arena, 1 << 16);
	diag_init(&d->diag);
	d->program = NULL;
	d->root = document_read(&d->arena, path, 64 << 20, &d->diag);
	struct str version = d->root ? tree_text(tree_get(d->root, STR("openapi"))) : STR("");
	const struct node *components = version.len ? tree_get(d->root, STR("components")) : NULL;
	d->schemas = components ? tree_get(components, STR("schemas")) : NULL;
	if (!d->schemas || d->schemas->count > sizeof d->entry / sizeof *d->entry)
		return false;
	enum dialect dialect = str_starts(version, STR("3.0")) ? DIALECT_OPENAPI_30 : DIALECT_OPENAPI_31;
	struct schema_set *set = schema_set_new(&options);
	bool ok = schema_set_add(set, STR("http://a.org/"), d->root, dialect, false, &d->diag);
	for (uint32_t i = 0; ok && i < d->schemas->count; i++)
		ok = schema_compile(set, &d->schemas->members[i].value, STR("http://a.org/"), STR("#"), dialect,
				    &d->entry[i], &d->diag);
	d->program = schema_set_end(set, &d->diag);
	return ok && d->program;
}

static void close_document(struct document *d)
{
	program_free(d->program);
	diag_free(&d->diag);
	arena_free(&d->arena);
}

static struct {
	struct judge *fused, *tape;
	unsigned tally[3], documents, schemas;
} real;

static int one_document(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	struct document d;
	(void)status;
	(void)walk;
	if (type != FTW_F || !(str_ends(str_from(path), STR(".json")) || str_ends(str_from(path), STR(".yaml"))))
		return 0;
	bool open = open_document(&d, path);
	for (uint32_t i = 0; open && i < d.schemas->count; i++)
		for (unsigned n = 0; n < 4; n++) {
			struct buf json = {0};
			struct messages m = {.root = d.root, .pick = pick, .work = 3000};
			messages_add(&m, &d.schemas->members[i].value, &json, 0);
			agree(d.program, d.entry[i], real.fused, real.tape, buf_str(&json), path, real.tally);
			check_mutations(d.program, d.entry[i], real.fused, real.tape, buf_str(&json), path, 6,
					real.tally);
			buf_free(&json);
			real.schemas += n == 0;
		}
	real.documents += open;
	close_document(&d);
	return 0;
}

static void real_contracts(void **state)
{
	char path[2048];
	(void)state;
	snprintf(path, sizeof path, "%s/openapi-documents", test_data());
	if (access(path, R_OK) != 0) {
		print_message("SKIP: %s is not there\n", path);
		skip();
	}
	real.fused = judge_new(&(struct judge_limits){.depth = 0});
	real.tape = judge_new(&(struct judge_limits){.depth = 0});
	judge_tape_only(real.tape, true);
	assert_int_equal(nftw(path, one_document, 16, FTW_PHYS), 0);
	print_message("%u documents, %u schemas: %u valid (%u without a tape), %u invalid, %u undecided\n",
		      real.documents, real.schemas, real.tally[VALID], (unsigned)judge_fused_count(real.fused),
		      real.tally[INVALID], real.tally[UNDECIDED]);
	assert_true(real.documents > 20 && judge_fused_count(real.fused) > 1000 && real.tally[INVALID] > 1000);
	judge_free(real.fused);
	judge_free(real.tape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_hand),       cmocka_unit_test(changed_texts),     cmocka_unit_test(limits),
	    cmocka_unit_test(many_keys),     cmocka_unit_test(deprecated_places), cmocka_unit_test(parsing_suite),
	    cmocka_unit_test(real_contracts)};
	return cmocka_run_group_tests_name("program_fused", tests, NULL, NULL);
}
