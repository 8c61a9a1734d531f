/* judging: one exchange's way through the contract filter: what is to be judged, how far it is, and what follows from a
 * verdict. A body that is one piece is judged where it lies; otherwise a copy gathers, up to max_body, while in report
 * mode the pieces go on. A stream whose items have a schema is judged item by item while it passes, in enforce mode too: there
 * it is cut before a wrong item is complete. The stage is the filter's state; its buffers are given back by contract.c's on_finish. */
#ifndef FILTERS_JUDGING_H
#define FILTERS_JUDGING_H

#include "filters/validate.h"

enum { JUDGING_DEPRECATED = 8 }; /* uses of what is deprecated that are kept of one message */

/* How far the judging of one message is. */
struct judging {
	enum mode mode;
	bool pending;          /* a body is still to be judged */
	bool began;            /* its first part came */
	bool may_be_empty;     /* a body of no bytes is as good as none */
	bool sealed;           /* the head has a digest or a signature of the body, which would not fit another */
	unsigned findings;     /* kept so far */
	struct body_plan plan;
	struct buf body;       /* what has come of it, unless it came in one piece */
	bool by_items;         /* the body is judged item by item while it passes */
	struct body_items items;
};

struct stage {
	const struct rule *rule;           /* NULL: nothing is judged */
	const struct operation *operation; /* or NULL */
	struct judging sides[2];
};

/* The scratch memory of the exchange's worker. */
struct judge *judging_judge(const struct exchange *x, const struct guards *g);
/* Begins a list in the exchange's arena with the room that is left for this message of the side. */
void judging_findings(struct exchange *x, const struct stage *s, enum side side, struct findings *f);
/* Notes what was found and answers it where the mode says so. `f` as filled by the engine. */
enum verdict judging_conclude(struct exchange *x, struct stage *s, enum side side, enum judgement judgement,
			      const struct findings *f);
/* After a head with a body behind it: decides from its plan how the body comes to be judged, if at all. */
void judging_plan_body(struct exchange *x, struct stage *s, enum side side, const struct message *m);
/* A part of a body, or the whole. */
enum verdict judging_take_part(struct exchange *x, const struct guards *g, struct stage *s, enum side side, struct str part,
			       bool last);

#endif
