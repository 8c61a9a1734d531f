/* fused_schemas: a few schemas, compiled once, with a judge that goes through one pass without a tape where it can and
 * one that never does; fused_agree asks both about a text. For the unit test and the fuzz target of that pass. */
#ifndef TESTS_FUSED_SCHEMAS_H
#define TESTS_FUSED_SCHEMAS_H

#include "filters/contract/json_tree.h"
#include "filters/contract/program.h"
#include "filters/contract/schema.h"

struct fused_case {
	enum dialect dialect;
	bool closed;
	const char *schema;
};

static const struct fused_case fused_cases[] = {
    {DIALECT_2020_12, false, "{\"type\":[\"array\",\"object\"]}"},
    {DIALECT_2020_12, false,
     "{\"type\":[\"array\",\"object\"],\"minProperties\":0,\"additionalProperties\":{\"$ref\":\"#\"},"
     "\"items\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"string\"},{\"type\":\"number\"},{\"type\":\"null\"}]}}"},
    {DIALECT_2020_12, false,
     "{\"type\":\"object\",\"required\":[\"id\",\"name\"],\"additionalProperties\":false,\"properties\":{\"id\":{"
     "\"type\":"
     "\"integer\",\"minimum\":-5,\"maximum\":1e3},\"name\":{\"type\":\"string\",\"minLength\":2,\"pattern\":\"^a+b*$\"}"
     ","
     "\"a_name_of_over_thirty_two_bytes_in_all\":true,\"sixteen_bytes_\":{\"enum\":[1,\"x\",null,{\"a\":[1]}]},"
     "\"tags\":{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"bb\",\"\\u00e9\"]},\"uniqueItems\":true},\"\":false,"
     "\"self\":{\"$ref\":\"#\"},\"list\":{\"items\":{\"$ref\":\"#\"},\"minItems\":1,\"maxItems\":3},\"q\\\"\":{"
     "\"const\":\"\"},"
     "\"any\":{},\"pair\":{\"prefixItems\":[{\"type\":\"number\",\"multipleOf\":0.5},{\"type\":\"object\","
     "\"maxProperties\":1}],"
     "\"items\":false}}}"},
    {DIALECT_2020_12, false,
     "{\"allOf\":[{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":[\"string\",\"object\"]},"
     "\"b\":true}},"
     "{\"properties\":{\"a\":{\"maxLength\":3,\"maxProperties\":1},\"c\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#"
     "\"}]}},\"additionalProperties\":{"
     "\"not\":"
     "{\"type\":\"null\"}}}],\"required\":[\"c\"],\"minProperties\":2,\"dependentRequired\":{}}"},
    {DIALECT_2020_12, false,
     "{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]},\"b\":{\"oneOf\":[{"
     "\"type\":"
     "\"string\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}]},\"c\":{\"anyOf\":[{\"required\":[\"x\"]},{"
     "\"required\":[\"y\"]}]},"
     "\"d\":{\"patternProperties\":{\"^x\":{\"$ref\":\"#\"}},\"unevaluatedProperties\":false}}}"},
    {DIALECT_OPENAPI_30, false,
     "{\"type\":\"object\",\"required\":[\"in\",\"out\",\"both\"],\"properties\":{\"in\":{\"type\":\"string\","
     "\"writeOnly\":true},"
     "\"out\":{\"type\":\"integer\",\"format\":\"int32\",\"readOnly\":true},\"both\":{\"type\":\"string\",\"format\":"
     "\"date\","
     "\"nullable\":true},\"old\":{\"type\":\"string\",\"deprecated\":true},\"\\u00e9/~\":{\"$ref\":\"#/properties/"
     "old\"},\"older\":{\"deprecated\":true,\"type\":"
     "\"object\","
     "\"properties\":{\"old\":{\"deprecated\":true}}},\"more\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}}}"},
    {DIALECT_2020_12, true,
     "{\"type\":\"object\",\"properties\":{\"a\":{\"allOf\":[{\"properties\":{\"x\":true}},{\"properties\":{\"y\":{\"$"
     "ref\":\"#\"}},"
     "\"required\":[\"z\"]}]},\"b\":{\"additionalProperties\":{\"$ref\":\"#\"}},\"c\":{\"anyOf\":[{\"type\":\"null\"},{"
     "\"$ref\":"
     "\"#\"}]}},\"required\":[\"a\"]}"},
    {DIALECT_2020_12, false,
     "{\"type\":\"object\",\"properties\":{\"nums\":{\"type\":\"array\",\"maxItems\":3,\"items\":{\"type\":\"number\","
     "\"minimum\":"
     "0,\"maximum\":9}},\"flags\":{\"items\":{\"type\":\"boolean\"}},\"map\":{\"type\":\"object\",\"maxProperties\":2,"
     "\"required\":[\"a\"],\"additionalProperties\":{\"type\":\"string\"}},\"one\":{\"oneOf\":[{\"required\":[\"a\"]},{"
     "\"required\":"
     "[\"b\"]}]},\"some\":{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"null\"}}},{\"type\":"
     "\"array\"}]}}}"},
    {DIALECT_2020_12, false,
     "{\"allOf\":[{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":[\"string\",\"object\"]},"
     "\"l\":{\"allOf\":"
     "[{\"prefixItems\":[{\"type\":\"string\"}]},{\"items\":{\"maxLength\":2}}]},\"m\":{\"allOf\":[{\"items\":{"
     "\"type\":\"number\"}},"
     "{\"items\":{\"maximum\":5}}]}}},{\"required\":[\"a\"],\"properties\":{\"a\":{\"maxLength\":3,\"maxProperties\":1}"
     "}}]}"},
    {DIALECT_2020_12, false,
     "{\"properties\":{\"o\":{\"allOf\":[{\"properties\":{\"a\":{\"$ref\":\"#/$defs/"
     "x\"}}},{\"properties\":{\"a\":{\"$ref\":"
     "\"#/$defs/x\"}}}]},\"l\":{\"allOf\":[{\"items\":{\"$ref\":\"#/$defs/x\"}},{\"items\":{\"$ref\":\"#/$defs/"
     "x\"}}]}},"
     "\"$defs\":{\"x\":{\"type\":\"string\",\"minLength\":1}}}"},
    /* names around the lengths that tables tell apart, and so many that a word of 64 bits does not hold them */
    {DIALECT_OPENAPI_30, false,
     "{\"type\":\"object\",\"required\":[\"fourteen_bytes\",\"z9\"],\"properties\":{\"fourteen_bytes\":{\"type\":"
     "\"boolean\"},\"fifteen_bytes__\":{\"type\":\"boolean\",\"readOnly\":true},\"sixteen_bytes___\":{\"type\":"
     "\"boolean\","
     "\"writeOnly\":true},\"seventeen_bytes__\":{\"type\":\"boolean\"},\"seventeen_bytes_b\":{\"type\":\"integer\"},"
     "\"thirty_one_bytes_of_a_long_name\":{\"type\":\"boolean\"},\"thirty_two_bytes_of_a_long_name_\":{\"type\":"
     "\"integer\"},"
     "\"\":{\"type\":\"boolean\"},\"a\\u0000\":{\"type\":\"integer\"},\"a\":{\"type\":\"boolean\"},"
#define T(a)                                                                                                           \
	"\"" a "0\":{},\"" a "1\":{},\"" a "2\":{},\"" a "3\":{},\"" a "4\":{},\"" a "5\":{},\"" a "6\":{},\"" a       \
	"7\":{},"                                                                                                      \
	"\"" a "8\":{},\"" a "9\":{\"type\":\"integer\"},"
     T("s") T("t") T("u") T("v") T("w") T("x") T("y")
	 T("z") "\"more\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}}}"},
#undef T
    /* texts */
    {DIALECT_2020_12, false,
     "{\"type\":\"object\",\"properties\":{\"word\":{\"enum\":[\"a\",\"\",\"abcdefghijklmn\",\"abcdefghijklmno\","
     "\"abcdefghijklmnop\",\"thirty_two_bytes_of_a_long_word_\",\"q\\\"\",\"\\u00e9\"]},\"one\":{\"const\":\"x\"},"
     "\"code\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{2}-[0-9]{4,8}$\"},\"slug\":{\"type\":[\"string\",\"null\"],"
     "\"pattern\":\"^[a-z0-9_-]+$\",\"minLength\":2,\"maxLength\":20},\"hex\":{\"type\":\"string\",\"pattern\":"
     "\"^0x[0-9A-Fa-f]{18}$\"},\"start\":{\"type\":\"string\",\"pattern\":\"^(ab|c)[0-9]\",\"maxLength\":6},\"any\":{"
     "\"type\":\"string\",\"pattern\":\"^[^/"
     "]*$\"},\"either\":{\"type\":\"string\",\"pattern\":\"^(red|green|blue)?$\"},"
     "\"text\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":3},\"when\":{\"type\":\"string\",\"format\":"
     "\"date-time\"},\"id\":{\"type\":\"string\",\"format\":\"uuid\"},\"uri\":{\"type\":\"string\",\"format\":\"uri\","
     "\"maxLength\":30},\"mail\":{\"type\":\"string\",\"format\":\"email\"},\"both\":{\"type\":\"string\",\"format\":"
     "\"date\",\"pattern\":\"1$\"},\"list\":{\"items\":{\"$ref\":\"#/properties/code\"}}}}"},
    /* numbers */
    {DIALECT_OPENAPI_30, false,
     "{\"type\":\"object\",\"properties\":{\"i\":{\"type\":\"integer\"},\"small\":{\"type\":\"integer\",\"minimum\":-5,"
     "\"maximum\":100},\"above\":{\"type\":\"integer\",\"minimum\":0,\"exclusiveMinimum\":true},\"i32\":{\"type\":"
     "\"integer\",\"format\":\"int32\"},\"i64\":{\"type\":\"integer\",\"format\":\"int64\"},\"n32\":{\"type\":"
     "\"number\","
     "\"format\":\"int32\"},\"n\":{\"type\":\"number\",\"nullable\":true},\"lat\":{\"type\":\"number\",\"minimum\":-90,"
     "\"maximum\":90,\"format\":\"double\"},\"open\":{\"type\":\"number\",\"minimum\":0,\"exclusiveMinimum\":true,"
     "\"maximum\":1,\"exclusiveMaximum\":true},\"five\":{\"type\":\"number\",\"minimum\":5,\"maximum\":5},\"none\":{"
     "\"type\":\"integer\",\"minimum\":2,\"maximum\":1},\"money\":{\"type\":\"number\",\"minimum\":0.01,\"multipleOf\":"
     "0.01},"
     "\"big\":{\"type\":\"integer\",\"minimum\":-1e30,\"maximum\":9223372036854775807},\"b\":{\"type\":\"boolean\"},"
     "\"list\":"
     "{\"type\":\"array\",\"items\":{\"$ref\":\"#/properties/lat\"}}}}"},
    /* scalars that are reached by references and choices, words that other keywords rule out, a discriminator */
    {DIALECT_OPENAPI_30, false,
     "{\"type\":\"object\",\"properties\":{\"ref\":{\"allOf\":[{\"$ref\":\"#/definitions/"
     "code\"},{\"maxLength\":5}]},\"either\":{"
     "\"oneOf\":[{\"type\":\"string\",\"maxLength\":3},{\"type\":\"integer\",\"minimum\":2},{\"type\":\"object\"}]},"
     "\"word\":{"
     "\"type\":\"string\",\"enum\":[\"a\",\"bb\",\"CC\",\"dddd\"],\"minLength\":2,\"pattern\":\"^[a-z]+$\","
     "\"maxLength\":3},"
     "\"number\":{\"allOf\":[{\"type\":\"number\",\"minimum\":0},{\"type\":\"integer\",\"maximum\":9}]},\"old\":{"
     "\"allOf\":[{"
     "\"type\":\"string\",\"deprecated\":true}]},\"when\":{\"type\":\"string\",\"format\":\"date-time\"},\"day\":{"
     "\"type\":"
     "\"string\",\"format\":\"date\"},\"pick\":{\"discriminator\":{\"propertyName\":\"kind\",\"mapping\":{\"x\":\"#/"
     "definitions/"
     "text\",\"y\":\"#/definitions/thing\"}},\"oneOf\":[{\"$ref\":\"#/definitions/text\"},{\"$ref\":\"#/definitions/"
     "thing\"}]},"
     "\"both\":{\"allOf\":[{\"$ref\":\"#/definitions/"
     "thing\"},{\"properties\":{\"n\":{\"maximum\":5}},\"required\":[\"n\"]}]},"
     "\"list\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"$ref\":\"#/properties/"
     "both\"}}},\"definitions\":{\"code\":{\"type\":"
     "\"string\",\"pattern\":\"^[A-Z]\",\"nullable\":true},\"text\":{\"type\":\"string\"},\"thing\":{\"type\":"
     "\"object\",\"properties\":{"
     "\"kind\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\"},\"old\":{\"type\":\"boolean\",\"deprecated\":true}},"
     "\"additionalProperties\":{\"type\":\"integer\"}}}}"},
};

enum { FUSED_CASES = sizeof fused_cases / sizeof *fused_cases };

struct fused_pair {
	struct program *program[FUSED_CASES];
	uint32_t entry[FUSED_CASES];
	struct judge *fused, *tape;
};

static inline struct program *fused_compile(const struct fused_case *one, uint32_t *entry)
{
	struct schema_options options = {.assert_formats = true, .closed_objects = one->closed};
	struct arena arena;
	struct diag d;
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *root = json_tree_read(&arena, str_from(one->schema), "schema", &d);
	CHECK(root);
	struct schema_set *set = schema_set_new(&options);
	CHECK(schema_set_add(set, STR("http://a.org/"), root, one->dialect, true, &d));
	CHECK(schema_compile(set, root, STR("http://a.org/"), STR("#"), one->dialect, entry, &d));
	struct program *p = schema_set_end(set, &d);
	CHECK(p);
	diag_free(&d);
	arena_free(&arena);
	return p;
}

static inline void fused_open(struct fused_pair *pair, const struct judge_limits *limits)
{
	for (unsigned i = 0; i < FUSED_CASES; i++)
		pair->program[i] = fused_compile(&fused_cases[i], &pair->entry[i]);
	pair->fused = judge_new(limits);
	pair->tape = judge_new(limits);
	judge_tape_only(pair->tape, true);
}

static inline void fused_close(struct fused_pair *pair)
{
	for (unsigned i = 0; i < FUSED_CASES; i++)
		program_free(pair->program[i]);
	judge_free(pair->fused);
	judge_free(pair->tape);
}

static inline bool fused_same_findings(const struct findings *a, const struct findings *b)
{
	bool same = a->count == b->count && a->total == b->total && !a->unchecked == !b->unchecked &&
		    (!a->unchecked || strcmp(a->unchecked, b->unchecked) == 0);
	for (uint32_t i = 0; same && i < a->count; i++)
		same = strcmp(a->at[i].code, b->at[i].code) == 0 && str_eq(a->at[i].pointer, b->at[i].pointer) &&
		       str_eq(a->at[i].keyword_pointer, b->at[i].keyword_pointer) &&
		       str_eq(a->at[i].expected, b->at[i].expected);
	return same;
}

/* What is deprecated is told in no certain order. */
static inline bool fused_same_deprecated(const struct judge *a, const struct judge *b)
{
	struct str left[64], right[64];
	unsigned count = judge_deprecated(a, left, 64), found = 0;
	if (count != judge_deprecated(b, right, 64))
		return false;
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0; k < count; k++)
			if (str_eq(left[i], right[k])) {
				found++;
				break;
			}
	return found == count || count == 16; /* of more, these are not the same */
}

/* Whether both judges say the same of the text, to the last finding; *verdict is the tape's. */
static inline bool fused_agree(const struct program *p, uint32_t entry, struct judge *fused, struct judge *tape,
			       struct str json, enum direction direction, unsigned limit, enum judgement *verdict)
{
	struct arena arena;
	struct findings a, b;
	arena_init(&arena, 1024);
	findings_begin(&a, &arena, limit);
	findings_begin(&b, &arena, limit);
	*verdict = program_judge(p, entry, tape, json, direction, IN_BODY, STR(""), &a);
	bool same = program_judge(p, entry, fused, json, direction, IN_BODY, STR(""), &b) == *verdict &&
		    fused_same_findings(&a, &b) && fused_same_deprecated(fused, tape);
	arena_free(&arena);
	return same;
}

#endif
