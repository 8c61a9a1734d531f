#include "filters/pact/message.h"

#include "filters/contract/json_tree.h"
#include "filters/contract/media_range.h"
#include "filters/contract/percent.h"
#include "filters/pact/base64.h"

#include <stdlib.h>

static struct str *one_value(struct arena *arena, struct str text)
{
	struct str *at = ARENA_NEW(arena, struct str);
	*at = text;
	return at;
}

/* A scalar, or a list of them. */
static bool read_values(struct pact_values *v, struct arena *arena, const struct member *member, struct diag *d)
{
	const struct node *n = &member->value;
	*v = (struct pact_values){.name = member->key.text, .place = tree_place(&member->key)};
	if (n->kind == NODE_MAPPING)
		return diag_error(d, tree_place(n), "a value is a string or a list of strings");
	if (n->kind != NODE_SEQUENCE) {
		v->at = one_value(arena, n->kind == NODE_NULL ? STR("") : n->text);
		v->count = 1;
		return true;
	}
	v->listed = true;
	v->at = ARENA_ARRAY(arena, struct str, n->count + 1);
	for (uint32_t i = 0; i < n->count; i++) {
		if (n->items[i].kind >= NODE_SEQUENCE)
			return diag_error(d, tree_place(&n->items[i]), "a value is a string or a list of strings");
		v->at[v->count++] = n->items[i].kind == NODE_NULL ? STR("") : n->items[i].text;
	}
	return true;
}

static bool read_list(struct pact_list *list, struct arena *arena, const struct node *n, struct diag *d)
{
	bool good = true;
	if (!n || n->kind == NODE_NULL)
		return true;
	if (n->kind != NODE_MAPPING)
		return diag_error(d, tree_place(n), "an object of names and values");
	list->at = ARENA_ARRAY(arena, struct pact_values, n->count);
	for (uint32_t i = 0; i < n->count; i++)
		good = read_values(&list->at[list->count++], arena, &n->members[i], d) && good;
	return good;
}

struct piece {
	struct str name, value;
	size_t order;
};

