/* field: a header field as a name and a value, both borrowed slices of a head. Shared by the HTTP room and the contract
 * engine, which must not know each other. */
#ifndef PROXY_BASE_FIELD_H
#define PROXY_BASE_FIELD_H

#include "proxy/base/str.h"

struct field {
	struct str name, value;
};

#endif
