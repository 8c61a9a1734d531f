#include "proxy/target.h"

#include "proxy/health.h"

#include <stdlib.h>

enum { RESOLVE_AGAIN_MS = 30000 };

static void add_target(struct pool *p, const struct endpoint *e, struct str text)
{
	for (size_t i = 0; i < p->targets.len; i++) {
		if (endpoint_same(&p->targets.at[i]->where, e)) {
			p->targets.at[i]->gone = false;
			return;
		}
	}
	struct target *t = must_zalloc(1, sizeof *t);
	t->where = *e;
	t->text = text;
	t->pool = p;
	health_watch(t);
	VEC_PUSH(&p->targets, t);
}

static void looked_up(struct resolve *r, int error)
{
	struct name *n = (struct name *)((char *)r - offsetof(struct name, resolve));
	struct pool *p = n->pool;
	if (error == 0 && !p->retired) { /* otherwise the old addresses are better than none */
		for (size_t i = 0; i < p->targets.len; i++)
			if (str_eq(p->targets.at[i]->text, n->address.text))
				p->targets.at[i]->gone = true;
		for (unsigned i = 0; i < r->count; i++)
			add_target(p, &r->found[i], n->address.text);
	}
	n->looked_up = error ? 0 : loop_now(p->loop);
	if (!p->retired)
		p->changed(p);
	p->drop_hold(p);
}

static void look_up(struct pool *p, struct name *n)
{
	if (n->resolve.busy || (n->looked_up && loop_now(p->loop) - n->looked_up < RESOLVE_AGAIN_MS))
		return;
	if (resolve_start(&n->resolve, p->loop, n->address.host, n->address.port, looked_up) == 0)
		p->holds++;
}

void target_look_up(struct pool *p)
{
	for (size_t i = 0; i < p->names.len; i++)
		look_up(p, p->names.at[i]);
}

bool target_looking_up(const struct pool *p)
{
	for (size_t i = 0; i < p->names.len; i++)
		if (p->names.at[i]->resolve.busy)
			return true;
	return false;
}

void target_add(struct pool *p, const struct address *configured)
{
	struct address a = *configured;
	struct endpoint e;
	a.text = arena_dup(&p->arena, a.text);
	a.host = arena_dup(&p->arena, a.host);
	if (a.kind == ADDRESS_UNIX ? endpoint_unix(&e, a.path) : endpoint_ip(&e, a.host, a.port)) {
		add_target(p, &e, a.text);
		return;
	}
	struct name *n = must_zalloc(1, sizeof *n);
	n->pool = p;
	n->address = a;
	VEC_PUSH(&p->names, n);
}

void target_free_all(struct pool *p)
{
	for (size_t i = 0; i < p->targets.len; i++)
		free(p->targets.at[i]);
	for (size_t i = 0; i < p->names.len; i++)
		free(p->names.at[i]);
	VEC_FREE(&p->targets);
	VEC_FREE(&p->names);
}
