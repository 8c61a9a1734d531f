#include "proxy/http/h1_parse.h"

#include "proxy/http/fields.h"
#include "proxy/http/lines.h"
#include "proxy/http/rules.h"
#include "proxy/http/start_line.h"

enum { EMPTY_LINES = 2 }; /* before a request line (RFC 9112, 2.2) */

void h1_parser_reset(struct h1_parser *p, enum h1_kind kind, enum method request, const struct h1_limits *limits)
{
	*p = (struct h1_parser){.limits = limits, .kind = kind, .request = request};
}

static enum h1_result fail(struct h1_parser *p, unsigned status, const char *why)
{
	p->status = p->kind == H1_RESPONSE ? 502 : status;
	p->why = why;
	return H1_BAD;
}

static enum h1_result fail_with(struct h1_parser *p, struct fault fault)
{
	return fail(p, fault.status, fault.why);
}

static void next_line(struct h1_parser *p)
{
	p->line = p->at = p->at + 2;
}

/* Scans the line at p->line. H1_DONE: it is complete and p->at is the offset of its CRLF. Limits come before what the
 * byte behind them says, so that the verdict does not depend on how much was there to look at. */
static enum h1_result line(struct h1_parser *p, struct str bytes, bool fold)
{
	enum line_result result = lines_next(bytes, p->line, &p->at, fold);
	if (p->kind == H1_REQUEST && p->fields == 0) {
		struct str seen = str_of(bytes.at + p->line, p->at - p->line);
		struct fault fault = start_line_bounds(seen, p->limits->target_bytes);
		if (fault.status)
			return fail_with(p, fault);
	}
	if (p->at + (result == LINE_END ? 2 : 0) > p->limits->header_bytes)
		return fail(p, 431, "head too large");
	if (result == LINE_BAD)
		return fail(p, 400, "bad line end or control character in the head");
	return result == LINE_MORE ? H1_MORE : H1_DONE;
}

static enum h1_result start_line(struct h1_parser *p, struct str bytes, struct message *m)
{
	struct str text = str_of(bytes.at + p->start, p->at - p->start);
	struct fault fault = p->kind == H1_REQUEST ? start_line_request(m, text) : start_line_response(m, text);
	return fault.status ? fail_with(p, fault) : H1_DONE;
}

/* Finds and parses the start line, once. */
static enum h1_result begin(struct h1_parser *p, struct str bytes, struct message *m)
{
	enum h1_result result = line(p, bytes, false);
	while (result == H1_DONE && p->at == p->line && p->kind == H1_REQUEST && p->start < 2 * EMPTY_LINES) {
		next_line(p);
		p->start = p->line;
		result = line(p, bytes, false);
	}
	if (result != H1_DONE)
		return result;
	result = start_line(p, bytes, m);
	next_line(p);
	p->fields = p->line;
	return result;
}

/* Scans field lines up to the empty line. */
static enum h1_result scan(struct h1_parser *p, struct str bytes)
{
	for (;;) {
		if (p->at == p->line) {
			p->lines += lines_skip(bytes, &p->line, p->limits->fields - p->lines, p->limits->header_bytes);
			p->at = p->line;
		}
		enum h1_result result = line(p, bytes, true);
		if (result != H1_DONE)
			return result;
		bool empty = p->at == p->line;
		next_line(p);
		if (empty)
			return H1_DONE;
		if (++p->lines > p->limits->fields)
			return fail(p, 431, "too many fields");
	}
}

/* What a proxy has to remove from an answer instead of refusing it (RFC 9112, 5.1): white space before a colon. */
static struct str without_space_before_colons(struct arena *arena, struct str block)
{
	char *copy = arena_alloc(arena, block.len), *to = copy;
	while (block.len) {
		struct str line = str_head(block, str_find(block, '\n') + 1);
		size_t colon = str_find(line, ':'), name = colon;
		while (name && name < line.len && (line.at[name - 1] == ' ' || line.at[name - 1] == '\t'))
			name--;
		memcpy(to, line.at, name);
		memcpy(to + name, line.at + colon, line.len - colon);
		to += name + line.len - colon;
		block = str_skip(block, line.len);
	}
	return str_of(copy, (size_t)(to - copy));
}

/* The head is split: what its fields mean together. */
static enum h1_result judge(struct h1_parser *p, struct message *m)
{
	struct fault fault = p->kind == H1_REQUEST ? rules_request(m) : rules_response(m, p->request);
	p->head = p->at;
	return fault.status ? fail_with(p, fault) : H1_DONE;
}

static enum h1_result finish(struct h1_parser *p, struct str bytes, struct arena *arena, struct message *m)
{
	struct str block = str_of(bytes.at + p->fields, p->at - p->fields);
	const char *why = fields_split(m, arena, block, p->lines);
	if (why && p->kind == H1_RESPONSE) {
		m->count = 0;
		why = fields_split(m, arena, without_space_before_colons(arena, block), p->lines);
	}
	return why ? fail(p, 400, why) : judge(p, m);
}

/* A head as nearly all are, complete at once and without anything odd, in one pass over its bytes. False: nothing is said
 * about it, and the steps above are gone through from its first byte. */
static bool take_plain(struct h1_parser *p, struct str bytes, struct arena *arena, struct message *m)
{
	const struct h1_limits *limits = p->limits;
	struct str text = str_head(bytes, bytes.len < limits->header_bytes ? bytes.len : limits->header_bytes);
	size_t end = lines_control(text, 0);
	if (end == 0 || end > limits->target_bytes || !lines_end(text, end))
		return false;
	struct str line = str_head(text, end);
	if ((p->kind == H1_REQUEST ? start_line_request(m, line) : start_line_response(m, line)).status)
		return false;
	size_t head = m->method_name.len > METHOD_BYTES ? 0 : fields_plain(m, arena, text, end + 2, limits->fields);
	if (!head && m->cap)
		arena_give_back(arena, m->ids, m->fields + m->cap);
	if (!head)
		return false;
	p->fields = end + 2;
	p->line = p->at = head;
	p->lines = m->count;
	return true;
}

enum h1_result h1_parse(struct h1_parser *p, struct str bytes, struct arena *arena, struct message *m)
{
	if (p->status)
		return H1_BAD;
	bool resumed = p->fields != 0;
	memset(m, 0, sizeof *m);
	if (p->at == 0) {
		if (take_plain(p, bytes, arena, m))
			return judge(p, m);
		memset(m, 0, sizeof *m);
	}
	enum h1_result result = resumed ? H1_DONE : begin(p, bytes, m);
	if (result == H1_DONE)
		result = scan(p, bytes);
	if (result != H1_DONE)
		return result;
	/* Its slices were of bytes that may have moved since. */
	if (resumed) {
		size_t end = p->at;
		p->at = p->fields - 2;
		result = start_line(p, bytes, m);
		p->at = end;
	}
	return result == H1_DONE ? finish(p, bytes, arena, m) : result;
}

const char *h1_parse_target(struct message *m, enum method method, struct str target)
{
	memset(m, 0, sizeof *m);
	m->method = method;
	m->method_name = method_text(method);
	m->target = target;
	m->minor = 1;
	return start_line_target(m).why;
}
