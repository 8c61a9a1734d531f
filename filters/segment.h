/* segment: the part of a path that names a version, as another version has it: for links to a successor, and for copies of
 * requests that go to another version. */
#ifndef FILTERS_SEGMENT_H
#define FILTERS_SEGMENT_H

#include "proxy/base/buf.h"
#include "proxy/version.h"

/* Adds `path`, escaped where RFC 3986 does not allow a byte there: harmless between < and >, and in a request line. */
void segment_add_path(struct buf *out, struct str path);
/* Adds `segment` ("/v1", as `old` was asked for) as `next` has it: its name where the old one's stood, otherwise its major
 * where a number stood. */
void segment_add(struct buf *out, struct str segment, const struct version *old, const struct version *next);

#endif
