/* Plans for the pass without a tape (program_fused.h): what rules that are applied in place ask together. */
#include "filters/contract/program_fused.h"

enum { WEIGHT = 64, OBJECTS = 16, ODD = 16 };

struct fuse {
	const struct program *p;
	struct fused_program *out;
	uint32_t *table;          /* by object of the program: its plan, if it is a plan's only one; 0: none yet */
	uint32_t anything, never; /* fused rules */
};

/* What a rule and those it applies in place ask of values of one kind. */
struct flat {
	const struct program *p;
	unsigned kind;
	uint32_t weight, min, max;
	uint32_t objects[OBJECTS], object_count;
	const struct op *prefix, *items;
	bool names; /* closed_objects: other members than those that are named fail */
	bool never; /* no value passes */
	bool deprecated;
	bool mixed;
};

static bool flatten(struct flat *f, uint32_t rule);

static bool flatten_all(struct flat *f, const uint32_t *rules, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!flatten(f, rules[i]))
			return false;
	return true;
}

/* Whether a discriminator chooses the branch that findings are about. */
static bool discriminates(const struct program *p, uint32_t list)
{
	for (size_t i = 0; i < p->discriminators.len; i++)
		if (p->discriminators.at[i].list == list)
			return true;
	return false;
}

/* Branches for other kinds of values do not count: where only one is left, there is no choice. */
static bool flatten_branches(struct flat *f, const struct op *op)
{
	const uint32_t *rules = &f->p->lists.at[op->a];
	uint32_t lives = 0, one = NONE;
	for (uint32_t i = op->b; i--;) {
		if (f->p->rules.at[rules[i]].code[f->kind] == NONE)
			continue;
		lives++;
		one = rules[i];
	}
	f->never |= lives == 0;
	f->mixed |= f->p->closed || discriminates(f->p, op->a);
	if (lives <= 1)
		return lives == 0 || flatten(f, one);
	/* anyOf ends at its first branch where that passes in any case; marks would have to go on */
	return op->code == OP_ANY && !f->p->closed && f->p->rules.at[one].code[f->kind] == 0;
}

static bool flatten_object(struct flat *f, uint32_t object)
{
	if (f->object_count == OBJECTS || f->p->objects.at[object].pattern_count)
		return false;
	f->objects[f->object_count++] = object;
	return true;
}

static bool only(struct flat *f, const struct op **slot, const struct op *op)
{
	if (*slot && ((*slot)->a != op->a || (*slot)->b != op->b))
		return false;
	f->mixed |= *slot != NULL;
	*slot = op;
	return true;
}

static bool flatten_op(struct flat *f, const struct op *op)
{
	switch (op->code) {
	case OP_NOTHING:
		return true;
	case OP_REF:
		return flatten(f, op->a);
	case OP_ALL:
		return flatten_all(f, &f->p->lists.at[op->a], op->b);
	case OP_ANY:
	case OP_ONE:
		return flatten_branches(f, op);
	case OP_MIN_ITEMS:
	case OP_MIN_PROPERTIES:
		f->min = op->a > f->min ? op->a : f->min;
		return true;
	case OP_MAX_ITEMS:
	case OP_MAX_PROPERTIES:
		f->max = op->a < f->max ? op->a : f->max;
		return true;
	case OP_OBJECT:
		return flatten_object(f, op->a);
	case OP_PREFIX:
		return only(f, &f->prefix, op);
	case OP_ITEMS:
		return only(f, &f->items, op);
	default:
		return false;
	}
}

/* False: the tape is needed. Rules that lead back to themselves end at WEIGHT. */
static bool flatten(struct flat *f, uint32_t index)
{
	const struct rule *rule = &f->p->rules.at[index];
	uint32_t code = rule->code[f->kind];
	f->never |= code == NONE;
	if (!code || code == NONE)
		return true;
	if (++f->weight > WEIGHT || rule->flags & (RULE_UNEVALUATED | RULE_SCOPED))
		return false;
	f->deprecated |= (rule->flags & RULE_DEPRECATED) != 0;
	f->names |= f->p->closed && rule->flags & RULE_NAMES;
	for (const struct op *op = &f->p->ops.at[code];; op++) {
		if (!flatten_op(f, op))
			return false;
		if (op->last)
			return true;
	}
}

