/* Which parameters of a request, or headers of a response, a message has. */
#include "filters/contract/parameter.h"
#include "filters/contract/presence_inside.h"

/* The message's names, split once. */
struct names {
	struct pairs query, cookies;
};

static void add_parameters(struct look *l, uint32_t root, const struct parameters *list)
{
	struct presence *p = l->p;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct parameter *one = list->at[i];
		struct str text = arena_printf(&p->places.arena, "%s:%.*s", location_word((enum location)one->location),
					       STR_ARG(one->name));
		if (places_add(&p->places, text, true) == NONE) {
			p->roots.at[root].cut = true;
			return;
		}
		p->roots.at[root].edges++;
	}
}

static void make_root(struct look *l, uint32_t root)
{
	const struct endpoint *e = l->endpoint;
	struct places *places = &l->p->places;
	l->p->roots.at[root].edge = (uint32_t)places->edges.len;
	if (l->response) {
		add_parameters(l, root, &l->response->headers);
		return;
	}
	const struct parameters *lists[] = {&e->path, &e->query, &e->header, &e->cookie};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		add_parameters(l, root, lists[i]);
	if (!l->p->roots.at[root].cut)
		l->p->roots.at[root].bucket = places_add(places, STR("query:?"), false);
}

/* A member of an exploded object is a parameter by itself, which the object's schema knows. */
static bool takes(const struct contract *c, const struct parameter *p, struct str name)
{
	uint32_t rule;
	if (!parameter_takes_names(p))
		return false;
	return p->open || (program_property(c->program, p->schema.entry, name, &rule) &&
			   !(c->program->rules.at[rule].flags & RULE_FALSE));
}

static bool takes_some(const struct contract *c, const struct parameter *p, struct pairs *pairs)
{
	bool any = false;
	for (uint32_t i = 0; i < pairs->count; i++)
		if (!pairs->at[i].taken && takes(c, p, pairs->at[i].name))
			any = pairs->at[i].matched = true;
	return any;
}

static bool was_sent(const struct look *l, const struct parameter *p, struct names *names)
{
	const struct message_head *head = l->m->head;
	if (p->whole)
		return head->query.len > 0;
	if (parameter_was_sent(p, &names->query, &names->cookies, head->fields, head->field_count))
		return true;
	return (p->location == IN_QUERY && takes_some(l->m->contract, p, &names->query)) ||
	       (p->location == IN_COOKIE && takes_some(l->m->contract, p, &names->cookies));
}

/* `edge` is the list's first one; returns that behind the list. */
static uint32_t look_at(struct look *l, const struct parameters *list, struct names *names, uint32_t edge, uint32_t end)
{
	for (uint32_t i = 0; i < list->count && edge < end; i++, edge++)
		if (was_sent(l, list->at[i], names))
			places_found(&l->p->places, edge);
	return edge;
}

static void read_names(struct look *l, struct names *names)
{
	const struct message_head *head = l->m->head;
	unsigned times;
	pairs_read(&names->query, l->arena, head->query, &(struct pairs_syntax){"&", true, false, false});
	pairs_read(&names->cookies, l->arena, message_field(l->arena, head, STR("Cookie"), &times),
		   &(struct pairs_syntax){";", false, true, false});
	parameter_take_named(&l->endpoint->query, &names->query);
	parameter_take_named(&l->endpoint->cookie, &names->cookies);
}

static bool is_whole(const struct parameters *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (list->at[i]->whole)
			return true;
	return false;
}

static void look_for_others(struct look *l, const struct pairs *query, uint32_t bucket)
{
	for (uint32_t i = 0; i < query->count && !is_whole(&l->endpoint->query); i++)
		if (!query->at[i].taken && !query->at[i].matched &&
		    !parameter_is_key(l->m->contract, query->at[i].name))
			places_found(&l->p->places, bucket);
}

bool presence_head(struct look *l, uint32_t *root)
{
	const struct endpoint *e = l->endpoint;
	struct names names = {{0}, {0}};
	bool made;
	if (l->m->direction == RESPONSE && !l->response)
		return true;
	*root = presence_root(l, l->response ? (const void *)l->response : e, &made);
	if (made)
		make_root(l, *root);
	const struct presence_root *r = &l->p->roots.at[*root];
	uint32_t edge = r->edge, end = r->edge + r->edges;
	if (l->response) {
		look_at(l, &l->response->headers, &names, edge, end);
		return !r->cut;
	}
	read_names(l, &names);
	edge = look_at(l, &e->path, &names, edge, end);
	edge = look_at(l, &e->query, &names, edge, end);
	edge = look_at(l, &e->header, &names, edge, end);
	look_at(l, &e->cookie, &names, edge, end);
	look_for_others(l, &names.query, r->bucket);
	return !r->cut;
}
