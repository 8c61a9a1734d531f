/* message: a parsed head as plain data: a request's or a response's start line, its fields in the order they came, and
 * what follows from them (framing, connection, host), found once while parsing. Every slice borrows from the bytes that
 * were parsed, and the two arrays live in the arena the parser was given: whoever keeps a message longer than the bytes
 * moves it with message_rebase or message_keep. Made by h1_parse, written by h1_write, read by everybody. Pure. */
#ifndef PROXY_HTTP_MESSAGE_H
#define PROXY_HTTP_MESSAGE_H

#include "proxy/base/arena.h"
#include "proxy/base/field.h"

/* Methods are case-sensitive tokens (RFC 9110, 9.1); one that is not in the list is METHOD_OTHER and perfectly valid.
 */
#define METHODS(X)                                                                                                     \
	X(GET)                                                                                                         \
	X(HEAD)                                                                                                        \
	X(POST)                                                                                                        \
	X(PUT)                                                                                                         \
	X(DELETE)                                                                                                      \
	X(PATCH)                                                                                                       \
	X(OPTIONS)                                                                                                     \
	X(TRACE)                                                                                                       \
	X(CONNECT)
#define METHOD_ENTRY(name) METHOD_##name,
enum method { METHOD_OTHER, METHODS(METHOD_ENTRY) METHOD_COUNT };
#undef METHOD_ENTRY

/* Fields that are found by number instead of by name, with their names in lower case. At most 63 of them. */
#define KNOWN_FIELDS(X)                                                                                                \
	X(HOST, "host")                                                                                                \
	X(CONTENT_LENGTH, "content-length")                                                                            \
	X(TRANSFER_ENCODING, "transfer-encoding")                                                                      \
	X(CONNECTION, "connection")                                                                                    \
	X(KEEP_ALIVE, "keep-alive")                                                                                    \
	X(PROXY_CONNECTION, "proxy-connection")                                                                        \
	X(TE, "te")                                                                                                    \
	X(TRAILER, "trailer")                                                                                          \
	X(UPGRADE, "upgrade")                                                                                          \
	X(EXPECT, "expect")                                                                                            \
	X(CONTENT_TYPE, "content-type")                                                                                \
	X(CONTENT_ENCODING, "content-encoding")                                                                        \
	X(CONTENT_RANGE, "content-range")                                                                              \
	X(ACCEPT, "accept")                                                                                            \
	X(ACCEPT_ENCODING, "accept-encoding")                                                                          \
	X(AUTHORIZATION, "authorization")                                                                              \
	X(COOKIE, "cookie")                                                                                            \
	X(SET_COOKIE, "set-cookie")                                                                                    \
	X(USER_AGENT, "user-agent")                                                                                    \
	X(REFERER, "referer")                                                                                          \
	X(ORIGIN, "origin")                                                                                            \
	X(VIA, "via")                                                                                                  \
	X(DATE, "date")                                                                                                \
	X(SERVER, "server")                                                                                            \
	X(VARY, "vary")                                                                                                \
	X(LOCATION, "location")                                                                                        \
	X(LINK, "link")                                                                                                \
	X(CACHE_CONTROL, "cache-control")                                                                              \
	X(DEPRECATION, "deprecation")                                                                                  \
	X(SUNSET, "sunset")                                                                                            \
	X(API_VERSION, "api-version")                                                                                  \
	X(TRACEPARENT, "traceparent")                                                                                  \
	X(TRACESTATE, "tracestate")                                                                                    \
	X(REQUEST_ID, "x-request-id")                                                                                  \
	X(FORWARDED, "forwarded")                                                                                      \
	X(X_FORWARDED_FOR, "x-forwarded-for")                                                                          \
	X(X_FORWARDED_PROTO, "x-forwarded-proto")                                                                      \
	X(X_FORWARDED_HOST, "x-forwarded-host")                                                                        \
	X(HTTP2_SETTINGS, "http2-settings")                                                                            \
	X(PROXY_AUTHENTICATE, "proxy-authenticate")                                                                    \
	X(PROXY_AUTHORIZATION, "proxy-authorization")                                                                  \
	X(RETRY_AFTER, "retry-after")
#define KNOWN_ENTRY(id, name) KNOWN_##id,
enum known { KNOWN_FIELDS(KNOWN_ENTRY) KNOWN_COUNT, KNOWN_NONE = KNOWN_COUNT };
#undef KNOWN_ENTRY
/* A set of known fields is a word of 64 bits: KNOWN_BIT(KNOWN_HOST) | KNOWN_BIT(KNOWN_VIA). */
#define KNOWN_BIT(id) (UINT64_C(1) << (id))

/* How the end of the body is found (RFC 9112, 6.3). Named so because a filter's need of a body is BODY_something. */
enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_UNTIL_CLOSE };

/* The four forms of a request target (RFC 9112, 3.2). */
enum target_form { TARGET_ORIGIN, TARGET_ABSOLUTE, TARGET_AUTHORITY, TARGET_ASTERISK };

struct message {
	/* The start line of a request; status is 0. */
	enum method method;
	enum target_form form;
	struct str method_name;
	struct str target;    /* as it came */
	struct str path;      /* of the target, still encoded, without the query; "*" in asterisk-form; may be empty in
			       * absolute-form, which means "/"; empty in authority-form */
	struct str query;     /* behind the '?', still encoded */
	bool has_query;       /* there was a '?', perhaps with nothing behind it */
	struct str authority; /* of the target in absolute- or authority-form, else the Host field; may be empty */
	/* The start line of a response. */
	unsigned status; /* 100 to 599 */
	struct str reason;

	uint8_t minor; /* 0 or 1: HTTP/1.0 or HTTP/1.1 */

