#include "filters/contract/program_place.h"

/* A part that some rule names, before it has an edge. */
struct part {
	struct str name; /* at NULL: the fold */
	uint32_t rule;
};

/* Memory for making one node. */
struct place_work {
	VEC(struct part) parts;
	struct places *places;
	uint32_t node;
};

void places_begin(struct places *p)
{
	memset(p, 0, sizeof *p);
	arena_init(&p->arena, 16384);
	p->scratch = pattern_scratch_new();
	p->work = must_zalloc(1, sizeof *p->work);
	p->work->places = p;
}

void places_end(struct places *p)
{
	VEC_FREE(&p->edges);
	VEC_FREE(&p->nodes);
	VEC_FREE(&p->rules);
	VEC_FREE(&p->patterns);
	VEC_FREE(&p->found);
	VEC_FREE(&p->work->parts);
	schema_map_free(&p->named);
	pattern_scratch_free(p->scratch);
	free(p->work);
	arena_free(&p->arena);
}

void places_message(struct places *p)
{
	p->found.len = 0;
	p->cut = false;
	p->message++;
}

void places_found(struct places *p, uint32_t edge)
{
	if (edge == NONE || p->edges.at[edge].seen == p->message)
		return;
	p->edges.at[edge].seen = p->message;
	VEC_PUSH(&p->found, edge);
}

/* --- texts --- */

/* A name as a part of a template: a JSON pointer's escapes (RFC 6901, 3), and two more for names that would look like a
 * fold. */
static struct str escaped(struct places *p, struct str prefix, struct str name)
{
	struct buf b = {0};
	buf_add(&b, prefix);
	buf_addc(&b, '/');
	if (str_eq(name, STR("*")) || str_eq(name, STR("?")))
		buf_add(&b, name.at[0] == '*' ? STR("~2") : STR("~3"));
	else
		for (size_t i = 0; i < name.len; i++)
			if (name.at[i] == '~' || name.at[i] == '/')
				buf_add(&b, name.at[i] == '~' ? STR("~0") : STR("~1"));
			else
				buf_addc(&b, name.at[i]);
	struct str text = b.len <= PLACE_LONGEST ? arena_dup(&p->arena, buf_str(&b)) : (struct str){NULL, 0};
	buf_free(&b);
	return text;
}

/* Only names of contracts are kept under it, so that a message cannot fill one place of the table. Never 0. */
static uint64_t key_of(uint32_t node, uint32_t hash)
{
	return (uint64_t)(node + 1) << 32 | hash;
}

/* --- edges --- */

uint32_t places_add(struct places *p, struct str text, bool declared)
{
	if (p->edges.len == PLACES_MOST || !text.at || text.len > PLACE_LONGEST)
		return NONE;
	struct place_edge edge = {.text = text, .node = NONE, .to = PLACE_LEAF, .same = NONE, .declared = declared};
	VEC_PUSH(&p->edges, edge);
	return (uint32_t)p->edges.len - 1;
}

static uint32_t find_named(const struct places *p, uint32_t node, struct str name, uint32_t hash)
{
	const uint32_t *at = schema_map_get(&p->named, key_of(node, hash));
	for (uint32_t i = at ? *at : NONE; i != NONE; i = p->edges.at[i].same)
		if (p->edges.at[i].node == node && str_eq(p->edges.at[i].name, name))
			return i;
	return NONE;
}

static void add_name(struct places *p, uint32_t edge)
{
	struct place_edge *e = &p->edges.at[edge];
	uint64_t key = key_of(e->node, json_key_hash(e->name));
	const uint32_t *same = schema_map_get(&p->named, key);
	e->same = same ? *same : NONE;
	schema_map_put(&p->named, key, edge);
}

/* --- nodes --- */

static void note_member(void *context, struct str name, uint32_t rule)
{
	struct place_work *w = context;
	w->places->nodes.at[w->node].members = true;
	VEC_PUSH(&w->parts, ((struct part){name.at ? name : STR(""), rule}));
}

static void note_any_member(void *context, uint32_t rule)
{
	struct place_work *w = context;
	w->places->nodes.at[w->node].any_member = true;
	VEC_PUSH(&w->parts, ((struct part){{NULL, 0}, rule}));
}

