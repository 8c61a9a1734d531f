#include "filters/pact/provider.h"

#include "filters/pact/sending.h"

bool provider_open(struct provider *p, const char *path, struct diag *d)
{
	*p = (struct provider){.judge = judge_new(&(struct judge_limits){0})};
	p->contract = contract_load(path, &(struct contract_options){.assert_formats = true}, d);
	return p->contract != NULL;
}

void provider_close(struct provider *p)
{
	contract_free(p->contract);
	judge_free(p->judge);
	*p = (struct provider){0};
}

void pact_findings_begin(struct pact_findings *f)
{
	*f = (struct pact_findings){0};
	arena_init(&f->arena, 8192);
}

void pact_findings_free(struct pact_findings *f)
{
	VEC_FREE(&f->list);
	arena_free(&f->arena);
}

/* One interaction under judgement. */
struct hearing_of {
	struct provider *p;
	const struct pact *pact;
	const struct interaction *x;
	struct pact_findings *out;
	const struct operation *operation;
	bool response;
	unsigned errors;
};

static void tell(struct hearing_of *h, enum pact_level level, const char *code, struct str text, struct place place,
		 struct place against)
{
	struct pact_findings *f = h->out;
	if (h->x->pending)
		level = PACT_WARNING;
	h->errors += level == PACT_ERROR;
	f->errors += level == PACT_ERROR;
	f->warnings += level == PACT_WARNING;
	if (f->total++ >= PACT_FINDINGS)
		return;
	VEC_PUSH(&f->list,
		 ((struct pact_finding){(uint8_t)level, h->pact, h->x, h->response, code, text, place, against}));
}

/* ---- findings of the contract, as findings of the pact ---- */

/* The value at a pointer, or the nearest one above it. */
static struct place body_place(const struct pact_message *m, struct str pointer)
{
	const struct node *n = NULL;
	if (m->body.kind != PACT_BODY_JSON)
		return m->body.place;
	while (!(n = tree_at(m->body.json, pointer)) && pointer.len) {
		do
			pointer.len--;
		while (pointer.len && pointer.at[pointer.len] != '/');
	}
	return n && n->line && n->file == m->body.place.file ? tree_place(n) : m->body.place;
}

static struct place named_place(const struct pact_list *list, struct str name, bool any_case, struct place else_here)
{
	for (unsigned i = 0; i < list->count; i++)
		if (any_case ? str_eq_nocase(list->at[i].name, name) : str_eq(list->at[i].name, name))
			return list->at[i].place;
	return else_here;
}

static struct place place_of(const struct pact_message *m, const struct finding *f)
{
	switch (f->location) {
	case IN_BODY:
		return body_place(m, f->pointer);
	case IN_HEADER:
		return named_place(&m->header, f->name, true, m->place);
	case IN_MEDIA_TYPE:
		return named_place(&m->header, STR("Content-Type"), true, m->body.place);
	case IN_COOKIE:
		return named_place(&m->header, STR("Cookie"), true, m->place);
	case IN_QUERY:
		return named_place(&m->query, f->name, false, m->path_place);
	case IN_STATUS:
		return m->status_place;
	default:
		return m->path_place;
	}
}

/* An example list stands for lists of other lengths where a rule speaks of it. */
static bool is_only_example(const struct pact_message *m, const struct finding *f)
{
	struct step step[TREE_DEPTH];
	unsigned depth = 0;
	uint64_t work = 0;
	const struct node *n = m->body.json;
	struct str rest = f->pointer;
	if (!str_eq(f->keyword, STR("minItems")) || m->body.kind != PACT_BODY_JSON)
		return false;
	for (str_cut(&rest, '/'); rest.at && n && depth < TREE_DEPTH; depth++) {
		struct str token = str_cut(&rest, '/');
		step[depth] = (struct step){.kind = STEP_NAME, .name = token};
		if (n->kind == NODE_SEQUENCE && str_to_u64(token, &step[depth].index))
			step[depth] = (struct step){.kind = STEP_INDEX, .index = step[depth].index};
		n = n->kind == NODE_SEQUENCE ? (step[depth].index < n->count ? &n->items[step[depth].index] : NULL)
					     : tree_get(n, token);
	}
	const struct rule *rule = rules_select(&m->rules, CATEGORY_BODY, step, depth, &work);
	return rule && rule->matchers.at[0].kind != MATCHER_EQUALITY;
}

