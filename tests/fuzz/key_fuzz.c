/* rooms: conf */
/* Any text read by a table of every kind: settings only hold what the rows allow, and units read back what they write.
 */
#include "conf/key.h"
#include "conf/yaml.h"
#include "proxy/base/check.h"

struct all {
	struct str s;
	int64_t size, time, share, at, n;
	int word;
	struct key_list list;
	struct key_map map;
};

extern const struct key_table fuzz_table;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[] = {"off", "on", NULL};
static const struct key rows[] = {
    {.name = "s", KEY_AT(STRING, struct all, s)},
    {.name = "size", KEY_AT(SIZE, struct all, size), .max = 99999},
    {.name = "time", KEY_AT(DURATION, struct all, time)},
    {.name = "share", KEY_AT(PERCENT, struct all, share)},
    {.name = "at", KEY_AT(TIME, struct all, at)},
    {.name = "n", KEY_AT(INTEGER, struct all, n), .min = -5, .max = 5},
    {.name = "list", KEY_LIST_AT(ADDRESS, struct all, list), .alias = "lists"},
    {.name = "word", KEY_AT(WORD, struct all, word), .words = words},
    {.name = "map", KEY_MAP_AT(TABLE, struct all, map), .table = &fuzz_table},
};
const struct key_table fuzz_table = {.name = "all", KEY_TABLE_OF(struct all, rows), .shorthand = "list"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct all all;
	struct diag d;
	struct arena arena;
	struct buf out = {0};
	diag_init(&d);
	arena_init(&arena, 4096);
	struct key_reader r = {&arena, &d, NULL};
	const struct node *n = yaml_read(&arena, str_of((const char *)data, size), "fuzz", &d);
	key_defaults(&fuzz_table, &all, &arena);
	if (n && key_read(&fuzz_table, n, &all, &r)) {
		int64_t again;
		CHECK(all.size <= 99999 && all.n >= -5 && all.n <= 5 && all.word <= 1 && all.share <= UNIT_WHOLE);
		unit_add_duration(&out, all.time);
		CHECK(!unit_duration(buf_str(&out), &again) && again == all.time);
	}
	diag_print(&d, &out, false);
	buf_free(&out);
	arena_free(&arena);
	diag_free(&d);
	return 0;
}
