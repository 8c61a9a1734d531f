/* yaml: YAML text to a tree (conf/tree.h), by libyaml's events. One document, with the core types of YAML 1.2: `yes`
 * and `on` stay strings, 0o7 and 0x7 are numbers. Duplicate keys are errors; anchors, aliases and merge keys (`<<`)
 * work, and what aliases grow to is capped (a million values, 64 MB of text); depth is capped at TREE_DEPTH. Keys are
 * scalars. Tags other than those of the core types, and second documents, are refused. Called for configuration and for
 * contracts. */
#ifndef CONF_YAML_H
#define CONF_YAML_H

#include "conf/tree.h"

/* `text` (of `file`, the name to show; it must outlive the tree) as a tree in `arena`. The text must outlive nothing:
 * it is copied. NULL after at least one error in `d`. An empty document is NODE_NULL. */
const struct node *yaml_read(struct arena *arena, struct str text, const char *file, struct diag *d) WARN_UNUSED;

/* The same for callers that go on complaining about what they can read: errors that leave a tree (repeated keys) do not
 * make it NULL. d->errors tells whether there were any. */
const struct node *yaml_read_on(struct arena *arena, struct str text, const char *file, struct diag *d) WARN_UNUSED;

/* The whole file at `path` into `arena`, at most `limit` bytes; false after an error in `d` that says why. */
bool yaml_slurp(struct arena *arena, const char *path, size_t limit, struct str *text, struct diag *d) WARN_UNUSED;

#endif
