#include "filters/contract/program_fused.h"
#include "filters/contract/schema_compile.h"

enum { TEXT_PADDING = 16 };

/* Which rules a rule applies to the same value: always ($ref, allOf) or perhaps (anyOf, if, dependentSchemas …). */
struct edges {
	struct program *p;
	uint32_t *first; /* by rule: where its edges begin; one more at the end */
	VEC(uint32_t) to;
	bool perhaps; /* both kinds, or only "always" */
};

static void add_list(struct edges *e, uint32_t list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (e->p->lists.at[list + i] != NONE)
			VEC_PUSH(&e->to, e->p->lists.at[list + i]);
}

static void add_dependents(struct edges *e, const struct op *op)
{
	for (uint32_t i = 0; i < op->b; i++)
		if (e->p->dependents.at[op->a + i].rule != NONE)
			VEC_PUSH(&e->to, e->p->dependents.at[op->a + i].rule);
}

static void add_edges(struct edges *e, const struct op *op)
{
	switch (op->code) {
	case OP_REF:
	case OP_DYNAMIC_REF:
		VEC_PUSH(&e->to, op->a);
		return;
	case OP_ALL:
		add_list(e, op->a, op->b);
		return;
	}
	if (!e->perhaps)
		return;
	switch (op->code) {
	case OP_ANY:
	case OP_ONE:
		add_list(e, op->a, op->b);
		return;
	case OP_IF:
		add_list(e, op->b, 2); /* fall through */
	case OP_NOT:
		VEC_PUSH(&e->to, op->a);
		return;
	case OP_DEPENDENTS:
		add_dependents(e, op);
		return;
	}
}

static void build_edges(struct edges *e)
{
	struct program *p = e->p;
	e->first = must_zalloc(p->rules.len + 1, sizeof *e->first);
	e->to.len = 0;
	for (size_t r = 0; r < p->rules.len; r++) {
		const uint32_t *code = p->rules.at[r].code;
		e->first[r] = (uint32_t)e->to.len;
		for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
			bool seen = !code[kind] || code[kind] == NONE;
			for (unsigned same = 0; same < kind; same++)
				seen |= code[same] == code[kind];
			for (uint32_t op = code[kind]; !seen; op++) {
				add_edges(e, &p->ops.at[op]);
				seen = p->ops.at[op].last;
			}
		}
	}
	e->first[p->rules.len] = (uint32_t)e->to.len;
}

/* A rule on a circle of edges, or NONE. Depth first, with its own stack. */
static uint32_t find_circle(const struct edges *e)
{
	size_t count = e->p->rules.len;
	uint8_t *colour = must_zalloc(count + 1, 1); /* 0: new, 1: on the stack, 2: done */
	uint32_t *next = must_alloc((count + 1) * sizeof *next), *stack = must_alloc((count + 1) * sizeof *stack);
	uint32_t found = NONE;
	memcpy(next, e->first, (count + 1) * sizeof *next);
	for (size_t root = 0; root < count && found == NONE; root++) {
		size_t depth = 0;
		if (colour[root])
			continue;
		stack[depth++] = (uint32_t)root;
		colour[root] = 1;
		while (depth && found == NONE) {
			uint32_t r = stack[depth - 1];
			if (next[r] == e->first[r + 1]) {
				colour[r] = 2;
				depth--;
				continue;
			}
			uint32_t to = e->to.at[next[r]++];
			if (colour[to] == 1)
				found = to;
			else if (!colour[to]) {
				colour[to] = 1;
				stack[depth++] = to;
			}
		}
	}
	free(colour);
	free(next);
	free(stack);
	return found;
}

static struct place rule_place(const struct program *p, uint32_t rule, struct arena *arena)
{
	const struct origin *o = &p->origins.at[rule];
	/* The program's copy of the name may be freed before the diag is printed. */
	const char *file = arena_dup(arena, str_from(p->files.at[o->file])).at;
	return (struct place){file, o->line, o->column};
}

/* A schema that applies itself to the same value has no meaning (Core 2020-12, 9.4.1). Where only a branch does so,
 * some messages can still be judged; others run into the bound on depth and stay undecided. */
static bool check_circles(struct program *p, struct diag *d)
{
	struct edges e = {.p = p};
	bool ok = true;
	for (int perhaps = 0; ok && perhaps < 2; perhaps++) {
		e.perhaps = perhaps;
		build_edges(&e);
		uint32_t rule = find_circle(&e);
		free(e.first);
		if (rule == NONE)
			continue;
		if (!perhaps)
			ok = diag_error(d, rule_place(p, rule, &d->arena),
					"this schema applies itself to the same value, without end");
		else
			diag_warn(
			    d, rule_place(p, rule, &d->arena),
			    "a branch of this schema applies the schema to the same value again: messages that take "
			    "it cannot be judged");
	}
	VEC_FREE(&e.to);
	return ok;
}

