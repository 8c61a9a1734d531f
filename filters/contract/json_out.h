/* json_out: JSON text being put together from what is no JSON: parameters, forms, parts. It grows in an arena (that of
 * the findings), so that it goes with the exchange and allocates nothing once that is warm. Nothing fails. */
#ifndef FILTERS_CONTRACT_JSON_OUT_H
#define FILTERS_CONTRACT_JSON_OUT_H

#include "proxy/base/arena.h"

struct json_out {
	struct arena *arena;
	char *at;
	size_t len, cap;
};

/* Adds bytes as they are. */
void json_out_add(struct json_out *o, struct str s);
/* `s` as a JSON string with its quotes. Bytes that are no UTF-8 stay as they are: the reader tells of them. */
void json_out_string(struct json_out *o, struct str s);
/* The same with every byte as one code point (U+0000 to U+00FF), for parts that are bytes. */
void json_out_bytes(struct json_out *o, struct str s);

static inline struct str json_out_str(const struct json_out *o)
{
	return str_of(o->at, o->len);
}

#endif
