/* token: the character classes of HTTP's grammar as one table: which bytes may stand in a token (RFC 9110, 5.6.2), a
 * request target (RFC 9112, 3.2), a host name (RFC 3986, 3.2.2), a path without escapes. Pure; used all over this room.
 */
#ifndef PROXY_HTTP_TOKEN_H
#define PROXY_HTTP_TOKEN_H

#include "proxy/base/str.h"

enum {
	CHAR_TOKEN = 1,  /* tchar: letters, digits and the fifteen others */
	CHAR_TARGET = 2, /* visible ASCII but '#'; '%' is looked at separately */
	CHAR_HOST = 4,   /* unreserved and sub-delims of a reg-name, without the comma (lists of hosts) and '%' */
	CHAR_PLAIN = 8   /* unreserved: letters, digits, "-._~" (RFC 3986, 2.3) */
};
extern const uint8_t char_class[256];

static inline bool char_is(char c, unsigned classes)
{
	return (char_class[(unsigned char)c] & classes) != 0;
}

/* Length of the run at the beginning of `s` whose bytes are all in one of the classes. */
size_t char_span(struct str s, unsigned classes);
/* Not empty and nothing but tchars. */
bool token_valid(struct str s);
/* Every '%' is followed by two hexadecimal digits (RFC 3986, 2.1). */
bool escapes_valid(struct str s);

#endif
