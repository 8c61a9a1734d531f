/* lines: the line discipline of a head or a trailer section, checked before anything looks at what the lines say: every
 * line ends in CRLF, no other control character but HTAB stands anywhere, no line but the first begins with white space
 * (obs-fold, RFC 9112, 2.2 and 5.2). This is what parsers are lax about and what request smuggling lives on. The scan is
 * resumable by offsets. Called by h1_parse and chunk. Pure. */
#ifndef PROXY_HTTP_LINES_H
#define PROXY_HTTP_LINES_H

#include "proxy/base/str.h"

enum line_result {
	LINE_MORE, /* no line end yet; everything is clean so far */
	LINE_END,  /* a line is complete */
	LINE_BAD   /* a lone CR or LF, NUL or another control character, or a folded line */
};

/* Offset of the first control character other than HTAB (0x00-0x1F, 0x7F) in `text` at or behind `from`, or text.len. */
size_t lines_control(struct str text, size_t from);
/* Scans the line that begins at offset `line`, of which all before *at is known to be clean. LINE_END: *at is the offset
 * of its CRLF. LINE_MORE and LINE_BAD: *at is where the scan stands, or failed. `fold` says whether white space at the
 * line's begin is wrong. */
enum line_result lines_next(struct str text, size_t line, size_t *at, bool fold);

#endif
