/* Where two schemas differ: the second one's keywords one by one, down through members and items. Each keyword that the
 * first schema does not imply is asked for a whole message that breaks it just there. */
#include "filters/contract/compat_object.h"
#include "filters/contract/pointer.h"
#include "proxy/base/clock.h"
#include "proxy/base/hash.h"

enum { STEPS_DOWN = 24, VISITS = 3000, FINDINGS = 24, ALL_MS = 6000 };

struct walk {
	struct compat *c;
	struct solver *s;
	uint32_t a, b; /* entries */
	struct compat_difference *out;
	unsigned count, limit, visits;
	struct demand step[STEPS_DOWN]; /* MEMBER or ELEMENT, without an item */
	unsigned depth;
	uint64_t end_ns;
	struct str member;   /* whose absence is asked for, or empty */
	unsigned undeclared; /* steps by names that the first side does not declare */
	VEC(uint64_t) told;  /* ops and rules that a difference was told of */
};

/* A demand on the whole message: `item` holds at the place where the walk is. */
static uint64_t from_top(struct walk *w, uint64_t item)
{
	for (unsigned i = w->depth; i-- > 0;) {
		struct demand d = w->step[i];
		d.item = item;
		item = solve_demand(w->s, &d, false);
	}
	return item;
}

static struct str pointer_of(struct walk *w)
{
	struct buf out = {0};
	for (unsigned i = 0; i < w->depth; i++)
		if (w->step[i].what == DEMAND_MEMBER)
			pointer_add_key(&out, w->step[i].name);
		else
			pointer_add_index(&out, w->step[i].number);
	struct str text = arena_dup(&w->s->arena, buf_str(&out));
	buf_free(&out);
	return text;
}

static struct place rule_place(const struct program *p, uint32_t rule)
{
	const struct origin *o = &p->origins.at[rule];
	return (struct place){o->file < p->files.len ? p->files.at[o->file] : NULL, o->line, o->column};
}

/* Where the first side's schema of this place stands. */
static struct place first_place(const struct walk *w, const struct item_list *items)
{
	const struct solver *s = w->s;
	for (size_t i = 0; i < items->len; i++) {
		uint64_t item = items->at[i];
		if (item_form(item) != ITEM_RULE || item_denied(item))
			continue;
		uint32_t rule = s->first[0][s->same[item_side(item)][item_index(item)]];
		if (rule != NONE)
			return rule_place(s->program[0], rule);
	}
	return w->a == COMPAT_ANYTHING ? (struct place){NULL, 0, 0} : rule_place(s->program[0], w->a);
}

/* What the second program says of the witness: at this place where it says so. */
static void describe(struct walk *w, struct compat_difference *d, struct str keyword)
{
	struct solver *s = w->s;
	struct findings found;
	const struct finding *best = NULL;
	findings_begin(&found, &s->arena, FINDINGS);
	program_judge(s->program[1], w->b, s->judge, d->witness, s->direction, IN_BODY, STR(""), &found);
	for (unsigned i = 0; i < found.count; i++) {
		const struct finding *f = &found.at[i];
		int better = (str_eq(f->pointer, d->pointer) ? 2 : 0) + str_eq(f->keyword, keyword);
		int old = best ? (str_eq(best->pointer, d->pointer) ? 2 : 0) + str_eq(best->keyword, keyword) : -1;
		if (better > old)
			best = f;
	}
	if (!best)
		return;
	d->keyword = best->keyword.len ? arena_dup(&s->arena, best->keyword) : d->keyword;
	d->keyword_pointer = arena_dup(&s->arena, best->keyword_pointer);
	d->expected = arena_dup(&s->arena, best->expected);
	d->pointer = arena_dup(&s->arena, best->pointer);
	d->found = best->found;
	d->b = best->place.file ? (struct place){d->b.file, best->place.line, best->place.column} : d->b;
	if (best->place.file)
		for (size_t i = 0; i < s->program[1]->files.len; i++)
			if (strcmp(s->program[1]->files.at[i], best->place.file) == 0)
				d->b.file = s->program[1]->files.at[i];
}

static bool told(struct walk *w, uint64_t what)
{
	for (size_t i = 0; i < w->told.len; i++)
		if (w->told.at[i] == what)
			return true;
	VEC_PUSH(&w->told, what);
	return false;
}

static bool over(const struct walk *w)
{
	return w->count >= w->limit || w->visits >= VISITS || clock_mono_ns() > w->end_ns;
}

static struct str keyword_of(const struct program *p, uint32_t op)
{
	return schema_keywords[p->ops.at[op].keyword].text;
}

