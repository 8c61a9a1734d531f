#include "proxy/server.h"

#include "proxy/admin/listener.h"
#include "proxy/base/clock.h"
#include "proxy/notify.h"
#include "proxy/rollout.h"
#include "proxy/sockets.h"
#include "proxy/steer.h"
#include "proxy/upgrade.h"
#include "proxy/watch.h"
#include "proxy/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct server {
	const struct server_options *options;
	struct snapshot *snapshot; /* in force; the server's own hold */
	struct loop loop;
	struct log *log;
	struct observatory *observatory;
	struct observer *observer;
	struct worker *workers;
	unsigned worker_count, empty_workers;
	uint64_t descriptors; /* that the process may have open */
	struct admin *admin;
	struct admin_view view;
	struct watch *watch;
	uv_signal_t signals[5];
	struct upgrade upgrade;
	uv_async_t emptied;
	struct timeout drain, tick;
	enum worker_state state;
	bool ready;
	bool told_to_end; /* by a signal: the second one ends at once */
	int64_t started_ms, reload_failed_ms;
	struct buf reload_error;
	bool reload_failed;
};

static const int signal_numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR2};

static void tell_all(struct server *s, struct snapshot *next, enum worker_state state)
{
	s->state = state;
	for (unsigned i = 0; i < s->worker_count; i++)
		worker_tell(&s->workers[i], next, state);
}

/* ---- reload ---- */

static void reload_went_wrong(struct server *s, const struct diag *d)
{
	struct buf all = {0};
	diag_print(d, &all, false);
	s->reload_failed = true;
	s->reload_failed_ms = clock_wall_ms();
	s->reload_error.len = 0;
	buf_add(&s->reload_error, buf_str(&all));
	observe_say(s->observer, EVENT_CONFIG_RELOAD_FAILED, "%.*s", STR_ARG(buf_str(&all)));
	buf_free(&all);
}

/* What a start tells on standard error. */
static void tell_warnings(struct server *s, const struct diag *d)
{
	struct buf all = {0};
	if (d->warnings) {
		diag_print(d, &all, false);
		observe_say(s->observer, EVENT_CONFIG_WARNED, "%.*s", STR_ARG(buf_str(&all)));
	}
	buf_free(&all);
}

static void watch_one(void *context, const char *path)
{
	struct server *s = context;
	if (!watch_file(s->watch, path))
		observe_say(s->observer, EVENT_WATCH_FAILED, "the folder of %s cannot be watched: changes there need a SIGHUP", path);
}

static void watch_files(struct server *s)
{
	snapshot_files(s->snapshot, watch_one, s);
	for (size_t i = 0; i < s->snapshot->conf.folder_count; i++)
		watch_folder(s->watch, s->snapshot->conf.folders[i]);
}

/* Reads everything again. `always`: put it in force even if nothing has changed, because somebody asked. */
static bool reload(struct server *s, bool always)
{
	struct diag d;
	struct snapshot_source source = *s->options->source;
	source.workers = s->worker_count; /* their number is that of the start */
	diag_init(&d);
	struct snapshot *next = snapshot_load(&source, &d);
	if (!next) {
		reload_went_wrong(s, &d);
		diag_free(&d);
		return false;
	}
	s->reload_failed = false;
	if (!always && str_eq(next->digest, s->snapshot->digest)) {
		diag_free(&d);
		snapshot_drop(next);
		return true;
	}
	tell_warnings(s, &d);
	diag_free(&d);
	rollout_begin(next, s->snapshot, clock_wall_ms());
	tell_all(s, next, s->state);
	snapshot_drop(s->snapshot);
	s->snapshot = next;
	log_set(s->log, next->log.level, next->log.format);
	observe_set(s->observatory, next->log.access == ACCESS_STDOUT, next->usage.keep, next->usage.fields > 0);
	observe_say(s->observer, EVENT_CONFIG_RELOADED, "the configuration %.*s is in force", STR_ARG(next->file));
	watch_files(s);
	return true;
}

static void files_changed(void *context)
{
	struct server *s = context;
	if (s->state == WORKER_RUNS)
		reload(s, false);
}

/* ---- drain ---- */

static void stop_now(struct server *s)
{
	tell_all(s, NULL, WORKER_STOPS);
}

static void drain_too_long(struct timeout *t)
{
	stop_now((struct server *)((char *)t - offsetof(struct server, drain)));
}

static void stop_listening(struct timeout *t)
{
	struct server *s = (struct server *)((char *)t - offsetof(struct server, drain));
	timeout_set(&s->loop, &s->drain, (uint64_t)s->snapshot->settings.drain.timeout, drain_too_long);
	tell_all(s, NULL, WORKER_ENDS);
}

