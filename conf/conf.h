/* conf: a configuration file with everything it includes, as one tree. `include:` globs are relative to the file that
 * names them; the files' mappings are merged deeply; a key that two files set is an error that names both places. Then
 * `${NAME}` is replaced in scalars (conf/env.h). The result is read by tables of keys (conf/key.h). Owned by the
 * snapshot that is built from it: texts in the settings borrow from its arena. Not thread-safe while loading, immutable
 * after. */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "conf/tree.h"

struct conf {
	struct arena arena;       /* the tree, the texts and the names; for the settings too, if the caller likes */
	const struct node *root;  /* always a mapping, without `include` */
	const char *const *files; /* every file that was read, the first is the one that was named; to be watched */
	size_t file_count;
	const char *const *folders; /* where the include globs look (a new file there may match); to be watched */
	size_t folder_count;
};

/* The file at `path` and what it includes. False after errors in `d`; conf_free is due in either case. After an
 * error root is there all the same if something could be read, so that key_read can add its own complaints in the same
 * run; otherwise it is NULL. */
bool conf_load(struct conf *c, const char *path, struct diag *d) WARN_UNUSED;
/* The same from text that is already there (standard input, flags); `name` is shown in messages, includes are relative
 * to the working directory. */
bool conf_read(struct conf *c, struct str text, const char *name, struct diag *d) WARN_UNUSED;
/* Everything that was read is gone. */
void conf_free(struct conf *c);

#endif
