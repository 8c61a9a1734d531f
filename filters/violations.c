#include "filters/violations.h"

static struct str place_text(struct exchange *x, struct place p)
{
	if (!p.file)
		return (struct str){NULL, 0};
	return arena_printf(&x->arena, "%s:%u:%u", p.file, p.line, p.column);
}

void violations_note(struct exchange *x, enum side side, const struct findings *f, bool enforced)
{
	for (unsigned i = 0; i < f->count; i++) {
		const struct finding *one = &f->at[i];
		exchange_violated(x, &(struct violation){
					 .side = side,
					 .enforced = enforced,
					 .code = str_from(one->code),
					 .location = str_from(location_word(one->location)),
					 .name = one->name,
					 .pointer = one->pointer,
					 .keyword = one->keyword,
					 .keyword_pointer = one->keyword_pointer,
					 .place = place_text(x, one->place),
					 .expected = one->expected,
					 .found = str_from(one->found),
				     });
	}
}

void violations_show(struct exchange *x, const struct findings *f)
{
	struct buf json = {0};
	buf_addc(&json, '[');
	for (unsigned i = 0; i < f->count; i++) {
		if (i)
			buf_addc(&json, ',');
		struct finding shown = f->at[i];
		shown.place = (struct place){NULL, 0, 0}; /* where files lie on the server is nobody's business */
		finding_to_json(&shown, &json);
	}
	buf_addc(&json, ']');
	exchange_answer_member(x, "violations", buf_str(&json));
	buf_free(&json);
}
