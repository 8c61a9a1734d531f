#include "filters/contract/load.h"
#include "filters/contract/uri_reference.h"

static void add_example(struct loader *l, uint32_t entry, struct here value, uint8_t use, bool text)
{
	uint8_t either = EXAMPLE_REQUEST | EXAMPLE_RESPONSE;
	if (value.node)
		VEC_PUSH(&l->example, ((struct example){entry, value.node, value.pointer, use ? use : either, text}));
}

/* `example`, `examples` and `default` of one schema. */
static void gather_own(struct loader *l, struct here h)
{
	uint32_t entry;
	struct here list = load_child(l, h, STR("examples"));
	struct here one = load_child(l, h, STR("example")), fallback = load_child(l, h, STR("default"));
	bool listed = list.node && list.node->kind == NODE_SEQUENCE && list.node->count;
	if (tree_get(h.node, STR("$ref")) && l->version == 30)
		return;
	if (!listed && !one.node && !fallback.node)
		return;
	if (!schema_compile(l->set, h.node, h.base, h.pointer, l->dialect, &entry, l->d))
		return;
	add_example(l, entry, one, 0, false);
	add_example(l, entry, fallback, 0, false);
	for (uint32_t i = 0; listed && i < list.node->count; i++)
		add_example(l, entry, load_item(l, list, i), 0, false);
}

static void later(struct loader *l, struct here h)
{
	if (h.node && h.node->kind == NODE_MAPPING && !memo_get(&l->memo, MEMO_SCHEMA, h.node))
		VEC_PUSH(&l->schemas, h);
}

static void gather_map(struct loader *l, struct here map)
{
	for (uint32_t i = 0; map.node && map.node->kind == NODE_MAPPING && i < map.node->count; i++)
		later(l, load_member(l, map, i));
}

static void gather_list(struct loader *l, struct here list)
{
	for (uint32_t i = 0; list.node && list.node->kind == NODE_SEQUENCE && i < list.node->count; i++)
		later(l, load_item(l, list, i));
}

/* Where a reference leads stands perhaps in a file that is no OpenAPI document, so nothing else walks it. */
static void gather_target(struct loader *l, struct here h)
{
	if (tree_get(h.node, STR("$ref")) && tree_get(h.node, STR("$ref"))->kind == NODE_STRING)
		later(l, load_follow(l, h));
}

static void gather_one(struct loader *l, struct here h)
{
	static const struct str maps[] = {STR_INIT("properties"), STR_INIT("patternProperties"),
					  STR_INIT("dependentSchemas"), STR_INIT("$defs")};
	static const struct str lists[] = {STR_INIT("allOf"), STR_INIT("anyOf"), STR_INIT("oneOf"),
					   STR_INIT("prefixItems")};
	static const struct str singles[] = {STR_INIT("items"),    STR_INIT("additionalProperties"),
					     STR_INIT("contains"), STR_INIT("if"),
					     STR_INIT("then"),     STR_INIT("else")};
	if (memo_get(&l->memo, MEMO_SCHEMA, h.node))
		return;
	memo_put(&l->memo, MEMO_SCHEMA, h.node, h.node);
	struct str id = tree_text(tree_get(h.node, STR("$id")));
	if (id.len && l->version > 30)
		h.base = uri_reference_resolve(&l->arena, h.base, id);
	gather_own(l, h);
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		gather_map(l, load_child(l, h, maps[i]));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		gather_list(l, load_child(l, h, lists[i]));
	for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
		later(l, load_child(l, h, singles[i]));
	gather_target(l, h);
}

/* All schemas below `h` and where they refer to; a list of what is left to do, because references may lead deep. */
static void gather(struct loader *l, struct here h)
{
	later(l, h);
	while (l->schemas.len)
		gather_one(l, l->schemas.at[--l->schemas.len]);
}

