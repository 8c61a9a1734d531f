/* Which of the fields that a contract names a message has: names of the contract and folds, bounded, never a value. */
#include "tests/unit/contract/contract_fixture.h"

#include "filters/contract/presence.h"

/* One contract and one worker's memory; what the last message had, as one sorted list of words. */
struct look {
	struct fixture f;
	struct presence *p;
	struct presence_report report;
	char text[8192];
	int64_t day; /* of the next message */
};

static void begin(struct look *l, const char *document)
{
	memset(l, 0, sizeof *l);
	fixture_begin(&l->f, document);
	l->p = presence_new();
}

static void end(struct look *l)
{
	presence_free(l->p);
	fixture_end(&l->f);
}

static int by_text(const void *a, const void *b)
{
	const struct presence_place *x = a, *y = b;
	return str_cmp(x->place, y->place);
}

/* The places that are there (or those that are only named), sorted, with a space between them. */
static const char *places(struct look *l, bool there)
{
	size_t len = 0;
	if (l->report.count)
		qsort(l->report.places, l->report.count, sizeof *l->report.places, by_text);
	l->text[0] = '\0';
	for (unsigned i = 0; i < l->report.count; i++) {
		const struct presence_place *p = &l->report.places[i];
		if (p->there == there)
			len += (size_t)snprintf(l->text + len, sizeof l->text - len, "%s%.*s", len ? " " : "",
						STR_ARG(p->place));
		assert_true(len < sizeof l->text);
	}
	return l->text;
}

static void look(struct look *l, const struct message_head *head, enum direction direction, struct str body)
{
	const struct presence_message m = {.contract = l->f.c,
					   .operation = contract_operation(l->f.c, 0),
					   .direction = direction,
					   .head = head,
					   .body = body};
	presence_look(l->p, &m, l->day, &l->f.arena, &l->report);
}

/* A request of that media type. */
static const char *sends(struct look *l, const char *type, struct str body)
{
	const struct field fields[] = {{STR("Content-Type"), str_from(type)}};
	look(l, &(struct message_head){.method = STR("POST"), .fields = fields, .field_count = 1, .has_body = true},
	     REQUEST, body);
	return places(l, true);
}

static const char *sends_json(struct look *l, const char *body)
{
	return sends(l, "application/json", str_from(body));
}

#define HEAD "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"T\",\"version\":\"1\"},"
#define BODY(type, schema)                                                                                             \
	HEAD "\"paths\":{\"/a\":{\"post\":{\"requestBody\":{\"content\":{\"" type "\":{\"schema\":" schema             \
	     "}}},\"responses\":{\"200\":{\"description\":\"ok\"}}}}},\"components\":{\"schemas\":{"                   \
	     "\"Node\":{\"properties\":{\"name\":{},\"next\":{\"$ref\":\"#/components/schemas/Node\"},"                \
	     "\"all\":{\"items\":{\"$ref\":\"#/components/schemas/Node\"}}}},"                                         \
	     "\"Base\":{\"properties\":{\"id\":{}}}}}}"
#define JSON(schema) BODY("application/json", schema)