static const struct property *find(const struct program *p, const struct object *o, const struct name *name)
{
	for (uint32_t at = name->hash;; at++) {
		uint32_t slot = p->slots.at[o->slot + (at & o->mask)];
		if (!slot)
			return NULL;
		const struct property *found = &p->properties.at[o->property + slot - 1];
		if (found->name.hash == name->hash && str_eq(program_name(p, &found->name), program_name(p, name)))
			return found;
	}
}

static bool passes_all(const struct program *p, uint32_t rule)
{
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		if (p->rules.at[rule].code[kind])
			return false;
	return true;
}

static uint32_t many(struct fuse *c, const uint32_t *rules, uint32_t count)
{
	struct fused_program *out = c->out;
	VEC_PUSH(&out->many, ((struct fused_many){(uint32_t)out->lists.len, count}));
	for (uint32_t i = 0; i < count; i++)
		VEC_PUSH(&out->lists, rules[i]);
	return out->first_many + (uint32_t)out->many.len - 1;
}

/* The fused rule of the members of that name, or of all that have none (NULL); *flags: all that is said of it. As
 * run_object does for each object by itself: what is not listed is additional. */
static uint32_t member_rule(struct fuse *c, const struct flat *f, const struct name *name, uint32_t *flags, bool *mixed)
{
	uint32_t rules[OBJECTS], count = 0, told = 0;
	bool named = false;
	*flags = 0;
	for (uint32_t i = 0; i < f->object_count; i++) {
		const struct object *o = &c->p->objects.at[f->objects[i]];
		const struct property *p = name ? find(c->p, o, name) : NULL;
		uint32_t rule = p && p->rule != NONE ? p->rule : o->additional;
		bool again = false;
		*flags |= p ? p->flags : 0;
		named |= rule != NONE;
		for (uint32_t k = 0; k < count; k++)
			again |= rules[k] == rule;
		if (rule == NONE || passes_all(c->p, rule))
			continue;
		told++;
		if (!again)
			rules[count++] = rule;
	}
	*mixed = told > 1;
	if (f->names && !named)
		return c->never;
	return count == 0 ? c->anything : count == 1 ? rules[0] : many(c, rules, count);
}

static bool known_before(const struct fuse *c, const struct flat *f, uint32_t objects, const struct name *name)
{
	for (uint32_t i = 0; i < objects; i++)
		if (find(c->p, &c->p->objects.at[f->objects[i]], name))
			return true;
	return false;
}

/* The properties that an object of some plan knows, while they are gathered. */
struct gathered {
	struct str name[FUSED_PROPERTIES];
	uint32_t flags[FUSED_PROPERTIES];
	uint32_t count;
};

static void add_property(struct fuse *c, const struct flat *f, const struct name *name, struct gathered *all)
{
	struct str text = program_name(c->p, name);
	uint32_t at = all->count++;
	struct fused_property one = {.name = *name};
	all->name[at] = text;
	one.rule = member_rule(c, f, name, &all->flags[at], &one.mixed);
	one.key = fuse_name(text);
	VEC_PUSH(&c->out->properties, one);
}

/* Bits of the properties with that flag. */
static void add_masks(struct fused_program *out, const struct gathered *all, uint32_t words, uint32_t flag)
{
	for (uint32_t word = 0; word < words; word++) {
		uint64_t mask = 0;
		for (uint32_t i = word * 64; i < all->count && i < word * 64 + 64; i++)
			mask |= (uint64_t)((all->flags[i] & flag) != 0) << i % 64;
		VEC_PUSH(&out->masks, mask);
	}
}

static bool few_odd(const struct gathered *all)
{
	uint32_t odd = 0;
	for (uint32_t i = 0; i < all->count; i++)
		odd += !fuse_stands_plain(all->name[i]);
	return odd <= ODD;
}

