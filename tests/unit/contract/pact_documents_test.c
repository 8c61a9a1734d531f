/* Recorded interactions against OpenAPI documents, with the verdicts of an independent comparator. Its complaints about
 * what a contract does not forbid (headers that it does not name, Accept) are none of ours. */
#include "conf/yaml.h"
#include "filters/contract/json_tree.h"
#include "tests/unit/contract/contract_fixture.h"
#include "tests/unit/contract/data.h"

static const char *const ours[] = {"request.body.incompatible",    "response.body.incompatible",
				   "request.content-type.missing", "request.content-type.incompatible",
				   "request.header.incompatible",  "request.path-or-method.unknown",
				   "response.status.unknown"};

static const struct node *read(struct arena *arena, const char *folder, const char *name, char path[512])
{
	struct diag d;
	struct str text;
	snprintf(path, 512, "%s/pact-against-openapi/%s/%s", test_data(), folder, name);
	diag_init(&d);
	const struct node *n = NULL;
	if (yaml_slurp(arena, path, 1 << 20, &text, &d))
		n = json_tree_read(arena, text, name, &d);
	diag_free(&d);
	return n;
}

/* Whether one of the results that concern us is about the interaction. */
static bool expected(const struct node *results, uint32_t index)
{
	char place[64];
	int len = snprintf(place, sizeof place, "[root].interactions[%u].", index);
	for (uint32_t i = 0; i < results->count; i++) {
		const struct node *r = &results->items[i];
		struct str where = tree_text(tree_at(r, STR("/mockDetails/location")));
		for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
			if (str_starts(where, str_of(place, (size_t)len)) &&
			    str_eq(tree_text(tree_get(r, STR("code"))), str_from(ours[k])))
				return true;
	}
	return false;
}

enum { MOST_FIELDS = 16 };

static size_t fields_of(const struct node *message, struct field *fields)
{
	const struct node *headers = tree_get(message, STR("headers"));
	size_t count = 0;
	for (uint32_t i = 0; headers && i < headers->count && i < MOST_FIELDS - 1; i++) {
		const struct node *value = &headers->members[i].value;
		if (value->kind == NODE_SEQUENCE && value->count)
			value = &value->items[0];
		fields[count++] = (struct field){headers->members[i].key.text, tree_text(value)};
	}
	return count;
}

/* A body that is a string is one of another media type than JSON. */
static struct str body_of(const struct node *message, struct buf *text)
{
	const struct node *body = tree_get(message, STR("body"));
	text->len = 0;
	if (!body)
		return STR("");
	if (body->kind == NODE_STRING)
		return body->text;
	tree_to_json(body, text);
	return buf_str(text);
}

static enum judgement judge_request(struct fixture *f, const struct node *request, struct buf *text)
{
	struct field fields[MOST_FIELDS];
	size_t count = fields_of(request, fields);
	struct str body = body_of(request, text);
	struct message_head head = {.method = tree_text(tree_get(request, STR("method"))),
				    .query = tree_text(tree_get(request, STR("query"))),
				    .fields = fields,
				    .field_count = count,
				    .has_body = body.len > 0};
	contract_find(f->c, head.method, tree_text(tree_get(request, STR("path"))), &f->match);
	enum judgement verdict = contract_request_head(f->c, &f->match, &head, f->j, &f->found, &f->plan);
	return verdict == VALID && body.len ? contract_body(f->c, &f->plan, REQUEST, body, f->j, &f->found) : verdict;
}

static enum judgement judge_response(struct fixture *f, const struct node *response, struct buf *text)
{
	struct field fields[MOST_FIELDS];
	uint64_t status;
	size_t count = fields_of(response, fields);
	struct str body = body_of(response, text);
	bool typed = false;
	for (size_t i = 0; i < count; i++)
		typed |= str_eq_nocase(fields[i].name, STR("Content-Type"));
	if (!typed)
		fields[count++] = (struct field){STR("Content-Type"), STR("application/json")};
	assert_true(str_to_u64(tree_text(tree_get(response, STR("status"))), &status));
	/* A recorded response without a body says nothing of bodies. */
	struct message_head head = {.method = body.len ? STR("GET") : STR("HEAD"),
				    .status = (unsigned)status,
				    .fields = fields,
				    .field_count = count,
				    .has_body = body.len > 0};
	enum judgement verdict = contract_response_head(f->c, f->match.operation, &head, f->j, &f->found, &f->plan);
	return verdict == VALID && body.len ? contract_body(f->c, &f->plan, RESPONSE, body, f->j, &f->found) : verdict;
}

/* Where a recording means something else than a message: fields in place of a multipart body, a path without its slash,
 * a response without a type; and two requests that are judged although they were refused. */
static bool differs(const char *folder, uint32_t index)
{
	static const struct {
		const char *folder;
		uint32_t index;
	} rows[] = {{"request-body", 2},
		    {"request-body", 5},
		    {"request-parameters-header", 10},
		    {"response-body", 4},
		    {"request-parameters-path", 5}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].folder, folder) == 0 && rows[i].index == index)
			return true;
	return false;
}

static unsigned check_folder(const char *folder)
{
	struct arena arena;
	struct buf text = {0};
	struct fixture f = {0};
	struct diag d;
	char path[512];
	arena_init(&arena, 4096);
	arena_init(&f.arena, 4096);
	diag_init(&d);
	const struct node *pact = read(&arena, folder, "pact.json", path);
	if (!pact) {
		print_message("SKIP: %s is not there\n", path);
		arena_free(&arena);
		diag_free(&d);
		skip();
	}
	const struct node *results = read(&arena, folder, "results.json", path);
	assert_non_null(results);
	snprintf(path, sizeof path, "%s/pact-against-openapi/%s/oas.yaml", test_data(), folder);
	f.c = contract_load(path, &(struct contract_options){.assert_formats = true}, &d);
	assert_non_null(f.c);
	f.j = judge_new(&(struct judge_limits){0});
	const struct node *list = tree_get(pact, STR("interactions"));
	for (uint32_t i = 0; i < list->count; i++) {
		findings_begin(&f.found, &f.arena, 8);
		enum judgement verdict = judge_request(&f, tree_get(&list->items[i], STR("request")), &text);
		/* A request that is recorded with its refusal may be wrong. */
		if (str_starts(tree_text(tree_at(&list->items[i], STR("/response/status"))), STR("4")))
			verdict = VALID;
		if (verdict != INVALID && f.match.operation)
			verdict = judge_response(&f, tree_get(&list->items[i], STR("response")), &text);
		if (((verdict == INVALID) != expected(results, i)) != differs(folder, i))
			fail_msg("%s, interaction %u (%.*s): verdict %d, \"%s\"", folder, i,
				 STR_ARG(tree_text(tree_get(&list->items[i], STR("description")))), verdict,
				 fixture_text(&f));
	}
	unsigned count = list->count;
	buf_free(&text);
	diag_free(&d);
	arena_free(&arena);
	fixture_end(&f);
	return count;
}

static void interactions(void **state)
{
	/* not base-path: it needs a configuration of that comparator */
	static const char *const folders[] = {"allOf",
					      "discriminator",
					      "enums",
					      "request-body",
					      "request-content-negotiation",
					      "request-parameters-header",
					      "response-body",
					      "request-parameters-path",
					      "response-status"};
	unsigned count = 0;
	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		count += check_folder(folders[i]);
	print_message("%u interactions\n", count);
	assert_int_equal(count, 69);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(interactions)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
