/* What the whole of a comparison comes to: who goes first, which inclusions hold, the step that the version number
 * needs. Of bare schemas: whether the one may follow the other, as schema registries ask it. */
#include "proxy/cli/diff.h"

const char *diff_bump_word(unsigned bump)
{
	static const char *const words[] = {"patch", "minor", "major", "none"};
	return words[bump];
}

static bool read_semver(struct str s, uint64_t part[3])
{
	if (s.len && (s.at[0] == 'v' || s.at[0] == 'V'))
		s = str_skip(s, 1);
	for (unsigned i = 0; i < 3; i++) {
		size_t digits = 0;
		while (digits < s.len && ascii_digit(s.at[digits]))
			digits++;
		if (!str_to_u64(str_head(s, digits), &part[i]))
			return false;
		s = str_skip(s, digits);
		if (i < 2) {
			if (!s.len || s.at[0] != '.')
				return false;
			s = str_skip(s, 1);
		}
	}
	return !s.len || s.at[0] == '-' || s.at[0] == '+';
}

struct diff_semver diff_semver(const struct diff_report *r)
{
	struct diff_semver v = {.needed = comparison_bump(r->c)};
	uint64_t a[3] = {0}, b[3] = {0};
	v.certain = v.needed == 2 || !(r->c->unknown & PROVIDER_FIRST);
	v.known =
	    read_semver(contract_version(r->old->contract), a) && read_semver(contract_version(r->new->contract), b);
	if (!v.known)
		return v;
	v.declared = 3;
	for (unsigned i = 0; i < 3; i++)
		if (a[i] != b[i]) {
			v.declared = b[i] > a[i] ? 2 - i : 3;
			break;
		}
	/* SemVer 2.0.0, 4: with major 0 a minor may break. */
	bool early = a[0] == 0 && b[0] == 0 && v.declared == 1;
	v.enough = r->c->count == 0 || (v.declared < 3 && (v.declared >= v.needed || early));
	return v;
}

static void semver_text(struct buf *out, const struct diff_report *r)
{
	struct diff_semver v = diff_semver(r);
	struct str a = contract_version(r->old->contract), b = contract_version(r->new->contract);
	buf_addf(out, "bump needed: %s%s; info.version %.*s -> %.*s: %s",
		 r->c->count ? diff_bump_word(v.needed) : "none",
		 v.certain ? "" : " (major, if what could not be decided breaks)", STR_ARG(a), STR_ARG(b),
		 !v.known   ? "no semantic versions"
		 : v.enough ? "enough"
			    : "not enough");
}

/* ---- contracts ---- */

static const char *inclusion_state(const struct comparison *c, unsigned i)
{
	return c->broken >> i & 1 ? "no" : c->unknown >> i & 1 ? "unknown" : c->excepted >> i & 1 ? "excepted" : "yes";
}

/* ---- bare schemas ---- */

enum { WAYS = 2 };
static const struct way {
	const char *mode, *words;
	enum inclusion inclusion;
} ways[WAYS] = {{"backward", "every old value is a new value", REQUESTS_FORTH},
		{"forward", "every new value is an old value", REQUESTS_BACK}};

const char *diff_inclusion_word(bool bare, enum inclusion i)
{
	if (!bare)
		return inclusion_word(i);
	return i == REQUESTS_FORTH ? ways[0].words : ways[1].words;
}

/* The change that tells most of the inclusion: one with a message, else the first that is undecided; NULL: none. */
static const struct change *telling(const struct comparison *c, enum inclusion i)
{
	const struct change *best = NULL;
	for (size_t k = 0; k < c->count; k++) {
		const struct change *one = &c->at[k];
		if (one->breaks >> i & 1 &&
		    (!best || (one->verdict == COMPAT_REFUTED && best->verdict != COMPAT_REFUTED)))
			best = one;
	}
	return best;
}

static const char *way_state(const struct change *one)
{
	return !one ? "proved" : one->verdict == COMPAT_REFUTED ? "broken" : "unknown";
}

