#include "filters/select.h"
#include "filters/version.h"
#include "tests/unit/filters/stand.h"

#include "filters/consumer.h"

static const struct filter *const filters[] = {&consumer_filter, &version_filter, NULL};

#define VERSIONS                                                                                                       \
	"versions:\n"                                                                                                  \
	"  v1: {semver: 1.4.2}\n"                                                                                      \
	"  v1.5: {semver: 1.5.0}\n"                                                                                    \
	"  v2: {semver: 2.0.1}\n"                                                                                      \
	"  2026-01-01: {}\n"                                                                                           \
	"  beta: {semver: 3.0.0}\n"
#define SOURCES                                                                                                        \
	"select:\n"                                                                                                    \
	"  from:\n"                                                                                                    \
	"    - path: /api/v<major>\n"                                                                                  \
	"    - header: API-Version\n"                                                                                  \
	"    - accept: {media_type: application/vnd.orders.v<major>+json}\n"                                           \
	"    - accept: {parameter: version}\n"                                                                         \
	"    - query: api-version\n"

/* What a row expects: a version's name, or a status. */
struct row {
	const char *rule, *target, *fields, *version;
	unsigned status;
	enum version_source source;
	const char *vary;
};

#define ALL "API-Version, Accept"

static const struct row rows[] = {
    {"the path's major: the newest with it", "/api/v1/orders", "", "v1.5", 0, SOURCE_PATH, ALL},
    {"one version has the major: headers cannot lead elsewhere", "/api/v2/orders", "", "v2", 0, SOURCE_PATH, ""},
    {"the path ends with the version", "/api/v2", "", "v2", 0, SOURCE_PATH, ""},
    {"whole tokens: v11 is not v1", "/api/v11/orders", "", NULL, 404, SOURCE_PATH, ""},
    {"whole tokens: v1x is none", "/api/v1x/orders", "", NULL, 400, SOURCE_PATH, ""},
    {"leading zeros are none", "/api/v01/orders", "", NULL, 400, SOURCE_PATH, ""},
    {"another word of the path says nothing", "/api/vault", "", NULL, 400, SOURCE_NONE, ""},
    {"the shape is anchored", "/x/api/v1", "", NULL, 400, SOURCE_NONE, ""},
    {"escapes of plain letters are seen through", "/%61pi/%761/orders", "", "v1.5", 0, SOURCE_PATH, ALL},
    {"dot segments are seen through", "/x/../api/./v2/orders", "", "v2", 0, SOURCE_PATH, ""},
    {"empty segments are seen through", "//api//v2//orders", "", "v2", 0, SOURCE_PATH, ""},
    {"a minor in the path", "/api/v1.5/orders", "", "v1.5", 0, SOURCE_PATH, ""},
    {"a minor that is not served", "/api/v1.6/orders", "", NULL, 404, SOURCE_PATH, ""},

    {"a header's major", "/o", "API-Version: 2", "v2", 0, SOURCE_HEADER, ALL},
    {"a v before it", "/o", "API-Version: v2", "v2", 0, SOURCE_HEADER, ALL},
    {"field names have no case", "/o", "api-version: 2", "v2", 0, SOURCE_HEADER, ALL},
    {"minimum minor: 1.4 is served by 1.5", "/o", "API-Version: 1.4", "v1.5", 0, SOURCE_HEADER, ALL},
    {"exact: =1.4 is that one only", "/o", "API-Version: =1.4", "v1", 0, SOURCE_HEADER, ALL},
    {"exact with patch", "/o", "API-Version: =1.4.2", "v1", 0, SOURCE_HEADER, ALL},
    {"exact patch that there is not", "/o", "API-Version: =1.4.1", NULL, 400, SOURCE_HEADER, ""},
    {"minimum patch", "/o", "API-Version: 1.5.1", NULL, 400, SOURCE_HEADER, ""},
    {"exact major", "/o", "API-Version: 2.0.0", "v2", 0, SOURCE_HEADER, ALL},
    {"a major that there is not", "/o", "API-Version: 9", NULL, 400, SOURCE_HEADER, ""},
    {"a date is compared as a whole", "/o", "API-Version: 2026-01-01", "2026-01-01", 0, SOURCE_HEADER, ALL},
    {"another date is unknown", "/o", "API-Version: 2026-01-02", NULL, 400, SOURCE_HEADER, ""},
    {"an impossible date is malformed", "/o", "API-Version: 2026-02-30", NULL, 400, SOURCE_HEADER, ""},
    {"a version's name", "/o", "API-Version: beta", "beta", 0, SOURCE_HEADER, ALL},
    {"and the number behind it", "/o", "API-Version: 3", "beta", 0, SOURCE_HEADER, ALL},
    {"a word that is no version", "/o", "API-Version: latest", NULL, 400, SOURCE_HEADER, ""},
    {"an empty field", "/o", "API-Version:", NULL, 400, SOURCE_HEADER, ""},
    {"repeated, the same", "/o", "API-Version: 2\nAPI-Version: 2", "v2", 0, SOURCE_HEADER, ALL},
    {"repeated and joined on the way", "/o", "API-Version: 2, 2", "v2", 0, SOURCE_HEADER, ALL},
    {"repeated and different", "/o", "API-Version: 2\nAPI-Version: 1", NULL, 400, SOURCE_HEADER, ""},
    {"different in one line", "/o", "API-Version: 1, 2", NULL, 400, SOURCE_HEADER, ""},

    {"path gives the major, header the minor", "/api/v1/o", "API-Version: 1.5", "v1.5", 0, SOURCE_PATH, ALL},
    {"path gives the major, header an exact one", "/api/v1/o", "API-Version: =1.4", "v1", 0, SOURCE_PATH, ALL},
    {"path and header differ: no race", "/api/v1/o", "API-Version: 2", NULL, 400, SOURCE_HEADER, ""},
    {"an unknown one that differs is a conflict, too", "/api/v9/o", "API-Version: 2", NULL, 400, SOURCE_HEADER, ""},
    {"same major, nothing serves both", "/api/v1.5/o", "API-Version: =1.4", NULL, 400, SOURCE_HEADER, ""},
    {"a malformed source is not overruled", "/api/v1/o", "API-Version: x", NULL, 400, SOURCE_HEADER, ""},
    {"name and number of the same version", "/api/v3/o", "API-Version: beta", "beta", 0, SOURCE_PATH, ""},

    {"a media type", "/o", "Accept: application/vnd.orders.v2+json", "v2", 0, SOURCE_ACCEPT, ALL},
    {"in any case", "/o", "Accept: APPLICATION/Vnd.Orders.V2+JSON", "v2", 0, SOURCE_ACCEPT, ALL},
    {"not with more behind it", "/o", "Accept: application/vnd.orders.v2+json2", NULL, 400, SOURCE_NONE, ""},
    {"other ranges say nothing", "/o", "Accept: text/html, */*;q=0.8", NULL, 400, SOURCE_NONE, ""},
    {"unknown in Accept", "/o", "Accept: application/vnd.orders.v9+json", NULL, 406, SOURCE_ACCEPT, ""},
    {"the highest quality wins", "/o",
     "Accept: application/vnd.orders.v1+json;q=0.5, application/vnd.orders.v2+json;q=0.4", "v1.5", 0, SOURCE_ACCEPT,
     ALL},
    {"equal quality: the newest", "/o", "Accept: application/vnd.orders.v1+json, application/vnd.orders.v2+json", "v2",
     0, SOURCE_ACCEPT, ALL},
    {"in two lines as well", "/o", "Accept: application/vnd.orders.v2+json\nAccept: application/vnd.orders.v1+json",
     "v2", 0, SOURCE_ACCEPT, ALL},
    {"one of them is served", "/o", "Accept: application/vnd.orders.v9+json, application/vnd.orders.v1+json;q=0.1",
     "v1.5", 0, SOURCE_ACCEPT, ALL},
    {"q=0 is not acceptable", "/o", "Accept: application/vnd.orders.v2+json;q=0, application/vnd.orders.v1+json",
     "v1.5", 0, SOURCE_ACCEPT, ALL},
    {"only q=0 says nothing", "/o", "Accept: application/vnd.orders.v2+json;q=0", NULL, 400, SOURCE_NONE, ""},
    {"the path picks among alternatives", "/api/v1/o",
     "Accept: application/vnd.orders.v2+json, application/vnd.orders.v1+json;q=0.1", "v1.5", 0, SOURCE_PATH, ALL},
    {"no alternative is the path's", "/api/v1/o", "Accept: application/vnd.orders.v2+json", NULL, 400, SOURCE_ACCEPT,
     ""},
    {"a parameter", "/o", "Accept: application/json; version=2", "v2", 0, SOURCE_ACCEPT_PARAMETER, ALL},
    {"a quoted parameter", "/o", "Accept: application/json;version=\"1.5\"", "v1.5", 0, SOURCE_ACCEPT_PARAMETER, ALL},
    {"an unknown parameter value", "/o", "Accept: application/json;version=7", NULL, 406, SOURCE_ACCEPT_PARAMETER, ""},
    {"a malformed parameter value", "/o", "Accept: application/json;version=x", NULL, 400, SOURCE_ACCEPT_PARAMETER, ""},

    {"a query parameter", "/o?a=b&api-version=2", "", "v2", 0, SOURCE_QUERY, ""},
    {"several versions left: headers count", "/o?api-version=1", "", "v1.5", 0, SOURCE_QUERY, ALL},
    {"escaped name and value", "/o?api%2Dversion=%32", "", "v2", 0, SOURCE_QUERY, ""},
    {"parameter names have a case", "/o?API-VERSION=2", "", NULL, 400, SOURCE_NONE, ""},
    {"repeated, different", "/o?api-version=1&api-version=2", "", NULL, 400, SOURCE_QUERY, ""},
    {"repeated, the same", "/o?api-version=2&api-version=2", "", "v2", 0, SOURCE_QUERY, ""},
    {"unknown in the query", "/o?api-version=8", "", NULL, 400, SOURCE_QUERY, ""},
    {"an empty value", "/o?api-version=", "", NULL, 400, SOURCE_QUERY, ""},
    {"a name without a value", "/o?api-version", "", NULL, 400, SOURCE_QUERY, ""},
    {"query and header differ", "/o?api-version=2", "API-Version: 1", NULL, 400, SOURCE_QUERY, ""},
    {"missing", "/o", "", NULL, 400, SOURCE_NONE, ""},
};