static const struct {
	const char *document, *body, *expected, *named;
} bodies[] = {
    /* members and items */
    {JSON("{\"properties\":{\"a\":{},\"b\":{}}}"), "{\"a\":1}", "/a", "/a /b"},
    {JSON("{\"properties\":{\"a\":{},\"b\":{}}}"), "{\"b\":null,\"x\":1,\"y\":2}", "/? /b", "/a /b"},
    {JSON("{\"properties\":{\"a\":{\"properties\":{\"b\":{}}}}}"), "{\"a\":{\"b\":1,\"c\":2}}", "/a /a/? /a/b",
     "/a /a/b"},
    {JSON("{\"items\":{\"properties\":{\"a\":{}}}}"), "[{\"a\":1},{\"b\":1},{}]", "/* /*/? /*/a", "/* /*/a"},
    {JSON("{\"properties\":{\"a\":{\"items\":{}}}}"), "{\"a\":[]}", "/a", "/a /a/*"},
    {JSON("{\"properties\":{\"a\":{\"prefixItems\":[{\"properties\":{\"x\":{}}},{\"properties\":{\"y\":{}}}]}}}"),
     "{\"a\":[{\"x\":1},{\"y\":1}]}", "/a /a/* /a/*/x /a/*/y", "/a /a/* /a/*/x /a/*/y"},
    {JSON("{\"properties\":{\"a\":{\"contains\":{\"properties\":{\"x\":{}}}}}}"), "{\"a\":[{\"x\":1}]}",
     "/a /a/* /a/*/x", "/a /a/* /a/*/x"},
    /* a value of another kind than the schema says has no members */
    {JSON("{\"properties\":{\"a\":{\"properties\":{\"b\":{}}}}}"), "{\"a\":[{\"b\":1}]}", "/a", "/a /a/b"},
    {JSON("{\"properties\":{\"a\":{}}}"), "\"a\"", "", "/a"},
    {JSON("{\"properties\":{\"a\":{}}}"), "[{\"a\":1}]", "", "/a"},
    /* keys that are data */
    {JSON("{\"additionalProperties\":{\"properties\":{\"a\":{}}}}"), "{\"k1\":{\"a\":1},\"k2\":{\"z\":1}}",
     "/* /*/? /*/a", "/* /*/a"},
    {JSON("{\"properties\":{\"id\":{}},\"additionalProperties\":{\"type\":\"string\"}}"), "{\"id\":1,\"k\":\"v\"}",
     "/* /id", "/* /id"},
    {JSON("{\"patternProperties\":{\"^x-\":{\"properties\":{\"a\":{}}}}}"), "{\"x-k\":{\"a\":1},\"k\":1}", "/* /*/a /?",
     "/* /*/a"},
    {JSON("{\"properties\":{\"a\":{}},\"unevaluatedProperties\":{\"properties\":{\"b\":{}}}}"),
     "{\"a\":1,\"k\":{\"b\":1}}", "/* /*/b /a", "/* /*/b /a"},
    /* what is forbidden is not named, and a free-form object has no names at all */
    {JSON("{\"properties\":{\"a\":{}},\"additionalProperties\":false}"), "{\"k\":1}", "/?", "/a"},
    {JSON("{\"properties\":{\"a\":{\"type\":\"object\"}}}"), "{\"a\":{\"k\":{\"l\":1}}}", "/a", "/a"},
    {JSON("{\"properties\":{\"a\":true}}"), "{\"a\":{\"k\":1}}", "/a", "/a"},
    {JSON("{\"required\":[\"a\"]}"), "{\"a\":1,\"b\":1}", "/? /a", "/a"},
    {JSON("true"), "{\"a\":1}", "", ""},
    /* schemas that apply in place, also those that may not */
    {JSON("{\"allOf\":[{\"$ref\":\"#/components/schemas/Base\"},{\"properties\":{\"a\":{}}}]}"),
     "{\"id\":1,\"a\":1,\"b\":1}", "/? /a /id", "/a /id"},
    {JSON("{\"oneOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{\"properties\":{\"c\":{}}}}}]}"),
     "{\"b\":{\"c\":1}}", "/b /b/c", "/a /b /b/c"},
    {JSON("{\"anyOf\":[{\"properties\":{\"a\":{\"properties\":{\"x\":{}}}}},{\"properties\":{\"a\":{\"properties\":{"
	  "\"y\":{}}}}}]}"),
     "{\"a\":{\"y\":1}}", "/a /a/y", "/a /a/x /a/y"},
    {JSON("{\"if\":{\"properties\":{\"a\":{\"const\":1}}},\"then\":{\"properties\":{\"b\":{}}},\"else\":{"
	  "\"properties\":{\"c\":{}}}}"),
     "{\"c\":1}", "/c", "/a /b /c"},
    {JSON("{\"dependentSchemas\":{\"a\":{\"properties\":{\"b\":{}}}}}"), "{\"b\":1}", "/b", "/b"},
    {JSON("{\"properties\":{\"a\":{}},\"not\":{\"properties\":{\"z\":{}}}}"), "{\"z\":1}", "/?", "/a"},
    {JSON("{\"allOf\":[{\"properties\":{\"a\":{}}},{\"additionalProperties\":{\"type\":\"string\"}}]}"),
     "{\"a\":\"1\",\"b\":\"1\"}", "/* /a", "/* /a"},
    /* a schema in itself is folded into its first place */
    {JSON("{\"$ref\":\"#/components/schemas/Node\"}"), "{\"next\":{\"next\":{\"name\":1}}}", "/name /next",
     "/all /all/* /name /next"},
    {JSON("{\"$ref\":\"#/components/schemas/Node\"}"), "{\"all\":[{\"all\":[{\"name\":1,\"k\":1}]}]}",
     "/? /all /all/* /name", "/all /all/* /name /next"},
    {JSON("{\"properties\":{\"top\":{\"$ref\":\"#/components/schemas/Node\"}}}"),
     "{\"top\":{\"next\":{\"next\":{\"k\":1}}}}", "/top /top/? /top/next",
     "/top /top/all /top/all/* /top/name /top/next"},
    {JSON("{\"additionalProperties\":{\"$ref\":\"#/components/schemas/Node\"}}"), "{\"k\":{\"next\":{\"name\":1}}}",
     "/* /*/name /*/next", "/* /*/all /*/all/* /*/name /*/next"},
    /* names that look like something else */
    {JSON("{\"properties\":{\"a/b\":{},\"c~d\":{},\"*\":{},\"?\":{},\"\":{}}}"),
     "{\"a/b\":1,\"c~d\":1,\"*\":1,\"?\":1,\"\":1,\"k\":1}", "/ /? /a~1b /c~0d /~2 /~3", "/ /a~1b /c~0d /~2 /~3"},
    {JSON("{\"properties\":{\"caf\\u00e9\":{}}}"), "{\"caf\\u00e9\":1}", "/caf\xc3\xa9", "/caf\xc3\xa9"},
};