static bool rule_says(const struct program *p, uint32_t index, struct str keyword, struct place *at)
{
	const struct rule *rule = &p->rules.at[index];
	const struct origin *o = &p->origins.at[index];
	*at = rule_place(p, index);
	if (str_eq(keyword, STR("type")) && rule->kinds != EVERY_KIND) {
		if (o->type_line)
			at->line = o->type_line, at->column = o->type_column;
		return true;
	}
	for (unsigned k = 0; k < KIND_COUNT; k++)
		for (uint32_t code = rule->code[k]; code != NONE && code != 0; code++) {
			if (str_eq(keyword_of(p, code), keyword)) {
				if (p->spots.at[code].line)
					at->line = p->spots.at[code].line, at->column = p->spots.at[code].column;
				return true;
			}
			if (p->ops.at[code].last)
				break;
		}
	return false;
}

/* Whether the first side's schemas of this place say something by that keyword, and where. */
static bool has_keyword(const struct walk *w, const struct item_list *items, struct str keyword, struct place *at)
{
	const struct solver *s = w->s;
	for (size_t i = 0; i < items->len; i++) {
		uint64_t item = items->at[i];
		if (item_form(item) != ITEM_RULE || item_denied(item))
			continue;
		uint32_t rule = s->first[0][s->same[item_side(item)][item_index(item)]];
		unsigned side = rule == NONE ? item_side(item) : 0;
		struct place found;
		if (!rule_says(s->program[side], rule == NONE ? item_index(item) : rule, keyword, &found))
			continue;
		if (side == 0)
			*at = found;
		return true;
	}
	return false;
}

/* Asks for a message with `item` here, which the second side refuses. True where something was told, or there is none.
 */
static void tell(struct walk *w, const struct item_list *items, uint64_t item, uint64_t what, struct str keyword,
		 struct place at)
{
	struct item_list l = {0};
	if (over(w) || told(w, what))
		return;
	if (w->a != COMPAT_ANYTHING)
		items_add(&l, solve_rule(w->s, 0, w->a, false));
	items_add(&l, solve_rule(w->s, 1, w->b, true));
	items_add(&l, from_top(w, item));
	solve_begin(w->s);
	struct reply r = solve_items(w->s, &l, ANY_KIND);
	VEC_FREE(&l);
	if (r.answer == NEVER) {
		w->told.len--;
		return;
	}
	struct compat_answer got = compat_answer_of(w->c, w->a, w->b, r);
	struct compat_difference d = {.verdict = got.verdict,
				      .witness = got.witness,
				      .why = got.why,
				      .keyword = keyword,
				      .b = at,
				      .a = first_place(w, items)};
	d.pointer = pointer_of(w);
	d.undeclared = w->undeclared > 0;
	d.changed = has_keyword(w, items, keyword, &d.a);
	if (got.verdict == COMPAT_REFUTED)
		describe(w, &d, keyword);
	if (!str_eq(d.keyword, keyword))
		d.a = first_place(w, items);
	else
		d.member = arena_dup(&w->s->arena, w->member);
	w->out[w->count++] = d;
}

static enum answer here(struct walk *w, const struct item_list *items, uint64_t item, unsigned kind)
{
	struct item_list l = {0};
	for (size_t i = 0; i < items->len; i++)
		items_add(&l, items->at[i]);
	if (item)
		items_add(&l, item);
	solve_begin(w->s);
	enum answer a = solve_items(w->s, &l, kind).answer;
	VEC_FREE(&l);
	return a;
}

static void walk_rule(struct walk *w, const struct item_list *items, uint32_t rule);

static void down(struct walk *w, const struct demand *d, const struct item_list *items, uint32_t rule)
{
	if (w->depth == STEPS_DOWN || over(w))
		return;
	w->step[w->depth++] = *d;
	walk_rule(w, items, rule);
	w->depth--;
}

static struct place op_place(const struct walk *w, uint32_t op)
{
	const struct program *p = w->s->program[1];
	uint32_t rule = w->s->owner[1][op];
	struct place at = rule_place(p, rule);
	if (p->spots.at[op].line) {
		at.line = p->spots.at[op].line;
		at.column = p->spots.at[op].column;
	}
	return at;
}

