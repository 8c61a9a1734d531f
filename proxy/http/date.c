#include "proxy/http/date.h"

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const struct str long_days[] = {
    STR_INIT("Sunday"),   STR_INIT("Monday"), STR_INIT("Tuesday"),  STR_INIT("Wednesday"),
    STR_INIT("Thursday"), STR_INIT("Friday"), STR_INIT("Saturday"),
};
static const int64_t year_0 = -62167219200, year_9999_end = 253402300799;

struct moment {
	int year, month, day, hour, minute, second; /* month from 1 */
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar, by counting years from March. */
static int64_t days_from(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from(int64_t number, struct moment *m)
{
	int64_t z = number + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t shifted = (5 * of_year + 2) / 153;
	m->day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
	m->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	m->year = (int)(year + era * 400 + (m->month <= 2));
}

static void put(char *to, int value, int digits)
{
	for (; digits > 0; value /= 10)
		to[--digits] = (char)('0' + value % 10);
}

void date_format(char out[DATE_BYTES], int64_t time)
{
	struct moment m;
	time = time < year_0 ? year_0 : time > year_9999_end ? year_9999_end : time;
	int64_t day = time >= 0 ? time / 86400 : -((-time + 86399) / 86400);
	int rest = (int)(time - day * 86400);
	date_from(day, &m);
	memcpy(out, "Sun, 00 Jan 0000 00:00:00 GMT", DATE_BYTES);
	memcpy(out, days + 3 * (((day + 4) % 7 + 7) % 7), 3);
	put(out + 5, m.day, 2);
	memcpy(out + 8, months + 3 * (m.month - 1), 3);
	put(out + 12, m.year, 4);
	put(out + 17, rest / 3600, 2);
	put(out + 20, rest / 60 % 60, 2);
	put(out + 23, rest % 60, 2);
}

/* Index of the three letters at `at` in a table of such, or -1. */
static int name_index(const char *table, size_t count, const char *at)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(table + 3 * i, at, 3) == 0)
			return (int)i;
	return -1;
}

/* Matches `text` with a form: d digit pairs go to the members, letters stand for themselves.
 * D day (2 digits), E day with a leading space, M month name, Y four digits, y two digits, h m s, w day name. */
static bool field(char what, const char *at, size_t *len, struct moment *m)
{
	*len = what == 'Y' ? 4 : what == 'M' || what == 'w' ? 3 : 2;
	if (what == 'w')
		return name_index(days, 7, at) >= 0;
	if (what == 'M')
		return (m->month = name_index(months, 12, at) + 1) > 0;
	int value = 0;
	for (size_t i = 0; i < *len; i++) {
		if (!ascii_digit(at[i]) && !(what == 'E' && i == 0 && at[i] == ' '))
			return false;
		value = value * 10 + (at[i] == ' ' ? 0 : at[i] - '0');
	}
	int *to = what == 'Y' || what == 'y' ? &m->year
		  : what == 'h'              ? &m->hour
		  : what == 'm'              ? &m->minute
		  : what == 's'              ? &m->second
					     : &m->day;
	*to = value;
	return true;
}

/* `size` is the length of the text that the form describes. */
static bool matches(struct str text, const char *form, size_t size, struct moment *m)
{
	size_t at = 0;
	if (text.len != size)
		return false;
	for (; *form; form++) {
		size_t len = 1;
		if (strchr("DEMYyhmsw", *form) ? !field(*form, text.at + at, &len, m) : text.at[at] != *form)
			return false;
		at += len;
	}
	return true;
}

static bool moment_valid(const struct moment *m)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = m->year % 4 == 0 && (m->year % 100 != 0 || m->year % 400 == 0);
	return m->day >= 1 && m->day <= lengths[m->month - 1] + (leap && m->month == 2) && m->hour < 24 &&
	       m->minute < 60 && m->second <= 60;
}

static int64_t seconds(const struct moment *m)
{
	int second = m->second < 60 ? m->second : 59;
	return days_from(m->year, m->month, m->day) * 86400 + m->hour * 3600 + m->minute * 60 + second;
}

static bool rfc850(struct str text, int64_t now, struct moment *m)
{
	size_t comma = str_find(text, ',');
	bool named = false;
	for (size_t i = 0; i < 7; i++)
		named |= str_eq(str_head(text, comma), long_days[i]);
	/* " GMT" is spelled out below: 'M' is a letter of the form. */
	if (!named || comma + 24 != text.len || !str_ends(text, STR(" GMT")))
		return false;
	if (!matches(str_of(text.at + comma, 20), ", D-M-y h:m:s", 20, m))
		return false;
	struct moment today;
	date_from((now >= 0 ? now : 0) / 86400, &today);
	m->year += today.year - today.year % 100;
	if (m->year > today.year + 50)
		m->year -= 100;
	return true;
}

bool date_parse(struct str text, int64_t now, int64_t *time)
{
	struct moment m = {0};
	bool fixed = text.len == DATE_BYTES && str_ends(text, STR(" GMT")) &&
		     matches(str_head(text, 25), "w, D M Y h:m:s", 25, &m);
	if (!fixed && !matches(text, "w M E h:m:s Y", 24, &m) && !rfc850(text, now, &m))
		return false;
	if (!moment_valid(&m))
		return false;
	*time = seconds(&m);
	return true;
}

bool date_parse_structured(struct str text, int64_t *time)
{
	text = str_trim(text);
	text = str_trim(str_head(text, str_find(text, ';')));
	if (text.len < 2 || text.at[0] != '@')
		return false;
	bool negative = text.at[1] == '-';
	uint64_t value = 0;
	struct str digits = str_skip(text, negative ? 2 : 1);
	/* At most 15 digits (RFC 9651, 3.3.1). */
	if (digits.len > 15 || !str_to_u64(digits, &value))
		return false;
	*time = negative ? -(int64_t)value : (int64_t)value;
	return true;
}
