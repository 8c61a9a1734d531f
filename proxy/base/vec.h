/* vec: a growing array of any type. `VEC(struct x) xs = {0};` makes one, VEC_PUSH adds at the end (never fails),
 * VEC_FREE gives it back. Elements move when it grows: keep indices, not pointers. Owned by whoever embeds it. */
#ifndef PROXY_BASE_VEC_H
#define PROXY_BASE_VEC_H

#include "proxy/base/check.h"

#include <stdlib.h>

#define VEC(type)                                                                                                      \
	struct {                                                                                                       \
		type *at;                                                                                              \
		size_t len, cap;                                                                                       \
	}

#define VEC_GROW(v)                                                                                                    \
	do {                                                                                                           \
		if ((v)->len == (v)->cap) {                                                                            \
			(v)->cap = (v)->cap ? (v)->cap * 2 : 8;                                                        \
			(v)->at = must_realloc((v)->at, (v)->cap * sizeof *(v)->at);                                   \
		}                                                                                                      \
	} while (0)

/* Adds a copy of `value` (an expression; wrap compound literals in parentheses). */
#define VEC_PUSH(v, value)                                                                                             \
	do {                                                                                                           \
		VEC_GROW(v);                                                                                           \
		(v)->at[(v)->len++] = (value);                                                                         \
	} while (0)

#define VEC_LAST(v) ((v)->at[(v)->len - 1])

#define VEC_FREE(v)                                                                                                    \
	do {                                                                                                           \
		free((v)->at);                                                                                         \
		(v)->at = NULL;                                                                                        \
		(v)->len = (v)->cap = 0;                                                                               \
	} while (0)

#endif
