#include "filters/contract/pointer.h"
#include "filters/contract/program_fused_pass.h"

/* The pointer to the value that is being read. No deeper than RUN_DEPTH. */
static void add_path(struct buf *out, const struct frame *frame)
{
	if (!frame)
		return;
	add_path(out, frame->up);
	if (frame->key)
		pointer_add_key(
		    out, str_of(frame->key + 1, (size_t)(scan_string(frame->key + 1, false).end - frame->key - 1)));
	else
		pointer_add_index(out, frame->item);
}

void fused_add_deprecated(struct fused *f, uint32_t token)
{
	struct judge *j = f->run.j;
	if (j->pointer_count == DEPRECATED_KEPT)
		return;
	add_path(&j->pointers, f->top);
	pointer_add_token(&j->pointers, f->tape, token);
	buf_addc(&j->pointers, '\0');
	j->pointer_count++;
}

/* Those of the part that was run over the tape. */
void fused_keep_deprecated(struct fused *f)
{
	struct judge *j = f->run.j;
	for (size_t i = 0; i < j->deprecated.len; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= j->deprecated.at[k] == j->deprecated.at[i];
		if (!again)
			fused_add_deprecated(f, j->deprecated.at[i]);
	}
	j->deprecated.len = 0;
}

/* The property whose key has its quote at `p`; NULL: the plan has no such. */
static const struct fused_property *property_at(const struct fused *f, const struct fused_plan *plan, const char *p)
{
	const struct fused_property *properties = &f->properties[plan->property];
	const char *end;
	struct fused_slot slot = table_find(&plan->names, f->slots, properties, sizeof *properties, p + 1, &end);
	if (slot.name < plan->count)
		return &properties[slot.name];
	end = scan_string(p + 1, JSON_WIDE).end;
	return fused_search_odd(f, plan, str_of(p + 1, (size_t)(end - p - 1)), scan_key_hash(p + 1, (size_t)(end - p - 1)));
}

/* Whether what breaks in the member or item that is being read is not told by its rule alone. */
static bool is_mixed(const struct fused *f, const struct frame *frame)
{
	if (frame->plan->mixed || !frame->key)
		return frame->plan->mixed;
	const struct fused_property *one = property_at(f, frame->plan, frame->key);
	return one ? one->mixed : frame->plan->mixed_others;
}

static const struct frame *outermost_mixed(const struct fused *f)
{
	const struct frame *found = NULL;
	for (const struct frame *frame = f->top; frame; frame = frame->up)
		if (is_mixed(f, frame))
			found = frame;
	return found;
}

/* Whether the tape would go over what is open in the order of the text, to the end of it, and of what was used of
 * deprecated things tell the same: it does not look further than what is broken first. */
static bool in_order(const struct fused *f)
{
	const struct judge *j = f->run.j;
	bool order = !j->deprecated.len;
	for (const struct frame *frame = f->top; (j->pointer_count || j->broken_count) && frame; frame = frame->up)
		order &= !frame->plan->merged;
	return order;
}

/* What is broken inside of a value that is told as a whole is told with it. */
static void forget_inside(struct judge *j, const char *start)
{
	while (j->broken_count && j->broken[j->broken_count - 1].start > start)
		j->path.len = j->broken[--j->broken_count].path;
}

static void keep_broken(struct fused *f, uint32_t rule, const char *start)
{
	struct judge *j = f->run.j;
	if (!j->broken_count) {
		f->pointers = j->pointer_count;
		f->pointers_len = j->pointers.len;
	}
	j->broken[j->broken_count++] = (struct broken_value){start, rule, f->nest, j->path.len};
	add_path(&j->path, f->top);
}

const char *fused_broken(struct fused *f, uint32_t rule, const char *start, const char *end)
{
	struct judge *j = f->run.j;
	if (f->run.undecided)
		return NULL;
	f->unwind = outermost_mixed(f);
	if (f->unwind)
		return NULL;
	forget_inside(j, start);
	if (j->broken_count == BROKEN_KEPT || f->run.p->closed || rule >= f->run.p->rules.len || !in_order(f)) {
		f->wrong = true;
		return NULL;
	}
	keep_broken(f, rule, start);
	return end;
}

const char *fused_broken_parts(struct fused *f, uint32_t rule, const char *start, const char *end)
{
	f->wrong |= f->run.j->pointer_count > 0;
	return f->wrong ? NULL : fused_broken(f, rule, start, end);
}
