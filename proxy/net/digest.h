/* digest: SHA-256 (FIPS 180-4) by mbedTLS, for telling versions of files apart: configurations, contracts, certificates.
 * Incremental, so that several files make one digest. */
#ifndef PROXY_NET_DIGEST_H
#define PROXY_NET_DIGEST_H

#include "proxy/base/str.h"

enum { DIGEST_HEX = 64 };

/* The digest of `count` pieces in a row as 64 lower-case hexadecimal digits (no NUL) into `hex`. */
void digest_hex(const struct str *pieces, size_t count, char hex[DIGEST_HEX]);
/* The same of a file's contents; false where it cannot be read. */
bool digest_file(const char *path, char hex[DIGEST_HEX]);

#endif
