/* secret: the TLS of one stream: between the bytes of its socket and those that its owner sees. Handshakes run on libuv's
 * threads, records on the loop. Called by stream.c only; all of it needs s->secret. */
#ifndef PROXY_NET_SECRET_H
#define PROXY_NET_SECRET_H

#include "proxy/net/stream.h"

/* s->secret is made, and a client's handshake begun: see stream_secure. */
void secret_begin(struct stream *s, struct tls_context *context, const char *name, void (*ready)(struct stream *s, int error));
/* Bytes of the socket: goes on with the handshake, or hands on what they hold. */
void secret_received(struct stream *s, struct str bytes);
/* The socket has ended, or failed (negative libuv code). */
void secret_broke_off(struct stream *s, int error);
/* Encrypts and writes. 0 or a negative libuv code. */
int secret_write(struct stream *s, const struct str *pieces, unsigned count) WARN_UNUSED;
/* Says close_notify, where there was a handshake. 0 or a negative libuv code. */
int secret_shutdown(struct stream *s) WARN_UNUSED;
/* Gives everything back. False while a thread still uses it: then on_closed is called when it has done. */
bool secret_close(struct stream *s);
/* tls_peer_name; empty before the handshake is done. */
struct str secret_peer_name(const struct stream *s);

#endif
