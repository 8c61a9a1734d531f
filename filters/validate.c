#include "filters/validate.h"

#include "filters/contract/schema.h"
#include "filters/deprecate.h"
#include "filters/identity.h"
#include "filters/keys.h"
#include "filters/succession.h"
#include "proxy/base/vec.h"

#include <errno.h>
#include <unistd.h>

enum { EVERY_EXCHANGE = 1000000 }; /* parts of `sample` */

/* --- keys --- */

struct contract_keys {
	struct str file, dialect;
};

struct version_settings {
	struct validate validate;
	struct contract_keys contract;
	const struct node *operations;
};

/* An operation has nothing but `validate`. */
struct other_settings {
	struct validate validate;
};

struct top_settings {
	struct validate validate;
	int compat; /* enum succession */
};

static const char *const mode_words[] = {
    [MODE_ENFORCE] = "enforce", [MODE_REPORT] = "report", [MODE_OFF] = "off", NULL};
static const char *const too_large_words[] = {[TOO_LARGE_SKIP] = "skip", [TOO_LARGE_REJECT] = "reject", NULL};
static const char *const compat_words[] = {
    [SUCCESSION_WARN] = "warn", [SUCCESSION_REFUSE] = "refuse", [SUCCESSION_OFF] = "off", NULL};
static const char *const unknown_words[] = {[UNKNOWN_ALLOW] = "allow", [UNKNOWN_REJECT] = "reject", NULL};
static const char *const fills_words[] = {[FILLS_OFF] = "off", [FILLS_REQUESTS] = "requests", NULL};
static const struct key_hint mode_hints[] = {
    {"block", "enforce"}, {"strict", "enforce"}, {"deny", "enforce"},    {"reject", "enforce"}, {"on", "enforce"},
    {"true", "enforce"},  {"log", "report"},     {"log_only", "report"}, {"warn", "report"},    {"shadow", "report"},
    {"audit", "report"},  {"none", "off"},       {"disabled", "off"},    {"false", "off"},      {NULL, NULL}};

static const struct key validate_rows[] = {
    {.name = "requests",
     KEY_AT(WORD, struct validate, requests),
     .words = mode_words,
     .hints = mode_hints,
     .normal = "report",
     .about = "enforce refuses a request that breaks the contract, report notes it, off looks at none"},
    {.name = "responses",
     KEY_AT(WORD, struct validate, responses),
     .words = mode_words,
     .hints = mode_hints,
     .normal = "report",
     .about = "the same for responses; a refused one is answered with 502"},
    {.name = "sample",
     KEY_AT(PERCENT, struct validate, sample),
     .normal = "100%",
     .about = "how many of the exchanges are judged; the others count as unchecked"},
    {.name = "max_body",
     KEY_AT(SIZE, struct validate, max_body),
     .normal = "1MiB",
     .max = INT64_C(1) << 30,
     .about = "the largest body that is kept for judging"},
    {.name = "too_large",
     KEY_AT(WORD, struct validate, too_large),
     .words = too_large_words,
     .normal = "skip",
     .about = "skip passes a larger body unjudged and counts it, reject refuses it in enforce mode, and what is nested too deeply"},
    {.name = "unknown_fields",
     KEY_AT(WORD, struct validate, unknown_fields),
     .words = unknown_words,
     .normal = "allow",
     .about = "reject: an object may hold only the properties that its schema names, unless the schema says otherwise"},
    {.name = "findings",
     KEY_AT(INTEGER, struct validate, findings),
     .normal = "8",
     .min = 1,
     .max = VALIDATE_FINDINGS,
     .about = "how many violations of one message are told, in answers, logs and metrics; 1: the first"},
    {.name = "formats",
     KEY_AT(BOOL, struct validate, formats),
     .normal = "on",
     .about = "whether `format` is checked (date-time, uuid ...)"},
    {.name = "fill_defaults",
     KEY_AT(WORD, struct validate, fill_defaults),
     .words = fills_words,
     .normal = "off",
     .about = "requests: what a JSON object leaves out and the contract has a default for is put in on the way to the backend"},
};
static const struct key_table validate_table = {.name = "validate", KEY_TABLE_OF(struct validate, validate_rows)};

static const struct key contract_rows[] = {
    {.name = "file",
     KEY_AT(STRING, struct contract_keys, file),
     .required = true,
     .about = "the OpenAPI document, relative to the configuration's file"},
    {.name = "dialect",
     KEY_AT(STRING, struct contract_keys, dialect),
     .about = "the dialect of its schemas, where the document does not say: openapi-3.0, openapi-3.1, 2020-12 ..."},
};
static const struct key_table contract_table = {
    .name = "a contract", KEY_TABLE_OF(struct contract_keys, contract_rows), .shorthand = "file"};

