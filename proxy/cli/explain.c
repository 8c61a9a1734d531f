#include "proxy/cli/explain.h"

#include "filters/canary.h"
#include "filters/select.h"
#include "proxy/base/clock.h"
#include "proxy/cli/cli.h"
#include "proxy/http/h1_parse.h"
#include "proxy/http/h1_write.h"
#include "proxy/http/uri.h"
#include "proxy/rollout.h"

/* The head as a client would send it. */
static void write_head(struct buf *head, struct str method, struct str target, const char *const *fields, unsigned count)
{
	bool host = false;
	buf_addf(head, "%.*s %.*s HTTP/1.1\r\n", STR_ARG(method), STR_ARG(target));
	for (unsigned i = 0; i < count; i++) {
		struct str value = str_from(fields[i]), name = str_cut(&value, ':');
		host |= str_eq_nocase(name, STR("host"));
		buf_addf(head, "%.*s: %.*s\r\n", STR_ARG(name), STR_ARG(str_trim(value)));
	}
	if (!host)
		buf_add(head, STR("Host: localhost\r\n"));
	buf_add(head, STR("\r\n"));
}

static const struct selector *selector_of(const struct snapshot *s)
{
	for (unsigned i = 0; i < s->chain.count; i++)
		if (strcmp(s->chain.filters[i]->name, "version") == 0)
			return s->chain.settings[i];
	return NULL;
}

static void add_why(const struct snapshot *s, struct exchange *x, struct buf *out)
{
	const struct selector *selector = selector_of(s);
	struct select_request r = {&x->request, x->path, x->consumer, &x->arena};
	struct select_trail trail = {.count = 0};
	struct selection selection;
	if (!selector || x->unversioned)
		return;
	select_version(selector, &r, &selection, &trail);
	select_explain(&selection, &trail, out);
}

/* What the contract has against it, a line each. */
static void add_violations(const struct exchange *x, struct buf *out)
{
	for (const struct violation *v = x->violations; v; v = v->next) {
		struct str where = v->name.len ? v->name : v->pointer;
		buf_addf(out, "contract: %.*s%s%.*s", STR_ARG(v->code), where.len ? " " : "", STR_ARG(where));
		if (v->expected.len)
			buf_addf(out, ": %.*s", STR_ARG(v->expected));
		if (v->place.len)
			buf_addf(out, " (%.*s)", STR_ARG(v->place));
		buf_addc(out, '\n');
	}
}

static void add_pair(struct buf *out, bool json, const char *name, struct str value)
{
	if (!json) {
		buf_addf(out, "%-11s %.*s\n", name, STR_ARG(value));
		return;
	}
	buf_addf(out, "%s\"%s\":\"", out->at[out->len - 1] == '{' ? "" : ",", name);
	buf_add_json(out, value);
	buf_addc(out, '"');
}

/* As configured: an address without its quotes, anything else as JSON. */
static struct str backend_text(const struct snapshot *s, const struct exchange *x)
{
	struct str text = str_trim(s->backends[rollout_backend(s, x)].text);
	bool quoted = text.len >= 2 && text.at[0] == '"';
	return quoted ? str_of(text.at + 1, text.len - 2) : text;
}

static const struct canary *canary_of(const struct snapshot *s, const struct version *v)
{
	for (unsigned i = 0; i < s->chain.count; i++)
		if (strcmp(s->chain.filters[i]->name, "canary") == 0)
			return &((const struct canaries *)s->chain.settings[i])->versions[v->index];
	return NULL;
}

/* "canary (header)", "stable (weight 5%, point 71.2% by consumer)". */
static void add_canary(const struct snapshot *s, const struct exchange *x, bool json, struct buf *out)
{
	const struct canary *c = canary_of(s, x->version);
	struct buf text = {0};
	buf_addf(&text, "%s (%s", x->canary ? "canary" : "stable", x->canary_reason);
	if (c && strcmp(x->canary_reason, "weight") == 0) {
		enum sticky_kind by;
		struct str key = sticky_key(x, c->sticky, c->sticky_count, &by);
		buf_addc(&text, ' ');
		unit_add_percent(&text, canary_weight(c, x->wall_ms));
		if (by == STICKY_NONE)
			buf_add(&text, STR(", each request on its own"));
		else
			buf_addf(&text, ", point %.2f%% by %s", (double)split_point(key, c->salt) / 10000, sticky_word(by));
	}
	buf_addc(&text, ')');
	add_pair(out, json, "served_by", buf_str(&text));
	buf_free(&text);
}

