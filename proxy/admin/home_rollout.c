/* What a version's rollout looks like on the page: its canary, its active revision, and how much of its traffic keeps the
 * shadow contract. */
#include "proxy/admin/html.h"

#include "proxy/tally.h"

static void add_canary(struct buf *out, const struct version_facts *v)
{
	bool aborted = str_eq(v->canary_state, STR("aborted"));
	buf_addf(out, "<span%s>canary %.2f %%", aborted ? " class=r" : "", v->canary_weight * 100);
	if (!str_eq(v->canary_state, STR("configured"))) {
		html(out, ", ");
		html_text(out, v->canary_state);
	}
	if (v->canary_why.len) {
		html(out, ": ");
		html_text(out, v->canary_why);
	}
	html(out, "</span>");
}

static uint64_t shadow_count(struct tally *sum, struct str version, struct str result)
{
	uint64_t count = 0;
	for (struct series *s = series_first(&sum->tables[TALLY_SHADOW]); s; s = s->next)
		if (str_eq(s->labels[0], version) && str_eq(s->labels[1], STR("request")) &&
		    str_eq(s->labels[2], result))
			count += series_get(s, 0);
	return count;
}

static void add_shadow(struct buf *out, const struct version_facts *v, struct tally *sum)
{
	uint64_t good = shadow_count(sum, v->name, STR("satisfied")), bad = shadow_count(sum, v->name, STR("violated"));
	html(out, "<span>");
	if (good + bad)
		buf_addf(out, "%.1f %%", 100.0 * (double)good / (double)(good + bad));
	else
		html(out, "nothing yet");
	html(out, " of its requests satisfy ");
	html_name(out, str_head(v->shadow, v->shadow.len < 128 ? v->shadow.len : 128));
	html(out, "</span>");
}

void home_rollout(struct buf *out, const struct version_facts *v, struct tally *sum)
{
	if (v->canary)
		add_canary(out, v);
	if (v->revision.len) {
		html(out, "<span>revision ");
		html_name(out, str_head(v->revision, v->revision.len < 128 ? v->revision.len : 128));
		html(out, "</span>");
	}
	if (v->shadow.len)
		add_shadow(out, v, sum);
}
