/* diag: what the operator or a contract wrote wrong. One diag collects all complaints of one run, each with its place;
 * diag_print shows them as `file:line:column: error: …` with the line, a caret and a hint. A function that can complain
 * is `bool f(…, struct diag *)` and returns false exactly when it has added an error. Owned by whoever started the run
 * (a verb, a reload); not thread-safe. Texts passed in are copied. */
#ifndef CONF_DIAG_H
#define CONF_DIAG_H

#include "proxy/base/arena.h"
#include "proxy/base/buf.h"

/* Where something stands. `file` is a name to show, borrowed from whoever read the file; a diag keeps a copy.
 * line and column count from 1 (column in code points); line 0: the file as a whole. A NULL file: the command line. */
struct place {
	const char *file;
	uint32_t line, column;
};

enum severity { DIAG_WARNING, DIAG_ERROR };

struct complaint {
	struct complaint *next;
	enum severity severity;
	struct place place;
	struct str text; /* in the diag's arena */
	struct str hint; /* empty where there is none */
};

struct diag {
	struct arena arena;
	struct complaint *first, *last;
	unsigned errors, warnings;
	bool repeated; /* the newest was told before, at the same place: it is not kept, nor its hint */
	unsigned limit; /* complaints kept; beyond it they are only counted */
};

/* An empty diag that keeps 200 complaints. */
void diag_init(struct diag *d);
/* Its complaints are gone; it may be used again. */
void diag_free(struct diag *d);
/* Adds an error at `place`, unless the same stands there already. Always returns false, so that `return diag_error(…)` reads well. */
bool diag_error(struct diag *d, struct place place, const char *format, ...) PRINTF_LIKE(3, 4);
/* Adds a warning: printed, but the run goes on. */
void diag_warn(struct diag *d, struct place place, const char *format, ...) PRINTF_LIKE(3, 4);
/* Adds a hint to the newest complaint: one line, such as `did you mean "contract"?`. */
void diag_hint(struct diag *d, const char *format, ...) PRINTF_LIKE(2, 3);
/* The nearest of `count` words to `word`, or the empty slice where none is near; for hints. */
struct str diag_nearest(struct str word, const struct str *words, size_t count);
/* All complaints in order of file and place into `out`, with source line and caret (the files are read again for it;
 * one that cannot be read is shown without). `color`: with ANSI colours. */
void diag_print(const struct diag *d, struct buf *out, bool color);
/* The same as a JSON array of {severity, file, line, column, message, hint}. */
void diag_print_json(const struct diag *d, struct buf *out);

#endif
