#include "proxy/http/fields.h"

#include "proxy/http/known.h"
#include "proxy/http/lines.h"
#include "proxy/http/token.h"

#include <llhttp.h>

enum { SPARE = 8, USUAL = 32 };

/* ---- lines as nearly all are ---- */

/* The number of the token at offset `at`, whose first *len bytes are known to be one; *len: of all of it. */
static enum known unusual_name(struct str text, size_t at, size_t *len)
{
	while (at + *len < text.len && char_is(text.at[at + *len], CHAR_TOKEN))
		++*len;
	return known_of(str_of(text.at + at, *len));
}

/* The length and the number of the token at offset `at`: both from the same sixteen bytes, where it has no more. */
static inline enum known name_at(const struct known_table *known, struct str text, size_t at, size_t *len)
{
	*len = 0;
#ifdef __SSE2__
	if (at + 16 <= text.len) {
		__m128i v = sixteen_at(text.at + at), lower = sixteen_lower(v);
		*len = (size_t)__builtin_ctz(~sixteen_words(v, lower)); /* 16 where all are: the bits above are none of them */
		if (*len && *len < 16 && text.at[at + *len] == ':')
			return known_short(known, text.at + at, *len, lower);
	}
#endif
	(void)known;
	return unusual_name(text, at, len);
}

/* In a value, where no other control character is. */
static inline bool is_white(char c)
{
	return (unsigned char)c <= ' ';
}

static inline struct str trimmed(const char *first, const char *last)
{
	while (first < last && is_white(*first))
		first++;
	while (first < last && is_white(last[-1]))
		last--;
	return str_of(first, (size_t)(last - first));
}

/* A token, a colon, and bytes that are no controls, in every line, so that nothing is left that llhttp would look for. */
size_t fields_plain(struct message *m, struct arena *arena, struct str text, size_t at, unsigned most)
{
	const struct known_table *known = known_table();
	uint64_t present = 0, repeated = 0; /* of m, where the compiler may keep them */
	uint32_t count = 0;
	if (!m->cap)
		message_make_room(m, arena, USUAL + SPARE);
	for (; at + 2 <= text.len && text.at[at] != '\r'; count++) {
		size_t len;
		enum known id = name_at(known, text, at, &len);
		size_t colon = at + len, end = lines_control(text, colon + 1);
		if (len == 0 || !lines_end(text, end) || text.at[colon] != ':' || count == most)
			return 0;
		if (count == m->cap) {
			m->count = count;
			message_grow(m, arena);
		}
		m->fields[count] = (struct field){str_of(text.at + at, len), trimmed(text.at + colon + 1, text.at + end)};
		m->ids[count] = (uint8_t)id;
		if (id != KNOWN_NONE) {
			uint64_t bit = KNOWN_BIT(id), again = present & bit;
			repeated |= again;
			present |= bit;
			if (!again)
				m->known[id] = (uint16_t)(count + 1);
		}
		at = end + 2;
	}
	m->count = count;
	m->present = present;
	m->repeated = repeated;
	if (count + SPARE < m->cap) {
		arena_give_back(arena, m->fields + count + SPARE, m->fields + m->cap);
		m->cap = count + SPARE;
	}
	return lines_end(text, at) ? at + 2 : 0;
}

/* ---- all others ---- */

struct split {
	struct message *m;
	unsigned lines;
};

static int name_seen(llhttp_t *parser, const char *at, size_t len)
{
	struct split *s = parser->data;
	struct message *m = s->m;
	/* 8.1 takes a line that begins with its colon. */
	if (len == 0 || m->count == s->lines)
		return HPE_USER;
	m->fields[m->count++] = (struct field){{at, len}, {at + len, 0}};
	/* Else llhttp would act on Content-Length, Transfer-Encoding, Connection and Upgrade by rules of its own, which
	 * differ from release to release; 0 is its word for "an ordinary field". */
	parser->header_state = 0;
	return 0;
}

static int value_seen(llhttp_t *parser, const char *at, size_t len)
{
	struct split *s = parser->data;
	if (s->m->count == 0)
		return HPE_USER;
	s->m->fields[s->m->count - 1].value = str_trim((struct str){at, len});
	return 0;
}

static int block_ended(llhttp_t *parser)
{
	(void)parser;
	return HPE_PAUSED;
}

/* llhttp begins with a start line, and knows only the methods of its list. Start lines are ours (start_line.c), so each
 * block begins from a parser that has just read a harmless one; the struct is plain data and may be copied between two
 * calls of llhttp_execute. */
static const llhttp_t *behind_start_line(void)
{
	static const struct str start = STR_INIT("GET / HTTP/1.1\r\n");
	static _Thread_local llhttp_settings_t settings;
	static _Thread_local llhttp_t parser;
	static _Thread_local bool ready;
	if (!ready) {
		llhttp_settings_init(&settings);
		settings.on_header_field = name_seen;
		settings.on_header_value = value_seen;
		settings.on_headers_complete = block_ended;
		llhttp_init(&parser, HTTP_REQUEST, &settings);
		CHECK(llhttp_execute(&parser, start.at, start.len) == HPE_OK);
		ready = true;
	}
	return &parser;
}

static const char *split_others(struct message *m, struct str block, unsigned lines)
{
	struct split s = {m, lines};
	llhttp_t parser = *behind_start_line();
	parser.data = &s;
	llhttp_errno_t error = llhttp_execute(&parser, block.at, block.len);
	if (error == HPE_PAUSED && m->count == lines && llhttp_get_error_pos(&parser) == block.at + block.len)
		return NULL;
	return error == HPE_INVALID_HEADER_TOKEN ? "bad field line" : "bad field section";
}

static void number(struct message *m)
{
	for (uint32_t i = 0; i < m->count; i++) {
		enum known id = known_of(m->fields[i].name);
		m->ids[i] = (uint8_t)id;
		if (id == KNOWN_NONE)
			continue;
		message_note(m, id, i);
	}
}

static void forget(struct message *m)
{
	m->count = 0;
	m->present = m->repeated = 0;
	memset(m->known, 0, sizeof m->known);
}

const char *fields_split(struct message *m, struct arena *arena, struct str block, unsigned lines)
{
	message_make_room(m, arena, lines + SPARE);
	if (fields_plain(m, arena, block, 0, lines) == block.len && m->count == lines)
		return NULL;
	forget(m);
	const char *why = split_others(m, block, lines);
	if (!why)
		number(m);
	return why;
}

const char *fields_split_by_llhttp(struct message *m, struct arena *arena, struct str block, unsigned lines)
{
	message_make_room(m, arena, lines + SPARE);
	const char *why = split_others(m, block, lines);
	if (!why)
		number(m);
	return why;
}
