/* media: media types (RFC 9110, 8.3.1) and the parameters that they share with other fields (RFC 9110, 5.6.6). Slices
 * of the field's value; nothing is copied unless a quoted string has to be unescaped. Pure. */
#ifndef PROXY_HTTP_MEDIA_H
#define PROXY_HTTP_MEDIA_H

#include "proxy/base/arena.h"

struct media {
	struct str type;    /* "application"; "*" in a range */
	struct str subtype; /* "vnd.orders.v2+json"; "*" in a range */
	struct str suffix; /* "json": behind the last '+' of the subtype, empty where there is none (RFC 6838, 4.2.8) */
	struct str full;   /* "application/vnd.orders.v2+json" */
	struct str parameters; /* the rest, from the first ';' on; for parameter_next */
};

/* Parses a Content-Type or one range of an Accept field. False where it is not type "/" subtype with tokens, or where
 * its parameters are malformed. */
bool media_parse(struct str value, struct media *media) WARN_UNUSED;
/* The next of ";name=value" (white space allowed around ';'; a value is a token or a quoted string, and stands in
 * *value with its quotes: see parameter_text). 1: there is one; 0: the end; -1: malformed. Start with rest =
 * parameters. */
int parameter_next(struct str *rest, struct str *name, struct str *value) WARN_UNUSED;
/* The text of a value: a quoted string without quotes and backslashes (a copy in the arena only if it has backslashes).
 */
struct str parameter_text(struct str value, struct arena *arena);
/* The value of the first parameter of that name, in any case; at == NULL where there is none. Quotes are kept. */
struct str media_parameter(const struct media *media, struct str name);
/* The charset parameter without quotes; empty where there is none (RFC 9110, 8.3.2). */
struct str media_charset(const struct media *media);
/* JSON: application/json, text/json, or the suffix +json (RFC 8259, 11; RFC 6839, 3.1). */
bool media_is_json(const struct media *media);
/* `range` (a type, a family such as "text/" with a star, or star slash star; in any case) covers the type; parameters
 * are left to the caller. */
bool media_matches(const struct media *range, const struct media *type);

#endif