static const char *head_of(struct stand *s, const struct row *r)
{
	return arena_printf(&s->arena, "GET %s HTTP/1.1\nHost: h%s%s", r->target, r->fields[0] ? "\n" : "", r->fields)
	    .at;
}

static void check_row(struct stand *s, const struct row *r)
{
	enum verdict verdict = stand_request(s, head_of(s, r), NULL);
	print_message("%s\n", r->rule);
	assert_int_equal(verdict, r->version ? PASS : ANSWERED);
	assert_int_equal(s->x.source, r->source);
	assert_string_equal(stand_added(s, "Vary"), r->vary);
	if (r->version) {
		assert_string_equal(stand_text(s, s->x.version->name), r->version);
		assert_string_equal(stand_added(s, "API-Version"), stand_text(s, s->x.version->semver));
		return;
	}
	assert_null(s->x.version);
	assert_int_equal(s->x.answer.status, r->status);
	assert_true(stand_answer_has(s, "\"versions\":[\"v1\",\"v1.5\",\"v2\",\"2026-01-01\",\"beta\"]"));
}

static void every_rule_of_selection(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, VERSIONS SOURCES);
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&s, &rows[i]);
	stand_end(&s);
}

static const char *chosen(struct stand *s, const char *head)
{
	if (stand_request(s, head, NULL) == ANSWERED)
		return stand_text(s, outcome_word(s->x.outcome));
	return stand_text(s, s->x.version->name);
}