/* The names that the first side's rules speak of at this place, beside those of the second's. */
static void walk_member(struct walk *w, struct making *m, uint32_t index, struct str name)
{
	const struct program *p = w->s->program[1];
	const struct object *o = &p->objects.at[p->ops.at[index].a];
	const struct property *one = evaluated_property(p, o, name);
	uint32_t required = w->s->direction == REQUEST ? PROPERTY_REQUIRED_IN : PROPERTY_REQUIRED_OUT;
	uint32_t barred = w->s->direction == REQUEST ? PROPERTY_READ_ONLY : PROPERTY_WRITE_ONLY;
	struct demand d = {.what = DEMAND_MEMBER, .name = name};
	struct item_list items = {0}, here_items = {0};
	bool never;
	for (size_t i = 0; i < m->l->count; i++)
		items_add(&here_items, m->l->item[i]);
	making_items(m, name, &items, &never);
	bool declared = false;
	for (size_t i = 0; i < m->l->e->atoms.len; i++) {
		const struct atom *a = &m->l->e->atoms.at[i];
		const struct program *q = w->s->program[a->side];
		const struct property *mine = a->op->code == OP_OBJECT && !a->denied
						  ? evaluated_property(q, &q->objects.at[a->op->a], name)
						  : NULL;
		declared |= mine && mine->rule != NONE;
	}
	uint64_t what = (uint64_t)index << 32 | (one ? (uint32_t)(one - p->properties.at) : hash_local(name) & 0xffffff)
						    << 2;
	w->member = name;
	if (one && one->flags & required && here(w, &here_items, solve_demand(w->s, &d, true), JSON_OBJECT) != NEVER)
		tell(w, &here_items, solve_demand(w->s, &d, true), what | 1, STR("required"),
		     op_place(w, o->required_op ? o->required_op : index));
	w->member = (struct str){NULL, 0};
	w->undeclared += !declared;
	if (one && one->flags & barred && !never)
		tell(w, &here_items, solve_demand(w->s, &d, false), what | 2,
		     barred == PROPERTY_READ_ONLY ? STR("readOnly") : STR("writeOnly"), op_place(w, index));
	bool matched = false;
	for (uint32_t i = 0; i < o->pattern_count && !never; i++) {
		const struct pattern_property *pp = &p->pattern_properties.at[o->pattern + i];
		if (!making_matches(m, 1, pp->pattern, name))
			continue;
		matched = true;
		down(w, &d, &items, pp->rule);
	}
	uint32_t rule = one ? one->rule : NONE;
	if (rule == NONE && !matched)
		rule = o->additional;
	if (rule != NONE && !never)
		down(w, &d, &items, rule);
	w->undeclared -= !declared;
	VEC_FREE(&items);
	VEC_FREE(&here_items);
}

static void walk_object(struct walk *w, const struct item_list *items, uint32_t index)
{
	static const char *const others[] = {"x", "extra", "x-extra", "other", "0"};
	struct expansion e = {0};
	const struct program *p = w->s->program[1];
	const struct object *o = &p->objects.at[p->ops.at[index].a];
	expand_state(w->s, &e, items->at, items->len, JSON_OBJECT);
	struct leaf l = {w->s, &e, items->at, items->len};
	struct making m = {.l = &l, .s = w->s, .max = UINT64_MAX};
	for (uint32_t i = 0; i < o->count && !over(w) && !e.closed; i++)
		walk_member(w, &m, index, program_name(p, &p->properties.at[o->property + i].name));
	for (size_t i = 0; i < e.atoms.len && !over(w) && !e.closed; i++) {
		const struct atom *a = &e.atoms.at[i];
		if (a->op->code != OP_OBJECT || a->denied)
			continue;
		const struct program *first = w->s->program[a->side];
		const struct object *mine = &first->objects.at[a->op->a];
		for (uint32_t k = 0; k < mine->count; k++) {
			struct str name = program_name(first, &first->properties.at[mine->property + k].name);
			if (!evaluated_property(p, o, name))
				walk_member(w, &m, index, name);
		}
	}
	if (o->additional != NONE && !e.closed)
		for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
			bool listed = evaluated_property(p, o, str_from(others[i])) != NULL;
			for (size_t k = 0; k < e.atoms.len && !listed; k++)
				listed = e.atoms.at[k].op->code == OP_OBJECT &&
					 evaluated_property(
					     w->s->program[e.atoms.at[k].side],
					     &w->s->program[e.atoms.at[k].side]->objects.at[e.atoms.at[k].op->a],
					     str_from(others[i]));
			if (listed)
				continue;
			walk_member(w, &m, index, str_from(others[i]));
			break;
		}
	expand_free(&e);
}

