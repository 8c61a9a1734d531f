/* A document's own examples: gathered while it is read, judged when it is compiled (for `vane check`). */
#include "filters/contract/load.h"

static void add(struct loader *l, struct example e)
{
	if (!e.use)
		e.use = EXAMPLE_REQUEST | EXAMPLE_RESPONSE;
	if (e.value)
		VEC_PUSH(&l->example, e);
}

void load_add_example(struct loader *l, uint32_t entry, struct here value, uint8_t use, bool text)
{
	add(l,
	    (struct example){.entry = entry, .value = value.node, .pointer = value.pointer, .use = use, .text = text});
}

/* An object with examples: a parameter, a header or a media type. */
struct owner {
	const struct judged *schema;
	const struct media *media; /* NULL: a parameter or header */
	bool text, stream;
};

/* A text that is a whole body. */
static void add_body(struct loader *l, const struct owner *o, struct here value)
{
	enum media_kind kind = o->media ? media_kind(&o->media->range) : MEDIA_OTHER;
	bool judged = o->media && media_is_concrete(&o->media->range) && kind != MEDIA_OTHER && kind != MEDIA_BINARY;
	if (judged && !o->media->bytes && value.node && value.node->kind == NODE_STRING)
		add(l,
		    (struct example){.value = value.node, .pointer = value.pointer, .use = l->use, .media = o->media});
}

/* The items of a sequence, as a list: each is one of its items, all of them are the whole. */
static void add_list(struct loader *l, const struct owner *o, struct here list)
{
	if (!list.node || list.node->kind != NODE_SEQUENCE)
		return;
	for (uint32_t i = 0; o->media->item.present && i < list.node->count; i++)
		load_add_example(l, o->media->item.entry, load_item(l, list, i), l->use, false);
	if (o->schema->present && o->media->listed)
		load_add_example(l, o->schema->entry, list, l->use, false);
}

static void add_value(struct loader *l, const struct owner *o, struct here value, bool text)
{
	if (o->stream) {
		add_list(l, o, value);
		add_body(l, o, value);
	} else if (o->schema->present) {
		load_add_example(l, o->schema->entry, value, l->use, text);
	}
}

/* OpenAPI 3.2, 4.19: which fields of an Example object say the same twice. */
static void check_fields(struct loader *l, const struct node *n)
{
	static const struct {
		struct str one, other;
	} pairs[] = {{STR_INIT("value"), STR_INIT("externalValue")},
		     {STR_INIT("value"), STR_INIT("dataValue")},
		     {STR_INIT("value"), STR_INIT("serializedValue")},
		     {STR_INIT("serializedValue"), STR_INIT("externalValue")}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (tree_get(n, pairs[i].one) && tree_get(n, pairs[i].other))
			diag_error(l->d, tree_place(n), "\"%.*s\" and \"%.*s\" exclude each other",
				   STR_ARG(pairs[i].one), STR_ARG(pairs[i].other));
}

struct here load_example(struct loader *l, struct here h)
{
	h = load_follow(l, h);
	if (h.node && !oas_check(OAS_EXAMPLE, h.node, l->version, l->d))
		h.node = NULL;
	if (h.node)
		check_fields(l, h.node);
	return h;
}

static void named_examples(struct loader *l, struct here map, const struct owner *o)
{
	for (uint32_t i = 0; i < map.node->count; i++) {
		struct here one = load_example(l, load_member(l, map, i));
		if (!one.node || !l->examples)
			continue;
		add_value(l, o, load_child(l, one, STR("value")), o->text);
		add_value(l, o, load_child(l, one, STR("dataValue")), false);
		add_body(l, o, load_child(l, one, STR("serializedValue")));
	}
}

void load_examples(struct loader *l, struct here h, const struct judged *schema, const struct media *m)
{
	struct here one = load_child(l, h, STR("example")), map = load_child(l, h, STR("examples"));
	enum media_kind kind = m ? media_kind(&m->range) : MEDIA_OTHER;
	struct owner o = {schema, m, kind != MEDIA_JSON,
			  kind == MEDIA_SEQUENCE || kind == MEDIA_LINES || kind == MEDIA_EVENTS};
	if (one.node && map.node) {
		struct place at = tree_place(&tree_member(h.node, STR("examples"))->key);
		if (l->version == 30)
			diag_warn(l->d, at, "\"example\" and \"examples\" exclude each other");
		else
			diag_error(l->d, at, "\"example\" and \"examples\" exclude each other");
	}
	if (map.node)
		named_examples(l, map, &o);
	if (one.node && l->examples)
		add_value(l, &o, one, o.text);
}

/* What stands in a schema may go either way: it passes where it passes one of them; the first one's findings are told.
 */
static enum judgement judge_way(struct loader *l, const struct example *e, struct judge *j, struct str text,
				enum direction direction, struct findings *out)
{
	if (!e->media)
		return program_judge(l->c->program, e->entry, j, text, direction, IN_BODY, STR(""), out);
	struct body_plan plan = {.judge = true, .media = e->media, .content_type = e->media->text};
	return contract_body(l->c, &plan, direction, text, j, out);
}

static enum judgement judge_one(struct loader *l, const struct example *e, struct judge *j, struct str text,
				struct findings *out)
{
	bool back = e->use & EXAMPLE_RESPONSE;
	struct findings other;
	findings_begin(out, out->arena, 1);
	findings_begin(&other, out->arena, 0);
	enum judgement result = judge_way(l, e, j, text, back ? RESPONSE : REQUEST, out);
	if (result == INVALID && back && e->use & EXAMPLE_REQUEST)
		result = judge_way(l, e, j, text, REQUEST, &other);
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
		if (e->media)
			buf_add(&json, e->value->text);
		else
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
