#include "conf/yaml.h"

#include "conf/index.h"
#include "conf/members.h"
#include "conf/scalar.h"
#include "conf/tag.h"
#include "conf/yaml_input.h"
#include "proxy/base/vec.h"

#include <yaml.h>

/* GROWTH: nodes that aliases may add to what is written. */
enum { GROWTH = 1000000, ANCHORS = 65536, TAG_LINES = 100 };

/* A node that is read but not yet in its collection. */
struct part {
	struct node node;
	uint32_t weight; /* nodes in it, with aliases followed, and one more for each 64 bytes of text */
	uint32_t height; /* 0: a scalar */
	bool merge;      /* the key `<<` */
};

/* A collection that is being read: its parts stand in reader.parts from `start` on. */
struct open {
	struct node node;
	size_t start;
	uint32_t anchor; /* in reader.anchors, or INDEX_NONE */
};

struct anchor {
	struct part part;
	bool closed; /* false: we are inside of it */
};

struct reader {
	struct arena *arena;
	struct diag *diag;
	const char *file;
	VEC(struct part) parts;
	VEC(struct open) stack;
	VEC(struct anchor) anchors;
	struct index names;     /* of the anchors */
	struct members members; /* of the mapping that is being closed */
	uint64_t grown;
	bool has_root, ended;
};

