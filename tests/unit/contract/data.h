/* data: where the public suites are, and cmocka with what it needs; for the tests of patterns and formats. The folder
 * is $VANE_TEST_DATA, or shared/data beside the checkout; it may be absent, then what needs it is skipped. */
#ifndef TESTS_UNIT_CONTRACT_DATA_H
#define TESTS_UNIT_CONTRACT_DATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

static inline const char *test_data(void)
{
	const char *set = getenv("VANE_TEST_DATA");
	return set && *set ? set : SOURCE_DIR "/../shared/data";
}

#endif
