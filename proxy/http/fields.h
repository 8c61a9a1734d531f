/* fields: splits a block of field lines into names and values with llhttp (RFC 9112, 5). The block has passed the line
 * discipline (lines.h) before; llhttp sees to the grammar of each line: a token, no space before the colon, the value's
 * characters. What a value means is not llhttp's business here: it is judged in rules.c, stricter and in one place for
 * all versions of llhttp. The only file that includes llhttp. Used for heads and for trailers. */
#ifndef PROXY_HTTP_FIELDS_H
#define PROXY_HTTP_FIELDS_H

#include "proxy/http/message.h"

/* Splits `block` (field lines each ended by CRLF, then an empty line), which holds exactly `lines` field lines. Fills
 * fields, ids (without FIELD_HOP), count, cap, known and repeated of *m, which must be zero; the arrays have room for a
 * few message_add. NULL, or what is wrong with the block: a short static text. */
const char *fields_split(struct message *m, struct arena *arena, struct str block, unsigned lines);

#endif
