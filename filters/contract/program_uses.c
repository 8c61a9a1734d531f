/* What messages used of deprecated things: pointers, which are written when a message has been judged, for its tape may be
 * gone when somebody asks. */
#include "filters/contract/pointer.h"
#include "filters/contract/program_run.h"

void uses_keep(struct judge *j)
{
	for (size_t i = 0; i < j->deprecated.len && j->pointer_count < DEPRECATED_KEPT; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= j->deprecated.at[k] == j->deprecated.at[i];
		if (again)
			continue;
		pointer_add_token(&j->pointers, &j->tape, j->deprecated.at[i]);
		buf_addc(&j->pointers, '\0');
		j->pointer_count++;
	}
}

unsigned judge_deprecated(const struct judge *j, struct str *pointers, unsigned limit)
{
	const char *at = j->pointers.at;
	unsigned count = 0;
	for (; count < j->pointer_count && count < limit; count++) {
		pointers[count] = str_from(at);
		at += pointers[count].len + 1;
	}
	return count;
}

static bool is_held(const struct judge *j, const char *pointer)
{
	const char *at = j->pointers.at;
	for (unsigned i = 0; i < j->held; i++, at += strlen(at) + 1)
		if (strcmp(at, pointer) == 0)
			return true;
	return false;
}

void judge_hold(struct judge *j)
{
	size_t at = j->held_len, size;
	for (unsigned i = j->held; i < j->pointer_count; i++, at += size) {
		const char *pointer = j->pointers.at + at;
		size = strlen(pointer) + 1;
		if (is_held(j, pointer))
			continue;
		memmove(j->pointers.at + j->held_len, pointer, size);
		j->held_len += size;
		j->held++;
	}
	j->pointer_count = j->held;
	j->pointers.len = j->held_len;
}

void uses_begin(struct judge *j)
{
	j->deprecated.len = 0;
	j->pointers.len = j->held_len;
	j->pointer_count = j->held;
}

void judge_forget(struct judge *j)
{
	j->held = 0;
	j->held_len = 0;
	uses_begin(j);
}
