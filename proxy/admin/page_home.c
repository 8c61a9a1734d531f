/* The status page: everything that is also under /api, for people. */
#include "proxy/admin/html.h"

#include "proxy/base/clock.h"
#include "proxy/tally.h"

enum { USES_SHOWN = 25, VIOLATIONS_SHOWN = 12, ROWS_SHOWN = 24, QUIET_MS = 7 * 86400000, TEXT_SHOWN = 96 };
/* How long the page may be before each part of it stops: names are cut, but there may be many. All stays under 40 KiB.
 */
enum { VERSIONS_END = 19 * 1024, USES_END = 21 * 1024, VIOLATIONS_END = 28 * 1024, ROWS_END = 33 * 1024 };

struct home {
	struct buf *out;
	struct facts facts;
	struct tally sum;
	struct known_use *uses;
	size_t use_count;
	int64_t now_ms;
};

static struct str cut(struct str s)
{
	return str_of(s.at, s.len < TEXT_SHOWN ? s.len : TEXT_SHOWN);
}

static uint64_t count_of(struct series_table *t, unsigned label, struct str value)
{
	uint64_t count = 0;
	for (struct series *s = series_first(t); s; s = s->next)
		if (!value.at || str_eq(s->labels[label], value))
			count += series_get(s, 0);
	return count;
}

static void add_head(struct home *h)
{
	struct buf *out = h->out;
	const struct facts *f = &h->facts;
	html(out, "<header><h1>");
	html_name(out, cut(f->api));
	html(out, f->ready ? " <span class=g>ready</span></h1>" : " <span class=r>not ready: ");
	if (!f->ready) {
		html_text(out, f->not_ready_reason);
		html(out, "</span></h1>");
	}
	html(out, "<p class=m>vane ");
	html_text(out, f->vane_version);
	html(out, " (");
	html_text(out, f->commit);
	html(out, "), started ");
	html_time(out, f->started_ms, h->now_ms);
	html(out, " &middot; configuration <code>");
	html_text(out, str_of(f->config_digest.at, f->config_digest.len < 12 ? f->config_digest.len : 12));
	html(out, "</code> loaded ");
	html_time(out, f->config_loaded_ms, h->now_ms);
	html(out, "</p>");
	if (f->reload_failed) {
		html(out, "<p class=r>The last reload failed ");
		html_time(out, f->reload_failed_ms, h->now_ms);
		html(out, "; the configuration above is still in force:</p><div class=err>");
		html_text(out, str_of(f->reload_error.at, f->reload_error.len < 1000 ? f->reload_error.len : 1000));
		html(out, "</div>");
	}
	html(out, "</header>");
}

static void add_date(struct home *h, const char *word, int64_t when)
{
	if (!when)
		return;
	buf_addf(h->out, "<span>%s ", word);
	html_day(h->out, when);
	html(h->out, ", ");
	html_time(h->out, when, h->now_ms);
	html(h->out, "</span>");
}

/* When was it called last, and by how many: the answer to "may it go?". */
static void add_quiet(struct home *h, const struct version_facts *v)
{
	int64_t last = 0;
	for (size_t i = 0; i < h->use_count && !last; i++)
		if (str_eq(h->uses[i].version, v->name))
			last = h->uses[i].last_ms;
	if (!last)
		html(h->out, "<p class=g>No call by anybody is known.</p>");
	else if (h->now_ms - last >= QUIET_MS) {
		html(h->out, "<p class=g>Quiet since ");
		html_day(h->out, last);
		html(h->out, ".</p>");
	}
}

static void add_uses(struct home *h, const struct version_facts *v)
{
	unsigned shown = 0, all = 0;
	for (size_t i = 0; i < h->use_count; i++) {
		const struct known_use *u = &h->uses[i];
		if (!str_eq(u->version, v->name))
			continue;
		all++;
		if (shown == USES_SHOWN || h->out->len > USES_END)
			continue;
		if (!shown++)
			html(h->out,
			     "<div class=t><table><tr><th>consumer<th>operation<th>by<th>last<th class=n>calls");
		html(h->out, "<tr>");
		html_cell(h->out, cut(u->consumer));
		html(h->out, "<td><bdi>");
		html_text(h->out, u->method);
		html(h->out, " ");
		html_text(h->out, cut(u->route));
		html(h->out, "</bdi>");
		html_cell(h->out, u->source);
		html(h->out, "<td>");
		html_time(h->out, u->last_ms, h->now_ms);
		html_cell_u64(h->out, u->count);
	}
	if (shown)
		html(h->out, "</table></div>");
	if (all > shown)
		buf_addf(h->out, "<p class=m>and %u more</p>", all - shown);
}

