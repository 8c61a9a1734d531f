/* rooms: contract */
/* json: both readers build the same tape; what a tape is written as reads as the same tokens and is equal to it, with
 * the same hash; jansson agrees. */
#include "filters/contract/equal.h"
#include "proxy/base/check.h"

#include "tests/jansson_oracle.h"

static const struct json_limits limits = {.depth = 1000};
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_of((const char *)data, size);
	struct tape t = {0}, other = {0};
	struct buf out = {0};
	struct json_fault f = tape_read(&t, text, &limits), g = tape_read_plain(&other, text, &limits);
	CHECK(f.error == g.error && f.offset == g.offset && t.count == other.count);
	CHECK(t.count == 0 || memcmp(t.token, other.token, t.count * sizeof *t.token) == 0);
	CHECK(f.error == JSON_TOO_DEEP || jansson_agrees(text, t.count > 0));
	if (t.count) {
		CHECK(tape_end_offset(&t, 0) <= size && t.token[0].at <= size);
		tape_to_json(&t, 0, &out);
		g = tape_read(&other, buf_str(&out), &limits);
		CHECK(g.error == f.error && t.count == other.count);
		CHECK(tape_end_offset(&other, 0) == out.len);
		for (uint32_t i = 0; i < t.count; i++) {
			const struct json_token *a = &t.token[i], *b = &other.token[i];
			CHECK(a->kind == b->kind && a->length == b->length && a->end == b->end);
			CHECK(tape_string_length(&t, a) == tape_string_length(&other, b) || a->kind != JSON_STRING);
		}
		CHECK(f.error || (tape_equal(&t, 0, &other, 0) && tape_hash(&t, 0) == tape_hash(&other, 0)));
	}
	tape_free(&t);
	tape_free(&other);
	buf_free(&out);
	return 0;
}
