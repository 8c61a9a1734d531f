#include "proxy/http/rules.h"

#include "proxy/http/host.h"
#include "proxy/http/token.h"

static const struct fault fine = {0, NULL};

/* Never passed on (RFC 9110, 7.6.1). */
static const enum known hop_by_hop[] = {
    KNOWN_CONNECTION,        KNOWN_KEEP_ALIVE, KNOWN_PROXY_CONNECTION, KNOWN_TE,
    KNOWN_TRANSFER_ENCODING, KNOWN_UPGRADE,    KNOWN_HTTP2_SETTINGS,
};
/* Passed on even if Connection names them: who may remove these changes what a message means to the next hop. */
static const uint64_t end_to_end =
    KNOWN_BIT(KNOWN_HOST) | KNOWN_BIT(KNOWN_CONTENT_LENGTH) | KNOWN_BIT(KNOWN_CONTENT_TYPE) |
    KNOWN_BIT(KNOWN_CONTENT_ENCODING) | KNOWN_BIT(KNOWN_CONTENT_RANGE) | KNOWN_BIT(KNOWN_AUTHORIZATION) |
    KNOWN_BIT(KNOWN_COOKIE) | KNOWN_BIT(KNOWN_SET_COOKIE) | KNOWN_BIT(KNOWN_DATE) | KNOWN_BIT(KNOWN_LOCATION) |
    KNOWN_BIT(KNOWN_CACHE_CONTROL) | KNOWN_BIT(KNOWN_VARY) | KNOWN_BIT(KNOWN_EXPECT) | KNOWN_BIT(KNOWN_VIA) |
    KNOWN_BIT(KNOWN_FORWARDED) | KNOWN_BIT(KNOWN_X_FORWARDED_FOR) | KNOWN_BIT(KNOWN_X_FORWARDED_PROTO) |
    KNOWN_BIT(KNOWN_X_FORWARDED_HOST);

static struct fault bad(const char *why)
{
	return (struct fault){400, why};
}

/* A field that Connection names belongs to this hop. */
static void nominate(struct message *m, struct str name)
{
	enum known id = known_of(name);
	if (id != KNOWN_NONE && (end_to_end & KNOWN_BIT(id)))
		return;
	for (size_t i = message_find(m, name, 0); i < m->count; i = message_find(m, name, i + 1))
		m->ids[i] |= FIELD_HOP;
}

struct options {
	bool close, keep_alive, upgrade;
};

static struct fault connection(struct message *m, struct options *o)
{
	/* What nearly everybody says, without the list. */
	struct str value = message_known(m, KNOWN_CONNECTION);
	if (!(m->repeated & KNOWN_BIT(KNOWN_CONNECTION)) && str_eq_nocase(value, STR("keep-alive"))) {
		o->keep_alive = true;
		return fine;
	}
	struct message_list list = {.m = m, .id = KNOWN_CONNECTION};
	struct str element;
	for (unsigned count = 0; message_list_next(&list, &element); count++) {
		if (count == CONNECTION_OPTIONS)
			return bad("too many connection options");
		if (str_eq_nocase(element, STR("close")))
			o->close = true;
		else if (str_eq_nocase(element, STR("keep-alive")))
			o->keep_alive = true;
		else if (str_eq_nocase(element, STR("upgrade")))
			o->upgrade = true;
		else
			nominate(m, element);
	}
	return fine;
}

static void mark_hop_by_hop(struct message *m)
{
	uint64_t mine = 0;
	for (size_t k = 0; k < sizeof hop_by_hop / sizeof *hop_by_hop; k++)
		mine |= KNOWN_BIT(hop_by_hop[k]);
	for (mine &= m->present; mine; mine &= mine - 1) {
		unsigned id = (unsigned)__builtin_ctzll(mine);
		for (uint32_t i = m->known[id]; i && i <= m->count; i++)
			if (m->ids[i - 1] == id)
				m->ids[i - 1] |= FIELD_HOP;
	}
}

/* What Connection says, and the marks on the fields that stay behind (RFC 9112, 9.3; RFC 9110, 7.8). */
static struct fault connection_rules(struct message *m)
{
	struct options o = {false, false, false};
	mark_hop_by_hop(m);
	struct fault fault = m->known[KNOWN_CONNECTION] ? connection(m, &o) : fine;
	m->keep_alive = !o.close && (m->minor == 1 || o.keep_alive);
	m->upgrade = o.upgrade && m->minor == 1 && m->known[KNOWN_UPGRADE];
	return fault;
}

/* What nearly every length is: up to eighteen digits, which cannot overflow. */
static bool plain_length(struct str s, uint64_t *value)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)(unsigned char)s.at[i] - '0';
		if (digit > 9)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return s.len > 0 && s.len <= 18;
}

