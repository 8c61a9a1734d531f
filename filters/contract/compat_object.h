/* compat_object: an object under construction: the names that its rules speak of, which rules each member must keep,
 * and which names no rule speaks of. compat_object.c puts it together; it asks
 * compat_member.c for the ways in which a denied keyword can be broken, and both ask compat_part.c and compat_names.c
 * what asserted rules say. Private to them. */
#ifndef FILTERS_CONTRACT_COMPAT_OBJECT_H
#define FILTERS_CONTRACT_COMPAT_OBJECT_H

#include "filters/contract/compat_evaluated.h"

struct part {
	struct str name;
	bool required, absent, known, never;
	struct item_list items; /* what its value must keep; filled when `known` */
};

/* One way to break what is denied. */
struct way_out {
	bool absent;     /* the member is missing; else it is there; with `fresh`: nothing is asked of any member */
	bool fresh;      /* a name that no rule speaks of */
	struct str name; /* the member's */
	uint64_t item;   /* what its value breaks, or 0 */
	enum answer answer;
};

struct making {
	const struct leaf *l;
	struct solver *s;
	VEC(struct part) parts; /* sorted by name */
	uint64_t min, max;
	bool sealed;     /* no other names: an unevaluatedProperties: false sees to that */
	const char *why; /* something could not be decided */
};

/* compat_part.c: the part of that name, or NULL where no rule speaks of it. */
struct part *making_part(struct making *m, struct str name);
/* The items of a member of that name, exactly. */
void making_items(struct making *m, struct str name, struct item_list *out, bool *never);
/* The part with its items, which are gathered when they are first asked for. */
const struct part *making_known(struct making *m, struct part *part);
/* Whether the pattern of that side matches the name; false, with m->why, where it cannot be told. */
bool making_matches(struct making *m, unsigned side, uint32_t pattern, struct str name);

struct way_outs {
	struct way_out *at;
	size_t len, cap;
};
/* compat_names.c: fills m->parts, each name once, and m->sealed. */
void making_find_names(struct making *m);
/* compat_names.c: whether a name that is no part is surely left to that unevaluatedProperties. */
bool making_left_over(struct making *m, const struct atom *a);
/* compat_member.c: the ways to break one denied atom that are not certain to be impossible. */
void making_ways(struct making *m, const struct atom *denied, struct way_outs *out);
/* compat_names.c: adds all names that rules applied in place of `rule` speak of; true where they leave other names
 * open. */
bool making_in_place(struct solver *s, unsigned side, uint32_t rule, void (*name)(void *, struct str), void *context);

#endif
