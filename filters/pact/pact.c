#include "filters/pact/pact.h"

#include "conf/yaml.h"
#include "filters/contract/json_tree.h"

#include <stdlib.h>

enum { PACT_BYTES = 64 << 20 };

/* metadata.pactSpecification.version, and where earlier tools wrote it. */
static unsigned version_of(const struct node *root)
{
	static const char *const pointers[] = {"/metadata/pactSpecification/version",
					       "/metadata/pact-specification/version",
					       "/metadata/pactSpecificationVersion", "/metadata/pactSpecification"};
	for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
		struct str text = tree_text(tree_at(root, str_from(pointers[i])));
		if (text.len && text.at[0] >= '1' && text.at[0] <= '9')
			return (unsigned)(text.at[0] - '0');
	}
	return 0;
}

static bool read_states(struct pact *p, struct interaction *x, const struct node *n, struct diag *d)
{
	const struct node *list = tree_get(n, STR("providerStates")), *one = tree_get(n, STR("providerState"));
	if (!one)
		one = tree_get(n, STR("provider_state"));
	if (list && list->kind == NODE_STRING)
		one = list;
	if (!list || list->kind != NODE_SEQUENCE) {
		x->state = ARENA_NEW(&p->arena, struct pact_state);
		x->states = tree_text(one).len && one->kind == NODE_STRING;
		x->state->name = tree_text(one);
		return true;
	}
	x->state = ARENA_ARRAY(&p->arena, struct pact_state, list->count);
	for (uint32_t i = 0; i < list->count; i++) {
		const struct node *s = &list->items[i], *name = tree_get(s, STR("name"));
		if (s->kind != NODE_STRING && (!name || name->kind != NODE_STRING))
			return diag_error(d, tree_place(s), "a provider state is an object with a name");
		x->state[x->states++] =
		    (struct pact_state){s->kind == NODE_STRING ? s->text : name->text, tree_get(s, STR("params"))};
	}
	return true;
}

/* Why an interaction is none of ours, or NULL. */
static const char *why_skipped(const struct node *n)
{
	const struct node *type = tree_get(n, STR("type")), *plugin = tree_get(n, STR("pluginConfiguration"));
	if (type && !str_eq(tree_text(type), STR("Synchronous/HTTP")))
		return "no HTTP interaction";
	if (plugin && plugin->kind == NODE_MAPPING && plugin->count)
		return "it needs a plugin";
	return NULL;
}

static void skip(struct pact *p, const struct node *n, const char *why)
{
	p->skipped[p->skipped_count++] =
	    (struct skipped){tree_text(tree_get(n, STR("description"))), why, tree_place(n)};
}

static bool read_sides(struct pact *p, struct interaction *x, const struct node *n, struct diag *d)
{
	const struct node *request = tree_get(n, STR("request")), *response = tree_get(n, STR("response"));
	bool wrapped = p->version >= 4 || tree_get(n, STR("type"));
	if (!request || !response)
		return diag_error(d, x->place, "an interaction has a request and a response");
	bool good = message_read(&x->request, &p->arena, request, wrapped, d);
	good = message_read(&x->response, &p->arena, response, wrapped, d) && good;
	if (good && (!x->request.method.len || !x->request.path.at))
		return diag_error(d, x->request.place, "a request has a method and a path");
	if (!x->response.status)
		x->response.status = 200;
	return good;
}

static bool read_interaction(struct pact *p, const struct node *n, struct diag *d)
{
	if (n->kind != NODE_MAPPING)
		return diag_error(d, tree_place(n), "an interaction is an object");
	const char *why = why_skipped(n);
	if (why) {
		skip(p, n, why);
		return true;
	}
	struct interaction *x = &p->at[p->count++];
	*x = (struct interaction){.description = tree_text(tree_get(n, STR("description"))), .place = tree_place(n)};
	x->pending = tree_is_true(tree_get(n, STR("pending")));
	return read_states(p, x, n, d) && read_sides(p, x, n, d);
}

static bool read_party(const struct node *root, struct str name, struct str *party, struct diag *d)
{
	const struct node *n = tree_get(tree_get(root, name), STR("name"));
	*party = tree_text(n);
	return party->len ||
	       diag_error(d, tree_place(n ? n : root), "a pact names its %.*s: {\"name\": …}", STR_ARG(name));
}

static bool read_interactions(struct pact *p, const struct node *root, struct diag *d)
{
	const struct node *list = tree_get(root, STR("interactions")), *messages = tree_get(root, STR("messages"));
	uint32_t more = messages && messages->kind == NODE_SEQUENCE ? messages->count : 0;
	bool good = true;
	if ((list && list->kind != NODE_SEQUENCE) || (!list && !messages))
		return diag_error(d, tree_place(list ? list : root), "a pact has a list of interactions");
	p->at = ARENA_ARRAY(&p->arena, struct interaction, list ? list->count : 0);
	p->skipped = ARENA_ARRAY(&p->arena, struct skipped, (list ? list->count : 0) + more);
	for (uint32_t i = 0; list && i < list->count; i++)
		good = read_interaction(p, &list->items[i], d) && good;
	for (uint32_t i = 0; i < more; i++)
		skip(p, &messages->items[i], "a message");
	return good;
}

static struct pact *read(struct pact *p, struct str text, struct diag *d)
{
	const struct node *root = json_tree_read(&p->arena, text, p->file, d);
	bool good = root != NULL;
	if (good && root->kind != NODE_MAPPING)
		good = diag_error(d, tree_place(root), "a pact is a JSON object");
	if (good) {
		p->version = version_of(root);
		good = read_party(root, STR("consumer"), &p->consumer, d);
		good = read_party(root, STR("provider"), &p->provider, d) && good;
		good = read_interactions(p, root, d) && good;
	}
	if (good)
		return p;
	pact_free(p);
	return NULL;
}

static struct pact *begin(const char *name)
{
	struct pact *p = must_zalloc(1, sizeof *p);
	arena_init(&p->arena, 16384);
	p->file = arena_dup(&p->arena, str_from(name)).at;
	return p;
}

struct pact *pact_load_text(struct str text, const char *name, struct diag *d)
{
	return read(begin(name), text, d);
}

struct pact *pact_load(const char *path, struct diag *d)
{
	struct pact *p = begin(path);
	struct str text;
	if (yaml_slurp(&p->arena, path, PACT_BYTES, &text, d))
		return read(p, text, d);
	pact_free(p);
	return NULL;
}

void pact_free(struct pact *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->count; i++) {
		message_free(&p->at[i].request);
		message_free(&p->at[i].response);
	}
	arena_free(&p->arena);
	free(p);
}
