/* rooms: contract */
/* Parts are slices of the body in order, hold no boundary line, and put together again they are read the same. */
#include "filters/contract/multipart.h"
#include "proxy/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum multipart_result read_all(struct str body, struct buf *again, unsigned *count)
{
	struct multipart m;
	struct multipart_part part;
	const char *from = body.at;
	enum multipart_result result = multipart_begin(&m, STR("x"), body);
	while (result == MULTIPART_PART && (result = multipart_next(&m, &part)) == MULTIPART_PART) {
		CHECK(part.content.at >= from && part.content.at + part.content.len <= body.at + body.len);
		CHECK(part.name.at > from && part.headers <= MULTIPART_HEADERS);
		CHECK(str_search(part.content, STR("\r\n--x\r\n")) == part.content.len);
		from = part.content.at + part.content.len;
		buf_addf(again, "--x\r\n");
		for (unsigned i = 0; i < part.headers; i++)
			buf_addf(again, "%.*s: %.*s\r\n", STR_ARG(part.header[i].name), STR_ARG(part.header[i].value));
		buf_addf(again, "\r\n");
		buf_add(again, part.content);
		buf_addf(again, "\r\n");
		++*count;
	}
	buf_addf(again, "--x--\r\n");
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one = {0}, two = {0};
	unsigned first = 0, second = 0;
	if (read_all(str_of((const char *)data, size), &one, &first) == MULTIPART_END) {
		CHECK(read_all(buf_str(&one), &two, &second) == MULTIPART_END && first == second);
		CHECK(str_eq(buf_str(&one), buf_str(&two)));
	}
	buf_free(&one);
	buf_free(&two);
	return 0;
}
