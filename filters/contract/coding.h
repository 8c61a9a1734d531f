/* coding: Content-Encoding (RFC 9110, 8.4) of a whole body undone, so that it can be judged: gzip, x-gzip, deflate
 * (with or without the zlib wrapper, as clients disagree), br, identity, and lists of up to three. What is forwarded
 * stays as it came. Bodies are hostile: the result is capped in bytes and in ratio, at every layer. The judge of bodies
 * owns a scratch per worker; the decoded bytes live in it. */
#ifndef FILTERS_CONTRACT_CODING_H
#define FILTERS_CONTRACT_CODING_H

#include "proxy/base/check.h"
#include "proxy/base/str.h"

struct coding_scratch;

enum coding_result {
	CODING_OK,
	CODING_CORRUPT,   /* not what the coding says: bad data, cut off, a wrong checksum, or bytes behind its end */
	CODING_TOO_LARGE, /* more than `cap` bytes, or more than 100 times its encoded size once over 1 MiB */
	CODING_UNKNOWN    /* a coding that is not in the list above, or more than three of them */
};

/* Empty scratch memory of one worker. */
struct coding_scratch *coding_scratch_new(void);
/* Gives it back with all it holds. */
void coding_scratch_free(struct coding_scratch *s);
/* Bytes that the scratch holds; and give back what a large body made it grow to, when it holds more than `keep`. */
size_t coding_scratch_held(const struct coding_scratch *s);
/* `keep` is in bytes. Not while a decoded body is in use. */
void coding_scratch_trim(struct coding_scratch *s, size_t keep);

/* Undoes `content_encoding` (the field's value; several fields are joined with a comma by the caller; empty: none) and
 * leaves the bytes in *decoded. They live in the scratch until its next use, or are `body` itself where nothing was to
 * be undone. An empty body is OK under any known coding (a response to HEAD, a 304). No layer may grow over `cap`. */
enum coding_result coding_decode(struct coding_scratch *s, struct str content_encoding, struct str body, size_t cap,
				 struct str *decoded) WARN_UNUSED;

#endif