/* What is no fault of a part, and what the pact does not say. */
static bool is_forgiven(const struct hearing_of *h, const struct pact_message *m, const struct finding *f)
{
	if (h->response && f->location == IN_HEADER && str_eq(str_from(f->code), STR("header.required")))
		return true;
	if (f->location == IN_MEDIA_TYPE && m->body.guessed)
		return true;
	return f->location == IN_BODY && is_only_example(m, f);
}

static void pass_on(struct hearing_of *h, const struct pact_message *m, const struct findings *found)
{
	struct buf text = {0};
	for (unsigned i = 0; i < found->count; i++) {
		struct finding bare = found->at[i];
		if (is_forgiven(h, m, &bare))
			continue;
		struct place against = bare.place;
		if (!against.line && h->operation)
			against = h->operation->place;
		bare.place = (struct place){0};
		text.len = 0;
		finding_to_text(&bare, &text);
		tell(h, PACT_ERROR,
		     arena_printf(&h->out->arena, "%s.%s", h->response ? "response" : "request", bare.code).at,
		     arena_dup(&h->out->arena, buf_str(&text)), place_of(m, &bare), against);
	}
	if (found->unchecked)
		tell(h, PACT_WARNING, h->response ? "response.unchecked" : "request.unchecked",
		     arena_printf(&h->out->arena, "it could not be judged whole: %s", found->unchecked), m->body.place,
		     h->operation ? h->operation->place : (struct place){0});
	buf_free(&text);
}

/* ---- requests ---- */

static bool is_refusal(unsigned status)
{
	return status >= 400 && status < 500;
}

static void judge_request(struct hearing_of *h, const struct path_match *match)
{
	const struct pact_message *m = &h->x->request;
	struct findings found;
	struct body_plan plan;
	struct sending s;
	findings_begin(&found, &h->out->arena, 32);
	sending_make(&s, m, &h->out->arena);
	enum judgement v = contract_request_head(h->p->contract, match, &s.head, h->p->judge, &found, &plan);
	if (v == VALID && s.head.has_body && m->body.guessed)
		tell(h, PACT_WARNING, "request.media_type.missing", STR("the pact gives no Content-Type for its body"),
		     m->body.place, match->operation->place);
	if (s.head.has_body && plan.unchecked && !plan.media) {
		tell(h, PACT_WARNING, "request.body.undocumented", STR("the contract describes no body here"),
		     m->body.place, match->operation->place);
		plan.unchecked = NULL;
	}
	if (v != INVALID && s.head.has_body)
		(void)contract_body(h->p->contract, &plan, REQUEST, s.body, h->p->judge, &found);
	pass_on(h, m, &found);
	sending_free(&s);
}

/* Where the contract has no such operation, only an answer that says so can be expected. */
static void tell_unknown(struct hearing_of *h, const struct path_match *match)
{
	const struct pact_message *m = &h->x->request;
	bool method = match->template.len > 0;
	unsigned status = h->x->response.status;
	enum pact_level level = status == 404 || status == 405 ? PACT_WARNING : PACT_ERROR;
	struct str text = method ? arena_printf(&h->out->arena, "the contract has no %.*s here, only %.*s",
						STR_ARG(m->method), STR_ARG(match->allow))
				 : STR("the contract has no such path");
	tell(h, level, method ? "request.operation.method" : "request.operation.path", text, m->path_place,
	     (struct place){0});
}

/* ---- responses ---- */

/* Fields that say how a message is passed on, or that servers and intermediaries add without a word in any contract. */
static bool is_usual(struct str name)
{
	static const char *const names[] = {"Accept-Patch",
					    "Accept-Post",
					    "Accept-Ranges",
					    "Age",
					    "Allow",
					    "Alt-Svc",
					    "Cache-Control",
					    "Connection",
					    "Content-Disposition",
					    "Content-Encoding",
					    "Content-Language",
					    "Content-Length",
					    "Content-Location",
					    "Content-Range",
					    "Content-Type",
					    "Date",
					    "Deprecation",
					    "ETag",
					    "Expires",
					    "Keep-Alive",
					    "Last-Modified",
					    "Link",
					    "Location",
					    "Pragma",
					    "Proxy-Authenticate",
					    "Retry-After",
					    "Server",
					    "Set-Cookie",
					    "Strict-Transport-Security",
					    "Sunset",
					    "Trailer",
					    "Transfer-Encoding",
					    "Upgrade",
					    "Vary",
					    "Via",
					    "WWW-Authenticate",
					    "Warning",
					    "X-Content-Type-Options",
					    "X-Frame-Options",
					    "X-Powered-By",
					    "X-XSS-Protection"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(name, str_from(names[i])))
			return true;
	return str_starts(name, STR("Access-Control-")) || str_starts(name, STR("access-control-"));
}

