/* rooms: http */
/* A head split anywhere gets the same verdict and is the same message; what is accepted is written out as exactly one head with equal fields.
 * First byte: bit 0 a response, bit 1 to HEAD; second byte: where to split. */
#include "proxy/http/h1_parse.h"
#include "proxy/http/h1_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct h1_limits limits = {600, 200, 20};
static const uint64_t rewritten =
    KNOWN_BIT(KNOWN_HOST) | KNOWN_BIT(KNOWN_CONTENT_LENGTH) | KNOWN_BIT(KNOWN_TRANSFER_ENCODING);

static uint32_t next_kept(const struct message *m, uint32_t i)
{
	while (i < m->count && (message_is_hop_by_hop(m, i) || (rewritten >> message_id(m, i) & 1)))
		i++;
	return i;
}

static void same_fields(const struct message *a, const struct message *b)
{
	uint32_t i = next_kept(a, 0), k = next_kept(b, 0);
	for (; i < a->count && k < b->count; i = next_kept(a, i + 1), k = next_kept(b, k + 1))
		CHECK(str_eq(a->fields[i].name, b->fields[k].name) && str_eq(a->fields[i].value, b->fields[k].value));
	CHECK(i == a->count && k == b->count && a->status == b->status && str_eq(a->method_name, b->method_name));
	CHECK(str_eq(a->path.len ? a->path : b->path, b->path) && str_eq(a->query, b->query));
}

static void round_trip(const struct message *m, struct h1_parser *p, struct arena *arena)
{
	struct buf out = {0};
	struct message again;
	struct h1_out how = {.framing = m->framing == FRAMING_UNTIL_CLOSE ? FRAMING_CHUNKED : m->framing,
			     .length = m->content_length};
	static const struct h1_limits roomy = {4096, 4096, 100};
	how.authority = m->authority.len ? m->authority : STR("backend");
	(p->kind == H1_REQUEST ? h1_write_request : h1_write_response)(&out, m, &how);
	h1_parser_reset(p, p->kind, p->request, &roomy);
	CHECK(h1_parse(p, buf_str(&out), arena, &again) == H1_DONE && p->head == out.len);
	CHECK(again.framing == how.framing && (again.content_length == m->content_length || again.status < 205));
	same_fields(m, &again);
	buf_free(&out);
}

/* What came in one piece has been read in one pass, what came in two has not. */
static void same_message(const struct message *a, const struct message *b)
{
	CHECK(a->count == b->count && a->present == b->present && a->repeated == b->repeated);
	CHECK(memcmp(a->known, b->known, sizeof a->known) == 0 && memcmp(a->ids, b->ids, a->count) == 0);
	for (uint32_t i = 0; i < a->count; i++)
		CHECK(str_eq(a->fields[i].name, b->fields[i].name) && str_eq(a->fields[i].value, b->fields[i].value));
	CHECK(a->method == b->method && a->form == b->form && a->minor == b->minor && a->status == b->status);
	CHECK(str_eq(a->method_name, b->method_name) && str_eq(a->target, b->target) && str_eq(a->reason, b->reason));
	CHECK(str_eq(a->path, b->path) && str_eq(a->query, b->query) && a->has_query == b->has_query);
	CHECK(a->framing == b->framing && a->has_length == b->has_length && a->content_length == b->content_length);
	CHECK(a->keep_alive == b->keep_alive && a->upgrade == b->upgrade && str_eq(a->authority, b->authority));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct h1_parser whole, split;
	struct message m, other;
	struct arena arena;
	if (size < 2)
		return 0;
	struct str text = str_of((const char *)data + 2, size - 2);
	size_t cut = text.len ? data[1] * text.len / 255 : 0;
	h1_parser_reset(&whole, data[0] & 1 ? H1_RESPONSE : H1_REQUEST, data[0] & 2 ? METHOD_HEAD : METHOD_GET,
			&limits);
	split = whole;
	arena_init(&arena, 1024);
	enum h1_result one = h1_parse(&whole, text, &arena, &m),
		       two = h1_parse(&split, str_head(text, cut), &arena, &other);
	if (two == H1_MORE)
		two = h1_parse(&split, text, &arena, &other);
	CHECK(one == two && whole.status == split.status && whole.why == split.why && whole.head == split.head);
	if (one == H1_DONE)
		same_message(&m, &other);
	if (one == H1_DONE)
		round_trip(&m, &whole, &arena);
	arena_free(&arena);
	return 0;
}
