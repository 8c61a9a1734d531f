/* fields: splits a block of field lines into names and values (RFC 9112, 5). The block has passed the line discipline
 * (lines.h) before, so that a line of a token, a colon and whatever follows is all there is to a valid one; such lines are
 * cut here, sixteen bytes at a time. A block that holds anything else goes to llhttp, which has the say about it. What a
 * value means is nobody's business here: it is judged in rules.c, stricter and in one place for all versions of llhttp.
 * The only file that includes llhttp. Used for heads and for trailers. */
#ifndef PROXY_HTTP_FIELDS_H
#define PROXY_HTTP_FIELDS_H

#include "proxy/http/message.h"

/* Splits `block` (field lines each ended by CRLF, then an empty line), which holds exactly `lines` field lines. Fills
 * fields, ids (without FIELD_HOP), count, cap, known and repeated of *m, which must be zero; the arrays have room for a
 * few message_add. NULL, or what is wrong with the block: a short static text. */
const char *fields_split(struct message *m, struct arena *arena, struct str block, unsigned lines);
/* The same by llhttp alone: what fields_split is held against (tests/fuzz/fields_fuzz.c). */
const char *fields_split_by_llhttp(struct message *m, struct arena *arena, struct str block, unsigned lines);

#endif