static void bodies_by_their_schemas(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct look l;
		begin(&l, bodies[i].document);
		assert_string_equal(sends_json(&l, bodies[i].body), bodies[i].expected);
		assert_true(l.report.head && l.report.body);
		assert_string_equal(places(&l, false), bodies[i].named);
		/* again: the same, and what the contract names is told once a day */
		assert_string_equal(sends_json(&l, bodies[i].body), bodies[i].expected);
		assert_string_equal(places(&l, false), "");
		l.day++;
		sends_json(&l, "{}");
		assert_string_equal(places(&l, false), bodies[i].named);
		end(&l);
	}
}

static void what_is_not_looked_at(void **state)
{
	static const char *const broken[] = {"{\"a\":1", "{\"a\":1,\"a\":2}", "", "{\"a\":\xff}"};
	struct look l;
	(void)state;
	begin(&l, JSON("{\"properties\":{\"a\":{}}}"));
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		assert_string_equal(sends_json(&l, broken[i]), "");
		assert_true(l.report.head);
		assert_false(l.report.body);
	}
	assert_string_equal(sends(&l, "application/json", (struct str){NULL, 0}), "");
	assert_false(l.report.body);
	assert_string_equal(sends(&l, "text/xml", STR("<a/>")), "");
	assert_false(l.report.body);
	const struct field coded[] = {{STR("Content-Type"), STR("application/json")},
				      {STR("Content-Encoding"), STR("br")}};
	look(&l, &(struct message_head){.method = STR("POST"), .fields = coded, .field_count = 2, .has_body = true},
	     REQUEST, STR("{\"a\":1}"));
	assert_false(l.report.body);
	/* without a body there is nothing in it */
	look(&l, &(struct message_head){.method = STR("POST")}, REQUEST, (struct str){NULL, 0});
	assert_true(l.report.body);
	end(&l);
}

static void deep_bodies_are_not_looked_at(void **state)
{
	struct look l;
	struct buf body = {0};
	(void)state;
	begin(&l, JSON("{\"$ref\":\"#/components/schemas/Node\"}"));
	for (unsigned i = 0; i < PRESENCE_DEEPEST + 1; i++)
		buf_add(&body, STR("{\"next\":"));
	buf_addc(&body, '1');
	for (unsigned i = 0; i < PRESENCE_DEEPEST + 1; i++)
		buf_addc(&body, '}');
	sends(&l, "application/json", buf_str(&body));
	assert_false(l.report.body);
	sends(&l, "application/json", str_of(body.at + 8, body.len - 9));
	assert_true(l.report.body);
	assert_string_equal(places(&l, true), "/next");
	buf_free(&body);
	end(&l);
}

static void many_names_are_two_folds(void **state)
{
	struct look l;
	struct buf body = {0};
	(void)state;
	begin(&l, JSON("{\"properties\":{\"a\":{},\"map\":{\"additionalProperties\":{\"properties\":{\"v\":{}}}}}}"));
	buf_add(&body, STR("{\"map\":{"));
	for (unsigned i = 0; i < 100000; i++)
		buf_addf(&body, "%s\"key-%u\":{\"v\":1}", i ? "," : "", i);
	buf_addc(&body, '}');
	for (unsigned i = 0; i < 100000; i++)
		buf_addf(&body, ",\"name-%u\":1", i);
	buf_addc(&body, '}');
	assert_string_equal(sends(&l, "application/json", buf_str(&body)), "/? /map /map/* /map/*/v");
	assert_true(l.report.body);
	buf_free(&body);
	end(&l);
}

/* A schema of more places than one worker keeps: those that found no room are no reason to say that they were not
 * there. */
