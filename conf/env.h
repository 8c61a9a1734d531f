/* env: `${NAME}`, `${NAME:-default}` and `${NAME:?message}` in the scalars of a tree; `$${` is a plain `${`, any other
 * `$` is itself. It is done after parsing, so a value never changes the structure; a plain (unquoted) scalar gets its
 * type anew from what it has become, so `weight: ${W}` works. With `:-` and `:?` an empty variable counts as unset, as
 * in a shell. A replaced value is not looked at again. Keys are left alone. Called by conf_load; the fuzz target calls
 * it directly. */
#ifndef CONF_ENV_H
#define CONF_ENV_H

#include "conf/tree.h"

/* The value of a variable, or NULL where it is not set. getenv has this form. */
typedef char *env_lookup(const char *name);

/* A copy of `root` in `arena` with everything replaced, or `root` itself where there is nothing to replace; never
 * NULL. Errors (an unset variable, an unclosed brace) are all collected in `d`; a scalar with one is
 * marked as broken. */
const struct node *env_replace(const struct node *root, struct arena *arena, env_lookup *lookup,
			       struct diag *d) WARN_UNUSED;

#endif
