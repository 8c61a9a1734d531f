#include "filters/sticky.h"

#include "proxy/http/token.h"

static const char *const words[] = {[STICKY_CONSUMER] = "consumer",
				    [STICKY_HEADER] = "header",
				    [STICKY_COOKIE] = "cookie",
				    [STICKY_ADDRESS] = "address",
				    [STICKY_NONE] = "none"};

const char *sticky_word(enum sticky_kind kind)
{
	return words[kind];
}

static bool is_named(enum sticky_kind kind)
{
	return kind == STICKY_HEADER || kind == STICKY_COOKIE;
}

static bool wrong(struct key_reader *r, const struct node *n)
{
	diag_error(r->diag, tree_place(n), "not something that requests can be kept together by");
	diag_hint(r->diag, "consumer, address, none, {header: X-Tenant} or {cookie: sid}");
	return false;
}

bool sticky_read(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct sticky *s = field;
	bool mapping = n->kind == NODE_MAPPING;
	struct str word = mapping ? (n->count == 1 ? n->members[0].key.text : STR("")) : tree_text(n);
	(void)k;
	for (s->kind = STICKY_CONSUMER; s->kind <= STICKY_NONE; s->kind++)
		if (str_eq(word, str_from(words[s->kind])) && is_named(s->kind) == mapping)
			break;
	if (s->kind > STICKY_NONE)
		return wrong(r, n);
	if (!mapping)
		return true;
	const struct node *name = &n->members[0].value;
	s->name = tree_text(name);
	if (token_valid(s->name))
		return true;
	return diag_error(r->diag, tree_place(name), "\"%.*s\" is no name of a %s", STR_ARG(s->name), words[s->kind]);
}

struct str sticky_cookie(const struct message *request, struct str name)
{
	for (size_t i = message_find(request, STR("Cookie"), 0); i < request->count;
	     i = message_find(request, STR("Cookie"), i + 1)) {
		struct str rest = request->fields[i].value;
		while (rest.at) {
			struct str value = str_trim(str_cut(&rest, ';')), key = str_cut(&value, '=');
			if (value.at && str_eq(key, name))
				return value;
		}
	}
	return (struct str){NULL, 0};
}

/* The names that vane makes up stand for people who are not known. */
static struct str known_consumer(const struct exchange *x)
{
	return x->consumer.len && x->consumer.at[0] != '_' ? x->consumer : (struct str){NULL, 0};
}

static struct str value_of(const struct exchange *x, const struct sticky *s)
{
	switch (s->kind) {
	case STICKY_CONSUMER:
		return known_consumer(x);
	case STICKY_HEADER:
		return message_get(&x->request, s->name);
	case STICKY_COOKIE:
		return sticky_cookie(&x->request, s->name);
	case STICKY_ADDRESS:
		return x->client;
	default:
		return x->request_id;
	}
}

struct str sticky_key(const struct exchange *x, const struct sticky *list, size_t count, enum sticky_kind *by)
{
	for (size_t i = 0; i < count; i++) {
		struct str value = value_of(x, &list[i]);
		*by = list[i].kind;
		if (value.len)
			return value;
	}
	*by = STICKY_NONE;
	return x->request_id;
}
