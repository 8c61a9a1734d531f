/* path_pattern: one segment of a path template: literal pieces with parameters between them (`{id}`, `{id}.json`,
 * `{x}:{y}`). Literals are kept decoded and compared with a request's segment decoded on the way (RFC 3986, 6.2.2), so
 * that %2F never splits and %61 is a; values are slices of the segment, still encoded. Immutable; lives in an arena of
 * the contract. Used by the path index and for templated server paths. */
#ifndef FILTERS_CONTRACT_PATH_PATTERN_H
#define FILTERS_CONTRACT_PATH_PATTERN_H

#include "proxy/base/arena.h"

enum { PATH_LITERAL = 512 }; /* bytes of one literal piece at most */

struct path_pattern {
	struct str *piece;   /* parameters + 1 literals: before the first, between, behind the last; decoded */
	struct str *name;    /* of the parameters */
	uint32_t parameters; /* 0: a literal segment, which is piece[0] */
	uint32_t literal;    /* bytes of all literals: how specific it is */
};

/* Reads a segment of a template (without slashes). NULL where it is malformed: then *why says so in words. */
struct path_pattern *path_pattern_read(struct arena *arena, struct str segment, const char **why);
/* Whether the two differ in nothing but the names of their parameters. */
bool path_pattern_same(const struct path_pattern *a, const struct path_pattern *b);
/* Whether a request's segment matches; fills value[parameters]. A parameter is at least one byte long; each ends at the
 * first place where the next literal stands, the last literal stands at the end. Costs the segment's length times the
 * longest literal at most. */
bool path_pattern_match(const struct path_pattern *p, struct str segment, struct str *value);
/* Whether `segment`, decoded, begins with `literal` at *at; then *at is moved behind it. */
bool path_literal_at(struct str segment, size_t *at, struct str literal);

#endif
