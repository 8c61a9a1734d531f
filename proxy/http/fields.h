/* fields: splits a block of field lines into names and values (RFC 9112, 5). A line of a token, a colon and bytes that are
 * no control characters is all there is to a valid one; such lines are cut here, sixteen bytes at a time. A block that
 * holds anything else has to pass the line discipline (lines.h) and goes to llhttp, which has the say about it. What a
 * value means is nobody's business here: it is judged in rules.c, stricter and in one place for all versions of llhttp.
 * The only file that includes llhttp. Used for heads and for trailers. */
#ifndef PROXY_HTTP_FIELDS_H
#define PROXY_HTTP_FIELDS_H

#include "proxy/http/message.h"

/* Field lines from offset `at` of `text` up to and with the empty line, where all of them are there and plain, and no more
 * than `most`: the offset behind it, with *m filled as by fields_split. Otherwise 0, and *m may hold some of them: ask
 * lines.h and fields_split, which tell what is wrong, if anything is. */
size_t fields_plain(struct message *m, struct arena *arena, struct str text, size_t at, unsigned most);
/* Splits `block` (field lines each ended by CRLF, then an empty line), which holds exactly `lines` field lines. Fills
 * fields, ids (without FIELD_HOP), count, cap, known and repeated of *m, which must be zero; the arrays have room for a
 * few message_add. NULL, or what is wrong with the block: a short static text. */
const char *fields_split(struct message *m, struct arena *arena, struct str block, unsigned lines);
/* The same by llhttp alone: what fields_split is held against (tests/fuzz/fields_fuzz.c). */
const char *fields_split_by_llhttp(struct message *m, struct arena *arena, struct str block, unsigned lines);

#endif
