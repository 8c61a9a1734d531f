/* secure: the `tls` keys: what the listeners show to clients, and what is shown to and asked of a backend. Reads the
 * files at load, so that a wrong or expired one is an error of the configuration with its place; the contexts belong to
 * the snapshot, and a new snapshot reads the files anew. */
#ifndef PROXY_SECURE_H
#define PROXY_SECURE_H

#include "conf/key.h"
#include "proxy/net/tls.h"

struct secure_pair {
	struct str cert, key;
};

/* `tls:` of the whole. */
struct secure_server {
	struct str cert, key;
	struct key_list certificates; /* struct secure_pair: further ones, chosen by SNI */
	struct str client_ca;
	enum tls_client_auth client_auth;
	int min_version; /* 0: 1.2, 1: 1.3 */
	const struct node *conf; /* NULL: not configured */
};
extern const struct key_table secure_server_table;

/* `tls:` of a backend. */
struct secure_client {
	struct str ca, name, cert, key;
	bool verify;
	const struct node *conf; /* NULL: not configured */
};
extern const struct key_table secure_client_table;

/* Makes the contexts; files are relative to the folder of `file`, the configuration's name. *context stays NULL when
 * nothing is configured. False after errors at the keys' places. */
bool secure_server_load(const struct secure_server *s, const char *file, struct tls_context **context, struct diag *d)
    WARN_UNUSED;
/* The same for a backend, whose `tls:` names what is asked of it and what is shown to it. */
bool secure_client_load(const struct secure_client *s, const char *file, struct tls_context **context, struct diag *d)
    WARN_UNUSED;
/* Calls `visit` with every file that is named, as it will be opened: for watching, and for telling loads apart. */
void secure_server_files(const struct secure_server *s, const char *file, void (*visit)(void *context, const char *path),
			 void *context);
/* The same for a backend. */
void secure_client_files(const struct secure_client *s, const char *file, void (*visit)(void *context, const char *path),
			 void *context);

#endif