static const char *bare_order(const struct comparison *c)
{
	bool backward = !telling(c, REQUESTS_FORTH), forward = !telling(c, REQUESTS_BACK);
	return backward && forward ? "any" : backward ? "readers first" : forward ? "writers first" : "side by side";
}

static void bare_text(const struct diff_report *r, struct buf *out)
{
	buf_addf(out, "order: %s\n", bare_order(r->c));
	for (unsigned i = 0; i < WAYS; i++) {
		const struct change *one = telling(r->c, ways[i].inclusion);
		buf_addf(out, "  %s, %s: %s%s%s%.*s\n", ways[i].mode, ways[i].words, way_state(one), one ? ": " : "",
			 one && one->witness.len ? ""
			 : one && one->why       ? one->why
						 : "",
			 one ? (int)one->witness.len : 0, one && one->witness.len ? one->witness.at : "");
	}
}

static void bare_json(const struct diff_report *r, struct buf *out)
{
	buf_addf(out, "\"order\":\"%s\"", bare_order(r->c));
	for (unsigned i = 0; i < WAYS; i++) {
		const struct change *one = telling(r->c, ways[i].inclusion);
		buf_addf(out, ",\"%s\":{\"verdict\":\"%s\"", ways[i].mode, way_state(one));
		if (one && one->witness.len) {
			buf_add(out, STR(",\"witness\":\""));
			buf_add_json(out, one->witness);
			buf_addc(out, '"');
		} else if (one && one->why) {
			buf_add(out, STR(",\"reason\":\""));
			buf_add_json(out, str_from(one->why));
			buf_addc(out, '"');
		}
		buf_addc(out, '}');
	}
}

/* ---- either ---- */

void diff_summary_text(const struct diff_report *r, struct buf *out)
{
	if (r->old->validator) {
		bare_text(r, out);
		return;
	}
	buf_addf(out, "order of deployment: %s\n", comparison_order(r->c));
	for (unsigned i = 0; i < INCLUSIONS; i++) {
		bool excepted = r->c->excepted >> i & 1;
		buf_addf(out, "  %s: %s\n", inclusion_word((enum inclusion)i),
			 excepted ? "yes, but for what is told above or with --all" : inclusion_state(r->c, i));
	}
	semver_text(out, r);
	buf_addc(out, '\n');
}

void diff_summary_markdown(const struct diff_report *r, struct buf *out)
{
	if (!r->old->validator) {
		buf_addf(out, "Order of deployment: **%s**. ", comparison_order(r->c));
		semver_text(out, r);
		buf_addc(out, '.');
		return;
	}
	buf_addf(out, "Order: **%s**.", bare_order(r->c));
	for (unsigned i = 0; i < WAYS; i++)
		buf_addf(out, " %c%s: %s.", ways[i].mode[0] - 'a' + 'A', ways[i].mode + 1,
			 way_state(telling(r->c, ways[i].inclusion)));
}

void diff_summary_json(const struct diff_report *r, struct buf *out)
{
	if (r->old->validator) {
		bare_json(r, out);
		return;
	}
	struct diff_semver v = diff_semver(r);
	buf_addf(out, "\"order\":\"%s\",\"bump\":\"%s\",\"bump_certain\":%s,\"old_version\":\"", comparison_order(r->c),
		 r->c->count ? diff_bump_word(v.needed) : "none", v.certain ? "true" : "false");
	buf_add_json(out, contract_version(r->old->contract));
	buf_add(out, STR("\",\"new_version\":\""));
	buf_add_json(out, contract_version(r->new->contract));
	buf_addf(out, "\",\"version_enough\":%s,\"inclusions\":{", !v.known ? "null" : v.enough ? "true" : "false");
	for (unsigned i = 0; i < INCLUSIONS; i++)
		buf_addf(out, "%s\"%s\":\"%s\"", i ? "," : "", inclusion_word((enum inclusion)i),
			 inclusion_state(r->c, i));
	buf_addc(out, '}');
}
