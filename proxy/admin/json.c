/* Writing JSON for the pages: members with their commas. */
#include "proxy/admin/inside.h"

#include "proxy/base/clock.h"

void json_comma(struct buf *out)
{
	if (out->len && !strchr("{[,:", out->at[out->len - 1]))
		buf_addc(out, ',');
}

void json_name(struct buf *out, const char *name)
{
	json_comma(out);
	buf_addc(out, '"');
	buf_add(out, str_from(name));
	buf_add(out, STR("\":"));
}

void json_text(struct buf *out, const char *name, struct str value)
{
	json_name(out, name);
	buf_addc(out, '"');
	buf_add_json(out, value);
	buf_addc(out, '"');
}

void json_text_if(struct buf *out, const char *name, struct str value)
{
	if (value.len)
		json_text(out, name, value);
}

void json_number(struct buf *out, const char *name, uint64_t value)
{
	json_name(out, name);
	buf_add_u64(out, value);
}

void json_bool(struct buf *out, const char *name, bool value)
{
	json_name(out, name);
	buf_add(out, value ? STR("true") : STR("false"));
}

void json_time(struct buf *out, const char *name, int64_t wall_ms)
{
	char text[CLOCK_TEXT];
	json_name(out, name);
	if (wall_ms)
		buf_addf(out, "\"%.*s\"", (int)clock_format(wall_ms, text), text);
	else
		buf_add(out, STR("null"));
}
