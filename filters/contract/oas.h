/* oas: which fields the objects of an OpenAPI document have, by version, and of what kind they are: the fixed fields of
 * OpenAPI 3.0.4, 3.1.1 and 3.2.0, as tables. The loader asks before it reads an object, so that it need not ask again
 * for every field. A slip that changes nothing of what is judged (an unknown field, a missing title) is a warning; a
 * field of the wrong kind, or a missing one that a check depends on, is an error. Fields that begin with x- are left
 * alone. */
#ifndef FILTERS_CONTRACT_OAS_H
#define FILTERS_CONTRACT_OAS_H

#include "conf/tree.h"

/* X(name, words): the objects of the specification that have fixed fields. */
#define OAS_OBJECTS(X)                                                                                                 \
	X(ROOT, "OpenAPI object")                                                                                      \
	X(INFO, "Info object")                                                                                         \
	X(CONTACT, "Contact object")                                                                                   \
	X(LICENSE, "License object")                                                                                   \
	X(SERVER, "Server object")                                                                                     \
	X(SERVER_VARIABLE, "Server Variable object")                                                                   \
	X(COMPONENTS, "Components object")                                                                             \
	X(PATH_ITEM, "Path Item object")                                                                               \
	X(OPERATION, "Operation object")                                                                               \
	X(EXTERNAL_DOCS, "External Documentation object")                                                              \
	X(PARAMETER, "Parameter object")                                                                               \
	X(HEADER, "Header object")                                                                                     \
	X(REQUEST_BODY, "Request Body object")                                                                         \
	X(MEDIA_TYPE, "Media Type object")                                                                             \
	X(ENCODING, "Encoding object")                                                                                 \
	X(RESPONSE, "Response object")                                                                                 \
	X(EXAMPLE, "Example object")                                                                                   \
	X(LINK, "Link object")                                                                                         \
	X(TAG, "Tag object")                                                                                           \
	X(SECURITY_SCHEME, "Security Scheme object")                                                                   \
	X(OAUTH_FLOWS, "OAuth Flows object")                                                                           \
	X(OAUTH_FLOW, "OAuth Flow object")

enum oas_object {
#define X(name, words) OAS_##name,
	OAS_OBJECTS(X)
#undef X
	    OAS_OBJECT_COUNT
};

/* Checks the fields of `n` as an `object` of `version` (30, 31 or 32). False after an error in `d`. */
bool oas_check(enum oas_object object, const struct node *n, unsigned version, struct diag *d);

#endif
