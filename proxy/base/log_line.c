/* How a line is built: the producer's side of the log. */
#include "proxy/base/log_inside.h"

#include "proxy/base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { VALUE_MAX = 2048, LINE_MAX_BYTES = 60 * 1024 };

static const struct str level_words[] = {
#define X(name, word) STR_INIT(word),
    LOG_LEVELS(X)
#undef X
};
static const struct str level_columns[] = {STR_INIT("ERROR"), STR_INIT("WARN "), STR_INIT("INFO "), STR_INIT("DEBUG")};

bool log_wants(const struct log_producer *p, enum log_level level)
{
	return (int)level <= atomic_load_explicit(&p->log->level, memory_order_relaxed);
}

bool log_for_people(const struct log_producer *p)
{
	return p->people;
}

/* The date and time down to the second are formatted once a second; milliseconds are patched in. */
static struct str stamp(struct log_producer *p, int64_t wall_ms)
{
	if (wall_ms < p->second_ms || wall_ms >= p->second_ms + 1000 || !p->stamp_len) {
		int64_t ms = (wall_ms % 1000 + 1000) % 1000;
		p->second_ms = wall_ms - ms;
		p->stamp_len = clock_format(wall_ms, p->stamp);
	}
	unsigned ms = (unsigned)(wall_ms - p->second_ms);
	char *digits = p->stamp + p->stamp_len - 4;
	digits[0] = (char)('0' + ms / 100);
	digits[1] = (char)('0' + ms / 10 % 10);
	digits[2] = (char)('0' + ms % 10);
	return str_of(p->stamp, p->stamp_len);
}

void log_begin(struct log_producer *p, enum log_level level, struct str action, int64_t wall_ms)
{
	p->muted = !log_wants(p, level);
	if (!p->muted)
		log_begin_always(p, level, action, wall_ms);
}

void log_begin_always(struct log_producer *p, enum log_level level, struct str action, int64_t wall_ms)
{
	p->muted = false;
	p->people = atomic_load_explicit(&p->log->format, memory_order_relaxed) == LOG_TEXT;
	p->line.len = 0;
	if (p->people) {
		buf_add(&p->line, stamp(p, wall_ms));
		buf_addc(&p->line, ' ');
		buf_add(&p->line, level_columns[level]);
		buf_addc(&p->line, ' ');
		buf_add(&p->line, action);
		return;
	}
	buf_add(&p->line, STR("{\"@timestamp\":\""));
	buf_add(&p->line, stamp(p, wall_ms));
	buf_add(&p->line, STR("\",\"log.level\":\""));
	buf_add(&p->line, level_words[level]);
	buf_add(&p->line, STR("\",\"event.action\":\""));
	buf_add(&p->line, action);
	buf_addc(&p->line, '"');
}

/* Writes the field's name; what follows is its value. `more`: room that will be wanted for it, so that a field costs
 * one look at the buffer's size. */
static char *name_field(struct log_producer *p, const char *name, size_t more)
{
	size_t length = strlen(name);
	char *at = buf_reserve(&p->line, length + 4 + more);
	*at++ = p->people ? ' ' : ',';
	if (!p->people)
		*at++ = '"';
	memcpy(at, name, length);
	at += length;
	if (!p->people)
		*at++ = '"';
	*at++ = p->people ? '=' : ':';
	p->line.len = (size_t)(at - p->line.at);
	return at;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c <= 0x20 || c >= 0x7F || c == '"' || c == '\\' || c == '=')
			return false;
	}
	return s.len > 0;
}

static void text_for_people(struct log_producer *p, const char *name, struct str value)
{
	bool message = strcmp(name, "message") == 0, quotes = !message && !is_plain(value);
	if (message)
		buf_add(&p->line, STR("  "));
	else
		name_field(p, name, 0);
	if (quotes)
		buf_addc(&p->line, '"');
	buf_add_json(&p->line, value);
	if (quotes)
		buf_addc(&p->line, '"');
}

void log_text(struct log_producer *p, const char *name, struct str value)
{
	if (p->muted)
		return;
	value.len = value.len < VALUE_MAX ? value.len : VALUE_MAX;
	if (p->people) {
		text_for_people(p, name, value);
		return;
	}
	char *at = name_field(p, name, value.len + 2);
	*at++ = '"';
	size_t plain = json_plain(value);
	if (plain)
		memcpy(at, value.at, plain);
	p->line.len += plain + 1;
	if (plain < value.len)
		buf_add_json(&p->line, str_skip(value, plain));
	buf_addc(&p->line, '"');
}

void log_text_if(struct log_producer *p, const char *name, struct str value)
{
	if (value.len)
		log_text(p, name, value);
}

void log_number(struct log_producer *p, const char *name, uint64_t value)
{
	if (p->muted)
		return;
	name_field(p, name, 20);
	buf_add_u64(&p->line, value);
}

void log_bool(struct log_producer *p, const char *name, bool value)
{
	if (p->muted)
		return;
	name_field(p, name, 20);
	buf_add(&p->line, value ? STR("true") : STR("false"));
}

/* The writer sleeps deeply only after a while without lines, and naps for a few milliseconds otherwise: under load no
 * producer ever makes a system call, unless its ring is already half full. */
static void wake_writer(struct log_producer *p)
{
	struct log *l = p->log;
	atomic_thread_fence(memory_order_seq_cst);
	int state = atomic_load_explicit(&l->state, memory_order_relaxed);
	if (state == WRITER_AWAKE || (state == WRITER_NAPS && ring_used(&p->ring) < p->ring.size / 2))
		return;
	if (!atomic_compare_exchange_strong(&l->state, &state, WRITER_AWAKE))
		return;
	uint64_t one = 1;
	while (write(l->wake, &one, sizeof one) < 0)
		; /* only a signal can interrupt it */
}

void log_end(struct log_producer *p)
{
	if (p->muted)
		return;
	buf_add(&p->line, p->people ? STR("\n") : STR("}\n"));
	if (p->line.len <= LINE_MAX_BYTES && ring_put(&p->ring, buf_str(&p->line)))
		wake_writer(p);
	else
		atomic_fetch_add_explicit(&p->dropped, 1, memory_order_relaxed);
}

void log_say(struct log_producer *p, enum log_level level, const char *action, const char *format, ...)
{
	char text[VALUE_MAX];
	if (!log_wants(p, level))
		return;
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	CHECK(length >= 0);
	size_t kept = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
	log_begin(p, level, str_from(action), clock_wall_ms());
	log_text(p, "message", str_of(text, kept));
	log_end(p);
}
