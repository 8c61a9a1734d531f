#include "filters/pact/generator.h"

#include "filters/pact/moment.h"
#include "filters/pact/rule_path.h"

enum { MOST_DIGITS = 64, MOST_SIZE = 4096 };

/* xorshift64*: what is random here has to differ, no more. */
static uint64_t draw(struct generating *g, uint64_t below)
{
	g->seed ^= g->seed >> 12;
	g->seed ^= g->seed << 25;
	g->seed ^= g->seed >> 27;
	return below ? g->seed * UINT64_C(2685821657736338717) % below : 0;
}

static struct str kept(struct generating *g, struct buf *b)
{
	struct str s = arena_dup(g->arena, buf_str(b));
	buf_free(b);
	return s;
}

static uint64_t count_of(const struct node *n, struct str name, uint64_t usual, uint64_t most)
{
	uint64_t value;
	if (!str_to_u64(tree_text(tree_get(n, name)), &value))
		return usual;
	return value > most ? most : value;
}

static struct str drawn(struct generating *g, const char *alphabet, uint64_t count)
{
	struct buf out = {0};
	for (uint64_t i = 0; i < count; i++)
		buf_addc(&out, alphabet[draw(g, strlen(alphabet))]);
	return kept(g, &out);
}

/* ---- one value; NULL, or why it is not made ---- */

static const char *make_int(struct generating *g, const struct node *n, struct node *out)
{
	uint64_t min = count_of(n, STR("min"), 0, INT32_MAX), max = count_of(n, STR("max"), INT32_MAX, UINT32_MAX);
	out->kind = NODE_NUMBER;
	out->text = arena_printf(g->arena, "%llu", (unsigned long long)(min + draw(g, max > min ? max - min + 1 : 1)));
	return NULL;
}

static const char *make_decimal(struct generating *g, const struct node *n, struct node *out)
{
	uint64_t digits = count_of(n, STR("digits"), 10, MOST_DIGITS);
	struct str rest = drawn(g, "0123456789", digits > 2 ? digits - 2 : 0);
	out->kind = NODE_NUMBER;
	out->text =
	    arena_printf(g->arena, "%u.%.*s%u", (unsigned)draw(g, 9) + 1, STR_ARG(rest), (unsigned)draw(g, 9) + 1);
	return NULL;
}

static const char *make_hexadecimal(struct generating *g, const struct node *n, struct node *out)
{
	out->text = drawn(g, "0123456789abcdef", count_of(n, STR("digits"), 10, MOST_DIGITS));
	return NULL;
}

static const char *make_string(struct generating *g, const struct node *n, struct node *out)
{
	out->text = drawn(g, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
			  count_of(n, STR("size"), 20, MOST_SIZE));
	return NULL;
}

static const char *make_boolean(struct generating *g, const struct node *n, struct node *out)
{
	(void)n;
	out->kind = NODE_BOOL;
	out->text = draw(g, 2) ? STR("true") : STR("false");
	return NULL;
}

/* RFC 9562, 5.4: version 4. */
static const char *make_uuid(struct generating *g, const struct node *n, struct node *out)
{
	struct str format = tree_text(tree_get(n, STR("format")));
	bool upper = str_eq(format, STR("upper-case-hyphenated")), simple = str_eq(format, STR("simple"));
	const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef", *dash = simple ? "" : "-";
	struct str a = drawn(g, alphabet, 8), b = drawn(g, alphabet, 4), c = drawn(g, alphabet, 3),
		   d = drawn(g, alphabet, 3), e = drawn(g, alphabet, 12);
	out->text = arena_printf(g->arena, "%s%.*s%s%.*s%s4%.*s%s%c%.*s%s%.*s",
				 str_eq(format, STR("URN")) ? "urn:uuid:" : "", STR_ARG(a), dash, STR_ARG(b), dash,
				 STR_ARG(c), dash, alphabet[8 + draw(g, 4)], STR_ARG(d), dash, STR_ARG(e));
	return NULL;
}

static const char *make_moment(struct generating *g, const struct node *n, const char *usual, struct node *out)
{
	struct str format = tree_text(tree_get(n, STR("format")));
	struct buf text = {0};
	if (tree_text(tree_get(n, STR("expression"))).len)
		return "dates by an expression are not made here";
	bool good = moment_write(g->now_ms, format.len ? format : str_from(usual), &text);
	out->text = kept(g, &text);
	return good ? NULL : "its format has a letter that is not known here";
}

