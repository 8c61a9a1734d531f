#include "proxy/secure.h"

#include "proxy/beside.h"

static const struct key pair_keys[] = {
    {.name = "cert", KEY_AT(STRING, struct secure_pair, cert), .required = true, .about = "PEM file: certificate and chain"},
    {.name = "key", KEY_AT(STRING, struct secure_pair, key), .required = true, .about = "PEM file: its private key"},
};
static const struct key_table pair_table = {.name = "a certificate", KEY_TABLE_OF(struct secure_pair, pair_keys)};

static const char *const auth_words[] = {"none", "optional", "require", NULL};
static const char *const version_words[] = {"1.2", "1.3", NULL};

static bool check_server(struct key_reader *r, const struct node *n, void *settings)
{
	const struct secure_server *s = settings;
	if (!s->cert.len || !s->key.len)
		return diag_error(r->diag, tree_place(n), "tls needs both cert and key");
	if (s->client_auth != TLS_CLIENT_NONE && !s->client_ca.len)
		return diag_error(r->diag, key_place(n, "client_auth"), "client_auth needs client_ca: who may sign client certificates");
	if (s->min_version && !tls_has_13())
		return diag_error(r->diag, key_place(n, "min_version"), "this build's mbedTLS has no TLS 1.3");
	return true;
}

static const struct key server_keys[] = {
    {.name = "cert", KEY_AT(STRING, struct secure_server, cert), .about = "PEM file: certificate and chain"},
    {.name = "key", KEY_AT(STRING, struct secure_server, key), .about = "PEM file: its private key"},
    {.name = "certificates", KEY_LIST_AT(TABLE, struct secure_server, certificates), .table = &pair_table,
     .about = "further certificates, chosen by the name that the client asks for (SNI)"},
    {.name = "client_ca", KEY_AT(STRING, struct secure_server, client_ca), .about = "PEM file: who may sign client certificates"},
    {.name = "client_auth", KEY_AT(WORD, struct secure_server, client_auth), .words = auth_words, .normal = "none",
     .about = "whether clients show a certificate; its subjectAltName can be the consumer"},
    {.name = "min_version", KEY_AT(WORD, struct secure_server, min_version), .words = version_words, .normal = "1.2",
     .about = "the oldest TLS that is spoken"},
    {.kind = KEY_SELF, .offset = offsetof(struct secure_server, conf)},
};
const struct key_table secure_server_table = {.name = "tls", KEY_TABLE_OF(struct secure_server, server_keys),
					      .check = check_server};

static bool check_client(struct key_reader *r, const struct node *n, void *settings)
{
	const struct secure_client *s = settings;
	if (!s->cert.len != !s->key.len)
		return diag_error(r->diag, tree_place(n), "a client certificate needs both cert and key");
	return true;
}

static const struct key client_keys[] = {
    {.name = "ca", KEY_AT(STRING, struct secure_client, ca), .about = "PEM file: who may sign its certificate; default: the system's"},
    {.name = "name", KEY_AT(STRING, struct secure_client, name),
     .about = "the name that is asked for and that its certificate must be for; default: the address's host"},
    {.name = "cert", KEY_AT(STRING, struct secure_client, cert), .about = "PEM file: the certificate that is shown to it"},
    {.name = "key", KEY_AT(STRING, struct secure_client, key), .about = "PEM file: the private key of that"},
    {.name = "verify", KEY_AT(BOOL, struct secure_client, verify), .normal = "true",
     .about = "whether its certificate is checked; false only for trying things out"},
    {.kind = KEY_SELF, .offset = offsetof(struct secure_client, conf)},
};
const struct key_table secure_client_table = {.name = "a backend's tls", KEY_TABLE_OF(struct secure_client, client_keys),
					      .check = check_client};

static const char *path_of(struct arena *a, const char *file, struct str path)
{
	return path.len ? beside(a, str_from(file), path).at : NULL;
}

static bool told(struct tls_context *context, const struct node *n, const struct buf *why, struct diag *d)
{
	return context || diag_error(d, tree_place(n), "%.*s", STR_ARG(buf_str(why)));
}

bool secure_server_load(const struct secure_server *s, const char *file, struct tls_context **context, struct diag *d)
{
	const struct secure_pair *more = s->certificates.at;
	struct arena paths;
	struct buf why = {0};
	*context = NULL;
	if (!s->conf)
		return true;
	arena_init(&paths, 1024);
	struct tls_pair *pairs = ARENA_ARRAY(&paths, struct tls_pair, s->certificates.count + 1);
	pairs[0] = (struct tls_pair){path_of(&paths, file, s->cert), path_of(&paths, file, s->key)};
	for (size_t i = 0; i < s->certificates.count; i++)
		pairs[i + 1] = (struct tls_pair){path_of(&paths, file, more[i].cert), path_of(&paths, file, more[i].key)};
	struct tls_server_options o = {.pairs = pairs, .pair_count = s->certificates.count + 1,
				       .client_ca = path_of(&paths, file, s->client_ca), .client_auth = s->client_auth,
				       .only_13 = s->min_version == 1};
	*context = tls_server(&o, &why);
	bool good = told(*context, s->conf, &why, d);
	buf_free(&why);
	arena_free(&paths);
	return good;
}

bool secure_client_load(const struct secure_client *s, const char *file, struct tls_context **context, struct diag *d)
{
	struct arena paths;
	struct buf why = {0};
	*context = NULL;
	if (!s->conf)
		return true;
	arena_init(&paths, 1024);
	struct tls_client_options o = {.ca = path_of(&paths, file, s->ca), .cert = path_of(&paths, file, s->cert),
				       .key = path_of(&paths, file, s->key), .insecure = !s->verify};
	*context = tls_client(&o, &why);
	bool good = told(*context, s->conf, &why, d);
	buf_free(&why);
	arena_free(&paths);
	return good;
}

static void visit_path(const char *file, struct str path, void (*visit)(void *context, const char *path), void *context)
{
	struct arena a;
	if (!path.len)
		return;
	arena_init(&a, 256);
	visit(context, path_of(&a, file, path));
	arena_free(&a);
}

void secure_server_files(const struct secure_server *s, const char *file, void (*visit)(void *context, const char *path),
			 void *context)
{
	const struct secure_pair *more = s->certificates.at;
	visit_path(file, s->cert, visit, context);
	visit_path(file, s->key, visit, context);
	visit_path(file, s->client_ca, visit, context);
	for (size_t i = 0; i < s->certificates.count; i++) {
		visit_path(file, more[i].cert, visit, context);
		visit_path(file, more[i].key, visit, context);
	}
}

void secure_client_files(const struct secure_client *s, const char *file, void (*visit)(void *context, const char *path),
			 void *context)
{
	visit_path(file, s->ca, visit, context);
	visit_path(file, s->cert, visit, context);
	visit_path(file, s->key, visit, context);
}
