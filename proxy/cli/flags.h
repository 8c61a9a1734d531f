/* flags: the words of a command line, by a table for each verb: --name VALUE, --name=VALUE, -o VALUE, in any order among
 * the operands, `--` ends them. Every long flag can also be set as VANE_NAME in the environment (the command line wins).
 * An unknown flag names the nearest. Texts are borrowed from argv and the environment. */
#ifndef PROXY_CLI_FLAGS_H
#define PROXY_CLI_FLAGS_H

#include "proxy/base/str.h"

enum { FLAG_VALUES = 1024, FLAG_OPERANDS = 1024 };

struct flag {
	const char *name;  /* long, without dashes */
	char letter;       /* short, or 0 */
	const char *value; /* what stands behind it, for the help ("FILE"); NULL: a switch */
	const char *about;
};

/* What was given for one flag of the table, in its order. */
struct given {
	unsigned count;
	const char *values[FLAG_VALUES];
};

struct words {
	struct given *given; /* by row of the table */
	unsigned operand_count;
	const char *operands[FLAG_OPERANDS];
};

/* Reads argv behind the verb by `flags` (ends with a row without name). False after a message on standard error. */
bool flags_read(const char *verb, const struct flag *flags, int argc, char **argv, struct words *w);
/* Gives back what flags_read took. */
void flags_free(struct words *w);
/* The last value of row `name`, or NULL; and how often it was given. */
const char *flags_value(const struct flag *flags, const struct words *w, const char *name);
/* All values of row `name`, which must be in the table. */
const struct given *flags_given(const struct flag *flags, const struct words *w, const char *name);
/* Prints the table for `vane help VERB`. */
void flags_help(const struct flag *flags);

#endif
