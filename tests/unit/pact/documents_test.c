/* Ten pacts against OpenAPI documents, with the findings of another comparator: where it sees an error, so do we, and
 * the other way round. Its warnings are not compared: it warns of every header that a document does not name. */
#include "conf/yaml.h"
#include "filters/contract/json_tree.h"
#include "filters/pact/provider.h"
#include "tests/unit/contract/data.h"

#include <stdio.h>

/* Where we say something else, and why. */
static const struct {
	const char *folder;
	uint32_t index;
	bool ours; /* whether we find an error */
	const char *why;
} differences[] = {
    {"base-path", 0, true,
     "a base path that only a private extension of that tool knows (info.x-opc-config-base-path)"},
    {"request-parameters-header", 10, false,
     "a media type that the contract refuses, in a request whose expected answer is 400: that is what it shows"},
};

static const struct node *read(struct arena *arena, const char *folder, const char *name)
{
	struct diag d;
	struct str text;
	char path[512];
	snprintf(path, sizeof path, "%s/pact-against-openapi/%s/%s", test_data(), folder, name);
	diag_init(&d);
	const struct node *n =
	    yaml_slurp(arena, path, 1 << 20, &text, &d) ? json_tree_read(arena, text, name, &d) : NULL;
	diag_free(&d);
	return n;
}

static bool theirs(const struct node *results, uint32_t index)
{
	char place[64];
	int len = snprintf(place, sizeof place, "[root].interactions[%u].", index);
	for (uint32_t i = 0; i < results->count; i++) {
		const struct node *r = &results->items[i];
		if (str_starts(tree_text(tree_at(r, STR("/mockDetails/location"))), str_of(place, (size_t)len)) &&
		    str_eq(tree_text(tree_get(r, STR("type"))), STR("error")))
			return true;
	}
	return false;
}

static bool expected(const struct node *results, const char *folder, uint32_t index)
{
	for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
		if (strcmp(differences[i].folder, folder) == 0 && differences[i].index == index) {
			assert_true(differences[i].ours != theirs(results, index));
			return differences[i].ours;
		}
	return theirs(results, index);
}

static void print(const struct pact_findings *f)
{
	for (size_t i = 0; i < f->list.len; i++)
		print_message("  %s: %.*s (pact %u:%u, contract %u:%u)\n", f->list.at[i].code,
			      STR_ARG(f->list.at[i].text), f->list.at[i].place.line, f->list.at[i].place.column,
			      f->list.at[i].against.line, f->list.at[i].against.column);
}

static unsigned check_folder(const char *folder)
{
	struct provider provider;
	struct pact_findings found;
	struct arena arena;
	struct diag d;
	char path[512];
	unsigned wrong = 0;
	arena_init(&arena, 4096);
	diag_init(&d);
	const struct node *results = read(&arena, folder, "results.json");
	if (!results) {
		print_message("SKIP: %s/pact-against-openapi is not there\n", test_data());
		skip();
	}
	snprintf(path, sizeof path, "%s/pact-against-openapi/%s/pact.json", test_data(), folder);
	struct pact *pact = pact_load(path, &d);
	assert_non_null(pact);
	snprintf(path, sizeof path, "%s/pact-against-openapi/%s/oas.yaml", test_data(), folder);
	assert_true(provider_open(&provider, path, &d));
	for (unsigned i = 0; i < pact->count; i++) {
		pact_findings_begin(&found);
		bool good = provider_judge(&provider, pact, &pact->at[i], pact->at[i].request.path, &found);
		assert_true(good == (found.errors == 0));
		for (size_t k = 0; k < found.list.len; k++)
			assert_true(found.list.at[k].place.line > 0);
		if (good == expected(results, folder, i)) {
			print_message("%s, interaction %u (%.*s): %s\n", folder, i, STR_ARG(pact->at[i].description),
				      good ? "good" : "errors");
			print(&found);
			wrong++;
		}
		pact_findings_free(&found);
	}
	unsigned count = pact->count;
	assert_int_equal(wrong, 0);
	provider_close(&provider);
	pact_free(pact);
	diag_free(&d);
	arena_free(&arena);
	return count;
}

static void interactions(void **state)
{
	static const char *const folders[] = {"allOf",
					      "base-path",
					      "discriminator",
					      "enums",
					      "request-body",
					      "request-content-negotiation",
					      "request-parameters-header",
					      "request-parameters-path",
					      "response-body",
					      "response-status"};
	unsigned count = 0;
	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		count += check_folder(folders[i]);
	print_message("%u interactions\n", count);
	assert_int_equal(count, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(interactions)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
