#include "conf/key_value.h"

#include "proxy/base/clock.h"
#include "proxy/base/vec.h"

#include <inttypes.h>

const char *key_value_meant(struct str word, const struct key_hint *hints, const char *const *words)
{
	VEC(struct str) all = {0};
	for (const struct key_hint *h = hints; h && h->word; h++)
		if (str_eq_nocase(str_from(h->word), word))
			return h->instead;
	for (; words && *words; words++)
		VEC_PUSH(&all, str_from(*words));
	struct str nearest = diag_nearest(word, all.at, all.len);
	VEC_FREE(&all);
	return nearest.at; /* a slice of one of the words, from its beginning, so it ends with a NUL */
}

/* "max_body: " or nothing, in front of messages. */
static const char *label(const struct key *k)
{
	return k->name ? k->name : "value";
}

static bool wrong_type(struct key_reader *r, const struct key *k, const struct node *n, const char *expected)
{
	return diag_error(r->diag, tree_place(n), "%s: expected %s, found %s", label(k), expected, tree_kind_name(n));
}

static bool is_scalar(const struct node *n)
{
	return n->kind == NODE_BOOL || n->kind == NODE_NUMBER || n->kind == NODE_STRING;
}

static bool read_string(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	if (!is_scalar(n))
		return wrong_type(r, k, n, "a string");
	if (n->rewritten) {
		diag_error(r->diag, tree_place(n), "%s: expected a string, found a number", label(k));
		diag_hint(r->diag, "put it in quotes");
		return false;
	}
	if (n->text.len && memchr(n->text.at, '\0', n->text.len))
		return diag_error(r->diag, tree_place(n), "%s: a NUL cannot stand in a string", label(k));
	*(struct str *)field = n->text;
	return true;
}

static bool read_bool(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct str text = tree_text(n);
	if (n->kind == NODE_BOOL || str_eq(text, STR("on")) || str_eq(text, STR("off"))) {
		*(bool *)field = str_eq(text, STR("true")) || str_eq(text, STR("on"));
		return true;
	}
	wrong_type(r, k, n, "true or false");
	if (n->kind == NODE_STRING && (str_eq_nocase(text, STR("yes")) || str_eq_nocase(text, STR("no"))))
		diag_hint(r->diag, "write %s", text.len == 3 ? "true" : "false");
	else if (n->kind == NODE_STRING && n->quoted)
		diag_hint(r->diag, "without quotes");
	return false;
}

static void add_words(const struct key *k, struct buf *out, const char *between)
{
	for (size_t i = 0; k->words[i]; i++)
		buf_addf(out, "%s%s", i ? between : "", k->words[i]);
}

static bool read_word(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct buf words = {0};
	for (int i = 0; is_scalar(n) && k->words[i]; i++) {
		if (str_eq(n->text, str_from(k->words[i]))) {
			*(int *)field = i;
			return true;
		}
	}
	add_words(k, &words, ", ");
	struct str word = n->kind != NODE_BOOL ? tree_text(n) : tree_is_true(n) ? STR("on") : STR("off");
	const char *meant = is_scalar(n) ? key_value_meant(word, k->hints, k->words) : NULL;
	if (is_scalar(n))
		diag_error(r->diag, tree_place(n), "%s: \"%.*s\" is not one of: %.*s", label(k), STR_ARG(n->text),
			   STR_ARG(buf_str(&words)));
	else
		diag_error(r->diag, tree_place(n), "%s: expected one of: %.*s; found %s", label(k),
			   STR_ARG(buf_str(&words)), tree_kind_name(n));
	if (meant)
		diag_hint(r->diag, "did you mean \"%s\"?", meant);
	buf_free(&words);
	return false;
}

/* --- numbers of all kinds: text to int64_t, then the range --- */

static const char *parse_integer(struct str text, int64_t *value)
{
	bool minus = text.len && text.at[0] == '-';
	uint64_t n;
	if (!str_to_u64(minus ? str_skip(text, 1) : text, &n) || n > INT64_MAX)
		return "a whole number is expected";
	*value = minus ? -(int64_t)n : (int64_t)n;
	return NULL;
}

static const char *parse_time(struct str text, int64_t *ms)
{
	if (!clock_parse(text, ms))
		return "a date or a time is expected, such as 2026-06-30 or 2026-06-30T14:00Z";
	return NULL;
}

static void show_integer(struct buf *out, int64_t value)
{
	buf_addf(out, "%" PRId64, value);
}