static void judge_headers(struct hearing_of *h)
{
	const struct pact_message *m = &h->x->response;
	for (unsigned i = 0; i < m->header.count; i++) {
		struct str name = m->header.at[i].name;
		if (!is_usual(name) && !contract_names_header(h->p->contract, h->operation, m->status, name))
			tell(h, PACT_ERROR, "response.header.undocumented",
			     arena_printf(&h->out->arena,
					  "header %.*s: the contract does not name it for this response",
					  STR_ARG(name)),
			     m->header.at[i].place, h->operation->place);
	}
}

static enum judgement judge_body(struct hearing_of *h, struct sending *s, struct findings *found)
{
	const struct pact_message *m = &h->x->response;
	struct body_plan plan;
	enum judgement v = contract_response_head(h->p->contract, h->operation, &s->head, h->p->judge, found, &plan);
	bool media_wrong = false, status_wrong = false;
	for (unsigned i = 0; i < found->count; i++) {
		media_wrong |= found->at[i].location == IN_MEDIA_TYPE;
		status_wrong |= found->at[i].location == IN_STATUS;
	}
	if (s->head.has_body && plan.unchecked && !plan.media && !status_wrong)
		tell(h, PACT_ERROR, "response.body.undocumented",
		     STR("the contract describes no body for this response"), m->body.place, h->operation->place);
	if (!s->head.has_body || media_wrong || status_wrong || !plan.media)
		return v;
	judge_partial(h->p->judge, true);
	v = contract_body(h->p->contract, &plan, RESPONSE, s->body, h->p->judge, found);
	judge_partial(h->p->judge, false);
	return v;
}

static void judge_response(struct hearing_of *h)
{
	const struct pact_message *m = &h->x->response;
	struct findings found;
	struct sending s;
	h->response = true;
	findings_begin(&found, &h->out->arena, 32);
	sending_make(&s, m, &h->out->arena);
	/* A response of which the body is not told says nothing of bodies. */
	s.head.method =
	    m->body.kind == PACT_BODY_ABSENT || m->body.kind == PACT_BODY_NULL ? STR("HEAD") : h->x->request.method;
	(void)judge_body(h, &s, &found);
	pass_on(h, m, &found);
	for (unsigned i = 0; i < found.count; i++)
		if (found.at[i].location == IN_STATUS) {
			sending_free(&s);
			return; /* nothing is said of its headers either */
		}
	judge_headers(h);
	sending_free(&s);
}

bool provider_judge(struct provider *p, const struct pact *pact, const struct interaction *x, struct str path,
		    struct pact_findings *out)
{
	struct hearing_of h = {.p = p, .pact = pact, .x = x, .out = out};
	struct path_match match;
	contract_find(p->contract, sending_method(&out->arena, x->request.method), sending_path(&out->arena, path),
		      &match);
	h.operation = match.operation;
	if (!match.operation) {
		tell_unknown(&h, &match);
		return h.errors == 0;
	}
	if (!is_refusal(x->response.status))
		judge_request(&h, &match);
	judge_response(&h);
	return h.errors == 0;
}

const struct operation *provider_operation(const struct provider *p, struct str method, struct str path)
{
	struct path_match match;
	struct arena arena;
	arena_init(&arena, 1024);
	contract_find(p->contract, sending_method(&arena, method), sending_path(&arena, path), &match);
	arena_free(&arena);
	return match.operation;
}

void interaction_witness(const struct interaction *x, bool response, size_t most, struct buf *out)
{
	const struct pact_message *m = response ? &x->response : &x->request;
	struct buf text = {0}, body = {0};
	if (response) {
		buf_addf(&text, "%u", m->status);
	} else {
		buf_addf(&text, "%.*s %.*s", STR_ARG(m->method), STR_ARG(m->path));
		sending_query(&m->query, &body);
		buf_addf(&text, "%s%.*s", body.len ? "?" : "", STR_ARG(buf_str(&body)));
	}
	if (m->body.kind == PACT_BODY_JSON || m->body.kind == PACT_BODY_BYTES) {
		message_bytes(&m->body, &body);
		buf_addf(&text, " %.*s", STR_ARG(buf_str(&body)));
	}
	bool cut = text.len > most;
	buf_add(out, str_head(buf_str(&text), cut ? most - 3 : text.len));
	buf_add(out, cut ? STR("...") : STR(""));
	buf_free(&text);
	buf_free(&body);
}
