/* beside: paths in a configuration are relative to the folder of the file that names them. Pure. */
#ifndef PROXY_BESIDE_H
#define PROXY_BESIDE_H

#include "proxy/base/arena.h"

/* `path` as it is when it is absolute, else behind the folder of `file`. In the arena, NUL-terminated. */
struct str beside(struct arena *a, struct str file, struct str path);

#endif
