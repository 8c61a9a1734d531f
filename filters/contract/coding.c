#include "filters/contract/coding.h"

#include "proxy/base/buf.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <zlib.h>

enum {
	LAYERS = 3,
	RATIO = 100,
	RATIO_FROM = 1 << 20, /* below this a high ratio is nothing unusual */
	STEP_FIRST = 16 << 10,
	WINDOW_GZIP = 15 + 16,
	WINDOW_ZLIB = 15,
	WINDOW_RAW = -15
};

struct coding_scratch {
	struct buf out[2]; /* layers take turns */
	z_stream inflate;
	bool inflate_ready;
};

/* One layer being undone. */
struct layer {
	struct coding_scratch *scratch;
	struct str in;
	struct buf *out;
	size_t cap; /* the most that `out` may hold: the smaller of the caller's and the ratio's */
};

struct coding_scratch *coding_scratch_new(void)
{
	return must_zalloc(1, sizeof(struct coding_scratch));
}

void coding_scratch_free(struct coding_scratch *s)
{
	if (!s)
		return;
	if (s->inflate_ready)
		inflateEnd(&s->inflate);
	buf_free(&s->out[0]);
	buf_free(&s->out[1]);
	free(s);
}

size_t coding_scratch_held(const struct coding_scratch *s)
{
	return sizeof *s + s->out[0].cap + s->out[1].cap;
}

void coding_scratch_trim(struct coding_scratch *s, size_t keep)
{
	for (int i = 0; i < 2; i++)
		if (s->out[i].cap > keep)
			buf_free(&s->out[i]);
}

/* Room for more output: doubles, up to one byte over the cap, which is where "too large" shows. 0 when that is reached.
 */
static size_t room(struct layer *l)
{
	size_t most = l->cap < SIZE_MAX ? l->cap + 1 : l->cap;
	if (l->out->len >= most)
		return 0;
	size_t more = l->out->len < STEP_FIRST ? STEP_FIRST : l->out->len;
	if (more > most - l->out->len)
		more = most - l->out->len;
	if (more > UINT32_MAX / 2)
		more = UINT32_MAX / 2;
	buf_reserve(l->out, more);
	return more;
}

static bool inflate_begin(struct coding_scratch *s, int window)
{
	if (s->inflate_ready)
		return inflateReset2(&s->inflate, window) == Z_OK;
	s->inflate_ready = inflateInit2(&s->inflate, window) == Z_OK;
	CHECK(s->inflate_ready);
	return true;
}

static void feed(z_stream *z, struct str *rest)
{
	if (z->avail_in || !rest->len)
		return;
	size_t some = rest->len < UINT32_MAX / 2 ? rest->len : UINT32_MAX / 2;
	z->next_in = (Bytef *)(uintptr_t)rest->at; /* zlib does not write there */
	z->avail_in = (uInt)some;
	*rest = str_skip(*rest, some);
}

/* One stream of zlib's family; *rest is what stands behind its end. */
static enum coding_result inflate_stream(struct layer *l, int window, struct str *rest)
{
	z_stream *z = &l->scratch->inflate;
	if (!inflate_begin(l->scratch, window))
		return CODING_CORRUPT;
	z->avail_in = 0;
	for (;;) {
		size_t more = room(l);
		if (!more)
			return CODING_TOO_LARGE;
		feed(z, rest);
		z->next_out = (Bytef *)l->out->at + l->out->len;
		z->avail_out = (uInt)more;
		int result = inflate(z, Z_NO_FLUSH);
		l->out->len += more - z->avail_out;
		if (l->out->len > l->cap)
			return CODING_TOO_LARGE;
		if (result == Z_STREAM_END)
			break;
		if (result != Z_OK || (z->avail_out && !z->avail_in && !rest->len)) /* wrong, or cut off */
			return CODING_CORRUPT;
	}
	*rest = str_of(rest->at - z->avail_in, rest->len + z->avail_in);
	return CODING_OK;
}

/* RFC 1952, 2.2: members one behind the other. Empty ones make no output, so their number is bounded by the input. */
static enum coding_result undo_gzip(struct layer *l)
{
	struct str rest = l->in;
	while (rest.len) {
		enum coding_result r = inflate_stream(l, WINDOW_GZIP, &rest);
		if (r != CODING_OK)
			return r;
	}
	return CODING_OK;
}