static struct place place_of(const struct reader *r, yaml_mark_t mark)
{
	return (struct place){r->file, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

static struct node node_at(const struct reader *r, enum node_kind kind, yaml_mark_t mark)
{
	return (struct node){.kind = (uint8_t)kind,
			     .file = r->file,
			     .line = (uint32_t)mark.line + 1,
			     .column = (uint32_t)mark.column + 1};
}

static struct str c_text(const yaml_char_t *text)
{
	return str_from((const char *)text);
}

static bool expects_key(const struct reader *r)
{
	const struct open *o = r->stack.len ? &VEC_LAST(&r->stack) : NULL;
	return o && o->node.kind == NODE_MAPPING && (r->parts.len - o->start) % 2 == 0;
}

static bool deep(const struct reader *r, uint32_t height, struct place at)
{
	if (r->stack.len + height <= TREE_DEPTH)
		return false;
	diag_error(r->diag, at, "nested deeper than %d levels", TREE_DEPTH);
	return true;
}

/* Notes an anchor; what it names is `part` once that is known. */
static bool add_anchor(struct reader *r, const yaml_char_t *name, struct place at, uint32_t *number)
{
	*number = INDEX_NONE;
	if (!name)
		return true;
	if (expects_key(r))
		return diag_error(r->diag, at, "an anchor on a key is not supported");
	if (r->anchors.len == ANCHORS)
		return diag_error(r->diag, at, "more than %d anchors", ANCHORS);
	*number = (uint32_t)r->anchors.len;
	*index_at(&r->names, arena_dup(r->arena, c_text(name))) = *number;
	VEC_PUSH(&r->anchors, (struct anchor){0});
	return true;
}

static void add_part(struct reader *r, struct part part, uint32_t anchor)
{
	if (anchor != INDEX_NONE)
		r->anchors.at[anchor] = (struct anchor){part, true};
	VEC_PUSH(&r->parts, part);
	r->has_root = true;
}

/* --- scalars --- */

static bool refuse_tag(struct reader *r, const yaml_char_t *tag, struct place at)
{
	diag_error(r->diag, at, "the tag %s does not fit here", (const char *)tag);
	diag_hint(r->diag, "values get their type from how they are written; a string that looks like something else "
			   "goes in quotes");
	return false;
}

static bool type_scalar(struct reader *r, const yaml_event_t *e, struct node *n)
{
	enum tag tag = tag_of((const char *)e->data.scalar.tag);
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	n->quoted = tag == TAG_STR || (!plain && tag == TAG_NONE);
	if (n->quoted)
		return true;
	scalar_resolve(n, n->text, r->arena);
	return tag == TAG_NONE || tag_fits(tag, n) || refuse_tag(r, e->data.scalar.tag, tree_place(n));
}

/* Keys keep their text as written: `010:` is the key "010". */
static bool check_key(struct reader *r, struct part *part, struct str written)
{
	struct node *n = &part->node;
	part->merge = !n->quoted && str_eq(written, STR("<<"));
	if (!written.len && !n->quoted) {
		diag_error(r->diag, tree_place(n), "a key is missing in front of the \":\"");
		diag_hint(r->diag, "write \"\" if the empty key is meant");
		return false;
	}
	n->text = written;
	n->rewritten = false;
	return true;
}

static bool read_scalar(struct reader *r, const yaml_event_t *e)
{
	struct str value = str_of((const char *)e->data.scalar.value, e->data.scalar.length);
	struct part part = {.node = node_at(r, NODE_STRING, e->start_mark), .weight = 1 + (uint32_t)(value.len / 64)};
	struct str text = part.node.text = arena_dup(r->arena, value);
	uint32_t anchor;
	if (!add_anchor(r, e->data.scalar.anchor, tree_place(&part.node), &anchor) || !type_scalar(r, e, &part.node))
		return false;
	if (expects_key(r) && !check_key(r, &part, text))
		return false;
	add_part(r, part, anchor);
	return true;
}

/* --- aliases --- */

static bool read_alias(struct reader *r, const yaml_event_t *e)
{
	struct place at = place_of(r, e->start_mark);
	const char *name = (const char *)e->data.alias.anchor;
	if (expects_key(r))
		return diag_error(r->diag, at, "an alias cannot be a key");
	uint32_t number = *index_at(&r->names, arena_dup(r->arena, str_from(name)));
	if (number == INDEX_NONE)
		return diag_error(r->diag, at, "*%s has no anchor &%s in front of it", name, name);
	const struct anchor *a = &r->anchors.at[number];
	if (!a->closed)
		return diag_error(r->diag, at, "*%s stands inside of what it names", name);
	r->grown += a->part.weight;
	if (r->grown > GROWTH)
		return diag_error(r->diag, at, "aliases grow this file by more than %d values", GROWTH);
	if (deep(r, a->part.height, at))
		return false;
	add_part(r, a->part, INDEX_NONE);
	return true;
}

/* --- collections --- */

static bool open_collection(struct reader *r, const yaml_event_t *e)
{
	bool mapping = e->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *tag = mapping ? e->data.mapping_start.tag : e->data.sequence_start.tag;
	const yaml_char_t *anchor = mapping ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	struct open o = {.node = node_at(r, mapping ? NODE_MAPPING : NODE_SEQUENCE, e->start_mark),
			 .start = r->parts.len};
	struct place at = tree_place(&o.node);
	if (expects_key(r))
		return diag_error(r->diag, at, "a key has to be a plain word, not %s", tree_kind_name(&o.node));
	if (deep(r, 1, at))
		return false;
	enum tag t = tag_of((const char *)tag);
	if (t != TAG_NONE && t != (mapping ? TAG_MAP : TAG_SEQ))
		return refuse_tag(r, tag, at);
	if (!add_anchor(r, anchor, at, &o.anchor))
		return false;
	VEC_PUSH(&r->stack, o);
	return true;
}

/* How many members there can be at most, merged ones included. */
static size_t member_bound(const struct part *parts, size_t count)
{
	size_t bound = count / 2;
	for (size_t i = 0; i < count; i += 2)
		if (parts[i].merge)
			bound += parts[i + 1].weight;
	return bound;
}

static void close_mapping(struct reader *r, const struct part *parts, size_t count, struct node *n)
{
	bool merged = false;
	members_begin(&r->members, member_bound(parts, count));
	for (size_t i = 0; i < count; i += 2)
		if (!parts[i].merge)
			members_add(&r->members, &parts[i].node, &parts[i + 1].node);
	for (size_t i = 0; i < count; i += 2) {
		if (!parts[i].merge)
			continue;
		if (merged)
			diag_error(r->diag, tree_place(&parts[i].node),
				   "\"<<\" stands here twice; list what is to be merged");
		merged = true;
		members_merge(&r->members, &parts[i + 1].node);
	}
	members_end(&r->members, n);
}

static void close_sequence(struct reader *r, const struct part *parts, size_t count, struct node *n)
{
	n->count = (uint32_t)count;
	n->items = arena_alloc(r->arena, count * sizeof *n->items);
	for (size_t i = 0; i < count; i++)
		n->items[i] = parts[i].node;
}

static void close_collection(struct reader *r)
{
	struct open o = r->stack.at[--r->stack.len];
	size_t count = r->parts.len - o.start;
	const struct part *parts = count ? &r->parts.at[o.start] : NULL;
	struct part part = {.node = o.node, .weight = 1};
	for (size_t i = 0; i < count; i++) {
		part.weight += parts[i].weight;
		if (parts[i].height + 1 > part.height)
			part.height = parts[i].height + 1;
	}
	if (!part.height)
		part.height = 1;
	if (o.node.kind == NODE_MAPPING)
		close_mapping(r, parts, count, &part.node);
	else
		close_sequence(r, parts, count, &part.node);
	r->parts.len = o.start;
	add_part(r, part, o.anchor);
}

/* --- events --- */

static bool on_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (r->has_root)
			return diag_error(r->diag, place_of(r, e->start_mark),
					  "a second document begins here; only one can be read from a file");
		return true;
	case YAML_SCALAR_EVENT:
		return read_scalar(r, e);
	case YAML_ALIAS_EVENT:
		return read_alias(r, e);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(r, e);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_collection(r);
		return true;
	case YAML_STREAM_END_EVENT:
		r->ended = true;
		return true;
	default:
		return true;
	}
}