static void add_revision(const struct exchange *x, bool json, struct buf *out)
{
	struct buf text = {0};
	buf_addf(&text, "%.*s (%s)", STR_ARG(x->stamp.value), x->revision_reason);
	add_pair(out, json, "revision", buf_str(&text));
	buf_free(&text);
}

static void tell(const struct snapshot *s, struct exchange *x, enum verdict verdict, bool json, struct buf *out)
{
	const struct version *v = x->version;
	struct buf why = {0}, line = {0};
	if (json)
		buf_addc(out, '{');
	add_pair(out, json, "version", v ? v->name : STR("-"));
	add_pair(out, json, "semver", v ? v->semver : STR("-"));
	add_pair(out, json, "chosen_by", version_source_word(x->source));
	add_pair(out, json, "backend", v ? backend_text(s, x) : STR("-"));
	if (x->canary_reason)
		add_canary(s, x, json, out);
	if (x->revision_reason)
		add_revision(x, json, out);
	add_pair(out, json, "target", x->target);
	add_pair(out, json, "operation", x->has_operation ? x->operation_id.len ? x->operation_id : x->route : STR("-"));
	add_pair(out, json, "route", x->route.len ? x->route : STR("-"));
	if (x->consumer.len)
		add_pair(out, json, "consumer", x->consumer);
	add_pair(out, json, "outcome", outcome_word(x->outcome));
	if (verdict == ANSWERED)
		buf_addf(&line, "%u", x->answer.status);
	add_pair(out, json, "status", verdict == ANSWERED ? buf_str(&line) : STR("the backend's"));
	add_why(s, x, &why);
	add_violations(x, &why);
	if (why.len && json)
		add_pair(out, json, "why", buf_str(&why));
	else if (why.len)
		buf_add(out, STR("why\n"));
	for (struct str rest = buf_str(&why); !json && rest.at && rest.len;) {
		struct str one = str_cut(&rest, '\n');
		buf_addf(out, "  %.*s\n", STR_ARG(one));
	}
	if (json)
		buf_add(out, STR("}\n"));
	buf_free(&why);
	buf_free(&line);
}

int explain_request(const struct snapshot *s, struct str method, struct str target, const char *const *fields,
		    unsigned field_count, bool json, struct buf *out)
{
	struct buf head = {0};
	struct exchange x;
	struct h1_parser parser;
	struct chain_run run = {0};
	int code = EXIT_CANNOT_TELL;
	exchange_begin(&x, s->api.workers); /* one past the loops': scratch memory of its own */
	write_head(&head, method, target, fields, field_count);
	h1_parser_reset(&parser, H1_REQUEST, METHOD_OTHER, &s->settings.h1);
	if (h1_parse(&parser, buf_str(&head), &x.arena, &x.request) == H1_DONE) {
		x.snapshot = s;
		x.client = STR("127.0.0.1");
		x.wall_ms = clock_wall_ms();
		x.path = x.contract_path = uri_normalise(x.request.path, &x.arena, NULL);
		x.target = message_origin_target(&x.request);
		enum verdict verdict = chain_request(&s->chain, &run, &x);
		tell(s, &x, verdict, json, out);
		chain_finish(&s->chain, &run, &x);
		code = verdict == ANSWERED ? EXIT_FINDINGS : EXIT_CLEAN;
	} else {
		unsigned status = parser.status ? parser.status : 400;
		const char *why = parser.status ? parser.why : "the head is not complete";
		if (json)
			buf_addf(out, "{\"status\":\"%u\",\"outcome\":\"bad_request\",\"why\":\"%s\"}\n", status, why);
		else
			buf_addf(out, "refused with %u: %s\n", status, why);
		code = EXIT_FINDINGS;
	}
	exchange_free(&x);
	buf_free(&head);
	return code;
}
