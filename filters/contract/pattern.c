#include "filters/contract/pattern_code.h"

#include "filters/contract/pattern_emit.h"

#include <stdlib.h>

enum { PARENS_LIMIT = 1000 };

/* Whether the bytes are UTF-8 (RFC 3629): PCRE2 and the parser rely on it. */
static bool utf8(struct str s)
{
	const unsigned char *at = (const unsigned char *)s.at;
	for (size_t i = 0; i < s.len;) {
		size_t width = at[i] < 0x80   ? 1
			       : at[i] < 0xc2 ? 0
			       : at[i] < 0xe0 ? 2
			       : at[i] < 0xf0 ? 3
			       : at[i] < 0xf5 ? 4
					      : 0;
		if (!width || width > s.len - i)
			return false;
		for (size_t k = 1; k < width; k++)
			if ((at[i + k] & 0xc0) != 0x80)
				return false;
		unsigned second = width > 2 ? at[i + 1] : 0x80;
		if ((at[i] == 0xe0 && second < 0xa0) || (at[i] == 0xed && second > 0x9f) ||
		    (at[i] == 0xf0 && second < 0x90) || (at[i] == 0xf4 && second > 0x8f))
			return false;
		i += width;
	}
	return true;
}

/* With `u` first; what is wrong with `u` is what is told, also where it is wrong without. */
static bool read(struct pattern_tree *t, struct arena *a, struct str source, struct pattern_error *err)
{
	struct pattern_error without;
	if (source.len > PATTERN_SOURCE)
		return pattern_refuse(err, 0, "longer than %d bytes", PATTERN_SOURCE);
	if (!utf8(source))
		return pattern_refuse(err, 0, "not UTF-8");
	return pattern_parse(t, a, source, true, err) || pattern_parse(t, a, source, false, &without);
}

static pcre2_code *compile_text(struct str text, int *code, size_t *offset)
{
	uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF |
			   PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	CHECK(context);
	pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALLOW_SURROGATE_ESCAPES);
	pcre2_set_parens_nest_limit(context, PARENS_LIMIT);
	pcre2_code *made = pcre2_compile((PCRE2_SPTR)text.at, text.len, options, code, offset, context);
	pcre2_compile_context_free(context);
	if (made)
		(void)pcre2_jit_compile(made, PCRE2_JIT_COMPLETE); /* without it the interpreter runs */
	return made;
}

/* PCRE2's complaint. Its offset is in the translated text, which nobody has seen. */
static bool blame(struct pattern_error *err, const struct pattern_tree *t, int code)
{
	PCRE2_UCHAR text[120];
	if (code == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH)
		return pattern_refuse(err, t->behind, "a lookbehind of variable length is not supported");
	pcre2_get_error_message(code, text, sizeof text);
	return pattern_refuse(err, 0, "not supported: %s", (const char *)text);
}

static pcre2_code *compile_tree(struct pattern_tree *t, bool calls, int *code, struct pattern_error *err)
{
	struct buf text = {0};
	size_t offset;
	pcre2_code *made = NULL;
	*code = 0;
	if (pattern_emit(t, calls, &text, err))
		made = compile_text(str_of(text.at ? text.at : "", text.len), code, &offset);
	buf_free(&text);
	return made;
}

static bool translate(struct pattern *p, struct pattern_tree *t, struct pattern_error *err)
{
	int code;
	uint32_t options = 0;
	p->code = compile_tree(t, false, &code, err);
	if (!p->code && code == PCRE2_ERROR_PATTERN_TOO_LARGE)
		p->code = compile_tree(t, true, &code, err);
	if (!p->code)
		return code ? blame(err, t, code) : false;
	pcre2_pattern_info(p->code, PCRE2_INFO_ALLOPTIONS, &options);
	p->anchored = options & PCRE2_ANCHORED;
	return true;
}

struct pattern *pattern_compile(struct str source, struct pattern_error *err)
{
	struct pattern_tree t;
	struct arena a;
	struct pattern *p = must_zalloc(1, sizeof *p);
	arena_init(&a, 4096);
	bool done = read(&t, &a, source, err) && pattern_simplify(&t, err);
	if (done) {
		p->units = t.units;
		p->fast = pattern_fast_build(&t);
		done = p->fast || translate(p, &t, err);
	}
	arena_free(&a);
	if (done)
		return p;
	pattern_free(p);
	return NULL;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pattern_fast_free(p->fast);
	pcre2_code_free(p->code);
	free(p);
}

size_t pattern_size(const struct pattern *p)
{
	size_t code = 0, jit = 0;
	if (p->code) {
		pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &code);
		pcre2_pattern_info(p->code, PCRE2_INFO_JITSIZE, &jit);
	}
	return sizeof *p + pattern_fast_size(p->fast) + code + jit;
}

bool pattern_is_fast(const struct pattern *p)
{
	return p->fast != NULL;
}

const struct pattern_line *pattern_lines(const struct pattern *p, uint32_t *count)
{
	*count = 0;
	return p->fast ? pattern_fast_lines(p->fast, count) : NULL;
}

bool pattern_valid(struct str source)
{
	struct pattern_tree t;
	struct pattern_error err;
	struct arena a;
	arena_init(&a, 4096);
	bool valid = read(&t, &a, source, &err);
	arena_free(&a);
	return valid;
}
