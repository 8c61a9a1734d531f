#include "proxy/base/vec.h"
#include "proxy/plan/landscape_written.h"
#include "proxy/version.h"

enum { LONGEST_NAME = 100 };

struct reader {
	struct landscape *l;
	struct arena *arena;
	struct diag *diag;
	const struct written *written;
};

static struct written_service *written_of(const struct reader *r, uint32_t service)
{
	return (struct written_service *)r->written->services.at + service;
}

static bool read_range(struct str text, struct range *range)
{
	unsigned numbers[3], parts;
	range->exact = str_starts(text, STR("="));
	if (!version_numbers(str_trim(str_skip(text, range->exact)), numbers, &parts) || parts > 2)
		return false;
	range->major = numbers[0];
	range->minor = numbers[1];
	return true;
}

static bool read_demand(const struct reader *r, const struct word *word, struct demand *d)
{
	struct str rest = word->text;
	struct range *ranges = ARENA_ARRAY(r->arena, struct range, LANDSCAPE_RANGES);
	*d = (struct demand){.text = word->text, .place = word->place, .ranges = ranges};
	do {
		struct str one = str_trim(str_cut(&rest, '|'));
		if (d->range_count == LANDSCAPE_RANGES)
			return diag_error(r->diag, word->place, "more than %d versions in one line", LANDSCAPE_RANGES);
		if (!read_range(one, &ranges[d->range_count++])) {
			diag_error(r->diag, word->place, "expected a version such as 1.2 or =1.2, found \"%.*s\"",
				   STR_ARG(one));
			diag_hint(r->diag, "major and least minor; a patch is not asked for");
			return false;
		}
	} while (rest.at);
	return true;
}

static int newest_first(const void *a, const void *b)
{
	const struct release *x = a, *y = b;
	for (int i = 0; i < 3; i++)
		if (x->number[i] != y->number[i])
			return x->number[i] > y->number[i] ? -1 : 1;
	return x->place.line < y->place.line ? -1 : x->place.line > y->place.line;
}

/* Two names of one version: found side by side once they are sorted. */
static bool check_twice(const struct reader *r, const struct service *s)
{
	bool good = true;
	for (uint32_t i = 1; i < s->count; i++) {
		const struct release *one = &r->l->releases[s->first + i - 1], *two = one + 1;
		if (memcmp(one->number, two->number, sizeof one->number) == 0)
			good = diag_error(r->diag, two->place, "%.*s: %.*s and %.*s are the same version",
					  STR_ARG(s->name), STR_ARG(one->name), STR_ARG(two->name));
	}
	return good;
}

static bool read_release(const struct reader *r, uint32_t service, const struct member *m)
{
	unsigned parts;
	struct release *release = &r->l->releases[r->l->release_count];
	*release = (struct release){.service = service, .name = m->key.text, .place = tree_place(&m->key)};
	if (!version_numbers(m->key.text, release->number, &parts))
		return diag_error(r->diag, release->place, "expected a version such as 1.4 or 1.4.2, found \"%.*s\"",
				  STR_ARG(m->key.text));
	r->l->release_count++;
	r->l->services[service].count++;
	return true;
}

static bool read_releases(const struct reader *r, uint32_t service)
{
	struct service *s = &r->l->services[service];
	const struct key_map *map = &written_of(r, service)->releases;
	bool good = true;
	s->first = r->l->release_count;
	if (!map->count)
		return diag_error(r->diag, s->place, "%.*s has no versions", STR_ARG(s->name));
	if (map->count > LANDSCAPE_VERSIONS)
		return diag_error(r->diag, s->place, "%.*s has more than %d versions", STR_ARG(s->name),
				  LANDSCAPE_VERSIONS);
	if (map->count > LANDSCAPE_RELEASES - r->l->release_count)
		return diag_error(r->diag, s->place, "more than %d versions in all", LANDSCAPE_RELEASES);
	for (size_t i = 0; i < map->count; i++)
		good = read_release(r, service, &map->members[i]) && good;
	qsort(&r->l->releases[s->first], s->count, sizeof *r->l->releases, newest_first);
	return check_twice(r, s) && good;
}

