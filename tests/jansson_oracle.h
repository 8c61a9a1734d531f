/* jansson_oracle: what jansson thinks of a text, beside our own reader; where jansson is not installed it agrees with
 * everything. Included by tests and fuzz targets, after filters/contract/json.h: both libraries use the same names. */
#ifndef TESTS_JANSSON_ORACLE_H
#define TESTS_JANSSON_ORACLE_H

#include "filters/contract/json.h"

#ifdef HAVE_JANSSON
#define JSON_NULL   jansson_null
#define JSON_FALSE  jansson_false
#define JSON_TRUE   jansson_true
#define JSON_STRING jansson_string
#define JSON_ARRAY  jansson_array
#define JSON_OBJECT jansson_object
#include <jansson.h>
#undef JSON_NULL
#undef JSON_FALSE
#undef JSON_TRUE
#undef JSON_STRING
#undef JSON_ARRAY
#undef JSON_OBJECT
#endif

/* Whether jansson agrees that `text` is JSON, or is not. It keeps numbers as long long and double and keys as C strings:
 * what those cannot hold it must refuse, and that is no disagreement. It is lax with a NUL outside of strings, which it
 * takes for the end: it is not asked of texts with one. Its depth limit is 2048. */
static inline bool jansson_agrees(struct str text, bool accepted)
{
#ifdef HAVE_JANSSON
	if (str_find(text, '\0') < text.len)
		return true;
	json_error_t error;
	json_t *root = json_loadb(text.at ? text.at : "", text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	enum json_error_code code = root ? json_error_unknown : json_error_code(&error);
	json_decref(root);
	return root ? accepted : !accepted || code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
#else
	(void)text;
	(void)accepted;
	return true;
#endif
}

#endif
