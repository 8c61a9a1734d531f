#include "proxy/access.h"

#include "proxy/tally.h"

#include <stdio.h>

enum { PATH_MAX_BYTES = 1024, PRODUCT_MAX_BYTES = 64 };

static struct str cut(struct str s, size_t most)
{
	return str_of(s.at, s.len < most ? s.len : most);
}

/* The name of the first product of a User-Agent (RFC 9110, 10.1.5), without its version: curl, Mozilla. */
static struct str product(const struct exchange *x)
{
	struct str agent = message_known(&x->request, KNOWN_USER_AGENT);
	size_t end = 0;
	while (end < agent.len && end < PRODUCT_MAX_BYTES && !memchr("/ (\t", agent.at[end], 4))
		end++;
	return str_of(agent.at, end);
}

/* The shortest way to show a duration. */
static struct str show_time(uint64_t ns, char *text, size_t size)
{
	int n = ns < 1000000      ? snprintf(text, size, "%lluus", (unsigned long long)(ns / 1000))
		: ns < 1000000000 ? snprintf(text, size, "%.1fms", (double)ns / 1e6)
				  : snprintf(text, size, "%.2fs", (double)ns / 1e9);
	return str_of(text, (size_t)n);
}

static void log_for_a_person(struct log_producer *p, const struct exchange *x)
{
	char text[PATH_MAX_BYTES + 200], time[32];
	struct str took = show_time(tally_duration_ns(x), time, sizeof time);
	struct str path = cut(x->request.path, PATH_MAX_BYTES);
	int n = snprintf(text, sizeof text, "%.*s %.*s %u %.*s %.*s", STR_ARG(cut(x->request.method_name, 32)),
			 STR_ARG(path), x->status, STR_ARG(outcome_word(x->outcome)), STR_ARG(took));
	log_text(p, "message", str_of(text, (size_t)n));
	log_text_if(p, "version", x->version ? x->version->name : STR(""));
	log_text_if(p, "consumer", x->consumer);
	log_text_if(p, "client", x->client);
	log_text_if(p, "backend", x->backend);
	log_text_if(p, "id", x->request_id);
}

static void log_message(struct log_producer *p, const struct exchange *x)
{
	log_text(p, "http.request.method", cut(x->request.method_name, 32));
	log_text(p, "url.path", cut(x->request.path, PATH_MAX_BYTES));
	log_number(p, "http.response.status_code", x->status);
	log_number(p, "http.request.body.bytes", x->bytes_in);
	log_number(p, "http.response.body.bytes", x->bytes_out);
	log_number(p, "event.duration", tally_duration_ns(x));
	log_text_if(p, "client.address", x->client);
	log_text_if(p, "user_agent.name", product(x));
	log_text_if(p, "http.request.id", x->request_id);
	log_text_if(p, "trace.id", x->trace_id);
}

static void log_own(struct log_producer *p, const struct exchange *x)
{
	log_text(p, "vane.outcome", outcome_word(x->outcome));
	log_text_if(p, "vane.version", x->version ? x->version->name : STR(""));
	if (x->version || x->unversioned)
		log_text(p, "vane.version_source", version_source_word(x->source));
	log_text_if(p, "vane.route", x->route);
	log_text_if(p, "vane.operation", x->operation_id);
	log_text_if(p, "vane.consumer", x->consumer);
	log_text_if(p, "vane.backend", x->backend);
	if (x->canary_reason)
		log_text(p, "vane.target", x->canary ? STR("canary") : STR("stable"));
	if (x->canary_reason)
		log_text(p, "vane.target_reason", str_from(x->canary_reason));
	log_text_if(p, "vane.revision", x->stamp.value);
	if (x->attempts)
		log_number(p, "vane.attempts", x->attempts);
	if (x->violation_count)
		log_number(p, "vane.violations", x->violation_count);
	log_text_if(p, "vane.unchecked.request", str_from(x->unchecked[SIDE_REQUEST]));
	log_text_if(p, "vane.unchecked.response", str_from(x->unchecked[SIDE_RESPONSE]));
	if (x->deprecated)
		log_bool(p, "vane.deprecated", true);
	log_number(p, "vane.overhead_us", tally_overhead_ns(x) / 1000);
}

void access_log(struct log_producer *p, const struct exchange *x)
{
	log_begin_always(p, LOG_INFO, STR("access"), tally_ended_ms(x));
	if (log_for_people(p)) {
		log_for_a_person(p, x);
	} else {
		log_message(p, x);
		log_own(p, x);
	}
	log_end(p);
}