	struct field *fields; /* in the arena; names as they came, values without the white space around them */
	uint8_t *ids;         /* of each field: its enum known, with FIELD_HOP set where it must not be passed on */
	uint32_t count, cap;
	uint64_t present;            /* KNOWN_BIT()s of those that came */
	uint64_t repeated;           /* and of those that came more than once */
	uint16_t known[KNOWN_COUNT]; /* 1 + the index of the first such field, 0: there is none */

	enum framing framing;
	bool has_length;         /* there was a (valid) Content-Length, even if the message has no body (HEAD, 304) */
	uint64_t content_length; /* bytes, where has_length */
	bool keep_alive;         /* the connection may carry another message after this one (RFC 9112, 9.3) */
	bool expect_continue;    /* Expect: 100-continue on a 1.1 request (RFC 9110, 10.1.1) */
	bool expect_other;       /* some other expectation: 417 is a right answer */
	bool upgrade;            /* Upgrade, named by Connection, in a 1.1 message (RFC 9110, 7.8) */
	bool te_trailers;        /* TE: trailers: the sender takes trailers (RFC 9110, 10.1.4) */
};
enum { FIELD_HOP = 0x80 };

/* The field with this index has this name (not KNOWN_NONE); in the order of the fields. For those who fill a message. */
static inline void message_note(struct message *m, unsigned id, uint32_t index)
{
	uint64_t bit = UINT64_C(1) << id;
	m->repeated |= m->present & bit;
	if (!(m->present & bit))
		m->known[id] = (uint16_t)(index + 1);
	m->present |= bit;
}

/* The name of a method of the list ("GET"), "" for METHOD_OTHER; and back (METHOD_OTHER where it is not in the list).
 */
struct str method_text(enum method method);
/* The method of that name, in exactly this case; METHOD_OTHER for others. */
enum method method_of(struct str name);
/* Safe to send twice (RFC 9110, 9.2.2): GET, HEAD, OPTIONS, TRACE, PUT, DELETE. */
bool method_is_idempotent(enum method method);
/* The number of a field name (a token) in any case, KNOWN_NONE where it is not in the list; and the name in lower case.
 */
enum known known_of(struct str name);
/* The name as it is usually written. */
struct str known_name(enum known id);

/* The value of the first field of that number; at == NULL where there is none (a present but empty value has a
 * pointer). Constant time. */
static inline struct str message_known(const struct message *m, enum known id)
{
	return m->known[id] ? m->fields[m->known[id] - 1].value : (struct str){NULL, 0};
}

/* The same by name, in any case. */
struct str message_get(const struct message *m, struct str name);
/* The index of the next field of that name at or behind `from`, m->count where there is none:
 * for (i = message_find(m, n, 0); i < m->count; i = message_find(m, n, i + 1)). */
size_t message_find(const struct message *m, struct str name, size_t from);

/* message_find for a name whose number is known beforehand (known_of): looks at names only where there is none. */
size_t message_find_as(const struct message *m, struct str name, enum known id, size_t from);

/* Field `index` concerns this connection only and must not be passed on (RFC 9110, 7.6.1): Connection, Keep-Alive,
 * Proxy-Connection, TE, Transfer-Encoding, Upgrade, HTTP2-Settings, and what Connection names, except the fields that
 * no sender may have removed: Host, Content-Length, Content-Type, Content-Encoding, Content-Range, Authorization,
 * Cookie, Set-Cookie, Date, Location, Cache-Control, Vary, Expect, Via, Forwarded, X-Forwarded-*. */
static inline bool message_is_hop_by_hop(const struct message *m, size_t index)
{
	return (m->ids[index] & FIELD_HOP) != 0;
}

/* Number of field `index`. */
static inline enum known message_id(const struct message *m, size_t index)
{
	return (enum known)(m->ids[index] & ~FIELD_HOP);
}

/* The next element of a comma-separated list (RFC 9110, 5.6.1): quoted strings are kept whole (with their quotes),
 * white space around an element is cut, empty elements are left out. False at the end. Start with rest = a field's
 * value. */
bool list_next(struct str *rest, struct str *element);

/* The elements of all fields of one number, in order, as if they were one list. Begin with {.m = m, .id = id}. */
struct message_list {
	const struct message *m;
	enum known id;
	size_t next;
	struct str rest;
};
/* The next element, trimmed, never empty (RFC 9110, 5.6.1); false behind the last one. */
bool message_list_next(struct message_list *list, struct str *element);
/* The list of fields `id` has the element `token`, in any case. */
bool message_list_has(const struct message *m, enum known id, struct str token);

/* The protocol that an upgrade may go to: the first of the Upgrade fields that is not h2c, which is never passed on
 * (RFC 9113, 3.1, has dropped it). Empty where m->upgrade is false or nothing is left. */
struct str message_upgrade(const struct message *m);

/* The target as an origin server gets it (RFC 9112, 3.2.2): path and query as they came, without scheme and authority.
 * May be empty or begin with '?', where an absolute-form had no path: h1_write puts the "/" in front. */
struct str message_origin_target(const struct message *m);

/* Moves every slice of `m` from the bytes at `from` to the same bytes copied to `to` (`len` of them): for a head that
 * was parsed in a shared read buffer and has to outlive it. Slices that point elsewhere stay. */
void message_rebase(struct message *m, const char *from, size_t len, const char *to);
/* Room for `cap` fields, of which there are none yet: their numbers, and behind those the fields. */
void message_make_room(struct message *m, struct arena *a, uint32_t cap);
/* Room for more fields, where there was none left. */
void message_grow(struct message *m, struct arena *a);
/* A field added by us (to a message that goes on, or to an answer of our own): name and value are borrowed. */
void message_add(struct message *m, struct arena *a, struct str name, struct str value);

#endif
