/* str: a borrowed slice of bytes: pointer and length, never owned, not NUL-terminated.
 * Whoever keeps one says in the field's comment from whom it borrows. Everything here is pure: no allocation, no
 * locale. The empty slice may have a NULL pointer. Called by every room. */
#ifndef PROXY_BASE_STR_H
#define PROXY_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *at;
	size_t len;
};

/* A slice of a string literal. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* The same, where a constant initialiser is needed. */
#define STR_INIT(literal) {(literal), sizeof(literal) - 1}
/* For "%.*s": precision and pointer. */
#define STR_ARG(s) (int)(s).len, (s).at ? (s).at : ""

/* A slice of a NUL-terminated string; NULL gives the empty slice. */
static inline struct str str_from(const char *text)
{
	return (struct str){text, text ? strlen(text) : 0};
}

static inline struct str str_of(const char *at, size_t len)
{
	return (struct str){at, len};
}

/* Short slices, which most are, are compared without a call: by two words, which may overlap. */
static inline bool str_eq(struct str a, struct str b)
{
	uint64_t a8, b8;
	uint32_t a4, b4;
	if (a.len != b.len)
		return false;
	if (a.len > 16)
		return memcmp(a.at, b.at, a.len) == 0;
	if (a.len >= 8) {
		memcpy(&a8, a.at, 8), memcpy(&b8, b.at, 8);
		if (a8 != b8)
			return false;
		memcpy(&a8, a.at + a.len - 8, 8), memcpy(&b8, b.at + a.len - 8, 8);
		return a8 == b8;
	}
	if (a.len >= 4) {
		memcpy(&a4, a.at, 4), memcpy(&b4, b.at, 4);
		if (a4 != b4)
			return false;
		memcpy(&a4, a.at + a.len - 4, 4), memcpy(&b4, b.at + a.len - 4, 4);
		return a4 == b4;
	}
	for (size_t i = 0; i < a.len; i++)
		if (a.at[i] != b.at[i])
			return false;
	return true;
}

/* str_eq_nocase of slices that have the same length. */
bool str_same_nocase(struct str a, struct str b);
/* ASCII letters compare equal in either case (RFC 9110, 5.1: field names). */
static inline bool str_eq_nocase(struct str a, struct str b)
{
	return a.len == b.len && str_same_nocase(a, b);
}
/* Byte order, shorter first on a common prefix; for qsort and sorted tables. <0, 0, >0. */
int str_cmp(struct str a, struct str b);
/* Whether `s` begins with `prefix`. */
bool str_starts(struct str s, struct str prefix);
/* Whether `s` ends with `suffix`. */
bool str_ends(struct str s, struct str suffix);
/* Offset of the first `byte`, or s.len where there is none. */
size_t str_find(struct str s, char byte);
/* Offset of the first occurrence of `needle`, or s.len where there is none. */
size_t str_search(struct str s, struct str needle);
/* The rest of `s` after `count` bytes (`count` at most s.len), and its first `count` bytes. */
struct str str_skip(struct str s, size_t count);
/* The first `count` bytes (at most s.len). */
struct str str_head(struct str s, size_t count);
/* Without leading and trailing SP and HTAB (OWS, RFC 9110, 5.6.3). */
struct str str_trim(struct str s);
/* Cuts *rest at the first `byte`: returns what stands before it and leaves in *rest what stands after it; without one,
 * returns all and leaves *rest empty with at == NULL, so that `while (rest.at)` visits every piece. */
struct str str_cut(struct str *rest, char byte);
/* Digits only, no sign, no space, at least one; false where it is not that or does not fit. */
bool str_to_u64(struct str s, uint64_t *value);
/* Edit distance (Levenshtein, capped at `limit` + 1), for "did you mean". Cost: the product of both lengths. */
unsigned str_distance(struct str a, struct str b, unsigned limit);

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The value of a hexadecimal digit, or -1. */
static inline int ascii_hex(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
