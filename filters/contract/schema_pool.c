/* What rules share: texts, names, constants, patterns, hash tables, files. */
#include "filters/contract/schema_compile.h"

/* The same text is kept once. */
uint32_t schema_text(struct schema_set *set, struct str text)
{
	uint64_t key = schema_map_text(0, text);
	const uint32_t *known = schema_map_get(&set->strings, key);
	if (known)
		return *known;
	uint32_t at = (uint32_t)set->program->text.len;
	buf_add(&set->program->text, text);
	schema_map_put(&set->strings, key, at);
	return at;
}

struct name schema_name(struct schema_set *set, struct str text)
{
	return (struct name){(uint32_t)text.len, json_key_hash(text), schema_text(set, text)};
}

uint32_t schema_add_name(struct schema_set *set, struct str text)
{
	VEC_PUSH(&set->program->names, schema_name(set, text));
	return (uint32_t)set->program->names.len - 1;
}

uint32_t schema_constant(struct schema_set *set, const struct node *n)
{
	buf_addc(&set->constants, set->constant_count ? ',' : '[');
	tree_to_json(n, &set->constants);
	return (uint32_t)set->constant_count++;
}

uint32_t schema_pattern(struct compiling *c, const struct node *n, struct str source)
{
	struct schema_set *set = c->set;
	uint64_t key = schema_map_text(0, source);
	const uint32_t *known = schema_map_get(&set->patterns, key);
	struct pattern_error error;
	if (known)
		return *known;
	struct pattern *compiled = pattern_compile(source, &error);
	if (!compiled) {
		c->ok = diag_error(c->diag, tree_place(n), "the pattern is refused at byte %zu: %s", error.offset,
				   error.message);
		return NONE;
	}
	VEC_PUSH(&set->program->patterns, compiled);
	VEC_PUSH(&set->program->pattern_sources, schema_name(set, source));
	schema_map_put(&set->patterns, key, (uint32_t)set->program->patterns.len - 1);
	return (uint32_t)set->program->patterns.len - 1;
}

uint32_t schema_slots(struct schema_set *set, uint32_t count, uint32_t *mask)
{
	struct program *p = set->program;
	uint32_t size = 1, at = (uint32_t)p->slots.len;
	while (size < count * 2)
		size *= 2;
	/* Never full, so that a search for what is not there ends. */
	size = size <= count ? size * 2 : size;
	for (uint32_t i = 0; i < size; i++)
		VEC_PUSH(&p->slots, 0);
	*mask = size - 1;
	return at;
}

uint32_t schema_file(struct schema_set *set, const char *file)
{
	uint64_t key = schema_map_pointer(file ? file : "");
	const uint32_t *known = schema_map_get(&set->file_names, key);
	if (known)
		return *known;
	size_t size = file ? strlen(file) + 1 : 1;
	char *copy = must_alloc(size);
	memcpy(copy, file ? file : "", size);
	VEC_PUSH(&set->program->files, copy);
	schema_map_put(&set->file_names, key, (uint32_t)set->program->files.len - 1);
	return (uint32_t)set->program->files.len - 1;
}