/* One table of all names that the objects know. False: they are too many. */
static bool merge_objects(struct fuse *c, const struct flat *f, struct fused_plan *plan)
{
	struct gathered all = {.count = 0};
	uint32_t flags, total = 0;
	for (uint32_t i = 0; i < f->object_count; i++)
		total += c->p->objects.at[f->objects[i]].count;
	if (total > FUSED_PROPERTIES)
		return false;
	plan->additional = member_rule(c, f, NULL, &flags, &plan->mixed_others);
	plan->property = (uint32_t)c->out->properties.len;
	for (uint32_t i = 0; i < f->object_count; i++) {
		const struct object *o = &c->p->objects.at[f->objects[i]];
		for (uint32_t k = 0; k < o->count; k++) {
			const struct name *name = &c->p->properties.at[o->property + k].name;
			if (!known_before(c, f, i, name))
				add_property(c, f, name, &all);
		}
	}
	VEC_PUSH(&c->out->properties, ((struct fused_property){.key.low = UINT32_MAX}));
	plan->count = all.count;
	plan->names = fuse_table(c->out, all.name, (uint16_t)all.count);
	plan->words = (all.count + 63) / 64;
	plan->masks = (uint32_t)c->out->masks.len;
	add_masks(c->out, &all, plan->words, PROPERTY_REQUIRED_IN);
	add_masks(c->out, &all, plan->words, PROPERTY_REQUIRED_OUT);
	add_masks(c->out, &all, plan->words, PROPERTY_READ_ONLY);
	add_masks(c->out, &all, plan->words, PROPERTY_WRITE_ONLY);
	return few_odd(&all);
}

/* Rules that say the same of objects share the table. */
static bool plan_object(struct fuse *c, const struct flat *f, struct fused_plan *plan)
{
	bool shared = f->object_count == 1 && !c->p->closed;
	uint32_t *known = shared ? &c->table[f->objects[0]] : NULL;
	if (known && *known) {
		struct fused_plan old = c->out->plans.at[*known];
		old.weight = plan->weight;
		old.min = plan->min;
		old.max = plan->max;
		old.deprecated = plan->deprecated;
		old.mixed = plan->mixed;
		*plan = old;
		return true;
	}
	if (!merge_objects(c, f, plan))
		return false;
	if (known)
		*known = (uint32_t)c->out->plans.len;
	return true;
}

static bool plan_array(struct fuse *c, const struct flat *f, struct fused_plan *plan)
{
	uint32_t count = f->prefix ? f->prefix->b : 0;
	plan->items = f->items ? f->items->a : c->anything;
	plan->prefix = (uint32_t)c->out->lists.len;
	plan->prefix_count = count;
	if (f->items && f->items->b != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		VEC_PUSH(&c->out->lists, c->p->lists.at[f->prefix->a + i]);
	return true;
}

/* The code of arrays or objects under a rule. */
static uint32_t plan(struct fuse *c, uint32_t rule, unsigned kind)
{
	struct flat f = {.p = c->p, .kind = kind, .max = UINT32_MAX};
	uint32_t code = c->p->rules.at[rule].code[kind];
	if (!code || code == NONE)
		return code;
	if (!flatten(&f, rule))
		return FUSED_TAPE;
	if (f.never)
		return NONE;
	struct fused_plan one = {.weight = f.weight, .min = f.min, .max = f.max, .deprecated = f.deprecated};
	one.mixed = f.mixed;
	one.merged = f.object_count > 1;
	if (!(kind == JSON_OBJECT ? plan_object(c, &f, &one) : plan_array(c, &f, &one)))
		return FUSED_TAPE;
	VEC_PUSH(&c->out->plans, one);
	return (uint32_t)c->out->plans.len - 1;
}

static uint32_t add_rule(struct fused_program *out, uint32_t code)
{
	struct fused_rule one = {.expect = EXPECT_ANY};
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		one.code[kind] = code;
	VEC_PUSH(&out->rules, one);
	return (uint32_t)out->rules.len - 1;
}

/* Scalars need no plan: their instructions look at one token. */
static void fuse_rule(struct fuse *c, uint32_t index)
{
	const struct rule *rule = &c->p->rules.at[index];
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		bool parts = kind == JSON_ARRAY || kind == JSON_OBJECT;
		/* The list of rules may move while a plan is made. */
		uint32_t code = parts ? plan(c, index, kind) : rule->code[kind];
		if (!parts && code && code != NONE && rule->flags & RULE_DEPRECATED)
			code = FUSED_TAPE;
		c->out->rules.at[index].code[kind] = code;
	}
}

