/* date: HTTP dates (RFC 9110, 5.6.7) and the structured Date of the Deprecation field (RFC 9745; RFC 9651, 3.3.7).
 * Times are seconds since 1970-01-01 00:00 UTC. Whoever writes many Date lines keeps one for each second. Pure, no
 * locale. */
#ifndef PROXY_HTTP_DATE_H
#define PROXY_HTTP_DATE_H

#include "proxy/base/str.h"

enum { DATE_BYTES = 29 };

/* IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT": exactly DATE_BYTES bytes, no NUL. Years 0 to 9999; times outside are
 * written as the nearest that fits. */
void date_format(char out[DATE_BYTES], int64_t time);
/* Parses any of the three forms: IMF-fixdate, RFC 850 ("Sunday, 06-Nov-94 08:49:37 GMT") and asctime ("Sun Nov  6
 * 08:49:37 1994"). `now` decides the century of a two-digit year: one that would be more than 50 years in the future is
 * in the past. The name of the day must be one, but is not held against the date. A leap second counts as the second
 * before it. */
bool date_parse(struct str text, int64_t now, int64_t *time);
/* Parses a structured Date, "@1688169599", perhaps with parameters (";a=1") that are skipped. */
bool date_parse_structured(struct str text, int64_t *time);

#endif
