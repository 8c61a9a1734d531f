/* Which file decides which kind of value. The table is what compat_solve.c asks them by, so that it knows none of them.
 */
#include "filters/contract/compat_solve.h"

struct reply (*const leaf_table[KIND_COUNT])(const struct leaf *) = {
    [JSON_NULL] = leaf_literal,  [JSON_FALSE] = leaf_literal, [JSON_TRUE] = leaf_literal,  [JSON_NUMBER] = leaf_number,
    [JSON_STRING] = leaf_string, [JSON_ARRAY] = leaf_array,   [JSON_OBJECT] = leaf_object, [KIND_INTEGER] = leaf_number,
};
