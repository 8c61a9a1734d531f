#include "filters/pact/moment.h"

enum { MOST_STEPS = 20000, MOST_FORMAT = 256 };

struct reading {
	struct str text, format;
	unsigned steps;
	bool untold;
	uint64_t year, month, day; /* 0: not said; a year of two digits is one of 2000 */
};

struct spot {
	size_t text, format; /* offsets */
};

static bool follow(struct reading *r, struct spot at);

static char here(const struct reading *r, size_t at)
{
	return at < r->text.len ? r->text.at[at] : '\0';
}

/* Digits at `at`: at least `least`, at most `most`, as many as there are. 0: too few. */
static size_t digits(const struct reading *r, size_t at, size_t least, size_t most, uint64_t *value)
{
	size_t len = 0;
	*value = 0;
	while (len < most && ascii_digit(here(r, at + len)))
		*value = *value * 10 + (uint64_t)(r->text.at[at + len++] - '0');
	return len >= least ? len : 0;
}

/* The longest of the words that the text goes on with (without case), as its number from 1; or the first three letters
 * of one. */
static size_t word(const struct reading *r, size_t at, const char *const *words, unsigned count, bool whole,
		   uint64_t *which)
{
	for (unsigned i = 0; i < count; i++) {
		struct str w = str_from(words[i]);
		if (!whole && w.len > 3)
			w.len = 3;
		if (r->text.len - at >= w.len && str_eq_nocase(str_of(r->text.at + at, w.len), w)) {
			*which = i + 1;
			return w.len;
		}
	}
	return 0;
}

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
				     "July",    "August",   "September", "October", "November", "December"};
static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const halves[] = {"AM", "PM"};
static const char *const eras[] = {"Anno Domini", "Before Christ", "AD", "BC"};

/* Numbers by letter: their range, and how many digits a single letter takes. */
static const struct {
	char letter;
	uint64_t least, most;
	size_t digits;
} numbers[] = {{'d', 1, 31, 2}, {'D', 1, 366, 3},       {'H', 0, 23, 2},
	       {'h', 1, 12, 2}, {'k', 1, 24, 2},        {'K', 0, 11, 2},
	       {'m', 0, 59, 2}, {'s', 0, 60, 2},        {'w', 1, 53, 2},
	       {'W', 0, 6, 1},  {'F', 1, 5, 1},         {'e', 1, 7, 1},
	       {'c', 1, 7, 1},  {'n', 0, 999999999, 9}, {'Q', 1, 4, 1},
	       {'q', 1, 4, 1},  {'A', 0, 86399999, 8},  {'N', 0, 86399999999999, 14}};

static size_t read_number(struct reading *r, size_t at, char letter, size_t count)
{
	uint64_t value;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (numbers[i].letter != letter)
			continue;
		size_t most = count > 1 ? count : numbers[i].digits;
		size_t len = digits(r, at, count, most, &value);
		if (!len || value < numbers[i].least || value > numbers[i].most)
			return 0;
		if (letter == 'd')
			r->day = value;
		return len;
	}
	r->untold = true;
	return 0;
}

static size_t read_year(struct reading *r, size_t at, size_t count)
{
	size_t sign = here(r, at) == '-' || here(r, at) == '+';
	size_t len = digits(r, at + sign,
			    count == 2  ? 2
			    : count < 4 ? 1
					: count,
			    count == 2  ? 2
			    : sign      ? 9
			    : count < 4 ? 9
					: count,
			    &r->year);
	if (len && count == 2)
		r->year += 2000;
	return len ? len + sign : 0;
}

static size_t read_month(struct reading *r, size_t at, size_t count)
{
	if (count >= 3)
		return word(r, at, months, 12, count >= 4, &r->month);
	size_t len = digits(r, at, count, 2, &r->month);
	return r->month >= 1 && r->month <= 12 ? len : 0;
}

/* +01, +0100, +01:00 and with seconds, by how many letters there are; `zulu`: Z means zero. */
static size_t read_offset(struct reading *r, size_t at, size_t count, bool zulu)
{
	uint64_t hours, minutes, seconds;
	if (zulu && here(r, at) == 'Z')
		return 1;
	if (here(r, at) != '+' && here(r, at) != '-')
		return 0;
	bool colon = count == 3 || count == 5;
	size_t len = 1 + digits(r, at + 1, 2, 2, &hours), part;
	if (len != 3 || hours > 18)
		return 0;
	size_t skip = colon ? here(r, at + len) == ':' : 0;
	part = colon && !skip ? 0 : digits(r, at + len + skip, 2, 2, &minutes);
	if (!part)
		return count == 1 ? len : 0;
	if (minutes > 59)
		return 0;
	len += skip + part;
	skip = colon ? here(r, at + len) == ':' : 0;
	part = count >= 4 && (!colon || skip) ? digits(r, at + len + skip, 2, 2, &seconds) : 0;
	return part ? len + skip + part : len;
}

