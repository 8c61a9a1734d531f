#include "proxy/trust.h"

#include <arpa/inet.h>

static const struct trust_net private_nets[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 0}, 104},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 0}, 104},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 172, 16, 0, 0}, 108},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 0, 0}, 112},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 169, 254, 0, 0}, 112},
    {{[15] = 1}, 128},
    {{0xfc}, 7},
    {{0xfe, 0x80}, 10},
};
enum { PRIVATE_NETS = sizeof private_nets / sizeof private_nets[0], LONGEST = 63 };

/* An address as 16 bytes; IPv4 is mapped. False for anything else. */
static bool read_address(struct str text, uint8_t bytes[16], bool *four)
{
	char copy[LONGEST + 1];
	if (text.len == 0 || text.len > LONGEST)
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	memset(bytes, 0, 16);
	bytes[10] = bytes[11] = 0xff;
	*four = inet_pton(AF_INET, copy, bytes + 12) == 1;
	return *four || inet_pton(AF_INET6, copy, bytes) == 1;
}

static bool within(const uint8_t address[16], const struct trust_net *net)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(address, net->address, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ net->address[whole]) >> (8 - rest)) == 0;
}

static bool read_net(struct str text, struct trust_net *net)
{
	struct str bits = text, address = str_cut(&bits, '/');
	uint64_t n;
	bool four;
	if (!read_address(address, net->address, &four))
		return false;
	net->bits = 128;
	if (!bits.at)
		return true;
	if (!str_to_u64(bits, &n) || n > (four ? 32 : 128))
		return false;
	net->bits = (unsigned)n + (four ? 96 : 0);
	return true;
}

/* A list of networks, or the words `private` and `any`; one word or network is a list of one. */
static bool read_nets(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct key_list *list = field;
	bool many = n->kind == NODE_SEQUENCE, good = true;
	uint32_t count = many ? n->count : 1;
	struct trust_net *nets = ARENA_ARRAY(r->arena, struct trust_net, count + count * PRIVATE_NETS);
	(void)k;
	*list = (struct key_list){nets, 0};
	for (uint32_t i = 0; i < count; i++) {
		const struct node *one = many ? &n->items[i] : n;
		if (str_eq(tree_text(one), STR("private"))) {
			memcpy(nets + list->count, private_nets, sizeof private_nets);
			list->count += PRIVATE_NETS;
		} else if (str_eq(tree_text(one), STR("any"))) {
			nets[list->count++] = (struct trust_net){.bits = 0};
		} else if (!read_net(tree_text(one), &nets[list->count++])) {
			good = diag_error(r->diag, tree_place(one), "this is no network");
			diag_hint(r->diag, "10.0.0.0/8, fd00::/8, an address, private or any");
		}
	}
	return good;
}

static const char *const send_words[] = {"x-forwarded", "forwarded", "both", "off", NULL};

static const struct key trust_keys[] = {
    {.name = "trust", KEY_AT(CUSTOM, struct trust, nets), .read = read_nets, .normal = "private",
     .type = "list of networks | private | any",
     .schema = "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
     .about = "peers whose forwarding fields are believed; from others they are dropped"},
    {.name = "send", KEY_AT(WORD, struct trust, send), .words = send_words, .normal = "x-forwarded",
     .about = "which fields tell the backend who the client is"},
};
const struct key_table trust_table = {.name = "forwarded", KEY_TABLE_OF(struct trust, trust_keys)};

bool trust_address(const struct trust *t, struct str address)
{
	const struct trust_net *nets = t->nets.at;
	uint8_t bytes[16];
	bool four;
	if (str_eq(address, STR("unix"))) /* whoever may open the file: as near as loopback */
		address = STR("127.0.0.1");
	if (!read_address(address, bytes, &four))
		return false;
	for (size_t i = 0; i < t->nets.count; i++)
		if (within(bytes, &nets[i]))
			return true;
	return false;
}

struct str trust_client(const struct trust *t, struct str peer, struct str list)
{
	struct str client = peer;
	while (list.len) {
		size_t comma = list.len;
		while (comma && list.at[comma - 1] != ',')
			comma--;
		struct str one = str_trim(str_skip(list, comma));
		list = str_head(list, comma ? comma - 1 : 0);
		uint8_t bytes[16];
		bool four;
		if (!read_address(one, bytes, &four))
			return client;
		client = one;
		if (!trust_address(t, one))
			return client;
	}
	return client;
}