/* What is expected of each property's value stands in its slot, too. Plans may share a table. */
static void tell_slots(struct fused_program *out, const struct fused_plan *plan)
{
	const struct fused_table *t = &plan->names;
	struct fused_slot *slot = out->slots.at + t->slot, *end = slot + (plan->count ? fuse_table_size(t) : 0);
	for (; slot < end; slot++)
		if (slot->name != t->count)
			slot->expect = out->rules.at[out->properties.at[plan->property + slot->name].rule].expect;
}

/* Steps for members or items that are scalars are taken with those of what they stand in. */
static void charge(struct fused_program *out, struct fused_plan *plan)
{
	const struct fused_rule *rules = out->rules.at;
	uint32_t most = rules[plan->additional].nested > rules[plan->items].nested ? rules[plan->additional].nested
										   : rules[plan->items].nested;
	for (uint32_t i = 0; i < plan->count; i++) {
		uint32_t nested = rules[out->properties.at[plan->property + i].rule].nested;
		most = most > nested ? most : nested;
	}
	for (uint32_t i = 0; i < plan->prefix_count; i++) {
		uint32_t nested = rules[out->lists.at[plan->prefix + i]].nested;
		most = most > nested ? most : nested;
	}
	plan->charge = plan->weight + most;
}

struct fused_program *schema_fuse(const struct program *p)
{
	if (p->dynamic || !p->rules.len)
		return NULL;
	struct fused_program *out = must_zalloc(1, sizeof *out);
	struct fuse c = {.p = p, .out = out, .table = must_zalloc(p->objects.len + 1, sizeof *c.table)};
	for (size_t i = 0; i < p->rules.len; i++)
		add_rule(out, FUSED_TAPE);
	c.anything = add_rule(out, 0);
	out->anything = c.anything;
	c.never = add_rule(out, NONE);
	out->first_many = (uint32_t)out->rules.len;
	VEC_PUSH(&out->plans, ((struct fused_plan){.weight = 0}));
	VEC_PUSH(&out->lists, 0);
	VEC_PUSH(&out->slots, ((struct fused_slot){0, EXPECT_ANY}));
	VEC_PUSH(&out->masks, 0);
	for (uint32_t i = 0; i < p->rules.len; i++)
		fuse_rule(&c, i);
	for (uint32_t i = 0; i < p->rules.len; i++)
		fuse_expect(p, out, i);
	for (size_t i = 0; i < out->many.len; i++)
		add_rule(out, FUSED_TAPE);
	for (size_t i = 0; i < out->plans.len; i++)
		charge(out, &out->plans.at[i]);
	for (size_t i = 0; i < out->plans.len; i++)
		tell_slots(out, &out->plans.at[i]);
	free(c.table);
	return out;
}

void fused_free(struct fused_program *f)
{
	if (!f)
		return;
	VEC_FREE(&f->rules);
	VEC_FREE(&f->plans);
	VEC_FREE(&f->properties);
	VEC_FREE(&f->words);
	VEC_FREE(&f->tables);
	VEC_FREE(&f->slots);
	VEC_FREE(&f->masks);
	VEC_FREE(&f->lists);
	VEC_FREE(&f->many);
	free(f);
}

size_t fused_size(const struct fused_program *f)
{
	if (!f)
		return 0;
	return sizeof *f + f->rules.cap * sizeof *f->rules.at + f->plans.cap * sizeof *f->plans.at +
	       f->properties.cap * sizeof *f->properties.at + f->slots.cap * sizeof *f->slots.at +
	       f->lists.cap * sizeof *f->lists.at + f->many.cap * sizeof *f->many.at +
	       f->words.cap * sizeof *f->words.at + f->tables.cap * sizeof *f->tables.at +
	       f->masks.cap * sizeof *f->masks.at;
}
