#include "proxy/net/tls_context.h"

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/version.h>
#include <stdlib.h>

enum { NAME_BYTES = 256 };

struct tls {
	struct tls_context *context;
	mbedtls_ssl_context ssl;
	struct str input;  /* not taken yet */
	struct buf output; /* to be sent */
	char peer[NAME_BYTES];
	size_t peer_length;
	char error[128];
};

static int take(void *context, unsigned char *to, size_t size)
{
	struct tls *t = context;
	if (t->input.len == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	size_t count = size < t->input.len ? size : t->input.len;
	memcpy(to, t->input.at, count);
	t->input = str_skip(t->input, count);
	return (int)count;
}

static int give(void *context, const unsigned char *from, size_t size)
{
	struct tls *t = context;
	buf_add(&t->output, str_of((const char *)from, size));
	return (int)size;
}

struct tls *tls_new(struct tls_context *c, const char *name)
{
	struct tls *t = must_zalloc(1, sizeof *t);
	t->context = c;
	tls_hold(c);
	mbedtls_ssl_init(&t->ssl);
	CHECK(mbedtls_ssl_setup(&t->ssl, &c->config) == 0);
	if (name)
		CHECK(mbedtls_ssl_set_hostname(&t->ssl, name) == 0);
	mbedtls_ssl_set_bio(&t->ssl, t, give, take, NULL);
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	mbedtls_ssl_free(&t->ssl);
	buf_free(&t->output);
	tls_drop(t->context);
	free(t);
}

void tls_input(struct tls *t, struct str bytes)
{
	t->input = bytes;
}

struct str tls_unused(const struct tls *t)
{
	return t->input;
}

struct buf *tls_output(struct tls *t)
{
	return &t->output;
}

struct str tls_peer_name(const struct tls *t)
{
	return str_of(t->peer, t->peer_length);
}

const char *tls_error(const struct tls *t)
{
	return t->error;
}

static void keep_name(struct tls *t, const unsigned char *at, size_t length)
{
	if (length >= NAME_BYTES)
		return;
	for (size_t i = 0; i < length; i++)
		if (at[i] < 0x21 || at[i] > 0x7e)
			return;
	memcpy(t->peer, at, length);
	t->peer_length = length;
}

/* RFC 5280, 4.2.1.6: context tags of a GeneralName. */
enum { SAN_EMAIL = 1, SAN_DNS = 2, SAN_URI = 6, SAN_TAG = 0x1f };

static void name_from_san(struct tls *t, const mbedtls_x509_crt *cert)
{
	static const int preferred[] = {SAN_URI, SAN_DNS, SAN_EMAIL};
	for (size_t i = 0; i < sizeof preferred / sizeof preferred[0] && !t->peer_length; i++)
		for (const mbedtls_x509_sequence *s = &cert->subject_alt_names; s && !t->peer_length; s = s->next)
			if (s->buf.p && (s->buf.tag & SAN_TAG) == preferred[i])
				keep_name(t, s->buf.p, s->buf.len);
}

static void name_from_subject(struct tls *t, const mbedtls_x509_crt *cert)
{
	for (const mbedtls_x509_name *n = &cert->subject; n && !t->peer_length; n = n->next)
		if (n->oid.p && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &n->oid) == 0)
			keep_name(t, n->val.p, n->val.len);
}

/* Only of a certificate that has been verified: an unverified one says nothing about who it is. */
static void find_peer_name(struct tls *t)
{
	const mbedtls_x509_crt *cert = mbedtls_ssl_get_peer_cert(&t->ssl);
	if (!cert || mbedtls_ssl_get_verify_result(&t->ssl) != 0)
		return;
	name_from_san(t, cert);
	name_from_subject(t, cert);
}

enum tls_state tls_handshake(struct tls *t)
{
	int result = mbedtls_ssl_handshake(&t->ssl);
	if (result == 0) {
		find_peer_name(t);
		return TLS_DONE;
	}
	if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
		return TLS_MORE;
	mbedtls_strerror(result, t->error, sizeof t->error);
	return TLS_FAILED;
}

long tls_read(struct tls *t, char *to, size_t size)
{
	for (;;) {
		int result = mbedtls_ssl_read(&t->ssl, (unsigned char *)to, size);
		if (result > 0)
			return result;
		if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
			return 0;
		if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || result == 0)
			return -1;
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		if (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			continue;
#endif
		mbedtls_strerror(result, t->error, sizeof t->error);
		return -2;
	}
}

bool tls_write(struct tls *t, struct str plain)
{
	while (plain.len) {
		int result = mbedtls_ssl_write(&t->ssl, (const unsigned char *)plain.at, plain.len);
		if (result <= 0) {
			mbedtls_strerror(result, t->error, sizeof t->error);
			return false;
		}
		plain = str_skip(plain, (size_t)result);
	}
	return true;
}

void tls_end(struct tls *t)
{
	mbedtls_ssl_close_notify(&t->ssl);
}