static enum coding_result undo_deflate_as(struct layer *l, int window)
{
	struct str rest = l->in;
	l->out->len = 0;
	enum coding_result r = inflate_stream(l, window, &rest);
	return r == CODING_OK && rest.len ? CODING_CORRUPT : r;
}

/* RFC 9110, 8.4.1.2: in the zlib format (RFC 1950); some send the bare data (RFC 1951), and the header's check bits
 * tell, but for one bare stream in about a thousand: so what fails as the one is tried as the other. */
static enum coding_result undo_deflate(struct layer *l)
{
	const unsigned char *in = (const unsigned char *)l->in.at;
	bool wrapped = l->in.len >= 2 && (in[0] & 15) == 8 && in[0] >> 4 <= 7 && (in[0] << 8 | in[1]) % 31 == 0;
	if (!wrapped)
		return undo_deflate_as(l, WINDOW_RAW);
	enum coding_result r = undo_deflate_as(l, WINDOW_ZLIB);
	if (r != CODING_CORRUPT)
		return r;
	return undo_deflate_as(l, WINDOW_RAW);
}

static enum coding_result brotli_loop(struct layer *l, BrotliDecoderState *state)
{
	const uint8_t *in = (const uint8_t *)l->in.at;
	size_t in_len = l->in.len;
	for (;;) {
		size_t more = room(l), left = more;
		if (!more)
			return CODING_TOO_LARGE;
		uint8_t *out = (uint8_t *)l->out->at + l->out->len;
		BrotliDecoderResult r = BrotliDecoderDecompressStream(state, &in_len, &in, &left, &out, NULL);
		l->out->len += more - left;
		if (l->out->len > l->cap)
			return CODING_TOO_LARGE;
		if (r == BROTLI_DECODER_RESULT_SUCCESS)
			return in_len ? CODING_CORRUPT : CODING_OK;
		if (r != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
			return CODING_CORRUPT;
	}
}

static enum coding_result undo_br(struct layer *l)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	CHECK(state);
	enum coding_result r = brotli_loop(l, state);
	BrotliDecoderDestroyInstance(state);
	return r;
}

static const struct coding {
	struct str name;
	enum coding_result (*undo)(struct layer *l);
} codings[] = {{STR_INIT("gzip"), undo_gzip},
	       {STR_INIT("x-gzip"), undo_gzip},
	       {STR_INIT("deflate"), undo_deflate},
	       {STR_INIT("br"), undo_br},
	       {STR_INIT("identity"), NULL}};

/* The steps in the order in which they were applied (RFC 9110, 8.4). */
static bool steps_of(struct str list, const struct coding *steps[LAYERS], size_t *count)
{
	*count = 0;
	while (list.at) {
		struct str name = str_trim(str_cut(&list, ','));
		size_t i = 0, known = sizeof codings / sizeof codings[0];
		if (!name.len) /* RFC 9110, 5.6.1.2: empty elements are let pass */
			continue;
		while (i < known && !str_eq_nocase(name, codings[i].name))
			i++;
		if (i == known)
			return false;
		if (!codings[i].undo)
			continue;
		if (*count == LAYERS)
			return false;
		steps[(*count)++] = &codings[i];
	}
	return true;
}

static size_t cap_of(size_t in, size_t cap)
{
	size_t by_ratio = in > SIZE_MAX / RATIO ? SIZE_MAX : in * RATIO;
	if (by_ratio < RATIO_FROM)
		by_ratio = RATIO_FROM;
	return by_ratio < cap ? by_ratio : cap;
}

enum coding_result coding_decode(struct coding_scratch *s, struct str content_encoding, struct str body, size_t cap,
				 struct str *decoded)
{
	const struct coding *steps[LAYERS];
	size_t count;
	size_t most = cap_of(body.len, cap);
	*decoded = body;
	if (!steps_of(content_encoding, steps, &count))
		return CODING_UNKNOWN;
	if (body.len == 0)
		return CODING_OK;
	if (count == 0)
		return body.len > cap ? CODING_TOO_LARGE : CODING_OK;
	for (size_t i = count; i-- > 0;) {
		struct layer l = {.scratch = s, .in = *decoded, .out = &s->out[i & 1], .cap = most};
		l.out->len = 0;
		enum coding_result r =
		    l.in.len ? steps[i]->undo(&l) : CODING_CORRUPT; /* no coding makes nothing of nothing */
		if (r != CODING_OK)
			return r;
		*decoded = buf_str(l.out);
	}
	return CODING_OK;
}
