/* watch: tells when files may have changed. What is watched are the folders that the files stand in, because files are
 * replaced by renaming, and a Kubernetes ConfigMap by swapping a symbolic link. Events are gathered for a moment, so that
 * several files written one after the other are one change. Main loop; owned by the server. */
#ifndef PROXY_WATCH_H
#define PROXY_WATCH_H

#include "proxy/net/loop.h"

struct watch;

/* `changed` is called on the loop, some 200 ms after the last of a row of events. */
struct watch *watch_new(struct loop *l, void (*changed)(void *context), void *context);
/* The folder of the file `path` is watched from now on; more than once is harmless. A folder that cannot be watched (it
 * does not exist, the system's limit is reached) is left out: false. */
bool watch_file(struct watch *w, const char *path);
/* The same for a folder by its own name. */
bool watch_folder(struct watch *w, const char *folder);
/* Stops and frees itself when the loop has run its close callbacks. NULL is fine. */
void watch_close(struct watch *w);

#endif
