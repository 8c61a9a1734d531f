#include "filters/contract/format.h"

#include "filters/contract/pattern.h"

#include <stdlib.h>

/* Sorted by name. */
static const struct format formats[] = {
    {"binary", FORMAT_STRINGS, NULL, "any bytes"},
    {"byte", FORMAT_STRINGS, format_byte, "base64"},
    {"date", FORMAT_STRINGS, format_date, "a date as in 2026-01-31"},
    {"date-time", FORMAT_STRINGS, format_date_time, "a time as in 2026-01-31T12:00:00Z"},
    {"double", FORMAT_NUMBERS, format_double, "a number that a double can hold"},
    {"duration", FORMAT_STRINGS, format_duration, "a duration as in P1DT12H"},
    {"email", FORMAT_STRINGS, format_email, "an email address"},
    {"float", FORMAT_NUMBERS, format_float, "a number that a float can hold"},
    {"hostname", FORMAT_STRINGS, format_hostname, "a host name"},
    {"idn-email", FORMAT_STRINGS, format_idn_email, "an email address"},
    {"idn-hostname", FORMAT_STRINGS, format_idn_hostname, "a host name"},
    {"int32", FORMAT_NUMBERS, format_int32, "an integer of 32 bits"},
    {"int64", FORMAT_NUMBERS, format_int64, "an integer of 64 bits"},
    {"ipv4", FORMAT_STRINGS, format_ipv4, "an IPv4 address"},
    {"ipv6", FORMAT_STRINGS, format_ipv6, "an IPv6 address"},
    {"iri", FORMAT_STRINGS, format_iri, "an IRI with a scheme"},
    {"iri-reference", FORMAT_STRINGS, format_iri_reference, "an IRI reference"},
    {"json-pointer", FORMAT_STRINGS, format_json_pointer, "a JSON pointer"},
    {"password", FORMAT_STRINGS, NULL, "any text"},
    {"regex", FORMAT_STRINGS, pattern_valid, "a regular expression of ECMA-262"},
    {"relative-json-pointer", FORMAT_STRINGS, format_relative_json_pointer, "a relative JSON pointer"},
    {"time", FORMAT_STRINGS, format_time, "a time of day as in 12:00:00Z"},
    {"uri", FORMAT_STRINGS, format_uri, "a URI with a scheme"},
    {"uri-reference", FORMAT_STRINGS, format_uri_reference, "a URI reference"},
    {"uri-template", FORMAT_STRINGS, format_uri_template, "a URI template"},
    {"uuid", FORMAT_STRINGS, format_uuid, "a UUID"}};

static int by_name(const void *key, const void *element)
{
	return str_cmp(*(const struct str *)key, str_from(((const struct format *)element)->name));
}

const struct format *format_find(struct str name)
{
	return bsearch(&name, formats, sizeof formats / sizeof formats[0], sizeof formats[0], by_name);
}
