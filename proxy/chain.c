#include "proxy/chain.h"

bool chain_build(struct chain *c, const struct filter *const *list, struct filter_setup *setup)
{
	void *settings[CHAIN_LONGEST] = {NULL};
	unsigned listed = 0;
	bool good = true;
	*c = (struct chain){0};
	while (list[listed])
		listed++;
	CHECK(listed <= CHAIN_LONGEST);
	for (unsigned i = listed; i-- > 0;)
		good &= list[i]->configure(setup, &settings[i]);
	for (unsigned i = 0; i < listed; i++) {
		if (!settings[i])
			continue;
		c->filters[c->count] = list[i];
		c->settings[c->count] = settings[i];
		c->state_at[c->count++] = c->state_size;
		c->state_size += (list[i]->state_size + 15) & ~(size_t)15;
	}
	return good;
}

void chain_release(struct chain *c)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->filters[i]->release)
			c->filters[i]->release(c->settings[i]);
	c->count = 0;
}

static void *state_of(const struct chain *c, const struct chain_run *run, unsigned i)
{
	return run->state + c->state_at[i];
}

enum verdict chain_request(const struct chain *c, struct chain_run *run, struct exchange *x)
{
	run->entered = 0;
	run->finished = false;
	run->state = c->state_size ? arena_zalloc(&x->arena, 1, c->state_size) : NULL;
	for (unsigned i = 0; i < c->count; i++) {
		run->entered = i + 1;
		if (c->filters[i]->on_request &&
		    c->filters[i]->on_request(x, c->settings[i], state_of(c, run, i)) == ANSWERED)
			return ANSWERED;
	}
	return PASS;
}

enum verdict chain_request_body(const struct chain *c, struct chain_run *run, struct exchange *x, struct str part, bool last)
{
	for (unsigned i = 0; i < run->entered; i++)
		if (c->filters[i]->on_request_body &&
		    c->filters[i]->on_request_body(x, c->settings[i], state_of(c, run, i), part, last) == ANSWERED)
			return ANSWERED;
	return PASS;
}

enum verdict chain_response(const struct chain *c, struct chain_run *run, struct exchange *x)
{
	enum verdict verdict = PASS;
	for (unsigned i = run->entered; i-- > 0;)
		if (c->filters[i]->on_response &&
		    c->filters[i]->on_response(x, c->settings[i], state_of(c, run, i)) == ANSWERED)
			verdict = ANSWERED;
	return verdict;
}

enum verdict chain_response_body(const struct chain *c, struct chain_run *run, struct exchange *x, struct str part,
				 bool last)
{
	for (unsigned i = run->entered; i-- > 0;)
		if (c->filters[i]->on_response_body &&
		    c->filters[i]->on_response_body(x, c->settings[i], state_of(c, run, i), part, last) == ANSWERED)
			return ANSWERED;
	return PASS;
}

void chain_finish(const struct chain *c, struct chain_run *run, struct exchange *x)
{
	if (run->finished)
		return;
	run->finished = true;
	for (unsigned i = run->entered; i-- > 0;)
		if (c->filters[i]->on_finish)
			c->filters[i]->on_finish(x, c->settings[i], state_of(c, run, i));
}

void chain_describe(const struct chain *c, const struct version *v, int64_t now_ms, struct version_facts *facts)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->filters[i]->describe)
			c->filters[i]->describe(c->settings[i], v, now_ms, facts);
}
