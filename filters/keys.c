#include "filters/keys.h"

static struct key_table table_of(const struct key *rows, size_t size, const char *what)
{
	struct key_table t = {.name = what, .keys = rows, .size = size};
	while (rows[t.count].name)
		t.count++;
	return t;
}

void keys_defaults(const struct key *rows, size_t size, void *settings, struct arena *arena)
{
	struct key_table t = table_of(rows, size, NULL);
	key_defaults(&t, settings, arena);
}

bool keys_read(const struct key *rows, size_t size, const char *what, const struct node *mapping, void *settings,
	       struct key_reader *r)
{
	struct key_table t = table_of(rows, size, what);
	if (!mapping || mapping->kind != NODE_MAPPING)
		return key_read(&t, NULL, settings, r);
	struct node *ours = arena_alloc(r->arena, sizeof *ours);
	*ours = *mapping;
	ours->members = ARENA_ARRAY(r->arena, struct member, mapping->count + 1);
	ours->count = 0;
	for (uint32_t i = 0; i < mapping->count; i++)
		if (key_find(&t, mapping->members[i].key.text))
			ours->members[ours->count++] = mapping->members[i];
	return key_read(&t, ours, settings, r);
}

const char *keys_path(struct str file, const char *configuration, struct arena *arena)
{
	struct str folder = str_from(configuration);
	while (folder.len && folder.at[folder.len - 1] != '/')
		folder.len--;
	if (file.len && file.at[0] == '/')
		folder.len = 0;
	return arena_printf(arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(file)).at;
}
