/* select: which version a request asks for, as a pure decision. Every configured source (path, header, Accept, query)
 * makes a claim or says nothing; a version is chosen when it satisfies all claims, so that the path may give the major
 * and a header the minor, and two places that name different majors are a conflict, never a race. The selector is the
 * version filter's settings: made at load (select_load.c), immutable. Asked per request by version.c, and by
 * `vane route` with a trail that tells what every source said.
 *
 * Rules: whole tokens only. Repeated header fields and query parameters must all hold. Ranges of Accept are
 * alternatives: the highest quality wins, then the newest version (RFC 9110, 12.5.1 allows any acceptable choice);
 * ranges with q=0 and ranges without a version say nothing. */
#ifndef FILTERS_SELECT_H
#define FILTERS_SELECT_H

#include "filters/ask.h"
#include "filters/shape.h"
#include "proxy/filter.h"

enum { SELECT_ASKS = 32 }; /* version tokens in one request; more are malformed */

struct select_source {
	enum version_source source; /* SOURCE_PATH, _HEADER, _ACCEPT, _ACCEPT_PARAMETER or _QUERY */
	struct str name;            /* as configured: "/v<major>", "API-Version", "version" … */
	enum known known;           /* number of the name of a header */
	struct shape shape;         /* path and media type */
	bool strip;                 /* path: the segment does not go to the backend */
	struct place place;
};

struct select_unversioned {
	struct str path; /* normalised; a prefix where it ends with '/' */
	const struct version *version;
};

struct select_pin {
	struct str consumer;
	const struct version *version;
};

struct selector {
	const struct api *api;
	struct select_source *sources; /* in the configured order */
	unsigned source_count;
	bool by_media_type;            /* one of them is SOURCE_ACCEPT */
	struct select_unversioned *unversioned;
	unsigned unversioned_count;
	struct select_pin *pins;
	unsigned pin_count;
	const struct version *missing; /* NULL: reject */
	const struct version *unknown; /* NULL: reject */
	struct str vary;               /* names of all header fields that are sources: "API-Version, Accept"; may be empty */
	struct str vary_pinned;        /* the same with those that tell the consumer */
	struct str versions;           /* JSON array of the versions' names */
};

enum select_result { SELECT_FOUND, SELECT_MISSING, SELECT_MALFORMED, SELECT_CONFLICT, SELECT_UNKNOWN };

/* What is looked at. Everything is borrowed for the call. */
struct select_request {
	const struct message *message;
	struct str path;      /* normalised */
	struct str consumer;  /* for pins; may be empty */
	struct arena *arena;  /* for what has to be decoded */
};

struct selection {
	enum select_result result;
	const struct version *version;   /* SELECT_FOUND */
	enum version_source source;      /* what chose it, or is to blame */
	const struct select_source *by;  /* the same as configured; NULL for pins, defaults and unversioned paths */
	struct str segment;              /* of the path, where it named the version: "/v1", a slice of it; else empty */
	bool strip;                      /* that segment does not go to the backend */
	bool canary;                     /* the version was asked for by its canary's name */
	struct str vary;                 /* header fields that could have led elsewhere; mostly empty */
};

/* What one source said, for people. `value` may hold what the client sent: never for logs or answers. */
struct select_step {
	const struct select_source *source;
	struct str value;
	const char *said; /* constant words */
};
struct select_trail {
	struct select_step steps[SELECT_ASKS];
	unsigned count;
};

/* `select` and `unversioned`, for filter.top_keys. */
extern const struct key select_top_keys[];
/* Reads them and `consumers.pin`. False after errors in the diag. `setup->api` must be complete. */
bool select_load(struct filter_setup *setup, struct selector *s) WARN_UNUSED;

/* Decides. `trail` may be NULL. */
void select_version(const struct selector *s, const struct select_request *r, struct selection *out,
		    struct select_trail *trail);
/* The status of a refusal: 404 for an unknown version in the path, 406 in Accept, otherwise 400. */
unsigned select_status(const struct selection *selection);
/* The decision in words, one line for each source and one for the outcome. */
void select_explain(const struct selection *selection, const struct select_trail *trail, struct buf *out);

/* Internal, between select.c and select_claims.c: what one source claims. */
struct select_ask {
	struct ask ask;
	const struct select_source *source;
	unsigned quality; /* 1 to 1000 */
};
struct select_claim {
	unsigned first, count; /* of its asks */
	bool any;              /* alternatives (Accept); otherwise all must hold */
	bool in_url;           /* path or query */
};
struct select_claims {
	struct select_ask asks[SELECT_ASKS];
	unsigned ask_count;
	struct select_claim claims[SELECT_ASKS];
	unsigned count;
	struct str segment;
	bool strip;
	const struct select_source *malformed; /* the first source that holds what is no version; or NULL */
	struct select_trail *trail;
};
/* Fills *claims (zeroed but for its trail) from all sources, in their order; decides nothing. */
void select_gather(const struct selector *s, const struct select_request *r, struct select_claims *claims);

#endif
