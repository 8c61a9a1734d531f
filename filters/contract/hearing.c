#include "filters/contract/hearing.h"

/* X(name, word) of a location: one row of codes. */
static const char *const codes[LOCATION_COUNT][ISSUE_COUNT] = {
#define ROW(location)                                                                                                  \
	{location ".required",  location ".unknown", location ".repeated",    location ".encoding",                    \
	 location ".syntax",    location ".empty",   location ".unsupported", location ".undocumented",                \
	 location ".malformed", location ".missing", location ".coding",      location ".path",                        \
	 location ".method"},
#define X(name, word) [IN_##name] = ROW(word)
    LOCATIONS(X)
#undef X
};

/* INVALID stays; UNDECIDED is worse than VALID. */
void hearing_verdict(struct hearing *h, enum judgement verdict)
{
	if (verdict == INVALID || h->result == VALID)
		h->result = verdict;
}

void hearing_undecided(struct hearing *h, const char *why)
{
	if (!h->out->unchecked)
		h->out->unchecked = why;
	hearing_verdict(h, UNDECIDED);
}

void hearing_find(struct hearing *h, enum location location, enum issue issue, struct str name, struct str pointer,
		  struct place place, struct str expected, const char *found)
{
	bool keep = h->out->count < h->out->limit;
	struct finding f = {.code = codes[location][issue],
			    .location = location,
			    .name = keep && name.len ? arena_dup(h->out->arena, name) : (struct str){NULL, 0},
			    .keyword_pointer = pointer,
			    .place = place,
			    .expected = expected,
			    .found = found};
	findings_add(h->out, &f);
	hearing_verdict(h, INVALID);
}

void hearing_find_parameter(struct hearing *h, const struct parameter *p, enum issue issue, struct str expected,
			    const char *found)
{
	hearing_find(h, (enum location)p->location, issue, p->name, p->pointer, p->place, expected, found);
}

/* What would not be kept is not explained: a body of a million wrong items costs their verdicts only. */
enum judgement hearing_judge(struct hearing *h, const struct judged *schema, struct str json, enum location location,
			     struct str name, struct findings *out)
{
	struct findings quiet;
	if (out->count < out->limit || out->limit == 0)
		return program_judge(h->c->program, schema->entry, h->j, json, h->direction, location, name, out);
	findings_begin(&quiet, out->arena, 0);
	enum judgement verdict =
	    program_judge(h->c->program, schema->entry, h->j, json, h->direction, location, name, &quiet);
	out->total += quiet.total;
	if (!out->unchecked)
		out->unchecked = quiet.unchecked;
	return verdict;
}
