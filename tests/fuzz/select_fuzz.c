/* rooms: filters */
/* Any request head: what is chosen does not change when every field is said twice, and a stripped target is still the
 * path that the contract is asked for. */
#include "conf/yaml.h"
#include "filters/select.h"
#include "filters/version.h"
#include "proxy/http/h1_parse.h"
#include "proxy/http/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char conf[] =
    "versions: {v1: {}, v1.5: {}, v2: {}, 2026-01-01: {}, beta: {semver: 3.0.0}}\n"
    "unversioned: {/healthz: v1, /docs/: v2}\n"
    "select: {from: [{path: /api/v<major>, strip: true}, {path: /d/<version>, strip: true},\n"
    "  {header: V}, {accept: {media_type: application/a.v<major>+json}}, {accept: {parameter: v}}, {query: v}]}";

static const struct selector *settings(void)
{
	static void *made;
	static struct arena arena;
	static struct diag diag;
	static struct version versions[5];
	static struct api api = {.versions = versions, .version_count = 5, .workers = 1};
	if (made)
		return made;
	arena_init(&arena, 4096);
	diag_init(&diag);
	struct filter_setup s = {yaml_read(&arena, str_from(conf), "conf", &diag), &api, "conf", &arena, &diag, NULL};
	const struct node *n = tree_get(s.root, STR("versions"));
	for (uint32_t i = 0; i < 5; i++)
		versions[i] =
		    (struct version){.index = i, .name = n->members[i].key.text, .conf = &n->members[i].value};
	CHECK(version_filter.configure(&s, &made));
	return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct h1_limits limits = {8192, 4096, 30};
	struct exchange x;
	struct h1_parser p;
	struct selection one, two;
	exchange_begin(&x, 0);
	h1_parser_reset(&p, H1_REQUEST, METHOD_OTHER, &limits);
	if (h1_parse(&p, str_of((const char *)data, size), &x.arena, &x.request) == H1_DONE) {
		x.path = uri_normalise(x.request.path, &x.arena, NULL);
		struct select_request r = {.message = &x.request, .path = x.path, .arena = &x.arena};
		select_version(settings(), &r, &one, NULL);
		bool passed = version_filter.on_request(&x, settings(), NULL) == PASS;
		CHECK(passed == (one.result == SELECT_FOUND) && passed == (x.version != NULL));
		if (passed && one.strip && one.segment.len) {
			struct str path = str_head(x.target, str_find(x.target, '?'));
			CHECK(str_eq(uri_normalise(path, &x.arena, NULL), x.contract_path));
		}
		for (uint32_t i = 0, count = x.request.count; i < count; i++)
			message_add(&x.request, &x.arena, x.request.fields[i].name, x.request.fields[i].value);
		select_version(settings(), &r, &two, NULL);
		CHECK(two.result == SELECT_MALFORMED || (one.result == two.result && one.version == two.version));
	}
	exchange_free(&x);
	return 0;
}
