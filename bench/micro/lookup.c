/* lookup: from a path to its operation (contract_find), in contracts of 10 and of 10,000 operations: the paths asked for
 * are spread over all of them. */
#include "bench/micro/micro.h"
#include "filters/contract/contract.h"
#include "proxy/base/buf.h"
#include "proxy/base/check.h"

enum { PATHS = 64 };

struct work {
	struct contract *contract;
	char paths[PATHS][64];
	unsigned next;
};

static struct contract *contract_of(unsigned operations)
{
	struct buf text = {0};
	struct diag d;
	struct contract_options options = {.assert_formats = true};
	diag_init(&d);
	buf_addf(&text, "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"},\"paths\":{");
	for (unsigned i = 0; i < operations / 2; i++)
		buf_addf(&text,
			 "%s\"/group%u/things%u/{id}/parts\":{\"get\":{\"parameters\":[{\"name\":\"id\",\"in\":\"path\",\"required\":true,"
			 "\"schema\":{\"type\":\"integer\"}}],\"responses\":{\"200\":{\"description\":\"\"}}},\"put\":{\"parameters\":[{"
			 "\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"integer\"}}],\"responses\":{\"200\":{"
			 "\"description\":\"\"}}}}",
			 i ? "," : "", i / 50, i);
	buf_addf(&text, "}}");
	struct contract *c = contract_load_text(buf_str(&text), "bench.json", &options, &d);
	CHECK(c);
	buf_free(&text);
	diag_free(&d);
	return c;
}

static void find(void *arg)
{
	struct work *w = arg;
	struct path_match match;
	contract_find(w->contract, STR("PUT"), str_from(w->paths[w->next++ % PATHS]), &match);
	CHECK(match.operation);
}

int main(void)
{
	for (unsigned operations = 10; operations <= 10000; operations *= 10) {
		struct work w = {.contract = contract_of(operations)};
		char name[48];
		for (unsigned i = 0; i < PATHS; i++) {
			unsigned n = i * (operations / 2) / PATHS;
			snprintf(w.paths[i], sizeof w.paths[i], "/group%u/things%u/8731/parts", n / 50, n);
		}
		snprintf(name, sizeof name, "operation among %u", operations);
		micro(name, find, &w);
		contract_free(w.contract);
	}
	return 0;
}
