#include "proxy/tally.h"

const char *const duration_bounds[DURATION_BUCKETS] = {"0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5",
						       "0.75",  "1",    "2.5",   "5",    "7.5",   "10",  "+Inf"};
static const uint64_t duration_edges[DURATION_BUCKETS - 1] = {
    5000000,   10000000,  25000000,   50000000,   75000000,   100000000,  250000000,
    500000000, 750000000, 1000000000, 2500000000, 5000000000, 7500000000, 10000000000};
const char *const overhead_bounds[OVERHEAD_BUCKETS] = {"0.00001", "0.000025", "0.00005", "0.0001", "0.00025",
						       "0.0005",  "0.001",    "0.0025",  "0.005",  "0.01",
						       "0.1",     "1",        "+Inf"};
static const uint64_t overhead_edges[OVERHEAD_BUCKETS - 1] = {
    10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 100000000, 1000000000};

/* An exemplar of a bucket is replaced once a second at most. */
enum { EXEMPLAR_MS = 1000 };
/* Its words: a sequence number that is odd while it is written, four of the trace id, how long, when. */
enum { WORD_SEQUENCE, WORD_TRACE, WORD_NS = WORD_TRACE + 4, WORD_WHEN };

void tally_init(struct tally *t)
{
	memset(t->kinds, 0, sizeof t->kinds);
#define X(name, labels, values, limit) series_init(&t->tables[TALLY_##name], labels, labels, values, limit);
	TALLIES(X)
#undef X
}

void tally_free(struct tally *t)
{
	for (unsigned i = 0; i < TALLY_COUNT; i++)
		series_free(&t->tables[i]);
}

struct str tally_version(const struct exchange *x)
{
	return x->version ? x->version->name : STR("none");
}

struct str tally_route(const struct exchange *x)
{
	return x->route.len ? x->route : x->unversioned ? STR("unversioned") : STR("none");
}

struct str tally_method(const struct exchange *x)
{
	return x->request.method == METHOD_OTHER ? STR("_OTHER") : method_text(x->request.method);
}

uint64_t tally_duration_ns(const struct exchange *x)
{
	return x->began_ns && x->ended_ns > x->began_ns ? x->ended_ns - x->began_ns : 0;
}

uint64_t tally_overhead_ns(const struct exchange *x)
{
	uint64_t all = tally_duration_ns(x), waited = x->uploaded_ns;
	uint64_t until = x->received_ns ? x->received_ns : x->ended_ns;
	if (x->sent_ns && until > x->sent_ns)
		waited += until - x->sent_ns;
	return all > waited ? all - waited : 0;
}

int64_t tally_ended_ms(const struct exchange *x)
{
	return x->wall_ms + (int64_t)(tally_duration_ns(x) / 1000000);
}

static unsigned bucket_of(uint64_t ns, const uint64_t *edges, unsigned count)
{
	unsigned at = 0;
	while (at < count && ns > edges[at])
		at++;
	return at;
}

static struct series *count_row(struct tally *t, enum tally_table table, const struct str *labels)
{
	struct series *row = series_row(&t->tables[table], labels);
	series_add(row, 0, 1);
	return row;
}

static struct series *request_row(struct tally *t, const struct exchange *x)
{
	unsigned status = x->status <= 999 ? x->status : 0;
	char digits[3] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10), (char)('0' + status % 10)};
	struct str code = status ? str_of(digits, 3) : STR("0");
	return series_row(&t->tables[TALLY_REQUESTS], (struct str[]){tally_version(x), tally_route(x), tally_method(x), code,
								     outcome_word(x->outcome)});
}

static void note_exemplar(struct series *row, unsigned bucket, const struct exchange *x, uint64_t ns, int64_t now)
{
	unsigned first = DURATION_BUCKETS + 1 + bucket * EXEMPLAR_WORDS;
	int64_t before = (int64_t)series_get(row, first + WORD_WHEN);
	if (x->trace_id.len != 32 || (now >= before && now - before < EXEMPLAR_MS))
		return;
	uint64_t sequence = series_get(row, first + WORD_SEQUENCE);
	series_set(row, first + WORD_SEQUENCE, sequence + 1);
	atomic_thread_fence(memory_order_release);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t word;
		memcpy(&word, x->trace_id.at + 8 * i, 8);
		series_set(row, first + WORD_TRACE + i, word);
	}
	series_set(row, first + WORD_NS, ns);
	series_set(row, first + WORD_WHEN, (uint64_t)now);
	atomic_store_explicit(&row->values[first + WORD_SEQUENCE], sequence + 2, memory_order_release);
}

