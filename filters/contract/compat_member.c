/* The ways to break what is denied of an object: a member that is missing, or one whose value breaks its rule. */
#include "filters/contract/compat_object.h"

enum { NAME_TRIES = 40 };

static void offer(struct way_outs *out, bool absent, bool fresh, struct str name, uint64_t item)
{
	VEC_PUSH(out, ((struct way_out){absent, fresh, name, item, UNCLEAR}));
}

/* Whether a member of a known name may be there with `item`. */
static bool possible(struct making *m, struct part *part, uint64_t item)
{
	const struct part *p = making_known(m, part);
	struct item_list items = {0};
	if (p->never || p->absent)
		return false;
	for (size_t i = 0; i < p->items.len; i++)
		items_add(&items, p->items.at[i]);
	if (item)
		items_add(&items, item);
	enum answer a = solve_part(m->s, &items).answer;
	VEC_FREE(&items);
	return a != NEVER;
}

static void way_present(struct making *m, struct way_outs *out, struct str name, uint64_t item)
{
	struct part *part = making_part(m, name);
	if (part && possible(m, part, item))
		offer(out, false, false, part->name, item);
}

static bool has_source(const struct program *p, const struct object *o, struct str source)
{
	for (uint32_t i = 0; i < o->pattern_count; i++)
		if (str_eq(program_name(p, &p->pattern_sources.at[p->pattern_properties.at[o->pattern + i].pattern]),
			   source))
			return true;
	return false;
}

static struct str source_of(const struct program *p, const struct object *o, uint32_t i)
{
	return program_name(p, &p->pattern_sources.at[p->pattern_properties.at[o->pattern + i].pattern]);
}

/* A name that no rule speaks of: `pattern` is what it matches (or empty), `of` the object whose patterns it does not
 * match else. */
struct stranger {
	struct making *m;
	struct str pattern;
	const struct program *program;
	const struct object *of;
	unsigned side;
	struct str found;
};

/* What surely holds for the value of such a name by one asserted object; more may hold. */
static void sure(struct making *m, const struct stranger *n, const struct atom *a, struct item_list *out)
{
	const struct program *p = m->s->program[a->side];
	const struct object *o = &p->objects.at[a->op->a];
	bool other = false, same = false;
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		struct str source = source_of(p, o, i);
		if (n->pattern.at && str_eq(source, n->pattern)) {
			same = true;
			items_add(out, solve_rule(m->s, a->side, p->pattern_properties.at[o->pattern + i].rule, false));
		} else if (n->pattern.at || !n->of || !has_source(n->program, n->of, source)) {
			other = true;
		}
	}
	if (!same && !other && o->additional != NONE)
		items_add(out, solve_rule(m->s, a->side, o->additional, false));
}

static bool suits(void *context, struct str name)
{
	struct stranger *n = context;
	struct item_list items = {0};
	bool never, match = !n->pattern.at;
	if (making_part(n->m, name))
		return false;
	for (uint32_t i = 0; n->of && i < n->of->pattern_count; i++) {
		bool hit =
		    making_matches(n->m, n->side, n->program->pattern_properties.at[n->of->pattern + i].pattern, name);
		if (hit && n->pattern.at && str_eq(source_of(n->program, n->of, i), n->pattern))
			match = true;
		else if (hit && !n->pattern.at)
			match = false;
		if (hit && !n->pattern.at)
			return false;
	}
	making_items(n->m, name, &items, &never);
	VEC_FREE(&items);
	if (never || !match)
		return false;
	n->found = arena_dup(&n->m->s->arena, name);
	return true;
}

static bool find_stranger(struct stranger *n)
{
	static const char *const common[] = {"x", "extra", "x-extra", "other", "a", "A", "0", "a1", "zz_top", ""};
	struct str unwanted[24];
	size_t count = 0;
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (suits(n, str_from(common[i])))
			return true;
	for (uint32_t i = 0; n->of && !n->pattern.at && i < n->of->pattern_count && count < 24; i++)
		unwanted[count++] = source_of(n->program, n->of, i);
	struct word_query q = {&n->pattern, unwanted, NULL,      n->pattern.at ? 1 : 0, count, 0, 0, UINT64_MAX,
			       suits,       n,        NAME_TRIES};
	return word_find(n->m->s, &q) == WORD_TAKEN;
}

/* Some other name whose value has `item`. */
static void way_stranger(struct making *m, struct way_outs *out, struct stranger *n, uint64_t item)
{
	const struct expansion *e = m->l->e;
	struct item_list items = {0};
	if (m->sealed)
		return;
	for (size_t i = 0; i < e->atoms.len; i++)
		if (!e->atoms.at[i].denied && e->atoms.at[i].op->code == OP_OBJECT)
			sure(m, n, &e->atoms.at[i], &items);
		else if (!e->atoms.at[i].denied && e->atoms.at[i].op->code == OP_UNEVALUATED_PROPERTIES &&
			 making_left_over(m, &e->atoms.at[i]))
			items_add(&items, solve_rule(m->s, e->atoms.at[i].side, e->atoms.at[i].op->a, false));
	if (item)
		items_add(&items, item);
	enum answer a = solve_part(m->s, &items).answer;
	VEC_FREE(&items);
	if (a == NEVER)
		return;
	if (find_stranger(n))
		offer(out, false, true, n->found, item);
	else
		m->why = "names that could not be found by their pattern";
}

