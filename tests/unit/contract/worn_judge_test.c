/* A judge that has judged anything else before says what a new one says: its worker's memory carries nothing from one
 * message into the next, between requests and responses, nor between two contracts (a live one and its shadow). */
#include "tests/unit/contract/contract_fixture.h"

static const char document[] =
    "openapi: 3.2.0\n"
    "info: {title: t, version: '1'}\n"
    "paths:\n"
    "  /x/{n}:\n"
    "    post:\n"
    "      parameters:\n"
    "        - {name: n, in: path, required: true, schema: {type: integer, deprecated: true, maximum: 9}}\n"
    "        - {name: q, in: query, schema: {type: [integer, string], pattern: '^(?=a).*z$'}}\n"
    "      requestBody: {content: &content {\n"
    "        application/json: {schema: {$ref: '#/components/schemas/thing'}},\n"
    "        application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/thing'}},\n"
    "        multipart/form-data: {schema: {$ref: '#/components/schemas/thing'},\n"
    "          encoding: {old: {headers: {X-A: {schema: {type: integer, deprecated: true}}}}}},\n"
    "        text/plain: {schema: {type: [integer, string], deprecated: true, maxLength: 3}},\n"
    "        application/jsonl: {itemSchema: {$ref: '#/components/schemas/thing'}},\n"
    "        application/xml: {schema: {type: object}}, application/octet-stream: {}}}\n"
    "      responses: {'200': {description: d, content: *content}}\n"
    "components:\n"
    "  schemas:\n"
    "    thing:\n"
    "      type: object\n"
    "      required: [id]\n"
    "      properties:\n"
    "        id: {type: integer, minimum: 1}\n"
    "        old: {type: string, deprecated: true}\n"
    "        in: {type: string, writeOnly: true}\n"
    "        out: {type: string, readOnly: true}\n"
    "        word: {type: string, pattern: '(?<=b)c+(?=d)'}\n"
    "        set: {type: array, uniqueItems: true, items: {deprecated: true, enum: [1, 2, aa]}, contains: {const: 2}}\n"
    "        any: {anyOf: [{type: object, required: [a], properties: {a: {deprecated: true, type: integer}}},\n"
    "          {type: object, properties: {b: {type: string}}, required: [b]}], unevaluatedProperties: false}\n"
    "        tree: {$ref: '#/components/schemas/thing'}\n"
    "        some: {type: object, additionalProperties: {type: integer, deprecated: true}, propertyNames: {maxLength: 3}}\n";

#define PART(name, more, text) "--x\r\nContent-Disposition: form-data; name=\"" name "\"" more "\r\n\r\n" text "\r\n"
#define FORM                   "application/x-www-form-urlencoded"
#define PARTS                  "multipart/form-data; boundary=x"

/* Of all that a judge remembers while it works: each kind of body, good, wrong, unreadable and using what is deprecated. */
static const struct kind_of {
	const char *path, *type, *coding, *body;
} messages[] = {
    {"/x/1", "application/json", NULL, "{\"id\":1}"},
    {"/x/10", "application/json", NULL, "{\"id\":0,\"old\":\"x\"}"},
    {"/x/a", "application/json", NULL, "{\"old\":\"x\",\"id\":1,\"some\":{\"key\":1,\"b\":2}}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"some\":{\"a\":1,\"long\":\"x\",\"c\":2.5},\"more\":1}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"any\":{\"a\":1}}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"any\":{\"a\":1,\"b\":\"x\",\"c\":1}}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"any\":{\"a\":\"x\"},\"old\":1,\"in\":\"a\",\"out\":\"b\"}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"set\":[1,2,\"aa\"],\"word\":\"abccd\"}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"set\":[1,1,3],\"word\":\"accd\"}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"tree\":{\"old\":\"x\",\"tree\":{\"id\":1,\"old\":\"y\",\"z\":1}}}"},
    {"/x/1", "application/json", NULL, "{\"id\":1,\"id\":2,\"old\":\"x\"}"},
    {"/x/1", "application/json", NULL, "{\"old\":\"x\",\"id\":1"},
    {"/x/1", "application/json", NULL, "[{\"old\":1}]"},
    {"/x/1", "application/json", NULL, ""},
    {"/x/1", "application/json", "zstd", "{\"id\":1}"},
    {"/x/1", "application/json", "gzip", "{\"id\":1}"},
    {"/x/1", "application/json; charset=utf-16", NULL, "{\"id\":1}"},
    {"/x/1", FORM, NULL, "id=1&old=2"},
    {"/x/1", FORM, NULL, "id=1&id=2&old=x"},
    {"/x/1", FORM, NULL, "id=a&any=%7B%22a%22:1%7D"},
    {"/x/1", PARTS, NULL, PART("id", "", "1") PART("old", "\r\nX-A: 1", "x") "--x--"},
    {"/x/1", PARTS, NULL, PART("id", "", "1") PART("old", "\r\nX-A: 1\r\nContent-Type: application/xml", "x") "--x--"},
    {"/x/1", PARTS, NULL, PART("any", "\r\nContent-Type: application/xml", "<x/>") "--x--"},
    {"/x/1", PARTS, NULL, PART("id", "", "1")},
    {"/x/1", "text/plain", NULL, "12"},
    {"/x/1", "text/plain", NULL, "abcd"},
    {"/x/1", "application/jsonl", NULL, "{\"id\":1,\"old\":\"x\"}\n{\"id\":2}\n"},
    {"/x/1", "application/jsonl", NULL, "\n"},
    {"/x/1", "application/xml", NULL, "<x/>"},
    {"/x/1", "application/octet-stream", NULL, "x"},
    {"/x/1", "image/png", NULL, "x"},
};

