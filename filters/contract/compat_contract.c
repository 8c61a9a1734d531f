#include "filters/contract/compat_side.h"

#include "proxy/base/clock.h"

#include <stdlib.h>

enum { ALL_MS = 60000 };

/* The same template with other names of its parameters is the same path. */
static bool same_template(struct str a, struct str b)
{
	size_t i = 0, k = 0;
	while (i < a.len && k < b.len) {
		if (a.at[i] != b.at[k])
			return false;
		if (a.at[i] == '{') {
			while (i < a.len && a.at[i] != '}')
				i++;
			while (k < b.len && b.at[k] != '}')
				k++;
			continue;
		}
		i++;
		k++;
	}
	return i == a.len && k == b.len;
}

/* Templates without the names, for sorting. */
static struct str bare(struct arena *arena, const struct operation *o)
{
	char *at = arena_alloc(arena, o->template.len + o->method.len + 2);
	size_t len = 0;
	bool inside = false;
	for (size_t i = 0; i < o->template.len; i++) {
		char ch = o->template.at[i];
		if (!inside || ch == '}')
			at[len++] = ch;
		inside = ch == '{' ? true : ch == '}' ? false : inside;
	}
	at[len++] = ' ';
	memcpy(at + len, o->method.at, o->method.len);
	return str_of(at, len + o->method.len);
}

struct keyed {
	struct str key;
	const struct endpoint *endpoint;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	return str_cmp(x->key, y->key);
}

static int find_key(const void *key, const void *element)
{
	return str_cmp(*(const struct str *)key, ((const struct keyed *)element)->key);
}

static struct keyed *index_of(struct arena *arena, const struct contract *c)
{
	struct keyed *all = arena_alloc(arena, (c->endpoints + 1) * sizeof *all);
	for (size_t i = 0; i < c->endpoints; i++)
		all[i] = (struct keyed){bare(arena, &c->endpoint[i].public), &c->endpoint[i]};
	if (c->endpoints)
		qsort(all, c->endpoints, sizeof *all, by_key);
	return all;
}

static struct str title(struct comparing *c, const struct operation *o)
{
	return arena_printf(&c->out->arena, "%.*s %.*s", STR_ARG(o->method), STR_ARG(o->template));
}

static void removed(struct comparing *c, const struct operation *o)
{
	int64_t sunset;
	bool readable;
	struct place at, nowhere = {NULL, 0, 0};
	enum change_kind kind = o->deprecated ? CHANGE_OPERATION_RETIRED : CHANGE_OPERATION_REMOVED;
	if (o->deprecated && comparing_sunset(comparing_node(c->old_root, o), &sunset, &readable, &at) &&
	    (!readable || sunset > c->options->now_ms))
		kind = CHANGE_OPERATION_EARLY;
	struct change *one = comparing_add(c, kind, STR(""), o->place, nowhere, "%s", change_rows[kind].text);
	one->witness = arena_printf(&c->out->arena, "%.*s %.*s", STR_ARG(o->method), STR_ARG(o->template));
}

static void operations(struct comparing *c)
{
	struct arena *arena = &c->out->arena;
	struct keyed *old = index_of(arena, c->old), *new = index_of(arena, c->new);
	struct place nowhere = {NULL, 0, 0};
	for (size_t i = 0; i < c->old->endpoints; i++) {
		const struct endpoint *e = &c->old->endpoint[i];
		struct str key = bare(arena, &e->public);
		const struct keyed *k =
		    c->new->endpoints ? bsearch(&key, new, c->new->endpoints, sizeof *new, find_key) : NULL;
		c->operation = title(c, &e->public);
		if (!k) {
			removed(c, &e->public);
			continue;
		}
		CHECK(same_template(e->public.template, k->endpoint->public.template));
		c->operation = title(c, &k->endpoint->public);
		c->out->operations++;
		comparing_marks(c, &e->public, &k->endpoint->public);
		comparing_parameters(c, e, k->endpoint);
		comparing_bodies(c, e, k->endpoint);
		comparing_responses(c, e, k->endpoint);
	}
	for (size_t i = 0; i < c->new->endpoints; i++) {
		const struct endpoint *e = &c->new->endpoint[i];
		struct str key = bare(arena, &e->public);
		if (c->old->endpoints && bsearch(&key, old, c->old->endpoints, sizeof *old, find_key))
			continue;
		c->operation = title(c, &e->public);
		comparing_add(c, CHANGE_OPERATION_ADDED, STR(""), nowhere, e->public.place, "%s",
			      change_rows[CHANGE_OPERATION_ADDED].text);
	}
	c->operation = STR("");
}