static void begin_drain(struct server *s)
{
	if (s->state != WORKER_RUNS)
		return;
	s->ready = false;
	upgrade_cancel(&s->upgrade);
	notify("STOPPING=1");
	tell_all(s, NULL, WORKER_DRAINS);
	observe_say(s->observer, EVENT_SERVER_DRAINING, "no new connections after %lld ms",
		    (long long)s->snapshot->settings.drain.delay);
	timeout_set(&s->loop, &s->drain, (uint64_t)s->snapshot->settings.drain.delay, stop_listening);
}

/* ---- a new process takes over ---- */

/* It accepts from here on, on the same sockets. Clients with a kept connection learn with their next answer that it ends. */
static void hand_over(struct server *s, int pid)
{
	char state[64];
	s->ready = false;
	snprintf(state, sizeof state, "MAINPID=%d", pid);
	notify(state);
	tell_all(s, NULL, WORKER_LEAVES);
	admin_close(s->admin);
	s->admin = NULL;
	observe_say(s->observer, EVENT_SERVER_REPLACED, "process %d has taken over from process %d", pid, (int)getpid());
	timeout_set(&s->loop, &s->drain, (uint64_t)s->snapshot->settings.drain.delay, stop_listening);
}

static void upgrade_ended(struct upgrade *u, bool ready, int pid)
{
	struct server *s = (struct server *)((char *)u - offsetof(struct server, upgrade));
	if (ready && s->state == WORKER_RUNS)
		hand_over(s, pid);
	else if (!ready)
		observe_say(s->observer, EVENT_SERVER_UPGRADE_FAILED, "the new process %d ended before it served; this one goes on", pid);
}

static void begin_upgrade(struct server *s)
{
	int error = s->state == WORKER_RUNS ? upgrade_begin(&s->upgrade) : UV_ESHUTDOWN;
	if (error)
		observe_say(s->observer, EVENT_SERVER_UPGRADE_FAILED, "no new process was started: %s", uv_strerror(error));
}

static void worker_emptied(struct worker *w)
{
	struct server *s = w->owner;
	__atomic_add_fetch(&s->empty_workers, 1, __ATOMIC_RELAXED);
	uv_async_send(&s->emptied);
}

/* All connections are gone: the main loop's handles are closed, and with the last one it ends. */
static void all_empty(uv_async_t *async)
{
	struct server *s = async->data;
	if (__atomic_load_n(&s->empty_workers, __ATOMIC_RELAXED) < s->worker_count)
		return;
	timeout_clear(&s->loop, &s->drain);
	timeout_clear(&s->loop, &s->tick);
	admin_close(s->admin);
	watch_close(s->watch);
	upgrade_cancel(&s->upgrade);
	for (size_t i = 0; i < sizeof s->signals / sizeof s->signals[0]; i++)
		uv_close((uv_handle_t *)&s->signals[i], NULL);
	uv_close((uv_handle_t *)async, NULL);
	loop_stop_sweep(&s->loop);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct server *s = handle->data;
	if (number == SIGHUP)
		reload(s, true);
	else if (number == SIGUSR2)
		begin_upgrade(s);
	else if (!s->told_to_end) /* where the admin port began the drain, the first signal leaves it time */
		begin_drain(s);
	else
		stop_now(s);
	s->told_to_end |= number != SIGHUP && number != SIGUSR2;
}

/* ---- what the admin port shows and does ---- */

static unsigned admin_reload(void *context, struct buf *text)
{
	struct server *s = context;
	if (reload(s, true)) {
		buf_add(text, STR("reloaded\n"));
		return 200;
	}
	buf_add(text, buf_str(&s->reload_error));
	return 409;
}

static unsigned admin_drain(void *context, struct buf *text)
{
	begin_drain(context);
	buf_add(text, STR("draining\n"));
	return 202;
}

static unsigned admin_canary(void *context, struct str version, struct str weight, struct buf *text)
{
	const struct server *s = context;
	return steer_canary(s->snapshot, s->observer, version, weight, text);
}

static unsigned admin_revision(void *context, struct str version, struct str label, struct buf *text)
{
	const struct server *s = context;
	return steer_revision(s->snapshot, s->observer, version, label, text);
}

static unsigned admin_explain(void *context, struct str method, struct str target, struct buf *json)
{
	struct server *s = context;
	return s->options->explain ? s->options->explain(s->snapshot, method, target, json) : 404;
}

static void fill_versions(const struct server *s, struct arena *arena, struct facts *f)
{
	const struct snapshot *now = s->snapshot;
	f->version_count = now->api.version_count;
	f->versions = ARENA_ARRAY(arena, struct version_facts, f->version_count);
	for (unsigned i = 0; i < f->version_count; i++) {
		const struct version *v = &now->api.versions[i];
		f->versions[i] = (struct version_facts){.name = v->name, .semver = v->semver, .contract = v->contract,
							.digest = v->digest, .state = STR("active")};
		chain_describe(&now->chain, v, clock_wall_ms(), &f->versions[i]);
	}
}

