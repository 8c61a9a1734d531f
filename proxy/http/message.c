#include "proxy/http/message.h"

#define NAME_ENTRY(name) [METHOD_##name] = STR_INIT(#name),
static const struct str methods[METHOD_COUNT] = {STR_INIT(""), METHODS(NAME_ENTRY)};
#undef NAME_ENTRY

_Static_assert(KNOWN_COUNT < 64, "a set of known fields is one word");

struct str method_text(enum method method)
{
	return methods[method];
}

enum method method_of(struct str name)
{
	for (unsigned i = METHOD_OTHER + 1; i < METHOD_COUNT; i++)
		if (str_eq(methods[i], name))
			return (enum method)i;
	return METHOD_OTHER;
}

bool method_is_idempotent(enum method method)
{
	static const unsigned set = 1u << METHOD_GET | 1u << METHOD_HEAD | 1u << METHOD_OPTIONS | 1u << METHOD_TRACE |
				    1u << METHOD_PUT | 1u << METHOD_DELETE;
	return set >> method & 1;
}

struct str message_get(const struct message *m, struct str name)
{
	size_t i = message_find(m, name, 0);
	return i < m->count ? m->fields[i].value : (struct str){NULL, 0};
}

size_t message_find(const struct message *m, struct str name, size_t from)
{
	while (from < m->count && !str_eq_nocase(m->fields[from].name, name))
		from++;
	return from < m->count ? from : m->count;
}

size_t message_find_as(const struct message *m, struct str name, enum known id, size_t from)
{
	if (id != KNOWN_NONE && !(m->present & KNOWN_BIT(id)))
		return m->count;
	for (; from < m->count; from++)
		if (message_id(m, from) == id && (id != KNOWN_NONE || str_eq_nocase(m->fields[from].name, name)))
			return from;
	return m->count;
}

struct str message_origin_target(const struct message *m)
{
	if (m->form != TARGET_ABSOLUTE)
		return m->target;
	return str_skip(m->target, (size_t)(m->path.at - m->target.at));
}

static void rebase(struct str *s, const char *from, size_t len, const char *to)
{
	uintptr_t offset = (uintptr_t)s->at - (uintptr_t)from;
	/* Behind the end only empty slices may stand; whatever has bytes there is somebody else's. NULL is far away. */
	if (offset < len || (offset == len && s->len == 0))
		s->at = to + offset;
}

void message_rebase(struct message *m, const char *from, size_t len, const char *to)
{
	struct str *slices[] = {&m->method_name, &m->target, &m->path, &m->query, &m->authority, &m->reason};
	for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
		rebase(slices[i], from, len, to);
	for (uint32_t i = 0; i < m->count; i++) {
		rebase(&m->fields[i].name, from, len, to);
		rebase(&m->fields[i].value, from, len, to);
	}
}

void message_make_room(struct message *m, struct arena *a, uint32_t cap)
{
	size_t ids = (cap + 15) & ~(size_t)15;
	m->ids = arena_alloc(a, ids + cap * sizeof *m->fields);
	m->fields = (struct field *)(void *)(m->ids + ids);
	m->cap = cap;
}

void message_grow(struct message *m, struct arena *a)
{
	const struct field *fields = m->fields;
	const uint8_t *ids = m->ids;
	message_make_room(m, a, m->cap ? m->cap * 2 : 16);
	if (m->count) {
		memcpy(m->fields, fields, m->count * sizeof *fields);
		memcpy(m->ids, ids, m->count);
	}
}

void message_add(struct message *m, struct arena *a, struct str name, struct str value)
{
	if (m->count == m->cap)
		message_grow(m, a);
	enum known id = known_of(name);
	m->fields[m->count] = (struct field){name, value};
	m->ids[m->count++] = (uint8_t)id;
	if (id != KNOWN_NONE)
		message_note(m, id, m->count - 1);
}
