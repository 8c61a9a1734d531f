#include "proxy/forward.h"

#include "proxy/base/clock.h"
#include "proxy/base/hash.h"
#include "proxy/http/date.h"
#include "proxy/http/h1_write.h"
#include "proxy/http/put.h"
#include "proxy/trust.h"

enum { LONGEST_ID = 128, TRACEPARENT = 55, LABELS = 192 /* bytes of the names of all lines that are added */ };

/* Unique, and not to be guessed from earlier ones: a counter under a key drawn at start. */
static uint64_t draw(struct worker *w)
{
	uint64_t count = ++w->ids;
	return hash_keyed(str_of((const char *)&count, sizeof count), w->id_key);
}

/* A further number from one that was drawn, for less; from the two nothing follows about other draws. */
static uint64_t stir(const struct worker *w, uint64_t drawn)
{
	return hash_folded(drawn ^ w->id_stir[0], w->id_stir[1]);
}

static bool harmless_id(struct str id)
{
	if (id.len == 0 || id.len > LONGEST_ID)
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (id.at[i] <= ' ' || id.at[i] > '~' || id.at[i] == '"' || id.at[i] == '\\')
			return false;
	return true;
}

static bool hex_run(struct str s, size_t at, size_t count)
{
	bool nonzero = false;
	for (size_t i = at; i < at + count; i++) {
		if (!ascii_digit(s.at[i]) && !(s.at[i] >= 'a' && s.at[i] <= 'f'))
			return false;
		nonzero |= s.at[i] != '0';
	}
	return nonzero;
}

/* W3C Trace Context, 3.2: 00-<32 hex>-<16 hex>-<2 hex>; a later version may go on after another dash. */
static bool valid_traceparent(struct str t)
{
	if (t.len < TRACEPARENT || t.at[2] != '-' || t.at[35] != '-' || t.at[52] != '-')
		return false;
	if (!hex_run(t, 3, 32) || !hex_run(t, 36, 16) || ascii_hex(t.at[53]) < 0 || ascii_hex(t.at[54]) < 0)
		return false;
	if (t.at[0] == '0' && t.at[1] == '0')
		return t.len == TRACEPARENT;
	return ascii_hex(t.at[0]) >= 0 && ascii_hex(t.at[1]) >= 0 && !(t.at[0] == 'f' && t.at[1] == 'f') &&
	       (t.len == TRACEPARENT || t.at[TRACEPARENT] == '-');
}

/* Sampled, because that is what a tracer without a parent decides by default: an unsampled parent made up here would
 * switch the service's tracing off. */
static struct str new_traceparent(struct session *s, struct exchange *x)
{
	char *t = arena_alloc(&x->arena, TRACEPARENT + 1);
	uint64_t drawn = draw(s->worker), stirred = stir(s->worker, drawn);
	memcpy(t, "00-", 3);
	put_hex(t + 3, drawn);
	put_hex(t + 19, stirred | 1);
	t[35] = '-';
	put_hex(t + 36, stir(s->worker, ~stirred) | 1);
	memcpy(t + 52, "-01", 4);
	return str_of(t, TRACEPARENT);
}

void forward_identify(struct session *s)
{
	struct exchange *x = &s->flow->x;
	bool traced = valid_traceparent(x->traceparent = message_known(&x->request, KNOWN_TRACEPARENT));
	if (!traced)
		x->traceparent = new_traceparent(s, x);
	x->trace_id = str_of(x->traceparent.at + 3, 32);
	x->request_id = message_known(&x->request, KNOWN_REQUEST_ID);
	if (harmless_id(x->request_id))
		return;
	x->request_id = x->trace_id; /* a trace made here has this one request; one that came may have more */
	if (traced) {
		char *id = arena_alloc(&x->arena, 32);
		uint64_t drawn = draw(s->worker);
		put_hex(id, drawn);
		put_hex(id + 16, stir(s->worker, drawn));
		x->request_id = str_of(id, 32);
	}
}

bool forward_count_down(struct exchange *x)
{
	struct message *m = &x->request;
	size_t i = message_find(m, STR("Max-Forwards"), 0);
	uint64_t left;
	if (i == m->count || !str_to_u64(m->fields[i].value, &left)) /* what is no number limits nothing */
		return true;
	if (left > 0)
		m->fields[i].value = arena_printf(&x->arena, "%llu", (unsigned long long)left - 1);
	return left > 0;
}

static char *append(char *begin, char *at, struct str one)
{
	if (at != begin) {
		memcpy(at, ", ", 2);
		at += 2;
	}
	memcpy(at, one.at, one.len);
	return at + one.len;
}

