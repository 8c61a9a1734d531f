/* scalar: which type a plain (unquoted) scalar has: the core schema of YAML 1.2.2, 10.3.2. Pure. Called by the YAML
 * reader, by env after it has replaced something, and for the defaults in tables of keys. */
#ifndef CONF_SCALAR_H
#define CONF_SCALAR_H

#include "conf/tree.h"

/* Sets kind, text and rewritten of `n` from what was written. `text` must live as long as the node; a number that JSON
 * writes otherwise (+1, 007, .5, 0x1F, 0o17) gets a new text in `arena`. What JSON has no number for stays a string:
 * .inf, .nan, and hexadecimal or octal of more than 64 bits. */
void scalar_resolve(struct node *n, struct str text, struct arena *arena);

#endif
