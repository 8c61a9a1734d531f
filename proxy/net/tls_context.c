#include "proxy/net/tls_context.h"

#include <mbedtls/error.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif
#include <stdlib.h>
#include <sys/random.h>

enum { TICKET_SECONDS = 86400 };

static const char *const system_authorities[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
						 "/etc/ssl/cert.pem"};

/* Forward secrecy and authenticated encryption only (RFC 9325, 4.2). */
static const int suites[] = {
#if MBEDTLS_VERSION_MAJOR >= 3
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
#endif
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0};

/* The cheapest first: left to itself mbedTLS takes the strongest, which costs ten times as much for a handshake. The last
 * is for certificates, which the list limits too. */
#if MBEDTLS_VERSION_MAJOR >= 3
static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
				  MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
				  MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
#else
static const mbedtls_ecp_group_id groups[] = {MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP384R1,
					      MBEDTLS_ECP_DP_SECP521R1, MBEDTLS_ECP_DP_NONE};
#endif

int tls_random(void *unused, unsigned char *to, size_t count)
{
	(void)unused;
	while (count) {
		ssize_t got = getrandom(to, count, 0);
		if (got <= 0)
			return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
		to += got;
		count -= (size_t)got;
	}
	return 0;
}

static bool wrong_file(struct buf *why, const char *what, const char *file, int error)
{
	char words[160];
	mbedtls_strerror(error, words, sizeof words);
	buf_addf(why, "%s %s: %s", what, file, words);
	return false;
}

static bool read_chain(mbedtls_x509_crt *chain, const char *what, const char *file, struct buf *why)
{
	int error = mbedtls_x509_crt_parse_file(chain, file);
	if (error < 0)
		return wrong_file(why, what, file, error);
	if (error > 0) {
		buf_addf(why, "%s %s: %d of its certificates cannot be read", what, file, error);
		return false;
	}
	return true;
}

static bool in_date(const mbedtls_x509_crt *cert, const char *file, struct buf *why)
{
	if (mbedtls_x509_time_is_past(&cert->valid_to))
		buf_addf(why, "the certificate in %s expired on %04d-%02d-%02d", file, cert->valid_to.year, cert->valid_to.mon,
			 cert->valid_to.day);
	else if (mbedtls_x509_time_is_future(&cert->valid_from))
		buf_addf(why, "the certificate in %s is not valid before %04d-%02d-%02d", file, cert->valid_from.year,
			 cert->valid_from.mon, cert->valid_from.day);
	else
		return true;
	return false;
}

static int parse_key(mbedtls_pk_context *key, const char *file)
{
#if MBEDTLS_VERSION_MAJOR >= 3
	return mbedtls_pk_parse_keyfile(key, file, NULL, tls_random, NULL);
#else
	return mbedtls_pk_parse_keyfile(key, file, NULL);
#endif
}

static int check_pair(const struct tls_identity *id)
{
#if MBEDTLS_VERSION_MAJOR >= 3
	return mbedtls_pk_check_pair(&id->chain.pk, &id->key, tls_random, NULL);
#else
	return mbedtls_pk_check_pair(&id->chain.pk, &id->key);
#endif
}

static bool read_identity(struct tls_identity *id, const struct tls_pair *pair, struct buf *why)
{
	int error;
	mbedtls_x509_crt_init(&id->chain);
	mbedtls_pk_init(&id->key);
	if (!read_chain(&id->chain, "the certificate", pair->cert, why) || !in_date(&id->chain, pair->cert, why))
		return false;
	if ((error = parse_key(&id->key, pair->key)) != 0)
		return wrong_file(why, "the key", pair->key, error);
	if (check_pair(id) != 0) {
		buf_addf(why, "the key %s does not belong to the certificate %s", pair->key, pair->cert);
		return false;
	}
	return true;
}

