#include "proxy/admin/inside.h"

static void livez(struct visit *v)
{
	visit_text(v, 200, "alive\n");
}

static void readyz(struct visit *v)
{
	struct facts f;
	observe_facts(v->view->observatory, &v->arena, &f);
	v->answer->status = f.ready ? 200 : 503;
	buf_addf(&v->answer->body, "%.*s\n", STR_ARG(f.ready ? STR("ready") : f.not_ready_reason));
}

static void metrics(struct visit *v)
{
	struct str accept = v->request->accept;
	bool open_metrics = str_search(accept, STR("application/openmetrics-text")) < accept.len;
	observe_metrics(v->view->observatory, open_metrics, &v->answer->body);
	v->answer->type = page_content_type(open_metrics).at;
}

/* False, with an answer, unless the one who asks may change things and `there` is something to do it. */
static bool may_change(struct visit *v, bool there)
{
	if (!v->request->authorized) {
		v->answer->extra = "WWW-Authenticate: Bearer\r\n";
		visit_text(v, 401, "this needs Authorization: Bearer with the token of admin.token_file\n");
	} else if (!there) {
		visit_text(v, 404, "this vane cannot do that\n");
	}
	return v->request->authorized && there;
}

static void change(struct visit *v, unsigned (*act)(void *context, struct buf *text))
{
	if (may_change(v, act != NULL))
		v->answer->status = act(v->view->context, &v->answer->body);
}

static void canary(struct visit *v)
{
	struct str version = visit_parameter(v, "version"), weight = visit_parameter(v, "weight");
	if (!may_change(v, v->view->canary != NULL))
		return;
	if (!version.len || !weight.len)
		visit_text(v, 400, "/api/canary?version=v2&weight=10%25 (or abort, or configured)\n");
	else
		v->answer->status = v->view->canary(v->view->context, version, weight, &v->answer->body);
}

static void revision(struct visit *v)
{
	struct str version = visit_parameter(v, "version"), active = visit_parameter(v, "active");
	if (!may_change(v, v->view->revision != NULL))
		return;
	if (!active.len)
		visit_text(v, 400, "/api/revision?active=green (or configured), and version=v1 for one version only\n");
	else
		v->answer->status = v->view->revision(v->view->context, version, active, &v->answer->body);
}

static void reload(struct visit *v)
{
	change(v, v->view->reload);
}

static void drain(struct visit *v)
{
	change(v, v->view->drain);
}

static const struct route {
	const char *path;
	bool post;
	void (*answer)(struct visit *v);
} routes[] = {
    {"/", false, page_home},
    {"/livez", false, livez},
    {"/readyz", false, readyz},
    {"/metrics", false, metrics},
    {"/api/status", false, page_status},
    {"/api/usage", false, page_usage},
    {"/api/fields", false, page_fields},
    {"/api/violations", false, page_violations},
    {"/api/events", false, page_events},
    {"/api/config", false, page_config},
    {"/api/explain", false, page_explain},
    {"/api/reload", true, reload},
    {"/api/drain", true, drain},
    {"/api/canary", true, canary},
    {"/api/revision", true, revision},
};

static bool is_get(struct str method)
{
	return str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"));
}

void admin_answer(const struct admin_view *view, const struct admin_request *r, struct admin_answer *a)
{
	struct visit v = {.view = view, .request = r, .answer = a};
	*a = (struct admin_answer){.status = 200, .type = "text/plain; charset=utf-8", .extra = ""};
	const struct route *found = NULL;
	for (size_t i = 0; i < sizeof routes / sizeof routes[0] && !found; i++)
		if (str_eq(r->path, str_from(routes[i].path)))
			found = &routes[i];
	arena_init(&v.arena, 16384);
	if (!found) {
		visit_text(&v, 404, "there is no such page; / lists what there is\n");
	} else if (found->post ? !str_eq(r->method, STR("POST")) : !is_get(r->method)) {
		a->extra = found->post ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n";
		visit_text(&v, 405, found->post ? "this is changed by POST\n" : "this is read by GET\n");
	} else {
		found->answer(&v);
	}
	arena_free(&v.arena);
}