static struct str nearest_service(const struct reader *r, struct str name)
{
	struct str names[LANDSCAPE_SERVICES];
	for (uint32_t i = 0; i < r->l->service_count; i++)
		names[i] = r->l->services[i].name;
	return diag_nearest(name, names, r->l->service_count);
}

static bool find_service(const struct reader *r, const struct node *key, uint32_t *found)
{
	for (*found = 0; *found < r->l->service_count; ++*found)
		if (str_eq(r->l->services[*found].name, key->text))
			return true;
	struct str near = nearest_service(r, key->text);
	diag_error(r->diag, tree_place(key), "there is no service \"%.*s\"", STR_ARG(key->text));
	if (near.len)
		diag_hint(r->diag, "did you mean \"%.*s\"?", STR_ARG(near));
	return false;
}

static bool read_need(const struct reader *r, uint32_t release, const struct member *m, const struct word *word)
{
	struct need *need = &r->l->needs[r->l->need_count];
	*need = (struct need){.release = release};
	if (!find_service(r, &m->key, &need->service))
		return false;
	if (need->service == r->l->releases[release].service)
		return diag_error(r->diag, tree_place(&m->key), "a service cannot require itself");
	if (!read_demand(r, word, &need->demand))
		return false;
	r->l->need_count++;
	return true;
}

/* Of one release: `i` is where it stands in the file. */
static bool read_needs(const struct reader *r, struct release *release, const struct written_release *written)
{
	bool good = true;
	release->contract = written->contract.text;
	release->contract_place = written->contract.place;
	release->first_need = r->l->need_count;
	if (written->needs.count > LANDSCAPE_NEEDS - r->l->need_count)
		return diag_error(r->diag, release->place, "more than %d requirements", LANDSCAPE_NEEDS);
	for (size_t i = 0; i < written->needs.count; i++)
		good = read_need(r, (uint32_t)(release - r->l->releases), &written->needs.members[i],
				 (const struct word *)written->needs.at + i) &&
		       good;
	release->need_count = r->l->need_count - release->first_need;
	return good;
}

static bool read_all_needs(const struct reader *r, const struct service *s, uint32_t service)
{
	const struct key_map *map = &written_of(r, service)->releases;
	bool good = true;
	for (uint32_t i = 0; i < s->count; i++)
		for (size_t j = 0; j < map->count; j++)
			if (str_eq(map->members[j].key.text, r->l->releases[s->first + i].name))
				good = read_needs(r, &r->l->releases[s->first + i],
						  (const struct written_release *)map->at + j) &&
				       good;
	return good;
}

static struct release *release_named(const struct reader *r, const struct service *s, struct str name)
{
	unsigned numbers[3], parts;
	if (!version_numbers(name, numbers, &parts))
		return NULL;
	for (uint32_t i = 0; i < s->count; i++)
		if (memcmp(r->l->releases[s->first + i].number, numbers, sizeof numbers) == 0)
			return &r->l->releases[s->first + i];
	return NULL;
}

static bool not_listed(const struct reader *r, const struct service *s, const struct word *word)
{
	struct buf names = {0};
	for (uint32_t i = 0; i < s->count; i++)
		buf_addf(&names, "%s%.*s", i ? ", " : "", STR_ARG(r->l->releases[s->first + i].name));
	diag_error(r->diag, word->place, "running: %.*s has no version \"%.*s\"", STR_ARG(s->name),
		   STR_ARG(word->text));
	diag_hint(r->diag, "its versions are: %.*s", STR_ARG(buf_str(&names)));
	buf_free(&names);
	return false;
}

static bool read_running(const struct reader *r, struct service *s, const struct key_list *list)
{
	const struct word *words = list->at;
	bool good = true;
	for (size_t i = 0; i < list->count; i++) {
		struct release *release = release_named(r, s, words[i].text);
		if (!release) {
			good = not_listed(r, s, &words[i]);
			continue;
		}
		if (s->runs && s->beside == BESIDE_OFF)
			good = diag_error(r->diag, words[i].place, "running: two versions, and side_by_side is off");
		s->running_place = s->runs ? s->running_place : words[i].place;
		s->runs = release->runs = true;
	}
	return good;
}

