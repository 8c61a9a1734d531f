/* names: a bounded set of texts that clients choose (consumers), shared by all workers. Looking one up takes no lock; a
 * new one is added under a mutex until the set is full, and then stands for "_other". Names stay until the end, so what
 * is returned may be kept. Keeps labels and the ledger bounded. */
#ifndef PROXY_NAMES_H
#define PROXY_NAMES_H

#include "proxy/base/str.h"

#include <pthread.h>
#include <stdatomic.h>

struct name;

struct names {
	_Atomic(struct name *) *slots;
	unsigned slot_count, limit;
	_Atomic unsigned count;
	_Atomic uint64_t overflowed;
	pthread_mutex_t adding;
};

/* An empty set of at most `limit` names. */
void names_init(struct names *n, unsigned limit);
/* Gives the memory back. */
void names_free(struct names *n);
/* The set's own copy of `name` (cut to 128 bytes), or "_other" where the set is full. Any thread. */
struct str names_of(struct names *n, struct str name);

#endif
