#include "filters/canary.h"

#include "filters/keys.h"
#include "proxy/http/token.h"

struct ramp_settings {
	int64_t from, to, over, start;
};

struct abort_settings {
	int64_t errors, violations, slower, window, min_requests;
	const struct node *errors_node, *violations_node;
};

struct canary_settings {
	const struct node *backend;
	int64_t weight;
	struct ramp_settings ramp;
	struct abort_settings abort;
	struct str header, cookie, version, salt;
	struct key_list sticky;
};

struct version_settings {
	struct canary_settings canary;
};

/* ---- abort ---- */

/* `1.5x`, up to three decimals, in thousandths. */
static bool read_factor(struct key_reader *r, const struct key *k, const struct node *n, void *field)
{
	struct str text = tree_text(n), fraction = str_ends(text, STR("x")) ? str_head(text, text.len - 1) : STR("");
	struct str whole = str_cut(&fraction, '.');
	uint64_t units = 0, part = 0, scale = 1000;
	bool good = str_to_u64(whole, &units) && units < 1000 && (!fraction.at || str_to_u64(fraction, &part)) &&
		    fraction.len <= 3;
	for (size_t i = 0; i < fraction.len; i++)
		scale /= 10;
	*(int64_t *)field = (int64_t)(units * 1000 + part * scale);
	if (good && *(int64_t *)field > 1000)
		return true;
	diag_error(r->diag, tree_place(n), "%s: not a factor above 1", k->name);
	diag_hint(r->diag, "slower: 1.5x is half as slow again as the stable backend");
	return false;
}

static bool check_abort(struct key_reader *r, const struct node *n, void *settings)
{
	struct abort_settings *a = settings;
	if (!tree_get(n, STR("errors")))
		a->errors = -1;
	if (!tree_get(n, STR("violations")))
		a->violations = -1;
	if (a->errors >= 0 || a->violations >= 0 || a->slower)
		return true;
	diag_error(r->diag, tree_place(n), "an abort without a limit would never happen");
	diag_hint(r->diag, "abort: {errors: 2%%, violations: 1%%, slower: 1.5x}, or some of them");
	return false;
}

static const struct key abort_rows[] = {
    {.name = "errors", KEY_AT(PERCENT, struct abort_settings, errors),
     .about = "the canary's share of 5xx answers, where it is above the stable backend's too"},
    {.name = "violations", KEY_AT(PERCENT, struct abort_settings, violations),
     .about = "its share of answers that break the contract, likewise"},
    {.name = "slower", KEY_AT(CUSTOM, struct abort_settings, slower), .read = read_factor, .type = "factor",
     .schema = "{\"type\":\"string\",\"pattern\":\"^[0-9]+([.][0-9]{1,3})?x$|\\\\$\\\\{\"}",
     .about = "its 99th percentile of response times against the stable backend's, such as 1.5x"},
    {.name = "window", KEY_AT(DURATION, struct abort_settings, window), .normal = "5m", .min = 1000, .max = 86400000,
     .about = "how far back is looked"},
    {.name = "min_requests", KEY_AT(INTEGER, struct abort_settings, min_requests), .normal = "50", .min = 1,
     .max = 1000000000, .about = "answers of the canary within the window, before anything is said"},
};
static const struct key_table abort_table = {
    .name = "a canary's abort", KEY_TABLE_OF(struct abort_settings, abort_rows), .check = check_abort};

/* ---- ramp ---- */

static bool check_ramp(struct key_reader *r, const struct node *n, void *settings)
{
	const struct ramp_settings *ramp = settings;
	if (ramp->to > ramp->from)
		return true;
	diag_error(r->diag, key_place(n, "to"), "a ramp ends above where it begins");
	diag_hint(r->diag, "ramp: {from: 1%%, to: 50%%, over: 2h}");
	return false;
}

