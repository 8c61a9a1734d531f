#include "proxy/http/accept.h"

int accept_quality(struct str text)
{
	if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
	    (text.len > 1 && text.at[1] != '.'))
		return -1;
	int sum = text.at[0] == '1' ? 1000 : 0;
	int weight = 100;
	for (size_t i = 2; i < text.len; i++, weight /= 10) {
		if (!ascii_digit(text.at[i]))
			return -1;
		sum += (text.at[i] - '0') * weight;
	}
	return sum <= 1000 ? sum : -1;
}

bool accept_parameter(const struct accept_range *range, struct str wanted, struct str *value)
{
	struct str rest = range->media.parameters, name;
	while (parameter_next(&rest, &name, value) > 0) {
		if (str_eq_nocase(name, STR("q")))
			return false;
		if (!str_eq_nocase(name, wanted))
			continue;
		if (value->len >= 2 && value->at[0] == '"')
			*value = str_of(value->at + 1, value->len - 2);
		return true;
	}
	return false;
}

/* A range stands for a type, a family of types or everything, but not for one subtype of every family. */
static bool range_valid(const struct media *media)
{
	return !str_eq(media->type, STR("*")) || str_eq(media->subtype, STR("*"));
}

bool accept_read(struct str element, struct accept_range *range)
{
	range->quality = 1000;
	if (!media_parse(element, &range->media) || !range_valid(&range->media))
		return false;
	range->type = range->media.full;
	struct str q = media_parameter(&range->media, STR("q"));
	if (!q.at)
		return true;
	int quality = accept_quality(q);
	range->quality = quality < 0 ? 0 : (unsigned)quality;
	return quality >= 0;
}
