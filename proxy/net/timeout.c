#include "proxy/net/loop.h"

/* The wheel has a slot for each tick; what is further away than a turn stays in its slot for another turn. */
static void sweep_slot(struct loop *l, uint64_t tick)
{
	struct timeout *due = l->slots[tick % LOOP_SLOTS];
	l->slots[tick % LOOP_SLOTS] = NULL;
	if (due)
		due->link = &due;
	while (due) {
		struct timeout *t = due;
		void (*fire)(struct timeout *) = t->fire;
		due = t->next;
		if (due)
			due->link = &due;
		t->link = NULL;
		l->timeouts--;
		if (t->tick > tick) {
			t->next = l->slots[t->tick % LOOP_SLOTS];
			if (t->next)
				t->next->link = &t->next;
			t->link = &l->slots[t->tick % LOOP_SLOTS];
			l->slots[t->tick % LOOP_SLOTS] = t;
			l->timeouts++;
		} else {
			fire(t);
		}
	}
}

static void sweep(uv_timer_t *timer)
{
	struct loop *l = timer->data;
	uint64_t now = uv_now(&l->uv) / LOOP_TICK_MS;
	if (now - l->tick > LOOP_SLOTS)
		l->tick = now - LOOP_SLOTS;
	while (l->tick < now)
		sweep_slot(l, ++l->tick);
	if (l->timeouts == 0)
		uv_timer_stop(timer);
}

uint64_t loop_now(const struct loop *l)
{
	return uv_now(&l->uv);
}

void timeout_clear(struct loop *l, struct timeout *t)
{
	if (!t->link)
		return;
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	t->link = NULL;
	l->timeouts--;
}

void timeout_set(struct loop *l, struct timeout *t, uint64_t ms, void (*fire)(struct timeout *t))
{
	uint64_t tick = (uv_now(&l->uv) + ms) / LOOP_TICK_MS + 1;
	t->fire = fire;
	if (t->link && tick >= t->tick) { /* it stays where it hangs: the sweep hangs it on when it comes by */
		t->tick = tick;
		return;
	}
	timeout_clear(l, t);
	if (l->timeouts == 0 && !uv_is_active((uv_handle_t *)&l->sweep) && !uv_is_closing((uv_handle_t *)&l->sweep)) {
		l->tick = uv_now(&l->uv) / LOOP_TICK_MS;
		uv_timer_start(&l->sweep, sweep, LOOP_TICK_MS, LOOP_TICK_MS);
	}
	t->tick = tick;
	struct timeout **slot = &l->slots[t->tick % LOOP_SLOTS];
	t->next = *slot;
	if (t->next)
		t->next->link = &t->next;
	t->link = slot;
	*slot = t;
	l->timeouts++;
}