static struct tls_context *context_new(bool client)
{
	static const char *const protocols[] = {"http/1.1", NULL};
	struct tls_context *c = must_zalloc(1, sizeof *c);
	c->holds = 1;
	c->client = client;
	mbedtls_ssl_config_init(&c->config);
	mbedtls_x509_crt_init(&c->authorities);
	mbedtls_ssl_ticket_init(&c->tickets);
	CHECK(mbedtls_ssl_config_defaults(&c->config, client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER,
					  MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) == 0);
	mbedtls_ssl_conf_rng(&c->config, tls_random, NULL);
	mbedtls_ssl_conf_ciphersuites(&c->config, suites);
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_conf_groups(&c->config, groups);
	CHECK(psa_crypto_init() == PSA_SUCCESS); /* TLS 1.3 computes with it; a second call does nothing */
	mbedtls_ssl_conf_min_tls_version(&c->config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_curves(&c->config, groups);
	mbedtls_ssl_conf_min_version(&c->config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
	mbedtls_ssl_conf_renegotiation(&c->config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
	CHECK(mbedtls_ssl_conf_alpn_protocols(&c->config, (const char **)(uintptr_t)protocols) == 0);
	return c;
}

static void context_free(struct tls_context *c)
{
	for (size_t i = 0; i < c->identity_count; i++) {
		mbedtls_x509_crt_free(&c->identities[i].chain);
		mbedtls_pk_free(&c->identities[i].key);
	}
	free(c->identities);
	mbedtls_x509_crt_free(&c->authorities);
	mbedtls_ssl_ticket_free(&c->tickets);
	mbedtls_ssl_config_free(&c->config);
	free(c);
}

static bool use_identities(struct tls_context *c, const struct tls_pair *pairs, size_t count, struct buf *why)
{
	c->identities = must_zalloc(count, sizeof *c->identities);
	for (size_t i = 0; i < count; i++) {
		c->identity_count = i + 1;
		if (!read_identity(&c->identities[i], &pairs[i], why))
			return false;
	}
	if (count && mbedtls_ssl_conf_own_cert(&c->config, &c->identities[0].chain, &c->identities[0].key) != 0) {
		buf_addf(why, "the certificate %s cannot be used", pairs[0].cert);
		return false;
	}
	return true;
}

/* Whether a certificate is for this name: mbedTLS's own check of names, without the rest of a verification. */
static bool is_for(mbedtls_x509_crt *cert, const char *name)
{
	uint32_t flags = 0;
	mbedtls_x509_crt nobody;
	mbedtls_x509_crt_init(&nobody);
	mbedtls_x509_crt_verify(cert, &nobody, NULL, name, &flags, NULL, NULL);
	mbedtls_x509_crt_free(&nobody);
	return (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) == 0;
}

/* The certificate for the name that SNI asks for; the default where none is. */
static int choose_identity(void *context, mbedtls_ssl_context *ssl, const unsigned char *name, size_t length)
{
	struct tls_context *c = context;
	char text[256];
	if (length == 0 || length >= sizeof text)
		return 0;
	memcpy(text, name, length);
	text[length] = '\0';
	for (size_t i = 0; i < c->identity_count; i++)
		if (is_for(&c->identities[i].chain, text))
			return mbedtls_ssl_set_hs_own_cert(ssl, &c->identities[i].chain, &c->identities[i].key);
	return 0;
}

static struct tls_context *finished(struct tls_context *c, bool good)
{
	if (good)
		return c;
	context_free(c);
	return NULL;
}

bool tls_has_13(void)
{
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	return true;
#else
	return false;
#endif
}

static bool require_13(struct tls_context *c, struct buf *why)
{
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	(void)why;
	mbedtls_ssl_conf_min_tls_version(&c->config, MBEDTLS_SSL_VERSION_TLS1_3);
	return true;
#else
	(void)c;
	buf_add(why, STR("this build's mbedTLS (" MBEDTLS_VERSION_STRING ") has no TLS 1.3"));
	return false;
#endif
}

struct tls_context *tls_server(const struct tls_server_options *o, struct buf *why)
{
	static const int modes[] = {MBEDTLS_SSL_VERIFY_NONE, MBEDTLS_SSL_VERIFY_OPTIONAL, MBEDTLS_SSL_VERIFY_REQUIRED};
	struct tls_context *c = context_new(false);
	if (!use_identities(c, o->pairs, o->pair_count, why) || (o->only_13 && !require_13(c, why)))
		return finished(c, false);
	if (o->pair_count > 1)
		mbedtls_ssl_conf_sni(&c->config, choose_identity, c);
	mbedtls_ssl_conf_authmode(&c->config, modes[o->client_auth]);
	if (o->client_ca && !read_chain(&c->authorities, "the client authorities", o->client_ca, why))
		return finished(c, false);
	if (o->client_ca)
		mbedtls_ssl_conf_ca_chain(&c->config, &c->authorities, NULL);
	if (mbedtls_ssl_ticket_setup(&c->tickets, tls_random, NULL, MBEDTLS_CIPHER_AES_256_GCM, TICKET_SECONDS) == 0)
		mbedtls_ssl_conf_session_tickets_cb(&c->config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &c->tickets);
	return c;
}

static bool read_system_authorities(struct tls_context *c, struct buf *why)
{
	for (size_t i = 0; i < sizeof system_authorities / sizeof system_authorities[0]; i++)
		if (mbedtls_x509_crt_parse_file(&c->authorities, system_authorities[i]) >= 0)
			return true;
	buf_add(why, STR("the system has no certificate authorities (ca-certificates); name a file with `ca`"));
	return false;
}

struct tls_context *tls_client(const struct tls_client_options *o, struct buf *why)
{
	struct tls_context *c = context_new(true);
	struct tls_pair pair = {o->cert, o->key};
	bool good = true;
	mbedtls_ssl_conf_authmode(&c->config, o->insecure ? MBEDTLS_SSL_VERIFY_NONE : MBEDTLS_SSL_VERIFY_REQUIRED);
	if (o->ca)
		good = read_chain(&c->authorities, "the authorities", o->ca, why);
	else if (!o->insecure)
		good = read_system_authorities(c, why);
	if (good)
		mbedtls_ssl_conf_ca_chain(&c->config, &c->authorities, NULL);
	if (good && o->cert)
		good = use_identities(c, &pair, 1, why);
	return finished(c, good);
}

void tls_hold(struct tls_context *c)
{
	__atomic_add_fetch(&c->holds, 1, __ATOMIC_RELAXED);
}

void tls_drop(struct tls_context *c)
{
	if (c && __atomic_sub_fetch(&c->holds, 1, __ATOMIC_ACQ_REL) == 0)
		context_free(c);
}