static void fill_connections(const struct server *s, struct arena *arena, struct facts *f)
{
	uint64_t all = 0, idle = 0;
	for (unsigned i = 0; i < s->worker_count; i++) {
		all += __atomic_load_n(&s->workers[i].seen_sessions, __ATOMIC_RELAXED);
		idle += __atomic_load_n(&s->workers[i].seen_idle, __ATOMIC_RELAXED);
	}
	f->connections = ARENA_ARRAY(arena, struct connection_facts, 2);
	f->connection_count = 2;
	f->connections[0] = (struct connection_facts){STR("active"), all > idle ? all - idle : 0};
	f->connections[1] = (struct connection_facts){STR("idle"), idle};
}

/* What the workers saw within the last second; worker 0 speaks for all, which check alike. */
static void fill_backends(struct server *s, struct arena *arena, struct facts *f)
{
	struct worker *first = &s->workers[0];
	pthread_mutex_lock(&first->lock);
	f->backend_count = (unsigned)first->seen.len;
	f->backends = ARENA_ARRAY(arena, struct backend_facts, first->seen.len);
	for (size_t i = 0; i < first->seen.len; i++) {
		const struct seen_place *seen = &first->seen.at[i];
		bool known = seen->version < s->snapshot->api.version_count;
		f->backends[i] = (struct backend_facts){
		    .version = known ? s->snapshot->api.versions[seen->version].name : STR(""),
		    .address = arena_dup(arena, str_from(seen->address)), .role = arena_dup(arena, str_from(seen->role)), .up = seen->up,
		    .connections_active = seen->busy, .connections_idle = seen->idle};
	}
	pthread_mutex_unlock(&first->lock);
}

static void fill_facts(void *context, struct arena *arena, struct facts *f)
{
	struct server *s = context;
	struct buf text = {0};
	f->api = s->snapshot->api.name;
	f->vane_version = str_from(s->options->version);
	f->commit = str_from(s->options->commit);
	f->config_file = s->snapshot->file;
	f->config_digest = s->snapshot->digest;
	f->started_ms = s->started_ms;
	f->config_loaded_ms = s->snapshot->loaded_ms;
	f->reload_failed = s->reload_failed;
	f->reload_failed_ms = s->reload_failed_ms;
	f->reload_error = arena_dup(arena, buf_str(&s->reload_error));
	f->ready = s->ready;
	f->not_ready_reason = s->ready ? STR("") : s->state == WORKER_RUNS ? STR("starting") : STR("draining");
	f->workers = s->worker_count;
	fill_versions(s, arena, f);
	fill_connections(s, arena, f);
	fill_backends(s, arena, f);
	tree_to_json(s->snapshot->conf.root, &text);
	f->config_text = arena_dup(arena, buf_str(&text));
	f->config_type = STR("application/json");
	buf_free(&text);
}

/* ---- the start ---- */

static bool bind_all(struct server *s, struct bound **bound)
{
	const struct key_list *listen = &s->snapshot->settings.listen;
	const struct address *at = listen->at;
	struct buf why = {0};
	bool good = true;
	*bound = must_zalloc(listen->count * s->worker_count, sizeof **bound);
	for (size_t i = 0; i < listen->count && good; i++)
		good = sockets_bind(&at[i], s->worker_count, *bound + i * s->worker_count, &why);
	if (!good) {
		fprintf(stderr, "vane: %.*s\n", STR_ARG(buf_str(&why)));
		free(*bound);
	}
	buf_free(&why);
	return good;
}

/* Every connection needs a descriptor, and its backend's one another. */
static uint64_t raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return UINT64_MAX;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : UINT64_MAX;
}

static void open_observation(struct server *s)
{
	const struct snapshot *now = s->snapshot;
	struct log_options log = {.fd = STDOUT_FILENO, .level = now->log.level, .format = now->log.format};
	s->log = log_open(&log);
	struct observe_options o = {.log = s->log,
				    .workers = s->worker_count,
				    .ledger = now->usage.ledger.len ? now->usage.ledger.at : NULL,
				    .keep_ms = now->usage.keep,
				    .sampled = now->usage.fields > 0,
				    .access_log = now->log.access == ACCESS_STDOUT,
				    .consumers_max = now->api.consumer_max,
				    .api = now->api.name,
				    .vane_version = str_from(s->options->version),
				    .commit = str_from(s->options->commit),
				    .facts = {fill_facts, s}};
	s->observatory = observe_open(&o);
	s->observer = observe_main(s->observatory);
}

