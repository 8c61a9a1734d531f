#include "filters/contract/contract.h"
#include "proxy/base/clock.h"
#include "tests/unit/contract/data.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

/* What is really wrong in those documents that do not load: the first error of each. */
static const struct known {
	const char *file, *error;
} known[] = {
    {"Adyen__adyen-openapi/RaiseDisputesService-v4.json", "(?i)"},
    {"Mermade__openapi3-examples/pathitem-property.yaml", "\"GET\" is no field"},
    {"stoplightio__prism/petstore.no-auth.oas3.yaml", "stands twice"},
    {"stoplightio__prism/petstore.oas3.yaml", "stands twice"},
};

/* How many of a document's own examples break its schemas; all others break none. */
static const struct wrong {
	const char *file;
	unsigned examples;
} wrong[] = {
    {"paypal__paypal-rest-api-specifications/notifications_webhooks_v1.json", 1}, /* cert_url without a scheme */
    {"readmeio__oas-examples/schema-enums.json", 2},                              /* "Choose..." is not in the enum */
    {"stoplightio__prism/ignore-examples.oas3.yaml", 2},                          /* named invalid_cat, invalid_dog */
    {"twilio__twilio-oai/twilio_pricing_v2.json", 5},                             /* base_price: null, or a string */
};

static struct {
	char *at[256];
	size_t count;
} files;

static int collect(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	struct str s = str_from(path);
	bool document = str_ends(s, STR(".json")) || str_ends(s, STR(".yaml"));
	if (type == FTW_F && document && files.count < sizeof files.at / sizeof *files.at)
		files.at[files.count++] = strdup(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void forget(void)
{
	while (files.count)
		free(files.at[--files.count]);
}

/* The documents below a folder of the test data, in order; skips where it is absent. */
static void find_files(const char *folder)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", test_data(), folder);
	forget();
	if (access(path, R_OK) != 0) {
		print_message("SKIP: %s is not there\n", path);
		skip();
	}
	assert_int_equal(nftw(path, collect, 16, FTW_PHYS), 0);
	qsort(files.at, files.count, sizeof *files.at, by_name);
}

static const struct contract_options options = {.assert_formats = true};

static bool loads(const char *path, struct diag *d)
{
	struct contract *c = contract_load(path, &options, d);
	contract_free(c);
	return c != NULL;
}

static const struct known *known_error(const char *path)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ends(str_from(path), str_from(known[i].file)))
			return &known[i];
	return NULL;
}

static void show(const struct diag *d)
{
	struct buf out = {0};
	diag_print(d, &out, false);
	print_message("%.*s", (int)out.len, out.at);
	buf_free(&out);
}

static bool says(const struct diag *d, const char *text)
{
	for (const struct complaint *c = d->first; c; c = c->next)
		if (c->severity == DIAG_ERROR && c->place.line > 0 && str_search(c->text, str_from(text)) < c->text.len)
			return true;
	return false;
}

static void real_documents_load(void **state)
{
	unsigned good = 0;
	(void)state;
	find_files("openapi-documents");
	for (size_t i = 0; i < files.count; i++) {
		struct diag d;
		diag_init(&d);
		const struct known *k = known_error(files.at[i]);
		bool loaded = loads(files.at[i], &d);
		if (loaded == (k != NULL) || (k && !says(&d, k->error))) {
			show(&d);
			fail_msg("%s: %s", files.at[i], loaded ? "loads" : "does not load");
		}
		good += loaded;
		diag_free(&d);
	}
	print_message("%u of %zu documents load, the others name what is wrong in them\n", good, files.count);
	assert_true(files.count >= 42);
	forget();
}

static unsigned wrong_examples(const char *path)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (str_ends(str_from(path), str_from(wrong[i].file)))
			return wrong[i].examples;
	return 0;
}

static void own_examples_are_accepted(void **state)
{
	(void)state;
	find_files("openapi-documents");
	for (size_t i = 0; i < files.count; i++) {
		struct diag d;
		unsigned broken = 0;
		if (known_error(files.at[i]))
			continue;
		diag_init(&d);
		bool good = contract_check(files.at[i], &options, &d);
		for (const struct complaint *c = d.first; c; c = c->next)
			if (str_starts(c->text, STR("this example breaks"))) {
				print_message("%s:%u: %.*s\n", strrchr(files.at[i], '/') + 1, c->place.line,
					      STR_ARG(c->text));
				broken++;
			}
		if (!good || broken != wrong_examples(files.at[i])) {
			show(&d);
			fail_msg("%s: %u examples are refused", files.at[i], broken);
		}
		diag_free(&d);
	}
	forget();
}

static void specification_documents(void **state)
{
	static const struct {
		const char *folder;
		bool good;
		size_t count;
	} rows[] = {{"openapi-specification/v3.0/pass", true, 6},
		    {"openapi-specification/v3.1/tests/pass", true, 30},
		    {"openapi-specification/v3.1/tests/fail", false, 11}};
	(void)state;
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		find_files(rows[k].folder);
		assert_true(files.count >= rows[k].count);
		for (size_t i = 0; i < files.count; i++) {
			struct diag d;
			diag_init(&d);
			if (loads(files.at[i], &d) != rows[k].good) {
				show(&d);
				fail_msg("%s: %s", files.at[i], rows[k].good ? "does not load" : "loads");
			}
			diag_free(&d);
		}
	}
	forget();
}

/* Figures only: speed is measured in bench/, never asserted here. */
static void large_documents(void **state)
{
	(void)state;
	find_files("openapi-version-pairs");
	for (size_t i = 0; i < files.count; i++) {
		struct diag d;
		diag_init(&d);
		uint64_t began = clock_mono_ns();
		struct contract *c = contract_load(files.at[i], &options, &d);
		double ms = (double)(clock_mono_ns() - began) / 1e6;
		assert_int_equal(c != NULL, d.errors == 0);
		if (c && contract_operation_count(c) > 100)
			print_message("%s: %zu operations, %zu KiB, %.1f ms\n", strrchr(files.at[i], '/') + 1,
				      contract_operation_count(c), contract_size(c) >> 10, ms);
		contract_free(c);
		diag_free(&d);
	}
	forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(real_documents_load),
	    cmocka_unit_test(own_examples_are_accepted),
	    cmocka_unit_test(specification_documents),
	    cmocka_unit_test(large_documents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
