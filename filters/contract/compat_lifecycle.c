/* Deprecation, sunset (x-sunset) and stability (x-stability-level) of parameters and properties, as compat_document.c
 * has them of operations. */
#include "filters/contract/compat_note.h"

#include "proxy/base/clock.h"

#include <stdio.h>

struct life {
	bool deprecated, has_sunset, readable;
	int64_t sunset_ms;
	struct place at;
};

static struct life life_of(const struct node *n)
{
	struct life l = {.deprecated = tree_is_true(tree_get(n, STR("deprecated")))};
	if (n)
		l.at = tree_place(n);
	l.has_sunset = comparing_sunset(n, &l.sunset_ms, &l.readable, &l.at);
	return l;
}

/* Draft before alpha before beta before stable; a word that is none of them says nothing. */
static int stability_of(const struct node *n)
{
	static const struct str words[] = {STR_INIT("draft"), STR_INIT("alpha"), STR_INIT("beta"), STR_INIT("stable")};
	const struct node *level = tree_get(n, STR("x-stability-level"));
	for (int i = 0; level && i < 4; i++)
		if (str_eq(tree_text(level), words[i]))
			return i;
	return level ? -1 : 3;
}

/* ---- properties ---- */

static void newly(struct side_by_side *w, const struct life *new, const struct node *a, const struct node *b)
{
	const char *what = !new->has_sunset ? "deprecated-sunset-missing"
			   : !new->readable ? "deprecated-sunset-invalid"
					    : "deprecated-with-sunset";
	enum change_level level = new->has_sunset && !new->readable ? CHANGE_ERROR : CHANGE_INFO;
	note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, a, b, note_id(w, "deprecated"), "deprecated");
	note_plain(w, CHANGE_ANNOTATION, level, a, b, note_id(w, what),
		   level == CHANGE_ERROR ? "x-sunset is no date" : "x-sunset of what is deprecated now");
	if (new->readable &&new->sunset_ms <= w->c->options->now_ms)
		note_plain(w, CHANGE_ANNOTATION, CHANGE_ERROR, a, b, note_id(w, "sunset-date-too-small"),
			   "deprecated now with a sunset that has passed");
}

void note_lifecycle(struct side_by_side *w, const struct node *a, const struct node *b)
{
	struct life old = life_of(a), new = life_of(b);
	int was = stability_of(a), is = stability_of(b);
	if (!old.deprecated && new.deprecated)
		newly(w, &new, a, b);
	if (old.deprecated && !new.deprecated)
		note_plain(w, CHANGE_ANNOTATION, CHANGE_INFO, a, b, note_id(w, "reactivated"), "no longer deprecated");
	if (old.deprecated && new.deprecated && old.has_sunset && !new.has_sunset)
		note_plain(w, CHANGE_ANNOTATION, CHANGE_ERROR, a, b, note_id(w, "sunset-deleted"),
			   "still deprecated, but its sunset is gone");
	if (old.deprecated && new.deprecated && old.readable &&new.readable &&new.sunset_ms < old.sunset_ms)
		note_plain(w, CHANGE_ANNOTATION, CHANGE_ERROR, a, b, note_id(w, "sunset-date-changed-too-small"),
			   "its sunset was moved to an earlier day");
	if (was >= 0 && is >= 0 && was != is)
		note_plain(w, CHANGE_ANNOTATION, is < was ? CHANGE_ERROR : CHANGE_INFO, a, b,
			   note_id(w, is < was ? "stability-decreased" : "stability-increased"), "x-stability-level");
}

/* ---- parameters ---- */

static void tell(struct comparing *c, enum change_kind kind, struct str where, const struct life *old,
		 const struct life *new)
{
	comparing_add(c, kind, where, old->at, new->at, "%s", change_rows[kind].text);
}

static void dated(struct comparing *c, struct str where, const struct life *old, const struct life *new)
{
	if (new->has_sunset && !new->readable)
		tell(c, CHANGE_PARAMETER_SUNSET_UNREADABLE, where, old, new);
	if (!old->deprecated && new->deprecated && !new->has_sunset)
		tell(c, CHANGE_PARAMETER_SUNSET_MISSING, where, old, new);
	if (!old->deprecated && new->deprecated &&new->readable &&new->sunset_ms <= c->options->now_ms)
		tell(c, CHANGE_PARAMETER_SUNSET_PAST, where, old, new);
	if (old->deprecated && new->deprecated && old->has_sunset && !new->has_sunset)
		tell(c, CHANGE_PARAMETER_SUNSET_DELETED, where, old, new);
	if (old->readable && new->readable &&new->sunset_ms < old->sunset_ms)
		tell(c, CHANGE_PARAMETER_SUNSET_EARLIER, where, old, new);
}

void comparing_parameter_life(struct comparing *c, struct str where, const struct parameter *a,
			      const struct parameter *b)
{
	struct life old = life_of(comparing_at(c->old_root, a->pointer)),
		    new = life_of(comparing_at(c->new_root, b->pointer));
	old.at = a->place;
	new.at = b->place;
	if (a->deprecated != b->deprecated)
		tell(c, b->deprecated ? CHANGE_PARAMETER_DEPRECATED : CHANGE_PARAMETER_REACTIVATED, where, &old, &new);
	dated(c, where, &old, &new);
}

enum change_kind comparing_removed_parameter(struct comparing *c, const struct parameter *p)
{
	struct life old = life_of(comparing_at(c->old_root, p->pointer));
	if (!p->deprecated)
		return CHANGE_PARAMETER_REMOVED;
	return old.has_sunset && (!old.readable || old.sunset_ms > c->options->now_ms) ? CHANGE_PARAMETER_EARLY
										       : CHANGE_PARAMETER_RETIRED;
}

void note_explain_lifecycle(const char *part,
			    void (*row)(void *, const char *id, enum change_level level, const char *text),
			    void *context)
{
	static const struct {
		const char *what;
		enum change_level level;
	} rows[] = {{"deprecated", CHANGE_INFO},
		    {"deprecated-with-sunset", CHANGE_INFO},
		    {"deprecated-sunset-missing", CHANGE_INFO},
		    {"deprecated-sunset-invalid", CHANGE_ERROR},
		    {"sunset-date-too-small", CHANGE_ERROR},
		    {"sunset-date-changed-too-small", CHANGE_ERROR},
		    {"sunset-deleted", CHANGE_ERROR},
		    {"reactivated", CHANGE_INFO},
		    {"stability-decreased", CHANGE_ERROR},
		    {"stability-increased", CHANGE_INFO}};
	char id[128];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(id, sizeof id, "%s-%s", part, rows[i].what);
		row(context, id, rows[i].level, "a promise about a later day, not about messages");
	}
}
