/* trust: whose word about the client counts: the peers whose X-Forwarded-* and Forwarded fields are believed and passed
 * on. From everybody else these fields are dropped, because anyone can write them. Settings in the snapshot; pure. */
#ifndef PROXY_TRUST_H
#define PROXY_TRUST_H

#include "conf/key.h"

struct trust_net {
	uint8_t address[16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d */
	unsigned bits;       /* of the 128 */
};

enum trust_send { SEND_X_FORWARDED, SEND_FORWARDED, SEND_BOTH, SEND_OFF };

/* `forwarded:` of the configuration. */
struct trust {
	struct key_list nets; /* struct trust_net: networks written out; `private` is several */
	int send;             /* enum trust_send */
};
extern const struct key_table trust_table;

/* Whether a peer with this address (as text; "unix" for a unix socket) is believed. */
bool trust_address(const struct trust *t, struct str address);
/* The client that a believed peer speaks for: the last address of the X-Forwarded-For `list` that is not itself believed;
 * `peer` where the list is empty or holds something else than addresses. A slice of either. */
struct str trust_client(const struct trust *t, struct str peer, struct str list);

#endif
