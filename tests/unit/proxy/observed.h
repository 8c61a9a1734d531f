/* observed: what the tests of the observing rooms share: an observatory that logs into a file which can be read back,
 * and exchanges as a session would leave them. Included by tests only. */
#ifndef TESTS_OBSERVED_H
#define TESTS_OBSERVED_H

#include "proxy/base/clock.h"
#include "proxy/observe.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { DAY = 86400000 };

struct watched {
	char folder[64], log_path[96], ledger_path[96];
	int fd;
	struct log *log;
	struct observatory *all;
	struct version versions[2];
};

static const int64_t noon = 1782820800000; /* 2026-06-30T12:00:00Z */

static void fill_facts(void *context, struct arena *a, struct facts *f)
{
	struct watched *w = context;
	f->config_file = STR("vane.yaml");
	f->config_digest = STR("abc123");
	f->started_ms = noon - DAY;
	f->config_loaded_ms = noon;
	f->ready = true;
	f->workers = 2;
	f->version_count = 2;
	f->versions = ARENA_ARRAY(a, struct version_facts, 2);
	f->versions[0] = (struct version_facts){.name = w->versions[0].name,
						.semver = STR("1.4.2"),
						.contract = STR("v1.yaml"),
						.digest = STR("d1"),
						.state = STR("deprecated"),
						.successor = STR("v2"),
						.deprecation_ms = noon - DAY,
						.sunset_ms = noon + 365 * (int64_t)DAY};
	f->versions[1] = (struct version_facts){.name = w->versions[1].name,
						.semver = STR("2.0.0"),
						.state = STR("active"),
						.canary = true,
						.canary_weight = 0.05};
	f->backend_count = 1;
	f->backends = ARENA_ARRAY(a, struct backend_facts, 1);
	f->backends[0] = (struct backend_facts){.version = STR("v1"),
						.address = STR("127.0.0.1:9001"),
						.role = STR("stable"),
						.up = true,
						.connections_idle = 3};
	f->connection_count = 1;
	f->connections = ARENA_ARRAY(a, struct connection_facts, 1);
	f->connections[0] = (struct connection_facts){STR("active"), 7};
	f->config_text = STR("{\"api\":\"orders\"}");
	f->config_type = STR("application/json");
}

static void watch_again(struct watched *w, const char *ledger)
{
	w->log = log_open(&(struct log_options){.fd = w->fd, .level = LOG_INFO});
	w->all = observe_open(&(struct observe_options){.log = w->log,
							.workers = 2,
							.ledger = ledger,
							.access_log = true,
							.consumers_max = 100,
							.api = STR("orders"),
							.vane_version = STR("0.1.0"),
							.commit = STR("c0ffee"),
							.facts = {fill_facts, w}});
}

/* Opens an observatory whose ledger is `ledger`, or in a file of its own for "file", or in memory for NULL. */
static struct watched *watch(const char *ledger)
{
	struct watched *w = must_zalloc(1, sizeof *w);
	snprintf(w->folder, sizeof w->folder, "/tmp/vane-observe-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->log_path, sizeof w->log_path, "%s/log", w->folder);
	snprintf(w->ledger_path, sizeof w->ledger_path, "%s/usage.db", w->folder);
	w->fd = open(w->log_path, O_RDWR | O_CREAT | O_APPEND, 0600);
	assert_true(w->fd >= 0);
	w->versions[0] = (struct version){.index = 0, .name = STR("v1"), .digest = STR("d1")};
	w->versions[1] = (struct version){.index = 1, .name = STR("v2"), .digest = STR("d2")};
	watch_again(w, ledger && !strcmp(ledger, "file") ? w->ledger_path : ledger);
	return w;
}

static void unwatch(struct watched *w)
{
	observe_close(w->all);
	log_close(w->log);
	w->all = NULL;
}

/* Everything that was logged; after unwatch. NUL-terminated, freed by the caller. */
static inline char *logged(struct watched *w)
{
	off_t size = lseek(w->fd, 0, SEEK_END);
	char *text = must_zalloc(1, (size_t)size + 1);
	assert_int_equal(pread(w->fd, text, (size_t)size, 0), size);
	return text;
}

static void forget(struct watched *w)
{
	char command[160];
	if (w->all)
		unwatch(w);
	close(w->fd);
	snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
	assert_int_equal(system(command), 0);
	free(w);
}

/* A GET of a version's order, answered with 200 after 20 ms of which 15 were the backend's. */
static void good_exchange(struct exchange *x, const struct version *version)
{
	memset(x, 0, sizeof *x);
	arena_init(&x->arena, 1024);
	exchange_begin(x, 0);
	x->request.method = METHOD_GET;
	x->request.method_name = STR("GET");
	x->request.target = STR("/v1/orders/17?token=secret");
	x->request.path = STR("/v1/orders/17");
	x->request.query = STR("token=secret");
	x->path = x->request.path;
	x->client = STR("192.0.2.7");
	x->request_id = STR("01J0");
	x->trace_id = STR("4bf92f3577b34da6a3ce929d0e0e4736");
	x->version = version;
	x->source = SOURCE_PATH;
	x->route = STR("/orders/{id}");
	x->operation_id = STR("getOrder");
	x->consumer = STR("shop");
	x->outcome = OUTCOME_OK;
	x->status = 200;
	x->backend = STR("127.0.0.1:9001");
	x->attempts = 1;
	x->bytes_out = 512;
	x->wall_ms = noon;
	x->began_ns = 1000000;
	x->sent_ns = 2000000;
	x->answered_ns = 10000000;
	x->received_ns = 17000000;
	x->ended_ns = 21000000;
}

static inline size_t times(const char *text, const char *what)
{
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		count++;
	return count;
}

#endif
