/* process: what the kernel tells of this process, for the process_* metrics and the status page. Read from /proc on
 * each scrape; what cannot be read is 0. */
#ifndef PROXY_PROCESS_H
#define PROXY_PROCESS_H

#include <stdint.h>

struct process_facts {
	double cpu_seconds; /* user and system */
	double started;     /* seconds since the epoch */
	uint64_t resident_bytes, virtual_bytes, open_fds, max_fds;
};

/* Reads /proc; fields that cannot be read are 0. */
void process_facts(struct process_facts *p);

#endif
