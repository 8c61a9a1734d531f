#include "filters/contract/json_tree.h"
#include "filters/contract/schema_set.h"
#include "filters/contract/uri_reference.h"

static bool dangling(struct place at, struct str reference, const char *why, struct str hint, struct diag *d)
{
	diag_error(d, at, "the reference \"%.*s\" leads nowhere: %s", STR_ARG(reference), why);
	if (hint.len)
		diag_hint(d, "did you mean \"%.*s\"?", STR_ARG(hint));
	return false;
}

/* One reference token of a JSON pointer, unescaped (RFC 6901, 4). */
static struct str unescape(struct arena *arena, struct str token)
{
	if (str_find(token, '~') == token.len)
		return token;
	char *out = arena_alloc(arena, token.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < token.len; i++) {
		char c = token.at[i];
		if (c == '~' && i + 1 < token.len && (token.at[i + 1] == '0' || token.at[i + 1] == '1'))
			c = token.at[++i] == '0' ? '~' : '/';
		out[n++] = c;
	}
	return str_of(out, n);
}

static const struct node *step(const struct node *n, struct str token)
{
	if (n->kind == NODE_MAPPING)
		return tree_get(n, token);
	uint64_t index;
	if (n->kind != NODE_SEQUENCE || !str_to_u64(token, &index) || (token.len > 1 && token.at[0] == '0'))
		return NULL;
	return index < n->count ? &n->items[index] : NULL;
}

static struct str nearest_key(struct arena *arena, const struct node *n, struct str token)
{
	if (n->kind != NODE_MAPPING || n->count > 4096)
		return STR("");
	struct str *keys = ARENA_ARRAY(arena, struct str, n->count + 1);
	for (uint32_t i = 0; i < n->count; i++)
		keys[i] = n->members[i].key.text;
	return diag_nearest(token, keys, n->count);
}

/* Walks down, into the resources that begin on the way. */
static bool follow_pointer(struct schema_set *set, struct str pointer, struct str reference, struct place at,
			   struct target *t, struct diag *d)
{
	struct str rest = str_skip(pointer, 1);
	while (rest.at) {
		struct str token = unescape(&set->arena, str_cut(&rest, '/'));
		const struct node *next = step(t->node, token);
		if (!next)
			return dangling(at, reference, "nothing stands there", nearest_key(&set->arena, t->node, token),
					d);
		const uint32_t *owner = schema_map_get(&set->by_node, schema_map_pointer(next));
		if (owner)
			t->resource = *owner;
		t->node = next;
	}
	return true;
}

static bool follow_anchor(struct schema_set *set, struct str name, struct str reference, struct place at,
			  struct target *t, struct diag *d)
{
	const struct anchor *a = schema_set_anchor(set, t->resource, name);
	if (!a)
		return dangling(at, reference, "there is no such anchor", STR(""), d);
	*t = (struct target){a->node, a->resource, a->pointer, a->dynamic, a->name};
	return true;
}

static bool follow_fragment(struct schema_set *set, struct str fragment, struct str reference, struct place at,
			    struct target *t, struct diag *d)
{
	fragment = uri_reference_decode(&set->arena, fragment);
	if (fragment.len && fragment.at[0] != '/')
		return follow_anchor(set, fragment, reference, at, t, d);
	if (!fragment.len)
		return true;
	t->pointer = arena_printf(&set->arena, "%.*s%.*s", STR_ARG(t->pointer), STR_ARG(fragment));
	return follow_pointer(set, fragment, reference, at, t, d);
}

/* The resource that `reference` names, seen from the base URI. NONE after an error. */
static uint32_t resource_of(struct schema_set *set, struct str base, uint32_t referrer, struct str reference,
			    struct place at, struct diag *d)
{
	uint32_t found = schema_set_find(set, uri_reference_resolve(&set->arena, base, reference), referrer, d);
	if (found == NONE) /* beside what is wrong with that document: where it was asked for */
		dangling(at, reference, "no such document is registered", STR(""), d);
	schema_set_settle(set);
	return found != NONE && schema_set_sound(set, found, d) ? found : NONE;
}

