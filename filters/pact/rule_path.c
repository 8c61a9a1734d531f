#include "filters/pact/rule_path.h"

struct reader {
	struct arena *arena;
	struct str rest;
	struct step step[RULE_STEPS];
	unsigned count;
	const char *why;
};

static bool refuse(struct reader *r, const char *why)
{
	r->why = why;
	return false;
}

static bool add(struct reader *r, struct step one)
{
	if (r->count == RULE_STEPS)
		return refuse(r, "it has too many steps");
	r->step[r->count++] = one;
	return true;
}

/* Behind a dot: up to the next dot or bracket. */
static bool read_name(struct reader *r)
{
	size_t len = 0;
	while (len < r->rest.len && r->rest.at[len] != '.' && r->rest.at[len] != '[')
		len++;
	struct str name = str_head(r->rest, len);
	r->rest = str_skip(r->rest, len);
	if (!len)
		return refuse(r, "a name is missing behind a dot");
	if (str_eq(name, STR("*")))
		return add(r, (struct step){.kind = STEP_STAR});
	return add(r, (struct step){.kind = STEP_NAME, .name = name});
}

/* ['a name'], with \' and \\ for themselves. */
static bool read_quoted(struct reader *r)
{
	char quote = r->rest.at[0];
	char *name = arena_alloc(r->arena, r->rest.len);
	size_t len = 0, i = 1;
	for (; i < r->rest.len && r->rest.at[i] != quote; i++) {
		if (r->rest.at[i] == '\\' && i + 1 < r->rest.len)
			i++;
		name[len++] = r->rest.at[i];
	}
	if (i + 1 >= r->rest.len || r->rest.at[i + 1] != ']')
		return refuse(r, "a quoted name does not end with its quote and ]");
	r->rest = str_skip(r->rest, i + 2);
	return add(r, (struct step){.kind = STEP_NAME, .name = str_of(name, len)});
}

static bool read_bracket(struct reader *r)
{
	struct step one = {.kind = STEP_INDEX};
	if (r->rest.len && (r->rest.at[0] == '\'' || r->rest.at[0] == '"'))
		return read_quoted(r);
	size_t end = str_find(r->rest, ']');
	struct str inside = str_head(r->rest, end);
	if (end == r->rest.len)
		return refuse(r, "a [ has no ]");
	r->rest = str_skip(r->rest, end + 1);
	if (str_eq(inside, STR("*")) || !inside.len)
		one.kind = STEP_STAR;
	else if (!str_to_u64(inside, &one.index))
		return refuse(r, "between [ and ] stands an index, * or a name in quotes");
	return add(r, one);
}

static struct step *kept(struct reader *r, unsigned *count)
{
	struct step *step = arena_alloc(r->arena, (r->count + 1) * sizeof *step);
	memcpy(step, r->step, r->count * sizeof *step);
	*count = r->count;
	return step;
}

struct step *rule_path_read(struct arena *arena, struct str text, unsigned *count, const char **why)
{
	struct reader r = {.arena = arena, .rest = text};
	bool good = text.len && text.at[0] == '$';
	if (!good)
		r.why = "it does not begin with $";
	else
		r.rest = str_skip(r.rest, 1);
	while (good && r.rest.len) {
		char next = r.rest.at[0];
		r.rest = str_skip(r.rest, 1);
		good = next == '.'   ? read_name(&r)
		       : next == '[' ? read_bracket(&r)
				     : refuse(&r, "a dot or [ is missing");
	}
	*why = r.why;
	return good ? kept(&r, count) : NULL;
}

/* The index at the end of `Q1[0]` and `Q1[*]`; names may hold brackets of their own (`ids[]`). */
static bool read_last_index(struct str *name, struct step *one)
{
	size_t open = name->len;
	if (!open || name->at[open - 1] != ']')
		return false;
	while (open && name->at[open - 1] != '[')
		open--;
	if (open < 2)
		return false;
	struct str inside = str_of(name->at + open, name->len - open - 1);
	one->kind = str_eq(inside, STR("*")) ? STEP_STAR : STEP_INDEX;
	if (one->kind == STEP_INDEX && !str_to_u64(inside, &one->index))
		return false;
	*name = str_head(*name, open - 1);
	return true;
}

struct step *rule_path_name(struct arena *arena, struct str text, unsigned *count)
{
	struct step *step = ARENA_ARRAY(arena, struct step, 2);
	bool indexed = read_last_index(&text, &step[1]);
	step[0] = (struct step){.kind = STEP_NAME, .name = text};
	*count = 1 + indexed;
	return step;
}
