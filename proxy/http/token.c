#include "proxy/http/token.h"

#define T  CHAR_TOKEN
#define R  CHAR_TARGET
#define H  CHAR_HOST
#define P  CHAR_PLAIN
#define AN (T | R | H | P)

/* clang-format off: a row of sixteen is easier to check than what fits a line */
const uint8_t char_class[256] = {
    /*  !"#$%&'()*+,-./ */
    [0x20] = 0,
    T | R | H,
    R,
    T,
    T | R | H,
    T | R,
    T | R | H,
    T | R | H,
    R | H,
    R | H,
    T | R | H,
    T | R | H,
    R,
    AN,
    AN,
    R,
    /* 0123456789:;<=>? */
    [0x30] = AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    R,
    R | H,
    R,
    R | H,
    R,
    R,
    /* @ABCDEFGHIJKLMNO */
    [0x40] = R,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    /* PQRSTUVWXYZ[\]^_ */
    [0x50] = AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    R,
    R,
    R,
    T | R,
    AN,
    /* `abcdefghijklmno */
    [0x60] = T | R,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    /* pqrstuvwxyz{|}~ */
    [0x70] = AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    AN,
    R,
    T | R,
    R,
    AN,
    0,
};
/* clang-format on */

size_t char_span(struct str s, unsigned classes)
{
	size_t i = 0;
	while (i < s.len && char_is(s.at[i], classes))
		i++;
	return i;
}

bool token_valid(struct str s)
{
	return s.len > 0 && char_span(s, CHAR_TOKEN) == s.len;
}

bool escapes_valid(struct str s)
{
	for (size_t i = str_find(s, '%'); i < s.len; i += 3 + str_find(str_skip(s, i + 3), '%'))
		if (i + 2 >= s.len || ascii_hex(s.at[i + 1]) < 0 || ascii_hex(s.at[i + 2]) < 0)
			return false;
	return true;
}