static bool resolve(struct schema_set *set, uint32_t resource, struct str reference, struct place at, struct target *t,
		    struct diag *d)
{
	if (reference.len && reference.at[0] != '#')
		resource = resource_of(set, set->resources.at[resource].uri, resource, reference, at, d);
	if (resource == NONE)
		return false;
	const struct resource *r = &set->resources.at[resource];
	*t = (struct target){r->root, resource, r->pointer, false, {NULL, 0}};
	return follow_fragment(set, uri_reference_fragment(reference), reference, at, t, d);
}

/* Where nothing stands: a schema that no judge can decide, the same for the same reference: one text, or itself again.
 */
static bool nowhere(struct schema_set *set, uint32_t resource, struct str reference, struct place at, struct target *t,
		    struct diag *d)
{
	struct diag unheard;
	struct str uri = arena_printf(&set->arena, "vane:nowhere?%u%.*s", resource, STR_ARG(str_skip(reference, 1)));
	struct buf text = {0};
	buf_add(&text, STR("{\"anyOf\":[{\"const\":\"nowhere "));
	buf_add_json(&text, reference);
	buf_add(&text, STR("\"},{\"$ref\":\"#\"}]}"));
	diag_init(&unheard);
	const struct node *root = json_tree_read(&set->arena, buf_str(&text), at.file, &unheard);
	bool good = root && schema_set_add(set, uri, root, DIALECT_2020_12, true, &unheard);
	buf_free(&text);
	diag_free(&unheard);
	schema_set_settle(set);
	const uint32_t *own = good ? schema_map_get(&set->by_uri, schema_map_text(0, uri)) : NULL;
	if (!own)
		return false;
	*t = (struct target){root, *own, STR("#"), false, {NULL, 0}};
	diag_warn(d, at, "the reference \"%.*s\" leads nowhere: what it stands for is not known", STR_ARG(reference));
	return true;
}

static bool resolve_or_not(struct schema_set *set, uint32_t resource, struct str reference, struct place at,
			   struct target *t, struct diag *d)
{
	struct diag unheard;
	if (!set->options.dangling || !str_starts(reference, STR("#/")))
		return resolve(set, resource, reference, at, t, d);
	diag_init(&unheard);
	bool good = resolve(set, resource, reference, at, t, &unheard);
	diag_free(&unheard);
	return good || nowhere(set, resource, reference, at, t, d);
}

bool schema_resolve(struct schema_set *set, uint32_t resource, struct str reference, struct place at,
		    struct target *target, struct diag *d)
{
	uint64_t key = schema_map_text((uint64_t)resource + 1, reference);
	const uint32_t *known = schema_map_get(&set->by_reference, key);
	if (known) {
		*target = set->targets.at[*known];
		return true;
	}
	schema_set_settle(set);
	if (!resolve_or_not(set, resource, reference, at, target, d))
		return !(set->failed = true);
	schema_map_put(&set->by_reference, key, (uint32_t)set->targets.len);
	VEC_PUSH(&set->targets, *target);
	return true;
}

const struct node *schema_set_resolve(struct schema_set *set, struct str base, struct str reference, struct place at,
				      struct str *found_base, struct diag *d)
{
	struct target t;
	schema_set_settle(set);
	struct str uri = uri_reference_resolve(&set->arena, STR(""), base),
		   fragment = uri_reference_fragment(reference);
	const uint32_t *known = schema_map_get(&set->by_uri, schema_map_text(0, uri));
	uint32_t resource = known ? *known : resource_of(set, uri, NONE, reference, at, d);
	/* From a base that nobody registered only the fragment is left to follow. */
	struct str rest = known || resource == NONE ? reference : arena_printf(&set->arena, "#%.*s", STR_ARG(fragment));
	if (resource == NONE || !schema_resolve(set, resource, rest, at, &t, d))
		return NULL;
	*found_base = set->resources.at[t.resource].uri;
	return t.node;
}
