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

static bool receive_all(int fd, struct buf *bytes)
{
	for (;;) {
		ssize_t got = recv(fd, buf_reserve(bytes, READ_BYTES), READ_BYTES, 0);
		if (got <= 0)
			return got == 0;
		bytes->len += (size_t)got;
		if (bytes->len > MOST_BYTES)
			return false;
	}
}

static bool read_answer(struct str bytes, struct client_answer *answer)
{
	static const struct h1_limits limits = {.header_bytes = 65536, .target_bytes = 8192, .fields = 1000};
	struct h1_parser parser;
	struct message m = {0};
	struct body body;
	struct arena arena;
	struct str part;
	enum body_state state = BODY_BAD;
	arena_init(&arena, 4096);
	h1_parser_reset(&parser, H1_RESPONSE, METHOD_GET, &limits);
	if (h1_parse(&parser, bytes, &arena, &m) == H1_DONE) {
		struct str rest = str_skip(bytes, parser.head);
		answer->status = m.status;
		body_begin(&body, &m, 0, &arena);
		while ((state = body_read(&body, &rest, &part)) == BODY_PART)
			buf_add(&answer->body, part);
		if (state == BODY_MORE && body_end(&body))
			state = BODY_DONE;
	}
	arena_free(&arena);
	return state == BODY_DONE;
}

static void write_request(struct buf *out, const char *method, struct str prefix, struct str path, struct str token,
			  struct str host)
{
	buf_addf(out, "%s %.*s%.*s HTTP/1.1\r\nHost: %.*s\r\nConnection: close\r\nAccept: application/json\r\n", method,
		 STR_ARG(prefix), STR_ARG(path), STR_ARG(host));
	if (token.len)
		buf_addf(out, "Authorization: Bearer %.*s\r\n", STR_ARG(token));
	if (strcmp(method, "POST") == 0)
		buf_add(out, STR("Content-Length: 0\r\n"));
	buf_add(out, STR("\r\n"));
}

static bool exchange(int fd, struct str request, struct client_answer *answer, const char *address, struct buf *why)
{
	struct buf bytes = {0};
	bool good = send_all(fd, request) && receive_all(fd, &bytes);
	if (!good)
		failed(why, address, errno == EAGAIN ? "no answer within ten seconds" : strerror(errno));
	else if (!read_answer(buf_str(&bytes), answer))
		good = failed(why, address, "the answer is not whole, well-formed HTTP");
	buf_free(&bytes);
	return good;
}

bool client_ask(const char *address, const char *method, struct str path, struct str token, struct client_answer *answer,
		struct buf *why)
{
	struct str text = str_from(address), prefix = {"", 0};
	struct address where;
	*answer = (struct client_answer){0};
	if (str_starts(text, STR("https://")))
		return failed(why, address, "https is not spoken here; use a tunnel or a plain address");
	if (str_starts(text, STR("http://"))) {
		text = str_skip(text, 7);
		size_t slash = str_find(text, '/');
		prefix = str_skip(text, slash);
		text = str_head(text, slash);
		while (prefix.len && prefix.at[prefix.len - 1] == '/')
			prefix.len--;
		if (str_find(text, ':') == text.len)
			return failed(why, address, "the port is missing");
	}
	const char *wrong = unit_address(text, &where);
	if (wrong)
		return failed(why, address, wrong);
	int fd = where.kind == ADDRESS_UNIX ? connect_unix(where.path) : connect_tcp(&where);
	if (fd < 0)
		return failed(why, address, strerror(errno));
	struct buf request = {0};
	write_request(&request, method, prefix, path, token, where.kind == ADDRESS_UNIX ? STR("localhost") : text);
	bool good = exchange(fd, buf_str(&request), answer, address, why);
	buf_free(&request);
	close(fd);
	return good;
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
