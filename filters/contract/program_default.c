/* What is told of defaults when a contract is loaded. */
#include "filters/contract/program_fill.h"

#include "filters/contract/program_run.h"

enum { VISITS = 256, PAIRS = 64 };

static struct place place_of(const struct program *p, const struct fallback *f)
{
	return (struct place){p->files.at[f->file], f->line, f->column};
}

static struct str name_of(const struct program *p, const struct fallback *f)
{
	return program_name(p, &p->properties.at[f->property].name);
}

static bool breaks_own_schema(const struct program *p, const struct fallback *f, struct judge *j, struct diag *d)
{
	const struct property *property = &p->properties.at[f->property];
	struct arena arena;
	struct findings out;
	if (property->rule == NONE) /* only required here; it is looked at where it is listed */
		return false;
	arena_init(&arena, 1024);
	findings_begin(&out, &arena, 1);
	enum direction direction = property->flags & PROPERTY_READ_ONLY ? RESPONSE : REQUEST;
	bool wrong = program_judge(p, property->rule, j, str_of(p->text.at + f->text, f->length), direction, IN_BODY, STR(""),
				   &out) == INVALID;
	if (wrong)
		diag_error(d, place_of(p, f), "the default of \"%.*s\" breaks its own schema: %.*s: %.*s", STR_ARG(name_of(p, f)),
			   STR_ARG(out.count ? out.at[0].keyword : STR("")), STR_ARG(out.count ? out.at[0].expected : STR("")));
	arena_free(&arena);
	return wrong;
}

/* --- two for one property --- */

/* The defaults that schemas have which apply to one value together. */
struct gathering {
	const struct program *p;
	VEC(uint32_t) rules;     /* met so far */
	VEC(uint32_t) fallbacks; /* theirs */
};

static void meet(struct gathering *g, uint32_t rule)
{
	if (rule == NONE || g->rules.len == VISITS)
		return;
	for (size_t i = 0; i < g->rules.len; i++)
		if (g->rules.at[i] == rule)
			return;
	VEC_PUSH(&g->rules, rule);
}

static void meet_object(struct gathering *g, const struct object *o)
{
	const struct program *p = g->p;
	for (uint32_t i = 0; i < p->fallbacks.len; i++)
		if (p->fallbacks.at[i].property - o->property < o->count)
			VEC_PUSH(&g->fallbacks, i);
}

/* oneOf, if and not let one through or none: their defaults do not meet. */
static void meet_parts(struct gathering *g, const struct rule *rule)
{
	const struct program *p = g->p;
	uint32_t code = rule->code[JSON_OBJECT];
	if (!code || code == NONE)
		return;
	for (const struct op *op = &p->ops.at[code];; op++) {
		if (op->code == OP_REF)
			meet(g, op->a);
		for (uint32_t i = 0; (op->code == OP_ALL || op->code == OP_ANY) && i < op->b; i++)
			meet(g, p->lists.at[op->a + i]);
		if (op->code == OP_OBJECT)
			meet_object(g, &p->objects.at[op->a]);
		if (op->last)
			return;
	}
}

static bool branches(const struct program *p, const struct rule *rule)
{
	uint32_t code = rule->code[JSON_OBJECT];
	if (!code || code == NONE)
		return false;
	for (const struct op *op = &p->ops.at[code];; op++) {
		if (op->code == OP_ALL || op->code == OP_ANY)
			return true;
		if (op->last)
			return false;
	}
}

static void warn_of_pairs(const struct gathering *g, struct buf *told, struct diag *d)
{
	const struct program *p = g->p;
	for (size_t i = 0; i < g->fallbacks.len; i++)
		for (size_t k = 0; k < i && told->len < PAIRS * sizeof(uint32_t); k++) {
			const struct fallback *b = &p->fallbacks.at[g->fallbacks.at[i]], *a = &p->fallbacks.at[g->fallbacks.at[k]];
			if ((a->text == b->text && a->length == b->length) || !str_eq(name_of(p, a), name_of(p, b)))
				continue;
			bool again = false;
			for (size_t t = 0; t < told->len; t += sizeof(uint32_t))
				again |= memcmp(told->at + t, &g->fallbacks.at[i], sizeof(uint32_t)) == 0;
			if (again)
				continue;
			buf_add(told, str_of((const char *)&g->fallbacks.at[i], sizeof(uint32_t)));
			struct place first = place_of(p, a);
			diag_warn(d, place_of(p, b), "\"%.*s\" has another default at %s:%u:%u: it is not filled in where both apply",
				  STR_ARG(name_of(p, b)), first.file, first.line, first.column);
		}
}

static void check_pairs(const struct program *p, struct diag *d)
{
	struct gathering g = {.p = p};
	struct buf told = {0};
	for (uint32_t i = 0; i < p->rules.len; i++) {
		if (!branches(p, &p->rules.at[i]))
			continue;
		g.rules.len = g.fallbacks.len = 0;
		meet(&g, i);
		for (size_t k = 0; k < g.rules.len; k++)
			meet_parts(&g, &p->rules.at[g.rules.at[k]]);
		warn_of_pairs(&g, &told, d);
	}
	VEC_FREE(&g.rules);
	VEC_FREE(&g.fallbacks);
	buf_free(&told);
}

bool program_check_defaults(const struct program *p, struct diag *d)
{
	bool good = true;
	struct judge *j = judge_new(&(struct judge_limits){0});
	judge_tape_only(j, true); /* a property's schema is no entry */
	for (size_t i = 0; i < p->fallbacks.len; i++)
		good &= !breaks_own_schema(p, &p->fallbacks.at[i], j, d);
	judge_free(j);
	if (p->fallbacks.len)
		check_pairs(p, d);
	return good;
}
