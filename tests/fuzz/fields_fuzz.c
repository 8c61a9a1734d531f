/* rooms: http */
/* Field lines that have passed the line discipline are split alike here and by llhttp: the same verdict, names and values. */
#include "proxy/base/check.h"
#include "proxy/http/fields.h"
#include "proxy/http/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Counts the lines of a block that the line discipline lets through; -1 where it does not, or where the block does not end
 * with its first empty line. */
static int lines_of(struct str block)
{
	size_t line = 0, at = 0;
	for (int count = 0; lines_next(block, line, &at, true) == LINE_END; count++) {
		if (at == line)
			return at + 2 == block.len ? count : -1;
		line = at = at + 2;
	}
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str block = str_of((const char *)data, size);
	struct message a = {0}, b = {0};
	struct arena arena;
	int lines = lines_of(block);
	if (lines < 0)
		return 0;
	arena_init(&arena, 1024);
	const char *one = fields_split(&a, &arena, block, (unsigned)lines);
	const char *other = fields_split_by_llhttp(&b, &arena, block, (unsigned)lines);
	CHECK(!one == !other && (one || (a.count == b.count && a.repeated == b.repeated)));
	for (uint32_t i = 0; !one && i < a.count; i++)
		CHECK(str_eq(a.fields[i].name, b.fields[i].name) && str_eq(a.fields[i].value, b.fields[i].value) && a.ids[i] == b.ids[i]);
	arena_free(&arena);
	return 0;
}