static void walk_items(struct walk *w, const struct item_list *items, uint32_t index)
{
	const struct program *p = w->s->program[1];
	const struct op *op = &p->ops.at[index];
	struct expansion e = {0};
	expand_state(w->s, &e, items->at, items->len, JSON_ARRAY);
	uint32_t first = op->code == OP_ITEMS ? op->b : 0, count = op->code == OP_ITEMS ? 1 : op->b;
	for (uint32_t i = first; i < first + count && !e.closed; i++) {
		struct item_list own = {0};
		struct demand d = {.what = DEMAND_ELEMENT, .number = i};
		for (size_t k = 0; k < e.atoms.len; k++) {
			const struct atom *a = &e.atoms.at[k];
			const struct program *q = w->s->program[a->side];
			if (a->denied)
				continue;
			if (a->op->code == OP_PREFIX && i < a->op->b)
				items_add(&own, solve_rule(w->s, a->side, q->lists.at[a->op->a + i], false));
			if (a->op->code == OP_ITEMS && i >= a->op->b)
				items_add(&own, solve_rule(w->s, a->side, a->op->a, false));
		}
		down(w, &d, &own, op->code == OP_ITEMS ? op->a : p->lists.at[op->a + i]);
		VEC_FREE(&own);
	}
	expand_free(&e);
}

static void walk_op(struct walk *w, const struct item_list *items, uint32_t index)
{
	const struct program *p = w->s->program[1];
	const struct op *op = &p->ops.at[index];
	unsigned before = w->count;
	switch ((enum op_code)op->code) {
	case OP_REF:
		walk_rule(w, items, op->a);
		break;
	case OP_ALL:
		for (uint32_t i = 0; i < op->b; i++)
			walk_rule(w, items, p->lists.at[op->a + i]);
		break;
	case OP_OBJECT:
		walk_object(w, items, index);
		break;
	case OP_PREFIX:
	case OP_ITEMS:
		walk_items(w, items, index);
		break;
	default:
		break;
	}
	bool leads_on = op->code == OP_REF || op->code == OP_ALL;
	if (w->count == before && !leads_on)
		tell(w, items, item_make(ITEM_OP, 1, index, true), (uint64_t)index << 32 | 3, keyword_of(p, index),
		     op_place(w, index));
}

static bool same_op(const struct op *a, const struct op *b)
{
	return a->code == b->code && a->a == b->a && a->b == b->b;
}

static void walk_rule(struct walk *w, const struct item_list *items, uint32_t rule)
{
	const struct program *p = w->s->program[1];
	uint32_t looked[160];
	unsigned count = 0;
	if (over(w) || w->visits++ >= VISITS || here(w, items, solve_rule(w->s, 1, rule, true), ANY_KIND) == NEVER)
		return;
	for (unsigned k = 0; k < KIND_COUNT && !over(w); k++) {
		uint32_t code = p->rules.at[rule].code[k];
		struct demand kind = {.what = DEMAND_KIND, .number = k};
		if (code == NONE && here(w, items, 0, k) != NEVER) {
			const struct origin *o = &p->origins.at[rule];
			struct place at = rule_place(p, rule);
			if (o->type_line)
				at.line = o->type_line, at.column = o->type_column;
			tell(w, items, solve_demand(w->s, &kind, false), (uint64_t)rule << 32 | 0x80000000u,
			     STR("type"), at);
		}
		for (; code != NONE && code != 0 && !over(w); code++) {
			bool again = false;
			for (unsigned i = 0; i < count; i++)
				again |= same_op(&p->ops.at[looked[i]], &p->ops.at[code]);
			if (!again && here(w, items, item_make(ITEM_OP, 1, code, true), k) != NEVER) {
				if (count < sizeof looked / sizeof *looked)
					looked[count++] = code;
				walk_op(w, items, code);
			}
			if (p->ops.at[code].last)
				break;
		}
	}
}

unsigned compat_differences(struct compat *c, uint32_t a, uint32_t b, struct compat_difference *out, unsigned limit)
{
	struct walk w = {.c = c, .s = compat_solver(c), .a = a, .b = b, .out = out, .limit = limit};
	struct item_list items = {0};
	struct compat_answer whole = compat_within(c, a, b);
	if (whole.verdict == COMPAT_PROVED || !limit)
		return 0;
	w.end_ns = clock_mono_ns() + (uint64_t)ALL_MS * 1000000u;
	if (a != COMPAT_ANYTHING)
		items_add(&items, solve_rule(w.s, 0, a, false));
	walk_rule(&w, &items, b);
	if (!w.count) {
		struct compat_difference d = {.verdict = whole.verdict,
					      .witness = whole.witness,
					      .why = whole.why,
					      .keyword = STR(""),
					      .pointer = STR(""),
					      .a = first_place(&w, &items),
					      .b = rule_place(w.s->program[1], b)};
		if (whole.verdict == COMPAT_REFUTED)
			describe(&w, &d, STR(""));
		out[w.count++] = d;
	}
	VEC_FREE(&items);
	VEC_FREE(&w.told);
	return w.count;
}
