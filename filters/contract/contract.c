#include "filters/contract/parts.h"
#include "filters/contract/server.h"

struct str contract_title(const struct contract *c)
{
	return c->title;
}

void contract_mark(const struct contract *c, uint64_t mark[2])
{
	mark[0] = c->mark[0];
	mark[1] = c->mark[1];
}

struct str contract_version(const struct contract *c)
{
	return c->version;
}

size_t contract_size(const struct contract *c)
{
	return sizeof *c + arena_held(&c->arena) + program_size(c->program);
}

size_t contract_operation_count(const struct contract *c)
{
	return c->endpoints;
}

const struct operation *contract_operation(const struct contract *c, uint32_t index)
{
	return index < c->endpoints ? &c->endpoint[index].public : NULL;
}

const struct operation *contract_operation_named(const struct contract *c, struct str name)
{
	size_t space = str_find(name, ' ');
	for (size_t i = 0; i < c->endpoints; i++) {
		const struct operation *o = &c->endpoint[i].public;
		if (o->id.len && str_eq(o->id, name))
			return o;
		if (space < name.len && str_eq(o->method, str_head(name, space)) &&
		    str_eq(o->template, str_trim(str_skip(name, space + 1))))
			return o;
	}
	return NULL;
}

bool contract_check_defaults(const struct contract *c, struct diag *d)
{
	return program_check_defaults(c->program, d);
}

static const struct operation *find_method(const struct contract *c, const struct path_entry *p, struct str method,
					   unsigned base)
{
	for (uint32_t i = 0; i < p->methods; i++) {
		const struct endpoint *e = &c->endpoint[p->method[i].operation];
		if (e->bases >> base & 1 && str_eq(p->method[i].method, method))
			return &e->public;
	}
	return NULL;
}

static struct str allowed(const struct path_entry *p, unsigned base)
{
	return p->allow_at ? p->allow_at[base] : p->allow;
}

static void take(struct path_match *m, const struct path_match *found)
{
	m->operation = found->operation;
	m->template = found->template;
	m->allow = found->allow;
	m->path = found->path;
	m->count = found->count;
	for (unsigned i = 0; i < found->count; i++)
		m->value[i] = found->value[i];
}

/* Looks for one path, what is behind a base path; true where it has the method too. */
static bool find_at(const struct contract *c, struct str method, struct str path, unsigned base, struct path_match *m)
{
	struct path_match found; /* of its values only those are set that there are */
	found.path = path_index_find(c->index, path, c->under, base, found.value, CONTRACT_PARAMETERS, &found.count);
	if (found.path == UINT32_MAX)
		return false;
	const struct path_entry *p = &c->path[found.path];
	found.template = p->template;
	found.allow = allowed(p, base);
	found.operation = find_method(c, p, method, base);
	/* HEAD is GET without its body (RFC 9110, 9.3.2). */
	if (!found.operation && str_eq(method, STR("HEAD")))
		found.operation = find_method(c, p, STR("GET"), base);
	if (found.operation) /* two templates may share a path, each with its methods */
		found.template = found.operation->template;
	if (found.operation || m->template.len == 0)
		take(m, &found);
	return found.operation != NULL;
}

void contract_find(const struct contract *c, struct str method, struct str path, struct path_match *m)
{
	struct str rest;
	m->operation = NULL;
	m->template = m->allow = (struct str){NULL, 0};
	m->count = 0;
	m->path = UINT32_MAX;
	for (uint32_t i = 0; i < c->bases; i++)
		if (server_base_matches(&c->base[i], path, &rest) && find_at(c, method, rest, i, m))
			return;
	(void)find_at(c, method, path, NO_BASE, m);
}
