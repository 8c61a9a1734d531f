/* How kinds of change are graded: by the findings at their place. */
#include "filters/contract/compat_note.h"

#include "filters/contract/pointer.h"

const char *note_id(const struct side_by_side *w, const char *what)
{
	return arena_printf(&w->c->out->arena, "%s-%s", w->id_part, what).at;
}

bool note_same(const struct node *a, const struct node *b)
{
	struct buf x = {0}, y = {0};
	if (a)
		tree_to_json(a, &x);
	if (b)
		tree_to_json(b, &y);
	bool equal = str_eq(buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
	return equal;
}

/* How much of the pointer is beyond the path, in steps; -1: it leads elsewhere. "*" in the path is any step. */
static int beyond(struct str path, struct str pointer)
{
	struct str a = path, b = pointer;
	int steps = 0;
	while (a.len) {
		a = str_skip(a, 1);
		if (!b.len)
			return -1;
		b = str_skip(b, 1);
		size_t n = str_find(a, '/'), m = str_find(b, '/');
		if (!str_eq(str_head(a, n), STR("*")) && !str_eq(str_head(a, n), str_head(b, m)))
			return -1;
		a = str_skip(a, n);
		b = str_skip(b, m);
	}
	for (size_t i = 0; i < b.len; i++)
		steps += b.at[i] == '/';
	return steps;
}

static bool speaks(const struct change *one, enum note_sense sense)
{
	unsigned tighter = CHANGE_BREAKS(REQUESTS_FORTH) | CHANGE_BREAKS(RESPONSES_BACK);
	return one->kind == CHANGE_SCHEMA &&
	       (sense == NOTE_EITHER || (sense == NOTE_TIGHTENS ? one->breaks & tighter : one->breaks & ~tighter));
}

/* The finding that shows most: by the same keyword, at that place itself, of the highest level. */
static struct change *evidence(const struct side_by_side *w, const struct note *n)
{
	struct change *best = NULL;
	int most = -1;
	for (size_t i = w->first; i < w->last && n->sense != NOTE_NOTHING; i++) {
		struct change *one = &w->c->out->at[i];
		int steps = beyond(buf_str(&w->path), one->pointer);
		if (steps < 0 || !speaks(one, n->sense))
			continue;
		int score = (n->keyword.len && str_eq(one->keyword, n->keyword) ? 16 : 0) + (steps == 0 ? 8 : 0) +
			    (one->verdict == COMPAT_REFUTED ? 4 : 0) +
			    (int)one->level * (n->sense == NOTE_EITHER ? 32 : 1);
		if (score > most) {
			most = score;
			best = one;
		}
	}
	return best;
}

const struct change *note_evidence(const struct side_by_side *w, const struct note *n)
{
	return evidence(w, n);
}

static bool told(const struct side_by_side *w, const char *id)
{
	for (size_t i = w->first; i < w->last; i++)
		if (w->c->out->at[i].kind == CHANGE_SCHEMA && strcmp(w->c->out->at[i].id, id) == 0 &&
		    beyond(buf_str(&w->path), w->c->out->at[i].pointer) == 0)
			return true;
	return false;
}

static struct change *add(struct side_by_side *w, enum change_kind kind, const struct node *a, const struct node *b,
			  const char *id, const char *text)
{
	struct place nowhere = {NULL, 0, 0};
	struct change *one = comparing_add(w->c, kind, w->p->where, a ? tree_place(a) : nowhere,
					   b ? tree_place(b) : nowhere, "%s", text);
	one->id = id;
	one->pointer = arena_dup(&w->c->out->arena, buf_str(&w->path));
	one->verdict = COMPAT_PROVED;
	return one;
}

void note_plain(struct side_by_side *w, enum change_kind kind, enum change_level level, const struct node *a,
		const struct node *b, const char *id, const char *text)
{
	if (!w->again)
		add(w, kind, a, b, id, text)->level = level;
}

static void grade(struct change *one, const struct change *proof)
{
	one->level = proof->level;
	one->verdict = proof->verdict;
	one->breaks = proof->breaks;
	one->undeclared = proof->undeclared;
	one->why = proof->why;
	one->witness = proof->witness;
}

void note_kind(struct side_by_side *w, const struct note *n)
{
	const char *id = note_id(w, n->what);
	const struct change *found = evidence(w, n);
	if (told(w, id) || (w->again && (!found || found->level == CHANGE_INFO)))
		return;
	struct change proof = found ? *found : (struct change){.verdict = COMPAT_PROVED};
	struct change *one = add(w, CHANGE_ANNOTATION, n->a, n->b, id, n->text);
	grade(one, &proof);
	one->keyword = n->keyword;
}

/* The finding that misses this member, at the object whose path this is. */
static struct change *missing(const struct side_by_side *w, struct str member)
{
	for (size_t i = w->first; i < w->last; i++) {
		struct change *one = &w->c->out->at[i];
		if (one->kind == CHANGE_SCHEMA && str_eq(one->member, member) && one->member.len &&
		    beyond(buf_str(&w->path), one->pointer) == 0)
			return one;
	}
	return NULL;
}

void note_filled(struct side_by_side *w, struct str member, const char *id)
{
	struct change *found = missing(w, member);
	if (!found || w->p->direction != REQUEST || !(found->breaks & CHANGE_BREAKS(REQUESTS_FORTH)))
		return;
	found->id = id ? id : found->id;
	if (!w->c->options->fills_defaults)
		return;
	found->breaks = 0;
	found->level = CHANGE_INFO;
	found->text = STR("a required member that old requests may lack: vane fills in its default");
}

void note_property(struct side_by_side *w, const struct note *n, struct str name, enum change_level least)
{
	size_t len = w->path.len;
	struct change *absent = missing(w, name);
	pointer_add_key(&w->path, name);
	const struct change *found = absent && speaks(absent, n->sense) ? absent : evidence(w, n);
	struct change proof = found ? *found : (struct change){.verdict = COMPAT_PROVED};
	if (!w->again || proof.level > CHANGE_INFO) {
		struct change *one = add(w, CHANGE_PROPERTY, n->a, n->b, n->what, n->text);
		grade(one, &proof);
		one->level = one->level > least ? one->level : least;
	}
	w->path.len = len;
}

bool note_rename(struct side_by_side *w, const struct note *n, const char *id)
{
	bool any = false;
	for (size_t i = w->first; i < w->last; i++) {
		struct change *one = &w->c->out->at[i];
		if (!speaks(one, n->sense) || !str_eq(one->keyword, n->keyword) ||
		    beyond(buf_str(&w->path), one->pointer) != 0)
			continue;
		one->id = id;
		any = true;
	}
	return any;
}
