#include "filters/contract/schema_keyword.h"

const struct keyword_row schema_keywords[KEYWORD_COUNT] = {
#define X(name, text, dialects, vocabulary, value) {STR_INIT(text), dialects, VOCABULARY_##vocabulary, VALUE_##value},
    KEYWORDS(X)
#undef X
};

/* Length and two bytes tell nearly all keywords apart. */
static unsigned bucket(struct str s)
{
	return ((unsigned)s.len * 7 + (unsigned char)s.at[1] * 3 + (unsigned char)s.at[s.len - 1] * 5) & 255;
}

static enum keyword scan(struct str name)
{
	unsigned want = bucket(name);
	for (unsigned i = 0; i < KEYWORD_COUNT; i++)
		if (schema_keywords[i].text.len == name.len && bucket(schema_keywords[i].text) == want &&
		    str_eq(schema_keywords[i].text, name))
			return (enum keyword)i;
	return KEYWORD_COUNT;
}

enum keyword schema_keyword_find(struct language language, struct str name)
{
	if (name.len < 2)
		return KEYWORD_COUNT;
	enum keyword k = scan(name);
	if (k == KEYWORD_COUNT || !language_in(language, schema_keywords[k].dialects) ||
	    !(language.vocabularies & schema_keywords[k].vocabulary))
		return KEYWORD_COUNT;
	return k;
}

struct str schema_keyword_near(enum dialect dialect, struct str name)
{
	struct str known[KEYWORD_COUNT];
	size_t count = 0;
	for (unsigned i = 0; i < KEYWORD_COUNT; i++)
		if (schema_keywords[i].dialects >> dialect & 1)
			known[count++] = schema_keywords[i].text;
	return diag_nearest(name, known, count);
}
