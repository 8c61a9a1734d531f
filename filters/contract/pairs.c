#include "filters/contract/pairs.h"
#include "filters/contract/percent.h"
#include "proxy/base/hash.h"

static bool is_separator(const struct pairs_syntax *syntax, char c)
{
	return c == syntax->separators[0] || (syntax->separators[1] && c == syntax->separators[1]);
}

static uint32_t count_pieces(struct str text, const struct pairs_syntax *syntax)
{
	uint32_t count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += is_separator(syntax, text.at[i]);
	return count;
}

static uint32_t *find_slot(const struct pairs *list, struct str name)
{
	uint32_t i = (uint32_t)hash_local(name) & list->mask;
	while (list->slot[i] && !str_eq(list->at[list->slot[i] - 1].name, name))
		i = (i + 1) & list->mask;
	return &list->slot[i];
}

/* `last` tells, for the first of each name, which is the newest: chains stay in order without being walked. */
static void index_pair(struct pairs *list, uint32_t *last, uint32_t i)
{
	uint32_t *slot = find_slot(list, list->at[i].name);
	if (*slot == 0) {
		*slot = i + 1;
		last[i] = i;
		return;
	}
	uint32_t first = *slot - 1;
	list->at[i].later = true;
	list->at[last[first]].next = i;
	last[first] = i;
}

static void add_piece(struct pairs *list, struct arena *arena, struct str piece, const struct pairs_syntax *syntax)
{
	struct pair *p = &list->at[list->count];
	*p = (struct pair){.next = NO_PAIR};
	if (syntax->trim)
		piece = str_trim(piece);
	if (piece.len == 0)
		return;
	size_t equals = str_find(piece, '=');
	struct str name = str_head(piece, equals);
	p->name = syntax->raw ? name : percent_decoded(arena, name, syntax->plus, &p->malformed);
	p->value = equals < piece.len ? str_skip(piece, equals + 1) : str_of(piece.at + piece.len, 0);
	list->count++;
}

void pairs_read(struct pairs *list, struct arena *arena, struct str text, const struct pairs_syntax *syntax)
{
	uint32_t most = count_pieces(text, syntax);
	list->count = 0;
	if (!text.at)
		text = STR("");
	list->at = arena_alloc(arena, most * sizeof *list->at);
	for (size_t from = 0, i = 0; i <= text.len; i++)
		if (i == text.len || is_separator(syntax, text.at[i])) {
			add_piece(list, arena, str_of(text.at + from, i - from), syntax);
			from = i + 1;
		}
	pairs_index(list, arena);
}

void pairs_index(struct pairs *list, struct arena *arena)
{
	uint32_t slots = 8;
	while (slots < list->count * 2)
		slots *= 2;
	list->slot = ARENA_ARRAY(arena, uint32_t, slots);
	list->mask = slots - 1;
	uint32_t *last = arena_alloc(arena, (list->count + 1) * sizeof *last);
	for (uint32_t i = 0; i < list->count; i++) {
		list->at[i].next = NO_PAIR;
		list->at[i].later = false;
		index_pair(list, last, i);
	}
}

uint32_t pairs_find(const struct pairs *list, struct str name)
{
	return list->count ? *find_slot(list, name) - 1 : NO_PAIR;
}
