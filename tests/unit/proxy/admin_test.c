/* The admin port: its pages as functions, and its server over a socket. */
#include "observed.h"

#include "proxy/admin/listener.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

static unsigned reloads;

static unsigned reload(void *context, struct buf *text)
{
	(void)context;
	reloads++;
	buf_add(text, STR("reloaded\n"));
	return 200;
}

static unsigned explain(void *context, struct str method, struct str target, struct buf *json)
{
	(void)context;
	buf_addf(json, "{\"explained\":\"%.*s %.*s\"}", STR_ARG(method), STR_ARG(target));
	return 200;
}

static struct admin_answer ask(struct watched *w, const char *method, const char *path, const char *query)
{
	struct admin_view view = {.observatory = w->all, .reload = reload, .explain = explain};
	struct admin_request r = {.method = str_from(method), .path = str_from(path), .query = str_from(query)};
	struct admin_answer a;
	admin_answer(&view, &r, &a);
	buf_addc(&a.body, '\0');
	return a;
}

static void expect(struct watched *w, const char *path, const char *query, unsigned status, const char *part)
{
	struct admin_answer a = ask(w, "GET", path, query);
	assert_int_equal(a.status, status);
	if (!strstr(a.body.at, part))
		fail_msg("%s is not in\n%s", part, a.body.at);
	buf_free(&a.body);
}

static void busy(struct watched *w)
{
	struct exchange x;
	for (unsigned i = 0; i < 3; i++) {
		good_exchange(&x, &w->versions[0]);
		struct violation v = {.side = SIDE_REQUEST,
				      .enforced = true,
				      .code = STR("query.type"),
				      .location = STR("query"),
				      .name = STR("limit"),
				      .keyword = STR("type"),
				      .place = STR("v1.yaml:12:5"),
				      .expected = STR("an integer"),
				      .found = STR("string")};
		exchange_violated(&x, &v);
		exchange_unchecked(&x, SIDE_RESPONSE, "too_large");
		exchange_deprecated(&x, STR("version"), STR("v1"));
		x.consumer = i ? STR("=cmd|'/c calc'!A1,\"x\"<script>") : STR("shop");
		observe_exchange(observe_worker(w->all, 0), &x);
		exchange_free(&x);
	}
}

static void probes_tell_the_state(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	expect(w, "/livez", "", 200, "alive");
	expect(w, "/readyz", "", 200, "ready");
	expect(w, "/metrics", "", 200, "vane_build_info");
	expect(w, "/nowhere", "", 404, "no such page");
	expect(w, "/api/config", "", 200, "{\"api\":\"orders\"}");
	expect(w, "/api/explain", "target=%2Fv1%2Forders%3Fa=1", 200, "{\"explained\":\"GET /v1/orders?a=1\"}");
	expect(w, "/api/explain", "", 400, "target is missing");
	struct admin_answer a = ask(w, "DELETE", "/livez", "");
	assert_int_equal(a.status, 405);
	assert_string_equal(a.extra, "Allow: GET, HEAD\r\n");
	buf_free(&a.body);
	forget(w);
}