static void a_contract_of_many_places(void **state)
{
	struct look l;
	struct buf document = {0};
	(void)state;
	buf_add(&document,
		STR(HEAD "\"paths\":{\"/a\":{\"post\":{\"requestBody\":{\"content\":{\"application/json\":{\"schema\":"
			 "{\"properties\":{"));
	for (unsigned i = 0; i < 200; i++) {
		buf_addf(&document, "%s\"o%u\":{\"properties\":{", i ? "," : "", i);
		for (unsigned k = 0; k < 100; k++)
			buf_addf(&document, "%s\"p%u-%u\":{}", k ? "," : "", i, k);
		buf_add(&document, STR("}}"));
	}
	buf_add(&document, STR("}}}}},\"responses\":{\"200\":{\"description\":\"ok\"}}}}}}"));
	buf_addc(&document, '\0');
	begin(&l, document.at);
	assert_string_equal(sends_json(&l, "{\"o3\":{\"p3-5\":1}}"), "/o3 /o3/p3-5");
	assert_true(l.report.body);
	unsigned named = 0;
	l.day++;
	sends_json(&l, "{}");
	for (unsigned i = 0; i < l.report.count; i++)
		named += !l.report.places[i].there;
	assert_true(named >= 1000 && named <= 2 * 1024);
	bool cut = false;
	for (unsigned i = 0; i < 200; i++) {
		char body[64];
		snprintf(body, sizeof body, "{\"o%u\":{\"p%u-%u\":1}}", i, i, i % 100);
		sends_json(&l, body);
		cut |= !l.report.body;
	}
	assert_true(cut);
	assert_string_equal(sends_json(&l, "{\"o3\":{\"p3-5\":1}}"), "/o3 /o3/p3-5");
	buf_free(&document);
	end(&l);
}

#define PARAMETERS                                                                                                     \
	HEAD "\"paths\":{\"/a/{id}\":{\"get\":{\"parameters\":["                                                       \
	     "{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{}},"                                      \
	     "{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\"}},"                                \
	     "{\"name\":\"filter\",\"in\":\"query\",\"style\":\"deepObject\",\"schema\":{\"type\":\"object\"}},"       \
	     "{\"name\":\"colour\",\"in\":\"query\",\"schema\":{\"type\":\"object\",\"properties\":{\"R\":{},\"G\":{}" \
	     "},"                                                                                                      \
	     "\"additionalProperties\":false}},"                                                                       \
	     "{\"name\":\"X-One\",\"in\":\"header\",\"schema\":{}},{\"name\":\"sid\",\"in\":\"cookie\",\"schema\":{}}" \
	     "],"                                                                                                      \
	     "\"responses\":{\"200\":{\"description\":\"ok\",\"headers\":{\"X-Total\":{\"schema\":{}},"                \
	     "\"X-Next\":{\"schema\":{}}},\"content\":{\"application/"                                                 \
	     "json\":{\"schema\":{\"properties\":{\"n\":{}}}}}},"                                                      \
	     "\"4XX\":{\"description\":\"no\",\"content\":{\"application/json\":{\"schema\":{\"properties\":"          \
	     "{\"why\":{}}}}}}}}}}}"

static const struct {
	const char *query, *header, *cookie, *expected;
} heads[] = {
    {NULL, NULL, NULL, "path:id"},
    {"limit=1", NULL, NULL, "path:id query:limit"},
    {"limit=1&limit=2&x=1&y=2", NULL, NULL, "path:id query:? query:limit"},
    {"filter[a]=1&filter[b]=2", NULL, NULL, "path:id query:filter"},
    {"filter=1", NULL, NULL, "path:id query:filter"},
    {"R=1&G=2", NULL, NULL, "path:id query:colour"},
    {"B=1", NULL, NULL, "path:id query:?"},
    {"%6Cimit=1", NULL, NULL, "path:id query:limit"},
    {NULL, "x-one", NULL, "header:X-One path:id"},
    {NULL, "X-Two", NULL, "path:id"},
    {NULL, NULL, "a=1; sid=2", "cookie:sid path:id"},
};

static void parameters(void **state)
{
	struct look l;
	(void)state;
	begin(&l, PARAMETERS);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct field fields[2];
		size_t count = 0;
		if (heads[i].header)
			fields[count++] = (struct field){str_from(heads[i].header), STR("v")};
		if (heads[i].cookie)
			fields[count++] = (struct field){STR("Cookie"), str_from(heads[i].cookie)};
		look(&l,
		     &(struct message_head){.method = STR("GET"),
					    .query = str_from(heads[i].query),
					    .fields = fields,
					    .field_count = count},
		     REQUEST, (struct str){NULL, 0});
		assert_true(l.report.head && l.report.body);
		assert_string_equal(places(&l, true), heads[i].expected);
		if (i == 0)
			assert_string_equal(places(&l, false),
					    "cookie:sid header:X-One path:id query:colour query:filter query:limit");
	}
	end(&l);
}

