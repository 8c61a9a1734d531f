#include "conf/env.h"

#include "conf/scalar.h"

struct replacer {
	struct arena *arena;
	env_lookup *lookup;
	struct diag *diag;
};

/* What stands between ${ and }: name, then nothing, or a form (`-` or `?`) and its words. */
struct variable {
	struct str name, words;
	char form; /* 0: none */
};

static bool is_name(struct str s)
{
	if (!s.len || ascii_digit(s.at[0]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alpha(s.at[i]) && !ascii_digit(s.at[i]) && s.at[i] != '_')
			return false;
	return true;
}

static bool parse_variable(struct replacer *r, struct str inside, struct place at, struct variable *v)
{
	size_t colon = str_find(inside, ':');
	*v = (struct variable){.name = str_head(inside, colon)};
	if (colon < inside.len) {
		v->form = colon + 1 < inside.len ? inside.at[colon + 1] : ':';
		v->words = str_skip(inside, colon + 1 + (colon + 1 < inside.len));
	}
	bool known = !v->form || v->form == '-' || v->form == '?';
	if (is_name(v->name) && known && str_search(v->words, STR("${")) == v->words.len)
		return true;
	diag_error(r->diag, at, "\"${%.*s}\" is not a variable", STR_ARG(inside));
	diag_hint(r->diag, "${NAME}, ${NAME:-default} or ${NAME:?message}; write $${ for a plain ${");
	return false;
}

static bool is_text(struct str s)
{
	struct buf checked = {0};
	buf_add_json(&checked, s); /* puts U+FFFD for what is no UTF-8 */
	bool good = str_search(buf_str(&checked), STR("\xEF\xBF\xBD")) == checked.len;
	buf_free(&checked);
	return good;
}

static bool add_value(struct replacer *r, struct str inside, struct place at, struct buf *out)
{
	struct variable v;
	if (!parse_variable(r, inside, at, &v))
		return false;
	const char *value = r->lookup(arena_dup(r->arena, v.name).at);
	bool missing = !value || (v.form && !*value);
	if (missing && v.form == '?')
		return diag_error(r->diag, at, "%.*s is not set: %.*s", STR_ARG(v.name),
				  STR_ARG(v.words.len ? v.words : STR("it is required")));
	if (missing && !v.form) {
		diag_error(r->diag, at, "the environment variable %.*s is not set", STR_ARG(v.name));
		diag_hint(r->diag, "${%.*s:-default} gives a default; write $${ for a plain ${", STR_ARG(v.name));
		return false;
	}
	if (!missing && !is_text(str_from(value)))
		return diag_error(r->diag, at, "the value of %.*s is not UTF-8", STR_ARG(v.name));
	buf_add(out, missing ? v.words : str_from(value));
	return true;
}

/* `text` with everything replaced, into `out`. */
static bool expand(struct replacer *r, struct str text, struct place at, struct buf *out)
{
	bool good = true;
	while (text.len) {
		size_t plain = str_find(text, '$');
		buf_add(out, str_head(text, plain));
		text = str_skip(text, plain);
		if (str_starts(text, STR("$${"))) {
			buf_add(out, STR("${"));
			text = str_skip(text, 3);
		} else if (str_starts(text, STR("${"))) {
			size_t end = str_find(text, '}');
			if (end == text.len)
				return diag_error(r->diag, at, "\"${\" has no \"}\"");
			good = add_value(r, str_of(text.at + 2, end - 2), at, out) && good;
			text = str_skip(text, end + 1);
		} else if (text.len) {
			buf_addc(out, '$');
			text = str_skip(text, 1);
		}
	}
	return good;
}

static void replace_scalar(struct replacer *r, const struct node *from, struct node *to)
{
	struct buf out = {0};
	*to = *from;
	if (from->kind != NODE_STRING || str_search(from->text, STR("${")) == from->text.len)
		return;
	if (expand(r, from->text, tree_place(from), &out)) {
		struct str text = arena_dup(r->arena, buf_str(&out));
		if (from->quoted)
			to->text = text;
		else
			scalar_resolve(to, text, r->arena);
	} else {
		to->broken = true;
	}
	buf_free(&out);
}

static bool has_variable(const struct node *n, unsigned depth);

static bool child_has_variable(const struct node *n, unsigned depth)
{
	for (uint32_t i = 0; i < n->count; i++)
		if (has_variable(n->kind == NODE_MAPPING ? &n->members[i].value : &n->items[i], depth + 1))
			return true;
	return false;
}

static bool has_variable(const struct node *n, unsigned depth)
{
	CHECK(depth <= TREE_DEPTH);
	if (n->kind == NODE_SEQUENCE || n->kind == NODE_MAPPING)
		return child_has_variable(n, depth);
	return n->kind == NODE_STRING && str_search(n->text, STR("${")) < n->text.len;
}

/* Recursion is bounded by TREE_DEPTH, and the work by what the reader lets aliases grow to. */
static void replace(struct replacer *r, const struct node *from, struct node *to, unsigned depth)
{
	CHECK(depth <= TREE_DEPTH);
	*to = *from;
	if (from->kind == NODE_SEQUENCE) {
		to->items = arena_alloc(r->arena, from->count * sizeof *to->items);
		for (uint32_t i = 0; i < from->count; i++)
			replace(r, &from->items[i], &to->items[i], depth + 1);
	} else if (from->kind == NODE_MAPPING) {
		to->members = arena_alloc(r->arena, from->count * sizeof *to->members);
		for (uint32_t i = 0; i < from->count; i++) {
			to->members[i].key = from->members[i].key;
			replace(r, &from->members[i].value, &to->members[i].value, depth + 1);
		}
	} else {
		replace_scalar(r, from, to);
	}
}

const struct node *env_replace(const struct node *root, struct arena *arena, env_lookup *lookup, struct diag *d)
{
	struct replacer r = {arena, lookup, d};
	if (!has_variable(root, 0))
		return root;
	struct node *copy = ARENA_NEW(arena, struct node);
	replace(&r, root, copy, 0);
	return copy;
}
