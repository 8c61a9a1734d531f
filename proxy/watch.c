#include "proxy/watch.h"

#include "proxy/base/arena.h"
#include "proxy/base/vec.h"
#include "proxy/beside.h"

#include <stdlib.h>

enum { SETTLE_MS = 200 };

struct folder {
	uv_fs_event_t event;
	struct watch *watch;
	char *path;
};

struct watch {
	struct loop *loop;
	void (*changed)(void *context);
	void *context;
	VEC(struct folder *) folders;
	struct timeout settle;
	unsigned closing;
};

struct watch *watch_new(struct loop *l, void (*changed)(void *context), void *context)
{
	struct watch *w = must_zalloc(1, sizeof *w);
	w->loop = l;
	w->changed = changed;
	w->context = context;
	return w;
}

static void settled(struct timeout *t)
{
	struct watch *w = (struct watch *)((char *)t - offsetof(struct watch, settle));
	w->changed(w->context);
}

static void happened(uv_fs_event_t *event, const char *name, int events, int status)
{
	struct folder *f = event->data;
	(void)name;
	(void)events;
	(void)status;
	timeout_set(f->watch->loop, &f->watch->settle, SETTLE_MS, settled);
}

bool watch_folder(struct watch *w, const char *folder)
{
	for (size_t i = 0; i < w->folders.len; i++)
		if (strcmp(w->folders.at[i]->path, folder) == 0)
			return true;
	struct folder *f = must_zalloc(1, sizeof *f);
	f->watch = w;
	f->path = strdup(folder);
	f->event.data = f;
	CHECK(f->path && uv_fs_event_init(&w->loop->uv, &f->event) == 0);
	VEC_PUSH(&w->folders, f); /* also where starting fails: it is closed with the others */
	return uv_fs_event_start(&f->event, happened, folder, 0) == 0;
}

bool watch_file(struct watch *w, const char *path)
{
	struct arena a;
	arena_init(&a, 512);
	struct str folder = beside(&a, str_from(path), STR("."));
	bool good = watch_folder(w, folder.at);
	arena_free(&a);
	return good;
}

static void folder_closed(uv_handle_t *handle)
{
	struct folder *f = handle->data;
	struct watch *w = f->watch;
	free(f->path);
	free(f);
	if (--w->closing)
		return;
	VEC_FREE(&w->folders);
	free(w);
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	timeout_clear(w->loop, &w->settle);
	w->closing = (unsigned)w->folders.len;
	if (w->closing == 0)
		free(w);
	else
		for (size_t i = 0, count = w->folders.len; i < count; i++)
			uv_close((uv_handle_t *)&w->folders.at[i]->event, folder_closed);
}
