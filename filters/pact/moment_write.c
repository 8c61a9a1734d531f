#include "filters/pact/moment.h"

#include "proxy/base/clock.h"

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
				     "July",    "August",   "September", "October", "November", "December"};
static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

static void number(struct buf *out, uint64_t value, size_t width)
{
	buf_addf(out, "%0*llu", (int)width, (unsigned long long)value);
}

static void word(struct buf *out, const char *text, bool whole)
{
	buf_add(out, str_head(str_from(text), whole || strlen(text) < 3 ? strlen(text) : 3));
}

/* Offsets of UTC, by letter and count. */
static void offset(struct buf *out, char letter, size_t count)
{
	if (letter == 'X' || (letter == 'Z' && count == 5))
		buf_addc(out, 'Z');
	else if (letter == 'Z' || count == 2 || count == 4)
		buf_add(out, STR("+0000"));
	else
		buf_add(out, count == 1 ? STR("+00") : STR("+00:00"));
}

static bool letters(const struct civil *c, char letter, size_t count, struct buf *out)
{
	static const unsigned powers[] = {1000, 100, 10, 1};
	switch (letter) {
	case 'y':
	case 'u':
		number(out, (uint64_t)(count == 2 ? c->year % 100 : c->year), count);
		return true;
	case 'M':
	case 'L':
		if (count >= 3)
			word(out, months[c->month - 1], count >= 4);
		else
			number(out, c->month, count);
		return true;
	case 'd':
		number(out, c->day, count);
		return true;
	case 'E':
		word(out, days[c->weekday], count >= 4);
		return true;
	case 'H':
		number(out, c->hour, count);
		return true;
	case 'h':
		number(out, (c->hour + 11) % 12 + 1, count);
		return true;
	case 'm':
		number(out, c->minute, count);
		return true;
	case 's':
		number(out, c->second, count);
		return true;
	case 'S':
		number(out, c->ms / powers[count < 3 ? count : 3], count < 3 ? count : 3);
		for (size_t i = 3; i < count && i < 9; i++)
			buf_addc(out, '0');
		return count <= 9;
	case 'a':
		word(out, c->hour < 12 ? "AM" : "PM", true);
		return true;
	case 'X':
	case 'x':
	case 'Z':
		offset(out, letter, count);
		return true;
	default:
		return false;
	}
}

/* 'T', with '' for a quote; returns the offset behind it. */
static size_t literal(struct str format, size_t at, struct buf *out)
{
	size_t begun = ++at;
	for (; at < format.len; at++) {
		if (format.at[at] == '\'' && !(at + 1 < format.len && format.at[at + 1] == '\''))
			break;
		at += format.at[at] == '\'';
		buf_addc(out, format.at[at]);
	}
	if (at == begun)
		buf_addc(out, '\'');
	return at + 1;
}

bool moment_write(int64_t wall_ms, struct str format, struct buf *out)
{
	struct civil c = clock_civil(wall_ms);
	for (size_t at = 0, count; at < format.len; at += count) {
		char letter = format.at[at];
		for (count = 1; ascii_alpha(letter) && at + count < format.len && format.at[at + count] == letter;)
			count++;
		if (letter == '\'')
			count = literal(format, at, out) - at;
		else if (letter == '[' || letter == ']')
			continue;
		else if (!ascii_alpha(letter))
			buf_addc(out, letter);
		else if (count > 9 || !letters(&c, letter, count, out))
			return false;
	}
	return true;
}
