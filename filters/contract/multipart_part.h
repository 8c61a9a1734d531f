/* multipart_part: the parts of one multipart body, as multipart_form.c puts them into JSON: read into an array, and for
 * each part what it is. Lives in the arena of the findings. */
#ifndef FILTERS_CONTRACT_MULTIPART_PART_H
#define FILTERS_CONTRACT_MULTIPART_PART_H

#include "filters/contract/coerce.h"
#include "filters/contract/hearing.h"
#include "filters/contract/multipart.h"
#include "filters/contract/pairs.h"

/* What all the parts of a body share, those in other parts too. */
struct parts_judging {
	struct hearing *h;
	struct coercion c;
	const char *opaque; /* why nothing can be said of the whole: a part cannot be put into JSON; else NULL */
	bool silent;        /* a second reading: what is wrong with single parts has been told */
};

struct parts {
	struct parts_judging *judging;
	const struct media *m; /* with the Encoding objects */
	struct judged schema;  /* of the object or list that the parts are */
	struct judged item;    /* itemSchema, of each */
	struct multipart_part *part;
	struct pairs pairs; /* parallel to part */
	size_t *start;      /* of a list: where each item begins in the JSON that is written, and just past the last */
	bool list;          /* by position, not by name */
	unsigned depth;
};

/* Whether a body of this type is a list: what has no names, and a form whose parts are told by their position. */
bool parts_are_list(const struct media *m, const struct media_range *type);
/* Reads all parts of `body` and counts those of a name together; false after a finding, or with too many. */
bool parts_read(struct parts *p, struct str boundary, struct str body);
/* What a part is: its own type, that of its Encoding object `e` (which may be NULL), or the default for values of
 * `types` (OpenAPI 3.1.1, 4.8.15.1.1). *type is filled where one is given. Tells where the two differ. */
enum media_kind parts_kind(struct parts *p, const struct encoding *e, const struct multipart_part *part, uint32_t types,
			   struct media_range *type);
/* Whether a part's content is written as something else: Content-Transfer-Encoding base64 or quoted-printable. */
bool parts_transferred(const struct multipart_part *part);

#endif