enum { MESSAGES = sizeof messages / sizeof *messages, WAYS = 4 };

/* A way is a direction and a contract. */
static struct fixture contracts[2];

static enum judgement judge_head(struct fixture *f, struct judge *j, const struct kind_of *m, enum direction direction)
{
	struct field fields[2] = {{STR("Content-Type"), str_from(m->type)}};
	if (m->coding)
		fields[1] = (struct field){STR("Content-Encoding"), str_from(m->coding)};
	struct message_head head = {.method = STR("POST"),
				    .query = STR("q=ayz"),
				    .status = 200,
				    .fields = fields,
				    .field_count = m->coding ? 2 : 1,
				    .has_body = m->body[0] != '\0'};
	contract_find(f->c, STR("POST"), str_from(m->path), &f->match);
	if (direction == REQUEST)
		return contract_request_head(f->c, &f->match, &head, j, &f->found, &f->plan);
	return contract_response_head(f->c, f->match.operation, &head, j, &f->found, &f->plan);
}

static void say(struct buf *out, struct fixture *f, struct judge *j, enum judgement head, enum judgement body)
{
	struct str uses[8];
	unsigned count = judge_deprecated(j, uses, 8);
	buf_addf(out, "%s %s\n", judgement_word(head), judgement_word(body));
	findings_to_json(body, &f->found, out);
	for (unsigned i = 0; i < count; i++)
		buf_addf(out, "\nuses \"%.*s\"", STR_ARG(uses[i]));
}

/* All that a judge says of one message. */
static void judge(struct judge *j, unsigned message, unsigned way, struct buf *out)
{
	const struct kind_of *m = &messages[message];
	struct fixture *f = &contracts[way & 1];
	enum direction direction = way & 2 ? RESPONSE : REQUEST;
	out->len = 0;
	arena_reset(&f->arena);
	findings_begin(&f->found, &f->arena, 16);
	enum judgement head = judge_head(f, j, m, direction), body = VALID;
	if (f->plan.judge)
		body = contract_body(f->c, &f->plan, direction, str_from(m->body), j, &f->found);
	else
		judge_forget(j);
	say(out, f, j, head, body);
}

static void a_worn_judge_says_what_a_new_one_says(void **state)
{
	struct buf first[MESSAGES * WAYS] = {{0}}, said = {0};
	(void)state;
	for (unsigned i = 0; i < MESSAGES * WAYS; i++) {
		struct judge *fresh = judge_new(&(struct judge_limits){0});
		judge(fresh, i / WAYS, i % WAYS, &first[i]);
		judge_free(fresh);
	}
	for (unsigned i = 0; i < MESSAGES * WAYS; i++)
		for (unsigned k = 0; k < MESSAGES * WAYS; k++) {
			judge(contracts[0].j, i / WAYS, i % WAYS, &said);
			judge(contracts[0].j, k / WAYS, k % WAYS, &said);
			if (!str_eq(buf_str(&said), buf_str(&first[k])))
				fail_msg("message %u of way %u behind %u of %u:\n%.*s\ninstead of\n%.*s", k / WAYS, k % WAYS,
					 i / WAYS, i % WAYS, STR_ARG(buf_str(&said)), STR_ARG(buf_str(&first[k])));
		}
	for (unsigned i = 0; i < MESSAGES * WAYS; i++)
		buf_free(&first[i]);
	buf_free(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_worn_judge_says_what_a_new_one_says),
	};
	fixture_begin_with(&contracts[0], document, false);
	fixture_begin_with(&contracts[1], document, true);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	fixture_end(&contracts[0]);
	fixture_end(&contracts[1]);
	return failed;
}