const struct key validate_top_keys[] = {
    {.name = "validate",
     KEY_AT(TABLE, struct top_settings, validate),
     .table = &validate_table,
     .about = "how messages are held against their contract"},
    {.name = "compat",
     KEY_AT(WORD, struct top_settings, compat),
     .words = compat_words,
     .normal = "warn",
     .about = "whether contracts of one major must follow each other without a break: warn of it, refuse to load, or off"},
    {0},
};
const struct key validate_version_keys[] = {
    {.name = "validate",
     KEY_AT(TABLE, struct version_settings, validate),
     .table = &validate_table,
     .about = "the same for this version: what is not set is as above"},
    {.name = "contract",
     KEY_AT(TABLE, struct version_settings, contract),
     .table = &contract_table,
     .about = "the OpenAPI document that the version keeps; without one it is routed and not validated"},
    {.name = "operations",
     KEY_AT(NODE, struct version_settings, operations),
     .type = "mapping of operations",
     .about = "settings of single operations, by operationId or by \"METHOD /template\""},
    {0},
};
const struct key validate_operation_keys[] = {
    {.name = "validate",
     KEY_AT(TABLE, struct other_settings, validate),
     .table = &validate_table,
     .about = "the same for this operation: what is not set is as for its version"},
    {0},
};

/* --- contracts --- */

struct loading {
	struct filter_setup *setup;
	struct version *version;
	struct guarded *guarded;
	const char *path;
	struct str dialect;
	bool fills; /* for some operation */
};

/* A default that is filled in now and then would be worse than none. */
static bool check_filling(struct loading *l, const struct validate *v, struct place place)
{
	if (v->fill_defaults == FILLS_OFF)
		return true;
	l->fills = true;
	if (v->requests == MODE_OFF)
		return diag_error(l->setup->diag, place, "fill_defaults needs requests: enforce or report");
	if (v->sample < EVERY_EXCHANGE)
		return diag_error(l->setup->diag, place, "fill_defaults needs sample: 100%%");
	return true;
}

/* The contract compiled for these settings, from the file once for each way to compile it. NULL after errors. */
static const struct contract *variant(struct loading *l, const struct validate *v)
{
	bool closed = v->unknown_fields == UNKNOWN_REJECT;
	struct contract **slot = &l->guarded->variants[(closed ? 1 : 0) | (v->formats ? 2 : 0)];
	const struct contract_options options = {
	    .dialect = l->dialect, .assert_formats = v->formats, .closed_objects = closed};
	if (!*slot)
		*slot = contract_load(l->path, &options, l->setup->diag);
	return *slot;
}

static bool load_contract(struct loading *l, const struct contract_keys *k)
{
	enum dialect ignored;
	struct place place = key_place(l->version->conf, "contract");
	if (k->dialect.at && !dialect_from_word(k->dialect, &ignored))
		return diag_error(l->setup->diag, place, "dialect: \"%.*s\" is none that vane knows",
				  STR_ARG(k->dialect));
	l->dialect = k->dialect;
	l->path = keys_path(k->file, l->setup->file, l->setup->arena);
	if (access(l->path, R_OK) != 0) /* told where the name stands; the engine only knows the file */
		return diag_error(l->setup->diag, place, "contract: %s cannot be read: %s", l->path, strerror(errno));
	l->guarded->base.contract = variant(l, &l->guarded->base.validate);
	if (!l->guarded->base.contract)
		return false;
	if (!l->version->contract.len)
		l->version->contract = k->file;
	l->version->compiled = l->guarded->base.contract;
	identity_offer(l->setup, l->version, contract_version(l->guarded->base.contract), place);
	return true;
}

/* --- operations --- */

static bool unknown_operation(struct loading *l, const struct node *name)
{
	const struct contract *c = l->guarded->base.contract;
	VEC(struct str) names = {0};
	for (uint32_t i = 0; i < contract_operation_count(c); i++) {
		const struct operation *o = contract_operation(c, i);
		if (o->id.len)
			VEC_PUSH(&names, o->id);
		VEC_PUSH(&names, arena_printf(l->setup->arena, "%.*s %.*s", STR_ARG(o->method), STR_ARG(o->template)));
	}
	diag_error(l->setup->diag, tree_place(name), "the contract of version %.*s has no operation \"%.*s\"",
		   STR_ARG(l->version->name), STR_ARG(name->text));
	struct str nearest = diag_nearest(name->text, names.at, names.len);
	if (nearest.len)
		diag_hint(l->setup->diag, "did you mean \"%.*s\"?", STR_ARG(nearest));
	else
		diag_hint(l->setup->diag, "an operationId, or \"METHOD /template\" as in the contract");
	VEC_FREE(&names);
	return false;
}

static bool is_operation_key(struct str name)
{
	static const struct key *const tables[] = {validate_operation_keys, deprecate_operation_keys};
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct key *k = tables[i]; k->name; k++)
			if (str_eq(str_from(k->name), name))
				return true;
	return false;
}