static void ways_of_name(struct making *m, const struct atom *a, struct part *part, struct way_outs *out)
{
	const struct program *p = m->s->program[a->side];
	const struct object *o = &p->objects.at[a->op->a];
	const struct property *one = evaluated_property(p, o, part->name);
	uint32_t read_only = m->s->direction == REQUEST ? PROPERTY_READ_ONLY : PROPERTY_WRITE_ONLY;
	uint32_t required = m->s->direction == REQUEST ? PROPERTY_REQUIRED_IN : PROPERTY_REQUIRED_OUT;
	uint32_t rule = one ? one->rule : NONE;
	bool matched = false;
	if (one && one->flags & required && !part->required)
		offer(out, true, false, part->name, 0);
	if (one && one->flags & read_only)
		way_present(m, out, part->name, 0);
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		const struct pattern_property *pp = &p->pattern_properties.at[o->pattern + i];
		if (!making_matches(m, a->side, pp->pattern, part->name))
			continue;
		matched = true;
		way_present(m, out, part->name, solve_rule(m->s, a->side, pp->rule, true));
	}
	if (rule == NONE && !matched)
		rule = o->additional;
	if (rule != NONE)
		way_present(m, out, part->name, solve_rule(m->s, a->side, rule, true));
}

static void ways_of_object(struct making *m, const struct atom *a, struct way_outs *out)
{
	const struct program *p = m->s->program[a->side];
	const struct object *o = &p->objects.at[a->op->a];
	for (size_t i = 0; i < m->parts.len && !m->s->spent; i++)
		ways_of_name(m, a, &m->parts.at[i], out);
	for (uint32_t i = 0; i < o->pattern_count; i++) {
		struct stranger n = {m, source_of(p, o, i), p, o, a->side, {NULL, 0}};
		uint32_t rule = p->pattern_properties.at[o->pattern + i].rule;
		way_stranger(m, out, &n, solve_rule(m->s, a->side, rule, true));
	}
	if (o->additional != NONE) {
		struct stranger n = {m, {NULL, 0}, p, o, a->side, {NULL, 0}};
		way_stranger(m, out, &n, solve_rule(m->s, a->side, o->additional, true));
	}
}

static void ways_of_names(struct making *m, const struct atom *a, struct way_outs *out)
{
	const struct expansion *e = m->l->e;
	struct item_list items = {0};
	struct demand text = {.what = DEMAND_KIND, .number = JSON_STRING};
	for (size_t i = 0; i < m->parts.len; i++)
		if (solve_judge(m->s, a->side, a->op->a, solve_quote(m->s, m->parts.at[i].name)) != VALID)
			way_present(m, out, m->parts.at[i].name, 0);
	if (m->sealed)
		return;
	items_add(&items, solve_rule(m->s, a->side, a->op->a, true));
	items_add(&items, solve_demand(m->s, &text, false));
	for (size_t i = 0; i < e->atoms.len; i++)
		if (!e->atoms.at[i].denied && e->atoms.at[i].op->code == OP_NAMES)
			items_add(&items, solve_rule(m->s, e->atoms.at[i].side, e->atoms.at[i].op->a, false));
	struct reply r = solve_part(m->s, &items);
	VEC_FREE(&items);
	if (r.answer == NEVER)
		return;
	struct stranger n = {.m = m};
	struct str name = r.answer == EXISTS ? solve_unquote(m->s, r.value) : STR("");
	/* Names of no pattern, as if of an object that lists nothing. */
	if (r.answer == EXISTS && suits(&n, name)) {
		offer(out, false, true, name, 0);
		return;
	}
	m->why = "property names that could not be compared";
}

static void ways_of_unevaluated(struct making *m, const struct atom *a, struct way_outs *out)
{
	uint64_t item = solve_rule(m->s, a->side, a->op->a, true);
	struct stranger n = {.m = m};
	for (size_t i = 0; i < m->parts.len && !m->s->spent; i++)
		if (evaluated_member(m->l, a->side, a->index, m->parts.at[i].name) != EVALUATED_SURELY)
			way_present(m, out, m->parts.at[i].name, item);
	if (evaluated_member(m->l, a->side, a->index, (struct str){NULL, 0}) != EVALUATED_SURELY)
		way_stranger(m, out, &n, item);
}

void making_ways(struct making *m, const struct atom *denied, struct way_outs *out)
{
	switch ((enum op_code)denied->op->code) {
	case OP_OBJECT:
		ways_of_object(m, denied, out);
		break;
	case OP_NAMES:
		ways_of_names(m, denied, out);
		break;
	case OP_UNEVALUATED_PROPERTIES:
		ways_of_unevaluated(m, denied, out);
		break;
	case OP_ENUM: /* every object that is not listed breaks it */
		offer(out, true, true, STR(""), 0);
		break;
	default:
		offer(out, true, true, STR(""), 0);
		m->why = "a keyword that could not be compared";
	}
}
