#include "filters/contract/pointer.h"

void pointer_add_key(struct buf *out, struct str key)
{
	buf_addc(out, '/');
	for (size_t i = 0, run; i < key.len; i += run + 1) {
		for (run = 0; i + run < key.len && key.at[i + run] != '~' && key.at[i + run] != '/'; run++)
			;
		buf_add(out, str_of(key.at + i, run));
		if (i + run < key.len)
			buf_add(out, key.at[i + run] == '~' ? STR("~0") : STR("~1"));
	}
}

void pointer_add_index(struct buf *out, uint64_t index)
{
	buf_addc(out, '/');
	buf_add_u64(out, index);
}

void pointer_add_steps(struct buf *out, const struct pointer_step *step, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (step[i].key.at)
			pointer_add_key(out, step[i].key);
		else
			pointer_add_index(out, step[i].index);
	}
}

void pointer_add_token(struct buf *out, const struct tape *t, uint32_t index)
{
	uint32_t at = 0;
	while (at < index && t->token[at].kind >= JSON_ARRAY) {
		bool object = t->token[at].kind == JSON_OBJECT;
		uint32_t child = at + 1, n = 0;
		for (uint32_t next; (next = tape_next(t, object ? child + 1 : child)) <= index; n++)
			child = next;
		if (object)
			pointer_add_key(out, tape_string(t, &t->token[child]));
		else
			pointer_add_index(out, n);
		at = object ? child + 1 : child;
	}
}
