/* rooms: contract */
/* The first byte chooses a format, the rest is the value. What is accepted keeps what every such value has. */
#include "filters/contract/format.h"
#include "proxy/base/check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
    "byte",     "date",          "date-time",     "duration",     "email",
    "hostname", "idn-email",     "idn-hostname",  "ipv4",         "ipv6",
    "iri",      "iri-reference", "json-pointer",  "regex",        "relative-json-pointer",
    "time",     "uri",           "uri-reference", "uri-template", "uuid"};

/* Values are valid UTF-8: bytes over U+007F stand for some letters and signs that host names care about. */
static struct str text_of(struct str bytes, char *out)
{
	static const struct str wide[] = {
	    STR_INIT("\xc3\xa9"), STR_INIT("\xd7\x90"), STR_INIT("\xe2\x80\x8c"),     STR_INIT("\xe3\x83\xbb"),
	    STR_INIT("\xd8\xa8"), STR_INIT("\xd9\xa0"), STR_INIT("\xf0\x9f\x98\x80"), STR_INIT("\xe0\xa5\x8d")};
	size_t len = 0;
	for (size_t i = 0; i < bytes.len; i++) {
		bool plain = (unsigned char)bytes.at[i] < 0x80;
		struct str one = plain ? str_of(bytes.at + i, 1) : wide[bytes.at[i] & 7];
		memcpy(out + len, one.at, one.len);
		len += one.len;
	}
	return str_of(out, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const char *name = names[data[0] % (sizeof names / sizeof names[0])];
	char *text = must_alloc(size * 4);
	struct str s = text_of(str_of((const char *)data + 1, size - 1), text);
	const struct format *f = format_find(str_from(name));
	CHECK(f && f->check);
	(void)f->check(s);
	CHECK(!format_uri(s) || (format_uri_reference(s) && format_iri(s)));
	CHECK(!format_iri(s) || format_iri_reference(s));
	CHECK(!format_date_time(s) || format_date(str_head(s, 10)));
	CHECK(!format_hostname(s) || format_idn_hostname(s));
	CHECK(!format_email(s) || format_idn_email(s));
	free(text);
	return 0;
}