/* Exactly one value, or several that are the same number (RFC 9110, 8.6). Beyond 2^63 nothing can come of it. */
static struct fault content_length(struct message *m)
{
	if (!m->known[KNOWN_CONTENT_LENGTH])
		return fine;
	if (!(m->repeated & KNOWN_BIT(KNOWN_CONTENT_LENGTH)) &&
	    plain_length(message_known(m, KNOWN_CONTENT_LENGTH), &m->content_length)) {
		m->has_length = true;
		return fine;
	}
	m->content_length = 0;
	for (uint32_t i = m->known[KNOWN_CONTENT_LENGTH]; i && i <= m->count; i++) {
		if (message_id(m, i - 1) != KNOWN_CONTENT_LENGTH)
			continue;
		struct str rest = m->fields[i - 1].value;
		do {
			uint64_t value = 0;
			if (!str_to_u64(str_trim(str_cut(&rest, ',')), &value) || value > INT64_MAX)
				return bad("bad content-length");
			if (m->has_length && value != m->content_length)
				return bad("unequal content-length");
			m->has_length = true;
			m->content_length = value;
		} while (rest.at);
		if (!(m->repeated & KNOWN_BIT(KNOWN_CONTENT_LENGTH)))
			break;
	}
	return fine;
}

/* A list of tokens that ends in its only "chunked": well-formed, but with a coding that we do not know. */
static bool codings_before_chunked(struct str value)
{
	bool chunked = false;
	while (value.at) {
		struct str coding = str_trim(str_cut(&value, ','));
		if (!token_valid(coding) || chunked)
			return false;
		chunked = str_eq_nocase(coding, STR("chunked"));
	}
	return chunked;
}

/* The one Transfer-Encoding that everybody understands alike (RFC 9112, 6.1, 6.3). */
static struct fault transfer_encoding(const struct message *m)
{
	struct str value = message_known(m, KNOWN_TRANSFER_ENCODING);
	if (m->minor == 0)
		return bad("transfer-encoding in HTTP/1.0");
	if (m->known[KNOWN_CONTENT_LENGTH])
		return bad("content-length with transfer-encoding");
	if (m->repeated & KNOWN_BIT(KNOWN_TRANSFER_ENCODING))
		return bad("more than one transfer-encoding");
	if (str_eq_nocase(value, STR("chunked")))
		return fine;
	return codings_before_chunked(value) ? (struct fault){501, "unknown transfer coding"}
					     : bad("bad transfer-encoding");
}

static struct fault request_framing(struct message *m)
{
	struct fault fault = content_length(m);
	if (fault.status)
		return fault;
	if (m->known[KNOWN_TRANSFER_ENCODING]) {
		fault = transfer_encoding(m);
		m->framing = FRAMING_CHUNKED;
	} else {
		m->framing = m->has_length ? FRAMING_LENGTH : FRAMING_NONE;
	}
	return fault;
}

static struct fault host(struct message *m)
{
	struct str value = message_known(m, KNOWN_HOST);
	if (!value.at)
		return m->minor == 0 ? fine : bad("no host");
	if (m->repeated & KNOWN_BIT(KNOWN_HOST))
		return bad("more than one host");
	if (!host_valid(value))
		return bad("bad host");
	/* The target's own authority wins (RFC 9112, 3.2.2). */
	if (m->form != TARGET_ABSOLUTE && m->form != TARGET_AUTHORITY)
		m->authority = value;
	return fine;
}

static void expectation(struct message *m)
{
	struct message_list list = {.m = m, .id = KNOWN_EXPECT};
	struct str element;
	if (m->minor == 0)
		return;
	while (message_list_next(&list, &element)) {
		if (str_eq_nocase(element, STR("100-continue")))
			m->expect_continue = true;
		else
			m->expect_other = true;
	}
}

struct fault rules_request(struct message *m)
{
	struct fault fault = host(m);
	if (!fault.status)
		fault = request_framing(m);
	if (!fault.status)
		fault = connection_rules(m);
	if (fault.status)
		return fault;
	if (m->known[KNOWN_EXPECT])
		expectation(m);
	if (m->known[KNOWN_TE])
		m->te_trailers = message_list_has(m, KNOWN_TE, STR("trailers"));
	return fine;
}

static bool bodiless(unsigned status)
{
	return status < 200 || status == 204 || status == 304;
}

/* RFC 9112, 6.3, 1 to 8. */
static struct fault response_framing(struct message *m, enum method request)
{
	struct fault fault = content_length(m);
	if (fault.status)
		return fault;
	if (request == METHOD_HEAD || bodiless(m->status)) {
		m->framing = FRAMING_NONE;
		/* A server that frames a body which cannot be there may well send it: what follows cannot be trusted.
		 */
		if (request != METHOD_HEAD && m->status != 304 &&
		    (m->known[KNOWN_TRANSFER_ENCODING] || (m->has_length && m->content_length)))
			m->keep_alive = false;
		return fine;
	}
	if (m->known[KNOWN_TRANSFER_ENCODING]) {
		m->framing = FRAMING_CHUNKED;
		return transfer_encoding(m);
	}
	m->framing = m->has_length ? FRAMING_LENGTH : FRAMING_UNTIL_CLOSE;
	if (m->framing == FRAMING_UNTIL_CLOSE)
		m->keep_alive = false;
	return fine;
}

struct fault rules_response(struct message *m, enum method request)
{
	struct fault fault = connection_rules(m);
	if (!fault.status)
		fault = response_framing(m, request);
	return fault.status ? (struct fault){502, fault.why} : fine;
}