/* Past schemas that are nothing but a $ref. Where the dynamic scope counts, entering another resource is something. */
static uint32_t behind(const struct program *p, uint32_t rule)
{
	while (rule != NONE && p->rules.at[rule].flags & RULE_ALIAS) {
		uint32_t to = p->ops.at[p->rules.at[rule].code[0]].a;
		if (p->dynamic && p->rules.at[to].resource != p->rules.at[rule].resource)
			break;
		rule = to;
	}
	return rule;
}

static const uint8_t operand_is_rule[OP_COUNT] = {
#define X(name, rule) [OP_##name] = rule,
    OPS(X)
#undef X
};

static void skip_aliases(struct program *p)
{
	for (size_t i = 0; i < p->lists.len; i++)
		p->lists.at[i] = behind(p, p->lists.at[i]);
	for (size_t i = 0; i < p->properties.len; i++)
		p->properties.at[i].rule = behind(p, p->properties.at[i].rule);
	for (size_t i = 0; i < p->pattern_properties.len; i++)
		p->pattern_properties.at[i].rule = behind(p, p->pattern_properties.at[i].rule);
	for (size_t i = 0; i < p->objects.len; i++)
		p->objects.at[i].additional = behind(p, p->objects.at[i].additional);
	for (size_t i = 0; i < p->dependents.len; i++)
		p->dependents.at[i].rule = behind(p, p->dependents.at[i].rule);
	for (size_t i = 1; i < p->ops.len; i++)
		if (operand_is_rule[p->ops.at[i].code])
			p->ops.at[i].a = behind(p, p->ops.at[i].a);
}

static void link_dynamic(struct schema_set *set)
{
	struct program *p = set->program;
	for (size_t i = 0; i < set->dynamic.len; i++) {
		struct dynamic_use *use = &set->dynamic.at[i];
		VEC_PUSH(&p->dynamic_names,
			 ((struct dynamic_name){(uint32_t)p->dynamic_targets.len, (uint32_t)use->targets.len}));
		for (size_t t = 0; t < use->targets.len; t++)
			VEC_PUSH(&p->dynamic_targets, use->targets.at[t]);
	}
}

static void link_numbers(struct program *p)
{
	for (size_t i = 0; i < p->numbers.len; i++) {
		struct number *n = &p->numbers.at[i];
		n->decimal = decimal_of(str_of(p->text.at + n->text, n->length));
	}
}

static bool link_constants(struct schema_set *set, struct diag *d)
{
	struct program *p = set->program;
	struct json_limits limits = {.depth = 1024, .size = 1u << 30};
	if (!set->constant_count)
		return true;
	buf_addc(&set->constants, ']');
	struct json_fault fault = tape_read(&p->values, buf_str(&set->constants), &limits);
	if (fault.error != JSON_OK)
		return diag_error(d, (struct place){NULL, 0, 0}, "the values of an enum or const cannot be kept: %s",
				  json_error_text(fault.error));
	for (uint32_t i = 1; i < p->values.count; i = tape_next(&p->values, i))
		VEC_PUSH(&p->constants, i);
	CHECK(p->constants.len == set->constant_count);
	return true;
}

/* Arrays keep no room to grow. */
#define SHRINK(v)                                                                                                      \
	do {                                                                                                           \
		if ((v).len && (v).len < (v).cap) {                                                                    \
			(v).at = must_realloc((v).at, (v).len * sizeof *(v).at);                                       \
			(v).cap = (v).len;                                                                             \
		}                                                                                                      \
	} while (0)

static void shrink(struct program *p)
{
	SHRINK(p->rules);
	SHRINK(p->origins);
	SHRINK(p->ops);
	SHRINK(p->spots);
	SHRINK(p->lists);
	SHRINK(p->objects);
	SHRINK(p->properties);
	SHRINK(p->slots);
	SHRINK(p->names);
	SHRINK(p->numbers);
	SHRINK(p->constants);
	/* Names are compared 16 bytes at a time: there must be something behind the last one. */
	memset(buf_reserve(&p->text, TEXT_PADDING), 0, TEXT_PADDING);
	p->text.cap = p->text.len + TEXT_PADDING;
	p->text.at = must_realloc(p->text.at, p->text.cap);
}

bool schema_link(struct schema_set *set, struct diag *d)
{
	struct program *p = set->program;
	if (!check_circles(p, d))
		return false;
	link_dynamic(set);
	for (size_t i = 0; p->dynamic && i < p->rules.len; i++)
		p->rules.at[i].flags |= RULE_SCOPED;
	skip_aliases(p);
	shrink(p);
	link_numbers(p);
	p->fused = schema_fuse(p);
	return link_constants(set, d);
}