static bool read_events(struct reader *r, yaml_parser_t *parser, struct str text)
{
	yaml_event_t event;
	while (!r->ended) {
		if (!yaml_parser_parse(parser, &event))
			return yaml_complain(parser, text, r->file, r->diag);
		bool good = on_event(r, &event);
		yaml_event_delete(&event);
		if (!good)
			return false;
	}
	return true;
}

static const struct node *take_root(struct reader *r)
{
	struct node *root = ARENA_NEW(r->arena, struct node);
	*root = r->parts.len
		    ? r->parts.at[0].node
		    : (struct node){.kind = NODE_NULL, .file = r->file, .line = 1, .column = 1, .text = STR("null")};
	return root;
}

/* libyaml compares every %TAG with all before it, wherever in the stream they stand. */
static bool has_few_tag_lines(struct str text, const char *file, struct diag *d)
{
	static const char mark[] = "\n%TAG";
	const char *at = text.at, *end = text.at ? text.at + text.len : NULL;
	for (int lines = 0; at && (at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)); at++)
		if (++lines > TAG_LINES)
			return diag_error(d, (struct place){file, 0, 0}, "more than %d %%TAG lines", TAG_LINES);
	return true;
}

const struct node *yaml_read_on(struct arena *arena, struct str text, const char *file, struct diag *d)
{
	struct reader r = {.arena = arena, .diag = d, .file = file, .members = {.arena = arena, .diag = d}};
	yaml_parser_t parser;
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_skip(text, 3);
	if (text.len > (size_t)1 << 30) {
		diag_error(d, (struct place){file, 0, 0}, "larger than 1 GiB");
		return NULL;
	}
	if (!has_few_tag_lines(text, file, d))
		return NULL;
	CHECK(yaml_parser_initialize(&parser));
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text.at ? text.at : ""), text.len);
	const struct node *root = read_events(&r, &parser, text) ? take_root(&r) : NULL;
	yaml_parser_delete(&parser);
	VEC_FREE(&r.parts);
	VEC_FREE(&r.stack);
	VEC_FREE(&r.anchors);
	index_free(&r.names);
	members_free(&r.members);
	return root;
}

const struct node *yaml_read(struct arena *arena, struct str text, const char *file, struct diag *d)
{
	unsigned errors = d->errors;
	const struct node *root = yaml_read_on(arena, text, file, d);
	return d->errors == errors ? root : NULL;
}