static void add_link(struct home *h, const char *format, struct str version, const char *word)
{
	buf_addf(h->out, "<a %shref=\"/api/usage?%s&amp;version=", strcmp(format, "format=csv") ? "" : "data-copy ",
		 format);
	/* A version's name may hold anything that a query may not. */
	for (size_t i = 0; i < version.len; i++)
		if (ascii_alpha(version.at[i]) || ascii_digit(version.at[i]) || strchr("-._", version.at[i]))
			buf_addc(h->out, version.at[i]);
		else
			buf_addf(h->out, "%%%02X", (unsigned char)version.at[i]);
	buf_addf(h->out, "\">%s</a> ", word);
}

static void add_version(struct home *h, const struct version_facts *v, unsigned index, uint64_t all)
{
	struct buf *out = h->out;
	uint64_t requests = count_of(&h->sum.tables[TALLY_REQUESTS], 0, v->name);
	bool active = str_eq(v->state, STR("active"));
	html(out, "<section class=v><header><h3>");
	html_name(out, cut(v->name));
	html(out, "</h3><span>");
	html_text(out, cut(v->semver));
	html(out, active                                ? "</span><span class=g>"
		  : str_eq(v->state, STR("deprecated")) ? "</span><span class=y>"
							: "</span><span class=r>");
	html_text(out, v->state);
	buf_addf(out, "</span><span>%llu requests, %.1f %%</span>", (unsigned long long)requests,
		 all ? 100.0 * (double)requests / (double)all : 0);
	add_date(h, "deprecated", v->deprecation_ms);
	add_date(h, "sunset", v->sunset_ms);
	if (v->successor.len) {
		html(out, "<span>then ");
		html_name(out, cut(v->successor));
		html(out, "</span>");
	}
	home_rollout(out, v, &h->sum);
	html(out, "</header>");
	home_life_line(out, v, h->now_ms);
	if (!active)
		add_quiet(h, v);
	buf_addf(out, "<details id=u%u%s><summary>who calls it</summary>", index, active ? "" : " open");
	add_uses(h, v);
	html(out, "<p class=m>");
	add_link(h, "format=csv", v->name, "copy as CSV");
	add_link(h, "format=json", v->name, "JSON");
	html(out, "</p></details></section>");
}

static void add_versions(struct home *h)
{
	uint64_t all = count_of(&h->sum.tables[TALLY_REQUESTS], 0, (struct str){NULL, 0});
	html(h->out, "<h2>Versions</h2>");
	unsigned shown = 0;
	for (; shown < h->facts.version_count && h->out->len < VERSIONS_END; shown++)
		add_version(h, &h->facts.versions[shown], shown, all);
	if (shown < h->facts.version_count)
		buf_addf(h->out, "<p class=m>and %u more: <a href=\"/api/status\">JSON</a></p>",
			 h->facts.version_count - shown);
}

static struct str detail(const struct event *e, const char *name)
{
	for (unsigned i = 0; i < e->detail_count; i++)
		if (strcmp(e->details[i].name, name) == 0)
			return e->details[i].value;
	return STR("");
}

static void add_violation(struct home *h, const struct repeated *r)
{
	const struct event *e = &r->event;
	struct str part = detail(e, "vane.violation.pointer");
	html(h->out, "<tr><td>");
	html_time(h->out, e->wall_ms, h->now_ms);
	html_cell_u64(h->out, e->count);
	html_cell(h->out, cut(e->version));
	html(h->out, "<td><bdi>");
	html_text(h->out, e->method);
	html(h->out, " ");
	html_text(h->out, cut(e->route));
	html(h->out, "</bdi>");
	html_cell(h->out, detail(e, "vane.direction"));
	html(h->out, "<td><code>");
	html_text(h->out, cut(detail(e, "vane.violation.code")));
	html(h->out, "</code> <bdi>");
	html_text(h->out, cut(part.len ? part : detail(e, "vane.violation.name")));
	html(h->out, "</bdi><br>");
	html_text(h->out, cut(detail(e, "vane.violation.expected")));
	html(h->out, " <span class=m>");
	html_text(h->out, cut(detail(e, "vane.violation.place")));
	html(h->out, "</span>");
	html_cell(h->out, detail(e, "vane.violation.action"));
}

