/* instances: `vane validate --schema`: instances judged against a bare JSON Schema, one line of output for each. */
#ifndef PROXY_CLI_INSTANCES_H
#define PROXY_CLI_INSTANCES_H

#include "proxy/cli/cli.h"

enum { INPUT_BYTES = 256 << 20 };

/* The whole of a file, or of standard input where `path` is NULL. False after a message. */
bool input_read(const char *path, struct buf *body) WARN_UNUSED;
/* How many findings --findings wants (`word`; NULL: 64). False after a message. */
bool findings_read(const char *word, unsigned *findings) WARN_UNUSED;
/* Judges standard input or the operands by --schema. The exit code. */
int validate_instances(const struct flag *flags, const struct words *w);

#endif
