/* tls_context: the inside of a context, between tls_context.c (which makes it from files) and tls.c (which uses it). */
#ifndef PROXY_NET_TLS_CONTEXT_H
#define PROXY_NET_TLS_CONTEXT_H

#include "proxy/net/tls.h"

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>

struct tls_identity {
	mbedtls_x509_crt chain;
	mbedtls_pk_context key;
};

struct tls_context {
	int holds; /* atomic */
	bool client;
	mbedtls_ssl_config config;
	struct tls_identity *identities;
	size_t identity_count;
	mbedtls_x509_crt authorities;
	mbedtls_ssl_ticket_context tickets;
};

/* Random bytes from the kernel: needs no state that threads would share. */
int tls_random(void *unused, unsigned char *to, size_t count);

#endif