static void changes_need_the_token(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct admin_view view = {.observatory = w->all, .reload = reload};
	struct admin_request r = {.method = STR("POST"), .path = STR("/api/reload")};
	struct admin_answer a;
	reloads = 0;
	admin_answer(&view, &r, &a);
	assert_int_equal(a.status, 401);
	assert_int_equal(reloads, 0);
	buf_free(&a.body);
	r.authorized = true;
	admin_answer(&view, &r, &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(reloads, 1);
	buf_free(&a.body);
	r.method = STR("GET");
	admin_answer(&view, &r, &a);
	assert_int_equal(a.status, 405);
	buf_free(&a.body);
	forget(w);
}

static void the_status_is_json(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	busy(w);
	expect(
	    w, "/api/status", "", 200,
	    "\"versions\":[{\"name\":\"v1\",\"semver\":\"1.4.2\",\"contract\":\"v1.yaml\",\"digest\":\"d1\",\"state\":"
	    "\"deprecated\","
	    "\"deprecated\":\"2026-06-29T12:00:00.000Z\",\"sunset\":\"2027-06-30T12:00:00.000Z\",\"successor\":\"v2\","
	    "\"requests\":3},{\"name\":\"v2\"");
	expect(w, "/api/status", "", 200, "\"connections\":{\"active\":7}");
	expect(w, "/api/status", "", 200,
	       "\"unchecked\":[{\"version\":\"v1\",\"direction\":\"response\",\"reason\":\"too_large\",\"count\":3}]");
	expect(w, "/api/violations", "", 200,
	       "{\"violations\":[{\"version\":\"v1\",\"method\":\"GET\",\"route\":\"/orders/"
	       "{id}\",\"direction\":\"request\","
	       "\"code\":\"query.type\",\"keyword\":\"type\",\"location\":\"query\",\"name\":\"limit\","
	       "\"place\":\"v1.yaml:12:5\",\"expected\":\"an "
	       "integer\",\"found\":\"string\",\"action\":\"enforced\",\"count\":3,");
	expect(w, "/api/violations", "limit=x", 400, "limit must be a number");
	forget(w);
}

static void usage_is_json_and_csv(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	busy(w);
	expect(w, "/api/usage", "version=v1", 200, "\"consumer\":\"=cmd|'/c calc'!A1,\\\"x\\\"<script>\"");
	expect(w, "/api/usage", "version=v2", 200, "\"usage\":[]}");
	expect(w, "/api/usage", "since=yesterday", 400, "since must be");
	expect(w, "/api/usage", "since=36500d&consumer=shop", 200, "\"consumer\":\"shop\"");
	/* A spreadsheet must not run what a client calls itself. */
	expect(w, "/api/usage", "format=csv", 200,
	       "\"v1\",\"GET /orders/{id}\",\"'=cmd|'/c "
	       "calc'!A1,\"\"x\"\"<script>\",\"\",\"path\",\"2026-06-30T12:00:00.000Z\","
	       "\"2026-06-30T12:00:00.000Z\",2\r\n");
	forget(w);
}

static void fields_are_json(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct exchange x;
	struct looked_place places[2] = {{STR("/a\"b"), true}, {STR("/named"), false}};
	struct looked looked[2] = {{true, true, places, 2}, {.head = true}};
	expect(w, "/api/fields", "", 200, "\"sampled_since\":null,\"lost\":null,");
	expect(w, "/api/fields", "", 200, "\"cut\":false,\"fields\":[],\"samples\":[]}");
	w->versions[0].fields = true;
	observe_set(w->all, false, 0, true);
	good_exchange(&x, &w->versions[0]);
	x.has_operation = true;
	x.looked[SIDE_REQUEST] = &looked[SIDE_REQUEST];
	x.looked[SIDE_RESPONSE] = &looked[SIDE_RESPONSE];
	observe_exchange(observe_worker(w->all, 0), &x);
	exchange_free(&x);
	expect(w, "/api/fields", "version=v1", 200,
	       "{\"version\":\"v1\",\"operation\":\"GET /orders/{id}\",\"direction\":\"request\",\"field\":\"/a\\\"b\","
	       "\"consumer\":\"shop\",\"first\":\"2026-06-30T12:00:00.000Z\",\"last\":\"2026-06-30T12:00:00.000Z\","
	       "\"count\":1}");
	expect(w, "/api/fields", "", 200, "\"field\":\"/named\",\"first\":");
	expect(w, "/api/fields", "", 200, "\"heads\":1,\"bodies\":0,\"refused\":0}]}");
	expect(w, "/api/fields", "version=v2", 200, "\"fields\":[],\"samples\":[]}");
	expect(w, "/api/fields", "limit=1", 200, "\"cut\":true,");
	expect(w, "/api/fields", "since=yesterday", 400, "since must be");
	expect(w, "/api/fields", "limit=few", 400, "limit must be a number");
	forget(w);
}

static void flush(struct watched *w)
{
	struct admin_answer a = ask(w, "GET", "/api/usage", "");
	buf_free(&a.body);
}

static void events_come_from_a_checkpoint(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	busy(w);
	flush(w);
	struct admin_view view = {.observatory = w->all};
	struct buf out = {0};
	uint64_t after = 0;
	expect(w, "/api/events", "after=0&limit=1", 200,
	       "\"first\":1,\"last\":3,\"after\":1,\"pruned\":false,\"events\":[{\"spec");
	expect(w, "/api/events", "after=99&limit=1", 200, "\"after\":99,\"pruned\":false,\"events\":[]}");
	assert_int_equal(admin_events(&view, &after, 2, &out), 2);
	assert_int_equal(after, 2);
	assert_true(str_starts(buf_str(&out),
			       STR("id: 1\nevent: contract.violated\ndata: {\"specversion\":\"1.0\",\"id\":\"1\"")));
	assert_int_equal(admin_events(&view, &after, 2, &out), 1);
	out.len = 0;
	assert_int_equal(admin_events(&view, &after, 2, &out), 0);
	assert_int_equal(out.len, 0);
	/* A checkpoint of another ledger. */
	after = 1000;
	assert_int_equal(admin_events(&view, &after, 10, &out), 0);
	assert_true(str_starts(buf_str(&out), STR("id: 0\nevent: journal.restarted\n")));
	assert_int_equal(admin_events(&view, &after, 10, &out), 3);
	buf_free(&out);
	forget(w);
}

static void the_page_shows_names_as_text(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	busy(w);
	struct admin_answer a = ask(w, "GET", "/", "");
	assert_int_equal(a.status, 200);
	assert_string_equal(a.type, "text/html; charset=utf-8");
	assert_true(a.body.len < 40 * 1024);
	assert_null(strstr(a.body.at, "\"x\"<script>"));
	assert_non_null(strstr(a.body.at, "&quot;x&quot;&lt;script&gt;"));
	assert_non_null(strstr(a.extra, "Content-Security-Policy: default-src 'none';"));
	assert_null(strstr(a.body.at, "http://"));
	assert_non_null(strstr(a.body.at, "GET /orders/{id}"));
	buf_free(&a.body);
	forget(w);
}

/* However many there are of everything, and whatever they are called. */
static void the_page_stays_small(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	char name[200], pointer[128];
	memset(name, '"', sizeof name);
	for (unsigned i = 0; i < 500; i++) {
		struct exchange x;
		good_exchange(&x, &w->versions[i % 2]);
		snprintf(pointer, sizeof pointer,
			 "#/%u/<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", i);
		struct violation v = {.code = STR("body.type"),
				      .pointer = str_of(name, sizeof name),
				      .keyword = STR("type"),
				      .keyword_pointer = str_from(pointer),
				      .place = str_of(name, sizeof name),
				      .expected = str_of(name, sizeof name)};
		exchange_violated(&x, &v);
		exchange_unchecked(&x, SIDE_REQUEST, arena_dup(&x.arena, str_from(pointer)).at);
		name[0] = (char)('a' + i % 26);
		name[1] = (char)('a' + i / 26);
		x.consumer = str_of(name, sizeof name);
		x.route = str_of(name, sizeof name);
		observe_exchange(observe_worker(w->all, 0), &x);
		exchange_free(&x);
	}
	struct admin_answer a = ask(w, "GET", "/", "");
	print_message("the largest page has %zu bytes\n", a.body.len);
	assert_true(a.body.len < 40 * 1024);
	assert_non_null(strstr(a.body.at, "</body></html>"));
	buf_free(&a.body);
	forget(w);
}

/* ---- over a socket ---- */

struct served {
	struct watched *w;
	uv_loop_t loop;
	uv_async_t stop;
	struct admin *admin;
	struct admin_view view;
	pthread_t thread;
	unsigned port;
};

static void stop_serving(uv_async_t *async)
{
	struct served *s = async->data;
	admin_close(s->admin);
	uv_close((uv_handle_t *)async, NULL);
}

static void *run_loop(void *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	return NULL;
}

static void serve(struct served *s)
{
	struct address address = {.kind = ADDRESS_TCP, .host = STR("127.0.0.1"), .text = STR("127.0.0.1:0")};
	s->w = watch(NULL);
	s->view = (struct admin_view){.observatory = s->w->all, .reload = reload};
	uv_loop_init(&s->loop);
	uv_async_init(&s->loop, &s->stop, stop_serving);
	s->stop.data = s;
	assert_int_equal(admin_open(&s->admin, &s->loop, &address, STR("s3cret"), &s->view), 0);
	s->port = admin_port(s->admin);
	assert_true(s->port > 0);
	pthread_create(&s->thread, NULL, run_loop, &s->loop);
}

static void unserve(struct served *s)
{
	uv_async_send(&s->stop);
	pthread_join(s->thread, NULL);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	forget(s->w);
}

static int dial(const struct served *s)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port), .sin_addr.s_addr = htonl(0x7F000001)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval patience = {.tv_sec = 10};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

