#include "filters/contract/program_op.h"

#include "filters/contract/program_run.h"

enum judgement program_op_judge(const struct program *p, uint32_t index, struct judge *j, struct str json,
				enum direction direction)
{
	struct json_limits limits = {j->limits.depth, j->limits.size};
	const struct op *op = &p->ops.at[index];
	if (op->code == OP_UNEVALUATED_ITEMS || op->code == OP_UNEVALUATED_PROPERTIES || op->code == OP_DYNAMIC_REF)
		return UNDECIDED;
	if (tape_read(&j->tape, json, &limits).error != JSON_OK)
		return UNDECIDED;
	struct run r = {.p = p, .j = j, .tape = &j->tape, .token = j->tape.token, .direction = direction};
	r.required = direction == REQUEST ? PROPERTY_REQUIRED_IN : PROPERTY_REQUIRED_OUT;
	r.forbidden = direction == REQUEST ? PROPERTY_READ_ONLY : PROPERTY_WRITE_ONLY;
	r.rules = p->rules.at;
	r.ops = p->ops.at;
	r.objects = p->objects.at;
	r.properties = p->properties.at;
	r.source = j->tape.text.at;
	r.steps = j->limits.steps;
	j->words.len = j->scope.len = j->deprecated.len = 0;
	bool ok = run_op(&r, op, 0, NULL);
	return r.undecided ? UNDECIDED : ok ? VALID : INVALID;
}
