/* pattern_read: the words of a regular expression: escapes, classes, counts, names of groups. Used by pattern_parse.c
 * alone; a reader lives as long as one parse. Each read_ function begins at r->at and leaves it behind what it took; on
 * a refusal it fills r->err and returns false. */
#ifndef FILTERS_CONTRACT_PATTERN_READ_H
#define FILTERS_CONTRACT_PATTERN_READ_H

#include "filters/contract/pattern_parse.h"

#define READ_END UINT32_MAX

struct group_name {
	struct str name;
	uint32_t number;
};

struct reader {
	struct pattern_tree *tree;
	struct arena *arena;
	struct str source;
	uint32_t *code;   /* the source in code points, or in UTF-16 code units without `u` */
	uint32_t *offset; /* of each in the source; one more for its end */
	size_t at, count;
	bool unicode;
	bool class_held_bracket; /* the class just read held a `[` of its own */
	uint32_t groups_read, group_count;
	struct group_name *names;
	uint32_t name_count;
	struct pattern_error *err;
};

enum count_read { COUNT_NONE, COUNT_TAKEN, COUNT_WRONG };

/* Decodes the source and finds all groups and their names in a first walk. */
bool read_begin(struct reader *r, struct str source);
/* The code `ahead` of here (0: the next one), or READ_END behind the source's end. */
uint32_t read_peek(const struct reader *r, size_t ahead);
/* Takes the next code if it is that one. */
bool read_take(struct reader *r, uint32_t code);
/* The byte offset of the next code in the source, for complaints. */
size_t read_offset(const struct reader *r);
/* One escape that stands for a character or a class of them; from the backslash on. */
bool read_escape(struct reader *r, struct pattern_set *set, bool in_class);
/* \1: the number of a group that exists somewhere in the source; from the backslash on. */
bool read_number_reference(struct reader *r, uint32_t *number);
/* \k<name>: the number of the group with that name; from the backslash on. */
bool read_name_reference(struct reader *r, uint32_t *number);
/* A class, from its `[` to its `]` (pattern_class.c). */
bool read_class(struct reader *r, struct pattern_set *set);
/* * + ? {n} {n,} {n,m}, without the `?` of laziness. */
enum count_read read_count(struct reader *r, uint32_t *min, uint32_t *max);
/* Behind "(?<": a name and its `>`. */
bool read_group_name(struct reader *r, struct str *name);
/* Whether the next character may stand for itself outside of a class. */
bool read_lone(struct reader *r);
/* Says why what stands behind "(?" is no group. */
void read_refuse_group(struct reader *r, size_t opened);

#endif
