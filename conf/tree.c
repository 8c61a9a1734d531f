#include "conf/tree.h"

#include "proxy/base/vec.h"

const struct member *tree_member(const struct node *n, struct str key)
{
	if (!n || n->kind != NODE_MAPPING)
		return NULL;
	for (uint32_t i = 0; i < n->count; i++)
		if (str_eq(n->members[i].key.text, key))
			return &n->members[i];
	return NULL;
}

const struct node *tree_get(const struct node *n, struct str key)
{
	const struct member *m = tree_member(n, key);
	return m ? &m->value : NULL;
}

/* Whether a key equals a reference token, in which ~1 stands for / and ~0 for ~ (RFC 6901, 4). */
static bool key_is_token(struct str key, struct str token)
{
	size_t at = 0;
	for (size_t i = 0; i < token.len; i++, at++) {
		char c = token.at[i];
		if (c == '~') {
			if (++i == token.len || (token.at[i] != '0' && token.at[i] != '1'))
				return false;
			c = token.at[i] == '0' ? '~' : '/';
		}
		if (at >= key.len || key.at[at] != c)
			return false;
	}
	return at == key.len;
}

static const struct node *step(const struct node *n, struct str token)
{
	uint64_t index;
	if (n->kind == NODE_MAPPING) {
		for (uint32_t i = 0; i < n->count; i++)
			if (key_is_token(n->members[i].key.text, token))
				return &n->members[i].value;
	} else if (n->kind == NODE_SEQUENCE && (token.len == 1 || (token.len && token.at[0] != '0')) &&
		   str_to_u64(token, &index) && index < n->count) {
		return &n->items[index];
	}
	return NULL;
}

const struct node *tree_at(const struct node *n, struct str pointer)
{
	if (!pointer.len)
		return n;
	if (pointer.at[0] != '/')
		return NULL;
	for (struct str rest = str_skip(pointer, 1); rest.at && n;)
		n = step(n, str_cut(&rest, '/'));
	return n;
}

static bool is_scalar(const struct node *n)
{
	return n->kind != NODE_SEQUENCE && n->kind != NODE_MAPPING;
}

struct str tree_text(const struct node *n)
{
	return n && is_scalar(n) ? n->text : (struct str){NULL, 0};
}

bool tree_is_true(const struct node *n)
{
	return n && n->kind == NODE_BOOL && str_eq(n->text, STR("true"));
}

const char *tree_kind_name(const struct node *n)
{
	static const char *const names[] = {
	    [NODE_NULL] = "nothing",    [NODE_BOOL] = "true or false", [NODE_NUMBER] = "a number",
	    [NODE_STRING] = "a string", [NODE_SEQUENCE] = "a list",    [NODE_MAPPING] = "a mapping"};
	return n ? names[n->kind] : "nothing";
}

static void add_string(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	buf_add_json(out, s);
	buf_addc(out, '"');
}

struct level {
	const struct node *node;
	uint32_t next;
};

/* Writes a scalar whole; of a collection only its bracket. Whether there is something inside to go on with. */
static bool begin(const struct node *n, struct buf *out)
{
	if (n->kind == NODE_STRING)
		add_string(out, n->text);
	else if (is_scalar(n))
		buf_add(out, n->text);
	else
		buf_addc(out, n->kind == NODE_MAPPING ? '{' : '[');
	return !is_scalar(n);
}

void tree_to_json(const struct node *n, struct buf *out)
{
	VEC(struct level) stack = {0};
	if (begin(n, out))
		VEC_PUSH(&stack, ((struct level){n, 0}));
	while (stack.len) {
		struct level *top = &VEC_LAST(&stack);
		const struct node *within = top->node, *child;
		if (top->next == within->count) {
			buf_addc(out, within->kind == NODE_MAPPING ? '}' : ']');
			stack.len--;
			continue;
		}
		if (top->next)
			buf_addc(out, ',');
		if (within->kind == NODE_MAPPING) {
			add_string(out, within->members[top->next].key.text);
			buf_addc(out, ':');
			child = &within->members[top->next].value;
		} else {
			child = &within->items[top->next];
		}
		top->next++;
		if (begin(child, out))
			VEC_PUSH(&stack, ((struct level){child, 0}));
	}
	VEC_FREE(&stack);
}
