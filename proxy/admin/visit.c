/* What the pages read of a request, and the answers that they have in common. */
#include "proxy/admin/inside.h"

#include "proxy/base/clock.h"
#include "proxy/http/uri.h"

void visit_text(struct visit *v, unsigned status, const char *text)
{
	v->answer->status = status;
	v->answer->type = "text/plain; charset=utf-8";
	v->answer->body.len = 0;
	buf_add(&v->answer->body, str_from(text));
}

void visit_json(struct visit *v)
{
	v->answer->type = "application/json";
}

struct str visit_parameter(struct visit *v, const char *name)
{
	struct str rest = v->request->query, key, value;
	while (uri_query_next(&rest, &key, &value))
		if (str_eq(key, str_from(name)))
			return value.at ? uri_decode(value, true, &v->arena) : STR("");
	return (struct str){NULL, 0};
}

bool visit_number(struct visit *v, const char *name, uint64_t normal, uint64_t *value)
{
	struct str text = visit_parameter(v, name);
	*value = normal;
	if (!text.at || str_to_u64(text, value))
		return true;
	visit_text(v, 400, "");
	buf_addf(&v->answer->body, "%s must be a number\n", name);
	return false;
}

bool visit_since(struct visit *v, int64_t *ms)
{
	struct str since = visit_parameter(v, "since");
	int64_t ago;
	*ms = 0;
	if (!since.len || clock_parse(since, ms))
		return true;
	if (!unit_duration(since, &ago)) {
		*ms = clock_wall_ms() - ago;
		return true;
	}
	visit_text(v, 400, "since must be a date or a duration such as 30d\n");
	return false;
}
