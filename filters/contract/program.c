#include "filters/contract/program_explain.h"
#include "filters/contract/program_fused.h"

enum { STEPS = 50000000, DEPTH = 256, MOST_TOLD = 500 };

void program_free(struct program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->patterns.len; i++)
		pattern_free(p->patterns.at[i]);
	for (size_t i = 0; i < p->files.len; i++)
		free((void *)(uintptr_t)p->files.at[i]);
	VEC_FREE(&p->rules);
	VEC_FREE(&p->origins);
	VEC_FREE(&p->ops);
	VEC_FREE(&p->spots);
	VEC_FREE(&p->lists);
	VEC_FREE(&p->objects);
	VEC_FREE(&p->properties);
	VEC_FREE(&p->fallbacks);
	VEC_FREE(&p->pattern_properties);
	VEC_FREE(&p->slots);
	VEC_FREE(&p->names);
	VEC_FREE(&p->dependents);
	VEC_FREE(&p->words);
	VEC_FREE(&p->contains);
	VEC_FREE(&p->numbers);
	VEC_FREE(&p->patterns);
	VEC_FREE(&p->pattern_sources);
	VEC_FREE(&p->formats);
	VEC_FREE(&p->constants);
	VEC_FREE(&p->dynamic_names);
	VEC_FREE(&p->dynamic_targets);
	VEC_FREE(&p->discriminators);
	VEC_FREE(&p->choices);
	VEC_FREE(&p->files);
	fused_free(p->fused);
	buf_free(&p->text);
	tape_free(&p->values);
	free(p);
}

#define HELD(v) ((v).cap * sizeof *(v).at)

size_t program_size(const struct program *p)
{
	size_t sum = sizeof *p + p->text.cap + tape_held(&p->values) + fused_size(p->fused);
	sum += HELD(p->rules) + HELD(p->origins) + HELD(p->ops) + HELD(p->spots) + HELD(p->lists) + HELD(p->objects);
	sum += HELD(p->properties) + HELD(p->pattern_properties) + HELD(p->fallbacks) + HELD(p->slots) + HELD(p->names);
	sum += HELD(p->dependents) + HELD(p->words) + HELD(p->contains) + HELD(p->numbers) + HELD(p->patterns);
	sum += HELD(p->pattern_sources) + HELD(p->formats) + HELD(p->constants) + HELD(p->dynamic_names);
	sum += HELD(p->dynamic_targets) + HELD(p->discriminators) + HELD(p->choices) + HELD(p->files);
	for (size_t i = 0; i < p->patterns.len; i++)
		sum += pattern_size(p->patterns.at[i]);
	return sum;
}

struct judge *judge_new(const struct judge_limits *limits)
{
	struct judge *j = must_zalloc(1, sizeof *j);
	j->limits = *limits;
	if (!j->limits.depth)
		j->limits.depth = DEPTH;
	if (!j->limits.steps)
		j->limits.steps = STEPS;
	j->patterns = pattern_scratch_new();
	return j;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	if (j->attachment.data)
		j->attachment.release(j->attachment.data);
	tape_free(&j->tape);
	tape_free(&j->keys);
	buf_free(&j->path);
	buf_free(&j->text);
	pattern_scratch_free(j->patterns);
	VEC_FREE(&j->words);
	VEC_FREE(&j->scope);
	VEC_FREE(&j->deprecated);
	VEC_FREE(&j->fills);
	VEC_FREE(&j->known);
	VEC_FREE(&j->named);
	VEC_FREE(&j->issues);
	buf_free(&j->pointers);
	free(j);
}

void judge_tape_only(struct judge *j, bool tape_only)
{
	j->tape_only = tape_only;
}

void judge_partial(struct judge *j, bool partial)
{
	j->partial = partial;
}

uint64_t judge_fused_count(const struct judge *j)
{
	return j->fused_count;
}

struct judge_attachment *judge_attachment(struct judge *j)
{
	return &j->attachment;
}

/* Faults that have a code of their own; all others are syntax. */
static const char *fault_code(enum json_error error)
{
	switch (error) {
	case JSON_UTF8:
	case JSON_SURROGATE:
		return "utf8";
	case JSON_BOM:
		return "bom";
	case JSON_DUPLICATE_KEY:
		return "duplicate_key";
	default:
		return "syntax";
	}
}

/* Where it is goes into the text: there is no pointer into what is no JSON. */
static enum judgement refuse(struct judge *j, struct str json, struct json_fault fault, enum location location,
			     struct str name, struct findings *out)
{
	if (fault.error == JSON_TOO_DEEP || fault.error == JSON_TOO_LARGE) {
		out->unchecked = fault.error == JSON_TOO_DEEP ? "depth" : "size";
		return UNDECIDED;
	}
	struct json_position at = json_position(json, fault.offset);
	struct finding f = {
	    .code = out->limit ? arena_printf(out->arena, "%s.%s", location_word(location), fault_code(fault.error)).at
			       : "",
	    .location = location,
	    .name = name,
	};
	if (out->limit)
		f.expected = arena_printf(out->arena, "JSON: %s at line %u, column %u", json_error_text(fault.error),
					  at.line, at.column);
	(void)j;
	findings_add(out, &f);
	return INVALID;
}

static void reset(struct run *r, uint64_t steps)
{
	r->steps = steps;
	r->depth = 0;
	r->open = 0;
	r->undecided = NULL;
	r->j->words.len = 0;
	r->j->scope.len = 0;
	r->j->known.len = 0;
	r->j->named.len = 0;
}

