#include "filters/mirror.h"

#include "filters/keys.h"
#include "filters/validate.h"
#include "proxy/base/vec.h"
#include "proxy/http/token.h"

struct mirror_settings {
	struct str of, header;
	int64_t share, max_body, timeout, concurrent;
	struct key_list methods; /* of struct str */
};

struct version_settings {
	struct mirror_settings mirror;
};

static const struct key mirror_rows[] = {
    {.name = "of", KEY_AT(STRING, struct mirror_settings, of), .required = true,
     .about = "the version whose requests are copied to this one"},
    {.name = "share", KEY_AT(PERCENT, struct mirror_settings, share), .normal = "100%", .about = "of its requests"},
    {.name = "methods", KEY_LIST_AT(STRING, struct mirror_settings, methods), .normal = "[GET, HEAD]",
     .about = "which are copied; others than GET, HEAD and OPTIONS may have effects"},
    {.name = "header", KEY_AT(STRING, struct mirror_settings, header), .normal = "X-Vane-Mirror",
     .about = "the field that marks a copy; its value is the version that was asked for"},
    {.name = "max_body", KEY_AT(SIZE, struct mirror_settings, max_body), .normal = "64KiB", .min = 1, .max = 16 << 20,
     .about = "of a request that is copied, and of answers that are compared"},
    {.name = "concurrent", KEY_AT(INTEGER, struct mirror_settings, concurrent), .normal = "8", .min = 1, .max = 1024,
     .about = "copies under way, for each worker; further ones are dropped and counted"},
    {.name = "timeout", KEY_AT(DURATION, struct mirror_settings, timeout), .normal = "5s", .min = 1, .max = 600000,
     .about = "for a copy, from connecting to the end of its answer"},
};
static const struct key_table mirror_table = {.name = "a mirror", KEY_TABLE_OF(struct mirror_settings, mirror_rows)};

const struct key mirror_version_keys[] = {
    {.name = "mirror", KEY_AT(TABLE, struct version_settings, mirror), .table = &mirror_table,
     .about = "copies of another version's requests, to see what this one would answer"},
    {0},
};

static bool unknown(struct filter_setup *setup, struct place place, struct str name)
{
	VEC(struct str) names = {0};
	for (unsigned i = 0; i < setup->api->version_count; i++)
		VEC_PUSH(&names, setup->api->versions[i].name);
	diag_error(setup->diag, place, "mirror: there is no version %.*s", STR_ARG(name));
	struct str near = diag_nearest(name, names.at, names.len);
	if (near.len)
		diag_hint(setup->diag, "did you mean \"%.*s\"?", STR_ARG(near));
	VEC_FREE(&names);
	return false;
}

static bool read_methods(struct filter_setup *setup, const struct node *n, const struct key_list *list, uint32_t *methods)
{
	const struct str *at = list->at;
	for (size_t i = 0; i < list->count; i++) {
		enum method m = method_of(at[i]);
		if (m == METHOD_OTHER || m == METHOD_CONNECT || m == METHOD_TRACE)
			return diag_error(setup->diag, key_place(n, "methods"), "%.*s is not a method that can be copied",
					  STR_ARG(at[i]));
		*methods |= UINT32_C(1) << m;
	}
	return true;
}

static bool load_contract(struct filter_setup *setup, const struct version *v, struct mirroring *m)
{
	const struct contract_options options = {.assert_formats = true};
	const struct node *n = tree_get(v->conf, STR("contract"));
	const struct node *file = n && n->kind == NODE_MAPPING ? tree_get(n, STR("file")) : n;
	if (!file || file->kind == NODE_NULL)
		return true;
	m->contract = contract_load(keys_path(tree_text(file), setup->file, setup->arena), &options, setup->diag);
	return m->contract != NULL;
}

static bool load_version(struct filter_setup *setup, const struct version *v, struct mirrorings *all)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	const struct node *n = tree_get(v->conf, STR("mirror"));
	struct version_settings s;
	if (!n)
		return true;
	keys_defaults(mirror_version_keys, sizeof s, &s, setup->arena);
	if (!keys_read(mirror_version_keys, sizeof s, "a version", v->conf, &s, &r))
		return false;
	struct place place = key_place(n, "of");
	const struct version *of = api_version(setup->api, s.mirror.of);
	if (!of)
		return unknown(setup, place, s.mirror.of);
	if (of == v)
		return diag_error(setup->diag, place, "version %.*s cannot be a mirror of itself", STR_ARG(v->name));
	struct mirroring *m = &all->versions[of->index];
	if (m->to)
		return diag_error(setup->diag, place, "version %.*s is copied to %.*s already", STR_ARG(of->name),
				  STR_ARG(m->to->name));
	if (!token_valid(s.mirror.header) || known_of(s.mirror.header) != KNOWN_NONE)
		return diag_error(setup->diag, key_place(n, "header"), "\"%.*s\" is no name for a field of one's own",
				  STR_ARG(s.mirror.header));
	*m = (struct mirroring){.to = v, .share = s.mirror.share, .mark = s.mirror.header, .max_body = s.mirror.max_body,
				.timeout = s.mirror.timeout, .concurrent = s.mirror.concurrent};
	return read_methods(setup, n, &s.mirror.methods, &m->methods) && load_contract(setup, v, m);
}

static void make_judges(struct filter_setup *setup, struct mirrorings *all)
{
	static const struct judge_limits limits = {0};
	all->judge_count = setup->api->workers + 1;
	all->judges = ARENA_ARRAY(setup->arena, struct judge *, all->judge_count);
	all->tapes = ARENA_ARRAY(setup->arena, struct tape, all->judge_count * 2);
	for (unsigned i = 0; i < all->judge_count; i++)
		all->judges[i] = judge_new(&limits);
}

bool mirror_load(struct filter_setup *setup, struct mirrorings *all, bool *any)
{
	bool good = true;
	*any = false;
	all->version_count = setup->api->version_count;
	all->versions = ARENA_ARRAY(setup->arena, struct mirroring, all->version_count + 1);
	for (unsigned i = 0; i < all->version_count; i++)
		good &= load_version(setup, &setup->api->versions[i], all);
	for (unsigned i = 0; i < all->version_count; i++)
		*any |= all->versions[i].to != NULL;
	if (good && *any)
		make_judges(setup, all);
	return good;
}
