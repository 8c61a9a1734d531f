/* decimal_big: the division behind decimal_multiple_of: whether digits × 10^shift is divisible. Called by decimal.c
 * only. The power of ten is never written out beyond what can matter. */
#ifndef PROXY_BASE_DECIMAL_BIG_H
#define PROXY_BASE_DECIMAL_BIG_H

#include "proxy/base/decimal.h"

/* Whether the digits of `value` × 10^shift leave no remainder by `divisor` (above 0, below 10^18). Costs the digits and
 * the logarithm of shift. */
bool decimal_remainder_is_zero(const struct decimal *value, uint64_t shift, uint64_t divisor);
/* The same by the digits of `divisor`, however many; takes memory for the time of the call. */
enum multiple decimal_divides(const struct decimal *value, uint64_t shift, const struct decimal *divisor);

#endif
