/* facts: what the observing rooms show of the rest of vane, as plain data: the api, its versions with their dates and
 * states, backends, connections, the configuration in force. Filled anew by one function of the server for each scrape
 * or page, on the main loop; texts live in the arena that is handed to it or borrow from the snapshot until it returns
 * to the loop. So metrics and pages know neither snapshot nor session. */
#ifndef PROXY_FACTS_H
#define PROXY_FACTS_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"

/* A window in which a version is switched off ahead of its sunset. */
struct brownout_facts {
	int64_t begin_ms, end_ms;
};

struct version_facts {
	struct str name, semver, contract, digest;
	struct str state;                  /* "active", "deprecated", "brownout", "sunset" */
	int64_t deprecation_ms, sunset_ms; /* 0: none */
	struct str successor;
	struct brownout_facts *brownouts;
	unsigned brownout_count;
	bool canary;          /* has one */
	double canary_weight; /* 0 to 1 */
	struct str canary_state; /* "configured", "ramp", "set", "aborted" */
	struct str canary_why;   /* for people: why it was set or aborted */
	struct str shadow;       /* its shadow contract; empty: none */
	struct str revision;     /* the active one; empty: the version has none */
};

struct backend_facts {
	struct str version, address, role; /* role: "stable", "canary", or a revision's label */
	bool up;
	uint64_t connections_active, connections_idle;
};

/* vane_connections{state}: a name and a number, such as "active", "idle", "tunnel". */
struct connection_facts {
	struct str state;
	uint64_t count;
};

struct facts {
	struct str api, vane_version, commit;
	struct str config_file, config_digest;
	int64_t started_ms;       /* wall clock */
	int64_t config_loaded_ms; /* the last load that succeeded */
	bool reload_failed;       /* the last reload did not succeed: the old configuration is in force */
	int64_t reload_failed_ms;
	struct str reload_error;     /* its first complaint, with place */
	bool ready;                  /* takes traffic */
	struct str not_ready_reason; /* "starting", "draining" … */
	unsigned workers;
	struct version_facts *versions;
	unsigned version_count;
	struct backend_facts *backends;
	unsigned backend_count;
	struct connection_facts *connections;
	unsigned connection_count;
	struct str config_text; /* the configuration in force as JSON or YAML, secrets left out; may be empty */
	struct str config_type; /* its media type */
};

/* Fills *facts (zeroed) with texts in `arena`. */
struct facts_source {
	void (*fill)(void *context, struct arena *arena, struct facts *facts);
	void *context;
};

#endif
