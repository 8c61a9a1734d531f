/* json_tree: JSON text to a tree with places (conf/tree.h), for contracts that are written in JSON, and the one way to
 * read a document of either kind. Everything lives in the arena that is handed in. Called when contracts are loaded. */
#ifndef FILTERS_CONTRACT_JSON_TREE_H
#define FILTERS_CONTRACT_JSON_TREE_H

#include "conf/tree.h"

/* `text` (of `file`, the name to show; it must outlive the tree) as a tree in `arena`. The text is copied. NULL after at
 * least one error in `d`; a duplicate key is an error that names both places (the first such pair of the text). */
const struct node *json_tree_read(struct arena *arena, struct str text, const char *file, struct diag *d) WARN_UNUSED;

/* The file at `path`, at most `limit` bytes, as JSON where its first byte that is no white space is { or [, else as
 * YAML. A file named .yaml or .yml that begins so but is no JSON is read as YAML (a flow mapping). NULL after at least
 * one error in `d`. The path is copied: it need not outlive the call. */
const struct node *document_read(struct arena *arena, const char *path, size_t limit, struct diag *d) WARN_UNUSED;

#endif
