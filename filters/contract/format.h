/* format: the values of the keyword `format` that are asserted: JSON Schema Validation 2020-12, 7.3, with those of
 * earlier drafts, and OpenAPI's (format registry). A format is found by name when a schema is compiled and called per
 * value: checks are pure, hold no state and may run in any thread. A name that is not here is an annotation and never
 * fails. */
#ifndef FILTERS_CONTRACT_FORMAT_H
#define FILTERS_CONTRACT_FORMAT_H

#include "proxy/base/str.h"

enum format_applies {
	FORMAT_STRINGS, /* check takes the decoded string, valid UTF-8 */
	FORMAT_NUMBERS  /* check takes the number's lexeme as it stands in the JSON text (RFC 8259, 6) */
};

struct format {
	const char *name;
	enum format_applies applies;
	bool (*check)(struct str value); /* NULL: known, but only an annotation ("password", "binary") */
	const char *expected;            /* in words, for findings: "a date as in 2026-01-31" */
};

/* The format of that name (exact, case-sensitive), or NULL where it is unknown. The result is a constant. */
const struct format *format_find(struct str name);

/* The checks, one file for each family; format.c's table is their only other caller. */
/* format_date.c: RFC 3339, 5.6 (leap seconds only at 23:59:60 UTC) and appendix A (duration). */
bool format_date_time(struct str s);
/* full-date: 2026-01-31. */
bool format_date(struct str s);
/* full-time, with its offset. */
bool format_time(struct str s);
/* P3Y6M4DT12H30M5S and the like. */
bool format_duration(struct str s);
/* format_net.c: RFC 2673, 3.2 (ipv4); RFC 4291, 2.2 (ipv6); RFC 1123, 2.1 with A-labels per RFC 5891 (hostname);
 * RFC 5321, 4.1.2 (email) and RFC 6531 (idn-email). */
bool format_ipv4(struct str s);
/* With and without a dotted quad at its end. */
bool format_ipv6(struct str s);
/* Labels of 1 to 63 letters, digits and hyphens; 253 in all. */
bool format_hostname(struct str s);
/* A mailbox: local part, @, domain or address literal. */
bool format_email(struct str s);
/* The same with UTF-8 in both parts. */
bool format_idn_email(struct str s);
/* format_idn.c: RFC 5890 to 5893. */
bool format_idn_hostname(struct str s);
/* format_uri.c: RFC 3986, RFC 3987, RFC 6570. */
bool format_uri(struct str s);
/* A URI or a relative reference. */
bool format_uri_reference(struct str s);
/* A URI with code points beyond ASCII (RFC 3987, 2.2). */
bool format_iri(struct str s);
/* An IRI or a relative reference. */
bool format_iri_reference(struct str s);
/* Level 4: every operator and modifier. */
bool format_uri_template(struct str s);
/* format_text.c: RFC 9562, 4 (uuid); RFC 6901 (json-pointer); relative-json-pointer draft, 3; RFC 4648, 4 (byte). */
bool format_uuid(struct str s);
/* The string form, not the URI fragment. */
bool format_json_pointer(struct str s);
/* A number, then a pointer or #. */
bool format_relative_json_pointer(struct str s);
/* base64 with its padding. */
bool format_byte(struct str s);
/* format_number.c: OpenAPI format registry. Exact, on the lexeme; 1e3 and 2.0 are integers. */
bool format_int32(struct str lexeme);
/* An integer of 64 bits, signed. */
bool format_int64(struct str lexeme);
/* A number that a 32-bit float can hold. */
bool format_float(struct str lexeme);
/* A number that a 64-bit float can hold. */
bool format_double(struct str lexeme);

#endif