static const struct key ramp_rows[] = {
    {.name = "from", KEY_AT(PERCENT, struct ramp_settings, from), .normal = "0%", .about = "the weight at its begin"},
    {.name = "to", KEY_AT(PERCENT, struct ramp_settings, to), .required = true, .about = "the weight at its end"},
    {.name = "over", KEY_AT(DURATION, struct ramp_settings, over), .required = true, .min = 1000,
     .about = "how long it takes"},
    {.name = "start", KEY_AT(TIME, struct ramp_settings, start),
     .about = "when it begins, the same for every process; without it, when this section comes into force"},
};
static const struct key_table ramp_table = {
    .name = "a canary's ramp", KEY_TABLE_OF(struct ramp_settings, ramp_rows), .check = check_ramp};

/* ---- the canary ---- */

static bool check_steps(struct key_reader *r, struct place place, int64_t ppm)
{
	if (ppm % SPLIT_STEP == 0)
		return true;
	diag_error(r->diag, place, "a weight is given in steps of 0.01%%");
	return false;
}

static bool check_names(struct key_reader *r, const struct node *n, const struct canary_settings *c)
{
	if (!token_valid(c->header))
		return diag_error(r->diag, key_place(n, "header"), "\"%.*s\" is no name of a field", STR_ARG(c->header));
	if (c->cookie.len && !token_valid(c->cookie))
		return diag_error(r->diag, key_place(n, "cookie"), "\"%.*s\" is no name of a cookie", STR_ARG(c->cookie));
	return true;
}

static bool check_canary(struct key_reader *r, const struct node *n, void *settings)
{
	const struct canary_settings *c = settings;
	if (tree_get(n, STR("weight")) && tree_get(n, STR("ramp"))) {
		diag_error(r->diag, key_place(n, "ramp"), "a canary has a weight or a ramp, not both");
		diag_hint(r->diag, "without `weight`, the ramp gives it");
		return false;
	}
	return check_names(r, n, c) && check_steps(r, key_place(n, "weight"), c->weight) &&
	       check_steps(r, key_place(n, "ramp"), c->ramp.from) && check_steps(r, key_place(n, "ramp"), c->ramp.to);
}

static const struct key canary_rows[] = {
    {.name = "backend", KEY_AT(NODE, struct canary_settings, backend), .required = true, .type = "backend",
     .about = "where the canary is served, as a version's `backend` has it"},
    {.name = "weight", KEY_AT(PERCENT, struct canary_settings, weight), .normal = "0%",
     .about = "the share of requests that go there, in steps of 0.01%"},
    {.name = "ramp", KEY_AT(TABLE, struct canary_settings, ramp), .table = &ramp_table,
     .about = "a weight that grows by itself, instead of `weight`"},
    {.name = "header", KEY_AT(STRING, struct canary_settings, header), .normal = "X-Canary",
     .about = "the request field that asks for the canary (always) or for the stable backend (never), before the weight"},
    {.name = "cookie", KEY_AT(STRING, struct canary_settings, cookie),
     .about = "a cookie that may say the same"},
    {.name = "version", KEY_AT(STRING, struct canary_settings, version),
     .about = "a name such as 2.1-rc: a request that asks for this version gets the canary"},
    {.name = "sticky", KEY_LIST_AT(CUSTOM, struct canary_settings, sticky), .item_size = sizeof(struct sticky),
     .read = sticky_read, .normal = "consumer", .type = "consumer | {header} | {cookie} | address | none",
     .schema = "{\"anyOf\":[{\"enum\":[\"consumer\",\"address\",\"none\"]},{\"type\":\"object\",\"maxProperties\":1},"
	       "{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"}]}",
     .about = "what keeps requests on one side of the weight: the first of these that a request has, else each on its own"},
    {.name = "salt", KEY_AT(STRING, struct canary_settings, salt),
     .about = "mixed into the split; default: the api's name, a slash and the version's name"},
    {.name = "abort", KEY_AT(TABLE, struct canary_settings, abort), .table = &abort_table,
     .about = "when the weight is pulled to 0% without asking"},
};
static const struct key_table canary_table = {
    .name = "a canary", KEY_TABLE_OF(struct canary_settings, canary_rows), .check = check_canary};