bool tally_exemplar(const struct series *row, unsigned bucket, struct tally_exemplar *e)
{
	unsigned first = DURATION_BUCKETS + 1 + bucket * EXEMPLAR_WORDS;
	uint64_t sequence = atomic_load_explicit(&row->values[first + WORD_SEQUENCE], memory_order_acquire);
	if (!sequence || sequence & 1)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		uint64_t word = series_get(row, first + WORD_TRACE + i);
		memcpy(e->trace_id + 8 * i, &word, 8);
	}
	e->ns = series_get(row, first + WORD_NS);
	e->wall_ms = (int64_t)series_get(row, first + WORD_WHEN);
	atomic_thread_fence(memory_order_acquire);
	return series_get(row, first + WORD_SEQUENCE) == sequence;
}

static struct str class_of(const struct exchange *x)
{
	static const struct str classes[] = {STR_INIT("none"), STR_INIT("1xx"), STR_INIT("2xx"),
					     STR_INIT("3xx"),  STR_INIT("4xx"), STR_INIT("5xx")};
	return classes[x->status / 100 < 6 ? x->status / 100 : 0];
}

/* `row`: of TALLY_DURATION. */
static void count_times(struct tally *t, struct series *row, const struct exchange *x)
{
	uint64_t ns = tally_duration_ns(x), own = tally_overhead_ns(x);
	unsigned bucket = bucket_of(ns, duration_edges, DURATION_BUCKETS - 1);
	series_add(row, bucket, 1);
	series_add(row, DURATION_BUCKETS, ns);
	note_exemplar(row, bucket, x, ns, tally_ended_ms(x));
	row = series_row(&t->tables[TALLY_OVERHEAD], NULL);
	series_add(row, bucket_of(own, overhead_edges, OVERHEAD_BUCKETS - 1), 1);
	series_add(row, OVERHEAD_BUCKETS, own);
}

/* How choosing a version ended; NULL where it never began. */
static const char *selection(const struct exchange *x)
{
	switch (x->outcome) {
	case OUTCOME_VERSION_MISSING:
		return "missing";
	case OUTCOME_VERSION_MALFORMED:
		return "malformed";
	case OUTCOME_VERSION_CONFLICT:
		return "conflict";
	case OUTCOME_VERSION_UNKNOWN:
		return "unknown";
	default:
		return x->version || x->unversioned ? "ok" : NULL;
	}
}

static struct tally_kind find_kind(struct tally *t, const struct exchange *x, const char *selected)
{
	struct tally_kind k = {.selection = selected,
			       .status = x->status,
			       .method = (uint8_t)x->request.method,
			       .outcome = (uint8_t)x->outcome,
			       .source = (uint8_t)x->source};
	k.requests = request_row(t, x);
	if (x->began_ns)
		k.duration = series_row(&t->tables[TALLY_DURATION], (struct str[]){tally_version(x), class_of(x)});
	if (selected)
		k.selected = series_row(&t->tables[TALLY_SELECTED],
					(struct str[]){version_source_word(x->source), str_from(selected)});
	return k;
}

static bool is_kind(const struct tally_kind *k, const struct exchange *x, const char *selected)
{
	return k->requests && k->status == x->status && k->method == x->request.method && k->outcome == x->outcome &&
	       k->source == x->source && k->selection == selected && str_eq(k->requests->labels[0], tally_version(x)) &&
	       str_eq(k->requests->labels[1], tally_route(x));
}

/* Not the rows of the rest: how often they are asked for is counted. */
static bool is_kept(struct tally *t, const struct tally_kind *k)
{
	return k->duration && k->requests != series_other(&t->tables[TALLY_REQUESTS]) &&
	       k->duration != series_other(&t->tables[TALLY_DURATION]) &&
	       (!k->selected || k->selected != series_other(&t->tables[TALLY_SELECTED]));
}