void load_schema(struct loader *l, struct here h, struct judged *out)
{
	*out = (struct judged){0};
	if (!h.node)
		return;
	if (h.node->kind != NODE_MAPPING && (h.node->kind != NODE_BOOL || l->version == 30)) {
		diag_error(l->d, tree_place(h.node), "a schema is a mapping%s; this is %s",
			   l->version == 30 ? "" : ", true or false", tree_kind_name(h.node));
		return;
	}
	if (l->passive && !l->examples)
		return;
	out->present = schema_compile(l->set, h.node, h.base, h.pointer, l->dialect, &out->entry, l->d);
	if (l->examples)
		gather(l, h);
}

static void named_examples(struct loader *l, struct here map, uint32_t entry, bool text)
{
	for (uint32_t i = 0; i < map.node->count; i++) {
		struct here one = load_follow(l, load_member(l, map, i));
		if (!one.node || !oas_check(OAS_EXAMPLE, one.node, l->version, l->d) || !l->examples)
			continue;
		add_example(l, entry, load_child(l, one, STR("value")), l->use, text);
		add_example(l, entry, load_child(l, one, STR("dataValue")), l->use, false);
	}
}

void load_examples(struct loader *l, struct here owner, const struct judged *schema, bool text)
{
	struct here one = load_child(l, owner, STR("example")), map = load_child(l, owner, STR("examples"));
	if (one.node && map.node) {
		struct place at = tree_place(&tree_member(owner.node, STR("examples"))->key);
		if (l->version == 30)
			diag_warn(l->d, at, "\"example\" and \"examples\" exclude each other");
		else
			diag_error(l->d, at, "\"example\" and \"examples\" exclude each other");
	}
	if (map.node && (schema->present || l->passive))
		named_examples(l, map, schema->entry, text);
	if (one.node && l->examples && schema->present)
		add_example(l, schema->entry, one, l->use, text);
}

/* What stands in a schema may go either way: it passes where it passes one of them; the first one's findings are told.
 */
static enum judgement judge_one(struct loader *l, const struct example *e, struct judge *j, struct str json,
				struct findings *out)
{
	bool back = e->use & EXAMPLE_RESPONSE;
	const struct program *p = l->c->program;
	struct findings other;
	findings_begin(out, out->arena, 1);
	findings_begin(&other, out->arena, 0);
	enum judgement result = program_judge(p, e->entry, j, json, back ? RESPONSE : REQUEST, IN_BODY, STR(""), out);
	if (result == INVALID && back && e->use & EXAMPLE_REQUEST)
		result = program_judge(p, e->entry, j, json, REQUEST, IN_BODY, STR(""), &other);
	return result;
}

/* The example of a text may be given as the text. */
static bool spelled(const struct node *n)
{
	return n->kind == NODE_STRING && n->text.len;
}

static void warn_of(struct loader *l, const struct example *e, const struct findings *out)
{
	const struct finding *f = out->count ? &out->at[0] : NULL;
	if (!f) {
		diag_warn(l->d, tree_place(e->value), "this example breaks its schema");
		return;
	}
	diag_warn(l->d, tree_place(e->value), "this example breaks its schema at \"%.*s\": %.*s: %.*s%s%s (%s:%u:%u)",
		  STR_ARG(f->pointer), STR_ARG(f->keyword), STR_ARG(f->expected), f->found ? ", found " : "",
		  f->found ? f->found : "", f->place.file ? f->place.file : "?", f->place.line, f->place.column);
}

void load_judge_examples(struct loader *l)
{
	struct judge *j = judge_new(&(struct judge_limits){0});
	struct buf json = {0};
	struct arena arena;
	arena_init(&arena, 4096);
	for (size_t i = 0; i < l->example.len; i++) {
		const struct example *e = &l->example.at[i];
		struct findings out = {.arena = &arena};
		arena_reset(&arena);
		json.len = 0;
		tree_to_json(e->value, &json);
		if (judge_one(l, e, j, buf_str(&json), &out) != INVALID)
			continue;
		struct findings again = {.arena = &arena};
		if (e->text && spelled(e->value) && judge_one(l, e, j, e->value->text, &again) == VALID)
			continue;
		warn_of(l, e, &out);
	}
	arena_free(&arena);
	buf_free(&json);
	judge_free(j);
}
