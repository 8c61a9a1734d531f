/* select: which version a request asks for, by each of the sources, with five sources configured and with one. */
#include "filters/select.h"

#include "bench/micro/micro.h"
#include "conf/yaml.h"
#include "filters/identity.h"
#include "proxy/chain.h"
#include "proxy/http/h1_parse.h"
#include "proxy/http/uri.h"

static const char five[] = "versions: {v1: {semver: 1.4.2}, v1.5: {semver: 1.5.0}, v2: {semver: 2.0.1}}\n"
			   "select:\n"
			   "  from:\n"
			   "    - path: /v<major>\n"
			   "    - header: API-Version\n"
			   "    - accept: {media_type: application/vnd.orders.v<major>+json}\n"
			   "    - accept: {parameter: version}\n"
			   "    - query: api-version\n";
static const char one[] = "versions: {v1: {semver: 1.4.2}, v2: {semver: 2.0.1}}\nselect: {from: [{path: /v<major>}]}\n";

#define HEAD "Host: api.example.com\r\nUser-Agent: client/1\r\n"
static const struct row {
	const char *name, *yaml, *head;
} rows[] = {
    {"version by path, one source", one, "GET /v1/orders/8731 HTTP/1.1\r\n" HEAD "\r\n"},
    {"version by path, five sources", five, "GET /v1/orders/8731 HTTP/1.1\r\n" HEAD "Accept: application/json\r\n\r\n"},
    {"version by header", five, "GET /orders/8731 HTTP/1.1\r\n" HEAD "Accept: application/json\r\nAPI-Version: 1.4\r\n\r\n"},
    {"version by media type", five, "GET /orders/8731 HTTP/1.1\r\n" HEAD "Accept: application/vnd.orders.v2+json\r\n\r\n"},
    {"version by query", five, "GET /orders/8731?expand=lines&api-version=2 HTTP/1.1\r\n" HEAD "Accept: application/json\r\n\r\n"},
};

struct work {
	struct selector selector;
	struct arena arena;
	struct message m;
	struct str path;
	struct selection out;
};

static void choose(void *arg)
{
	struct work *w = arg;
	struct select_request r = {.message = &w->m, .path = w->path, .arena = &w->arena};
	select_version(&w->selector, &r, &w->out, NULL);
	CHECK(w->out.result == SELECT_FOUND);
}

static void load(struct work *w, struct arena *arena, struct api *api, const char *yaml)
{
	struct diag d;
	diag_init(&d);
	const struct node *root = yaml_read(arena, str_from(yaml), "bench", &d);
	CHECK(root);
	const struct node *versions = tree_get(root, STR("versions"));
	api->versions = ARENA_ARRAY(arena, struct version, versions->count);
	api->version_count = versions->count;
	for (uint32_t i = 0; i < versions->count; i++)
		api->versions[i] = (struct version){.index = i,
						    .name = versions->members[i].key.text,
						    .conf = &versions->members[i].value};
	struct filter_setup setup = {.root = root, .api = api, .file = "bench", .arena = arena, .diag = &d};
	CHECK(identity_resolve(&setup) && select_load(&setup, &w->selector));
	diag_free(&d);
}

int main(void)
{
	static const struct h1_limits limits = {32768, 8192, 100};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct work w = {0};
		struct arena arena;
		struct api api = {.name = STR("bench")};
		struct h1_parser p;
		arena_init(&arena, 4096);
		arena_init(&w.arena, 4096);
		load(&w, &arena, &api, rows[i].yaml);
		h1_parser_reset(&p, H1_REQUEST, METHOD_GET, &limits);
		CHECK(h1_parse(&p, str_from(rows[i].head), &arena, &w.m) == H1_DONE);
		w.path = uri_normalise(w.m.path, &arena, NULL);
		micro(rows[i].name, choose, &w);
		arena_free(&w.arena);
		arena_free(&arena);
	}
	return 0;
}