static void show_time(struct buf *out, int64_t ms)
{
	char *to = buf_reserve(out, CLOCK_TEXT);
	out->len += ms % 86400000 ? clock_format(ms, to) : clock_format_day(ms, to);
}

/* Indexed by kind. */
static const struct number_kind {
	const char *(*parse)(struct str text, int64_t *value);
	void (*show)(struct buf *out, int64_t value);
	bool any_sign;
} number_kinds[] = {
    [KEY_INTEGER] = {parse_integer, show_integer, false},
    [KEY_SIZE] = {unit_size, unit_add_size, false},
    [KEY_DURATION] = {unit_duration, unit_add_duration, false},
    [KEY_PERCENT] = {unit_percent, unit_add_percent, false},
    [KEY_TIME] = {parse_time, show_time, true},
};

static bool in_range(struct key_reader *r, const struct key *k, const struct node *n, int64_t value)
{
	const struct number_kind *kind = &number_kinds[k->kind];
	struct buf bound = {0};
	bool low = !kind->any_sign && value < k->min, high = k->max && value > k->max;
	if (!low && !high)
		return true;
	kind->show(&bound, low ? k->min : k->max);
	diag_error(r->diag, tree_place(n), "%s: at %s %.*s, not %.*s", label(k), low ? "least" : "most",
		   STR_ARG(buf_str(&bound)), STR_ARG(n->text));
	buf_free(&bound);
	return false;
}

static bool read_number(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	int64_t value;
	const char *wrong = is_scalar(n) ? number_kinds[k->kind].parse(n->text, &value) : "a single value is expected";
	if (wrong) {
		if (is_scalar(n))
			diag_error(r->diag, tree_place(n), "%s: %s, not \"%.*s\"", label(k), wrong, STR_ARG(n->text));
		else
			diag_error(r->diag, tree_place(n), "%s: %s, not %s", label(k), wrong, tree_kind_name(n));
		const char *meant = is_scalar(n) ? key_value_meant(n->text, k->hints, NULL) : NULL;
		if (meant)
			diag_hint(r->diag, "did you mean \"%s\"?", meant);
		return false;
	}
	if (!in_range(r, k, n, value))
		return false;
	*(int64_t *)field = value;
	return true;
}

static bool read_address(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct address a;
	if (!is_scalar(n))
		return wrong_type(r, k, n, "an address such as 127.0.0.1:8080");
	const char *wrong = unit_address(n->text, &a);
	if (wrong)
		return diag_error(r->diag, tree_place(n), "%s: %s, not \"%.*s\"", label(k), wrong, STR_ARG(n->text));
	if (a.kind == ADDRESS_TCP && (a.port < k->min || (k->max && a.port > k->max)))
		return diag_error(r->diag, tree_place(n), "%s: port %u cannot be used here", label(k), a.port);
	*(struct address *)field = a;
	return true;
}

static bool read_node(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	(void)r;
	(void)k;
	*(const struct node **)field = n;
	return true;
}

bool key_value_read(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	static bool (*const readers[])(struct key_reader *, const struct key *, const struct node *, void *) = {
	    [KEY_STRING] = read_string,  [KEY_BOOL] = read_bool,   [KEY_WORD] = read_word,
	    [KEY_INTEGER] = read_number, [KEY_SIZE] = read_number, [KEY_DURATION] = read_number,
	    [KEY_PERCENT] = read_number, [KEY_TIME] = read_number, [KEY_ADDRESS] = read_address,
	    [KEY_NODE] = read_node};
	CHECK(k->kind < sizeof readers / sizeof *readers);
	if (n->kind == NODE_NULL && k->kind != KEY_NODE)
		return diag_error(r->diag, tree_place(n), "%s: a value is missing", label(k));
	return readers[k->kind](r, k, n, field);
}

size_t key_value_size(const struct key *k)
{
	static const size_t sizes[] = {
	    [KEY_STRING] = sizeof(struct str), [KEY_BOOL] = sizeof(bool),    [KEY_WORD] = sizeof(int),
	    [KEY_INTEGER] = sizeof(int64_t),   [KEY_SIZE] = sizeof(int64_t), [KEY_DURATION] = sizeof(int64_t),
	    [KEY_PERCENT] = sizeof(int64_t),   [KEY_TIME] = sizeof(int64_t), [KEY_ADDRESS] = sizeof(struct address),
	    [KEY_NODE] = sizeof(struct node *)};
	if (k->kind == KEY_TABLE)
		return k->table->size;
	return k->kind < sizeof sizes / sizeof *sizes ? sizes[k->kind] : k->item_size;
}
