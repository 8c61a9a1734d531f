#include "filters/passing.h"

bool passing_has_content(const struct message *m)
{
	return m->framing == FRAMING_LENGTH ? m->content_length > 0 : m->framing != FRAMING_NONE;
}

bool passing_response_has_content(const struct exchange *x)
{
	const struct message *m = &x->response;
	return x->request.method != METHOD_HEAD && m->status != 204 && m->status != 304 && passing_has_content(m);
}

void passing_expect(struct exchange *x, struct passing *p, enum side side, const struct message *m, size_t max)
{
	p->expected = true;
	p->over = m->framing == FRAMING_LENGTH && m->content_length > max;
	if (!p->over)
		exchange_need(x, side, NEED_PARTS, 0, false);
}

void passing_take(struct passing *p, struct str part, bool last, size_t max)
{
	if (!p->expected || p->over)
		return;
	if (part.len > max - p->body.len) {
		p->over = true;
		buf_free(&p->body);
		return;
	}
	buf_add(&p->body, part);
	p->whole = last;
}
