#include "filters/contract/pattern_code.h"
#include "proxy/base/buf.h"

#include <stdlib.h>
#include <time.h>

enum {
	MATCH_LIMIT = 100000,
	HEAP_LIMIT = 32 * 1024, /* KiB, of PCRE2's interpreter */
	STACK_FIRST = 32 * 1024,
	STACK_LIMIT = 1024 * 1024,
	/* PCRE2 counts steps, not the bytes that a step may run over, and counts anew at each place where a match may
	 * begin. */
	WHOLE = 4096,        /* bytes of a text that is searched in one call */
	PLACES = 256,        /* else this many places first, */
	PLACES_LIMIT = 4096, /* up to this many at a time, */
	SEARCH_MS = 100      /* until this much time was used */
};

#define WORK ((uint64_t)1 << 31) /* steps or places, times the text's length */

struct pattern_scratch {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack; /* NULL where there is no JIT */
	struct buf units;       /* a text as code units */
};

struct pattern_scratch *pattern_scratch_new(void)
{
	struct pattern_scratch *s = must_zalloc(1, sizeof *s);
	s->context = pcre2_match_context_create(NULL);
	s->data = pcre2_match_data_create(1, NULL);
	CHECK(s->context && s->data);
	pcre2_set_heap_limit(s->context, HEAP_LIMIT);
	s->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_LIMIT, NULL);
	if (s->stack)
		pcre2_jit_stack_assign(s->context, NULL, s->stack);
	return s;
}

void pattern_scratch_free(struct pattern_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->context);
	pcre2_jit_stack_free(s->stack);
	buf_free(&s->units);
	free(s);
}

static void add_unit(struct buf *b, uint32_t unit)
{
	buf_addc(b, (char)(0xe0 | unit >> 12));
	buf_addc(b, (char)(0x80 | (unit >> 6 & 0x3f)));
	buf_addc(b, (char)(0x80 | (unit & 0x3f)));
}

/* Each character over U+FFFF as its two surrogates, three bytes each: PCRE2 then sees what a JavaScript engine without
 * `u` sees. Texts without such characters are taken as they are. */
static struct str as_units(struct pattern_scratch *s, struct str text)
{
	const unsigned char *at = (const unsigned char *)text.at;
	size_t i = 0;
	while (i < text.len && at[i] < 0xf0)
		i++;
	if (i == text.len)
		return text;
	s->units.len = 0;
	buf_reserve(&s->units, text.len / 2 * 3 + 8);
	buf_add(&s->units, str_head(text, i));
	while (i < text.len) {
		if (at[i] < 0xf0) {
			buf_addc(&s->units, text.at[i++]);
			continue;
		}
		uint32_t code =
		    (at[i] & 7u) << 18 | (at[i + 1] & 0x3fu) << 12 | (at[i + 2] & 0x3fu) << 6 | (at[i + 3] & 0x3fu);
		add_unit(&s->units, 0xd800 + ((code - 0x10000) >> 10));
		add_unit(&s->units, 0xdc00 + ((code - 0x10000) & 0x3ff));
		i += 4;
	}
	return buf_str(&s->units);
}

/* Tries the places from `from` to `last`. */
static int call(const struct pattern *p, struct pattern_scratch *s, struct str text, size_t from, size_t last)
{
	pcre2_set_offset_limit(s->context, last);
	int found = pcre2_match(p->code, (PCRE2_SPTR)text.at, text.len, from, PCRE2_NO_UTF_CHECK, s->data, s->context);
	if (found != PCRE2_ERROR_JIT_STACKLIMIT)
		return found;
	/* The interpreter keeps its state on the heap, up to its own limit. */
	return pcre2_match(p->code, (PCRE2_SPTR)text.at, text.len, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, s->data,
			   s->context);
}

/* Of this thread alone: a busy machine must not change a verdict. */
static uint64_t busy_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Twice as many places as before while they are quick, but never so many that a slow one would take long. */
static size_t more_places(size_t places, size_t len)
{
	uint64_t most = WORK / len;
	if (most > PLACES_LIMIT)
		most = PLACES_LIMIT;
	return places * 2 <= most ? places * 2 : places;
}

static int search(const struct pattern *p, struct pattern_scratch *s, struct str text)
{
	size_t from = 0, next, places = PLACES;
	uint64_t begun = busy_ms(), last = begun, now;
	for (; from + places < text.len; from = next, last = now) {
		for (next = from + places; next < text.len && (text.at[next] & 0xc0) == 0x80;)
			next++;
		int found = call(p, s, text, from, next - 1);
		if (found != PCRE2_ERROR_NOMATCH)
			return found;
		now = busy_ms();
		if (now - begun > SEARCH_MS)
			return PCRE2_ERROR_MATCHLIMIT;
		if (now - last < 2)
			places = more_places(places, text.len);
	}
	return call(p, s, text, from, PCRE2_UNSET);
}

static uint32_t step_limit(size_t len)
{
	uint64_t most = WORK / (len + 1);
	return most < MATCH_LIMIT ? (uint32_t)most : MATCH_LIMIT;
}

enum pattern_verdict pattern_match(const struct pattern *p, struct pattern_scratch *s, struct str text)
{
	if (p->fast)
		return pattern_fast_match(p->fast, text) ? PATTERN_MATCH : PATTERN_NO_MATCH;
	if (!text.at)
		text.at = "";
	if (p->units)
		text = as_units(s, text);
	pcre2_set_match_limit(s->context, step_limit(text.len));
	bool whole = p->anchored || text.len <= WHOLE;
	int found = whole ? call(p, s, text, 0, PCRE2_UNSET) : search(p, s, text);
	if (found >= 0)
		return PATTERN_MATCH;
	return found == PCRE2_ERROR_NOMATCH ? PATTERN_NO_MATCH : PATTERN_UNDECIDED;
}
