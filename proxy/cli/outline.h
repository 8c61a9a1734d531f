/* outline: what an OpenAPI document says about the version that it describes: its number, where its servers put it in the
 * path, what of it is deprecated and until when. For `vane init`, which writes a first configuration from several of them.
 * Texts are slices of the document or of the arena that it was read into. */
#ifndef PROXY_CLI_OUTLINE_H
#define PROXY_CLI_OUTLINE_H

#include "conf/tree.h"
#include "proxy/base/vec.h"

/* A deprecated operation. */
struct outline_operation {
	struct str id;     /* operationId, else "METHOD /template" */
	struct str sunset; /* its x-sunset as a date, or empty */
};

struct outline {
	const char *file;
	struct str title, number; /* info.title, info.version */
	struct str name;          /* what the version is to be called; empty: nothing says it */
	bool dated;               /* it is named by a date */
	uint64_t part[3];         /* of its semantic version: major, minor, patch */
	unsigned parts;           /* how many of them are known; 0: it has none */
	bool in_path;             /* a server's path has a segment that names the version */
	struct str prefix;        /* what stands in front of that segment: "", "/api" */
	struct str backend;       /* host:port of a server on this machine, or empty */
	struct str server;        /* the first server's URL, or empty */
	struct str deprecated;    /* a date, or empty */
	struct str sunset;        /* a date, or empty */
	struct str bad_date;      /* an x-sunset that is no date, or empty */
	unsigned operation_count;
	bool all_deprecated;      /* every operation is; there is at least one */
	VEC(struct outline_operation) deprecated_operations;
};

/* Reads what `root`, an OpenAPI document, says. outline_free is due. */
void outline_read(struct outline *o, const struct node *root, struct arena *arena);
/* Names the version. Where the name is v and a number, or a date, that counts, whatever info.version says. */
void outline_call(struct outline *o, struct str name);
/* Gives the memory back. */
void outline_free(struct outline *o);
/* Older versions first: by number, dates behind numbers. */
int outline_order(const struct outline *a, const struct outline *b);

#endif
