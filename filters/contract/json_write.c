/* A tape as JSON text again. */
#include "filters/contract/json.h"

#include "proxy/base/vec.h"

static void write_string(const struct tape *t, const struct json_token *k, struct buf *out)
{
	buf_addc(out, '"');
	buf_add_json(out, tape_string(t, k));
	buf_addc(out, '"');
}

void tape_to_json(const struct tape *t, uint32_t index, struct buf *out)
{
	VEC(uint32_t) open = {0};
	uint32_t end = tape_next(t, index);
	for (uint32_t i = index; i < end; i++) {
		const struct json_token *k = &t->token[i];
		bool after_key = i > index && (t->token[i - 1].kind == JSON_STRING && t->token[i - 1].flags & JSON_KEY);
		if (after_key)
			buf_addc(out, ':');
		else if (open.len && i != VEC_LAST(&open) + 1)
			buf_addc(out, ',');
		if (k->kind == JSON_STRING) {
			write_string(t, k, out);
		} else if (k->kind < JSON_ARRAY) {
			buf_add(out, tape_lexeme(t, k));
		} else {
			buf_addc(out, k->kind == JSON_OBJECT ? '{' : '[');
			VEC_PUSH(&open, i);
		}
		while (open.len && t->token[VEC_LAST(&open)].end == i + 1) {
			buf_addc(out, t->token[VEC_LAST(&open)].kind == JSON_OBJECT ? '}' : ']');
			open.len--;
		}
	}
	VEC_FREE(&open);
}
