#include "proxy/flow.h"

#include <stdlib.h>

enum {
	SPARE_FLOWS = 256,       /* kept by a worker for reuse */
	KEEP_BUFFER = 16 * 1024 /* a larger gathering buffer is given back after its request */
};

struct flow *flow_take(struct worker *w)
{
	struct flow *f = w->spare_flows;
	if (!f) {
		f = must_zalloc(1, sizeof *f);
		exchange_begin(&f->x, w->index);
		return f;
	}
	w->spare_flows = f->next;
	w->spare_flow_count--;
	return f;
}

static void trim(struct buf *b)
{
	if (b->cap > KEEP_BUFFER)
		buf_free(b);
	b->len = 0;
}

static void flow_free(struct flow *f)
{
	exchange_free(&f->x);
	buf_free(&f->whole[0]);
	buf_free(&f->whole[1]);
	buf_free(&f->answer_head);
	free(f);
}

void flow_give(struct worker *w, struct flow *f)
{
	if (w->spare_flow_count >= SPARE_FLOWS) {
		flow_free(f);
		return;
	}
	trim(&f->whole[0]);
	trim(&f->whole[1]);
	trim(&f->answer_head);
	exchange_reset(&f->x);
	memset((char *)f + offsetof(struct flow, held), 0, sizeof *f - offsetof(struct flow, held));
	f->next = w->spare_flows;
	w->spare_flows = f;
	w->spare_flow_count++;
}

void flow_free_spare(struct worker *w)
{
	while (w->spare_flows) {
		struct flow *f = w->spare_flows;
		w->spare_flows = f->next;
		flow_free(f);
	}
	w->spare_flow_count = 0;
}
