/* html: writing the status page: text and moments, escaped, into a buffer. What clients and contracts name is text and
 * nothing else: every byte that could be markup is escaped, what is not UTF-8 or a control character is shown as such,
 * and each name stands in a <bdi>, so that its direction does not spill over. Used by the home page's files only. */
#ifndef PROXY_ADMIN_HTML_H
#define PROXY_ADMIN_HTML_H

#include "proxy/admin/inside.h"

/* Markup of our own. */
void html(struct buf *out, const char *markup);
/* Escaped text; and the same in a <bdi>. */
void html_text(struct buf *out, struct str text);
/* The same in a `<bdi>`: for what clients and contracts name. */
void html_name(struct buf *out, struct str text);
/* `<td>` with escaped text. */
void html_cell(struct buf *out, struct str text);
/* `<td>` with a number. */
void html_cell_u64(struct buf *out, uint64_t value);
/* "3 minutes ago" or "in 5 days", with the moment itself in its title; "-" for 0. */
void html_time(struct buf *out, int64_t wall_ms, int64_t now_ms);
/* The UTC day. */
void html_day(struct buf *out, int64_t wall_ms);

/* The style and the script of the page, and the header lines that allow these two and nothing else. */
extern const char home_style[], home_script[];
/* Content-Security-Policy and Referrer-Policy as whole field lines, each ended with CRLF. Main thread; lives on. */
const char *home_headers(void);
/* A version's canary, revision and shadow contract, as words for its head line. */
void home_rollout(struct buf *out, const struct version_facts *v, struct tally *sum);
/* The life line of a version as an SVG. */
void home_life_line(struct buf *out, const struct version_facts *v, int64_t now_ms);

#endif
