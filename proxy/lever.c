#include "proxy/lever.h"

#include "proxy/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void levers_init(struct levers *all)
{
	all->first = NULL;
	CHECK(pthread_mutex_init(&all->lock, NULL) == 0);
}

void levers_free(struct levers *all)
{
	CHECK(!all->first);
	pthread_mutex_destroy(&all->lock);
}

static struct lever *lever_new(enum lever_kind kind, struct str version, struct str section)
{
	struct lever *l = must_zalloc(1, sizeof *l + version.len + section.len);
	char *texts = (char *)(l + 1);
	l->kind = kind;
	l->holds = 1;
	atomic_init(&l->set, LEVER_AS_CONFIGURED);
	atomic_init(&l->since_ms, 0);
	memcpy(texts, version.at, version.len);
	memcpy(texts + version.len, section.at, section.len);
	l->version = str_of(texts, version.len);
	l->section = str_of(texts + version.len, section.len);
	return l;
}

struct lever *lever_take(struct levers *all, enum lever_kind kind, struct str version, struct str section)
{
	if (!all)
		return lever_new(kind, version, section);
	pthread_mutex_lock(&all->lock);
	struct lever *l = all->first;
	while (l && !(l->kind == kind && str_eq(l->version, version) && str_eq(l->section, section)))
		l = l->next;
	if (l) {
		l->holds++;
	} else {
		l = lever_new(kind, version, section);
		l->all = all;
		l->next = all->first;
		all->first = l;
	}
	pthread_mutex_unlock(&all->lock);
	return l;
}

static void lever_free(struct lever *l)
{
	guard_free(l->guard);
	free(l);
}

void lever_drop(struct lever *l)
{
	struct levers *all = l->all;
	if (!all) {
		lever_free(l);
		return;
	}
	pthread_mutex_lock(&all->lock);
	if (--l->holds == 0) {
		struct lever **link = &all->first;
		while (*link != l)
			link = &(*link)->next;
		*link = l->next;
		lever_free(l);
	}
	pthread_mutex_unlock(&all->lock);
}

void lever_begin(struct lever *l, int64_t wall_ms)
{
	if (!atomic_load_explicit(&l->since_ms, memory_order_relaxed))
		atomic_store_explicit(&l->since_ms, wall_ms, memory_order_relaxed);
}

void lever_forget(struct lever *l)
{
	lever_move(l, LEVER_AS_CONFIGURED, false, 0, "");
	atomic_store_explicit(&l->since_ms, 0, memory_order_relaxed);
}

void lever_move(struct lever *l, int64_t to, bool aborted, int64_t wall_ms, const char *why)
{
	l->aborted = aborted;
	l->moved_ms = wall_ms;
	snprintf(l->why, sizeof l->why, "%s", why);
	if (l->guard)
		guard_restart(l->guard);
	atomic_store_explicit(&l->set, to, memory_order_relaxed);
}
