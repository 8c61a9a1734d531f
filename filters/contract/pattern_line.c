/* Lines are made of what pattern_fast_build.c has made. */
#include "filters/contract/pattern_line.h"

#include "filters/contract/pattern_steps.h"

enum { PARTS = 12, LINES = 8 };

/* A line while it is put together. */
struct draft {
	struct line_part part[PARTS];
	uint32_t count;
	bool failed;
};

struct range {
	unsigned char low, span;
};

/* What stands in a JSON string as it is, one byte for each code point. */
static bool plain(unsigned c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The ranges of a class; 0: it has none, or too many. */
static uint32_t ranges_of(const unsigned char ascii[256], struct range out[LINE_RANGES])
{
	uint32_t count = 0;
	for (unsigned c = 0; c < 0x80; c++) {
		unsigned low = c;
		while (ascii[c] && plain(c))
			c++;
		if (c == low)
			continue;
		if (count == LINE_RANGES)
			return 0;
		out[count++] = (struct range){(unsigned char)low, (unsigned char)(c - 1 - low)};
	}
	return count;
}

static struct line_part *add_part(struct draft *d)
{
	if (d->count == PARTS) {
		/* Nothing will come of it: what is still written goes into a part that has room. */
		d->failed = true;
		memset(&d->part[0], 0, sizeof d->part[0]);
		return &d->part[0];
	}
	struct line_part *part = &d->part[d->count++];
	/* Places that are not used hold anything. */
	memset(part, 0, sizeof *part);
	memset(part->span, 0xFF, sizeof part->span);
	return part;
}

/* One place with one of these ranges. The ranges that a place does not need repeat its first. */
static void add_place(struct draft *d, const struct range *ranges, uint32_t count)
{
	struct line_part *part = d->count ? &d->part[d->count - 1] : NULL;
	if (!part || part->run || part->min == LINE_PLACES)
		part = add_part(d);
	for (uint32_t i = 0; i < LINE_RANGES; i++) {
		const struct range *one = &ranges[i < count ? i : 0];
		part->low[i][part->min] = one->low;
		part->span[i][part->min] = one->span;
	}
	part->ranges = part->ranges < count ? count : part->ranges;
	part->min++;
}

static void add_run(struct draft *d, const struct step *s, const struct range *ranges, uint32_t count)
{
	struct line_part *part = add_part(d);
	part->run = true;
	part->ranges = count;
	part->min = s->min;
	part->max = s->max;
	for (uint32_t i = 0; count && i < LINE_RANGES; i++) {
		memset(part->low[i], ranges[i < count ? i : 0].low, LINE_PLACES);
		memset(part->span[i], ranges[i < count ? i : 0].span, LINE_PLACES);
	}
}

static void add_literal(struct draft *d, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		struct range one = {(unsigned char)text.at[i], 0};
		d->failed |= !plain(one.low);
		add_place(d, &one, 1);
	}
}

static void add_step(struct draft *d, const struct step *s)
{
	struct range ranges[LINE_RANGES];
	if (s->literal.len) {
		add_literal(d, s->literal);
		return;
	}
	uint32_t count = ranges_of(s->ascii, ranges);
	d->failed |= !count;
	if (s->min != s->max || s->max > LINE_PLACES) {
		add_run(d, s, ranges, count);
		return;
	}
	for (uint32_t i = 0; count && i < s->min; i++)
		add_place(d, ranges, count);
}

/* What comes before a run where nothing does. */
static const struct line_part *anything(void)
{
	static const struct line_part any = {
	    .span = {{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}}, .ranges = 1};
	return &any;
}

static void find_shape(struct pattern_line *line)
{
	const struct line_part *part = line->part;
	bool simple = line->end && line->count;
	for (uint32_t i = 0; i < line->count; i++)
		simple &= part[i].ranges <= 2;
	if (!simple)
		return;
	if (line->count == 1) {
		line->shape[0] = &part[0];
	} else if (line->count == 2 && part[0].run && !part[1].run) {
		line->shape[0] = anything();
		line->shape[1] = &part[0];
		line->shape[2] = &part[1];
	} else if (line->count == 3 && !part[0].run && part[1].run && !part[2].run) {
		for (uint32_t i = 0; i < 3; i++)
			line->shape[i] = &part[i];
	}
}

static bool make(struct arena *a, const struct sequence *q, struct pattern_line *line)
{
	static const struct range quote = {'"', 0};
	struct draft d;
	d.count = 0;
	d.failed = !q->start;
	for (uint32_t i = 0; i < q->count && !d.failed; i++)
		add_step(&d, &q->steps[i]);
	if (q->end)
		add_place(&d, &quote, 1);
	if (d.failed)
		return false;
	struct line_part *part = ARENA_ARRAY(a, struct line_part, d.count + 1);
	memcpy(part, d.part, d.count * sizeof *part);
	*line = (struct pattern_line){.part = part, .count = d.count, .end = q->end};
	find_shape(line);
	return true;
}

void pattern_line_build(struct pattern_fast *f)
{
	struct pattern_line lines[LINES];
	if (!f->count || f->count > LINES)
		return;
	for (uint32_t i = 0; i < f->count; i++)
		if (!make(&f->arena, &f->sequences[i], &lines[i]))
			return;
	f->lines = ARENA_ARRAY(&f->arena, struct pattern_line, f->count);
	memcpy(f->lines, lines, f->count * sizeof *lines);
}
