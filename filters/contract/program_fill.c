#include "filters/contract/program_fill.h"

#include "filters/contract/program_run.h"

static struct str name_of(const struct program *p, uint32_t fallback)
{
	return program_name(p, &p->properties.at[p->fallbacks.at[fallback].property].name);
}

/* --- the text --- */

static int by_place(const void *a, const void *b)
{
	const struct fill *x = a, *y = b;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return (x->fallback > y->fallback) - (x->fallback < y->fallback);
}

static bool same_value(const struct program *p, uint32_t a, uint32_t b)
{
	const struct fallback *x = &p->fallbacks.at[a], *y = &p->fallbacks.at[b];
	return x->text == y->text && x->length == y->length;
}

/* Whether the one at `i` of an object's fills is to be written: the first of its name, and no other has another value. */
static bool stands(const struct program *p, const struct fill *fill, size_t count, size_t i)
{
	struct str name = name_of(p, fill[i].fallback);
	for (size_t k = 0; k < count; k++) {
		if (k == i || !str_eq(name_of(p, fill[k].fallback), name))
			continue;
		if (k < i || !same_value(p, fill[k].fallback, fill[i].fallback))
			return false;
	}
	return true;
}

/* Adds the members that one object lacks, right behind its bracket; returns how many. */
static size_t add_members(const struct program *p, const struct fill *fill, size_t count, bool empty, struct buf *out)
{
	size_t added = 0;
	for (size_t i = 0; i < count; i++) {
		const struct fallback *f = &p->fallbacks.at[fill[i].fallback];
		if (!stands(p, fill, count, i))
			continue;
		buf_add(out, added++ ? STR(",\"") : STR("\""));
		buf_add_json(out, name_of(p, fill[i].fallback));
		buf_add(out, STR("\":"));
		buf_add(out, str_of(p->text.at + f->text, f->length));
	}
	if (added && !empty)
		buf_addc(out, ',');
	return added;
}

/* The message with what was collected. False: nothing was added, or it became too large. */
static bool compose(const struct program *p, struct judge *j, struct str json, size_t limit, struct buf *out)
{
	size_t at = 0, added = 0;
	out->len = 0;
	qsort(j->fills.at, j->fills.len, sizeof *j->fills.at, by_place);
	for (size_t i = 0, next; i < j->fills.len; i = next) {
		uint32_t object = j->fills.at[i].object;
		for (next = i + 1; next < j->fills.len && j->fills.at[next].object == object;)
			next++;
		size_t behind = tape_offset(&j->tape, &j->tape.token[object]) + 1;
		buf_add(out, str_of(json.at + at, behind - at));
		at = behind;
		added += add_members(p, &j->fills.at[i], next - i, j->tape.token[object].length == 0, out);
		if (out->len + (json.len - at) > limit)
			return false;
	}
	buf_add(out, str_skip(json, at));
	return added > 0;
}

/* --- filling --- */

/* One run over the tape that collects. */
static enum judgement collect(const struct program *p, uint32_t entry, struct judge *j, bool tolerant)
{
	struct run r = run_begin(p, j, REQUEST);
	r.token = j->tape.token;
	r.source = j->tape.text.at;
	r.fills = true;
	r.tolerant = tolerant;
	j->fills.len = 0;
	bool passes = run_value(&r, entry, 0);
	j->deprecated.len = 0;
	return r.undecided ? UNDECIDED : passes ? VALID : INVALID;
}

enum filling program_fill(const struct program *p, uint32_t entry, struct judge *j, struct str json, size_t limit,
			  struct buf *out)
{
	struct json_limits limits = {j->limits.depth, j->limits.size};
	struct findings none = {0};
	if (!p->fallbacks.len || tape_read(&j->tape, json, &limits).error != JSON_OK)
		return FILL_NOTHING;
	if (j->tape.token[0].kind != JSON_OBJECT)
		return FILL_NOTHING;
	/* A valid message is read as it is: what it lacks chooses no branch. */
	enum judgement judgement = collect(p, entry, j, false);
	if (judgement == INVALID)
		judgement = collect(p, entry, j, true);
	if (judgement == UNDECIDED)
		return FILL_REFUSED;
	if (judgement == INVALID || !j->fills.len)
		return FILL_NOTHING;
	if (!compose(p, j, json, limit, out))
		return FILL_REFUSED;
	return program_judge(p, entry, j, buf_str(out), REQUEST, IN_BODY, STR(""), &none) == VALID ? FILL_DONE : FILL_REFUSED;
}