/* UTC, GMT+1, Europe/Amsterdam, CET. */
static size_t read_zone(const struct reading *r, size_t at)
{
	size_t len = 0;
	for (char c; (c = here(r, at + len)) && (ascii_alpha(c) || ascii_digit(c) || strchr("/_+-:", c));)
		len++;
	return len;
}

static size_t read_fraction(const struct reading *r, size_t at, size_t count)
{
	uint64_t value;
	return count > 9 ? 0 : digits(r, at, count, count, &value);
}

static size_t read_letters(struct reading *r, size_t at, char letter, size_t count)
{
	uint64_t which;
	switch (letter) {
	case 'y':
	case 'u':
	case 'Y':
		return read_year(r, at, count);
	case 'M':
	case 'L':
		return read_month(r, at, count);
	case 'E':
		return word(r, at, days, 7, count >= 4, &which);
	case 'a':
		return word(r, at, halves, 2, true, &which);
	case 'G':
		return word(r, at, eras, 4, true, &which);
	case 'S':
		return read_fraction(r, at, count);
	case 'X':
		return read_offset(r, at, count, true);
	case 'x':
		return read_offset(r, at, count, false);
	case 'Z':
		return read_offset(r, at, count == 5 ? 5 : 2, count == 5);
	case 'z':
	case 'V':
	case 'v':
	case 'O':
		return read_zone(r, at);
	case 'e':
	case 'c':
		return count >= 3 ? word(r, at, days, 7, count >= 4, &which) : read_number(r, at, letter, count);
	default:
		return read_number(r, at, letter, count);
	}
}

/* 'T', with '' for a quote, also within. Returns the length in the format; what stands there must be next in the text.
 */
static bool read_literal(struct reading *r, struct spot *at)
{
	size_t i = at->format + 1, begun = i;
	for (;; i++) {
		if (i >= r->format.len)
			return false;
		if (r->format.at[i] == '\'') {
			bool doubled = i + 1 < r->format.len && r->format.at[i + 1] == '\'';
			if (!doubled && i > begun)
				break;
			if (!doubled) { /* '' outside: one quote */
				at->format = i + 1;
				return here(r, at->text++) == '\'';
			}
			i++;
		}
		if (here(r, at->text++) != r->format.at[i])
			return false;
	}
	at->format = i + 1;
	return true;
}

/* Behind the ] that closes the part that begins behind `at`. */
static size_t behind_part(const struct reading *r, size_t at)
{
	for (unsigned open = 1; at < r->format.len; at++) {
		open += r->format.at[at] == '[';
		if (r->format.at[at] == ']' && --open == 0)
			return at + 1;
	}
	return at;
}

static bool is_date(const struct reading *r)
{
	static const uint8_t most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (!r->month || !r->day)
		return true;
	bool leap = !r->year || (r->year % 4 == 0 && (r->year % 100 != 0 || r->year % 400 == 0));
	return r->day <= most[r->month - 1] && (r->month != 2 || r->day < 29 || leap);
}

static bool follow_letters(struct reading *r, struct spot at)
{
	char letter = r->format.at[at.format];
	size_t count = 1;
	while (at.format + count < r->format.len && r->format.at[at.format + count] == letter)
		count++;
	size_t len = read_letters(r, at.text, letter, count);
	at.text += len;
	at.format += count;
	return len && follow(r, at);
}

static bool follow(struct reading *r, struct spot at)
{
	if (++r->steps > MOST_STEPS)
		r->untold = true;
	if (r->untold)
		return false;
	if (at.format == r->format.len)
		return at.text == r->text.len && is_date(r);
	char c = r->format.at[at.format];
	if (ascii_alpha(c))
		return follow_letters(r, at);
	if (c == '\'')
		return read_literal(r, &at) && follow(r, at);
	if (c == ']') {
		at.format++;
		return follow(r, at);
	}
	if (c == '[') {
		struct reading kept = *r;
		struct spot without = {at.text, behind_part(r, at.format + 1)};
		at.format++;
		if (follow(r, at))
			return true;
		kept.steps = r->steps;
		kept.untold = r->untold;
		*r = kept;
		return follow(r, without);
	}
	at.format++;
	return here(r, at.text++) == c && at.text <= r->text.len && follow(r, at);
}

enum moment_verdict moment_matches(struct str text, struct str format)
{
	struct reading r = {.text = text, .format = format};
	struct spot begin = {0};
	if (format.len > MOST_FORMAT)
		return MOMENT_UNTOLD;
	bool good = follow(&r, begin);
	return good ? MOMENT_YES : r.untold ? MOMENT_UNTOLD : MOMENT_NO;
}
