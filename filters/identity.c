#include "filters/identity.h"

#include "filters/keys.h"
#include "proxy/base/clock.h"

struct version_settings {
	struct str semver;
};

const struct key identity_keys[] = {
    {.name = "semver",
     KEY_AT(STRING, struct version_settings, semver),
     .type = "semantic version",
     .about = "the full number of the version, such as 1.4.2; default: the contract's info.version, else the name"},
    {0},
};

static bool is_day(struct str text)
{
	int64_t ms;
	return text.len == 10 && clock_parse(text, &ms);
}

/* "1.4.2", also with what semver puts behind it ("-rc.1+5"), which does not take part in choosing. */
static bool read_semver(struct str text, unsigned numbers[3])
{
	unsigned parts;
	size_t end = str_find(text, '-'), plus = str_find(text, '+');
	return version_numbers(str_head(text, end < plus ? end : plus), numbers, &parts);
}

static void set_numbers(struct filter_setup *setup, struct version *v, const unsigned numbers[3])
{
	v->major = numbers[0];
	v->minor = numbers[1];
	v->patch = numbers[2];
	v->semver = arena_printf(setup->arena, "%u.%u.%u", v->major, v->minor, v->patch);
}

/* The parts that the name gives must be those of the number: v1 is 1.x.x, v1.4 is 1.4.x. */
static bool name_allows(const struct version *v, const unsigned numbers[3])
{
	unsigned named[3], parts;
	if (!version_numbers(v->name, named, &parts))
		return true;
	for (unsigned i = 0; i < parts; i++)
		if (named[i] != numbers[i])
			return false;
	return true;
}

void identity_offer(struct filter_setup *setup, struct version *v, struct str info_version, struct place place)
{
	unsigned numbers[3];
	if (tree_get(v->conf, STR("semver")) || is_day(v->name) || is_day(info_version) ||
	    !read_semver(info_version, numbers))
		return;
	if (name_allows(v, numbers)) {
		set_numbers(setup, v, numbers);
		return;
	}
	diag_warn(setup->diag, place, "version %.*s has a contract whose info.version is %.*s; the name counts",
		  STR_ARG(v->name), STR_ARG(info_version));
	diag_hint(setup->diag, "is it the right contract? `semver:` of the version says its number");
}

static bool from_key(struct filter_setup *setup, struct version *v, struct str text)
{
	unsigned numbers[3];
	struct place place = key_place(v->conf, "semver");
	if (v->dated)
		return diag_error(setup->diag, place, "version %.*s is a date and has no semver", STR_ARG(v->name));
	if (!read_semver(text, numbers))
		return diag_error(setup->diag, place, "semver: \"%.*s\" is not a semantic version such as 1.4.2",
				  STR_ARG(text));
	if (!name_allows(v, numbers)) {
		diag_error(setup->diag, place, "version %.*s cannot have the semver %.*s", STR_ARG(v->name),
			   STR_ARG(text));
		diag_hint(setup->diag, "name it v%u, or give it a semver that begins as its name does", numbers[0]);
		return false;
	}
	set_numbers(setup, v, numbers);
	return true;
}

static bool from_name(struct filter_setup *setup, struct version *v)
{
	unsigned numbers[3], parts;
	if (v->dated) {
		v->semver = v->name;
		return true;
	}
	if (version_numbers(v->name, numbers, &parts)) {
		set_numbers(setup, v, numbers);
		return true;
	}
	diag_error(setup->diag, v->place,
		   "the name %.*s is neither a number nor a date, and nothing else tells the version's number",
		   STR_ARG(v->name));
	diag_hint(setup->diag, "add `semver: 1.0.0` to it, or a contract whose info.version is a number");
	return false;
}

/* identity_offer, or whoever made the api, has found it before. */
static bool from_contract(struct filter_setup *setup, struct version *v)
{
	unsigned numbers[3];
	if (!read_semver(v->semver, numbers))
		return from_name(setup, v);
	set_numbers(setup, v, numbers);
	return true;
}

static bool resolve(struct filter_setup *setup, struct version *v)
{
	struct key_reader r = {.arena = setup->arena, .diag = setup->diag};
	struct version_settings settings = {{NULL, 0}};
	v->dated = is_day(v->name);
	if (!keys_read(identity_keys, sizeof settings, "a version", v->conf, &settings, &r))
		return false;
	if (settings.semver.len)
		return from_key(setup, v, settings.semver);
	if (v->dated || !v->semver.len)
		return from_name(setup, v);
	return from_contract(setup, v);
}

static bool differ(struct filter_setup *setup, const struct version *a, const struct version *b)
{
	if (a->dated != b->dated || !str_eq(a->semver, b->semver))
		return true;
	diag_error(setup->diag, b->place, "versions %.*s and %.*s have the same number, %.*s", STR_ARG(a->name),
		   STR_ARG(b->name), STR_ARG(b->semver));
	diag_hint(setup->diag, "a `semver` of its own tells them apart");
	return false;
}

bool identity_resolve(struct filter_setup *setup)
{
	struct api *api = setup->api;
	bool good = true;
	for (unsigned i = 0; i < api->version_count; i++)
		good &= resolve(setup, &api->versions[i]);
	for (unsigned i = 0; good && i < api->version_count; i++)
		for (unsigned k = 0; k < i; k++)
			good &= differ(setup, &api->versions[k], &api->versions[i]);
	return good;
}