static const char *make_date(struct generating *g, const struct node *n, struct node *out)
{
	return make_moment(g, n, "yyyy-MM-dd", out);
}

static const char *make_time(struct generating *g, const struct node *n, struct node *out)
{
	return make_moment(g, n, "HH:mm:ss", out);
}

static const char *make_datetime(struct generating *g, const struct node *n, struct node *out)
{
	return make_moment(g, n, "yyyy-MM-dd'T'HH:mm:ssXXX", out);
}

static const struct node *state_value(const struct generating *g, struct str name)
{
	for (unsigned i = g->states; i-- > 0;) {
		const struct node *n = tree_get(g->state[i], name);
		if (n && n->kind < NODE_SEQUENCE)
			return n;
	}
	return NULL;
}

/* "${id}" is the value as it is; "/orders/${id}" is text with it; "id" is the value too. */
static const char *make_from_state(struct generating *g, const struct node *n, struct node *out)
{
	struct str rest = tree_text(tree_get(n, STR("expression")));
	struct buf text = {0};
	size_t open = str_search(rest, STR("${"));
	const struct node *value = NULL;
	bool whole = open == rest.len || (open == 0 && str_find(rest, '}') + 1 == rest.len);
	if (open == rest.len)
		value = state_value(g, rest);
	for (bool first = true; open < rest.len; first = false) {
		struct str name = str_skip(rest, open + 2);
		size_t end = str_find(name, '}');
		value = first || value ? state_value(g, str_head(name, end)) : NULL;
		buf_add(&text, str_head(rest, open));
		buf_add(&text, tree_text(value));
		rest = str_skip(name, end < name.len ? end + 1 : end);
		open = str_search(rest, STR("${"));
	}
	buf_add(&text, rest);
	out->text = kept(g, &text);
	if (value && whole) {
		out->kind = value->kind;
		out->text = value->text;
	}
	return value ? NULL : "no provider state gave its value (--state-url)";
}

static const struct {
	const char *type;
	const char *(*make)(struct generating *g, const struct node *n, struct node *out);
} makers[] = {{"RandomInt", make_int},
	      {"RandomDecimal", make_decimal},
	      {"RandomHexadecimal", make_hexadecimal},
	      {"RandomString", make_string},
	      {"RandomBoolean", make_boolean},
	      {"Uuid", make_uuid},
	      {"Date", make_date},
	      {"Time", make_time},
	      {"DateTime", make_datetime},
	      {"ProviderState", make_from_state}};

/* Makes the value; false, with a line about it, when the example stays. */
static bool make(struct generating *g, const struct node *generator, struct str where, struct node *out)
{
	struct str type = tree_text(tree_get(generator, STR("type")));
	const char *why = "values of this type are not made here";
	*out = (struct node){.kind = NODE_STRING, .quoted = true, .file = generator->file};
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (str_eq(type, str_from(makers[i].type)))
			why = makers[i].make(g, generator, out);
	if (why)
		buf_addf(&g->untouched, "the generator %.*s of %.*s is not applied, the example is sent: %s\n",
			 STR_ARG(type), STR_ARG(where), why);
	return !why;
}

/* ---- where values go ---- */

static void apply_to_path(struct generating *g, const struct node *generator, struct pact_message *m)
{
	struct node value;
	if (generator && make(g, generator, STR("the path"), &value))
		m->path = value.text;
}

static void set_value(struct generating *g, struct pact_list *list, struct str name, bool any_case, struct str text,
		      uint64_t index)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct pact_values *v = &list->at[i];
		if (!(any_case ? str_eq_nocase(v->name, name) : str_eq(v->name, name)) || index >= v->count)
			continue;
		struct str *at = arena_alloc(g->arena, v->count * sizeof *at);
		memcpy(at, v->at, v->count * sizeof *at);
		at[index] = text;
		v->at = at;
	}
}

