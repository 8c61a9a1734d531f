/* rooms: contract */
/* Heads and bodies against a contract with every style: bounded, findings exactly when invalid, and whatever is judged
 * twice is judged the same. The first byte chooses what the rest is. */
#include "filters/contract/contract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TYPES                                                                                                          \
	"schema: {type: [integer, string, array, object, 'null'], minLength: 2, items: {type: integer}, "              \
	"properties: {a: {type: integer}, b: {type: array, items: {type: object}}}}"
static const char document[] =
    "openapi: 3.2.0\ninfo: {title: t, version: '1'}\npaths:\n  /{l}/{m}/{s}:\n    post:\n      parameters:\n"
    "        - {name: l, in: path, required: true, style: label, explode: true, " TYPES "}\n"
    "        - {name: m, in: path, required: true, style: matrix, explode: true, " TYPES "}\n"
    "        - {name: s, in: path, required: true, " TYPES "}\n        - {name: q, in: query, " TYPES "}\n"
    "        - {name: d, in: query, style: deepObject, " TYPES "}\n"
    "        - {name: p, in: query, style: pipeDelimited, schema: {type: array, items: {type: boolean}}}\n"
    "        - {name: o, in: query, schema: {type: object, properties: {a: {type: integer}}}}\n"
    "        - {name: h, in: header, " TYPES "}\n        - {name: c, in: cookie, " TYPES "}\n"
    "        - {name: j, in: query, content: {application/json: {" TYPES "}}}\n"
    "      requestBody: {content: {application/x-www-form-urlencoded: {" TYPES
    ", encoding: {b: {style: deepObject}}},\n"
    "        multipart/form-data: {" TYPES "}, text/plain: {" TYPES "}, application/jsonl: {itemSchema: {}},\n"
    "        text/event-stream: {itemSchema: {}}, application/json-seq: {itemSchema: {}}}}\n"
    "      responses: {default: {description: d}}\n";

static enum judgement judge_it(const struct contract *c, struct judge *j, unsigned choice, struct str text)
{
	static const char *const types[] = {"application/x-www-form-urlencoded",
					    "multipart/form-data; boundary=x",
					    "text/plain",
					    "application/jsonl",
					    "text/event-stream",
					    "application/json-seq"};
	struct field fields[] = {
	    {STR("Content-Type"), str_from(types[choice % 6])}, {STR("h"), text}, {STR("Cookie"), text}};
	struct message_head head = {STR("POST"), choice & 8 ? text : STR(""), 0, fields, choice & 16 ? 3 : 1, true};
	struct path_match match;
	struct body_plan plan;
	struct findings found;
	struct arena arena;
	arena_init(&arena, 4096);
	findings_begin(&found, &arena, 8);
	contract_find(c, head.method, choice & 32 ? text : STR("/.a/;m=1/1"), &match);
	enum judgement verdict = contract_request_head(c, &match, &head, j, &found, &plan);
	CHECK((verdict == INVALID) == (found.total > 0));
	if (verdict != INVALID && contract_body(c, &plan, REQUEST, text, j, &found) == INVALID)
		CHECK(found.total > 0);
	arena_free(&arena);
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct contract *c;
	static struct judge *j;
	struct diag d;
	if (!c) {
		diag_init(&d);
		c = contract_load_text(STR(document), "fuzz", &(struct contract_options){.closed_objects = true}, &d);
		CHECK(c);
		diag_free(&d);
		j = judge_new(&(struct judge_limits){0});
	}
	if (size == 0)
		return 0;
	struct str text = str_of((const char *)data + 1, size - 1);
	CHECK(judge_it(c, j, data[0], text) == judge_it(c, j, data[0], text));
	return 0;
}
