/* compat_note: two schemas' trees, walked side by side: what people see that changed between them, named by kind. No
 * verdict is made here: a kind that can break messages is graded by what compat_schema.c found at that place (the
 * evidence), and is information where nothing was found. Shared by compat_annotation.c, compat_kind.c and
 * compat_lifecycle.c; private to them. */
#ifndef FILTERS_CONTRACT_COMPAT_NOTE_H
#define FILTERS_CONTRACT_COMPAT_NOTE_H

#include "filters/contract/compat_side.h"

struct side_by_side {
	struct comparing *c;
	const struct schema_pair *p;
	const char *id_part; /* how ids begin here: "request-property" */
	struct buf path;     /* into the message; "*" stands for items and other names */
	unsigned depth;
	bool equal;         /* the same messages pass: how that is written is no change */
	bool again;         /* an earlier walk was here */
	size_t first, last; /* the findings of this pair of schemas, in c->out->at */
};

/* Which findings speak of a kind: those of fewer messages, of more, or of both. */
enum note_sense { NOTE_TIGHTENS, NOTE_LOOSENS, NOTE_EITHER, NOTE_NOTHING };

struct note {
	const char *what;         /* the id behind the part: "min-set" */
	const struct node *a, *b; /* where it stands; NULL: nowhere */
	enum note_sense sense;
	struct str keyword; /* findings by this keyword speak first */
	const char *text;
};

/* Adds the kind, with the level, verdict and message of its evidence; nothing where a finding has that id already. */
void note_kind(struct side_by_side *w, const struct note *n);
/* The finding that shows the kind's effect best, or NULL. */
const struct change *note_evidence(const struct side_by_side *w, const struct note *n);
/* Gives the findings by that keyword at this place the id, which names them more exactly; false: there is none. */
bool note_rename(struct side_by_side *w, const struct note *n, const char *id);
/* Adds that a property came or went: n->what is the whole id; n->a and n->b as above. Its evidence is what misses it,
 * or is about its value; its level is at least `least`. */
void note_property(struct side_by_side *w, const struct note *n, struct str name, enum change_level least);
/* A member that is required now has a default: the finding that misses it gets that id (NULL: keeps its own), and is
 * information where vane fills defaults in. */
void note_filled(struct side_by_side *w, struct str member, const char *id);
/* Adds what no verdict depends on: with that id (a constant, or in the comparison's arena) and level. */
void note_plain(struct side_by_side *w, enum change_kind kind, enum change_level level, const struct node *a,
		const struct node *b, const char *id, const char *text);
/* The part's id with `what`, in the comparison's arena. */
const char *note_id(const struct side_by_side *w, const char *what);

/* compat_kind.c: the kinds that are about keywords of the schemas `a` and `b` themselves. */
void note_keywords(struct side_by_side *w, const struct node *a, const struct node *b);
/* compat_lifecycle.c: deprecations, sunsets and stability levels of a property. */
void note_lifecycle(struct side_by_side *w, const struct node *a, const struct node *b);
/* Hands every kind that the two above can name to `row`, for the part ids begin with. */
void note_explain_keywords(const char *part, bool request,
			   void (*row)(void *, const char *id, enum change_level level, const char *text),
			   void *context);
/* The same of deprecations. */
void note_explain_lifecycle(const char *part,
			    void (*row)(void *, const char *id, enum change_level level, const char *text),
			    void *context);
/* Whether the two are the same document text but for spaces. NULL is no text. */
bool note_same(const struct node *a, const struct node *b);

#endif
