#include "filters/consumer.h"

#include "filters/jwt.h"
#include "filters/keys.h"
#include "proxy/http/token.h"

#include <arpa/inet.h>

#define INVALID STR("_invalid")
#define UNKNOWN STR("_unknown")

/* --- settings --- */

static bool check_source(struct key_reader *r, const struct node *n, void *settings)
{
	static const char *const words[] = {[CONSUMER_HEADER] = "header",
					    [CONSUMER_USER_AGENT] = "user_agent",
					    [CONSUMER_ADDRESS] = "address",
					    [CONSUMER_MTLS] = "mtls",
					    [CONSUMER_JWT] = "jwt"};
	struct consumer_source *s = settings;
	unsigned count = 0;
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
		if (tree_get(n, str_from(words[i]))) {
			s->kind = (enum consumer_kind)i;
			count++;
		}
	if (count != 1)
		return diag_error(r->diag, tree_place(n),
				  "a source of the consumer is one of header, user_agent, address, mtls, jwt");
	if (s->kind == CONSUMER_HEADER && !token_valid(s->header))
		return diag_error(r->diag, key_place(n, "header"), "\"%.*s\" is no name of a field",
				  STR_ARG(s->header));
	s->known = known_of(s->header);
	if (s->kind == CONSUMER_JWT && !token_valid(s->jwt.header))
		return diag_error(r->diag, key_place(n, "jwt"), "\"%.*s\" is no name of a field",
				  STR_ARG(s->jwt.header));
	return true;
}

static const char *const product_words[] = {"product", NULL};
static const char *const san_words[] = {"san", NULL};

static const struct key address_rows[] = {
    {.name = "ipv4",
     KEY_AT(INTEGER, struct consumer_address, ipv4),
     .normal = "24",
     .max = 32,
     .about = "bits of an IPv4 address that name a consumer"},
    {.name = "ipv6",
     KEY_AT(INTEGER, struct consumer_address, ipv6),
     .normal = "64",
     .max = 128,
     .about = "bits of an IPv6 address that name a consumer"},
};
static const struct key_table address_table = {
    .name = "an address prefix", KEY_TABLE_OF(struct consumer_address, address_rows), .shorthand = "ipv4"};

static const struct key jwt_rows[] = {
    {.name = "claim",
     KEY_AT(STRING, struct consumer_jwt, claim),
     .normal = "sub",
     .about = "the member of the token's payload that names the consumer"},
    {.name = "header",
     KEY_AT(STRING, struct consumer_jwt, header),
     .normal = "Authorization",
     .about = "the request field with the token, perhaps behind Bearer"},
};
static const struct key_table jwt_table = {
    .name = "a token's claim", KEY_TABLE_OF(struct consumer_jwt, jwt_rows), .shorthand = "claim"};

static const struct key source_rows[] = {
    {.name = "header", KEY_AT(STRING, struct consumer_source, header), .about = "the value of this request field"},
    {.name = "user_agent",
     KEY_AT(WORD, struct consumer_source, product),
     .words = product_words,
     .about = "the first product of User-Agent, without its version"},
    {.name = "address",
     KEY_AT(TABLE, struct consumer_source, address),
     .table = &address_table,
     .about = "the prefix of the client's address; a number is the bits of IPv4"},
    {.name = "mtls",
     KEY_AT(WORD, struct consumer_source, san),
     .words = san_words,
     .about = "the subject alternative name of the client's certificate"},
    {.name = "jwt",
     KEY_AT(TABLE, struct consumer_source, jwt),
     .table = &jwt_table,
     .about = "a claim of a JSON Web Token, whose signature is not looked at"},
};
static const struct key_table source_table = {
    .name = "a source of the consumer", KEY_TABLE_OF(struct consumer_source, source_rows), .check = check_source};

static const struct key consumers_rows[] = {
    {.name = "from",
     KEY_LIST_AT(TABLE, struct consumers, from),
     .table = &source_table,
     .normal = "[{header: X-Consumer}, {user_agent: product}]",
     .about = "what tells who sent a request; the first that says something counts"},
    {.name = "pin", KEY_MAP_AT(STRING, struct consumers, pin), .about = "the version of a consumer that names none"},
    {.name = "ignore",
     KEY_LIST_AT(STRING, struct consumers, ignore),
     .about = "consumers that are not counted as usage, such as probes"},
    {.name = "max",
     KEY_AT(INTEGER, struct consumers, max),
     .normal = "1000",
     .min = 1,
     .max = 1000000,
     .about = "consumers that are told apart; those beyond it count as _other"},
    {.name = "pacts",
     KEY_LIST_AT(STRING, struct consumers, pacts),
     .about = "consumer contracts (Pact files, or globs of them), held against the versions' contracts at load"},
};
static const struct key_table consumers_table = {.name = "consumers", KEY_TABLE_OF(struct consumers, consumers_rows)};

struct top {
	struct consumers consumers;
};

