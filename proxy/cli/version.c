#include "proxy/cli/cli.h"

#include <mbedtls/version.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sqlite3.h>
#include <stdio.h>
#include <uv.h>

const struct flag flags_version[] = {{NULL, 0, NULL, NULL}};

/* Prints which vane this is and what it was built with. */
int cli_version(struct words *w)
{
	char pcre[64] = "";
	(void)w;
	pcre2_config(PCRE2_CONFIG_VERSION, pcre);
	printf("vane %s (%s)\nlibuv %s, mbedTLS %s, PCRE2 %s, SQLite %s\n", VANE_VERSION, VANE_COMMIT, uv_version_string(),
	       MBEDTLS_VERSION_STRING, pcre, sqlite3_libversion());
	return EXIT_CLEAN;
}