static void add_violations(struct home *h, struct visit *v)
{
	size_t count;
	struct repeated *all =
	    observe_repeated(v->view->observatory, EVENT_CONTRACT_VIOLATED, &v->arena, VIOLATIONS_SHOWN, &count);
	html(h->out, "<h2>Violations</h2>");
	if (!count)
		html(h->out, "<p class=g>None since start.</p>");
	else
		html(h->out, "<div class=t><table><tr><th>last<th "
			     "class=n>times<th>version<th>operation<th>in<th>what<th>action");
	for (size_t i = 0; i < count && h->out->len < VIOLATIONS_END; i++)
		add_violation(h, &all[i]);
	html(h->out, count ? "</table></div><p class=m><a href=\"/api/violations\">JSON</a></p>" : "");
}

static void add_counts(struct home *h, enum tally_table table, const char *title, const char *columns, unsigned labels)
{
	if (!series_first(&h->sum.tables[table]))
		return;
	buf_addf(h->out, "<h2>%s</h2><div class=t><table><tr>%s<th class=n>requests", title, columns);
	unsigned shown = 0;
	for (struct series *s = series_first(&h->sum.tables[table]); s && shown < ROWS_SHOWN && h->out->len < ROWS_END;
	     s = s->next, shown++) {
		html(h->out, "<tr>");
		for (unsigned i = 0; i < labels; i++)
			html_cell(h->out, cut(s->labels[i]));
		html_cell_u64(h->out, series_get(s, 0));
	}
	html(h->out, "</table></div>");
}

static void add_backends(struct home *h)
{
	html(h->out, "<h2>Backends</h2><div class=t><table><tr><th>version<th>address<th>role<th>state<th "
		     "class=n>active<th class=n>idle");
	for (unsigned i = 0; i < h->facts.backend_count && h->out->len < ROWS_END; i++) {
		const struct backend_facts *b = &h->facts.backends[i];
		html(h->out, "<tr>");
		html_cell(h->out, cut(b->version));
		html_cell(h->out, cut(b->address));
		html_cell(h->out, b->role);
		html(h->out, b->up ? "<td class=g>up" : "<td class=r>down");
		html_cell_u64(h->out, b->connections_active);
		html_cell_u64(h->out, b->connections_idle);
	}
	html(h->out, "</table></div>");
}

static void add_explain(struct home *h)
{
	html(h->out,
	     "<h2>Explain a request</h2><form id=explain action=\"/api/explain\"><select name=method aria-label=method>"
	     "<option>GET<option>POST<option>PUT<option>PATCH<option>DELETE</select>"
	     "<input name=target placeholder=\"/v1/orders/17\" aria-label=target "
	     "required><button>explain</button></form>"
	     "<pre id=explained hidden></pre>");
}

static void write_page(struct home *h, struct visit *v)
{
	html(h->out, "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
		     "content=\"width=device-width,initial-scale=1\"><title>");
	html_text(h->out, h->facts.api);
	html(h->out, " - vane</title><style>");
	html(h->out, home_style);
	html(h->out, "</style></head><body><p id=stale class=r hidden>vane does not answer: what follows is "
		     "old.</p><main id=live>");
	add_head(h);
	add_versions(h);
	add_violations(h, v);
	add_counts(h, TALLY_UNCHECKED, "Not checked", "<th>version<th>direction<th>reason", 3);
	add_counts(h, TALLY_CANARY, "Canary", "<th>version<th>target<th>reason", 3);
	add_counts(h, TALLY_REVISION, "Revisions", "<th>version<th>revision<th>reason", 3);
	add_counts(h, TALLY_SHADOW_REASON, "Not in the shadow contract", "<th>version<th>consumer<th>in<th>reason", 4);
	add_counts(h, TALLY_MIRROR, "Copies", "<th>version<th>to<th>result<th>contract", 4);
	add_counts(h, TALLY_DIFFERENCE, "Differences of copies", "<th>version<th>to<th>difference", 3);
	add_backends(h);
	html(h->out, "</main>");
	add_explain(h);
	html(h->out,
	     "<p class=m><a href=\"/metrics\">metrics</a> <a href=\"/api/status\">status</a> <a "
	     "href=\"/api/usage\">usage</a> "
	     "<a href=\"/api/events?limit=100\">events</a> <a href=\"/api/config\">configuration</a></p><script>");
	html(h->out, home_script);
	html(h->out, "</script></body></html>\n");
}

void page_home(struct visit *v)
{
	struct home h = {.out = &v->answer->body, .now_ms = clock_wall_ms()};
	observe_facts(v->view->observatory, &v->arena, &h.facts);
	observe_tally(v->view->observatory, &h.sum);
	h.uses = observe_known(v->view->observatory, &v->arena, &h.use_count);
	v->answer->type = "text/html; charset=utf-8";
	v->answer->extra = home_headers();
	write_page(&h, v);
	tally_free(&h.sum);
}
