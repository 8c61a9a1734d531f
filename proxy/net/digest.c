#include "proxy/net/digest.h"

#include "proxy/base/check.h"

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#include <stdio.h>

#if MBEDTLS_VERSION_MAJOR < 3
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

static void hex_of(const unsigned char sum[32], char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < 32; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
}

void digest_hex(const struct str *pieces, size_t count, char hex[DIGEST_HEX])
{
	unsigned char sum[32];
	mbedtls_sha256_context context;
	mbedtls_sha256_init(&context);
	CHECK(mbedtls_sha256_starts(&context, 0) == 0);
	for (size_t i = 0; i < count; i++)
		CHECK(mbedtls_sha256_update(&context, (const unsigned char *)pieces[i].at, pieces[i].len) == 0);
	CHECK(mbedtls_sha256_finish(&context, sum) == 0);
	mbedtls_sha256_free(&context);
	hex_of(sum, hex);
}

bool digest_file(const char *path, char hex[DIGEST_HEX])
{
	unsigned char sum[32], block[16384];
	mbedtls_sha256_context context;
	FILE *f = fopen(path, "rb");
	size_t got;
	if (!f)
		return false;
	mbedtls_sha256_init(&context);
	CHECK(mbedtls_sha256_starts(&context, 0) == 0);
	while ((got = fread(block, 1, sizeof block, f)) > 0)
		CHECK(mbedtls_sha256_update(&context, block, got) == 0);
	CHECK(mbedtls_sha256_finish(&context, sum) == 0);
	mbedtls_sha256_free(&context);
	bool good = !ferror(f);
	fclose(f);
	hex_of(sum, hex);
	return good;
}
