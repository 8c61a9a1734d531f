#include "proxy/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

#ifdef VANE_TEST_CLOCK
static int64_t shift_ms(void)
{
	static int64_t shift = INT64_MIN;
	if (shift == INT64_MIN) {
		const char *seconds = getenv("VANE_CLOCK_SHIFT");
		shift = seconds ? strtoll(seconds, NULL, 10) * 1000 : 0;
	}
	return shift;
}
#else
static int64_t shift_ms(void)
{
	return 0;
}
#endif

int64_t clock_wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + shift_ms();
}

uint64_t clock_mono_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Both directions count in eras of 400 years that begin on 1 March, so that the leap day is the last of its year. */
int64_t clock_days(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (int64_t)day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct civil clock_civil(int64_t wall_ms)
{
	int64_t days = floor_div(wall_ms, 86400000);
	unsigned rest = (unsigned)(wall_ms - days * 86400000);
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct civil c = {.day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
			  .month = (unsigned)(month < 10 ? month + 3 : month - 9),
			  .hour = rest / 3600000,
			  .minute = rest / 60000 % 60,
			  .second = rest / 1000 % 60,
			  .ms = rest % 1000,
			  .weekday = (unsigned)(((days + 4) % 7 + 7) % 7)};
	c.year = year_of_era + era * 400 + (c.month <= 2);
	return c;
}

static bool number(struct str *s, size_t digits, unsigned *value)
{
	uint64_t n;
	if (s->len < digits || !str_to_u64(str_head(*s, digits), &n))
		return false;
	*value = (unsigned)n;
	*s = str_skip(*s, digits);
	return true;
}

static bool literal(struct str *s, char c)
{
	if (!s->len || s->at[0] != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static unsigned month_length(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool parse_date(struct str *s, int64_t *days)
{
	unsigned year, month, day;
	if (!number(s, 4, &year) || !literal(s, '-') || !number(s, 2, &month) || !literal(s, '-') || !number(s, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > month_length(year, month))
		return false;
	*days = clock_days(year, month, day);
	return true;
}

static bool parse_seconds(struct str *s, unsigned *second, unsigned *ms)
{
	*second = *ms = 0;
	if (!literal(s, ':'))
		return true;
	if (!number(s, 2, second) || *second > 59)
		return false;
	if (!literal(s, '.'))
		return true;
	unsigned digits = 0, scale = 100, digit;
	for (; number(s, 1, &digit); digits++, scale /= 10)
		*ms += digit * scale;
	return digits > 0;
}

static bool parse_zone(struct str *s, int *minutes)
{
	unsigned hour, minute;
	*minutes = 0;
	if (literal(s, 'Z') || literal(s, 'z'))
		return true;
	int sign = literal(s, '+') ? 1 : literal(s, '-') ? -1 : 0;
	if (!sign || !number(s, 2, &hour) || !literal(s, ':') || !number(s, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = sign * (int)(hour * 60 + minute);
	return true;
}

bool clock_parse(struct str text, int64_t *wall_ms)
{
	int64_t days;
	unsigned hour, minute, second, ms;
	int zone;
	if (!parse_date(&text, &days))
		return false;
	if (!text.len) {
		*wall_ms = days * 86400000;
		return true;
	}
	if (!literal(&text, 'T') && !literal(&text, 't') && !literal(&text, ' '))
		return false;
	if (!number(&text, 2, &hour) || !literal(&text, ':') || !number(&text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	if (!parse_seconds(&text, &second, &ms) || !parse_zone(&text, &zone) || text.len)
		return false;
	*wall_ms = days * 86400000 + ((int64_t)hour * 60 + minute - zone) * 60000 + (int64_t)second * 1000 + ms;
	return true;
}

size_t clock_format(int64_t wall_ms, char *text)
{
	struct civil c = clock_civil(wall_ms);
	int n = snprintf(text, CLOCK_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", (int)c.year, c.month, c.day, c.hour,
			 c.minute, c.second, c.ms);
	return (size_t)n;
}

size_t clock_format_day(int64_t wall_ms, char *text)
{
	struct civil c = clock_civil(wall_ms);
	return (size_t)snprintf(text, CLOCK_TEXT, "%04d-%02u-%02u", (int)c.year, c.month, c.day);
}