static void the_outcome_names_the_reason(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, VERSIONS SOURCES);
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h"), "version_missing");
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nAPI-Version: x"), "version_malformed");
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nAPI-Version: 9"), "version_unknown");
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nAPI-Version: 1,2"), "version_conflict");
	assert_string_equal(chosen(&s, "GET /api/v1.5 HTTP/1.1\nHost: h\nAPI-Version: =1.4"), "version_conflict");
	stand_end(&s);
}

static void answers_never_repeat_what_was_sent(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, VERSIONS SOURCES);
	stand_load(&s, filters);
	stand_request(&s, "GET /api/v1sekret HTTP/1.1\nHost: h\nAPI-Version: sekret", NULL);
	struct str body = buf_str(&s.x.answer.body);
	assert_int_equal(str_search(body, STR("sekret")), body.len);
	stand_end(&s);
}

static void without_select_path_header_and_accept_parameter_count(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}, v2: {}}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /v2/o HTTP/1.1\nHost: h"), "v2");
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nAPI-Version: 1"), "v1");
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nAccept: */*;version=2"), "v2");
	assert_string_equal(chosen(&s, "GET /o?api-version=2 HTTP/1.1\nHost: h"), "version_missing");
	assert_string_equal(chosen(&s, "OPTIONS * HTTP/1.1\nHost: h"), "version_missing");
	stand_end(&s);
}

static void a_single_version_is_the_default(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h"), "v1");
	assert_int_equal(s.x.source, SOURCE_DEFAULT);
	assert_string_equal(stand_added(&s, "Vary"), "");
	assert_string_equal(chosen(&s, "GET /v2/o HTTP/1.1\nHost: h"), "version_unknown");
	stand_end(&s);
	stand_begin(&s, "versions: {v1: {}}\nselect: {missing: reject}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h"), "version_missing");
	stand_end(&s);
}

static void missing_and_unknown_may_be_a_version(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}, v2: {}, v3: {}}\nselect: {missing: v1, unknown: v2}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h"), "v1");
	assert_string_equal(stand_added(&s, "Vary"), ALL);
	assert_string_equal(chosen(&s, "GET /v9/o HTTP/1.1\nHost: h"), "v2");
	assert_int_equal(s.x.source, SOURCE_DEFAULT);
	/* what is served and what is not agree in the major: the served one counts */
	assert_string_equal(chosen(&s, "GET /v3/o HTTP/1.1\nHost: h\nAPI-Version: 3.7"), "v3");
	assert_string_equal(chosen(&s, "GET /v3/o HTTP/1.1\nHost: h\nAPI-Version: 9"), "version_conflict");
	assert_string_equal(chosen(&s, "GET /v3/o HTTP/1.1\nHost: h\nAPI-Version: x"), "version_malformed");
	stand_end(&s);
}

