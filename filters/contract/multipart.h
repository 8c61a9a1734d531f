/* multipart: bodies of multipart/form-data and its kin cut into their parts (RFC 2046, 5.1.1; RFC 7578). The input is hostile: one
 * pass, no allocation, parts are slices of the body. What two readers could take differently is refused: bare line
 * feeds as line ends, a boundary in a line that is none, anything before the first boundary, folded header lines, a
 * part of a form without or with two Content-Dispositions, a missing end. Pure. */
#ifndef FILTERS_CONTRACT_MULTIPART_H
#define FILTERS_CONTRACT_MULTIPART_H

#include "proxy/base/field.h"

enum { MULTIPART_HEADERS = 16, MULTIPART_BOUNDARY = 70 };

struct multipart_part {
	struct str name;         /* of the field, as written between the quotes; nameless: at == NULL */
	struct str filename;     /* at == NULL: none */
	struct str content_type; /* at == NULL: none is given (text/plain, RFC 7578, 4.4) */
	struct str content;
	struct field header[MULTIPART_HEADERS];
	unsigned headers;
};

/* X(name, text): how reading goes on, and why it does not. */
#define MULTIPART_RESULTS(X)                                                                                           \
	X(PART, "a part")                                                                                              \
	X(END, "the end")                                                                                              \
	X(BAD_BOUNDARY, "a boundary of 1 to 70 characters as RFC 2046 allows them")                                    \
	X(NO_START, "a first boundary line")                                                                           \
	X(NO_END, "a last boundary line")                                                                              \
	X(AMBIGUOUS, "boundary lines between CR LF and CR LF")                                                         \
	X(BAD_HEADER, "header lines as in RFC 5322, each ended by CR LF, at most 16")                                  \
	X(BAD_DISPOSITION, "one Content-Disposition: form-data with a name in every part")

enum multipart_result {
#define X(name, text) MULTIPART_##name,
	MULTIPART_RESULTS(X)
#undef X
	    MULTIPART_RESULT_COUNT
};

/* Where reading stands. */
struct multipart {
	struct str rest;
	char delimiter[MULTIPART_BOUNDARY + 3]; /* LF - - boundary */
	size_t delimiter_len;
	bool ended;
	bool nameless; /* set after multipart_begin: parts need no Content-Disposition (multipart/mixed …) */
};

/* Begins to read `body`; stands behind the first boundary line then. MULTIPART_PART when that worked. */
enum multipart_result multipart_begin(struct multipart *m, struct str boundary, struct str body);
/* The next part, or MULTIPART_END behind the last, or what is wrong. */
enum multipart_result multipart_next(struct multipart *m, struct multipart_part *part);
/* The text of MULTIPART_RESULTS. */
const char *multipart_text(enum multipart_result result);

#endif
