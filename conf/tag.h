/* tag: the tags of YAML's core types (YAML 1.2.2, 10), the only ones that are taken. Pure. Internal to conf/yaml.c. */
#ifndef CONF_TAG_H
#define CONF_TAG_H

#include "conf/tree.h"

enum tag { TAG_NONE, TAG_STR, TAG_NULL, TAG_BOOL, TAG_INT, TAG_FLOAT, TAG_MAP, TAG_SEQ, TAG_OTHER };

/* What a tag's URI (as libyaml gives it, short forms resolved; NULL: none was written) means. */
enum tag tag_of(const char *uri);
/* Whether a plain scalar that reads as `n` may carry the tag: !!int 5, not !!int x. */
bool tag_fits(enum tag tag, const struct node *n);

#endif
