/* media_range: media types and the ranges that a contract's `content` names (RFC 9110, 8.3.1 and 12.5.1), those with a
 * wildcard before a +json suffix too. Parsed without allocation: everything is a slice of the text. The contract
 * engine's own, because it must not know the HTTP room. Pure. */
#ifndef FILTERS_CONTRACT_MEDIA_RANGE_H
#define FILTERS_CONTRACT_MEDIA_RANGE_H

#include "proxy/base/str.h"

enum { MEDIA_PARAMETERS = 8 };

struct media_parameter {
	struct str name, value; /* the value without quotes, escapes not undone */
};

struct media_range {
	struct str type, subtype; /* as written: compare without case */
	unsigned count;           /* parameters; more than MEDIA_PARAMETERS are malformed */
	struct media_parameter parameter[MEDIA_PARAMETERS];
};

/* What a body of a media type is, as far as it can be judged. */
enum media_kind {
	MEDIA_OTHER,
	MEDIA_JSON,      /* application/json, text/json, anything + json */
	MEDIA_FORM,      /* application/x-www-form-urlencoded */
	MEDIA_MULTIPART, /* multipart/form-data */
	MEDIA_PARTS,     /* multipart of another subtype: parts in their order */
	MEDIA_TEXT,      /* text/plain */
	MEDIA_SEQUENCE,  /* application/json-seq (RFC 7464) */
	MEDIA_LINES,     /* application/jsonl, application/x-ndjson */
	MEDIA_EVENTS,    /* text/event-stream */
	MEDIA_BINARY     /* application/octet-stream, images and the like */
};

/* False where it is malformed. Wildcards are tokens like others: a message's own type is checked by media_is_concrete.
 */
bool media_range_parse(struct str text, struct media_range *m);
/* Whether it has no wildcard: a message's own type has none (RFC 9110, 8.3). */
bool media_is_concrete(const struct media_range *m);
/* The value of a parameter, or the empty slice with at == NULL. */
struct str media_range_parameter(const struct media_range *m, struct str name);
/* How specifically `range` covers `type`: 0 not at all; higher is more specific. A parameter of the range that has
 * another value in the type rules it out; one that the type does not have makes it the last choice among its equals
 * (charset=utf-8 is what JSON and text are when they say nothing). */
unsigned media_range_covers(const struct media_range *range, const struct media_range *type);
/* By type and subtype alone; a +json suffix is JSON. */
enum media_kind media_kind(const struct media_range *type);
/* Whether the charset is one that is judged as UTF-8: none, utf-8 or us-ascii. */
bool media_is_utf8(const struct media_range *type);

#endif
