#include "filters/contract/json_tree.h"

#include "conf/yaml.h"
#include "filters/contract/json.h"
#include "proxy/base/vec.h"

/* Where the reading of places stands; places are asked for in the order of the text. */
struct cursor {
	const char *at;
	uint32_t line, column;
};

static void advance(struct cursor *c, const char *to)
{
	for (const char *line; c->at < to && (line = memchr(c->at, '\n', (size_t)(to - c->at)));) {
		c->at = line + 1;
		c->line++;
		c->column = 1;
	}
	for (; c->at < to; c->at++)
		c->column += ((unsigned char)*c->at & 0xC0) != 0x80;
}

struct building {
	struct arena *arena;
	const struct tape *tape;
	const char *text; /* the arena's copy of the tape's text: strings without escapes are slices of it */
	const char *file;
	struct cursor cursor;
};

static struct str text_of(struct building *b, const struct json_token *k)
{
	if (k->kind == JSON_STRING && k->flags & JSON_ESCAPED)
		return arena_dup(b->arena, tape_string(b->tape, k));
	return str_of(b->text + k->at, k->length);
}

/* The node of a token; a container's children are still to be filled in. */
static void fill(struct building *b, struct node *n, const struct json_token *k)
{
	static const uint8_t kinds[] = {[JSON_NULL] = NODE_NULL,     [JSON_FALSE] = NODE_BOOL,     [JSON_TRUE] = NODE_BOOL,
					[JSON_NUMBER] = NODE_NUMBER, [JSON_STRING] = NODE_STRING,  [JSON_ARRAY] = NODE_SEQUENCE,
					[JSON_OBJECT] = NODE_MAPPING};
	advance(&b->cursor, b->tape->text.at + tape_offset(b->tape, k));
	*n = (struct node){.kind = kinds[k->kind],
			   .quoted = k->kind == JSON_STRING,
			   .line = b->cursor.line,
			   .column = b->cursor.column,
			   .file = b->file};
	if (k->kind < JSON_ARRAY) {
		n->text = text_of(b, k);
		return;
	}
	n->count = k->length;
	if (k->kind == JSON_OBJECT)
		n->members = arena_alloc(b->arena, k->length * sizeof *n->members);
	else
		n->items = arena_alloc(b->arena, k->length * sizeof *n->items);
}

/* A container whose children are being filled in. */
struct level {
	struct node *node;
	uint32_t done;
};

static struct node *next_child(struct building *b, struct level *top, uint32_t *token)
{
	uint32_t n = top->done++;
	if (top->node->kind == NODE_SEQUENCE)
		return &top->node->items[n];
	fill(b, &top->node->members[n].key, &b->tape->token[(*token)++]);
	return &top->node->members[n].value;
}

static const struct node *build(struct building *b)
{
	VEC(struct level) open = {0};
	struct node *root = ARENA_NEW(b->arena, struct node), *n = root;
	for (uint32_t i = 0;;) {
		fill(b, n, &b->tape->token[i++]);
		if (n->kind >= NODE_SEQUENCE)
			VEC_PUSH(&open, ((struct level){n, 0}));
		while (open.len && VEC_LAST(&open).done == VEC_LAST(&open).node->count)
			open.len--;
		if (!open.len)
			break;
		n = next_child(b, &VEC_LAST(&open), &i);
	}
	VEC_FREE(&open);
	return root;
}

static struct place place_of(const char *file, struct str text, uint32_t offset)
{
	struct json_position at = json_position(text, offset);
	return (struct place){file, at.line, at.column};
}

static void complain_of_duplicate(const struct tape *t, const char *file, uint32_t offset, struct diag *d)
{
	uint32_t second = 0;
	while (tape_offset(t, &t->token[second]) != offset)
		second++;
	uint32_t object = second - 1;
	while (t->token[object].kind != JSON_OBJECT || t->token[object].end <= second)
		object--;
	const struct json_token *k = &t->token[second];
	uint32_t value = tape_member(t, object, tape_string(t, k), k->hash);
	struct place first = place_of(file, t->text, tape_offset(t, &t->token[value - 1]));
	diag_error(d, place_of(file, t->text, offset), "\"%.*s\" occurs twice: first on line %u, column %u",
		   STR_ARG(tape_string(t, k)), first.line, first.column);
}

const struct node *json_tree_read(struct arena *arena, struct str text, const char *file, struct diag *d)
{
	struct tape tape = {0};
	struct json_limits limits = {.size = UINT32_MAX};
	struct json_fault fault = tape_read(&tape, text, &limits);
	const struct node *root = NULL;
	if (fault.error == JSON_OK) {
		struct building b = {arena, &tape, arena_dup(arena, tape.text).at, file, {tape.text.at, 1, 1}};
		root = build(&b);
	} else if (fault.error == JSON_DUPLICATE_KEY) {
		complain_of_duplicate(&tape, file, fault.offset, d);
	} else {
		diag_error(d, place_of(file, text, fault.offset), "this is no JSON: %s", json_error_text(fault.error));
	}
	tape_free(&tape);
	return root;
}

static bool looks_like_json(struct str text)
{
	size_t i = 0;
	while (i < text.len && (text.at[i] == ' ' || text.at[i] == '\t' || text.at[i] == '\r' || text.at[i] == '\n'))
		i++;
	return i < text.len && (text.at[i] == '{' || text.at[i] == '[');
}

const struct node *document_read(struct arena *arena, const char *path, size_t limit, struct diag *d)
{
	struct str text, name = arena_dup(arena, str_from(path));
	if (!yaml_slurp(arena, name.at, limit, &text, d))
		return NULL;
	if (!looks_like_json(text))
		return yaml_read(arena, text, name.at, d);
	if (!str_ends(name, STR(".yaml")) && !str_ends(name, STR(".yml")))
		return json_tree_read(arena, text, name.at, d);
	/* a flow mapping is YAML too: what it lacks as JSON is not worth telling */
	struct diag unheard;
	diag_init(&unheard);
	const struct node *root = json_tree_read(arena, text, name.at, &unheard);
	diag_free(&unheard);
	return root ? root : yaml_read(arena, text, name.at, d);
}
