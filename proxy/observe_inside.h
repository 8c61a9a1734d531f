/* observe_inside: what the two halves of the observatory share: observe.c is told what happens, observe_pages.c shows
 * it. Included by these two only. */
#ifndef PROXY_OBSERVE_INSIDE_H
#define PROXY_OBSERVE_INSIDE_H

#include "proxy/base/vec.h"
#include "proxy/keeper.h"
#include "proxy/metrics.h"
#include "proxy/observe.h"
#include "proxy/repeat.h"
#include "proxy/states.h"

struct observer {
	struct observatory *all;
	unsigned index;
	struct log_producer *log;
	struct tally tally;
	struct repeats repeats;
	struct str last_consumer; /* of the last exchange that had one: of all->consumers */
};

struct observatory {
	struct observer *observers; /* of the workers, then of the main thread */
	unsigned count;
	atomic_bool access_log;
	struct log *log;
	struct names consumers;
	struct usage usage;
	struct field_use fields;
	struct journal journal;
	struct keeper *keeper;
	struct facts_source facts;
	char *path, *api, *vane_version, *commit;
	pthread_mutex_t announcing;
	struct series_table
	    announced; /* consumers whose use of something deprecated was told today: the day's number + 1 */
	VEC(struct collector) collectors;
	struct states states;
};

#endif