static void a_pin_is_for_consumers_that_name_none(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}, v2: {}}\nselect: {missing: v2}\nconsumers: {pin: {erp: v1}}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nX-Consumer: erp"), "v1");
	assert_int_equal(s.x.source, SOURCE_PIN);
	assert_string_equal(stand_added(&s, "Vary"), "API-Version, Accept, X-Consumer, User-Agent");
	assert_string_equal(chosen(&s, "GET /v2/o HTTP/1.1\nHost: h\nX-Consumer: erp"), "v2");
	assert_string_equal(chosen(&s, "GET /o HTTP/1.1\nHost: h\nX-Consumer: other"), "v2");
	stand_end(&s);
}

static void unversioned_paths_ask_nothing(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}, v2: {}}\n"
			"unversioned: {/healthz: v2, /docs/: v1, /docs/new/: v2, /v1/ping: v2}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /healthz HTTP/1.1\nHost: h\nAPI-Version: 1"), "v2");
	assert_true(s.x.unversioned);
	assert_string_equal(chosen(&s, "GET /healthz/x HTTP/1.1\nHost: h"), "version_missing");
	assert_string_equal(chosen(&s, "GET /docs HTTP/1.1\nHost: h"), "version_missing");
	assert_string_equal(chosen(&s, "GET /docs/a HTTP/1.1\nHost: h"), "v1");
	assert_string_equal(chosen(&s, "GET /docs/new/a HTTP/1.1\nHost: h"), "v2");
	assert_string_equal(chosen(&s, "GET /v1/ping HTTP/1.1\nHost: h"), "v2");
	/* no spelling leaves a versioned path for an unversioned one */
	assert_string_equal(chosen(&s, "GET /docs/../v1/a HTTP/1.1\nHost: h"), "v1");
	assert_false(s.x.unversioned);
	stand_end(&s);
}

