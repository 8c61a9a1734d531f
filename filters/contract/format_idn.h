/* format_idn: what the checks of internationalised host names need to know of a code point: its class by RFC 5892, its
 * bidirectional class (RFC 5893), how it joins (RFC 5892, A.1), and the scripts that the contextual rules name. The
 * table is made once from Unicode's data and is constant. format_idn.c and format_net.c are its callers. */
#ifndef FILTERS_CONTRACT_FORMAT_IDN_H
#define FILTERS_CONTRACT_FORMAT_IDN_H

#include "proxy/base/str.h"

enum {
	IDN_CLASS = 3, /* 0: not allowed */
	IDN_VALID = 1,
	IDN_CONTEXT_J = 2,
	IDN_CONTEXT_O = 3,
	IDN_BIDI = 7 << 2,
	IDN_BIDI_L = 1 << 2,
	IDN_BIDI_R = 2 << 2, /* also AL */
	IDN_BIDI_AN = 3 << 2,
	IDN_BIDI_EN = 4 << 2,
	IDN_BIDI_OTHER = 5 << 2, /* ES, CS, ET, ON, BN */
	IDN_BIDI_NSM = 6 << 2,
	IDN_JOIN = 7 << 5,
	IDN_JOIN_D = 1 << 5,
	IDN_JOIN_R = 2 << 5,
	IDN_JOIN_L = 3 << 5,
	IDN_JOIN_T = 4 << 5,
	IDN_MARK = 1 << 8,
	IDN_VIRAMA = 1 << 9,
	IDN_GREEK = 1 << 10,
	IDN_HEBREW = 1 << 11,
	IDN_KANA = 1 << 12 /* Hiragana, Katakana or Han */
};

struct idn_row {
	uint32_t first;
	uint32_t traits;
};

extern const struct idn_row idn_rows[];
extern const uint32_t idn_row_count;

/* Whether one label, without dots, is allowed: an LDH label, a U-label, or an A-label that decodes to one. *rtl is set
 * where it has a right-to-left character, *bidi_ok cleared where it breaks RFC 5893, 2 (which counts only in a domain
 * where some label is right-to-left). `text` is UTF-8. */
bool idn_label(struct str text, bool *rtl, bool *bidi_ok);

#endif
