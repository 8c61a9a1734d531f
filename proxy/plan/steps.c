#include "proxy/plan/steps.h"

#include "proxy/plan/astar.h"
#include "proxy/plan/way.h"

/* Steps in releases again. */
static void translate(const struct space *p, struct steps *found)
{
	for (size_t i = 0; i < found->count; i++) {
		struct step *s = &found->at[i];
		s->release = p->slots[s->release].release;
		s->old = s->kind == STEP_REPLACE ? p->slots[s->old].release : 0;
	}
}

/* Whether there is a way is known before one is looked for, so that only a way that is hard to find takes all the work.
 */
static void find(const struct space *p, uint64_t work, struct steps *found)
{
	way_find(p, false, found);
	if (found->answer == STEPS_NONE)
		return;
	astar_find(p, work, 1, found);
	if (found->answer == STEPS_SPENT)
		way_find(p, true, found);
	if (found->answer == STEPS_SPENT)
		astar_find(p, work, 4, found);
}

void steps_find(const struct landscape *l, const bool *chosen, uint64_t work, struct steps *found, struct arena *arena)
{
	struct space p;
	space_make(&p, l, chosen, true, arena);
	*found = (struct steps){.missing = p.missing, .missing_count = p.missing_count};
	find(&p, work, found);
	translate(&p, found);
}
