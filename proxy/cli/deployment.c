#include "proxy/cli/deployment.h"

#include "filters/builtin.h"
#include "filters/concern.h"
#include "filters/version.h"
#include "proxy/base/clock.h"
#include "proxy/beside.h"

void deployment_begin(struct deployment *d)
{
	*d = (struct deployment){0};
	arena_init(&d->arena, 16384);
	pact_findings_begin(&d->found);
}

void deployment_end(struct deployment *d)
{
	if (d->compared)
		comparison_free(&d->difference);
	if (d->has_usage)
		report_free(&d->usage);
	if (d->new.path)
		diff_close(&d->new);
	if (d->old.path)
		diff_close(&d->old);
	provider_close(&d->provider);
	pacts_free(&d->pacts);
	pact_findings_free(&d->found);
	VEC_FREE(&d->about);
	VEC_FREE(&d->seen);
	if (d->snapshot)
		snapshot_drop(d->snapshot);
	arena_free(&d->arena);
}

/* ---- what it takes the place of ---- */

bool deployment_configure(struct deployment *d, const char *config, struct diag *complaints)
{
	struct snapshot_source source = {.path = config, .filters = builtin_filters};
	d->snapshot = snapshot_load(&source, complaints);
	for (unsigned i = 0; d->snapshot && i < d->snapshot->chain.count; i++)
		if (d->snapshot->chain.filters[i] == &version_filter)
			d->selector = d->snapshot->chain.settings[i];
	return d->snapshot != NULL;
}

static bool is_newer(const struct version *a, const struct version *b)
{
	return a->minor != b->minor ? a->minor > b->minor : a->patch > b->patch;
}

bool deployment_place(struct deployment *d, struct str name, struct diag *complaints)
{
	unsigned numbers[3] = {0}, parts, count = d->snapshot ? d->snapshot->api.version_count : 0;
	const struct version *newest = NULL;
	d->version = name;
	d->has_major = version_numbers(contract_version(d->new.contract), numbers, &parts);
	d->major = numbers[0];
	d->replaced = ARENA_ARRAY(&d->arena, bool, count + 1);
	for (unsigned i = 0; i < count; i++) {
		const struct version *v = &d->snapshot->api.versions[i];
		d->replaced[i] = name.len ? str_eq(v->name, name) : d->has_major && !v->dated && v->major == d->major;
		if (d->replaced[i] && v->contract.len && (!newest || is_newer(v, newest)))
			newest = v;
		if (d->replaced[i] && name.len) {
			d->has_major = !v->dated;
			d->major = v->major;
		}
	}
	if (newest)
		d->in_force = beside(&d->arena, d->snapshot->file, newest->contract).at;
	for (unsigned i = 0; name.len && count && i < count; i++)
		if (d->replaced[i])
			return true;
	if (name.len && count)
		return diag_error(complaints, (struct place){0}, "--version: the configuration has no version %.*s",
				  STR_ARG(name));
	if (!name.len && !d->has_major)
		return diag_error(
		    complaints, (struct place){d->new.path, 0, 0},
		    "info.version is no semantic version: say with --version which version it takes the place of");
	return true;
}

/* Whether uses of that version are uses of what is replaced. */
static bool is_replaced(const struct deployment *d, struct str version)
{
	unsigned numbers[3], parts;
	for (unsigned i = 0; d->snapshot && i < d->snapshot->api.version_count; i++)
		if (str_eq(d->snapshot->api.versions[i].name, version))
			return d->replaced[i];
	if (d->version.len)
		return str_eq(d->version, version);
	return d->has_major && version_numbers(version, numbers, &parts) && numbers[0] == d->major;
}

/* ---- pacts ---- */

static struct str operation_of(struct deployment *d, struct contract *c, const struct interaction *x, struct str path)
{
	struct provider p = {.contract = c};
	const struct operation *o = c && path.len ? provider_operation(&p, x->request.method, path) : NULL;
	return o ? arena_printf(&d->arena, "%.*s %.*s", STR_ARG(o->method), STR_ARG(o->template)) : STR("");
}