static const char *answers(struct look *l, unsigned status, const char *body)
{
	const struct field fields[] = {{STR("Content-Type"), STR("application/json")}, {STR("x-total"), STR("7")}};
	look(l,
	     &(struct message_head){
		 .method = STR("GET"), .status = status, .fields = fields, .field_count = 2, .has_body = body != NULL},
	     RESPONSE, str_from(body));
	return places(l, true);
}

static void responses_by_their_status(void **state)
{
	struct look l;
	(void)state;
	begin(&l, PARAMETERS);
	assert_string_equal(answers(&l, 200, "{\"n\":1,\"why\":2}"), "/? /n header:X-Total");
	assert_string_equal(places(&l, false), "/n header:X-Next header:X-Total");
	assert_string_equal(answers(&l, 404, "{\"n\":1,\"why\":2}"), "/? /why");
	assert_string_equal(places(&l, false), "/why");
	/* a status that the contract does not describe: nothing is named there */
	assert_string_equal(answers(&l, 500, "{\"n\":1}"), "");
	assert_true(l.report.head && l.report.body);
	assert_string_equal(answers(&l, 200, NULL), "header:X-Total");
	assert_true(l.report.body);
	end(&l);
}

#define FORM(type)                                                                                                     \
	BODY(                                                                                                          \
	    type,                                                                                                      \
	    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"list\":{\"type\":\"array\",\"items\":" \
	    "{\"type\":\"string\"}},\"obj\":{\"type\":\"object\",\"properties\":{\"x\":{},\"y\":{}}}}}")

static void forms(void **state)
{
	struct look l;
	(void)state;
	begin(&l, FORM("application/x-www-form-urlencoded"));
	static const struct {
		const char *body, *expected;
		bool whole;
	} rows[] = {
	    {"a=1", "/a", true},
	    {"a=1&k=2&%6Cist=1", "/? /a /list /list/*", true},
	    {"obj=%7B%22x%22%3A1%7D", "/obj /obj/x", true},
	    {"obj=plain", "/obj", false},
	    {"obj[x]=1", "/obj", false},
	    {"\xff=1", "", true},
	    {"", "", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_string_equal(sends(&l, "application/x-www-form-urlencoded", str_from(rows[i].body)),
				    rows[i].expected);
		assert_int_equal(l.report.body, rows[i].whole);
	}
	end(&l);
	begin(&l, FORM("multipart/form-data"));
	assert_string_equal(
	    sends(&l, "multipart/form-data; boundary=B",
		  STR("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n"
		      "--B\r\nContent-Disposition: form-data; name=\"obj\"\r\nContent-Type: application/json"
		      "\r\n\r\n{\"y\":1,\"k\":2}\r\n--B--\r\n")),
	    "/a /obj /obj/? /obj/y");
	assert_true(l.report.body);
	assert_string_equal(sends(&l, "multipart/form-data; boundary=B",
				  STR("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n")),
			    "");
	assert_false(l.report.body);
	end(&l);
}

#define LINES(type)                                                                                                    \
	"{\"openapi\":\"3.2.0\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{\"/"                           \
	"a\":{\"post\":{\"requestBody\":"                                                                              \
	"{\"content\":{\"" type "\":{\"itemSchema\":{\"properties\":{\"a\":{},\"b\":{}}}}}},\"responses\":{\"200\":"   \
	"{\"description\":\"ok\"}}}}}}"

static void items_of_a_stream(void **state)
{
	struct look l;
	(void)state;
	begin(&l, LINES("application/jsonl"));
	assert_string_equal(sends(&l, "application/jsonl", STR("{\"a\":1}\n{\"k\":1}\r\n\n")), "/*/? /*/a");
	assert_true(l.report.body);
	sends(&l, "application/jsonl", STR("{\"a\":1}\n{"));
	assert_false(l.report.body);
	end(&l);
	begin(&l, LINES("text/event-stream"));
	sends(&l, "text/event-stream", STR("data: 1\n\n"));
	assert_false(l.report.body);
	end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bodies_by_their_schemas),
	    cmocka_unit_test(what_is_not_looked_at),
	    cmocka_unit_test(deep_bodies_are_not_looked_at),
	    cmocka_unit_test(many_names_are_two_folds),
	    cmocka_unit_test(a_contract_of_many_places),
	    cmocka_unit_test(parameters),
	    cmocka_unit_test(responses_by_their_status),
	    cmocka_unit_test(forms),
	    cmocka_unit_test(items_of_a_stream),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
