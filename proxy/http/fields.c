#include "proxy/http/fields.h"

#include <llhttp.h>

enum { SPARE = 8 };

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

static void number(struct message *m)
{
	for (uint32_t i = 0; i < m->count; i++) {
		enum known id = known_of(m->fields[i].name);
		m->ids[i] = (uint8_t)id;
		if (id == KNOWN_NONE)
			continue;
		if (m->known[id])
			m->repeated |= KNOWN_BIT(id);
		else
			m->known[id] = (uint16_t)(i + 1);
	}
}

const char *fields_split(struct message *m, struct arena *arena, struct str block, unsigned lines)
{
	m->cap = lines + SPARE;
	m->fields = arena_alloc(arena, m->cap * (sizeof *m->fields + sizeof *m->ids));
	m->ids = (uint8_t *)(m->fields + m->cap);
	struct split s = {m, lines};
	llhttp_t parser = *behind_start_line();
	parser.data = &s;
	llhttp_errno_t error = llhttp_execute(&parser, block.at, block.len);
	if (error == HPE_PAUSED && m->count == lines && llhttp_get_error_pos(&parser) == block.at + block.len) {
		number(m);
		return NULL;
	}
	return error == HPE_INVALID_HEADER_TOKEN ? "bad field line" : "bad field section";
}