static void judge_interaction(struct deployment *d, const struct pact *pact, const struct interaction *x,
			      struct arena *scratch)
{
	struct concern c = {.kind = CONCERN_ANY, .path = x->request.path, .whole = x->request.path};
	struct about about = {.pact = pact, .interaction = x};
	struct contract *const contracts[] = {d->provider.contract, d->old.contract};
	if (d->selector)
		concern_find(d->selector, pact, x, scratch, &c);
	if (c.kind == CONCERN_UNVERSIONED || c.kind == CONCERN_REFUSED ||
	    (c.kind == CONCERN_VERSION && !d->replaced[c.version->index])) {
		d->elsewhere++;
		return;
	}
	d->judged++;
	about.broken = !concern_judge(&c, &d->provider, pact, x, &d->found);
	for (unsigned i = 0; i < ABOUT_OPERATIONS; i++)
		about.operation[i] = operation_of(d, contracts[i / 2], x, i % 2 ? c.whole : c.path);
	VEC_PUSH(&d->about, about);
}

static void judge_pacts(struct deployment *d)
{
	struct arena scratch;
	arena_init(&scratch, 8192);
	for (size_t i = 0; i < d->pacts.list.len; i++)
		for (unsigned k = 0; k < d->pacts.list.at[i]->count; k++) {
			judge_interaction(d, d->pacts.list.at[i], &d->pacts.list.at[i]->at[k], &scratch);
			arena_reset(&scratch);
		}
	arena_free(&scratch);
}

/* ---- consumers ---- */

/* "GET /orders/{id}" and "GET /orders/{order}" are the same: a name in braces is for people. */
static bool same_operation(struct str a, struct str b)
{
	size_t i = 0, k = 0;
	while (i < a.len && k < b.len) {
		if (a.at[i] != b.at[k])
			return false;
		if (a.at[i] == '{') {
			i += str_find(str_skip(a, i), '}');
			k += str_find(str_skip(b, k), '}');
			continue;
		}
		i++, k++;
	}
	return i >= a.len && k >= b.len;
}

static bool is_about(const struct about *a, struct str operation)
{
	for (unsigned i = 0; i < ABOUT_OPERATIONS; i++)
		if (a->operation[i].len && same_operation(a->operation[i], operation))
			return true;
	return false;
}

/* What the consumer's pacts say of the operation; SEEN_UNKNOWN: nothing. */
static enum seen_verdict by_pacts(const struct deployment *d, const struct usage_row *use)
{
	enum seen_verdict verdict = SEEN_UNKNOWN;
	for (size_t i = 0; i < d->about.len && verdict != SEEN_BROKEN; i++) {
		const struct about *a = &d->about.at[i];
		if (str_eq_nocase(a->pact->consumer, use->consumer) && is_about(a, use->operation))
			verdict = a->broken ? SEEN_BROKEN : SEEN_SATISFIED;
	}
	return verdict;
}

/* The gravest change of an operation that its callers could notice. What is only new, or only words, is none. */
static const struct change *change_of(struct deployment *d, struct str operation)
{
	const struct change *worst = NULL;
	if (!d->compared) {
		comparison_make(&d->difference, d->old.contract, d->old.root, d->new.contract, d->new.root,
				&(struct comparison_options){.now_ms = clock_wall_ms()});
		d->compared = true;
	}
	for (size_t i = 0; i < d->difference.count; i++) {
		const struct change *one = &d->difference.at[i];
		bool noticed = one->level > CHANGE_INFO || one->breaks & PROVIDER_FIRST;
		if (noticed && (!one->operation.len || same_operation(one->operation, operation)) &&
		    (!worst || one->level > worst->level))
			worst = one;
	}
	return worst;
}

static void judge_use(struct deployment *d, const struct usage_row *use)
{
	struct seen s = {.use = use, .verdict = by_pacts(d, use)};
	if (s.verdict == SEEN_UNKNOWN && d->has_old) {
		s.change = change_of(d, use->operation);
		s.verdict = s.change ? SEEN_UNKNOWN : SEEN_UNTOUCHED;
	}
	if (s.verdict == SEEN_UNKNOWN)
		d->gap = s.change ? "cannot tell: a consumer without a pact for it calls what changes"
				  : "cannot tell: a consumer has no pact, and there is no contract in force to compare "
				    "with (--old)";
	VEC_PUSH(&d->seen, s);
}

void deployment_judge(struct deployment *d)
{
	judge_pacts(d);
	if (!d->has_usage)
		return;
	if (d->usage.failed)
		d->gap = "cannot tell: a source of usage did not answer";
	else if (d->usage.cut)
		d->gap = "cannot tell: a source of usage has more rows than it gives";
	for (size_t i = 0; i < d->usage.count; i++) {
		const struct usage_row *use = &d->usage.rows[i];
		if (!use->item.len && use->last_ms >= d->since_ms && is_replaced(d, use->version))
			judge_use(d, use);
	}
}
