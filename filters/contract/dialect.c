#include "filters/contract/dialect.h"

static const struct {
	struct str word, uri;
	const char *name;
	uint32_t vocabularies;
} dialects[] = {
    [DIALECT_4] = {STR_INIT("4"), STR_INIT("http://json-schema.org/draft-04/schema"), "JSON Schema draft 4",
		   UINT32_MAX},
    [DIALECT_6] = {STR_INIT("6"), STR_INIT("http://json-schema.org/draft-06/schema"), "JSON Schema draft 6",
		   UINT32_MAX},
    [DIALECT_7] = {STR_INIT("7"), STR_INIT("http://json-schema.org/draft-07/schema"), "JSON Schema draft 7",
		   UINT32_MAX},
    [DIALECT_2019_09] = {STR_INIT("2019-09"), STR_INIT("https://json-schema.org/draft/2019-09/schema"),
			 "JSON Schema 2019-09", ~(uint32_t)VOCABULARY_FORMAT_ASSERTION},
    [DIALECT_2020_12] = {STR_INIT("2020-12"), STR_INIT("https://json-schema.org/draft/2020-12/schema"),
			 "JSON Schema 2020-12", ~(uint32_t)VOCABULARY_FORMAT_ASSERTION},
    [DIALECT_OPENAPI_30] = {STR_INIT("openapi-3.0"), STR_INIT("https://spec.openapis.org/oas/3.0/dialect"),
			    "OpenAPI 3.0", ~(uint32_t)VOCABULARY_FORMAT_ASSERTION},
    [DIALECT_OPENAPI_31] = {STR_INIT("openapi-3.1"), STR_INIT("https://spec.openapis.org/oas/3.1/dialect/base"),
			    "OpenAPI 3.1", ~(uint32_t)VOCABULARY_FORMAT_ASSERTION},
};

enum { DIALECTS = sizeof dialects / sizeof *dialects };

static const struct {
	struct str word;
	enum dialect dialect;
} synonyms[] = {
    {STR_INIT("draft4"), DIALECT_4},
    {STR_INIT("draft-04"), DIALECT_4},
    {STR_INIT("draft6"), DIALECT_6},
    {STR_INIT("draft-06"), DIALECT_6},
    {STR_INIT("draft7"), DIALECT_7},
    {STR_INIT("draft-07"), DIALECT_7},
    {STR_INIT("draft2019-09"), DIALECT_2019_09},
    {STR_INIT("draft2020-12"), DIALECT_2020_12},
    {STR_INIT("openapi-3.2"), DIALECT_OPENAPI_31},
};

static const struct {
	struct str uri;
	uint32_t vocabularies;
} vocabularies[] = {
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/core"), VOCABULARY_CORE},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/applicator"), VOCABULARY_APPLICATOR},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/unevaluated"), VOCABULARY_UNEVALUATED},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/validation"), VOCABULARY_VALIDATION},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/meta-data"), VOCABULARY_META_DATA},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/format-annotation"), VOCABULARY_FORMAT},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/format-assertion"),
     VOCABULARY_FORMAT | VOCABULARY_FORMAT_ASSERTION},
    {STR_INIT("https://json-schema.org/draft/2020-12/vocab/content"), VOCABULARY_CONTENT},
    {STR_INIT("https://json-schema.org/draft/2019-09/vocab/core"), VOCABULARY_CORE},
    {STR_INIT("https://json-schema.org/draft/2019-09/vocab/applicator"),
     VOCABULARY_APPLICATOR | VOCABULARY_UNEVALUATED},
    {STR_INIT("https://json-schema.org/draft/2019-09/vocab/validation"), VOCABULARY_VALIDATION},
    {STR_INIT("https://json-schema.org/draft/2019-09/vocab/meta-data"), VOCABULARY_META_DATA},
    {STR_INIT("https://json-schema.org/draft/2019-09/vocab/format"), VOCABULARY_FORMAT},
    {STR_INIT("https://json-schema.org/draft/2019-09/vocab/content"), VOCABULARY_CONTENT},
    {STR_INIT("https://spec.openapis.org/oas/3.1/vocab/base"), VOCABULARY_OPENAPI},
};

struct language dialect_language(enum dialect dialect)
{
	return (struct language){dialect, dialects[dialect].vocabularies};
}

uint32_t dialect_vocabulary(struct str uri)
{
	for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
		if (str_eq(vocabularies[i].uri, uri))
			return vocabularies[i].vocabularies;
	return 0;
}

const char *dialect_name(enum dialect dialect)
{
	return dialects[dialect].name;
}

bool dialect_from_word(struct str word, enum dialect *dialect)
{
	for (unsigned i = 0; i < DIALECTS; i++)
		if (str_eq(dialects[i].word, word))
			return *dialect = (enum dialect)i, true;
	for (unsigned i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
		if (str_eq(synonyms[i].word, word))
			return *dialect = synonyms[i].dialect, true;
	return false;
}

struct str dialect_word(enum dialect dialect)
{
	return dialects[dialect].word;
}

/* The fragment may be empty, and people write https for http and the other way round. */
static struct str bare_uri(struct str uri)
{
	if (str_ends(uri, STR("#")))
		uri.len--;
	if (str_starts(uri, STR("https://")))
		return str_skip(uri, 8);
	return str_starts(uri, STR("http://")) ? str_skip(uri, 7) : uri;
}

bool dialect_from_uri(struct str uri, enum dialect *dialect)
{
	struct str bare = bare_uri(uri);
	/* OpenAPI 3.1.1 and 3.2 date their dialects: /oas/3.1/dialect/2024-11-10. */
	if (str_starts(bare, STR("spec.openapis.org/oas/3.1/dialect/")) ||
	    str_starts(bare, STR("spec.openapis.org/oas/3.2/dialect/")))
		return *dialect = DIALECT_OPENAPI_31, true;
	for (unsigned i = 0; i < DIALECTS; i++)
		if (str_eq(bare_uri(dialects[i].uri), bare))
			return *dialect = (enum dialect)i, true;
	return false;
}
