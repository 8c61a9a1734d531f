/* usage_fields: `vane usage --fields`: which parameters and properties each consumer sends and is sent. */
#ifndef PROXY_CLI_USAGE_FIELDS_H
#define PROXY_CLI_USAGE_FIELDS_H

#include "proxy/cli/field_history.h"

/* Prints what the sources that are named know of `q`, as "text" (or NULL), "json" or "csv". The exit code. */
int usage_fields(const struct flag *flags, const struct words *w, const struct usage_query *q, const char *form);
/* A cell of RFC 4180, with `end` behind it. Consumers choose their names: one that a spreadsheet would take for a
 * formula is defused. */
void usage_cell(struct str text, const char *end);

#endif
