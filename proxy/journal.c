#include "proxy/journal.h"

#include "proxy/base/clock.h"

#include <stdlib.h>

enum { QUEUE_MAX = 10000 };

struct journal_entry {
	struct journal_entry *next;
	struct event_row row; /* its texts stand behind it */
};

void journal_init(struct journal *j)
{
	memset(j, 0, sizeof *j);
	j->end = &j->first;
	CHECK(pthread_mutex_init(&j->lock, NULL) == 0);
}

static void free_entries(struct journal_entry *e)
{
	for (struct journal_entry *next; e; e = next) {
		next = e->next;
		free(e);
	}
}

void journal_free(struct journal *j)
{
	free_entries(j->first);
	pthread_mutex_destroy(&j->lock);
}

static struct str put(char **at, struct str s)
{
	struct str copy = str_of(*at, s.len);
	if (s.len)
		memcpy(*at, s.at, s.len);
	*at += s.len;
	return copy;
}

static struct journal_entry *entry_of(const struct event_row *r)
{
	size_t text = r->type.len + r->version.len + r->consumer.len + r->trace_id.len + r->digest.len + r->data.len;
	struct journal_entry *e = must_alloc(sizeof *e + text);
	char *at = (char *)(e + 1);
	e->next = NULL;
	e->row = (struct event_row){.wall_ms = r->wall_ms,
				    .type = put(&at, r->type),
				    .version = put(&at, r->version),
				    .consumer = put(&at, r->consumer),
				    .trace_id = put(&at, r->trace_id),
				    .digest = put(&at, r->digest),
				    .data = put(&at, r->data)};
	return e;
}

static bool append(struct journal *j, struct journal_entry *e)
{
	pthread_mutex_lock(&j->lock);
	bool room = j->count < QUEUE_MAX;
	if (room) {
		*j->end = e;
		j->end = &e->next;
		j->count++;
	} else {
		j->dropped++;
	}
	pthread_mutex_unlock(&j->lock);
	return room;
}

void journal_add(struct journal *j, const struct event *e, int64_t wall_ms)
{
	struct buf data = {0};
	event_json(e, &data);
	struct journal_entry *entry = entry_of(&(struct event_row){.wall_ms = wall_ms,
								   .type = event_word(e->type),
								   .version = e->version,
								   .consumer = e->consumer,
								   .trace_id = e->trace_id,
								   .digest = e->digest,
								   .data = buf_str(&data)});
	if (!append(j, entry))
		free(entry);
	buf_free(&data);
}

struct event_row *journal_take(struct journal *j, struct arena *a, size_t *count)
{
	pthread_mutex_lock(&j->lock);
	struct journal_entry *all = j->first;
	struct event_row *rows = arena_zalloc(a, j->count + 1, sizeof *rows);
	j->first = NULL;
	j->end = &j->first;
	j->count = 0;
	pthread_mutex_unlock(&j->lock);
	*count = 0;
	for (struct journal_entry *e = all; e; e = e->next) {
		struct event_row *r = &rows[(*count)++];
		*r = e->row;
		r->type = arena_dup(a, r->type);
		r->version = arena_dup(a, r->version);
		r->consumer = arena_dup(a, r->consumer);
		r->trace_id = arena_dup(a, r->trace_id);
		r->digest = arena_dup(a, r->digest);
		r->data = arena_dup(a, r->data);
	}
	free_entries(all);
	return rows;
}

void journal_untake(struct journal *j, const struct event_row *rows, size_t count)
{
	pthread_mutex_lock(&j->lock);
	for (size_t i = count; i-- > 0;) {
		if (j->count >= QUEUE_MAX) {
			j->dropped += i + 1;
			break;
		}
		struct journal_entry *e = entry_of(&rows[i]);
		e->next = j->first;
		if (!j->first)
			j->end = &e->next;
		j->first = e;
		j->count++;
	}
	pthread_mutex_unlock(&j->lock);
}

uint64_t journal_dropped(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	uint64_t dropped = j->dropped;
	pthread_mutex_unlock(&j->lock);
	return dropped;
}

/* Attributes of the envelope: the optional ones are left out where they are empty (CloudEvents 1.0, 3.1). */
static void attribute(struct buf *out, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_addf(out, ",\"%s\":\"", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

void journal_json(const struct event_row *e, struct str api, struct buf *out)
{
	char time[CLOCK_TEXT];
	size_t len = clock_format(e->wall_ms, time);
	buf_addf(out, "{\"specversion\":\"1.0\",\"id\":\"%llu\",\"source\":\"/vane/", (unsigned long long)e->seq);
	buf_add_json(out, api);
	buf_addc(out, '"');
	attribute(out, "type", e->type);
	attribute(out, "time", str_of(time, len));
	attribute(out, "apiversion", e->version);
	attribute(out, "consumer", e->consumer);
	attribute(out, "traceid", e->trace_id);
	attribute(out, "contractdigest", e->digest);
	buf_add(out, STR(",\"datacontenttype\":\"application/json\",\"data\":"));
	buf_add(out, e->data.len ? e->data : STR("{}"));
	buf_addc(out, '}');
}
