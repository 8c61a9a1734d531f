/* rooms: http */
/* Values of fields: lists, Accept ranges, media types and dates stay within their bytes, end, and mean the same when
 * they are written again. */
#include "proxy/base/check.h"
#include "proxy/http/accept.h"
#include "proxy/http/date.h"
#include "proxy/http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void one_element(struct str element, struct arena *arena)
{
	struct accept_range range;
	struct str name, value;
	if (!accept_read(element, &range))
		return;
	CHECK(range.quality <= 1000 && range.type.len >= 3 && range.type.len <= element.len);
	CHECK(media_matches(&range.media, &range.media));
	struct str rest = range.media.parameters;
	while (parameter_next(&rest, &name, &value) > 0)
		CHECK(name.len > 0 && parameter_text(value, arena).len <= value.len);
	CHECK(rest.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct str text = str_of((const char *)data, size), rest = text, element;
	int64_t time, again;
	arena_init(&arena, 1024);
	while (list_next(&rest, &element)) {
		CHECK(element.len > 0 && element.at >= text.at && element.at + element.len <= text.at + text.len);
		one_element(element, &arena);
	}
	if (date_parse(text, 1700000000, &time)) {
		char out[DATE_BYTES];
		date_format(out, time);
		CHECK(date_parse(str_of(out, DATE_BYTES), 0, &again) && again == time);
	}
	if (date_parse_structured(text, &time))
		CHECK(time > -1000000000000000 && time < 1000000000000000);
	arena_free(&arena);
	return 0;
}
