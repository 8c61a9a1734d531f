/* The instructions of one schema: gathered one by one, then packed by class of value. */
#include "filters/contract/schema_compile.h"

void schema_emit(struct compiling *c, uint32_t classes, enum op_code code, enum keyword keyword,
		 const struct node *place, uint32_t a, uint32_t b)
{
	CHECK(c->op_count < OPS_PER_SCHEMA);
	c->ops[c->op_count].op = (struct op){(uint8_t)code, false, (uint16_t)keyword, a, b};
	c->ops[c->op_count].spot = (struct spot){place->line, place->column};
	c->ops[c->op_count++].classes = classes;
}

static uint32_t push_op(struct program *p, struct op op, struct spot spot)
{
	VEC_PUSH(&p->ops, op);
	VEC_PUSH(&p->spots, spot);
	return (uint32_t)p->ops.len - 1;
}

uint32_t schema_spot(struct compiling *c, enum keyword keyword)
{
	const struct node *v = c->value[keyword];
	return push_op(c->set->program, (struct op){OP_NOTHING, true, (uint16_t)keyword, 0, 0},
		       (struct spot){v->line, v->column});
}

/* The instructions for one class, one behind the other; 0: there are none. */
static uint32_t pack_class(struct compiling *c, enum value_class class)
{
	struct program *p = c->set->program;
	uint32_t first = 0;
	for (unsigned i = 0; i < c->op_count; i++) {
		if (!(c->ops[i].classes >> class & 1))
			continue;
		uint32_t at = push_op(p, c->ops[i].op, c->ops[i].spot);
		first = first ? first : at;
	}
	/* A rule with flags is never passed by. */
	if (!first && c->flags)
		first = push_op(p, (struct op){.code = OP_NOTHING}, (struct spot){0, 0});
	if (first)
		VEC_LAST(&p->ops).last = true;
	return first;
}

static uint64_t class_ops(const struct compiling *c, enum value_class class)
{
	uint64_t set = 0;
	for (unsigned i = 0; i < c->op_count; i++)
		set |= (uint64_t)(c->ops[i].classes >> class & 1) << i;
	return set;
}

/* Classes with the same instructions share them. */
void schema_pack(struct compiling *c)
{
	static const uint8_t class_of[KIND_COUNT] = {
	    [JSON_NULL] = CLASS_LITERAL,  [JSON_FALSE] = CLASS_LITERAL,   [JSON_TRUE] = CLASS_LITERAL,
	    [JSON_NUMBER] = CLASS_NUMBER, [JSON_STRING] = CLASS_STRING,   [JSON_ARRAY] = CLASS_ARRAY,
	    [JSON_OBJECT] = CLASS_OBJECT, [KIND_INTEGER] = CLASS_INTEGER,
	};
	uint32_t code[KIND_COUNT];
	for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
		uint64_t ops = class_ops(c, (enum value_class)class_of[kind]);
		bool lives = c->kinds >> kind & 1, shared = false;
		for (unsigned same = 0; lives && same < kind; same++)
			if (c->kinds >> same & 1 && class_ops(c, (enum value_class)class_of[same]) == ops) {
				code[kind] = code[same];
				shared = true;
			}
		if (!shared)
			code[kind] = lives ? pack_class(c, (enum value_class)class_of[kind]) : NONE;
	}
	memcpy(c->set->program->rules.at[c->rule].code, code, sizeof code);
}