static struct str longer_list(struct exchange *x, enum known id, struct str element)
{
	struct message_list list = {.m = &x->request, .id = id};
	struct str one;
	size_t size = element.len + 2;
	while (message_list_next(&list, &one))
		size += one.len + 2;
	char *value = arena_alloc(&x->arena, size), *at = value;
	list = (struct message_list){.m = &x->request, .id = id};
	while (message_list_next(&list, &one))
		at = append(value, at, one);
	if (element.len)
		at = append(value, at, element);
	return str_of(value, (size_t)(at - value));
}

/* A list field with one more element (unless that is empty): what is there may stand in several lines. */
static inline struct str with_element(struct exchange *x, enum known id, struct str element)
{
	return x->request.known[id] ? longer_list(x, id, element) : element;
}

struct str forward_list(struct session *s, enum known id)
{
	return with_element(&s->flow->x, id, STR(""));
}

/* RFC 7239: who asks, how, for which host. IPv6 addresses stand in quotes and brackets. */
static struct str forwarded_element(struct session *s)
{
	struct exchange *x = &s->flow->x;
	struct str peer = session_address(s);
	bool six = str_find(peer, ':') < peer.len, unix_socket = str_eq(peer, STR("unix"));
	struct str who = unix_socket ? STR("unknown") : peer;
	return arena_printf(&x->arena, "for=%s%.*s%s;proto=%s%s%.*s%s", six ? "\"[" : "", STR_ARG(who), six ? "]\"" : "",
			    x->secure ? "https" : "http", x->request.authority.len ? ";host=\"" : "",
			    STR_ARG(x->request.authority), x->request.authority.len ? "\"" : "");
}

/* What is said of the client. Empty: nothing is said here, and what came stays, unless it is dropped. */
struct forwarding {
	struct str address, scheme, host, forwarded;
	uint64_t drop;
};

static const uint64_t forwarding_fields = KNOWN_BIT(KNOWN_X_FORWARDED_FOR) | KNOWN_BIT(KNOWN_X_FORWARDED_PROTO) |
					  KNOWN_BIT(KNOWN_X_FORWARDED_HOST) | KNOWN_BIT(KNOWN_FORWARDED);

/* What a peer says that is not believed does not go on; what one says that is believed is added to. */
static struct forwarding forwarding(struct session *s)
{
	struct exchange *x = &s->flow->x;
	const struct message *m = &x->request;
	struct forwarding w = {.drop = s->trusted ? 0 : forwarding_fields};
	int send = s->flow->held->snapshot->settings.forwarded.send;
	if (send == SEND_X_FORWARDED || send == SEND_BOTH) {
		bool has_address = !str_eq(session_address(s), STR("unix"));
		w.address = has_address ? session_address(s) : STR("");
		if (s->trusted)
			w.address = with_element(x, KNOWN_X_FORWARDED_FOR, w.address);
		if (!s->trusted || !m->known[KNOWN_X_FORWARDED_PROTO])
			w.scheme = x->secure ? STR("https") : STR("http");
		if (!s->trusted || !m->known[KNOWN_X_FORWARDED_HOST])
			w.host = m->authority;
	}
	if (send == SEND_FORWARDED || send == SEND_BOTH) {
		w.forwarded = forwarded_element(s);
		if (s->trusted)
			w.forwarded = with_element(x, KNOWN_FORWARDED, w.forwarded);
	}
	if (w.address.len)
		w.drop |= KNOWN_BIT(KNOWN_X_FORWARDED_FOR);
	if (w.forwarded.len)
		w.drop |= KNOWN_BIT(KNOWN_FORWARDED);
	return w;
}

/* The label goes on once, whatever the client sent under that name. */
static struct field stamp(struct exchange *x)
{
	struct message *m = &x->request;
	for (size_t i = message_find(m, x->stamp.name, 0); i < m->count; i = message_find(m, x->stamp.name, i + 1))
		m->ids[i] |= FIELD_HOP;
	return x->stamp;
}

static void add_lines(struct buf *out, const struct exchange *x, struct str via, const struct forwarding *w)
{
	size_t size = LABELS + x->request_id.len + x->traceparent.len + via.len + w->address.len + w->scheme.len + w->host.len +
		      w->forwarded.len;
	char *start = buf_reserve(out, size);
	char *to = put_line(start, STR("X-Request-Id: "), x->request_id);
	to = put_line(to, STR("traceparent: "), x->traceparent);
	to = put_line(to, STR("Via: "), via);
	if (w->address.len)
		to = put_line(to, STR("X-Forwarded-For: "), w->address);
	if (w->scheme.len)
		to = put_line(to, STR("X-Forwarded-Proto: "), w->scheme);
	if (w->host.len)
		to = put_line(to, STR("X-Forwarded-Host: "), w->host);
	if (w->forwarded.len)
		to = put_line(to, STR("Forwarded: "), w->forwarded);
	out->len += (size_t)(to - start);
}

