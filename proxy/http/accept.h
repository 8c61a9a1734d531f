/* accept: one media range of an Accept field (RFC 9110, 12.5.1), for whoever chooses by it (the version filter). Its
 * elements are visited with message_list (message.h, KNOWN_ACCEPT), which keeps quoted commas together. Slices of the
 * value. Pure. */
#ifndef PROXY_HTTP_ACCEPT_H
#define PROXY_HTTP_ACCEPT_H

#include "proxy/http/media.h"

struct accept_range {
	struct str type;    /* the whole type, "application/json", perhaps with "*" for its parts; as it came */
	unsigned quality;   /* q in thousandths, 0 to 1000; 1000 where it is not said (RFC 9110, 12.4.2) */
	struct media media; /* the same in its parts; media.parameters includes q and what stands behind it */
};

/* Reads one element of an Accept field. False where it is not a media range or its q is not a qvalue. */
bool accept_read(struct str element, struct accept_range *range) WARN_UNUSED;
/* The value of the range's first parameter of that name (in any case) before q. Without the quotes of a quoted string,
 * but with its backslashes, if any. False where there is none; q itself is not a parameter of the type. */
bool accept_parameter(const struct accept_range *range, struct str name, struct str *value);
/* A qvalue ("0.5", at most three decimals) in thousandths, or -1. */
int accept_quality(struct str text);

#endif
