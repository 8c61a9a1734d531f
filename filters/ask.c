#include "filters/ask.h"

#include "proxy/base/clock.h"

static bool is_day(struct str text)
{
	int64_t ms;
	return text.len == 10 && clock_parse(text, &ms);
}

static bool names_canary(struct str token, const struct api *api)
{
	for (unsigned i = 0; i < api->version_count; i++)
		if (api->versions[i].canary_name.len && str_eq(token, api->versions[i].canary_name))
			return true;
	return false;
}

bool ask_read(struct str token, const struct api *api, struct ask *ask)
{
	*ask = (struct ask){.text = token};
	if (!token.len || token.len > ASK_LONGEST)
		return false;
	if (token.at[0] == '=') {
		ask->exact = true;
		ask->text = token = str_skip(token, 1);
	}
	if (version_numbers(token, ask->numbers, &ask->parts)) {
		ask->numeric = true;
		return true;
	}
	return is_day(token) || api_version(api, token) || names_canary(token, api);
}

static bool accepts_exactly(const struct ask *ask, const unsigned have[3])
{
	for (unsigned i = 0; i < ask->parts; i++)
		if (ask->numbers[i] != have[i])
			return false;
	return true;
}

bool ask_names_canary(const struct ask *ask, const struct version *v)
{
	return !ask->numeric && v->canary_name.len && str_eq(ask->text, v->canary_name);
}

bool ask_accepts(const struct ask *ask, const struct version *v)
{
	if (!ask->numeric)
		return str_eq(ask->text, v->name) || (v->dated && str_eq(ask->text, v->semver)) ||
		       ask_names_canary(ask, v);
	if (v->dated)
		return false;
	unsigned have[3] = {v->major, v->minor, v->patch};
	if (ask->exact)
		return accepts_exactly(ask, have);
	if (ask->numbers[0] != v->major)
		return false;
	return v->minor > ask->numbers[1] || (v->minor == ask->numbers[1] && v->patch >= ask->numbers[2]);
}

bool ask_agrees(const struct ask *a, const struct ask *b)
{
	if (a->numeric != b->numeric)
		return false;
	return a->numeric ? a->numbers[0] == b->numbers[0] : str_eq(a->text, b->text);
}

bool ask_newer(const struct version *a, const struct version *b)
{
	if (a->dated || b->dated)
		return a->dated && b->dated ? str_cmp(a->semver, b->semver) > 0 : b->dated;
	if (a->major != b->major)
		return a->major > b->major;
	if (a->minor != b->minor)
		return a->minor > b->minor;
	return a->patch > b->patch;
}