void forward_request(struct session *s, struct buf *out)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	const struct message *m = &x->request;
	const struct forwarding w = forwarding(s);
	struct str via = with_element(x, KNOWN_VIA, m->minor ? STR("1.1 vane") : STR("1.0 vane"));
	struct field label = x->stamp.name.len ? stamp(x) : (struct field){0};
	struct h1_out how = {.target = x->target, .authority = m->authority, .framing = f->request.framing,
			     .trailers = m->te_trailers};
	how.drop = w.drop | KNOWN_BIT(KNOWN_REQUEST_ID) | KNOWN_BIT(KNOWN_TRACEPARENT) | KNOWN_BIT(KNOWN_VIA);
	if (f->continue_sent || !m->expect_continue) /* said here already, or meaningless in HTTP/1.0 */
		how.drop |= KNOWN_BIT(KNOWN_EXPECT);
	if (!m->authority.len) /* HTTP/1.0 needs no Host, HTTP/1.1 does (RFC 9112, 3.2) */
		how.authority = str_starts(x->backend, STR("unix:")) ? STR("localhost") : x->backend;
	if (f->request.framing == FRAMING_LENGTH)
		how.length = x->filled.at ? x->filled.len : m->content_length;
	if (f->tunnel)
		how.upgrade = message_upgrade(m);
	f->to_backend = how.framing;
	h1_begin_request(out, m, &how);
	add_lines(out, x, via, &w);
	if (label.name.len)
		h1_write_field(out, label.name, label.value);
	h1_end(out, m, &how);
}

/* The Date field's value: IMF-fixdate, made once a second. */
static struct str date_of(struct worker *w, int64_t wall_ms)
{
	int64_t second = wall_ms / 1000;
	if (second != w->date_second) {
		w->date_second = second;
		date_format(w->date, second);
	}
	return str_of(w->date, DATE_BYTES);
}

/* When the backend's answer was there, without asking the clock again. */
static int64_t answered_ms(const struct exchange *x)
{
	return x->answered_ns ? x->wall_ms + (int64_t)(x->answered_ns - x->began_ns) / 1000000 : clock_wall_ms();
}

static void add_answer_lines(struct session *s, struct buf *out)
{
	const struct exchange *x = &s->flow->x;
	char *start = buf_reserve(out, LABELS + x->request_id.len + DATE_BYTES);
	char *to = put_line(start, STR("X-Request-Id: "), x->request_id);
	if (!x->response.known[KNOWN_DATE] && x->response.status >= 200)
		to = put_line(to, STR("Date: "), date_of(s->worker, answered_ms(x)));
	out->len += (size_t)(to - start);
}

/* HTTP/1.0 clients know no chunks: for them the end of the connection is the end of the body. */
static enum framing framing_for(const struct flow *f)
{
	enum framing framing = f->response.framing;
	if (framing == FRAMING_NONE || framing == FRAMING_LENGTH)
		return framing;
	return f->x.request.minor ? FRAMING_CHUNKED : FRAMING_UNTIL_CLOSE;
}

void forward_response(struct session *s, struct buf *out)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	struct h1_out how = {.framing = framing_for(f), .length = x->response.content_length, .drop = x->dropped};
	if (how.framing == FRAMING_UNTIL_CLOSE)
		f->client_keeps = false;
	if (x->response.status >= 300 && !f->request.done && !f->request_done)
		f->client_keeps = false; /* the rest of the request will not be read: the client should know (RFC 9112, 9.6) */
	if (s->worker->state != WORKER_RUNS && !f->tunnel)
		f->client_keeps = false;
	how.close = !f->client_keeps && !f->tunnel;
	how.keep_alive = f->client_keeps && x->request.minor == 0;
	how.drop |= KNOWN_BIT(KNOWN_REQUEST_ID);
	if (f->tunnel || x->response.status == 426) /* 426 has to say what to upgrade to (RFC 9110, 15.5.22) */
		how.upgrade = message_upgrade(&x->response);
	how.add = x->added;
	how.add_count = x->added_count;
	f->to_client = how.framing;
	x->status = x->response.status;
	h1_begin_response(out, &x->response, &how);
	add_answer_lines(s, out);
	h1_end(out, &x->response, &how);
}

void forward_interim(struct session *s, struct buf *out)
{
	struct h1_out how = {.framing = FRAMING_NONE};
	h1_write_response(out, &s->flow->x.response, &how);
}
