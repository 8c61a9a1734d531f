#include "proxy/body.h"

void body_begin(struct body *b, const struct message *m, uint64_t limit, struct arena *arena)
{
	b->framing = m->framing;
	b->left = m->framing == FRAMING_LENGTH ? m->content_length : 0;
	b->limit = limit;
	b->seen = 0;
	b->done = m->framing == FRAMING_NONE || (m->framing == FRAMING_LENGTH && b->left == 0);
	chunk_reset(&b->chunk, arena);
}

static enum body_state took(struct body *b, struct str *in, size_t count, struct str *part)
{
	*part = str_head(*in, count);
	*in = str_skip(*in, count);
	b->seen += count;
	return b->limit && b->seen > b->limit ? BODY_TOO_LONG : BODY_PART;
}

static enum body_state read_chunked(struct body *b, struct str *in, struct str *part)
{
	size_t consumed;
	struct str data;
	enum chunk_event event = chunk_read(&b->chunk, *in, &consumed, &data);
	*in = str_skip(*in, consumed);
	switch (event) {
	case CHUNK_DATA:
		*part = data;
		b->seen += data.len;
		return b->limit && b->seen > b->limit ? BODY_TOO_LONG : BODY_PART;
	case CHUNK_END:
		b->done = true;
		return BODY_DONE;
	case CHUNK_MORE:
		return BODY_MORE;
	default:
		return BODY_BAD;
	}
}

enum body_state body_read(struct body *b, struct str *in, struct str *part)
{
	if (b->done)
		return BODY_DONE;
	if (in->len == 0)
		return BODY_MORE;
	if (b->framing == FRAMING_CHUNKED)
		return read_chunked(b, in, part);
	if (b->framing == FRAMING_UNTIL_CLOSE)
		return took(b, in, in->len, part);
	if (b->limit && b->left > b->limit)
		return BODY_TOO_LONG;
	size_t count = in->len < b->left ? in->len : (size_t)b->left;
	b->left -= count;
	b->done = b->left == 0;
	return took(b, in, count, part);
}

bool body_end(struct body *b)
{
	if (b->framing == FRAMING_UNTIL_CLOSE)
		b->done = true;
	return b->done;
}