static void stripping(void **state)
{
	(void)state;
	static const struct {
		const char *target, *backend, *contract;
	} cases[] = {
	    {"/api/v1/orders?x=1", "/api/orders?x=1", "/api/orders"},
	    {"/api/v1", "/api", "/api"},
	    {"/api/v1/", "/api/", "/api/"},
	    {"/api/v1/a%2fb%7E?", "/api/a%2fb%7E?", "/api/a%2Fb~"}, /* bytes behind it as they came */
	    {"/%61pi/v1/orders?x", "/api/orders?x", "/api/orders"}, /* spelled otherwise before it: the normal form */
	    {"/api/v1//orders", "/api//orders", "/api/orders"},
	    {"/api//v1/orders", "/api/orders", "/api/orders"},
	    {"/api/v1.0/orders", "/api/orders", "/api/orders"},
	    {"/x/../api/v1/orders", "/api/orders", "/api/orders"},
	    {"/api/v1/../v1/orders", "/api/orders", "/api/orders"}, /* cutting the first would mean another path */
	    {"/api/v1/../../api/v1/a", "/api/a", "/api/a"},
	};
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}\nselect: {from: [{path: /api/v<major>, strip: true}]}");
	stand_load(&s, filters);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char head[128];
		snprintf(head, sizeof head, "GET %s HTTP/1.1\nHost: h", cases[i].target);
		assert_int_equal(stand_request(&s, head, NULL), PASS);
		print_message("%s\n", cases[i].target);
		assert_string_equal(stand_text(&s, s.x.target), cases[i].backend);
		assert_string_equal(stand_text(&s, s.x.contract_path), cases[i].contract);
	}
	stand_end(&s);
	stand_begin(&s, "versions: {v1: {}}\nselect: {from: [{path: /v<major>, strip: true}]}");
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, "GET /v1 HTTP/1.1\nHost: h", NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.target), "/");
	assert_int_equal(stand_request(&s, "GET http://h/v1/a?b HTTP/1.1\nHost: h", NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.target), "/a?b");
	stand_end(&s);
}

static void unstripped_paths_go_on_as_they_came(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}");
	stand_load(&s, filters);
	assert_int_equal(stand_request(&s, "GET /%76%31//a?b HTTP/1.1\nHost: h", NULL), PASS);
	assert_string_equal(stand_text(&s, s.x.target), "/%76%31//a?b");
	assert_string_equal(stand_text(&s, s.x.contract_path), "/a");
	assert_string_equal(stand_text(&s, s.x.version_segment), "/v1");
	stand_end(&s);
}

static void names_and_dates_in_the_path(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {2025-06-01: {}, 2026-01-01: {}, beta: {semver: 3.0.0}}\n"
			"select: {from: [{path: /<version>/}, {header: X-V}]}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /2026-01-01/o HTTP/1.1\nHost: h"), "2026-01-01");
	assert_string_equal(stand_added(&s, "API-Version"), "2026-01-01");
	assert_string_equal(chosen(&s, "GET /beta HTTP/1.1\nHost: h"), "beta");
	assert_string_equal(chosen(&s, "GET /2024-01-01/o HTTP/1.1\nHost: h"), "version_unknown");
	assert_int_equal(s.x.answer.status, 404);
	assert_string_equal(chosen(&s, "GET /2024-13-01/o HTTP/1.1\nHost: h"), "version_malformed");
	assert_string_equal(chosen(&s, "GET /orders HTTP/1.1\nHost: h\nX-V: beta"), "beta");
	stand_end(&s);
}

static void the_trail_tells_what_every_source_said(void **state)
{
	(void)state;
	struct stand s;
	struct selector selector;
	struct selection found;
	struct select_trail trail;
	struct buf out = {0};
	stand_begin(&s, VERSIONS SOURCES);
	stand_load(&s, filters);
	assert_true(select_load(&s.setup, &selector));
	stand_request(&s, "GET /api/v1/o HTTP/1.1\nHost: h\nAPI-Version: =1.4", NULL);
	select_version(&selector,
		       &(struct select_request){.message = &s.x.request, .path = s.x.path, .arena = &s.x.arena}, &found,
		       &trail);
	select_explain(&found, &trail, &out);
	assert_string_equal(stand_text(&s, buf_str(&out)), "path /api/v<major>: \"1\" asks for a version\n"
							   "header API-Version: \"=1.4\" asks for a version\n"
							   "accept application/vnd.orders.v<major>+json: says nothing\n"
							   "query api-version: says nothing\n"
							   "version v1, chosen by path (/api/v<major>)\n");
	buf_free(&out);
	stand_end(&s);
}

static void too_many_asks_are_malformed(void **state)
{
	(void)state;
	struct stand s;
	struct buf head = {0};
	stand_begin(&s, VERSIONS SOURCES);
	stand_load(&s, filters);
	buf_addf(&head, "GET /o HTTP/1.1\nHost: h\nAPI-Version: 1");
	for (unsigned i = 0; i < 100; i++)
		buf_addf(&head, ",1");
	buf_addc(&head, '\0');
	assert_string_equal(chosen(&s, head.at), "version_malformed");
	buf_free(&head);
	stand_end(&s);
}

