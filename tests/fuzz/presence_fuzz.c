/* rooms: contract */
/* presence: whatever a message holds, every place that is reported is made of names of the contract and of folds, each
 * is reported once, and they are no more than the contract and the folds have; a body that was looked at is JSON that
 * the judge can read. The first byte chooses the media type, the second the direction. */
#include "filters/contract/json.h"
#include "filters/contract/presence.h"

static const char document[] =
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"T\",\"version\":\"1\"},\"paths\":{\"/a\":{\"post\":{\"parameters\":["
    "{\"name\":\"limit\",\"in\":\"query\",\"schema\":{}},{\"name\":\"deep\",\"in\":\"query\",\"style\":\"deepObject\","
    "\"schema\":"
    "{\"type\":\"object\"}}],\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/"
    "schemas/N\"}},"
    "\"application/x-www-form-urlencoded\":{\"schema\":{\"$ref\":\"#/components/schemas/N\"}},\"multipart/"
    "form-data\":{\"schema\":"
    "{\"$ref\":\"#/components/schemas/N\"}}}},\"responses\":{\"200\":{\"description\":\"d\",\"content\":{\"application/"
    "json\":"
    "{\"schema\":{\"items\":{\"$ref\":\"#/components/schemas/"
    "N\"}}}}}}}}},\"components\":{\"schemas\":{\"N\":{\"type\":\"object\","
    "\"properties\":{\"a\":{\"$ref\":\"#/components/schemas/N\"},\"b\":{\"items\":{\"oneOf\":[{\"$ref\":\"#/components/"
    "schemas/N\"},"
    "{\"properties\":{\"c\":{}}}]}},\"map\":{\"additionalProperties\":{\"properties\":{\"d\":{}}}},\"*\":{},\"x/"
    "y\":{\"properties\":"
    "{\"c\":{}}}},\"patternProperties\":{\"^p\":{\"properties\":{\"e\":{}}}}}}}}";
static const char *const names[] = {"a", "b", "c", "d", "e", "map", "~2", "x~1y", "*", "?"};
static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
				    "multipart/form-data; boundary=B"};
enum { MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(struct str place)
{
	if (str_eq(place, STR("query:limit")) || str_eq(place, STR("query:deep")) || str_eq(place, STR("query:?")))
		return;
	CHECK(place.len && place.at[0] == '/');
	for (struct str rest = str_skip(place, 1); rest.at;) {
		struct str step = str_cut(&rest, '/');
		bool known = false;
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			known |= str_eq(step, str_from(names[i]));
		CHECK(known);
	}
}

static void check_body(const struct presence_report *r, struct str body)
{
	struct tape tape = {0};
	CHECK(!r->body || tape_read(&tape, body, &(struct json_limits){.depth = PRESENCE_DEEPEST}).error == JSON_OK);
	tape_free(&tape);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct contract *c;
	static struct presence *p;
	static int64_t day;
	struct arena arena;
	struct presence_report r;
	struct diag d;
	diag_init(&d);
	if (!c) {
		c = contract_load_text(str_from(document), "fuzz.json", &(struct contract_options){0}, &d);
		p = presence_new();
	}
	CHECK(c);
	if (size < 2)
		return 0;
	unsigned type = data[0] % 3;
	enum direction direction = data[1] & 1 && !type ? RESPONSE : REQUEST;
	struct str body = str_of((const char *)data + 2, size - 2);
	const struct field fields[] = {{STR("Content-Type"), str_from(types[type])}};
	const struct message_head head = {.method = STR("POST"),
					  .query = data[1] & 2 ? body : STR(""),
					  .status = 200,
					  .fields = fields,
					  .field_count = 1,
					  .has_body = true};
	arena_init(&arena, 4096);
	presence_look(p, &(struct presence_message){c, contract_operation(c, 0), direction, &head, body}, day++ / 2,
		      &arena, &r);
	CHECK(r.count <= MOST * 2);
	for (unsigned i = 0; i < r.count; i++) {
		check_place(r.places[i].place);
		for (unsigned k = 0; k < i; k++)
			CHECK(r.places[i].there != r.places[k].there || !str_eq(r.places[i].place, r.places[k].place));
	}
	if (!type)
		check_body(&r, body);
	arena_free(&arena);
	diag_free(&d);
	return 0;
}
