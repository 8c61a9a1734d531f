/* h1_parse: the head of an HTTP/1.x message, from bytes to struct message (RFC 9112). Incremental over one contiguous
 * piece of memory that the caller owns: call h1_parse with all bytes of the message so far, again with more of them
 * (the memory may have moved) until it is not H1_MORE. The parser keeps only offsets, so that nothing is looked at
 * twice by the line scan and a head that arrives whole costs no allocation beyond the arena's and no copy. It is
 * stricter than llhttp: see README.md for who checks what. One parser per direction of a connection; reset it for each
 * message. */
#ifndef PROXY_HTTP_H1_PARSE_H
#define PROXY_HTTP_H1_PARSE_H

#include "proxy/http/message.h"

struct h1_limits {
	size_t header_bytes; /* the whole head with its start line; beyond it 431 */
	size_t target_bytes; /* the request target; beyond it 414 */
	unsigned fields;     /* number of field lines, at most 65,000; beyond it 431 */
};

enum h1_kind { H1_REQUEST, H1_RESPONSE };
enum h1_result { H1_MORE, H1_DONE, H1_BAD };

struct h1_parser {
	const struct h1_limits *limits; /* borrowed */
	enum h1_kind kind;
	enum method request; /* of a response: the method it answers */
	unsigned lines;      /* field lines whose end has been seen */
	size_t start;        /* offset of the start line: behind leading empty lines */
	size_t fields;       /* offset behind the start line, 0 until its end has been seen */
	size_t line;         /* offset of the line that is being scanned */
	size_t at;           /* everything before it has been scanned */
	size_t head;         /* after H1_DONE: length of the head in bytes; the body begins there */
	unsigned status;     /* after H1_BAD: 400, 414, 431, 501 or 505 for a request; 502 for a response */
	const char *why;     /* after H1_BAD: a short static text, lower case, no value of the message in it */
};

/* Ready for the next message. For a response, `request` is the method of the request that it answers. */
void h1_parser_reset(struct h1_parser *p, enum h1_kind kind, enum method request, const struct h1_limits *limits);

/* Parses. `bytes` is everything since the message's first byte, also what is behind the head. H1_DONE: *m is filled
 * (its slices borrow from `bytes`, its arrays from `arena`) and p->head says where the body begins. H1_BAD: p->status
 * and p->why; the connection cannot be used any more. H1_MORE: nothing is promised of *m. A wrong line end or start
 * line, a control character and a crossed limit are told as soon as the bytes show them, all else when the head is
 * complete; the verdict does not depend on how the bytes were split. CONNECT and TRACE parse; the caller refuses them
 * by m->method. */
enum h1_result h1_parse(struct h1_parser *p, struct str bytes, struct arena *arena, struct message *m) WARN_UNUSED;

/* The message of a method-and-target question without a connection (`vane route`): fills the start line of *m from its
 * parts under the same rules. NULL, or why not. */
const char *h1_parse_target(struct message *m, enum method method, struct str target);

#endif
