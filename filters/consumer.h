/* consumer: who sent a request, by the first of the configured sources that says so: a field, the client certificate, a
 * claim of a JSON Web Token, the product in User-Agent, the prefix of the address. Names are bounded: at most 64 printable characters, anything else
 * counts as `_invalid`; a request that tells nothing comes from `_unknown`. Names that begin with `_` are ours: a client
 * that sends one is `_invalid`. The first filter of the chain; its settings are read here for version.c too (pins). How
 * many consumers are told apart (`max`) is kept by those who keep rows: see struct api. */
#ifndef FILTERS_CONSUMER_H
#define FILTERS_CONSUMER_H

#include "proxy/filter.h"

enum { CONSUMER_LONGEST = 64 };

enum consumer_kind { CONSUMER_HEADER, CONSUMER_USER_AGENT, CONSUMER_ADDRESS, CONSUMER_MTLS, CONSUMER_JWT };

struct consumer_source {
	enum consumer_kind kind;
	struct str header;
	enum known known; /* number of that name */
	int product, san; /* the only words there are */
	struct consumer_address {
		int64_t ipv4, ipv6; /* bits that are kept */
	} address;
	struct consumer_jwt {
		struct str claim, header;
	} jwt;
};

/* `consumers:` of the configuration. */
struct consumers {
	struct key_list from;   /* struct consumer_source */
	struct key_map pin;     /* struct str: a version's name */
	struct key_list ignore; /* struct str */
	int64_t max;
	struct key_list pacts;  /* struct str: files and globs; read by pacts.c */
};

/* Reads `consumers` from the root of a configuration. False after errors in `d`. */
bool consumer_read(const struct node *root, struct consumers *c, struct arena *arena, struct diag *d) WARN_UNUSED;
/* Who sent the request: constant text, a slice of the request, or in `arena`. Pure. */
struct str consumer_name(const struct consumers *c, const struct message *request, struct str client,
			 struct str tls_subject, struct arena *arena);

extern const struct filter consumer_filter;

#endif