static bool open_workers(struct server *s, const struct bound *bound)
{
	s->workers = must_zalloc(s->worker_count, sizeof *s->workers);
	for (unsigned i = 0; i < s->worker_count; i++) {
		CHECK(worker_open(&s->workers[i], i, s->snapshot, observe_worker(s->observatory, i)) == 0);
		s->workers[i].owner = s;
		s->workers[i].descriptors = s->descriptors / s->worker_count;
		s->workers[i].on_empty = worker_emptied;
		for (size_t j = 0; j < s->snapshot->settings.listen.count; j++) {
			int error = 0;
			for (const struct bound *b = &bound[j * s->worker_count + i]; b && !error; b = b->next)
				error = worker_listen(&s->workers[i], b->fd, b->unix_socket);
			if (error) {
				fprintf(stderr, "vane: cannot listen: %s\n", uv_strerror(error));
				return false;
			}
		}
	}
	return true;
}

static bool open_admin(struct server *s)
{
	struct buf token = {0};
	const struct admin_settings *a = &s->snapshot->admin;
	if (a->listen.kind == ADDRESS_NONE)
		return true;
	if (a->token_file.len && !admin_read_token(a->token_file.at, &token)) {
		fprintf(stderr, "vane: cannot read admin.token_file %.*s\n", STR_ARG(a->token_file));
		return false;
	}
	s->view = (struct admin_view){.observatory = s->observatory, .context = s, .reload = admin_reload,
				      .drain = admin_drain, .explain = admin_explain, .canary = admin_canary, .revision = admin_revision};
	int error = admin_open(&s->admin, &s->loop.uv, &a->listen, buf_str(&token), &s->view);
	buf_free(&token);
	if (error)
		fprintf(stderr, "vane: cannot listen on %.*s (admin.listen): %s\n", STR_ARG(a->listen.text), uv_strerror(error));
	return error == 0;
}

static void open_signals(struct server *s)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a ledger at the limit of its size is reported, not fatal */
	for (size_t i = 0; i < sizeof signal_numbers / sizeof signal_numbers[0]; i++) {
		uv_signal_init(&s->loop.uv, &s->signals[i]);
		s->signals[i].data = s;
		uv_signal_start(&s->signals[i], on_signal, signal_numbers[i]);
	}
	uv_async_init(&s->loop.uv, &s->emptied, all_empty);
	s->emptied.data = s;
}

static void tick(struct timeout *t)
{
	struct server *s = (struct server *)((char *)t - offsetof(struct server, tick));
	observe_tick(s->observer, clock_wall_ms());
	steer_watch(s->snapshot, s->observer, clock_mono_ns());
	timeout_set(&s->loop, &s->tick, 1000, tick);
}

static void serve(struct server *s)
{
	for (unsigned i = 0; i < s->worker_count; i++)
		CHECK(worker_start(&s->workers[i]) == 0);
	s->ready = true;
	const struct key_list *listen = &s->snapshot->settings.listen;
	for (size_t i = 0; i < listen->count; i++)
		observe_say(s->observer, EVENT_SERVER_STARTED, "listening on %.*s",
			    STR_ARG(((const struct address *)listen->at)[i].text));
	timeout_set(&s->loop, &s->tick, 1000, tick);
	s->watch = watch_new(&s->loop, files_changed, s);
	if (s->options->source->path)
		watch_files(s);
	notify("READY=1");
	upgrade_ready();
	uv_run(&s->loop.uv, UV_RUN_DEFAULT); /* no sockets of its own: libuv's part of it is enough */
	for (unsigned i = 0; i < s->worker_count; i++)
		worker_join(&s->workers[i]);
	observe_say(s->observer, EVENT_SERVER_STOPPED, "every connection has ended");
}

int server_run(const struct server_options *options)
{
	struct server s = {.options = options, .snapshot = options->first, .started_ms = clock_wall_ms()};
	struct bound *bound;
	s.worker_count = s.snapshot->api.workers;
	s.descriptors = raise_descriptor_limit();
	if (!bind_all(&s, &bound))
		return 2;
	CHECK(loop_open(&s.loop) == 0);
	snapshot_hold(s.snapshot);
	rollout_begin(s.snapshot, NULL, clock_wall_ms());
	open_observation(&s);
	steer_restore(s.snapshot, s.observatory, s.observer);
	bool good = open_workers(&s, bound) && open_admin(&s);
	sockets_free_bound(bound, s.snapshot->settings.listen.count * s.worker_count);
	free(bound);
	sockets_settle();
	if (!good)
		exit(2); /* nothing runs yet, and what is bound goes with the process */
	upgrade_open(&s.upgrade, &s.loop.uv, upgrade_ended);
	open_signals(&s);
	serve(&s);
	observe_close(s.observatory);
	log_close(s.log);
	loop_close(&s.loop);
	upgrade_close(&s.upgrade);
	snapshot_drop(s.snapshot);
	free(s.workers);
	buf_free(&s.reload_error);
	return 0;
}
