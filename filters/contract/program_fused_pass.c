#include "filters/contract/program_fused_pass.h"
#include "filters/contract/program_fused_value.h"

static const char *array(struct fused *f, const struct fused_plan *plan, uint32_t rule, const char *p);
static const char *object(struct fused *f, const struct fused_plan *plan, uint32_t rule, const char *p);

static bool part_keeps(struct run *r, const struct fused_program *program, uint32_t rule)
{
	r->number = 0;
	r->token = r->tape->token;
	if (rule < program->first_many)
		return run_part(r, rule, 0);
	const struct fused_many *many = &program->many.at[rule - program->first_many];
	for (uint32_t i = 0; i < many->count; i++)
		if (!run_part(r, program->lists.at[many->first + i], 0))
			return false;
	return true;
}

/* A value that has to be looked at twice. */
static __attribute__((noinline)) const char *by_tape(struct fused *f, uint32_t rule, uint32_t code, const char *p)
{
	const char *end = tape_read_part(f->tape, p, f->nest);
	if (!end || !code)
		return end;
	if (code == NONE || !part_keeps(&f->run, f->program, rule))
		return fused_broken(f, rule, p, end);
	if (f->run.j->deprecated.len)
		fused_keep_deprecated(f);
	return end;
}

/* The instructions for the scalar that is the tape's one token. */
static __attribute__((noinline)) bool scalar_keeps(struct fused *f, uint32_t code)
{
	struct run *r = &f->run;
	r->number = 0;
	r->token = r->tape->token;
	bool ok = run_ops(r, &r->ops[code], 0, NULL);
	if (UNLIKELY(r->j->deprecated.len))
		fused_keep_deprecated(f);
	return ok;
}

SCANNER const char *read_string(struct fused *f, uint32_t rule, uint32_t code, const char *p)
{
	struct scanned_string s = scan_string(p + 1, JSON_WIDE);
	if (UNLIKELY(s.error != JSON_OK))
		return NULL;
	if (!code)
		return s.end + 1;
	if (UNLIKELY(s.escaped || code >= FUSED_TAPE))
		return by_tape(f, rule, code, p);
	uint32_t length = (uint32_t)(s.end - p - 1);
	f->tape->token[0] = (struct json_token){.at = (uint32_t)(p + 1 - f->run.source),
						.length = length,
						.points = length - s.surplus,
						.kind = JSON_STRING,
						.flags = s.ascii ? JSON_ASCII : 0};
	return LIKELY(scalar_keeps(f, code)) ? s.end + 1 : fused_broken(f, rule, p, s.end + 1);
}

SCANNER const char *read_number(struct fused *f, uint32_t rule, const uint32_t *codes, const char *p)
{
	const char *fault, *at = p;
	bool plain;
	p = scan_number(p, &plain, &fault);
	uint32_t code = codes[plain ? KIND_INTEGER : JSON_NUMBER];
	if (!p || !code)
		return p;
	if (UNLIKELY(code >= FUSED_TAPE))
		return by_tape(f, rule, code, at);
	f->tape->token[0] = (struct json_token){.at = (uint32_t)(at - f->run.source),
						.length = (uint32_t)(p - at),
						.kind = JSON_NUMBER,
						.flags = plain ? JSON_PLAIN : 0};
	return LIKELY(scalar_keeps(f, code)) ? p : fused_broken(f, rule, at, p);
}