static void apply_to_list(struct generating *g, const struct node *generators, struct pact_list *list, bool any_case)
{
	const char *why;
	if (!generators || generators->kind != NODE_MAPPING || !list->count)
		return;
	struct pact_values *at = arena_alloc(g->arena, list->count * sizeof *at);
	memcpy(at, list->at, list->count * sizeof *at);
	list->at = at;
	for (uint32_t i = 0; i < generators->count; i++) {
		const struct member *one = &generators->members[i];
		unsigned count = 0;
		struct node value;
		struct step *step = str_starts(one->key.text, STR("$"))
					? rule_path_read(g->arena, one->key.text, &count, &why)
					: rule_path_name(g->arena, one->key.text, &count);
		if (step && count && make(g, &one->value, one->key.text, &value))
			set_value(g, list, step[0].name, any_case, value.text, count > 1 ? step[1].index : 0);
	}
}

struct body_generator {
	const struct member *member;
	const struct step *step;
	unsigned count;
};

static bool leads_here(const struct body_generator *b, const struct step *path, unsigned depth)
{
	if (b->count != depth)
		return false;
	for (unsigned i = 0; i < depth; i++)
		if (b->step[i].kind != STEP_STAR &&
		    (b->step[i].kind != path[i].kind || b->step[i].index != path[i].index ||
		     !str_eq(b->step[i].name, path[i].name)))
			return false;
	return true;
}

/* A body being copied. */
struct copying {
	struct generating *g;
	struct body_generator *at;
	unsigned count;
	struct step path[TREE_DEPTH + 1];
	unsigned depth;
};

static struct node copy(struct copying *c, const struct node *n)
{
	struct node out = *n, made;
	for (unsigned i = 0; i < c->count; i++)
		if (leads_here(&c->at[i], c->path, c->depth) &&
		    make(c->g, &c->at[i].member->value, c->at[i].member->key.text, &made))
			return made;
	if (c->depth == TREE_DEPTH)
		return out;
	c->depth++;
	struct step *step = &c->path[c->depth - 1];
	if (n->kind == NODE_SEQUENCE)
		out.items = arena_alloc(c->g->arena, (n->count + 1) * sizeof *out.items);
	else if (n->kind == NODE_MAPPING)
		out.members = arena_alloc(c->g->arena, (n->count + 1) * sizeof *out.members);
	for (uint32_t i = 0; n->kind == NODE_SEQUENCE && i < n->count; i++) {
		*step = (struct step){.kind = STEP_INDEX, .index = i};
		out.items[i] = copy(c, &n->items[i]);
	}
	for (uint32_t i = 0; n->kind == NODE_MAPPING && i < n->count; i++) {
		*step = (struct step){.kind = STEP_NAME, .name = n->members[i].key.text};
		out.members[i] = (struct member){n->members[i].key, copy(c, &n->members[i].value)};
	}
	c->depth--;
	return out;
}

static void apply_to_body(struct generating *g, const struct node *generators, struct pact_message *m)
{
	struct copying c = {.g = g};
	const char *why;
	if (!generators || generators->kind != NODE_MAPPING || m->body.kind != PACT_BODY_JSON)
		return;
	c.at = ARENA_ARRAY(g->arena, struct body_generator, generators->count);
	for (uint32_t i = 0; i < generators->count; i++) {
		struct body_generator *b = &c.at[c.count];
		b->member = &generators->members[i];
		b->step = rule_path_read(g->arena, b->member->key.text, &b->count, &why);
		c.count += b->step != NULL;
		if (!b->step)
			buf_addf(&g->untouched, "the generator of %.*s is not applied: not a path: %s\n",
				 STR_ARG(b->member->key.text), why);
	}
	struct node *root = arena_alloc(g->arena, sizeof *root);
	*root = copy(&c, m->body.json);
	m->body.json = root;
}

struct pact_message generator_apply(struct generating *g, const struct pact_message *m)
{
	struct pact_message out = *m;
	const struct node *all = m->generators;
	if (!all || all->kind != NODE_MAPPING)
		return out;
	apply_to_path(g, tree_get(all, STR("path")), &out);
	apply_to_list(g, tree_get(all, STR("query")), &out.query, false);
	apply_to_list(g, tree_get(all, STR("header")), &out.header, true);
	apply_to_body(g, tree_get(all, STR("body")), &out);
	return out;
}
