/* head: parsing (h1_parse) and writing (h1_write) of a head: 8 and 16 fields as a service client and a browser send them,
 * and a typical answer. */
#include "bench/micro/micro.h"
#include "proxy/http/h1_parse.h"
#include "proxy/http/h1_write.h"

struct work {
	const struct sample *sample;
	struct arena arena;
	struct message m;
	struct buf out;
};

#define EIGHT                                                                                                          \
	"Host: api.example.com\r\nUser-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\n"            \
	"Accept: application/json\r\nConnection: keep-alive\r\nAPI-Version: 1.4\r\n"                                   \
	"X-Request-Id: 7f0c8f3e-1c2b-4e55-9c1a-0d9b8a7f6e5d\r\n"                                                       \
	"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"

static const struct sample {
	const char *name;
	enum h1_kind kind;
	struct str bytes;
} samples[] = {
    {"request, 1 field", H1_REQUEST, STR_INIT("GET /v1/orders/8731 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")},
    {"request, 8 fields", H1_REQUEST, STR_INIT("GET /v1/orders/8731?expand=items HTTP/1.1\r\n" EIGHT "\r\n")},
    {"request, 16 fields", H1_REQUEST,
     STR_INIT("POST /v1/orders HTTP/1.1\r\n" EIGHT
	      "Accept-Language: de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7\r\nCache-Control: no-cache\r\n"
	      "Content-Type: application/json; charset=utf-8\r\nContent-Length: 1024\r\n"
	      "Authorization: Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl\r\n"
	      "Origin: https://shop.example.com\r\nReferer: https://shop.example.com/cart\r\n"
	      "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n")},
    {"response, 7 fields", H1_RESPONSE,
     STR_INIT("HTTP/1.1 200 OK\r\nServer: gunicorn\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\n"
	      "Content-Type: application/json\r\nContent-Length: 312\r\nCache-Control: no-store\r\n"
	      "ETag: \"5f3a-9c1b2d\"\r\n\r\n")},
};

static void parse(const struct sample *s, struct arena *arena, struct message *m)
{
	static const struct h1_limits limits = {32768, 8192, 100};
	struct h1_parser p;
	h1_parser_reset(&p, s->kind, METHOD_GET, &limits);
	CHECK(h1_parse(&p, s->bytes, arena, m) == H1_DONE);
}

static void write(const struct sample *s, struct buf *out, const struct message *m)
{
	static const struct field add[] = {{STR_INIT("Via"), STR_INIT("1.1 vane")},
					   {STR_INIT("X-Forwarded-For"), STR_INIT("192.0.2.1")}};
	struct h1_out how = {.add = add, .add_count = 2, .framing = m->framing, .length = m->content_length};
	if (s->kind == H1_REQUEST)
		h1_write_request(out, m, &how);
	else
		h1_write_response(out, m, &how);
}

static void parse_once(void *arg)
{
	struct work *w = arg;
	arena_reset(&w->arena);
	parse(w->sample, &w->arena, &w->m);
}

static void write_once(void *arg)
{
	struct work *w = arg;
	w->out.len = 0;
	write(w->sample, &w->out, &w->m);
}

int main(void)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct work w = {.sample = &samples[i]};
		char name[80];
		arena_init(&w.arena, 4096);
		snprintf(name, sizeof name, "parse %s, %zu bytes", w.sample->name, w.sample->bytes.len);
		micro(name, parse_once, &w);
		snprintf(name, sizeof name, "write %s, %zu bytes", w.sample->name, w.sample->bytes.len);
		micro(name, write_once, &w);
		buf_free(&w.out);
		arena_free(&w.arena);
	}
	return 0;
}
