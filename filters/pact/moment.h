/* moment: dates and times as matching rules write their formats: the letters of Java's DateTimeFormatter
 * (`yyyy-MM-dd'T'HH:mm:ss.SSSXXX`), which the Pact specification names. Numbers are checked for their range, days for
 * their month. Pure; time is bounded: a format with many optional parts is given up. */
#ifndef FILTERS_PACT_MOMENT_H
#define FILTERS_PACT_MOMENT_H

#include "proxy/base/buf.h"

enum moment_verdict { MOMENT_NO, MOMENT_YES, MOMENT_UNTOLD };

/* Whether all of `text` is written in `format`. UNTOLD: the format has a letter that is not known here, or is too long.
 */
enum moment_verdict moment_matches(struct str text, struct str format);

/* Writes a moment (milliseconds since the epoch, in UTC) in `format`. False, with a part of it in `out`, where the
 * format has a letter that is not known here. moment_write.c. */
bool moment_write(int64_t wall_ms, struct str format, struct buf *out);

#endif
