#include "proxy/http/fields.h"

#include "proxy/http/token.h"

#include <llhttp.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SPARE = 8 };

/* ---- lines as nearly all are ---- */

#ifdef __SSE2__
static inline __m128i sixteen(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline __m128i is_below(__m128i v, char first, char count)
{
	__m128i from = _mm_sub_epi8(v, _mm_set1_epi8(first));
	return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(count - 1))), from);
}
#endif

#ifdef __SSE2__
/* Of sixteen bytes those that stand in a plain name, as bits; and those that end a value. */
static inline unsigned name_bits(const char *at)
{
	__m128i v = sixteen(at), letters = is_below(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26);
	__m128i others = _mm_or_si128(is_below(v, '0', 10), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(letters, others));
}

static inline unsigned end_bits(const char *at)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen(at), _mm_set1_epi8('\r')));
}
#endif

/* Offset of the first byte of `s` from `i` on that cannot stand in a name; letters, digits and '-' sixteen at a time. */
static inline size_t behind_name(struct str s, size_t i)
{
#ifdef __SSE2__
	while (i + 16 <= s.len) {
		unsigned others = ~name_bits(s.at + i) & 0xffff;
		i += others ? (size_t)__builtin_ctz(others) : 16;
		if (others)
			break;
	}
#endif
	while (i < s.len && char_is(s.at[i], CHAR_TOKEN))
		i++;
	return i;
}

/* Offset of the CR that ends the value; the last sixteen bytes of the block are looked at as a whole. */
static inline size_t behind_value(struct str s, size_t i)
{
#ifdef __SSE2__
	for (; i + 16 <= s.len; i += 16) {
		unsigned hits = end_bits(s.at + i);
		if (hits)
			return i + (size_t)__builtin_ctz(hits);
	}
	if (s.len >= 16 && i < s.len) {
		unsigned hits = end_bits(s.at + s.len - 16) >> (i - (s.len - 16));
		return hits ? i + (size_t)__builtin_ctz(hits) : s.len;
	}
#endif
	while (i < s.len && s.at[i] != '\r')
		i++;
	return i;
}

static inline bool is_white(char c)
{
	return c == ' ' || c == '\t';
}

/* A token, a colon, and a value, in every line. The line discipline has been checked, so nothing that llhttp would look for
 * in a value can be there. False: something else stands there, and llhttp is asked. */
static bool split_plain(struct message *m, struct str block, unsigned lines)
{
	size_t at = 0;
	for (; m->count < lines; m->count++) {
		size_t colon = behind_name(block, at);
		if (colon == at || colon == block.len || block.at[colon] != ':')
			return false;
		size_t first = colon + 1, end = behind_value(block, first), last = end;
		while (first < last && is_white(block.at[first]))
			first++;
		while (first < last && is_white(block.at[last - 1]))
			last--;
		m->fields[m->count] = (struct field){str_of(block.at + at, colon - at), str_of(block.at + first, last - first)};
		at = end + 2;
	}
	return at + 2 == block.len;
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
	m->count = 0;
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

static void make_room(struct message *m, struct arena *arena, unsigned lines)
{
	m->cap = lines + SPARE;
	m->fields = arena_alloc(arena, m->cap * (sizeof *m->fields + sizeof *m->ids));
	m->ids = (uint8_t *)(m->fields + m->cap);
}

const char *fields_split(struct message *m, struct arena *arena, struct str block, unsigned lines)
{
	make_room(m, arena, lines);
	const char *why = split_plain(m, block, lines) ? NULL : split_others(m, block, lines);
	if (!why)
		number(m);
	return why;
}

const char *fields_split_by_llhttp(struct message *m, struct arena *arena, struct str block, unsigned lines)
{
	make_room(m, arena, lines);
	const char *why = split_others(m, block, lines);
	if (!why)
		number(m);
	return why;
}
