#include "proxy/states.h"

#include <stdlib.h>

enum { TEXT_MAX = 128 };

struct state_of {
	struct state_of *next;
	bool seen; /* in this comparison */
	size_t version_len, state_len;
	char version[TEXT_MAX], state[TEXT_MAX];
};

static size_t keep(char *to, struct str text)
{
	size_t len = text.len < TEXT_MAX ? text.len : TEXT_MAX;
	if (len)
		memcpy(to, text.at, len);
	return len;
}

static struct state_of *find(struct states *s, struct str version)
{
	struct str cut = str_of(version.at, version.len < TEXT_MAX ? version.len : TEXT_MAX);
	for (struct state_of *one = s->first; one; one = one->next)
		if (str_eq(str_of(one->version, one->version_len), cut))
			return one;
	return NULL;
}

static struct state_of *remember(struct states *s, const struct version_facts *v)
{
	struct state_of *one = must_zalloc(1, sizeof *one);
	one->version_len = keep(one->version, v->name);
	one->state_len = keep(one->state, v->state);
	one->next = s->first;
	s->first = one;
	return one;
}

static void forget_unseen(struct states *s)
{
	for (struct state_of **link = &s->first; *link;) {
		struct state_of *one = *link;
		if (one->seen) {
			link = &one->next;
			continue;
		}
		*link = one->next;
		free(one);
	}
}

static void compare(struct states *s, const struct version_facts *v, int64_t now_ms,
		    void (*tell)(void *context, const struct event *e), void *context)
{
	struct state_of *one = find(s, v->name);
	if (!one)
		one = remember(s, v);
	one->seen = true;
	struct str before = str_of(one->state, one->state_len);
	if (str_eq(before, str_of(v->state.at, v->state.len < TEXT_MAX ? v->state.len : TEXT_MAX)))
		return;
	struct event e = {
	    .type = EVENT_VERSION_STATE_CHANGED, .wall_ms = now_ms, .version = v->name, .digest = v->digest};
	event_detail(&e, "vane.state.before", before);
	event_detail(&e, "vane.state.now", v->state);
	event_detail(&e, "vane.successor", v->successor);
	tell(context, &e);
	one->state_len = keep(one->state, v->state);
}

void states_compare(struct states *s, const struct facts *f, int64_t now_ms,
		    void (*tell)(void *context, const struct event *e), void *context)
{
	for (struct state_of *one = s->first; one; one = one->next)
		one->seen = false;
	for (unsigned i = 0; i < f->version_count; i++)
		compare(s, &f->versions[i], now_ms, tell, context);
	forget_unseen(s);
}

void states_free(struct states *s)
{
	for (struct state_of *one = s->first, *next; one; one = next) {
		next = one->next;
		free(one);
	}
	s->first = NULL;
}