/* All of the answer, up to the end of the connection. */
static char *converse(const struct served *s, const char *request, size_t len)
{
	static char answer[65536];
	int fd = dial(s);
	size_t got = 0;
	for (size_t sent = 0; sent < len;) {
		ssize_t n = send(fd, request + sent, len - sent, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	for (ssize_t n; (n = read(fd, answer + got, sizeof answer - 1 - got)) > 0;)
		got += (size_t)n;
	answer[got] = '\0';
	close(fd);
	return answer;
}

static char *say(const struct served *s, const char *request)
{
	return converse(s, request, strlen(request));
}

static void starts(const struct served *s, const char *request, const char *start)
{
	char *answer = say(s, request);
	if (strncmp(answer, start, strlen(start)) != 0)
		fail_msg("%s\nis not answered with\n%s\nbut with\n%s", request, start, answer);
}

static void requests_are_answered(void **state)
{
	(void)state;
	struct served s;
	serve(&s);
	assert_string_equal(say(&s, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"),
			    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
			    "X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: 6\r\n\r\nalive\n");
	assert_string_equal(say(&s, "HEAD /livez HTTP/1.0\r\n\r\n"),
			    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
			    "X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: 6\r\n\r\n");
	starts(&s, "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ");
	starts(&s, "\x16\x03\x01 hello\r\n\r\n", "HTTP/1.1 400 ");
	starts(&s, "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: application/openmetrics-text\r\n\r\n",
	       "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
	unserve(&s);
}

static void posts_need_the_right_token(void **state)
{
	(void)state;
	struct served s;
	serve(&s);
	reloads = 0;
	starts(&s, "POST /api/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 401 ");
	starts(&s, "POST /api/reload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s3cre\r\n\r\n", "HTTP/1.1 401 ");
	starts(&s, "POST /api/reload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s3crets3cret\r\n\r\n",
	       "HTTP/1.1 401 ");
	starts(&s, "POST /api/reload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \r\n\r\n", "HTTP/1.1 401 ");
	assert_int_equal(reloads, 0);
	starts(&s,
	       "POST /api/reload HTTP/1.1\r\nHost: a\r\nAuthorization: bearer s3cret\r\nContent-Length: 5\r\n\r\nhello",
	       "HTTP/1.1 200 ");
	assert_int_equal(reloads, 1);
	unserve(&s);
}

static void large_heads_are_refused(void **state)
{
	(void)state;
	struct served s;
	char request[40000];
	serve(&s);
	size_t len = (size_t)snprintf(request, sizeof request, "GET /livez HTTP/1.1\r\nHost: a\r\nX: ");
	memset(request + len, 'x', sizeof request - len);
	assert_non_null(strstr(converse(&s, request, sizeof request), "HTTP/1.1 431 "));
	/* Sixty-four silent visitors: the next is refused, and room comes back when they go. */
	int silent[64];
	for (int i = 0; i < 64; i++)
		silent[i] = dial(&s);
	assert_string_equal(say(&s, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"), "");
	for (int i = 0; i < 64; i++)
		close(silent[i]);
	usleep(100000);
	starts(&s, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ");
	unserve(&s);
}

static void a_stream_brings_new_events(void **state)
{
	(void)state;
	struct served s;
	char text[16384];
	size_t got = 0;
	serve(&s);
	int fd = dial(&s);
	const char request[] = "GET /api/events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 0\r\n\r\n";
	assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
	while (got < 10 || !memmem(text, got, "retry: 2000\n\n", 13)) {
		ssize_t n = read(fd, text + got, sizeof text - got);
		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_non_null(memmem(text, got, "Content-Type: text/event-stream\r\n", 33));
	busy(s.w);
	while (!memmem(text, got, "\nid: 3\nevent: version.deprecated_used\n", 38)) {
		ssize_t n = read(fd, text + got, sizeof text - got);
		assert_true(n > 0);
		got += (size_t)n;
	}
	/* Closing the port ends the stream. */
	unserve(&s);
	assert_int_equal(read(fd, text, sizeof text), 0);
	close(fd);
}

static void a_token_is_a_files_first_line(void **state)
{
	(void)state;
	struct watched *w = watch(NULL);
	struct buf token = {0};
	char path[128];
	snprintf(path, sizeof path, "%s/token", w->folder);
	assert_false(admin_read_token(path, &token));
	FILE *f = fopen(path, "w");
	fputs(" s3cret \r\nsecond\n", f);
	fclose(f);
	assert_true(admin_read_token(path, &token));
	assert_true(str_eq(str_trim(buf_str(&token)), STR("s3cret")));
	f = fopen(path, "w");
	fputs("\n", f);
	fclose(f);
	token.len = 0;
	assert_false(admin_read_token(path, &token));
	buf_free(&token);
	forget(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(probes_tell_the_state),
	    cmocka_unit_test(changes_need_the_token),
	    cmocka_unit_test(the_status_is_json),
	    cmocka_unit_test(usage_is_json_and_csv),
	    cmocka_unit_test(fields_are_json),
	    cmocka_unit_test(events_come_from_a_checkpoint),
	    cmocka_unit_test(the_page_shows_names_as_text),
	    cmocka_unit_test(the_page_stays_small),
	    cmocka_unit_test(requests_are_answered),
	    cmocka_unit_test(posts_need_the_right_token),
	    cmocka_unit_test(large_heads_are_refused),
	    cmocka_unit_test(a_stream_brings_new_events),
	    cmocka_unit_test(a_token_is_a_files_first_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
