#include "filters/concern.h"

#include "filters/pact/sending.h"
#include "proxy/http/h1_parse.h"
#include "proxy/http/token.h"
#include "proxy/http/uri.h"

static bool is_framing(struct str name)
{
	static const char *const names[] = {
	    "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "TE", "Trailer"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(name, str_from(names[i])))
			return true;
	return false;
}

/* The head of the request; what says how its body is sent has no say in the version. */
static void write_head(const struct interaction *x, struct arena *arena, struct buf *head)
{
	struct sending s;
	bool host = false;
	sending_make(&s, &x->request, arena);
	struct str path = sending_path(arena, x->request.path);
	buf_addf(head, "%.*s %.*s%s%.*s HTTP/1.1\r\n", STR_ARG(s.head.method), STR_ARG(path),
		 s.head.query.len ? "?" : "", STR_ARG(s.head.query));
	for (size_t i = 0; i < s.head.field_count; i++) {
		const struct field *f = &s.head.fields[i];
		if (is_framing(f->name) || !token_valid(f->name))
			continue;
		host |= str_eq_nocase(f->name, STR("Host"));
		buf_addf(head, "%.*s: %.*s\r\n", STR_ARG(f->name), STR_ARG(f->value));
	}
	buf_addf(head, "%s\r\n", host ? "" : "Host: localhost\r\n");
	sending_free(&s);
}

static struct str without(struct arena *arena, struct str path, struct str segment)
{
	size_t before = (size_t)(segment.at - path.at);
	struct str behind = str_skip(path, before + segment.len);
	struct str cut = arena_printf(arena, "%.*s%.*s", (int)before, path.at, STR_ARG(behind));
	return cut.len ? cut : STR("/");
}

static void decide(const struct selector *s, const struct pact *pact, const struct message *m, struct arena *arena,
		   struct concern *c)
{
	static const char *const whys[] = {[SELECT_MALFORMED] = "there is no version where one should stand",
					   [SELECT_CONFLICT] = "two places of it name different versions",
					   [SELECT_UNKNOWN] = "it asks for a version that is not served"};
	struct select_request r = {.message = m, .path = c->whole, .consumer = pact->consumer, .arena = arena};
	struct selection found;
	select_version(s, &r, &found, NULL);
	if (found.result == SELECT_MISSING) {
		c->kind = CONCERN_ANY;
	} else if (found.result != SELECT_FOUND) {
		c->kind = CONCERN_REFUSED;
		c->why = whys[found.result];
	} else {
		c->kind = found.source == SOURCE_UNVERSIONED ? CONCERN_UNVERSIONED : CONCERN_VERSION;
		c->version = found.version;
		if (found.segment.len)
			c->path = without(arena, c->whole, found.segment);
	}
}

void concern_find(const struct selector *s, const struct pact *pact, const struct interaction *x, struct arena *arena,
		  struct concern *c)
{
	static const struct h1_limits limits = {.header_bytes = 1 << 20, .target_bytes = 1 << 20, .fields = 1000};
	struct h1_parser parser;
	struct message m = {0};
	struct buf head = {0};
	*c = (struct concern){.kind = CONCERN_REFUSED, .why = "its request is none that HTTP can send"};
	write_head(x, arena, &head);
	h1_parser_reset(&parser, H1_REQUEST, METHOD_GET, &limits);
	if (h1_parse(&parser, arena_dup(arena, buf_str(&head)), arena, &m) == H1_DONE) {
		c->whole = c->path = uri_normalise(m.path, arena, NULL);
		decide(s, pact, &m, arena, c);
	}
	buf_free(&head);
}

bool concern_judge(const struct concern *c, struct provider *p, const struct pact *pact, const struct interaction *x,
		   struct pact_findings *out)
{
	bool found = provider_operation(p, x->request.method, c->path) != NULL;
	return provider_judge(p, pact, x, found ? c->path : c->whole, out);
}
