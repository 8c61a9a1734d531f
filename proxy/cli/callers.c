#include "proxy/cli/callers.h"

#include <stdlib.h>

bool callers_gather(const struct flag *flags, const struct words *w, struct callers *c)
{
	const struct str version = str_from(flags_value(flags, w, "version"));
	*c = (struct callers){.asked = flags_value(flags, w, "ledger") || flags_value(flags, w, "from") ||
				       flags_value(flags, w, "config")};
	if (!c->asked)
		return true;
	return report_gather(flags, w, &(struct usage_query){.version = version}, &c->usage) &&
	       field_history_gather(flags, w, &(struct field_query){.version = version}, &c->fields);
}

void callers_free(struct callers *c)
{
	if (!c->asked)
		return;
	report_free(&c->usage);
	field_history_free(&c->fields);
}

/* ---- which rows are meant ---- */

/* "GET /orders/{id}" is "GET /orders/{number}". */
static bool same_operation(struct str a, struct str b)
{
	while (a.len && b.len && a.at[0] == b.at[0]) {
		bool brace = a.at[0] == '{';
		a = str_skip(a, brace ? str_find(a, '}') : 1);
		b = str_skip(b, brace ? str_find(b, '}') : 1);
	}
	return !a.len && !b.len;
}

/* A template of a place against a pointer into a message: `*` stands for any step. */
static bool same_place(struct str place, struct str pointer)
{
	while (place.len && pointer.len) {
		place = str_skip(place, 1);
		pointer = str_skip(pointer, 1);
		struct str a = str_head(place, str_find(place, '/')), b = str_head(pointer, str_find(pointer, '/'));
		if (!str_eq(a, b) && !str_eq(a, STR("*")))
			return false;
		place = str_skip(place, a.len);
		pointer = str_skip(pointer, b.len);
	}
	return !place.len && !pointer.len;
}

/* What a change is about, in words of places: a parameter or header by its name, or a pointer into the body. */
struct subject {
	bool response;
	struct str name;    /* "query:limit"; empty: of the body */
	struct str pointer; /* empty: the whole body */
};

static bool read_subject(const struct change *one, struct arena *a, struct subject *s)
{
	static const struct str kinds[] = {STR_INIT("query"), STR_INIT("header"), STR_INIT("path"), STR_INIT("cookie")};
	struct str rest = one->where, first = str_cut(&rest, ' ');
	*s = (struct subject){.pointer = one->pointer,
			      .response = first.len && (ascii_digit(first.at[0]) || str_eq(first, STR("default")))};
	if (s->response && str_starts(rest, STR("header ")))
		first = str_cut(&rest, ' ');
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(first, kinds[i])) {
			s->name = arena_printf(a, "%.*s:%.*s", STR_ARG(first), STR_ARG(rest));
			return rest.len > 0;
		}
	return (s->response || str_eq(first, STR("request"))) && s->pointer.len;
}

static bool is_subject(const struct subject *s, const struct field_row *row)
{
	if (str_eq(row->direction, STR("response")) != s->response)
		return false;
	if (s->name.len)
		return str_starts(s->name, STR("header:")) ? str_eq_nocase(row->place, s->name)
							   : str_eq(row->place, s->name);
	return row->place.len && row->place.at[0] == '/' && same_place(row->place, s->pointer);
}

/* ---- lists ---- */

struct list {
	struct caller *at;
	size_t count, room;
};

static void add(struct list *l, struct arena *a, struct str consumer, int64_t last_ms, uint64_t count)
{
	for (size_t i = 0; i < l->count; i++) {
		if (!str_eq(l->at[i].consumer, consumer))
			continue;
		l->at[i].count += count;
		l->at[i].last_ms = last_ms > l->at[i].last_ms ? last_ms : l->at[i].last_ms;
		return;
	}
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 8;
		struct caller *more = ARENA_ARRAY(a, struct caller, l->room);
		if (l->count)
			memcpy(more, l->at, l->count * sizeof *more);
		l->at = more;
	}
	l->at[l->count++] = (struct caller){consumer, last_ms, count};
}

static int newest_first(const void *a, const void *b)
{
	const struct caller *x = a, *y = b;
	if (x->last_ms != y->last_ms)
		return x->last_ms < y->last_ms ? 1 : -1;
	return str_cmp(x->consumer, y->consumer);
}

static void sort(struct list *l)
{
	if (l->count)
		qsort(l->at, l->count, sizeof *l->at, newest_first);
}

static void find_users(const struct callers *c, const struct change *one, const struct subject *s, struct arena *a,
		       struct hit *h)
{
	struct list users = {NULL, 0, 0};
	for (size_t i = 0; i < c->fields.count; i++) {
		const struct field_row *row = &c->fields.rows[i];
		if (!is_subject(s, row) || !same_operation(row->operation, one->operation))
			continue;
		/* The row without consumer stands once for each version: its samples are those of all consumers. */
		if (!row->consumer.len) {
			struct field_row samples = field_history_samples(&c->fields, row);
			h->samples += row->place.at[0] == '/' ? samples.bodies : samples.count;
		} else {
			add(&users, a, row->consumer, row->last_ms, row->count);
		}
		h->looked = true;
		h->field = row->place;
	}
	sort(&users);
	h->users = users.at;
	h->user_count = users.count;
}

void callers_hit(const struct callers *c, const struct change *one, struct arena *a, struct hit *h)
{
	struct list callers = {NULL, 0, 0};
	struct subject s;
	*h = (struct hit){0};
	for (size_t i = 0; i < c->usage.count; i++) {
		const struct usage_row *row = &c->usage.rows[i];
		if (!row->item.len && same_operation(row->operation, one->operation))
			add(&callers, a, row->consumer, row->last_ms, row->count);
	}
	sort(&callers);
	h->callers = callers.at;
	h->caller_count = callers.count;
	if (read_subject(one, a, &s)) {
		h->response = s.response;
		find_users(c, one, &s, a, h);
	}
}
