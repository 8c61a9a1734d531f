/* exchange: one request and the response that it gets, as data. Begun and reset by its session; everything of it lives in
 * its arena; filters and the observing rooms read and write it, and none of them knows a socket. What happened on the way
 * (which version and why, what was violated, what was not checked, what was deprecated) is noted here and turned into log
 * lines, metrics and usage once, in the session's `finish`. */
#ifndef PROXY_EXCHANGE_H
#define PROXY_EXCHANGE_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"
#include "proxy/base/field.h"
#include "proxy/http/message.h"
#include "proxy/version.h"

enum outcome {
#define X(name, word, status, meaning) OUTCOME_##name,
#include "proxy/outcome.def"
#undef X
	OUTCOME_COUNT
};

/* The word, the status and the meaning of an outcome (proxy/outcome.def). */
struct str outcome_word(enum outcome o);
/* The status that vane answers with; 0: none of its own. */
unsigned outcome_status(enum outcome o);
/* What it means, in words: a problem's title. */
struct str outcome_meaning(enum outcome o);

enum verdict { PASS, ANSWERED };                    /* ANSWERED: exchange_answer was called; nothing else stops a chain */
enum body_need { NEED_NONE, NEED_PARTS, NEED_WHOLE }; /* of a body: nothing, a look at what passes, the whole before it goes on */
enum side { SIDE_REQUEST, SIDE_RESPONSE };

/* How the version was found; the words of vane_version_selected_total{source}. X(NAME, word) */
#define VERSION_SOURCES(X)                                                                                             \
	X(NONE, "none")                                                                                                \
	X(PATH, "path")                                                                                                \
	X(HEADER, "header")                                                                                            \
	X(ACCEPT, "accept")                                                                                            \
	X(ACCEPT_PARAMETER, "accept_parameter")                                                                        \
	X(QUERY, "query")                                                                                              \
	X(PIN, "pin")                                                                                                  \
	X(DEFAULT, "default")                                                                                          \
	X(UNVERSIONED, "unversioned")
enum version_source {
#define X(name, word) SOURCE_##name,
	VERSION_SOURCES(X)
#undef X
};
/* The word of VERSION_SOURCES. */
struct str version_source_word(enum version_source s);

/* A message that its contract does not allow. Never a value of the message; texts live in the exchange's arena or in the
 * snapshot. */
struct violation {
	enum side side;
	bool enforced;              /* the message was stopped for it */
	struct str code;            /* "body.type" */
	struct str location;        /* "body", "query" … */
	struct str name;            /* of the parameter or field */
	struct str pointer;         /* into the message */
	struct str keyword, keyword_pointer;
	struct str place;           /* "openapi.yaml:88:17" */
	struct str expected, found; /* found: a type, or empty */
	struct violation *next;
};

/* Something marked deprecated that this request really used. `what` is "version", "operation", "parameter" or "property". */
struct deprecated_use {
	struct str what, name;
	struct deprecated_use *next;
};

/* Why a message would not keep a shadow contract: "POST /orders: body.required (openapi-v2.yaml:88:17)". */
struct shadow_reason {
	struct str what;
	struct shadow_reason *next;
};

/* vane's own answer, until it is written. */
struct answer {
	bool set;
	unsigned status;
	struct str type;   /* of the content: application/problem+json */
	struct buf body;
};

/* What a sampled message holds, by its contract: names of the contract and folds, never a value or a name that somebody
 * chose (filters/contract/presence.h says how a place is written). */
struct looked_place {
	struct str place; /* borrows from the snapshot */
	bool there;       /* the message has it; otherwise the contract only names it */
};

struct looked {
	bool head, body; /* which of it was looked at as a whole */
	struct looked_place *places;
	unsigned count;
};

struct snapshot;
struct copy;

struct exchange {
	struct arena arena;
	const struct snapshot *snapshot; /* held from pick_chain to finish */
	unsigned worker;                 /* which loop: index of scratch memory */

	/* who and what */
	struct message request, response;    /* response.status is 0 until there is one */
	struct str path;                     /* normalised copy of the request's path: what decisions are made on */
	struct str client;                   /* address of the peer, without port; "unix" for a unix socket */
	struct str tls_subject;              /* the client certificate's SAN; empty without one */
	bool secure;                         /* it came by TLS */
	struct str request_id;               /* from the client or made here */
	struct str trace_id;                 /* 32 hex digits of traceparent */
	struct str traceparent;              /* as it goes to the backend */