static int by_name(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	int order = str_cmp(x->name, y->name);
	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static size_t split(struct piece *piece, struct arena *arena, struct str query)
{
	size_t count = 0;
	bool malformed = false;
	while (query.at) {
		struct str value = str_cut(&query, '&');
		if (!value.len)
			continue;
		struct str name = str_cut(&value, '=');
		piece[count] =
		    (struct piece){percent_decoded(arena, name, true, &malformed),
				   value.at ? percent_decoded(arena, value, true, &malformed) : STR(""), count};
		count++;
	}
	return count;
}

void message_query(struct pact_list *list, struct arena *arena, struct str query, struct place place)
{
	size_t most = 1;
	for (size_t i = 0; i < query.len; i++)
		most += query.at[i] == '&';
	struct piece *piece = arena_alloc(arena, most * sizeof *piece);
	size_t count = split(piece, arena, query);
	list->at = ARENA_ARRAY(arena, struct pact_values, most);
	list->count = 0;
	if (count)
		qsort(piece, count, sizeof *piece, by_name);
	for (size_t i = 0, next; i < count; i = next) {
		struct pact_values *v = &list->at[list->count++];
		for (next = i; next < count && str_eq(piece[next].name, piece[i].name);)
			next++;
		*v = (struct pact_values){.name = piece[i].name, .listed = true, .place = place};
		v->at = ARENA_ARRAY(arena, struct str, next - i);
		for (size_t k = i; k < next; k++)
			v->at[v->count++] = piece[k].value;
	}
}

static bool read_query(struct pact_message *m, struct arena *arena, const struct node *n, struct diag *d)
{
	if (!n || n->kind != NODE_STRING)
		return read_list(&m->query, arena, n, d);
	message_query(&m->query, arena, n->text, tree_place(n));
	return true;
}

const struct pact_values *message_header(const struct pact_message *m, struct str name)
{
	for (unsigned i = 0; i < m->header.count; i++)
		if (str_eq_nocase(m->header.at[i].name, name))
			return &m->header.at[i];
	return NULL;
}

static bool is_json(struct str type)
{
	struct media_range range;
	return media_range_parse(type, &range) && media_kind(&range) == MEDIA_JSON;
}

void message_body(struct pact_body *body, struct arena *arena, struct str bytes, struct str type)
{
	struct diag quiet;
	body->type = type;
	body->kind = bytes.len ? PACT_BODY_BYTES : PACT_BODY_EMPTY;
	body->bytes = bytes;
	if (!bytes.len || (type.len && !is_json(type)))
		return;
	diag_init(&quiet);
	body->json = json_tree_read(arena, bytes, "body", &quiet);
	if (body->json)
		body->kind = PACT_BODY_JSON;
	if (!type.len)
		body->type = body->json ? STR("application/json") : STR("text/plain");
	diag_free(&quiet);
}

/* Version 1 to 3: the body stands in the pact as it is. A string is JSON only where the type says so. */
static void read_plain_body(struct pact_message *m, const struct node *n)
{
	struct pact_body *b = &m->body;
	bool text = n->kind == NODE_STRING;
	b->guessed = !b->type.len;
	if (b->guessed)
		b->type = text ? STR("text/plain") : STR("application/json");
	if (n->kind == NODE_NULL) {
		b->kind = PACT_BODY_NULL;
		b->json = n;
	} else if (text && !n->text.len) {
		b->kind = PACT_BODY_EMPTY;
	} else if (text && !is_json(b->type)) {
		b->kind = PACT_BODY_BYTES;
		b->bytes = n->text;
	} else {
		b->kind = PACT_BODY_JSON;
		b->json = n;
	}
}

static bool is_encoded(const struct node *n)
{
	struct str word = tree_text(n);
	return word.len && !str_eq(word, STR("false"));
}

/* A string that is not encoded is the body's text, also where it is JSON: `"[1]"` is a list. */
static void read_text_content(struct pact_message *m, struct arena *arena, const struct node *content)
{
	struct str type = m->body.type;
	message_body(&m->body, arena, content->text, type);
	if (m->body.kind != PACT_BODY_BYTES || !is_json(type))
		return;
	m->body.kind = PACT_BODY_JSON;
	m->body.json = content;
}

static bool read_wrapped_body(struct pact_message *m, struct arena *arena, const struct node *n, struct diag *d)
{
	const struct node *content = tree_get(n, STR("content")), *encoded = tree_get(n, STR("encoded"));
	struct str said = tree_text(tree_get(n, STR("contentType"))), bytes;
	if (n->kind != NODE_MAPPING)
		return diag_error(d, tree_place(n), "a body is an object with content, contentType and encoded");
	if (!m->body.type.len && said.len)
		m->body.type = said;
	m->body.guessed = !m->body.type.len;
	if (!content) {
		m->body.kind = n->count ? PACT_BODY_EMPTY : PACT_BODY_ABSENT;
	} else if (!is_encoded(encoded) || content->kind != NODE_STRING ||
		   str_eq_nocase(tree_text(encoded), STR("json"))) {
		if (content->kind == NODE_STRING && !is_encoded(encoded))
			read_text_content(m, arena, content);
		else
			read_plain_body(m, content);
	} else if (!base64_decode(arena, content->text, &bytes)) {
		return diag_error(d, tree_place(content), "the content is not base64, though \"encoded\" says so");
	} else {
		struct str type = m->body.type;
		message_body(&m->body, arena, bytes, type);
	}
	return true;
}

static bool read_body(struct pact_message *m, struct arena *arena, const struct node *n, bool wrapped, struct diag *d)
{
	const struct member *member = tree_member(n, STR("body"));
	const struct pact_values *type = message_header(m, STR("Content-Type"));
	if (!member)
		member = tree_member(n, STR("contents"));
	if (!member)
		return true;
	m->body.place = tree_place(&member->value);
	m->body.type = type && type->count ? type->at[0] : STR("");
	if (wrapped && member->value.kind != NODE_NULL)
		return read_wrapped_body(m, arena, &member->value, d);
	read_plain_body(m, &member->value);
	return true;
}

static bool read_status(struct pact_message *m, const struct node *n, struct diag *d)
{
	uint64_t status;
	if (!n)
		return true;
	m->status_place = tree_place(n);
	if (!str_to_u64(tree_text(n), &status) || status < 100 || status > 599)
		return diag_error(d, tree_place(n), "a status is a number from 100 to 599");
	m->status = (unsigned)status;
	return true;
}

static bool read_text(const struct node *n, struct str *text, struct diag *d)
{
	if (!n)
		return true;
	*text = n->kind == NODE_STRING ? n->text : *text;
	if (n->kind == NODE_STRING && !text->at)
		*text = STR("");
	return n->kind == NODE_STRING || diag_error(d, tree_place(n), "this is a string");
}

bool message_read(struct pact_message *m, struct arena *arena, const struct node *n, bool wrapped, struct diag *d)
{
	*m = (struct pact_message){.place = tree_place(n)};
	if (n->kind != NODE_MAPPING)
		return diag_error(d, m->place, "a request or a response is an object");
	const struct node *path = tree_get(n, STR("path")), *headers = tree_get(n, STR("headers"));
	m->path_place = path ? tree_place(path) : m->place;
	m->status_place = m->body.place = m->place;
	bool good = read_text(tree_get(n, STR("method")), &m->method, d);
	good = read_text(path, &m->path, d) && good;
	good = read_status(m, tree_get(n, STR("status")), d) && good;
	good = read_query(m, arena, tree_get(n, STR("query")), d) && good;
	good = read_list(&m->header, arena, headers, d) && good;
	good = read_body(m, arena, n, wrapped, d) && good;
	m->generators = tree_get(n, STR("generators"));
	return rules_read(&m->rules, arena, tree_get(n, STR("matchingRules")), d) && good;
}

void message_free(struct pact_message *m)
{
	rules_free(&m->rules);
}

void message_bytes(const struct pact_body *body, struct buf *out)
{
	out->len = 0;
	if (body->kind == PACT_BODY_JSON || body->kind == PACT_BODY_NULL)
		tree_to_json(body->json, out);
	else
		buf_add(out, body->bytes);
}
