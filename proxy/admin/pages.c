/* The pages under /api: status, violations, configuration, explain. */
#include "proxy/admin/inside.h"

#include "proxy/base/clock.h"
#include "proxy/tally.h"

enum { VIOLATIONS_NORMAL = 100, VIOLATIONS_MAX = 4096 };

static uint64_t requests_of(struct tally *sum, struct str version)
{
	uint64_t count = 0;
	for (struct series *s = series_first(&sum->tables[TALLY_REQUESTS]); s; s = s->next)
		if (str_eq(s->labels[0], version))
			count += series_get(s, 0);
	return count;
}

static void add_version(struct buf *out, const struct version_facts *v, struct tally *sum)
{
	json_comma(out);
	buf_addc(out, '{');
	json_text(out, "name", v->name);
	json_text(out, "semver", v->semver);
	json_text_if(out, "contract", v->contract);
	json_text_if(out, "digest", v->digest);
	json_text(out, "state", v->state);
	json_time(out, "deprecated", v->deprecation_ms);
	json_time(out, "sunset", v->sunset_ms);
	json_text_if(out, "successor", v->successor);
	json_number(out, "requests", requests_of(sum, v->name));
	if (v->canary) {
		json_name(out, "canary_weight");
		buf_addf(out, "%.6g", v->canary_weight);
		json_text(out, "canary_state", v->canary_state);
		json_text_if(out, "canary_why", v->canary_why);
	}
	json_text_if(out, "revision", v->revision);
	buf_addc(out, '}');
}

static void add_versions(struct buf *out, const struct facts *f, struct tally *sum)
{
	json_name(out, "versions");
	buf_addc(out, '[');
	for (unsigned i = 0; i < f->version_count; i++)
		add_version(out, &f->versions[i], sum);
	buf_addc(out, ']');
}