/* Several filters read keys of an operation; what is nobody's is refused here. */
static bool check_keys(struct loading *l, const struct node *operation)
{
	bool good = true;
	for (uint32_t i = 0; i < operation->count; i++) {
		const struct node *key = &operation->members[i].key;
		if (is_operation_key(key->text))
			continue;
		good = diag_error(l->setup->diag, tree_place(key), "\"%.*s\" is not a key of an operation",
				  STR_ARG(key->text));
		diag_hint(l->setup->diag, "its keys are: validate, deprecated, sunset, brownouts");
	}
	return good;
}

static bool load_operation(struct loading *l, const struct member *m)
{
	struct key_reader r = {.arena = l->setup->arena, .diag = l->setup->diag};
	const struct operation *o = contract_operation_named(l->guarded->base.contract, m->key.text);
	if (!o)
		return unknown_operation(l, &m->key);
	if (m->value.kind != NODE_MAPPING)
		return diag_error(r.diag, tree_place(&m->value), "expected a mapping (an operation), found %s",
				  tree_kind_name(&m->value));
	struct rule *rule = &l->guarded->operations[o->index];
	struct other_settings s = {.validate = rule->validate};
	if (!check_keys(l, &m->value) ||
	    !keys_read(validate_operation_keys, sizeof s, "an operation", &m->value, &s, &r))
		return false;
	rule->validate = s.validate;
	rule->contract = variant(l, &s.validate);
	return rule->contract && check_filling(l, &s.validate, tree_place(&m->key));
}

static bool load_operations(struct loading *l, const struct node *n)
{
	struct guarded *g = l->guarded;
	size_t count = contract_operation_count(g->base.contract);
	bool good = true;
	g->operations = ARENA_ARRAY(l->setup->arena, struct rule, count + 1);
	for (size_t i = 0; i < count; i++)
		g->operations[i] = g->base;
	if (!n || n->kind == NODE_NULL)
		return true;
	if (n->kind != NODE_MAPPING)
		return diag_error(l->setup->diag, tree_place(n), "operations: expected a mapping, found %s",
				  tree_kind_name(n));
	for (uint32_t i = 0; i < n->count; i++)
		good &= load_operation(l, &n->members[i]);
	return good;
}

/* --- versions --- */

static bool load_version(struct filter_setup *setup, struct version *v, const struct validate *general,
			 struct guarded *g)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct loading l = {.setup = setup, .version = v, .guarded = g};
	struct version_settings s = {.validate = *general};
	if (!keys_read(validate_version_keys, sizeof s, "a version", v->conf, &s, &r))
		return false;
	g->base.validate = s.validate;
	if (s.contract.file.at)
		return load_contract(&l, &s.contract) &&
		       check_filling(&l, &s.validate, key_place(v->conf, "contract")) &&
		       load_operations(&l, s.operations) &&
		       (!l.fills || contract_check_defaults(g->base.contract, setup->diag));
	if (s.operations && s.operations->count)
		return diag_error(setup->diag, tree_place(s.operations),
				  "version %.*s has no contract, so it has no operations that are known",
				  STR_ARG(v->name));
	return true;
}

static void make_judges(struct filter_setup *setup, struct guards *g)
{
	static const struct judge_limits limits = {0};
	g->judge_count = setup->api->workers + 1;
	g->judges = ARENA_ARRAY(setup->arena, struct judge *, g->judge_count);
	for (unsigned i = 0; i < g->judge_count; i++)
		g->judges[i] = judge_new(&limits);
}

bool validate_load(struct filter_setup *setup, struct guards *g, bool *any)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct top_settings general;
	*g = (struct guards){.version_count = setup->api->version_count};
	*any = false;
	g->versions = ARENA_ARRAY(setup->arena, struct guarded, g->version_count + 1);
	keys_defaults(validate_top_keys, sizeof general, &general, setup->arena);
	bool good = keys_read(validate_top_keys, sizeof general, "the configuration", setup->root, &general, &r);
	for (unsigned i = 0; i < g->version_count; i++) {
		good &= load_version(setup, &setup->api->versions[i], &general.validate, &g->versions[i]);
		*any |= g->versions[i].base.contract != NULL;
	}
	good = good && succession_check(setup, g, (enum succession)general.compat);
	if (good && *any)
		make_judges(setup, g);
	return good;
}

void validate_free(struct guards *g)
{
	for (unsigned i = 0; i < g->version_count; i++)
		for (unsigned k = 0; k < VALIDATE_VARIANTS; k++)
			if (g->versions[i].variants[k])
				contract_free(g->versions[i].variants[k]);
	for (unsigned i = 0; i < g->judge_count; i++)
		judge_free(g->judges[i]);
}
