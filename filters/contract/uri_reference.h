/* uri_reference: references between schema documents, as RFC 3986 resolves and normalises them: scheme and host in
 * lower case, percent-encoding in upper case and only where it is needed, dot segments and default ports taken out, so
 * that two spellings of one URI are equal as bytes. Nothing is fetched. Pure; results live in the arena that is given.
 * Called by the schema set (schema_set.c). */
#ifndef FILTERS_CONTRACT_URI_REFERENCE_H
#define FILTERS_CONTRACT_URI_REFERENCE_H

#include "proxy/base/arena.h"

/* The parts of a reference (RFC 3986, 3 and appendix B); a part that is absent has a NULL pointer, an empty one has
 * not. */
struct uri_reference {
	struct str scheme, authority, path, query, fragment;
};

/* Cuts `text` into its parts, which are slices of it. Any text can be cut; `path` is never NULL for a text that is not.
 */
struct uri_reference uri_reference_parse(struct str text);
/* `reference` as it reads from `base` (RFC 3986, 5.2), normalised (6.2.2, 6.2.3), without its fragment. An empty or
 * opaque base is allowed: then the result may be relative or equal to the base. */
struct str uri_reference_resolve(struct arena *arena, struct str base, struct str reference);
/* What stands after the first '#', still percent-encoded; at == NULL where there is none. */
struct str uri_reference_fragment(struct str reference);
/* `text` with each %XX replaced by its byte (RFC 3986, 2.1); an incomplete escape stays as it is. */
struct str uri_reference_decode(struct arena *arena, struct str text);

#endif
