/* jwt: one claim out of a JSON Web Token (RFC 7519) in the compact form of RFC 7515, without looking at its signature: good
 * enough to tell who says they call, never to let anybody in. Pure; bounded by the head's limits. */
#ifndef FILTERS_JWT_H
#define FILTERS_JWT_H

#include "proxy/base/arena.h"

/* The text (or number) of the top-level member `claim` of the token's payload, in `arena`. `value` is a field's value:
 * the token, perhaps behind `Bearer `. Empty (at is NULL) where there is no such claim or no such token. */
struct str jwt_claim(struct str value, struct str claim, struct arena *arena);

#endif
