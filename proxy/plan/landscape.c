#include "proxy/plan/landscape.h"

static bool takes(const struct range *r, const struct release *release)
{
	if (release->number[0] != r->major)
		return false;
	return r->exact ? release->number[1] == r->minor : release->number[1] >= r->minor;
}

/* The oldest release of the service that the range takes: what it is about. Releases stand newest first. */
static uint32_t base_of(const struct landscape *l, const struct service *s, const struct range *r)
{
	for (uint32_t i = s->first + s->count; i > s->first; i--)
		if (takes(r, &l->releases[i - 1]))
			return i - 1;
	return s->first;
}

struct linker {
	struct landscape *l;
	struct arena *arena;
	landscape_keeps *keeps;
	void *context;
};

static bool meets(const struct linker *k, const struct service *s, const struct demand *d, uint32_t release)
{
	for (unsigned i = 0; i < d->range_count; i++) {
		if (!takes(&d->ranges[i], &k->l->releases[release]))
			continue;
		uint32_t base = base_of(k->l, s, &d->ranges[i]);
		if (base == release || !k->keeps || k->keeps(k->context, base, release))
			return true;
	}
	return false;
}

static void link_demand(const struct linker *k, const struct service *s, struct demand *d)
{
	uint32_t *list = ARENA_ARRAY(k->arena, uint32_t, s->count);
	d->met_count = 0;
	d->met = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (!meets(k, s, d, s->first + i))
			continue;
		list[d->met_count++] = s->first + i;
		d->met |= (uint64_t)1 << i;
	}
	d->met_by = list;
}

/* A wish is about numbers: whatever is wanted at 1.2 may be any 1.2 or later, whatever it keeps. */
static void link_wishes(struct linker k, const struct service *s)
{
	struct demand *wishes = ARENA_ARRAY(k.arena, struct demand, s->wish_count);
	k.keeps = NULL;
	for (uint32_t i = 0; i < s->wish_count; i++) {
		wishes[i] = s->wishes[i];
		link_demand(&k, s, &wishes[i]);
	}
	k.l->services[s - k.l->services].wishes = wishes;
}

void landscape_link(struct landscape *l, struct arena *arena, landscape_keeps *keeps, void *context)
{
	struct linker k = {l, arena, keeps, context};
	for (uint32_t i = 0; i < l->need_count; i++)
		link_demand(&k, &l->services[l->needs[i].service], &l->needs[i].demand);
	for (uint32_t i = 0; i < l->service_count; i++)
		link_wishes(k, &l->services[i]);
}