/* What is counted of every exchange. */
static void count_always(struct tally *t, const struct exchange *x)
{
	const char *selected = selection(x);
	size_t common = x->status + x->request.method * 5u + tally_route(x).len * 3 + tally_version(x).len;
	struct tally_kind found, *kind = &t->kinds[common % TALLY_KINDS];
	if (!x->began_ns || !is_kind(kind, x, selected)) {
		found = find_kind(t, x, selected);
		if (is_kept(t, &found))
			*kind = found;
		kind = &found;
	}
	series_add(kind->requests, 0, 1);
	if (kind->duration)
		count_times(t, kind->duration, x);
	if (kind->selected)
		series_add(kind->selected, 0, 1);
}

static void count_contract(struct tally *t, const struct exchange *x)
{
	static const struct str directions[] = {STR_INIT("request"), STR_INIT("response")};
	for (const struct violation *v = x->violations; v; v = v->next)
		count_row(t, TALLY_VIOLATIONS,
			  (struct str[]){tally_version(x), tally_route(x), tally_method(x), directions[v->side],
					 v->keyword.len ? v->keyword : v->code,
					 v->enforced ? STR("enforced") : STR("reported")});
	for (int side = SIDE_REQUEST; side <= SIDE_RESPONSE; side++)
		if (x->unchecked[side])
			count_row(t, TALLY_UNCHECKED,
				  (struct str[]){tally_version(x), directions[side], str_from(x->unchecked[side])});
}

static void count_shadow(struct tally *t, const struct exchange *x, struct str consumer)
{
	static const struct str directions[] = {STR_INIT("request"), STR_INIT("response")};
	for (int side = SIDE_REQUEST; side <= SIDE_RESPONSE; side++) {
		if (!x->shadow[side])
			continue;
		count_row(t, TALLY_SHADOW,
			  (struct str[]){tally_version(x), directions[side], str_from(x->shadow[side])});
		for (const struct shadow_reason *r = x->shadow_reasons[side]; r; r = r->next)
			count_row(t, TALLY_SHADOW_REASON,
				  (struct str[]){tally_version(x), consumer, directions[side], r->what});
	}
}

struct series *tally_exchange(struct tally *t, const struct exchange *x, struct str consumer)
{
	count_always(t, x);
	if (x->violations || x->unchecked[SIDE_REQUEST] || x->unchecked[SIDE_RESPONSE])
		count_contract(t, x);
	if (x->canary_reason) {
		struct str target = x->canary ? STR("canary") : STR("stable");
		count_row(t, TALLY_CANARY, (struct str[]){tally_version(x), target, str_from(x->canary_reason)});
		count_row(t, TALLY_CANARY_RESPONSES, (struct str[]){tally_version(x), target, class_of(x)});
	}
	if (x->shadow[SIDE_REQUEST])
		count_shadow(t, x, consumer);
	if (x->revision_reason)
		count_row(t, TALLY_REVISION,
			  (struct str[]){tally_version(x), x->stamp.value, str_from(x->revision_reason)});
	if (!x->deprecated || x->consumer_ignored)
		return NULL;
	return count_row(t, TALLY_DEPRECATED,
			 (struct str[]){tally_version(x), tally_route(x), tally_method(x), consumer});
}

void tally_copy(struct tally *t, const struct copy *c)
{
	count_row(t, TALLY_MIRROR,
		  (struct str[]){c->of->name, c->to->name, copy_result_word(c->result), str_from(c->contract)});
	for (unsigned i = 0; i < c->difference_count; i++)
		count_row(t, TALLY_DIFFERENCE, (struct str[]){c->of->name, c->to->name, c->differences[i]});
}

/* The newest exemplar of each bucket. */
static void merge_durations(struct series_table *to, struct series_table *from)
{
	for (struct series *s = series_first(from); s; s = s->next) {
		struct series *sum = series_row(to, s->labels);
		for (unsigned i = 0; i <= DURATION_BUCKETS; i++)
			series_add(sum, i, series_get(s, i));
		for (unsigned bucket = 0; bucket < DURATION_BUCKETS; bucket++) {
			struct tally_exemplar e;
			struct exchange x = {0};
			if (!tally_exemplar(s, bucket, &e))
				continue;
			x.trace_id = str_of(e.trace_id, sizeof e.trace_id);
			note_exemplar(sum, bucket, &x, e.ns, e.wall_ms);
		}
	}
}

void tally_merge(struct tally *to, struct tally *from)
{
	for (unsigned i = 0; i < TALLY_COUNT; i++)
		if (i == TALLY_DURATION)
			merge_durations(&to->tables[i], &from->tables[i]);
		else
			series_merge(&to->tables[i], &from->tables[i]);
}
