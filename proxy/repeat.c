#include "proxy/repeat.h"

#include "proxy/tally.h"

enum { TELL_EVERY_MS = 60000, LABEL_MAX = 256 };

static const struct kind {
	enum event_type type;
	const char *details[REPEAT_LABELS - REPEAT_DETAILS + 1];
} kinds[] = {
    {EVENT_CONTRACT_VIOLATED,
     {"vane.direction", "vane.violation.code", "vane.violation.keyword_pointer", "vane.violation.keyword",
      "vane.violation.location", "vane.violation.name", "vane.violation.pointer", "vane.violation.place",
      "vane.violation.expected", "vane.violation.found", "vane.violation.action"}},
    {EVENT_VERSION_REFUSED, {"vane.outcome", "vane.version_source"}},
};

static const struct kind *kind_of(struct str type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_eq(event_word(kinds[i].type), type))
			return &kinds[i];
	return &kinds[0]; /* the row of all that found no room */
}

void repeats_init(struct repeats *r, unsigned limit, void (*tell)(void *context, const struct event *e), void *context)
{
	series_init(&r->table, REPEAT_LABELS, REPEAT_KEYS, REPEAT_VALUES, limit);
	r->due_ms = 0;
	r->tell = tell;
	r->context = context;
}

void repeats_free(struct repeats *r)
{
	series_free(&r->table);
}

struct event repeats_event(const struct series *row, uint64_t count)
{
	const struct kind *kind = kind_of(row->labels[REPEAT_TYPE]);
	struct event e = {.type = kind->type,
			  .wall_ms = (int64_t)series_get(row, REPEAT_LAST_MS),
			  .version = row->labels[REPEAT_VERSION],
			  .method = row->labels[REPEAT_METHOD],
			  .route = row->labels[REPEAT_ROUTE],
			  .consumer = row->labels[REPEAT_CONSUMER],
			  .count = count};
	for (unsigned i = 0; kind->details[i]; i++)
		event_detail(&e, kind->details[i], row->labels[REPEAT_DETAILS + i]);
	return e;
}

static void tell(struct repeats *r, struct series *row, const struct exchange *x, int64_t now_ms)
{
	struct event e = repeats_event(row, series_get(row, REPEAT_PENDING));
	e.wall_ms = now_ms;
	if (x) {
		e.trace_id = x->trace_id;
		e.digest = x->version ? x->version->digest : STR("");
	}
	series_set(row, REPEAT_PENDING, 0);
	series_set(row, REPEAT_TOLD_MS, (uint64_t)now_ms);
	r->tell(r->context, &e);
}

/* A clock that jumped back tells at once rather than being silent until it has caught up. */
static bool is_due(const struct series *row, int64_t now_ms)
{
	int64_t told = (int64_t)series_get(row, REPEAT_TOLD_MS);
	return told == 0 || now_ms < told || now_ms - told >= TELL_EVERY_MS;
}

static void note(struct repeats *r, struct str *labels, const struct exchange *x, int64_t now_ms)
{
	for (unsigned i = 0; i < REPEAT_LABELS; i++)
		labels[i].len = labels[i].len < LABEL_MAX ? labels[i].len : LABEL_MAX;
	struct series *row = series_row(&r->table, labels);
	series_add(row, REPEAT_TOTAL, 1);
	series_add(row, REPEAT_PENDING, 1);
	series_set(row, REPEAT_LAST_MS, (uint64_t)now_ms);
	if (!series_get(row, REPEAT_FIRST_MS))
		series_set(row, REPEAT_FIRST_MS, (uint64_t)now_ms);
	if (is_due(row, now_ms))
		tell(r, row, x, now_ms);
	else if (!r->due_ms)
		r->due_ms = (int64_t)series_get(row, REPEAT_TOLD_MS) + TELL_EVERY_MS;
}

/* Empty where there is none, unlike the label of metrics: an event leaves it out. */
static struct str version_of(const struct exchange *x)
{
	return x->version ? x->version->name : STR("");
}

static void note_violation(struct repeats *r, const struct exchange *x, const struct violation *v, int64_t now_ms)
{
	struct str labels[REPEAT_LABELS] = {event_word(EVENT_CONTRACT_VIOLATED),
					    version_of(x),
					    tally_method(x),
					    x->route,
					    STR(""),
					    v->side == SIDE_REQUEST ? STR("request") : STR("response"),
					    v->code,
					    v->keyword_pointer,
					    v->keyword,
					    v->location,
					    v->name,
					    v->pointer,
					    v->place,
					    v->expected,
					    v->found,
					    v->enforced ? STR("enforced") : STR("reported")};
	note(r, labels, x, now_ms);
}

static bool is_refusal(enum outcome o)
{
	return o == OUTCOME_VERSION_MISSING || o == OUTCOME_VERSION_MALFORMED || o == OUTCOME_VERSION_CONFLICT ||
	       o == OUTCOME_VERSION_UNKNOWN || o == OUTCOME_VERSION_SUNSET || o == OUTCOME_VERSION_BROWNOUT;
}

void repeats_exchange(struct repeats *r, const struct exchange *x, struct str consumer, int64_t now_ms)
{
	for (const struct violation *v = x->violations; v; v = v->next)
		note_violation(r, x, v, now_ms);
	if (!is_refusal(x->outcome))
		return;
	struct str labels[REPEAT_LABELS] = {event_word(EVENT_VERSION_REFUSED),
					    version_of(x),
					    tally_method(x),
					    x->route,
					    consumer,
					    outcome_word(x->outcome),
					    version_source_word(x->source)};
	note(r, labels, x, now_ms);
}

void repeats_tick(struct repeats *r, int64_t now_ms)
{
	if (!r->due_ms || (now_ms < r->due_ms && r->due_ms - now_ms <= TELL_EVERY_MS))
		return;
	r->due_ms = 0;
	for (struct series *row = series_first(&r->table); row; row = row->next) {
		if (!series_get(row, REPEAT_PENDING))
			continue;
		int64_t due = (int64_t)series_get(row, REPEAT_TOLD_MS) + TELL_EVERY_MS;
		if (is_due(row, now_ms))
			tell(r, row, NULL, now_ms);
		else if (!r->due_ms || due < r->due_ms)
			r->due_ms = due;
	}
}

void repeats_end(struct repeats *r, int64_t now_ms)
{
	for (struct series *row = series_first(&r->table); row; row = row->next)
		if (series_get(row, REPEAT_PENDING))
			tell(r, row, NULL, now_ms);
}
