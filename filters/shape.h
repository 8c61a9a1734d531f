/* shape: what a place with a version in it looks like, as the operator wrote it: `/v<major>`, `/api/v<major>`,
 * `/<version>/`, `application/vnd.orders.v<major>+json`. `<major>` is numbers (1, or 1.4 and 1.4.2), `<version>` is
 * anything that names a version. Read once at load, immutable; texts borrow from the configuration's arena. Pure. */
#ifndef FILTERS_SHAPE_H
#define FILTERS_SHAPE_H

#include "proxy/base/str.h"

struct shape {
	struct str before; /* all that stands before the placeholder */
	struct str after;  /* what follows it in its segment (of a path), or all of the rest (of a media type) */
	struct str rest;   /* of a path: the segments behind, "/shop"; mostly empty */
	bool named;        /* <version>: names and dates too */
};

/* Each returns NULL, or what is wrong with `text` in words. */
const char *shape_read_path(struct str text, struct shape *shape);
/* Of a media type, "application/vnd.shop.<major>+json". */
const char *shape_read_media_type(struct str text, struct shape *shape);

/* Where the placeholder stands in `path` (normalised: no empty or dot segments). *token is what stands for the version;
 * *segment is its whole segment with the slash before it: both are slices of path. False where the path is not of that
 * shape. What is no version by its look (`/vault` is no /v<major>) is not of that shape; what begins like one is. */
bool shape_match_path(const struct shape *shape, struct str path, struct str *token, struct str *segment);
/* The same for `type/subtype`, in any case. */
bool shape_match_media_type(const struct shape *shape, struct str type, struct str *token);
/* Whether `token` begins like a version: a digit, perhaps behind `v` or `=`. One that does and is none is malformed; one
 * that does not is another word of the path. */
bool shape_looks_like_version(struct str token);
/* Whether some path could be of both shapes. */
bool shape_overlaps(const struct shape *a, const struct shape *b);

#endif
