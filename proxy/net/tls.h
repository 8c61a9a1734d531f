/* tls: TLS by mbedTLS (2.28 or 3.6), on both sides. A tls_context is what certificates and settings make: immutable,
 * counted, shared by all workers. A struct tls is one connection's state; it knows no socket: stream.c feeds it what came
 * and sends what it made. The floor is TLS 1.2 with forward secrecy and AEAD only; ALPN offers http/1.1. Handshakes are
 * heavy (milliseconds): tls_handshake is made to be run on another thread than the loop's. */
#ifndef PROXY_NET_TLS_H
#define PROXY_NET_TLS_H

#include "proxy/base/buf.h"

struct tls_context;
struct tls;

enum tls_client_auth { TLS_CLIENT_NONE, TLS_CLIENT_OPTIONAL, TLS_CLIENT_REQUIRE };

/* A certificate (with its chain) and its key, as PEM files. */
struct tls_pair {
	const char *cert, *key;
};

struct tls_server_options {
	const struct tls_pair *pairs; /* the first is the default; others are chosen by SNI */
	size_t pair_count;
	const char *client_ca;        /* PEM file of those who may sign client certificates; NULL: none */
	enum tls_client_auth client_auth;
	bool only_13;                 /* TLS 1.3 at least (where the library has it) */
};

struct tls_client_options {
	const char *ca;        /* PEM file of those who may sign the server's certificate; NULL: the system's */
	const char *cert, *key; /* our own certificate, or NULL */
	bool insecure;         /* the server's certificate is not checked */
};

/* A context held once, or NULL after writing into `why` which file is wrong and why. */
struct tls_context *tls_server(const struct tls_server_options *o, struct buf *why) WARN_UNUSED;
/* The same for the side that connects. */
struct tls_context *tls_client(const struct tls_client_options *o, struct buf *why) WARN_UNUSED;
/* Whether the library has TLS 1.3. */
bool tls_has_13(void);
/* One holder more. */
void tls_hold(struct tls_context *c);
/* One holder less; the last one frees it. */
void tls_drop(struct tls_context *c);

/* A connection; holds the context. `name`: of a client, what SNI asks for and what the certificate must be for. */
struct tls *tls_new(struct tls_context *c, const char *name);
/* Gives a connection's state back. */
void tls_free(struct tls *t);

/* What came from the other side, for the next call of tls_handshake or tls_read; borrowed until it is used up. */
void tls_input(struct tls *t, struct str bytes);
/* What of it was not used yet: after the handshake, the first bytes of what is said behind it. */
struct str tls_unused(const struct tls *t);
enum tls_state { TLS_DONE, TLS_MORE, TLS_FAILED };
/* Goes on with the handshake as far as the input allows. */
enum tls_state tls_handshake(struct tls *t);
/* Decrypts into `to`: bytes, 0 when more input is needed, -1 at the end that the other side has declared, -2 on an error. */
long tls_read(struct tls *t, char *to, size_t size);
/* Encrypts all of `plain`; false on an error. */
bool tls_write(struct tls *t, struct str plain) WARN_UNUSED;
/* Declares our end. */
void tls_end(struct tls *t);
/* What has to be sent; the caller empties it. */
struct buf *tls_output(struct tls *t);
/* After the handshake: the first subjectAltName (URI, else DNS name, else e-mail) of the other side's verified certificate,
 * else its common name, or the empty slice. Lives as long as the connection. */
struct str tls_peer_name(const struct tls *t);
/* Why it failed, in words. */
const char *tls_error(const struct tls *t);

#endif