static void note_pattern(void *context, uint32_t pattern, uint32_t rule)
{
	struct place_work *w = context;
	w->places->nodes.at[w->node].members = true;
	w->places->nodes.at[w->node].patterns++;
	VEC_PUSH(&w->places->patterns, pattern);
	VEC_PUSH(&w->parts, ((struct part){{NULL, 0}, rule}));
}

static void note_item(void *context, uint32_t rule)
{
	struct place_work *w = context;
	w->places->nodes.at[w->node].items = true;
	VEC_PUSH(&w->parts, ((struct part){{NULL, 0}, rule}));
}

/* The fold before all names; then by rule. */
static int by_name(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = (x->name.at != NULL) - (y->name.at != NULL);
	if (!order)
		order = str_cmp(x->name, y->name);
	return order ? order : (x->rule > y->rule) - (x->rule < y->rule);
}

static bool same_part(const struct part *a, const struct part *b)
{
	return !a->name.at == !b->name.at && str_eq(a->name, b->name);
}

/* The edge for `count` parts of one name, which are sorted by rule. */
static uint32_t add_edge(struct places *p, uint32_t node, const struct part *part, size_t count)
{
	const struct place_node *n = &p->nodes.at[node];
	struct str text =
	    part->name.at ? escaped(p, n->text, part->name) : arena_printf(&p->arena, "%.*s/*", STR_ARG(n->text));
	uint32_t edge = places_add(p, text, true);
	if (edge == NONE) {
		p->nodes.at[node].cut = true;
		return NONE;
	}
	struct place_edge *e = &p->edges.at[edge];
	e->node = node;
	e->name = part->name;
	e->to = PLACE_UNMADE;
	e->first = (uint32_t)p->rules.len;
	for (size_t i = 0; i < count; i++)
		if (part[i].rule != NONE && (i == 0 || part[i].rule != part[i - 1].rule))
			VEC_PUSH(&p->rules, part[i].rule);
	e->count = (uint32_t)p->rules.len - e->first;
	p->nodes.at[node].edges++;
	if (part->name.at)
		add_name(p, edge);
	else
		p->nodes.at[node].every = edge;
	return edge;
}

static void add_bucket(struct places *p, uint32_t node)
{
	uint32_t edge = places_add(p, arena_printf(&p->arena, "%.*s/?", STR_ARG(p->nodes.at[node].text)), false);
	p->nodes.at[node].other = edge;
	p->nodes.at[node].edges += edge != NONE;
	p->nodes.at[node].cut |= edge == NONE;
}

/* Makes the node's edges. */
static void make(struct places *p, uint32_t node)
{
	struct place_work *w = p->work;
	const struct place_parts parts = {note_member, note_any_member, note_pattern, note_item, w};
	struct place_node *n = &p->nodes.at[node];
	if (n->made)
		return;
	n->made = true;
	n->edge = (uint32_t)p->edges.len;
	n->pattern = (uint32_t)p->patterns.len;
	w->node = node;
	w->parts.len = 0;
	for (uint32_t i = 0; i < n->count; i++)
		place_rule_parts(n->program, p->rules.at[n->first + i], &parts);
	if (w->parts.len)
		qsort(w->parts.at, w->parts.len, sizeof *w->parts.at, by_name);
	for (size_t i = 0, next; i < w->parts.len; i = next) {
		for (next = i + 1; next < w->parts.len && same_part(&w->parts.at[i], &w->parts.at[next]);)
			next++;
		if (add_edge(p, node, &w->parts.at[i], next - i) == NONE)
			break;
	}
	if (n->members && !n->any_member)
		add_bucket(p, node);
}

static bool same_rules(const struct places *p, const struct place_node *n, const uint32_t *rules, uint32_t count)
{
	return n->count == count && memcmp(&p->rules.at[n->first], rules, count * sizeof *rules) == 0;
}

/* A node for what the rules say of one value; the one around it that says the same, where there is one. */
static uint32_t node_for(struct places *p, const struct program *program, const struct place_node *new, uint32_t first,
			 uint32_t count)
{
	uint32_t rules[PLACE_SCHEMAS], found;
	bool whole = place_rules(program, &p->rules.at[first], count, rules, &found);
	if (!found)
		return whole ? PLACE_LEAF : PLACE_FULL;
	for (uint32_t n = new->parent; n != NONE; n = p->nodes.at[n].parent)
		if (same_rules(p, &p->nodes.at[n], rules, found))
			return n;
	if (new->depth == PLACE_DEEPEST || p->nodes.len == PLACES_MOST)
		return PLACE_FULL;
	VEC_PUSH(&p->nodes, *new);
	struct place_node *n = &VEC_LAST(&p->nodes);
	n->cut = !whole;
	n->first = (uint32_t)p->rules.len;
	n->count = found;
	for (uint32_t i = 0; i < found; i++)
		VEC_PUSH(&p->rules, rules[i]);
	return (uint32_t)p->nodes.len - 1;
}

