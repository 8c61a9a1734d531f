/* sticky: what keeps requests together when a share of them is sent elsewhere: who sent them, a field, a cookie, the
 * address. A list is tried in its order until one of them is there; `none` (and the end of the list) is the request
 * itself, by its id. Read from the configuration, immutable; pure. */
#ifndef FILTERS_STICKY_H
#define FILTERS_STICKY_H

#include "proxy/filter.h"

enum sticky_kind { STICKY_CONSUMER, STICKY_HEADER, STICKY_COOKIE, STICKY_ADDRESS, STICKY_NONE };

struct sticky {
	enum sticky_kind kind;
	struct str name; /* of the field or the cookie */
};

/* For a row of keys: KEY_LIST_AT(CUSTOM, …), .item_size = sizeof(struct sticky), .read = sticky_read. */
bool sticky_read(struct key_reader *r, const struct key *k, const struct node *n, void *field) WARN_UNUSED;
/* The key of this request by the first of the list that it has; *by: which. A slice of the exchange. */
struct str sticky_key(const struct exchange *x, const struct sticky *list, size_t count, enum sticky_kind *by);
/* "consumer", "header" … */
const char *sticky_word(enum sticky_kind kind);
/* The value of a cookie of the request (RFC 6265, 4.2), the first of that name; at == NULL where there is none. */
struct str sticky_cookie(const struct message *request, struct str name);

#endif
