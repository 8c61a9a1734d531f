#include "proxy/rollout.h"

static const struct node *further(const struct node *version, const char *section, const char *key)
{
	const struct node *n = version->kind == NODE_MAPPING ? tree_get(version, str_from(section)) : NULL;
	return n && n->kind == NODE_MAPPING ? tree_get(n, str_from(key)) : NULL;
}

unsigned rollout_room(const struct node *versions)
{
	unsigned room = 0;
	for (uint32_t i = 0; i < versions->count; i++) {
		const struct node *revisions = further(&versions->members[i].value, "revisions", "backends");
		room += 1 + (revisions && revisions->kind == NODE_MAPPING ? revisions->count : 0);
	}
	return room;
}

static bool add_backend(struct snapshot *s, unsigned at, unsigned index, const struct node *n, struct str role, struct diag *d)
{
	struct backend *b = &s->backends[at];
	bool good = backend_read(n, s->file.at, b, &s->arena, d);
	b->version = index;
	b->role = role;
	return good;
}

static bool read_revisions(struct snapshot *s, unsigned index, const struct node *n, struct diag *d)
{
	struct backend_choice *c = &s->choices[index];
	bool good = true, own = tree_get(s->api.versions[index].conf, STR("backend")) != NULL;
	c->revisions = ARENA_ARRAY(&s->arena, uint32_t, n->count + 1);
	c->revision_count = n->count;
	for (uint32_t i = 0; i < n->count; i++) {
		c->revisions[i] = i == 0 && !own ? index : s->backend_count++;
		good &= add_backend(s, c->revisions[i], index, &n->members[i].value, n->members[i].key.text, d);
	}
	return good;
}

static struct lever *take(struct snapshot *s, unsigned index, enum lever_kind kind, const char *section, struct levers *all)
{
	const struct version *v = &s->api.versions[index];
	const struct node *n = tree_get(v->conf, str_from(section));
	struct buf text = {0};
	if (!n)
		return NULL;
	tree_to_json(n, &text);
	struct lever *l = lever_take(all, kind, v->name, buf_str(&text));
	buf_free(&text);
	return l;
}

bool rollout_read(struct snapshot *s, unsigned index, struct levers *levers, struct diag *d)
{
	const struct node *version = s->api.versions[index].conf;
	const struct node *canary = further(version, "canary", "backend");
	const struct node *revisions = further(version, "revisions", "backends");
	bool good = true;
	if (canary) { /* what is missing or wrong besides is the filters' to say */
		s->choices[index].canary = s->backend_count++;
		good &= add_backend(s, s->choices[index].canary, index, canary, STR("canary"), d);
	}
	if (revisions && revisions->kind == NODE_MAPPING)
		good &= read_revisions(s, index, revisions, d);
	s->levers[index].canary = take(s, index, LEVER_CANARY, "canary", levers);
	s->levers[index].revision = take(s, index, LEVER_REVISION, "revisions", levers);
	return good;
}

void rollout_release(struct snapshot *s)
{
	for (unsigned i = 0; s->levers && i < s->api.version_count; i++) {
		if (s->levers[i].canary)
			lever_drop(s->levers[i].canary);
		if (s->levers[i].revision)
			lever_drop(s->levers[i].revision);
	}
}

static bool has(const struct snapshot *s, const struct lever *l)
{
	for (unsigned i = 0; i < s->api.version_count; i++)
		if (s->levers[i].canary == l || s->levers[i].revision == l)
			return true;
	return false;
}

void rollout_begin(const struct snapshot *now, const struct snapshot *before, int64_t wall_ms)
{
	for (unsigned i = 0; before && i < before->api.version_count; i++) {
		struct lever *old[] = {before->levers[i].canary, before->levers[i].revision};
		for (unsigned k = 0; k < 2; k++)
			if (old[k] && !has(now, old[k]))
				lever_forget(old[k]);
	}
	for (unsigned i = 0; i < now->api.version_count; i++) {
		if (now->levers[i].canary)
			lever_begin(now->levers[i].canary, wall_ms);
		if (now->levers[i].revision)
			lever_begin(now->levers[i].revision, wall_ms);
	}
}
