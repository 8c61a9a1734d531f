#include "bench/wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>

_Noreturn void wire_die(const char *why)
{
	fprintf(stderr, "%s%s%s\n", why, errno ? ": " : "", errno ? strerror(errno) : "");
	exit(2);
}

struct wire_head wire_read_head(const char *head, size_t size)
{
	struct wire_head h = {0};
	const char *stop = head + size, *line = memchr(head, '\n', size);
	if (size > 12 && memcmp(head, "HTTP/1.", 7) == 0)
		h.status = (unsigned)strtoul(head + 9, NULL, 10);
	while (line && ++line < stop) {
		size_t left = (size_t)(stop - line);
		if (left > 15 && strncasecmp(line, "content-length:", 15) == 0) {
			h.length = strtoull(line + 15, NULL, 10);
			h.has_length = true;
		} else if (left > 18 && strncasecmp(line, "transfer-encoding:", 18) == 0) {
			h.chunked = true;
		} else if (left > 17 && strncasecmp(line, "connection: close", 17) == 0) {
			h.close = true;
		}
		line = memchr(line, '\n', left);
	}
	return h;
}

size_t wire_eat_chunks(struct wire_chunks *c, const char *at, size_t n, bool *done)
{
	size_t i = 0;
	while (i < n && !*done) {
		if (c->place == 1) {
			uint64_t take = n - i < c->left ? n - i : c->left;
			i += take;
			c->came += take;
			c->left -= take;
			if (!c->left)
				c->place = 2;
			continue;
		}
		char byte = at[i++];
		if (c->place == 0 && byte == '\n')
			c->place = c->left ? 1 : 3;
		else if (c->place == 0 && byte != '\r')
			c->left = c->left * 16 + (uint64_t)(byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10);
		else if (c->place == 2 && byte == '\n')
			c->place = 0;
		else if (c->place >= 3) {
			*done = c->place == 3 && byte == '\n';
			c->place = byte == '\n' ? 3 : byte == '\r' ? c->place : 4;
		}
	}
	return i;
}

static socklen_t address_of(const char *where, struct sockaddr_storage *to, int *family)
{
	memset(to, 0, sizeof *to);
	if (strncmp(where, "unix:", 5) == 0) {
		struct sockaddr_un un = {.sun_family = AF_UNIX};
		snprintf(un.sun_path, sizeof un.sun_path, "%s", where + 5);
		memcpy(to, &un, sizeof un);
		*family = AF_UNIX;
		return sizeof un;
	}
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(where)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	memcpy(to, &in, sizeof in);
	*family = AF_INET;
	return sizeof in;
}

int wire_listen(const char *where)
{
	struct sockaddr_storage address;
	int family, on = 1;
	socklen_t size = address_of(where, &address, &family);
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (family == AF_UNIX)
		unlink(where + 5);
	if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 16384) != 0)
		wire_die(where);
	return fd;
}

static void bind_in_turn(int fd)
{
	static unsigned turn;
	int on = 1;
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + turn++ % 200)};
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0)
		wire_die("bind");
}

int wire_connect(const char *where, bool spread)
{
	struct sockaddr_storage address;
	int family;
	socklen_t size = address_of(where, &address, &family);
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (family == AF_INET)
		wire_no_delay(fd);
	if (family == AF_INET && spread)
		bind_in_turn(fd);
	if (connect(fd, (struct sockaddr *)&address, size) != 0 && errno != EINPROGRESS) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

void wire_no_delay(int fd)
{
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

char *wire_file(const char *path, size_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) != 0)
		wire_die(path);
	char *bytes = malloc((size_t)st.st_size + 1);
	if (!bytes || read(fd, bytes, (size_t)st.st_size) != st.st_size)
		wire_die(path);
	close(fd);
	*size = (size_t)st.st_size;
	return bytes;
}

void wire_many_files(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
}
