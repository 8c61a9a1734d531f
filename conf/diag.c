#include "conf/diag.h"

#include <stdio.h>

enum { KEPT = 200, BLOCK = 2048, LONGEST = 1000 };

void diag_init(struct diag *d)
{
	*d = (struct diag){.limit = KEPT};
	arena_init(&d->arena, BLOCK);
}

void diag_free(struct diag *d)
{
	arena_free(&d->arena);
	*d = (struct diag){.limit = d->limit};
}

static bool newest_is_kept(const struct diag *d)
{
	return d->last && !d->repeated && d->errors + d->warnings <= d->limit;
}

/* A message may quote what a hostile file holds, so it is cut, between two code points. */
static struct str message(struct diag *d, const char *format, va_list args)
{
	char text[LONGEST];
	int length = vsnprintf(text, sizeof text, format, args);
	CHECK(length >= 0);
	if ((size_t)length < sizeof text)
		return arena_dup(&d->arena, str_of(text, (size_t)length));
	size_t end = sizeof text - 2; /* the last but one byte may be the middle of a code point */
	while (end && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	return arena_printf(&d->arena, "%.*s...", (int)end, text);
}

/* A copy: what the place borrows from (a configuration that was refused) may be gone when complaints are shown. */
static const char *name_of_file(struct diag *d, const char *file)
{
	if (!file || (d->last && d->last->place.file && strcmp(d->last->place.file, file) == 0))
		return file ? d->last->place.file : NULL;
	return arena_dup(&d->arena, str_from(file)).at;
}

/* What two ways of looking at the same place both find is told once. */
static bool told_before(const struct diag *d, enum severity severity, struct place place, struct str text)
{
	for (const struct complaint *c = place.line ? d->first : NULL; c; c = c->next)
		if (c->severity == severity && c->place.line == place.line && c->place.column == place.column &&
		    str_eq(c->text, text) && str_eq(str_from(c->place.file), str_from(place.file)))
			return true;
	return false;
}

static void add(struct diag *d, enum severity severity, struct place place, const char *format, va_list args)
{
	bool full = d->errors + d->warnings >= d->limit;
	struct str text = full ? STR("") : message(d, format, args);
	d->repeated = !full && told_before(d, severity, place, text);
	if (d->repeated)
		return;
	*(severity == DIAG_ERROR ? &d->errors : &d->warnings) += 1;
	if (full)
		return;
	struct complaint *c = ARENA_NEW(&d->arena, struct complaint);
	c->severity = severity;
	c->place = place;
	c->place.file = name_of_file(d, place.file);
	c->text = text;
	if (d->last)
		d->last->next = c;
	else
		d->first = c;
	d->last = c;
}

bool diag_error(struct diag *d, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(d, DIAG_ERROR, place, format, args);
	va_end(args);
	return false;
}

void diag_warn(struct diag *d, struct place place, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(d, DIAG_WARNING, place, format, args);
	va_end(args);
}

void diag_hint(struct diag *d, const char *format, ...)
{
	if (!newest_is_kept(d))
		return;
	va_list args;
	va_start(args, format);
	d->last->hint = message(d, format, args);
	va_end(args);
}

/* Near is: a third of the letters may differ, so that "v1" is not taken for "v2" but "contrat" is for "contract". */
struct str diag_nearest(struct str word, const struct str *words, size_t count)
{
	struct str best = {NULL, 0};
	unsigned nearest = (unsigned)(word.len < 48 ? (word.len + 1) / 3 : 16) + 1;
	for (size_t i = 0; i < count; i++) {
		unsigned distance = str_distance(word, words[i], nearest);
		if (distance < nearest) {
			nearest = distance;
			best = words[i];
		}
	}
	return best;
}
