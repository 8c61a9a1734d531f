/* steer: what changes a rollout while it runs: an operator, by the admin port, or a canary's guard. Moves the levers of the
 * snapshot in force, tells it as an event, and answers with a line of text. Main thread, called by the server. */
#ifndef PROXY_STEER_H
#define PROXY_STEER_H

#include "proxy/observe.h"
#include "proxy/snapshot.h"

/* Sets the weight of a version's canary: "10%", "abort" (0 % until somebody sets it again) or "configured" (what the file
 * says). Returns an HTTP status: 200, 400 (no weight), 404 (no such canary). */
unsigned steer_canary(const struct snapshot *s, struct observer *o, struct str version, struct str to, struct buf *text);
/* Makes a revision the active one of `version`, or (where that is empty) of every version that has it: "green", or
 * "configured". 200, 400, 404. */
unsigned steer_revision(const struct snapshot *s, struct observer *o, struct str version, struct str label, struct buf *text);
/* At start: a canary that was pulled down before the process ended, and whose section of the configuration is the same
 * still, stays down. Known from the journal, so only where the ledger is a file. */
void steer_restore(const struct snapshot *s, struct observatory *all, struct observer *o);
/* Asks every guard, and pulls down the canaries that have to go. Once a second. */
void steer_watch(const struct snapshot *s, struct observer *o, uint64_t mono_ns);

#endif
