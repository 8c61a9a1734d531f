/* split: which requests a canary gets, as a pure decision: a key (the consumer, say) has a point between 0 and a million,
 * and is in when that lies below the weight in parts per million. So whoever is in at 10 % is in at 20 %, and every
 * process that knows key and salt says the same. The point is SipHash-2-4 of the key under the 128-bit key made of
 * SPLIT_FIRST and of SipHash-2-4 of the salt under (SPLIT_FIRST, SPLIT_SECOND), modulo a million: that is a promise to
 * whoever computes it elsewhere, and does not change. */
#ifndef FILTERS_SPLIT_H
#define FILTERS_SPLIT_H

#include "proxy/base/str.h"

enum { SPLIT_WHOLE = 1000000, SPLIT_STEP = 100 }; /* a weight is given in steps of 0.01 % */
#define SPLIT_FIRST  UINT64_C(0x76616e652d63616e) /* "vane-can" */
#define SPLIT_SECOND UINT64_C(0x6172792d73616c74) /* "ary-salt" */

/* 0 to SPLIT_WHOLE - 1. */
uint32_t split_point(struct str key, struct str salt);

/* A weight that grows by itself. */
struct split_ramp {
	int64_t from, to; /* parts per million */
	int64_t over;     /* milliseconds */
};
/* The weight `elapsed` milliseconds after its begin: `from` before it, `to` behind its end. */
int64_t split_ramp_weight(const struct split_ramp *r, int64_t elapsed);

#endif
