/* Strings: lengths, formats, patterns as automata, and candidates. */
#include "filters/contract/compat_solve.h"

enum { SOURCES = 24, TRIES = 150, WORDS = 4096, PADDED = 1 << 15 };

/* What is known of a format: the shortest and the longest text in code points (0: no bound), a pattern that all of its
 * texts match, formats that accept all of its texts, and examples. */
static const struct format_fact {
	const char *name;
	uint32_t min, max;
	struct str pattern;
	const char *within[3];
	const char *example[6];
} facts[] = {
    {"date",
     10,
     10,
     STR_INIT("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
     {NULL},
     {"2026-01-31", "1970-01-01", "0001-01-01", "9999-12-31"}},
    {"date-time",
     20,
     0,
     STR_INIT("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*[0-9Zz]$"),
     {NULL},
     {"2026-01-31T12:00:00Z", "1970-01-01T00:00:00.5+01:00", "2026-01-31T12:00:00.123456789Z"}},
    {"time", 9, 0, STR_INIT("^[0-9]{2}:[0-9]{2}:[0-9]{2}"), {NULL}, {"12:00:00Z", "23:59:59.25+01:00"}},
    {"duration", 3, 0, STR_INIT("^P"), {NULL}, {"P1D", "PT36H", "P1Y2M3DT4H5M6S"}},
    {"email", 3, 0, STR_INIT("@"), {NULL}, {"a@example.com", "x@y.z", "joe.bloggs@example.com"}},
    {"idn-email", 3, 0, STR_INIT("@"), {NULL}, {"a@example.com", "\xc3\xa9@example.com"}},
    {"hostname", 1, 253, STR_INIT("^[A-Za-z0-9.-]+$"), {NULL}, {"example.com", "a", "x-1.example.org"}},
    {"idn-hostname", 1, 0, STR_INIT(""), {NULL}, {"example.com", "a", "\xc3\xa9xample.com"}},
    {"ipv4", 7, 15, STR_INIT("^[0-9.]+$"), {NULL}, {"127.0.0.1", "1.1.1.1", "255.255.255.255"}},
    {"ipv6", 2, 45, STR_INIT("^[0-9A-Fa-f:.]+$"), {NULL}, {"::1", "::", "2001:db8:1:2:3:4:5:6"}},
    {"uri",
     2,
     0,
     STR_INIT("^[A-Za-z][A-Za-z0-9+.-]*:"),
     {"uri-reference", "iri", "iri-reference"},
     {"https://example.com/", "urn:a", "a:b", "http://example.com/a?b=c#d", "mailto:a@example.com"}},
    {"uri-reference", 0, 0, STR_INIT(""), {"iri-reference"}, {"/a", "", "https://example.com/", "a?b#c"}},
    {"iri",
     2,
     0,
     STR_INIT("^[A-Za-z][A-Za-z0-9+.-]*:"),
     {"iri-reference"},
     {"https://example.com/", "https://example.com/\xc3\xa9", "a:b"}},
    {"iri-reference", 0, 0, STR_INIT(""), {NULL}, {"/a", "", "/\xc3\xa9", "https://example.com/"}},
    {"uuid",
     36,
     36,
     STR_INIT("^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"),
     {NULL},
     {"123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"}},
    {"uri-template", 0, 0, STR_INIT(""), {NULL}, {"/a/{b}", "", "https://example.com/{?q}"}},
    {"json-pointer", 0, 0, STR_INIT("^(/|$)"), {NULL}, {"/a", "", "/a/0"}},
    {"relative-json-pointer", 1, 0, STR_INIT("^[0-9]"), {NULL}, {"0", "1/a", "0#"}},
    {"regex", 0, 0, STR_INIT(""), {NULL}, {"a", "^a+$", ""}},
    {"byte", 0, 0, STR_INIT(""), {NULL}, {"YQ==", "", "YWJj"}},
};

static const struct format_fact *fact_of(const struct leaf *l, const struct atom *a)
{
	const char *name = l->s->program[a->side]->formats.at[a->op->a]->name;
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (strcmp(facts[i].name, name) == 0)
			return &facts[i];
	return NULL;
}

struct gathered {
	uint64_t min, max;
	struct str wanted[SOURCES], unwanted[SOURCES], *avoid;
	const struct format_fact *format[SOURCES];
	size_t wanted_count, unwanted_count, avoid_count, format_count;
};

static struct str source(const struct leaf *l, const struct atom *a)
{
	const struct program *p = l->s->program[a->side];
	return program_name(p, &p->pattern_sources.at[a->op->a]);
}

static void add(struct str *list, size_t *count, struct str one)
{
	if (*count < SOURCES)
		list[(*count)++] = one;
}

static void avoid(const struct leaf *l, const struct atom *a, struct gathered *g)
{
	const struct program *p = l->s->program[a->side];
	const struct words *w = &p->words.at[a->op->a];
	struct str *all = arena_alloc(&l->s->arena, (g->avoid_count + w->count + 1) * sizeof *all);
	if (g->avoid_count)
		memcpy(all, g->avoid, g->avoid_count * sizeof *all);
	for (uint32_t i = 0; i < w->count; i++)
		all[g->avoid_count++] = program_name(p, &p->names.at[w->name + i]);
	g->avoid = all;
}

static void gather(const struct leaf *l, const struct atom *a, struct gathered *g)
{
	uint64_t n = a->op->a;
	const struct format_fact *f;
	switch ((enum op_code)a->op->code) {
	case OP_MIN_LENGTH:
		if (a->denied && n <= g->max)
			g->max = n - 1; /* never 0: that would be no op */
		else if (!a->denied && n > g->min)
			g->min = n;
		break;
	case OP_MAX_LENGTH:
		if (a->denied && n >= g->min)
			g->min = n + 1;
		else if (!a->denied && n < g->max)
			g->max = n;
		break;
	case OP_PATTERN:
		if (a->denied)
			add(g->unwanted, &g->unwanted_count, source(l, a));
		else
			add(g->wanted, &g->wanted_count, source(l, a));
		break;
	case OP_FORMAT:
		f = a->denied ? NULL : fact_of(l, a);
		if (!f || g->format_count == SOURCES)
			break;
		g->format[g->format_count++] = f;
		if (f->pattern.len)
			add(g->wanted, &g->wanted_count, f->pattern);
		g->min = f->min > g->min ? f->min : g->min;
		g->max = f->max && f->max < g->max ? f->max : g->max;
		break;
	case OP_WORDS:
		if (a->denied)
			avoid(l, a, g);
		break;
	default:
		break;
	}
}

/* Whether an asserted format or pattern makes certain what is denied. */
static bool implied(const struct leaf *l, const struct atom *denied)
{
	for (size_t i = 0; i < l->e->atoms.len; i++) {
		const struct atom *a = &l->e->atoms.at[i];
		if (a->denied || a->op->code != denied->op->code)
			continue;
		if (a->op->code == OP_PATTERN && str_eq(source(l, a), source(l, denied)))
			return true;
		if (a->op->code != OP_FORMAT)
			continue;
		const struct format *want = l->s->program[denied->side]->formats.at[denied->op->a];
		if (l->s->program[a->side]->formats.at[a->op->a] == want)
			return true;
		const struct format_fact *f = fact_of(l, a);
		for (size_t k = 0; f && k < 3 && f->within[k]; k++)
			if (strcmp(f->within[k], want->name) == 0)
				return true;
	}
	return false;
}

struct trying {
	const struct leaf *l;
	struct str found;
};

static bool attempt(void *context, struct str plain)
{
	struct trying *t = context;
	bool unclear;
	struct str text = solve_quote(t->l->s, plain);
	if (!leaf_holds_all(t->l, text, &unclear) || solve_verify(t->l->s, t->l->item, t->l->count, text) != VALID)
		return false;
	t->found = text;
	return true;
}

static struct str repeat(struct solver *s, struct str word, uint64_t points)
{
	uint64_t have = 0;
	for (size_t i = 0; i < word.len; i++)
		have += (word.at[i] & 0xc0) != 0x80;
	if (points <= have || points > PADDED)
		return word;
	char *at = arena_alloc(&s->arena, word.len + (size_t)(points - have));
	if (word.len)
		memcpy(at, word.at, word.len);
	memset(at + word.len, word.len && (unsigned char)word.at[word.len - 1] < 0x80 ? word.at[word.len - 1] : 'a',
	       (size_t)(points - have));
	return str_of(at, word.len + (size_t)(points - have));
}

/* Words of a short length, made as long as is asked. */
struct padding {
	struct trying *t;
	uint64_t min;
};

static bool attempt_padded(void *context, struct str word)
{
	struct padding *p = context;
	return attempt(p->t, repeat(p->t->l->s, word, p->min));
}

static bool try_common(struct trying *t, const struct gathered *g)
{
	static const char *const common[] = {"a", "string",   "",  "x y",   "0",       "A",
					     "1", "\xc3\xa9", "-", "a b c", "abc-123", "\xf0\x9f\x98\x80"};
	struct solver *s = t->l->s;
	for (size_t i = 0; i < g->format_count; i++)
		for (size_t k = 0; k < 6 && g->format[i]->example[k]; k++)
			if (attempt(t, str_from(g->format[i]->example[k])))
				return true;
	if (g->wanted_count)
		return false;
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (attempt(t, repeat(s, str_from(common[i]), g->min)))
			return true;
	return g->max < PADDED && attempt(t, repeat(s, STR("a"), g->max));
}

struct reply leaf_string(const struct leaf *l)
{
	struct gathered g = {.max = UINT64_MAX};
	struct trying t = {.l = l};
	const struct atom *list = leaf_enum(l);
	if (list)
		return leaf_values(l, list);
	for (size_t i = 0; i < l->e->atoms.len; i++) {
		gather(l, &l->e->atoms.at[i], &g);
		if (l->e->atoms.at[i].denied && implied(l, &l->e->atoms.at[i]))
			return reply_never();
	}
	if (g.min > g.max)
		return reply_never();
	if (try_common(&t, &g))
		return reply_exists(t.found);
	struct word_query q = {g.wanted, g.unwanted, g.avoid, g.wanted_count, g.unwanted_count, g.avoid_count, g.min,
			       g.max,    attempt,    &t,      TRIES};
	enum word_result found = word_find(l->s, &q);
	if (found == WORD_TAKEN)
		return reply_exists(t.found);
	if (found == WORD_NONE)
		return reply_never();
	struct padding p = {&t, g.min};
	struct word_query shorter = q;
	shorter.min = 1;
	shorter.max = UINT64_MAX;
	shorter.take = attempt_padded;
	shorter.context = &p;
	if (g.min && word_find(l->s, &shorter) == WORD_TAKEN)
		return reply_exists(t.found);
	return reply_unclear(l->s->spent    ? l->s->spent
			     : l->e->opaque ? l->e->opaque
					    : "patterns or formats whose texts could not be compared");
}
