#include "filters/contract/presence_inside.h"

struct presence *presence_new(void)
{
	struct presence *p = must_zalloc(1, sizeof *p);
	places_begin(&p->places);
	p->coding = coding_scratch_new();
	return p;
}

void presence_free(struct presence *p)
{
	if (!p)
		return;
	places_end(&p->places);
	VEC_FREE(&p->roots);
	schema_map_free(&p->by_owner);
	tape_free(&p->tape);
	coding_scratch_free(p->coding);
	free(p);
}

struct telling {
	struct presence_report *r;
	struct arena *arena;
	size_t room;
};

static void add(struct telling *t, struct str place, bool there)
{
	struct presence_report *r = t->r;
	if (r->count == t->room) {
		size_t room = t->room ? t->room * 2 : 32;
		struct presence_place *more = ARENA_ARRAY(t->arena, struct presence_place, room);
		if (r->count)
			memcpy(more, r->places, r->count * sizeof *more);
		r->places = more;
		t->room = room;
	}
	r->places[r->count++] = (struct presence_place){place, there};
}

static void tell_named(void *context, struct str place)
{
	add(context, place, false);
}

static void tell_root(struct telling *t, struct presence *p, uint32_t root, int64_t day)
{
	struct presence_root *r = root == NONE ? NULL : &p->roots.at[root];
	if (!r || r->told == day)
		return;
	r->told = day;
	for (uint32_t i = 0; i < r->edges; i++)
		if (p->places.edges.at[r->edge + i].declared)
			add(t, p->places.edges.at[r->edge + i].text, false);
	places_each(&p->places, r->node, tell_named, t);
}

void presence_look(struct presence *p, const struct presence_message *m, int64_t day, struct arena *arena,
		   struct presence_report *r)
{
	struct look l = {.p = p, .m = m, .arena = arena};
	struct telling t = {.r = r, .arena = arena};
	uint32_t head = NONE, body = NONE;
	l.endpoint = &m->contract->endpoint[m->operation->index];
	if (m->direction == RESPONSE)
		l.response = message_response(l.endpoint, m->head->status);
	*r = (struct presence_report){0};
	places_message(&p->places);
	r->head = presence_head(&l, &head);
	r->body = presence_body(&l, &body) && r->head;
	for (size_t i = 0; i < p->places.found.len; i++)
		add(&t, p->places.edges.at[p->places.found.at[i]].text, true);
	tell_root(&t, p, head, day);
	tell_root(&t, p, body, day);
}
