/* Judging a part of a message: judge_partial. What the rest could still mend is forgiven where it is looked at
 * (run_forgives); here is what cannot be mended. */
#include "filters/contract/program_explain.h"

static const struct discriminator *discriminator_of(const struct program *p, const struct op *op)
{
	for (size_t i = 0; i < p->discriminators.len; i++)
		if (p->discriminators.at[i].list == op->a)
			return &p->discriminators.at[i];
	return NULL;
}

/* Whether the value names this branch, whether it names any, and whether each branch has a name. */
bool partial_allows(const struct run *r, const struct op *op, uint32_t index, uint32_t branch)
{
	const struct program *p = r->p;
	const struct discriminator *d = discriminator_of(p, op);
	bool named = false, has_name = false;
	if (!d || r->token[index].kind != JSON_OBJECT)
		return true;
	uint32_t member = tape_member(r->tape, index, program_name(p, &d->property), d->property.hash);
	if (!member || r->token[member].kind != JSON_STRING)
		return true;
	struct str value = tape_string(r->tape, &r->token[member]);
	for (uint32_t i = 0; i < d->count; i++) {
		const struct discriminated *choice = &p->choices.at[d->first + i];
		bool same = str_eq(program_name(p, &choice->value), value);
		if (same && choice->branch == branch)
			return true;
		named |= same;
		has_name |= choice->branch == branch;
	}
	return !named && !has_name;
}

bool partial_all_known(struct run *r)
{
	struct judge *j = r->j;
	size_t words = r->tape->count / 64 + 1;
	uint64_t *known = must_zalloc(words, sizeof *known);
	j->issues.len = 0;
	for (size_t i = 0; i < j->known.len; i++)
		known[j->known.at[i] / 64] |= (uint64_t)1 << j->known.at[i] % 64;
	for (size_t n = 0; n < j->named.len; n++) {
		uint32_t object = j->named.at[n].object;
		for (uint32_t i = object + 1; i < r->token[object].end; i = tape_next(r->tape, i + 1)) {
			if (known[i / 64] >> i % 64 & 1)
				continue;
			known[i / 64] |= (uint64_t)1 << i % 64; /* told once */
			VEC_PUSH(&j->issues, ((struct issue){j->named.at[n].rule, 0, i + 1, 0, ISSUE_UNKNOWN}));
		}
	}
	free(known);
	return j->issues.len == 0;
}