	/* decided on the way */
	const struct version *version;       /* NULL until chosen */
	enum version_source source;
	bool unversioned;                    /* a path that is passed on unchecked and is not usage */
	struct str target;                   /* what the backend is asked for; request.target unless a segment is stripped */
	struct str version_segment;          /* slice of `path`: "/v1", where the path named the version; else empty */
	struct str contract_path;            /* `path` without that segment: what the contract is asked for first */
	struct str route;                    /* the contract's template; empty where there is none */
	struct str operation_id;
	bool has_operation;
	uint32_t operation;                  /* index in the version's contract, when has_operation */
	struct str consumer;                 /* empty until told */
	bool consumer_ignored;               /* a probe: not usage */
	bool canary;                         /* the canary's backend serves it */
	const char *canary_reason;           /* "header", "cookie", "version", "weight", "fallback", or NULL: it has none */
	unsigned revision;                   /* 1 + the number of the revision that serves it; 0: the version has none */
	struct field stamp;                  /* a field that the backend is sent instead of the client's; empty: none */
	const char *revision_reason;         /* "label", "active", "unknown", or NULL */
	enum body_need need[2];              /* by side; filters raise it with exchange_need */
	size_t keep[2];                      /* bytes of a body that are kept for NEED_WHOLE; beyond it: too_large */
	struct str filled;                   /* the request's body as the backend gets it, where a filter has filled in what
						it left out; in the arena. `at` NULL: as it came */
	bool may_cut;                        /* a filter may ask for that: parts of the answer are shown before they go on */
	bool cut;                            /* the rest of the answer must not go on: what passes breaks the contract */
	bool too_large_rejects[2];           /* a body over `keep` is refused (413), otherwise it is passed on unjudged */

	/* noted on the way */
	struct violation *violations, *last_violation;
	unsigned violation_count;
	const char *unchecked[2];            /* why a side could not be judged, or NULL; by side */
	bool checked[2];                     /* a side was judged */
	const char *shadow[2];               /* what a shadow contract says of a side: "satisfied", "violated", "unchecked",
						or NULL; by side */
	struct shadow_reason *shadow_reasons[2]; /* why it was violated; by side */
	struct looked *looked[2];            /* field use, where it was sampled, else NULL; by side */
	struct copy *copy;                   /* ordered: to go to another version when this is over (copy.h); or NULL */
	struct deprecated_use *deprecated;   /* what deprecated things the request used */
	struct field *added;                 /* fields for the response to the client, in the arena */
	unsigned added_count, added_room;
	uint64_t dropped;                    /* KNOWN_BIT()s of fields of the backend's response that do not go on */
	struct answer answer;

	/* how it ended */
	enum outcome outcome;
	unsigned status;                     /* what the client was sent; 0: nothing */
	struct str backend;                  /* its address, for the log */
	unsigned attempts;                   /* how often a backend was asked */
	bool reused;                         /* the backend connection was a pooled one */
	uint64_t bytes_in, bytes_out;        /* of bodies, from and to the client */
	int64_t wall_ms;                     /* when the head was complete */
	uint64_t began_ns;    /* monotonic; 0: did not happen. The head was complete */
	uint64_t uploaded_ns; /* how long a body that a filter wants whole was waited for; a span, not a moment */
	uint64_t sent_ns;     /* the request's head was sent */
	uint64_t answered_ns; /* the answer's head was there */
	uint64_t received_ns; /* the answer's last byte was there */
	uint64_t ended_ns;    /* all done */
};

/* An empty exchange; keeps the arena. */
void exchange_begin(struct exchange *x, unsigned worker);
/* Everything of the request is gone. */
void exchange_reset(struct exchange *x);
/* Its memory is given back. */
void exchange_free(struct exchange *x);

/* Makes an answer of our own: problem+json (RFC 9457) with the outcome's type, title and status, `detail` (printf; never
 * holds a value of the message) and the request's id. Returns ANSWERED, so that a hook can `return exchange_answer(…)`. */
enum verdict exchange_answer(struct exchange *x, enum outcome why, const char *detail, ...) PRINTF_LIKE(3, 4);
/* The same with another status than the outcome's usual one. */
enum verdict exchange_answer_status(struct exchange *x, enum outcome why, unsigned status, const char *detail, ...)
    PRINTF_LIKE(4, 5);
/* Makes an answer of our own that is no refusal and has no content: the outcome stays OK. */
enum verdict exchange_answer_empty(struct exchange *x, unsigned status);
/* The same with content, which is copied; its type is not. */
enum verdict exchange_answer_content(struct exchange *x, unsigned status, struct str type, struct str content);
/* Adds a member to the problem: `json` is a complete JSON value. After exchange_answer. */
void exchange_answer_member(struct exchange *x, const char *name, struct str json);
/* Adds a field to the response that the client gets, the backend's or our own. Name and value are not copied. */
void exchange_add_field(struct exchange *x, struct str name, struct str value);
/* Fields of that number in the backend's response do not go on to the client. */
void exchange_drop_field(struct exchange *x, enum known id);
/* Raises what a side's body is needed for; the largest counts. `keep`: bytes that are kept for judging. */
void exchange_need(struct exchange *x, enum side side, enum body_need need, size_t keep, bool too_large_rejects);
/* The part of the answer that is being shown, and what comes behind it, does not go on (enforce, NEED_PARTS): where nothing
 * has been sent yet the client is told so, otherwise its copy is cut. The outcome is response_invalid. Only where x->may_cut
 * was set when the head came. */
void exchange_cut(struct exchange *x);
/* Notes a violation (copied into the arena, its texts are not). */
void exchange_violated(struct exchange *x, const struct violation *v);
/* Notes that a side could not be judged; the first reason stays. `why` is a constant word. */
void exchange_unchecked(struct exchange *x, enum side side, const char *why);
/* Notes why a side would not keep a shadow contract, once for each `what` (not copied). */
void exchange_shadow_reason(struct exchange *x, enum side side, struct str what);
/* Notes the use of something deprecated. */
void exchange_deprecated(struct exchange *x, struct str what, struct str name);

#endif
