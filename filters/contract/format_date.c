#include "filters/contract/format.h"

/* Exactly `width` digits at *rest, taken; -1 where they are not there. */
static int digits(struct str *rest, size_t width)
{
	int value = 0;
	if (rest->len < width)
		return -1;
	for (size_t i = 0; i < width; i++) {
		if (!ascii_digit(rest->at[i]))
			return -1;
		value = value * 10 + (rest->at[i] - '0');
	}
	*rest = str_skip(*rest, width);
	return value;
}

static bool take(struct str *rest, char c)
{
	if (!rest->len || ascii_lower(rest->at[0]) != c)
		return false;
	*rest = str_skip(*rest, 1);
	return true;
}

static int days_of(int year, int month)
{
	static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

static bool date(struct str *rest)
{
	int year = digits(rest, 4);
	if (year < 0 || !take(rest, '-'))
		return false;
	int month = digits(rest, 2);
	if (month < 1 || month > 12 || !take(rest, '-'))
		return false;
	int day = digits(rest, 2);
	return day >= 1 && day <= days_of(year, month);
}

static bool fraction(struct str *rest)
{
	if (!take(rest, '.'))
		return true;
	size_t i = 0;
	while (i < rest->len && ascii_digit(rest->at[i]))
		i++;
	*rest = str_skip(*rest, i);
	return i > 0;
}

/* Minutes to subtract for UTC. */
static bool zone(struct str *rest, int *minutes)
{
	*minutes = 0;
	if (take(rest, 'z'))
		return true;
	bool east = take(rest, '+');
	if (!east && !take(rest, '-'))
		return false;
	int hour = digits(rest, 2);
	if (hour < 0 || hour > 23 || !take(rest, ':'))
		return false;
	int minute = digits(rest, 2);
	if (minute < 0 || minute > 59)
		return false;
	*minutes = east ? hour * 60 + minute : -(hour * 60 + minute);
	return true;
}

static bool clock_time(struct str *rest)
{
	enum { DAY = 24 * 60 };
	int offset, hour = digits(rest, 2);
	if (hour < 0 || hour > 23 || !take(rest, ':'))
		return false;
	int minute = digits(rest, 2);
	if (minute < 0 || minute > 59 || !take(rest, ':'))
		return false;
	int second = digits(rest, 2);
	if (second < 0 || second > 60 || !fraction(rest) || !zone(rest, &offset))
		return false;
	return second < 60 || (hour * 60 + minute - offset + DAY) % DAY == DAY - 1;
}

/* Two digits, or a number over 99. */
static inline unsigned pair(const char *p)
{
	unsigned tens = (unsigned char)p[0] - (unsigned)'0', ones = (unsigned char)p[1] - (unsigned)'0';
	return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* Of the first ten bytes: most days are not the 29th of February. False says nothing. */
static inline bool common_date(const char *p)
{
	unsigned month = pair(p + 5), day = pair(p + 8);
	return pair(p) < 100 && pair(p + 2) < 100 && p[4] == '-' && p[7] == '-' && month - 1 < 12 &&
	       day - 1 < (unsigned)days_of(1, (int)month);
}

/* Most times are 2026-03-01T10:15:30.250Z. Of those this says true; of others nothing. */
static bool common(struct str s)
{
	const char *p = s.at;
	if (s.len < 20 || !common_date(p) || p[10] != 'T' || p[13] != ':' || p[16] != ':')
		return false;
	const char *end = p + s.len - 1;
	if (pair(p + 11) > 23 || pair(p + 14) > 59 || pair(p + 17) > 59)
		return false;
	p += 19;
	if (*p == '.' && end - p > 1)
		for (p++; p < end && ascii_digit(*p);)
			p++;
	return p == end && *p == 'Z';
}

bool format_date(struct str s)
{
	if (s.len == 10 && common_date(s.at))
		return true;
	return date(&s) && !s.len;
}

bool format_time(struct str s)
{
	return clock_time(&s) && !s.len;
}

bool format_date_time(struct str s)
{
	return common(s) || (date(&s) && take(&s, 't') && clock_time(&s) && !s.len);
}

/* Digits and their unit, as often as `units` goes on; none may be left out between two (RFC 3339, appendix A). */
static bool elements(struct str *rest, const char *units, bool *any)
{
	const char *next = NULL;
	*any = false;
	while (rest->len && ascii_digit(rest->at[0])) {
		size_t i = 0;
		while (i < rest->len && ascii_digit(rest->at[i]))
			i++;
		const char *unit = i < rest->len && rest->at[i] ? strchr(units, rest->at[i]) : NULL;
		if (!unit || (next && unit != next))
			return false;
		next = unit + 1;
		*any = true;
		*rest = str_skip(*rest, i + 1);
	}
	return true;
}

bool format_duration(struct str s)
{
	bool days, hours;
	if (!s.len || s.at[0] != 'P')
		return false;
	s = str_skip(s, 1);
	struct str week = s;
	if (elements(&week, "W", &days) && days)
		return !week.len;
	if (!elements(&s, "YMD", &days))
		return false;
	if (!s.len)
		return days;
	if (s.at[0] != 'T')
		return false;
	s = str_skip(s, 1);
	return elements(&s, "HMS", &hours) && hours && !s.len;
}
