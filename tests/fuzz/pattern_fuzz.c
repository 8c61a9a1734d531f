/* rooms: contract */
/* The first line is a pattern, the rest a text. Tables and PCRE2 (which an empty lookahead forces) give the same
 * verdict. */
#include "filters/contract/pattern.h"
#include "proxy/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as UTF-8: those over U+007F stand for characters of two to four bytes. */
static void text_of(struct buf *out, struct str bytes)
{
	static const struct str wide[] = {STR_INIT("\xc3\xa9"), STR_INIT("\xe2\x82\xac"), STR_INIT("\xe2\x80\xa8"),
					  STR_INIT("\xf0\x9f\x98\x80")};
	for (size_t i = 0; i < bytes.len; i++) {
		if ((unsigned char)bytes.at[i] < 0x80)
			buf_addc(out, bytes.at[i]);
		else
			buf_add(out, wide[bytes.at[i] & 3]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct pattern_scratch *scratch;
	struct str rest = str_of((const char *)data, size), source = str_cut(&rest, '\n');
	struct buf text = {0}, slow = {0};
	struct pattern_error err = {"", 0};
	if (!scratch)
		scratch = pattern_scratch_new();
	struct pattern *p = pattern_compile(source, &err), *other = NULL;
	CHECK(p || (err.message[0] && err.offset <= source.len));
	CHECK(!p || pattern_valid(source));
	text_of(&text, rest);
	buf_addf(&slow, "(?=)(?:%.*s)", STR_ARG(source));
	if (p && source.len < 1000 && !memchr(source.at ? source.at : "", 0, source.len))
		other = pattern_compile(buf_str(&slow), &err);
	enum pattern_verdict a = p ? pattern_match(p, scratch, buf_str(&text)) : PATTERN_NO_MATCH;
	enum pattern_verdict b = other ? pattern_match(other, scratch, buf_str(&text)) : a;
	CHECK(a == b || b == PATTERN_UNDECIDED || a == PATTERN_UNDECIDED);
	CHECK(!other || !pattern_is_fast(other));
	pattern_free(p);
	pattern_free(other);
	buf_free(&text);
	buf_free(&slow);
	return 0;
}
