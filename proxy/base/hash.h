/* hash: a fast keyed hash of byte strings for tables that clients can fill (consumers, routes) and for the canary's
 * split, which every process must compute alike. Not a digest: see proxy/net/digest.h for that. Pure. */
#ifndef PROXY_BASE_HASH_H
#define PROXY_BASE_HASH_H

#include "proxy/base/str.h"

/* SipHash-2-4 of `s` under a 128-bit key, as published by Aumasson and Bernstein. The same on every machine. */
uint64_t hash_keyed(struct str s, const uint64_t key[2]);
/* The same under a key drawn once per process: for tables in memory, so that clients cannot aim at one bucket. */
uint64_t hash_local(struct str s);

/* Two words as one: the halves of their product, folded. A step of a generator, no hash by itself. */
static inline uint64_t hash_folded(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

#endif
