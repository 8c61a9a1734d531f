#include "filters/contract/program_fused_pass.h"
#include "filters/contract/program_fused_value.h"

enum { KEYS_KEPT = 1 << 16 };

/* Only arrays and objects with a plan are worth it. */
static const char *first_byte(const struct fused_program *program, uint32_t entry, struct str json)
{
	const char *p = json.at, *end = json.len ? json.at + json.len : p;
	while (p < end && scan_is_space(*p))
		p++;
	if (p == end || (*p != '{' && *p != '['))
		return NULL;
	uint32_t code = program->rules.at[entry].code[*p == '{' ? JSON_OBJECT : JSON_ARRAY];
	return code && code < FUSED_TAPE ? p : NULL;
}

static bool read_whole(struct fused *f, uint32_t entry, struct str json, const char *p)
{
	struct json_limits limits = {f->nest, f->run.j->limits.size};
	if (tape_begin(f->tape, json, &limits).error != JSON_OK)
		return false;
	f->run.source = f->keys->text.at = f->tape->text.at;
	f->keys->text.len = json.len;
	p = fused_read(f, entry, f->tape->text.at + (p - json.at));
	return p && scan_space(p) == f->tape->text.at + json.len;
}

/* Whether what is broken can be told value by value. Explained over the whole tape, each level above a value would be
 * charged once more at most: where that could be too much, the explanation is left to the tape. */
static bool can_tell(struct fused *f)
{
	struct judge *j = f->run.j;
	const struct judge_limits *limits = &j->limits;
	uint64_t used = limits->steps - f->run.steps, levels = 0;
	uint64_t most = limits->steps < EXPLAIN_STEPS ? limits->steps : EXPLAIN_STEPS;
	for (unsigned i = 0; i < j->broken_count; i++)
		if (limits->depth - j->broken[i].nest > levels)
			levels = limits->depth - j->broken[i].nest;
	j->pointer_count = f->pointers;
	j->pointers.len = f->pointers_len;
	return used * (levels + 4) * 2 < most;
}

enum fused_verdict fused_judge(const struct run *r, uint32_t entry, struct str json)
{
	const struct fused_program *program = r->p->fused;
	const char *p = first_byte(program, entry, json);
	if (!p)
		return FUSED_UNTOLD;
	struct fused f = {
	    .run = *r,
	    .program = program,
	    .rules = program->rules.at,
	    .plans = program->plans.at,
	    .properties = program->properties.at,
	    .slots = program->slots.at,
	    .tape = &r->j->tape,
	    .keys = &r->j->keys,
	    .nest = r->j->limits.depth,
	};
	f.keys->count = 0;
	r->j->broken_count = 0;
	r->j->path.len = 0;
	bool read = read_whole(&f, entry, json, p);
	f.tape->count = 0;
	if (f.keys->capacity > KEYS_KEPT)
		tape_free(f.keys);
	if (!read)
		return f.wrong || r->j->broken_count ? FUSED_WRONG : FUSED_UNTOLD;
	if (!r->j->broken_count)
		return FUSED_VALID;
	return can_tell(&f) ? FUSED_TOLD : FUSED_WRONG;
}

bool program_takes_number(const struct program *p, uint32_t entry, struct str text)
{
	enum { DIGITS = 18 };
	char copy[DIGITS + JSON_PADDING] = {0};
	if (!p->fused || !text.len || text.len > DIGITS)
		return false;
	memcpy(copy, text.at, text.len);
	const struct fused_rule *rule = &p->fused->rules.at[entry];
	const char *end = NULL;
	if (rule->expect == EXPECT_INTEGER)
		end = expect_integer(rule, copy);
	else if (rule->expect == EXPECT_NUMBER)
		end = expect_number(rule, copy);
	return end == copy + text.len;
}