/* What counts: errors, and certain breaks that are no more than a habit of tools to call them harmless. */
static void sum_up(struct comparison *out, enum change_policy policy)
{
	for (size_t i = 0; i < out->count; i++) {
		struct change *one = &out->at[i];
		unsigned forth = one->breaks & PROVIDER_FIRST;
		if (one->verdict == COMPAT_UNKNOWN)
			out->unknown |= one->breaks;
		else if (one->level == CHANGE_ERROR || (!forth && (!one->undeclared || policy == POLICY_STRICT)))
			out->broken |= one->breaks;
		else if (one->kind == CHANGE_OPERATION_RETIRED)
			out->broken |= one->breaks;
		else
			out->excepted |= one->breaks;
	}
	out->unknown &= ~out->broken;
	out->excepted &= ~(out->broken | out->unknown);
}

static struct comparing *begin(struct comparison *out, const struct comparison_options *options)
{
	struct comparing *c = must_zalloc(1, sizeof *c);
	*out = (struct comparison){.count = 0};
	arena_init(&out->arena, 1 << 14);
	c->out = out;
	c->options = options;
	c->end_ns = clock_mono_ns() + (options->ms ? options->ms : ALL_MS) * 1000000u;
	return c;
}

static void end(struct comparing *c)
{
	for (unsigned i = 0; i < INCLUSIONS; i++)
		compat_free(c->engine[i]);
	schema_map_free(&c->noted);
	sum_up(c->out, c->options->policy);
	free(c);
}

void comparison_make(struct comparison *out, const struct contract *old, const struct node *old_root,
		     const struct contract *new, const struct node *new_root, const struct comparison_options *options)
{
	struct comparing *c = begin(out, options);
	c->old = old;
	c->new = new;
	c->program[0] = old->program;
	c->program[1] = new->program;
	c->old_root = old_root;
	c->new_root = new_root;
	operations(c);
	comparing_document(c);
	end(c);
}

void comparison_make_bare(struct comparison *out, const struct bare_schema *old, const struct bare_schema *new,
			  const struct comparison_options *options)
{
	struct comparing *c = begin(out, options);
	struct judged a = {true, old->entry, 0}, b = {true, new->entry, 0};
	c->program[0] = old->program;
	c->program[1] = new->program;
	c->old_root = old->root;
	c->new_root = new->root;
	struct schema_pair p = {REQUEST,  &a,    &b,  tree_place(old->root), tree_place(new->root), STR("schema"),
				"schema", false, NULL};
	comparing_schemas(c, &p);
	end(c);
}

void comparison_free(struct comparison *c)
{
	free(c->at);
	arena_free(&c->arena);
}

const char *comparison_order(const struct comparison *c)
{
	bool provider = !((c->broken | c->unknown) & PROVIDER_FIRST),
	     consumers = !((c->broken | c->unknown) & CONSUMERS_FIRST);
	return provider && consumers ? "any"
	       : provider            ? "provider first"
	       : consumers           ? "consumers first"
				     : "side by side";
}

unsigned comparison_bump(const struct comparison *c)
{
	unsigned bump = 0;
	if (c->broken & PROVIDER_FIRST)
		return 2;
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].breaks || c->at[i].level > CHANGE_INFO || c->at[i].kind == CHANGE_OPERATION_DEPRECATED ||
		    c->at[i].kind == CHANGE_PROPERTY)
			bump = 1;
	return bump;
}