static void the_backends_own_api_version_is_replaced(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(&s, "versions: {v1: {}}");
	stand_load(&s, filters);
	assert_string_equal(chosen(&s, "GET /v1 HTTP/1.1\nHost: h"), "v1");
	stand_response(&s, "HTTP/1.1 200 OK\nAPI-Version: 7\nContent-Length: 0");
	assert_true(s.x.dropped & KNOWN_BIT(KNOWN_API_VERSION));
	assert_string_equal(stand_added(&s, "API-Version"), "1.0.0");
	stand_end(&s);
}

static void what_is_wrong_in_the_configuration_is_told_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *complaint;
		uint32_t line;
	} cases[] = {
	    {"versions: {v1: {}}\nselect: {missing: v7}", "there is no version v7", 2},
	    {"versions: {v1: {}}\nselect: {unknown: v7}", "there is no version v7", 2},
	    {"versions: {v1: {}}\nconsumers: {pin: {a: v3}}", "there is no version v3", 2},
	    {"versions: {v1: {}}\nunversioned: {/a: v3}", "there is no version v3", 2},
	    {"versions: {v1: {}}\nunversioned:\n  a: v1", "a path begins with /", 3},
	    {"versions: {v1: {}}\nunversioned:\n  /a/../b: v1", "normal form, /b", 3},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: /v1", "it needs a <major> or a <version>", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: v<major>", "a path begins with /", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: /v<major>/<version>", "not both", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: /v<major>/<x>", "no other < or >", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: /%61/v<major>", "normal form", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: /v<major>\n    - path: /v<major>", "overlaps", 5},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - path: /<version>\n    - path: /api/v<major>", "overlaps", 5},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - header: A\n    - header: a", "overlaps", 5},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - header: A B", "no name of a field", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - {header: A, query: b}", "is one of", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - {header: A, strip: true}", "only a path", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - accept: {}", "one of media_type and parameter", 4},
	    {"versions: {v1: {}}\nselect:\n  from:\n    - accept: {media_type: v<major>}", "type/subtype", 4},
	    {"versions:\n  v1: {semver: 2.0.0}", "cannot have the semver 2.0.0", 2},
	    {"versions:\n  v1: {semver: one}", "not a semantic version", 2},
	    {"versions:\n  2026-01-01: {semver: 1.0.0}", "is a date", 2},
	    {"versions:\n  v1: {semver: 1.2.0}\n  v1.2: {}", "the same number, 1.2.0", 3},
	    {"versions:\n  beta: {}", "neither a number nor a date", 2},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		print_message("%s\n", cases[i].yaml);
		stand_refuses(cases[i].yaml, filters, cases[i].complaint, cases[i].line);
	}
}

static void paths_that_cannot_meet_are_allowed(void **state)
{
	(void)state;
	struct stand s;
	stand_begin(
	    &s, "versions: {v1: {}}\n"
		"select: {from: [{path: /v<major>}, {path: /api/v<major>}, {path: /<major>}, {path: /w/<version>}]}");
	stand_load(&s, filters);
	stand_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_rule_of_selection),
	    cmocka_unit_test(the_outcome_names_the_reason),
	    cmocka_unit_test(answers_never_repeat_what_was_sent),
	    cmocka_unit_test(without_select_path_header_and_accept_parameter_count),
	    cmocka_unit_test(a_single_version_is_the_default),
	    cmocka_unit_test(missing_and_unknown_may_be_a_version),
	    cmocka_unit_test(a_pin_is_for_consumers_that_name_none),
	    cmocka_unit_test(unversioned_paths_ask_nothing),
	    cmocka_unit_test(stripping),
	    cmocka_unit_test(unstripped_paths_go_on_as_they_came),
	    cmocka_unit_test(names_and_dates_in_the_path),
	    cmocka_unit_test(the_trail_tells_what_every_source_said),
	    cmocka_unit_test(too_many_asks_are_malformed),
	    cmocka_unit_test(the_backends_own_api_version_is_replaced),
	    cmocka_unit_test(what_is_wrong_in_the_configuration_is_told_with_its_place),
	    cmocka_unit_test(paths_that_cannot_meet_are_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