static bool read_wishes(const struct reader *r, struct service *s, const struct key_list *list)
{
	const struct word *words = list->at;
	struct demand *wishes = ARENA_ARRAY(r->arena, struct demand, list->count);
	bool good = true;
	s->wishes = wishes;
	for (size_t i = 0; i < list->count; i++) {
		if (!str_eq(words[i].text, STR("none"))) {
			good = read_demand(r, &words[i], &wishes[s->wish_count++]) && good;
			continue;
		}
		s->retired = true;
		s->retired_place = words[i].place;
		if (list->count > 1)
			good = diag_error(r->diag, words[i].place, "wanted: none stands alone");
	}
	return good;
}

/* Names are shown as they are: nothing that a terminal would obey. */
static bool check_name(const struct reader *r, const struct service *s)
{
	bool good = s->name.len > 0 && s->name.len <= LONGEST_NAME;
	for (size_t i = 0; i < s->name.len; i++)
		good &= ascii_alpha(s->name.at[i]) || ascii_digit(s->name.at[i]) || memchr("._-/", s->name.at[i], 4);
	return good ||
	       diag_error(r->diag, s->place, "a service's name has 1 to %d letters, digits and . _ - /", LONGEST_NAME);
}

static bool read_service(const struct reader *r, uint32_t i)
{
	const struct member *m = &r->written->services.members[i];
	struct written_service *w = written_of(r, i);
	struct service *s = &r->l->services[i];
	const struct side *side = w->beside.place.file ? &w->beside : &r->written->beside;
	*s = (struct service){
	    .name = m->key.text, .place = tree_place(&m->key), .beside = side->beside, .beside_place = side->place};
	bool good = check_name(r, s);
	good = read_releases(r, i) && good;
	good = read_running(r, s, &w->running) && good;
	return read_wishes(r, s, &w->wanted) && good;
}

static void set_order(struct landscape *l, struct arena *arena)
{
	uint32_t *order = ARENA_ARRAY(arena, uint32_t, l->service_count), count = 0;
	for (int wished = 1; wished >= 0; wished--)
		for (uint32_t i = 0; i < l->service_count; i++)
			if ((l->services[i].wish_count > 0) == wished)
				order[count++] = i;
	l->order = order;
}

/* At most as many needs as are written. */
static uint32_t needs_written(const struct reader *r)
{
	size_t count = 0;
	for (uint32_t i = 0; i < r->written->services.count; i++) {
		const struct key_map *map = &written_of(r, i)->releases;
		for (size_t j = 0; j < map->count; j++)
			count += ((const struct written_release *)map->at)[j].needs.count;
	}
	return (uint32_t)(count < LANDSCAPE_NEEDS ? count : LANDSCAPE_NEEDS);
}

static bool read_services(const struct reader *r)
{
	struct landscape *l = r->l;
	bool good = true;
	l->services = ARENA_ARRAY(r->arena, struct service, r->written->services.count);
	l->releases = ARENA_ARRAY(r->arena, struct release, LANDSCAPE_RELEASES);
	l->needs = ARENA_ARRAY(r->arena, struct need, needs_written(r));
	for (uint32_t i = 0; i < r->written->services.count; i++, l->service_count++)
		good = read_service(r, i) && good;
	for (uint32_t i = 0; i < l->service_count; i++)
		good = read_all_needs(r, &l->services[i], i) && good;
	set_order(l, r->arena);
	return good;
}

bool landscape_read(const struct node *root, struct landscape *l, struct arena *arena, struct diag *d)
{
	struct written written;
	struct reader r = {l, arena, d, &written};
	struct key_reader keys = {.arena = arena, .diag = d};
	*l = (struct landscape){0};
	key_defaults(&landscape_table, &written, arena);
	if (!key_read(&landscape_table, root, &written, &keys))
		return false;
	if (written.services.count > LANDSCAPE_SERVICES)
		return diag_error(d, key_place(root, "services"), "more than %d services", LANDSCAPE_SERVICES);
	if (!written.services.count)
		return diag_error(d, key_place(root, "services"), "no services");
	return read_services(&r);
}
