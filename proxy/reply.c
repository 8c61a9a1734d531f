#include "proxy/reply.h"

#include "proxy/forward.h"
#include "proxy/http/h1_write.h"

/* An answer before the end of the request's body: what is at hand is dropped; if that was all, the connection can stay. */
static void drop_rest_of_request(struct session *s)
{
	struct flow *f = s->flow;
	struct str part;
	enum body_state state;
	if (!f->client_keeps)
		return;
	do
		state = body_read(&f->request, &s->in, &part);
	while (state == BODY_PART);
	if (state != BODY_DONE)
		f->client_keeps = false;
}

bool reply_send(struct session *s)
{
	struct flow *f = s->flow;
	struct exchange *x = &f->x;
	struct buf *out = &s->worker->scratch;
	bool head = x->request.method == METHOD_HEAD;
	drop_rest_of_request(s);
	x->response = (struct message){.status = x->answer.status, .reason = h1_reason(x->answer.status), .minor = 1};
	if (x->answer.type.len)
		message_add(&x->response, &x->arena, STR("Content-Type"), x->answer.type);
	message_add(&x->response, &x->arena, STR("Cache-Control"), STR("no-store"));
	x->dropped = 0;
	if (f->answer_head_seen) /* the filters have been through once, for an answer that does not go out */
		x->added_count = f->added_before;
	if (f->held)
		chain_response(&f->held->snapshot->chain, &f->run, x);
	x->response.status = x->answer.status; /* a filter may have made another answer */
	x->response.reason = h1_reason(x->answer.status);
	x->response.has_length = true;
	x->response.content_length = x->answer.body.len;
	f->response.framing = head ? FRAMING_NONE : FRAMING_LENGTH;
	f->tunnel = false;
	out->len = 0;
	forward_response(s, out);
	struct str pieces[] = {buf_str(out), head ? (struct str){NULL, 0} : buf_str(&x->answer.body)};
	x->bytes_out = pieces[1].len;
	f->answer_head_sent = true;
	return stream_write(&s->client, pieces, 2) == 0;
}

/* A client that waits to be told to go on is told so here, since the backend will see the request only afterwards. */
void reply_continue(struct session *s)
{
	struct str line = STR("HTTP/1.1 100 Continue\r\n\r\n");
	if (!s->flow->x.request.expect_continue || s->flow->continue_sent || s->in.len)
		return;
	s->flow->continue_sent = true;
	if (stream_write(&s->client, &line, 1) != 0) {
		s->flow->broken = true;
		s->flow->failed = OUTCOME_CLIENT_GONE;
	}
}
