#include "proxy/plan/landscape_written.h"

static bool read_word(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct key string = {.name = k->name, .kind = KEY_STRING};
	struct word *word = field;
	word->place = tree_place(n);
	return key_read_value(r, &string, n, &word->text);
}

static bool read_side(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	static const char *const words[] = {"on", "steps", "off", NULL};
	struct key word = {.name = k->name, .kind = KEY_WORD, .words = words};
	struct side *side = field;
	side->place = tree_place(n);
	return key_read_value(r, &word, n, &side->beside);
}

#define WORD_AT(settings, field) KEY_AT(CUSTOM, settings, field), .read = read_word, .item_size = sizeof(struct word)
#define WORD_LIST_AT(settings, field)                                                                                  \
	KEY_LIST_AT(CUSTOM, settings, field), .read = read_word, .item_size = sizeof(struct word)
#define WORD_SCHEMA "{\"type\":[\"string\",\"number\"]}"
#define SIDE_SCHEMA "{\"enum\":[\"on\",\"steps\",\"off\"]}"

static const struct key release_keys[] = {
    {.name = "requires",
     KEY_MAP_AT(CUSTOM, struct written_release, needs),
     .read = read_word,
     .item_size = sizeof(struct word),
     .type = "versions",
     .schema = WORD_SCHEMA,
     .about =
	 "what it asks of other services: 1.2 is major 1 with minor 2 or later, =1.2 is 1.2 only; 1.2 | 2.0: either"},
    {.name = "contract",
     WORD_AT(struct written_release, contract),
     .type = "file",
     .schema = "{\"type\":\"string\"}",
     .about = "its OpenAPI document: a later minor is held to what an earlier one promised"},
};
static const struct key_table release_table = {.name = "a version of a service",
					       KEY_TABLE_OF(struct written_release, release_keys)};

static const struct key service_keys[] = {
    {.name = "running",
     WORD_LIST_AT(struct written_service, running),
     .type = "versions",
     .schema = WORD_SCHEMA,
     .about = "the version, or the versions, that run now"},
    {.name = "wanted",
     WORD_LIST_AT(struct written_service, wanted),
     .type = "versions | none",
     .schema = WORD_SCHEMA,
     .about = "what has to run in the end, as in requires; a list: each of them; none: the service goes"},
    {.name = "side_by_side",
     KEY_AT(CUSTOM, struct written_service, beside),
     .read = read_side,
     .type = "on | steps | off",
     .schema = SIDE_SCHEMA,
     .about = "overrides the general one for this service"},
    {.name = "versions",
     KEY_MAP_AT(TABLE, struct written_service, releases),
     .table = &release_table,
     .required = true,
     .about = "all versions that it can run at"},
};
static const struct key_table service_table = {.name = "a service", KEY_TABLE_OF(struct written_service, service_keys)};

static const struct key landscape_keys[] = {
    {.name = "side_by_side",
     KEY_AT(CUSTOM, struct written, beside),
     .read = read_side,
     .type = "on | steps | off",
     .schema = SIDE_SCHEMA,
     .about = "whether two versions of a service may run at once: where it is needed (on, the default), only while the "
	      "steps are taken, or never"},
    {.name = "services",
     KEY_MAP_AT(TABLE, struct written, services),
     .table = &service_table,
     .required = true,
     .about = "the services, in the order in which newer versions of them are wished for"},
};
const struct key_table landscape_table = {.name = "a landscape", KEY_TABLE_OF(struct written, landscape_keys)};