static void add_backends(struct buf *out, const struct facts *f)
{
	json_name(out, "backends");
	buf_addc(out, '[');
	for (unsigned i = 0; i < f->backend_count; i++) {
		const struct backend_facts *b = &f->backends[i];
		json_comma(out);
		buf_addc(out, '{');
		json_text(out, "version", b->version);
		json_text(out, "address", b->address);
		json_text(out, "role", b->role);
		json_bool(out, "up", b->up);
		json_number(out, "active", b->connections_active);
		json_number(out, "idle", b->connections_idle);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_counts(struct buf *out, struct tally *sum, enum tally_table table, const char *name,
		       const char *const *labels)
{
	json_name(out, name);
	buf_addc(out, '[');
	for (struct series *s = series_first(&sum->tables[table]); s; s = s->next) {
		json_comma(out);
		buf_addc(out, '{');
		for (unsigned i = 0; labels[i]; i++)
			json_text(out, labels[i], s->labels[i]);
		json_number(out, "count", series_get(s, 0));
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_config(struct buf *out, const struct facts *f)
{
	json_name(out, "config");
	buf_addc(out, '{');
	json_text(out, "file", f->config_file);
	json_text(out, "digest", f->config_digest);
	json_time(out, "loaded", f->config_loaded_ms);
	json_bool(out, "last_reload_failed", f->reload_failed);
	if (f->reload_failed) {
		json_time(out, "reload_failed", f->reload_failed_ms);
		json_text(out, "error", f->reload_error);
	}
	buf_addc(out, '}');
}

static void add_head(struct buf *out, const struct facts *f)
{
	json_text(out, "api", f->api);
	json_text(out, "vane", f->vane_version);
	json_text(out, "commit", f->commit);
	json_time(out, "now", clock_wall_ms());
	json_time(out, "started", f->started_ms);
	json_bool(out, "ready", f->ready);
	if (!f->ready)
		json_text(out, "reason", f->not_ready_reason);
	json_number(out, "workers", f->workers);
}

void page_status(struct visit *v)
{
	static const char *const unchecked[] = {"version", "direction", "reason", NULL};
	static const char *const selected[] = {"source", "result", NULL};
	static const char *const revision[] = {"version", "revision", "reason", NULL};
	static const char *const mirror[] = {"version", "to", "result", "contract", NULL};
	static const char *const difference[] = {"version", "to", "difference", NULL};
	static const char *const canary[] = {"version", "target", "reason", NULL};
	struct facts f;
	struct tally sum;
	struct buf *out = &v->answer->body;
	visit_json(v);
	observe_facts(v->view->observatory, &v->arena, &f);
	observe_tally(v->view->observatory, &sum);
	buf_addc(out, '{');
	add_head(out, &f);
	add_config(out, &f);
	add_versions(out, &f, &sum);
	add_backends(out, &f);
	json_name(out, "connections");
	buf_addc(out, '{');
	for (unsigned i = 0; i < f.connection_count; i++)
		json_number(out, arena_dup(&v->arena, f.connections[i].state).at, f.connections[i].count);
	buf_addc(out, '}');
	add_counts(out, &sum, TALLY_UNCHECKED, "unchecked", unchecked);
	add_counts(out, &sum, TALLY_SELECTED, "selected", selected);
	add_counts(out, &sum, TALLY_CANARY, "canary", canary);
	page_add_shadows(v, &f, &sum);
	add_counts(out, &sum, TALLY_MIRROR, "mirror", mirror);
	add_counts(out, &sum, TALLY_DIFFERENCE, "mirror_differences", difference);
	add_counts(out, &sum, TALLY_REVISION, "revision", revision);
	buf_add(out, STR("}\n"));
	tally_free(&sum);
}

static void add_violation(struct buf *out, const struct repeated *r)
{
	const struct event *e = &r->event;
	json_comma(out);
	buf_addc(out, '{');
	json_text(out, "version", e->version);
	json_text(out, "method", e->method);
	json_text(out, "route", e->route);
	for (unsigned i = 0; i < e->detail_count; i++) {
		/* vane.violation.code is "code" here. */
		const char *dot = strrchr(e->details[i].name, '.');
		json_text(out, dot ? dot + 1 : e->details[i].name, e->details[i].value);
	}
	json_number(out, "count", e->count);
	json_time(out, "first", r->first_ms);
	json_time(out, "last", e->wall_ms);
	buf_addc(out, '}');
}

void page_violations(struct visit *v)
{
	uint64_t limit;
	size_t count;
	struct buf *out = &v->answer->body;
	if (!visit_number(v, "limit", VIOLATIONS_NORMAL, &limit))
		return;
	visit_json(v);
	struct repeated *all = observe_repeated(v->view->observatory, EVENT_CONTRACT_VIOLATED, &v->arena,
						limit < VIOLATIONS_MAX ? limit : VIOLATIONS_MAX, &count);
	buf_add(out, STR("{\"violations\":["));
	for (size_t i = 0; i < count; i++)
		add_violation(out, &all[i]);
	buf_add(out, STR("]}\n"));
}

void page_config(struct visit *v)
{
	struct facts f;
	observe_facts(v->view->observatory, &v->arena, &f);
	if (!f.config_text.len) {
		visit_text(v, 404, "the configuration cannot be shown\n");
		return;
	}
	/* A type that borrows from the facts would not outlive them. */
	bool json = str_search(f.config_type, STR("json")) < f.config_type.len;
	v->answer->type = json ? "application/json" : "text/yaml; charset=utf-8";
	buf_add(&v->answer->body, f.config_text);
}

void page_explain(struct visit *v)
{
	struct str method = visit_parameter(v, "method"), target = visit_parameter(v, "target");
	if (!v->view->explain)
		visit_text(v, 404, "this vane cannot explain requests\n");
	else if (!target.len)
		visit_text(v, 400, "target is missing: /api/explain?method=GET&target=/v1/orders\n");
	else {
		visit_json(v);
		v->answer->status =
		    v->view->explain(v->view->context, method.len ? method : STR("GET"), target, &v->answer->body);
		if (!v->answer->body.len)
			visit_text(v, 404, "this vane cannot explain requests\n");
	}
}
