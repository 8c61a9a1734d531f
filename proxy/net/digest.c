#include "proxy/net/digest.h"

#include "proxy/base/check.h"

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#if MBEDTLS_VERSION_MAJOR < 3
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

void digest_hex(const struct str *pieces, size_t count, char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[32];
	mbedtls_sha256_context context;
	mbedtls_sha256_init(&context);
	CHECK(mbedtls_sha256_starts(&context, 0) == 0);
	for (size_t i = 0; i < count; i++)
		CHECK(mbedtls_sha256_update(&context, (const unsigned char *)pieces[i].at, pieces[i].len) == 0);
	CHECK(mbedtls_sha256_finish(&context, sum) == 0);
	mbedtls_sha256_free(&context);
	for (size_t i = 0; i < sizeof sum; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
}