static const struct key top_rows[] = {
    {.name = "consumers",
     KEY_AT(TABLE, struct top, consumers),
     .table = &consumers_table,
     .about = "who sends requests"},
    {0},
};

bool consumer_read(const struct node *root, struct consumers *c, struct arena *arena, struct diag *d)
{
	struct key_reader r = {.arena = arena, .diag = d};
	struct top top;
	keys_defaults(top_rows, sizeof top, &top, arena);
	bool good = keys_read(top_rows, sizeof top, "the configuration", root, &top, &r);
	*c = top.consumers;
	return good;
}

static bool configure(struct filter_setup *setup, void **settings)
{
	struct consumers *c = ARENA_NEW(setup->arena, struct consumers);
	if (!consumer_read(setup->root, c, setup->arena, setup->diag))
		return false;
	setup->api->consumer_max = (unsigned)c->max;
	*settings = c;
	return true;
}

/* --- who it is --- */

static struct str bounded(struct str name)
{
	if (name.len > CONSUMER_LONGEST || name.at[0] == '_')
		return INVALID;
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] < 0x20 || name.at[i] > 0x7e)
			return INVALID;
	return name;
}

static struct str by_header(const struct message *m, const struct consumer_source *s)
{
	size_t at = message_find_as(m, s->header, s->known, 0);
	if (at == m->count)
		return (struct str){NULL, 0};
	struct str first = m->fields[at].value;
	while ((at = message_find_as(m, s->header, s->known, at + 1)) < m->count)
		if (!str_eq(m->fields[at].value, first))
			return INVALID;
	return first.len ? bounded(first) : first;
}

/* RFC 9110, 10.1.5: the first product names the software. */
static struct str by_product(const struct message *m)
{
	struct str agent = message_known(m, KNOWN_USER_AGENT);
	struct str product = str_head(agent, char_span(agent, CHAR_TOKEN));
	if (agent.len && !product.len)
		return INVALID;
	bool bad = product.len > CONSUMER_LONGEST || (product.len && product.at[0] == '_');
	return bad ? INVALID : product; /* a token is printable */
}

static struct str by_token(const struct message *m, const struct consumer_jwt *jwt, struct arena *arena)
{
	size_t at = message_find(m, jwt->header, 0);
	struct str name = at < m->count ? jwt_claim(m->fields[at].value, jwt->claim, arena) : (struct str){NULL, 0};
	return name.len ? bounded(name) : name;
}

static void keep_bits(uint8_t *bytes, unsigned count, unsigned bits)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned left = bits > i * 8 ? bits - i * 8 : 0;
		if (left < 8)
			bytes[i] &= (uint8_t)(0xff00u >> left);
	}
}

static struct str by_address(const struct consumer_address *prefix, struct str client, struct arena *arena)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	if (client.len >= sizeof text)
		return INVALID;
	memcpy(text, client.at, client.len);
	text[client.len] = '\0';
	bool is_v4 = inet_pton(AF_INET, text, bytes) == 1;
	if (!is_v4 && inet_pton(AF_INET6, text, bytes) != 1)
		return client; /* "unix" */
	if (!is_v4 && memcmp(bytes, mapped, sizeof mapped) == 0) {
		memmove(bytes, bytes + 12, 4);
		is_v4 = true;
	}
	unsigned bits = (unsigned)(is_v4 ? prefix->ipv4 : prefix->ipv6);
	keep_bits(bytes, is_v4 ? 4 : 16, bits);
	inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
	return arena_printf(arena, "%s/%u", text, bits);
}

struct str consumer_name(const struct consumers *c, const struct message *request, struct str client,
			 struct str tls_subject, struct arena *arena)
{
	const struct consumer_source *sources = c->from.at;
	for (size_t i = 0; i < c->from.count; i++) {
		const struct consumer_source *s = &sources[i];
		struct str name = {NULL, 0};
		if (s->kind == CONSUMER_HEADER)
			name = by_header(request, s);
		else if (s->kind == CONSUMER_USER_AGENT)
			name = by_product(request);
		else if (s->kind == CONSUMER_MTLS)
			name = tls_subject.len ? bounded(tls_subject) : tls_subject;
		else if (s->kind == CONSUMER_JWT)
			name = by_token(request, &s->jwt, arena);
		else if (client.len)
			name = by_address(&s->address, client, arena);
		if (name.len)
			return name;
	}
	return UNKNOWN;
}

static enum verdict on_request(struct exchange *x, const void *settings, void *state)
{
	(void)state;
	const struct consumers *c = settings;
	const struct str *ignored = c->ignore.at;
	x->consumer = consumer_name(c, &x->request, x->client, x->tls_subject, &x->arena);
	for (size_t i = 0; i < c->ignore.count && !x->consumer_ignored; i++)
		x->consumer_ignored = str_eq(ignored[i], x->consumer);
	return PASS;
}

const struct filter consumer_filter = {
    .name = "consumer",
    .top_keys = top_rows,
    .configure = configure,
    .on_request = on_request,
};