uint32_t places_behind(struct places *p, uint32_t edge)
{
	const struct place_edge *e = &p->edges.at[edge];
	if (e->to != PLACE_UNMADE)
		return e->to;
	const struct place_node *from = &p->nodes.at[e->node];
	const struct place_node new = {.program = from->program,
				       .text = e->text,
				       .parent = e->node,
				       .every = NONE,
				       .other = NONE,
				       .depth = (uint8_t)(from->depth + 1)};
	uint32_t to = node_for(p, new.program, &new, e->first, e->count);
	p->edges.at[edge].to = to;
	return to;
}

uint32_t places_root(struct places *p, const struct program *program, uint32_t entry, struct str prefix)
{
	const struct place_node new = {
	    .program = program, .text = arena_dup(&p->arena, prefix), .parent = NONE, .every = NONE, .other = NONE};
	uint32_t first = (uint32_t)p->rules.len, edges = (uint32_t)p->edges.len;
	VEC_PUSH(&p->rules, entry);
	uint32_t root = node_for(p, program, &new, first, 1);
	if (root >= PLACE_FULL)
		return root;
	for (uint32_t n = root; n < p->nodes.len && p->edges.len - edges < PLACES_AHEAD; n++) {
		make(p, n);
		for (uint32_t i = 0; i < p->nodes.at[n].edges; i++)
			(void)places_behind(p, p->nodes.at[n].edge + i);
		p->nodes.at[root].ahead = n + 1;
	}
	return root;
}

void places_each(struct places *p, uint32_t root, void (*tell)(void *context, struct str place), void *context)
{
	for (uint32_t n = root; root < PLACE_FULL && n < p->nodes.at[root].ahead; n++)
		for (uint32_t i = 0; i < p->nodes.at[n].edges; i++) {
			const struct place_edge *e = &p->edges.at[p->nodes.at[n].edge + i];
			if (e->declared)
				tell(context, e->text);
		}
}

/* --- messages --- */

static bool is_data(struct places *p, const struct place_node *n, struct str name)
{
	for (uint32_t i = 0; i < n->patterns; i++) {
		const struct pattern *one = n->program->patterns.at[p->patterns.at[n->pattern + i]];
		if (pattern_match(one, p->scratch, name) == PATTERN_MATCH)
			return true;
	}
	return n->any_member;
}

uint32_t places_named(struct places *p, uint32_t node, struct str name)
{
	make(p, node);
	return find_named(p, node, name, json_key_hash(name));
}

uint32_t places_member(struct places *p, uint32_t node, struct str name, uint32_t hash)
{
	make(p, node);
	const struct place_node *n = &p->nodes.at[node];
	uint32_t named = find_named(p, node, name, hash);
	p->cut |= n->cut;
	if (named != NONE)
		return named;
	return is_data(p, n, name) ? n->every : n->other;
}

uint32_t places_items(struct places *p, uint32_t node)
{
	make(p, node);
	const struct place_node *n = &p->nodes.at[node];
	return n->items && !n->members && !n->any_member ? n->every : NONE;
}

void places_walk(struct places *p, uint32_t node, const struct tape *tape, uint32_t index)
{
	const struct json_token *k = &tape->token[index];
	if (node == PLACE_LEAF || k->kind < JSON_ARRAY)
		return;
	if (node == PLACE_FULL) {
		p->cut = true;
		return;
	}
	make(p, node);
	bool object = k->kind == JSON_OBJECT;
	if (!object && !p->nodes.at[node].items)
		return;
	for (uint32_t i = index + 1; i < k->end; i = tape_next(tape, i + object)) {
		uint32_t edge = object ? places_member(p, node, tape_string(tape, &tape->token[i]), tape->token[i].hash)
				       : p->nodes.at[node].every;
		places_found(p, edge);
		if (edge != NONE && tape->token[i + object].kind >= JSON_ARRAY)
			places_walk(p, places_behind(p, edge), tape, i + object);
	}
	p->cut |= p->nodes.at[node].cut;
}
