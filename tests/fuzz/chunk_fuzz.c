/* rooms: http */
/* A chunked body split anywhere reads the same; what was read and is written again reads the same once more. */
#include "proxy/http/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum chunk_event feed(struct chunk *c, struct str in, struct buf *out, size_t *used)
{
	enum chunk_event event;
	do {
		struct str piece;
		size_t consumed;
		event = chunk_read(c, in, &consumed, &piece);
		CHECK(consumed <= in.len && (event == CHUNK_DATA) == (piece.len > 0));
		buf_add(out, piece);
		in = str_skip(in, consumed);
		*used += consumed;
	} while (event == CHUNK_DATA);
	return event;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chunk c[3];
	struct buf out[3] = {0}, again = {0};
	struct arena arena;
	size_t used[3] = {0};
	if (size < 1)
		return 0;
	struct str text = str_of((const char *)data + 1, size - 1);
	size_t cut = data[0] * text.len / 255;
	arena_init(&arena, 1024);
	for (int i = 0; i < 3; i++)
		chunk_reset(&c[i], &arena);
	enum chunk_event one = feed(&c[0], text, &out[0], &used[0]),
			 two = feed(&c[1], str_head(text, cut), &out[1], &used[1]);
	if (two == CHUNK_MORE)
		two = feed(&c[1], str_skip(text, cut), &out[1], &used[1]);
	CHECK(one == two && c[0].why == c[1].why && str_eq(buf_str(&out[0]), buf_str(&out[1])));
	CHECK(one == CHUNK_BAD || (used[0] == used[1] && c[0].trailer_count == c[1].trailer_count));
	if (one == CHUNK_END) {
		if (out[0].len)
			again.len = chunk_head(buf_reserve(&again, CHUNK_HEAD_BYTES), out[0].len);
		buf_add(&again, buf_str(&out[0]));
		buf_add(&again, out[0].len ? STR("\r\n") : STR(""));
		chunk_tail(&again, c[0].trailers, c[0].trailer_count);
		CHECK(feed(&c[2], buf_str(&again), &out[2], &used[2]) == CHUNK_END && used[2] == again.len);
		CHECK(str_eq(buf_str(&out[0]), buf_str(&out[2])) && c[0].trailer_count == c[2].trailer_count);
	}
	for (int i = 0; i < 3; i++)
		buf_free(&out[i]);
	buf_free(&again);
	arena_free(&arena);
	return 0;
}