SCANNER const char *read_literal(struct fused *f, uint32_t rule, const uint32_t *codes, const char *p)
{
	enum json_kind kind = *p == 't' ? JSON_TRUE : *p == 'f' ? JSON_FALSE : JSON_NULL;
	static const char words[][8] = {[JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};
	uint32_t length = kind == JSON_FALSE ? 5 : 4, code = codes[kind];
	if (memcmp(p, words[kind], 4) != 0 || (kind == JSON_FALSE && p[4] != 'e'))
		return NULL;
	if (!code)
		return p + length;
	if (code >= FUSED_TAPE)
		return by_tape(f, rule, code, p);
	f->tape->token[0] =
	    (struct json_token){.at = (uint32_t)(p - f->run.source), .length = length, .kind = (uint8_t)kind};
	return LIKELY(scalar_keeps(f, code)) ? p + length : fused_broken(f, rule, p, p + length);
}

/* The value at `p`, whatever it is. */
static __attribute__((noinline)) const char *read_any(struct fused *f, uint32_t rule, const char *p)
{
	const uint32_t *codes = f->rules[rule].code;
	if (*p == '"')
		return read_string(f, rule, codes[JSON_STRING], p);
	if (ascii_digit(*p) || *p == '-')
		return read_number(f, rule, codes, p);
	if (*p != '{' && *p != '[')
		return read_literal(f, rule, codes, p);
	uint32_t code = codes[*p == '{' ? JSON_OBJECT : JSON_ARRAY];
	if (!code || code >= FUSED_TAPE)
		return by_tape(f, rule, code, p);
	return *p == '{' ? object(f, &f->plans[code], rule, p) : array(f, &f->plans[code], rule, p);
}

SCANNER const char *expect_word(const struct fused *f, const struct fused_rule *rule, const char *p)
{
	const struct fused_table *t = &f->program->tables.at[rule->table];
	const struct fused_name *names = f->program->words.at + t->first;
	const char *end;
	uint32_t found = table_find(t, f->slots, names, sizeof *names, p, &end).name;
	return LIKELY(found < t->count) ? end : NULL;
}

/* The value at `p`: one jump by what is expected of it. */
SCANNER const char *read_value(struct fused *f, uint32_t expect, uint32_t index, const char *p)
{
	const struct fused_rule *rule = &f->rules[index];
	const char *end = NULL;
	switch (expect) {
	case EXPECT_TEXT:
		end = *p == '"' ? expect_text(rule, p + 1) : NULL;
		break;
	case EXPECT_WORD:
		end = *p == '"' ? expect_word(f, rule, p + 1) : NULL;
		break;
	case EXPECT_LINE:
		end = *p == '"' ? expect_line(rule, p + 1) : NULL;
		break;
	case EXPECT_SHAPE:
		end = *p == '"' ? expect_shape(rule, p + 1, line_shape(rule->what, p + 1)) : NULL;
		break;
	case EXPECT_FIXED:
		end = *p == '"' ? expect_shape(rule, p + 1, line_fixed(rule->what, p + 1)) : NULL;
		break;
	case EXPECT_FORMAT:
		end = *p == '"' ? expect_format(rule, p + 1) : NULL;
		break;
	case EXPECT_INTEGER:
		end = expect_integer(rule, p);
		break;
	case EXPECT_NUMBER:
		end = expect_number(rule, p);
		break;
	case EXPECT_BOOLEAN:
		end = expect_boolean(p);
		break;
	case EXPECT_OBJECT:
		if (LIKELY(*p == '{'))
			return object(f, &f->plans[rule->code[JSON_OBJECT]], index, p);
		break;
	case EXPECT_ARRAY:
		if (LIKELY(*p == '['))
			return array(f, &f->plans[rule->code[JSON_ARRAY]], index, p);
		break;
	default:
		break;
	}
	return LIKELY(end != NULL) ? end : read_any(f, index, p);
}

/* Out of it, behind its bracket at `p`; `ok`: its rule is kept as far as the caller knows. */
static inline const char *leave(struct fused *f, const struct fused_plan *plan, const struct frame *own, uint32_t count,
				bool ok, const char *p)
{
	f->nest++;
	f->run.depth -= plan->weight;
	f->top = own->up;
	if (UNLIKELY(plan->deprecated))
		fused_add_deprecated(f, 0);
	if (UNLIKELY(!run_charge(&f->run, ((uint64_t)count + 1) * plan->charge)))
		return NULL;
	return LIKELY(ok && count >= plan->min && count <= plan->max) ? p + 1
								      : fused_broken_parts(f, own->rule, own->start, p + 1);
}

/* Behind all of it, which is told as the one value that breaks its rule. */
static __attribute__((noinline)) const char *read_on(struct fused *f, const struct frame *frame)
{
	enum { DEAREST = 64 };
	f->unwind = NULL;
	f->keys->count = frame->keys;
	const char *end = tape_read_part(f->tape, frame->start, f->nest);
	if (!end || !run_charge(&f->run, (uint64_t)f->tape->count * DEAREST)) {
		f->wrong |= end != NULL;
		return NULL;
	}
	return fused_broken_parts(f, frame->rule, frame->start, end);
}

/* Out of it, where it stands: something is broken, or the tape has to tell. */
static __attribute__((noinline)) const char *abandon(struct fused *f, const struct frame *frame)
{
	f->nest++;
	f->run.depth -= frame->plan->weight;
	f->top = frame->up;
	return UNLIKELY(f->unwind == frame) ? read_on(f, frame) : NULL;
}

static __attribute__((noinline)) const char *array(struct fused *f, const struct fused_plan *plan, uint32_t own,
						   const char *p)
{
	const uint32_t *prefix = f->program->lists.at + plan->prefix;
	struct frame frame = {.up = f->top, .plan = plan, .start = p, .rule = own, .keys = f->keys->count};
	uint32_t count = 0, rule;
	if (!fused_enter(f, plan))
		return NULL;
	f->top = &frame;
	p = scan_space(p + 1);
	if (*p != ']')
		for (;; p = scan_space(p + 1)) {
			rule = UNLIKELY(count < plan->prefix_count) ? prefix[count] : plan->items;
			p = read_value(f, f->rules[rule].expect, rule, p);
			if (UNLIKELY(!p))
				return abandon(f, &frame);
			frame.item = ++count;
			p = scan_space(p);
			if (*p != ',')
				break;
		}
	return *p == ']' ? leave(f, plan, &frame, count, true, p) : abandon(f, &frame);
}

__attribute__((noinline)) const char *fused_read(struct fused *f, uint32_t rule, const char *p)
{
	return read_value(f, f->rules[rule].expect, rule, p);
}

static __attribute__((noinline)) const char *object(struct fused *f, const struct fused_plan *plan, uint32_t own,
						    const char *p)
{
	const struct fused_property *properties = &f->properties[plan->property], *one;
	uint64_t seen[FUSED_PROPERTIES / 64] = {0};
	struct strangers strangers = {.count = 0};
	struct frame frame = {.up = f->top, .plan = plan, .start = p, .rule = own, .keys = f->keys->count};
	uint32_t count = 0;
	struct fused_slot slot;
	const char *end;
	if (!fused_enter(f, plan))
		return NULL;
	f->top = &frame;
	p = scan_space(p + 1);
	if (*p == '}')
		goto closing;
member:
	frame.key = p;
	if (UNLIKELY(*p != '"'))
		return abandon(f, &frame);
	slot = table_find(&plan->names, f->slots, properties, sizeof *properties, p + 1, &end);
	one = &properties[slot.name];
	if (LIKELY(slot.name < plan->count))
		p = fused_behind_colon(end);
	else
		p = fused_read_key(f, plan, p, &strangers, &one);
	if (UNLIKELY(!p))
		return abandon(f, &frame);
	count++;
	if (LIKELY(one != NULL)) {
		if (UNLIKELY(!fused_see(seen, (uint32_t)(one - properties))))
			return abandon(f, &frame);
		p = read_value(f, slot.expect, one->rule, scan_space(p));
	} else {
		p = fused_read(f, plan->additional, scan_space(p));
	}
	if (UNLIKELY(!p))
		return abandon(f, &frame);
	p = scan_space(p);
	if (*p == ',') {
		p = scan_space(p + 1);
		goto member;
	}
	if (UNLIKELY(*p != '}'))
		return abandon(f, &frame);
closing:
	if (strangers.count > 1 && !fused_forget_strangers(f, &strangers))
		return abandon(f, &frame);
	return leave(f, plan, &frame, count, fused_keeps_masks(f, plan, seen), p);
}