/* Notes what is wrong. */
static void explain(struct run *r, uint32_t entry)
{
	struct judge *j = r->j;
	reset(r, j->limits.steps < EXPLAIN_STEPS ? j->limits.steps : EXPLAIN_STEPS);
	j->issues.len = 0;
	explain_value(r, entry, 0);
}

static void tell(struct run *r, enum location location, struct str name, struct findings *out)
{
	for (size_t i = 0; i < r->j->issues.len; i++) {
		if (out->count < out->limit)
			words_finding(r, &r->j->issues.at[i], location, name, out);
		else
			out->total++;
	}
}

static void collect(struct run *r, uint32_t entry, enum location location, struct str name, struct findings *out)
{
	struct judge *j = r->j;
	size_t deprecated = j->deprecated.len;
	explain(r, entry);
	j->deprecated.len = deprecated;
	/* The explanation may have run out of steps: the verdict stands, and is told of the whole. */
	if (!j->issues.len)
		VEC_PUSH(&j->issues, ((struct issue){entry, 0, 0, 0, ISSUE_OP}));
	tell(r, location, name, out);
}

/* What is known to be wrong needs no verdict first: the explanation looks at all that the verdict would look at, and
 * takes as many steps or more. False: a limit, or the use of something deprecated, has a say in it. */
static bool tell_at_once(struct run *r, uint32_t entry, enum location location, struct str name, struct findings *out)
{
	explain(r, entry);
	if (r->undecided || !r->j->issues.len || r->j->deprecated.len)
		return false;
	tell(r, location, name, out);
	return true;
}

/* The issues of one of the broken values. */
static bool explain_broken(struct run *r, unsigned at)
{
	struct judge *j = r->j;
	const struct broken_value *one = &j->broken[at];
	size_t end = at + 1 < j->broken_count ? one[1].path : j->path.len;
	if (!tape_read_part(&j->tape, one->start, one->nest))
		return false;
	r->token = j->tape.token;
	r->source = j->tape.text.at;
	r->number = 0;
	r->prefix = end > one->path ? str_of(j->path.at + one->path, end - one->path) : STR("");
	explain(r, one->rule);
	j->deprecated.len = 0;
	return !r->undecided && j->issues.len;
}

/* What is known to be all that is wrong, value by value. False, and nothing told: a limit has a say in it, or there is
 * so much that an anyOf around it might be told instead (program_explain.c). */
static bool tell_broken(struct run *r, enum location location, struct str name, struct findings *out)
{
	struct findings before = *out;
	size_t told = 0;
	if (!out->limit) {
		out->total++;
		return true;
	}
	for (unsigned i = 0; i < r->j->broken_count; i++) {
		bool explained = explain_broken(r, i);
		told += r->j->issues.len;
		if (!explained || told > MOST_TOLD) {
			*out = before;
			return false;
		}
		tell(r, location, name, out);
	}
	return true;
}

struct run run_begin(const struct program *p, struct judge *j, enum direction direction)
{
	struct run r = {.p = p, .j = j, .tape = &j->tape, .direction = direction};
	r.required = direction == REQUEST ? PROPERTY_REQUIRED_IN : PROPERTY_REQUIRED_OUT;
	r.forbidden = direction == REQUEST ? PROPERTY_READ_ONLY : PROPERTY_WRITE_ONLY;
	r.rules = p->rules.at;
	r.ops = p->ops.at;
	r.objects = p->objects.at;
	r.properties = p->properties.at;
	r.partial = j->partial;
	reset(&r, j->limits.steps);
	uses_begin(j);
	return r;
}

enum judgement program_judge(const struct program *p, uint32_t entry, struct judge *j, struct str json,
			     enum direction direction, enum location location, struct str name, struct findings *out)
{
	struct json_limits limits = {j->limits.depth, j->limits.size};
	struct run r = run_begin(p, j, direction);
	enum fused_verdict quick =
	    p->fused && !j->tape_only && !j->partial ? fused_judge(&r, entry, json) : FUSED_UNTOLD;
	bool used = j->pointer_count > j->held; /* something deprecated: only the verdict's own way tells all of it */
	if (quick == FUSED_VALID) {
		j->fused_count++;
		return VALID;
	}
	if (quick == FUSED_TOLD && tell_broken(&r, location, name, out))
		return INVALID;
	struct json_fault fault = tape_read(&j->tape, json, &limits);
	r = run_begin(p, j, direction);
	if (fault.error != JSON_OK)
		return refuse(j, json, fault, location, name, out);
	r.token = j->tape.token;
	r.source = j->tape.text.at;
	if (quick == FUSED_WRONG && out->limit && !used && tell_at_once(&r, entry, location, name, out))
		return INVALID;
	reset(&r, j->limits.steps);
	r.number = 0;
	j->deprecated.len = 0;
	bool ok = run_value(&r, entry, 0);
	const char *undecided = r.undecided;
	if (ok && j->partial && !partial_all_known(&r)) {
		tell(&r, location, name, out);
		return INVALID;
	}
	if (!ok && !undecided && out->limit)
		collect(&r, entry, location, name, out);
	else if (!ok && !undecided)
		out->total++;
	if (j->deprecated.len)
		uses_keep(j);
	if (undecided)
		out->unchecked = undecided;
	return ok ? VALID : undecided ? UNDECIDED : INVALID;
}
