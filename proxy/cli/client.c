#include "proxy/cli/client.h"

#include "conf/unit.h"
#include "proxy/body.h"
#include "proxy/http/h1_parse.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { SECONDS = 10, MOST_BYTES = 256 << 20, READ_BYTES = 65536 };

static bool failed(struct buf *why, const char *address, const char *what)
{
	buf_addf(why, "%s: %s", address, what);
	return false;
}

static void limit_time(int fd)
{
	struct timeval limit = {.tv_sec = SECONDS};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

static int connect_unix(struct str path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (path.len >= sizeof to.sun_path)
		return -1;
	memcpy(to.sun_path, path.at, path.len);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	limit_time(fd);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int connect_tcp(const struct address *a)
{
	char host[256], port[8];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	int fd = -1;
	snprintf(host, sizeof host, "%.*s", STR_ARG(a->host.len ? a->host : STR("127.0.0.1")));
	snprintf(port, sizeof port, "%u", a->port);
	if (getaddrinfo(host, port, &hints, &found) != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		limit_time(fd);
		if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
			int error = errno;
			close(fd);
			errno = error;
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

static bool send_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes = str_skip(bytes, (size_t)sent);
	}
	return true;
}

/* An answer as it comes in: bytes are kept from the start of its head on. */
struct receiving {
	struct h1_parser parser;
	struct message m;
	struct body body;
	struct arena arena;
	struct buf bytes;
	size_t at; /* of the body that was read */
	bool has_head, no_body;
	enum body_state state;
};

/* The head, once it is whole; interim ones are dropped. False: it is none. */
static bool read_head(struct receiving *r)
{
	static const struct h1_limits limits = {.header_bytes = 65536, .target_bytes = 8192, .fields = 1000};
	while (!r->has_head && r->bytes.len) {
		enum h1_result result = h1_parse(&r->parser, buf_str(&r->bytes), &r->arena, &r->m);
		if (result != H1_DONE)
			return result == H1_MORE;
		size_t head = r->parser.head;
		if (r->m.status >= 200) {
			struct str kept = arena_dup(&r->arena, str_head(buf_str(&r->bytes), head));
			message_rebase(&r->m, r->bytes.at, head, kept.at); /* the bytes move as they grow */
			r->has_head = true;
			r->at = head;
			body_begin(&r->body, &r->m, 0, &r->arena);
			break;
		}
		buf_consume(&r->bytes, head);
		h1_parser_reset(&r->parser, H1_RESPONSE, r->no_body ? METHOD_HEAD : METHOD_GET, &limits);
		r->m = (struct message){0};
	}
	return true;
}

/* What came of the body; r->state says whether more must. */
static bool read_more(struct receiving *r, struct buf *body)
{
	struct str part;
	if (!read_head(r))
		return false;
	if (!r->has_head)
		return true;
	struct str rest = str_skip(buf_str(&r->bytes), r->at);
	while ((r->state = body_read(&r->body, &rest, &part)) == BODY_PART)
		buf_add(body, part);
	r->at = r->bytes.len - rest.len;
	return r->state != BODY_BAD;
}

/* Until the answer is whole, or the other side ends: servers need not close. NULL, or what is wrong. */
static const char *receive(int fd, struct receiving *r, struct buf *body)
{
	static const struct h1_limits limits = {.header_bytes = 65536, .target_bytes = 8192, .fields = 1000};
	r->state = BODY_MORE;
	h1_parser_reset(&r->parser, H1_RESPONSE, r->no_body ? METHOD_HEAD : METHOD_GET, &limits);
	while (!(r->has_head && r->state == BODY_DONE)) {
		ssize_t got = recv(fd, buf_reserve(&r->bytes, READ_BYTES), READ_BYTES, 0);
		if (got < 0)
			return errno == EAGAIN ? "no answer within ten seconds" : strerror(errno);
		r->bytes.len += (size_t)got;
		if (r->bytes.len > MOST_BYTES || (got && !read_more(r, body)))
			return "the answer is not whole, well-formed HTTP";
		if (!got && !(r->has_head && body_end(&r->body)))
			return "the answer is not whole, well-formed HTTP";
		if (!got)
			break;
	}
	return NULL;
}

static void keep_fields(struct receiving *r, struct client_fields *fields)
{
	fields->at = ARENA_ARRAY(&fields->arena, struct field, r->m.count);
	fields->count = r->m.count;
	for (uint32_t i = 0; i < r->m.count; i++)
		fields->at[i] = (struct field){arena_dup(&fields->arena, r->m.fields[i].name),
					       arena_dup(&fields->arena, r->m.fields[i].value)};
}

static bool is_ours(struct str name)
{
	static const char *const names[] = {
	    "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade", "TE", "Trailer"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(name, str_from(names[i])))
			return true;
	return false;
}

static void write_request(struct buf *out, const struct client_request *r, struct str prefix, struct str host)
{
	bool named = false, sends = !str_eq(r->method, STR("GET")) && !str_eq(r->method, STR("HEAD"));
	buf_addf(out, "%.*s %.*s%.*s HTTP/1.1\r\nConnection: close\r\n", STR_ARG(r->method), STR_ARG(prefix),
		 STR_ARG(prefix.len || r->path.len ? r->path : STR("/")));
	for (size_t i = 0; i < r->field_count; i++) {
		named |= str_eq_nocase(r->fields[i].name, STR("Host"));
		if (!is_ours(r->fields[i].name))
			buf_addf(out, "%.*s: %.*s\r\n", STR_ARG(r->fields[i].name), STR_ARG(r->fields[i].value));
	}
	if (!named)
		buf_addf(out, "Host: %.*s\r\n", STR_ARG(host));
	if (r->body.len || sends)
		buf_addf(out, "Content-Length: %zu\r\n", r->body.len);
	buf_add(out, STR("\r\n"));
	buf_add(out, r->body);
}

static bool exchange(int fd, const struct client_request *request, struct str bytes, struct client_answer *answer,
		     struct client_fields *fields, const char *address, struct buf *why)
{
	struct receiving r = {.no_body = str_eq(request->method, STR("HEAD"))};
	arena_init(&r.arena, 4096);
	/* A server may answer and close before it has read all: what it says counts. */
	bool sent = send_all(fd, bytes);
	int error = errno;
	const char *wrong = receive(fd, &r, &answer->body);
	if (wrong)
		wrong = sent ? wrong : strerror(error);
	answer->status = r.m.status;
	if (!wrong && fields)
		keep_fields(&r, fields);
	buf_free(&r.bytes);
	arena_free(&r.arena);
	return !wrong || failed(why, address, wrong);
}

/* Takes http:// and a path off the address. */
static const char *split_address(struct str *text, struct str *prefix)
{
	*prefix = STR("");
	if (str_starts(*text, STR("https://")))
		return "https is not spoken here; use a tunnel or a plain address";
	if (!str_starts(*text, STR("http://")))
		return NULL;
	*text = str_skip(*text, 7);
	size_t slash = str_find(*text, '/');
	*prefix = str_skip(*text, slash);
	*text = str_head(*text, slash);
	while (prefix->len && prefix->at[prefix->len - 1] == '/')
		prefix->len--;
	return str_find(*text, ':') == text->len ? "the port is missing" : NULL;
}

bool client_send(const char *address, const struct client_request *request, struct client_answer *answer,
		 struct client_fields *fields, struct buf *why)
{
	struct str text = str_from(address), prefix;
	struct address where;
	*answer = (struct client_answer){0};
	if (fields) {
		*fields = (struct client_fields){0};
		arena_init(&fields->arena, 1024);
	}
	const char *wrong = split_address(&text, &prefix);
	if (!wrong)
		wrong = unit_address(text, &where);
	if (wrong)
		return failed(why, address, wrong);
	int fd = where.kind == ADDRESS_UNIX ? connect_unix(where.path) : connect_tcp(&where);
	if (fd < 0)
		return failed(why, address, strerror(errno));
	struct buf bytes = {0};
	write_request(&bytes, request, prefix, where.kind == ADDRESS_UNIX ? STR("localhost") : text);
	bool good = exchange(fd, request, buf_str(&bytes), answer, fields, address, why);
	buf_free(&bytes);
	close(fd);
	return good;
}

bool client_ask(const char *address, const char *method, struct str path, struct str token,
		struct client_answer *answer, struct buf *why)
{
	struct buf bearer = {0};
	struct field fields[2] = {{STR("Accept"), STR("application/json")}};
	struct client_request request = {.method = str_from(method), .path = path, .fields = fields, .field_count = 1};
	buf_addf(&bearer, "Bearer %.*s", STR_ARG(token));
	if (token.len)
		fields[request.field_count++] = (struct field){STR("Authorization"), buf_str(&bearer)};
	bool good = client_send(address, &request, answer, NULL, why);
	buf_free(&bearer);
	return good;
}

bool client_page(const char *address, struct str path, struct buf *body, struct buf *why)
{
	struct client_answer answer;
	bool good = client_ask(address, "GET", path, STR(""), &answer, why);
	if (good && answer.status != 200)
		buf_addf(why, "%s: answered with status %u", address, answer.status);
	*body = answer.body;
	return good && answer.status == 200;
}

void client_parameter(struct buf *path, const char *name, struct str value)
{
	buf_addf(path, "&%s=", name);
	client_encode(value, path);
}

void client_encode(struct str value, struct buf *out)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];
		if (ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~')
			buf_addc(out, c);
		else
			buf_addf(out, "%%%02X", (unsigned char)c);
	}
}