const struct key canary_version_keys[] = {
    {.name = "canary", KEY_AT(TABLE, struct version_settings, canary), .table = &canary_table,
     .about = "a second backend of this version that gets a share of its requests"},
    {0},
};

/* A request must not get another version, or the same one, by a name that already says something. */
static bool offer_name(struct filter_setup *setup, struct version *v, struct str name)
{
	unsigned numbers[3], parts;
	struct place place = key_place(tree_get(v->conf, STR("canary")), "version");
	if (!name.len)
		return true;
	if (version_numbers(name, numbers, &parts) || api_version(setup->api, name) || name.len > 64) {
		diag_error(setup->diag, place, "a canary cannot be called %.*s: that asks for a version already",
			   STR_ARG(name));
		diag_hint(setup->diag, "such as 2.1-rc");
		return false;
	}
	v->canary_name = name;
	return true;
}

/* Without a contract nothing breaks one, and the limit would never be crossed. */
static bool check_violations(const struct filter_setup *setup, const struct version *v, const struct node *abort)
{
	if (!abort || !tree_get(abort, STR("violations")) || tree_get(v->conf, STR("contract")))
		return true;
	diag_error(setup->diag, key_place(abort, "violations"), "version %.*s has no contract that its canary could break",
		   STR_ARG(v->name));
	diag_hint(setup->diag, "add `contract: openapi.yaml` to the version, or watch `errors` only");
	return false;
}

static void add_guard(const struct filter_setup *setup, struct lever *lever, const struct abort_settings *a)
{
	const struct guard_limits limits = {.errors = a->errors, .violations = a->violations, .slower = a->slower,
					    .window_ms = a->window, .min_requests = a->min_requests};
	if (lever && !lever->guard)
		lever->guard = guard_new(&limits, setup->api->workers);
}

static bool load_version(struct filter_setup *setup, unsigned index, struct canary *c)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct version *v = &setup->api->versions[index];
	struct version_settings s;
	const struct node *n = tree_get(v->conf, STR("canary"));
	if (!n)
		return true;
	if (n->kind == NODE_SEQUENCE)
		return diag_error(setup->diag, tree_place(n), "a version has one canary, not a list of them");
	keys_defaults(canary_version_keys, sizeof s, &s, setup->arena);
	if (!keys_read(canary_version_keys, sizeof s, "a version", v->conf, &s, &r))
		return false;
	const struct canary_settings *read = &s.canary;
	*c = (struct canary){.here = true, .weight = read->weight, .has_ramp = tree_get(n, STR("ramp")) != NULL,
			     .ramp = {read->ramp.from, read->ramp.to, read->ramp.over}, .ramp_start = read->ramp.start,
			     .header = read->header, .cookie = read->cookie, .salt = read->salt,
			     .sticky = read->sticky.at, .sticky_count = read->sticky.count,
			     .lever = setup->levers ? setup->levers[index].canary : NULL};
	if (!c->salt.len)
		c->salt = arena_printf(setup->arena, "%.*s/%.*s", STR_ARG(setup->api->name), STR_ARG(v->name));
	if (tree_get(n, STR("abort")))
		add_guard(setup, c->lever, &read->abort);
	return check_violations(setup, v, tree_get(n, STR("abort"))) && offer_name(setup, v, read->version);
}

bool canary_load(struct filter_setup *setup, struct canaries *c, bool *any)
{
	bool good = true;
	*any = false;
	c->versions = ARENA_ARRAY(setup->arena, struct canary, setup->api->version_count + 1);
	for (unsigned i = 0; i < setup->api->version_count; i++) {
		good &= load_version(setup, i, &c->versions[i]);
		*any |= c->versions[i].here;
	}
	return good;
}
