/* wire: what the load generator and the backend share: sockets, files, and the few fields of a head that they act on. They
 * trust each other and the proxy between them: this is no reader for hostile bytes. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What a head says; status 0 for a request. `length` is UINT64_MAX where an answer's end is the connection's. */
struct wire_head {
	unsigned status;
	uint64_t length;
	bool has_length, chunked, close;
};

/* `head`: complete, up to and with the empty line. */
struct wire_head wire_read_head(const char *head, size_t size);
/* How far the framing of a chunked body is: 0 in a size, 1 in data, 2 behind data, 3 at the start of a trailer, 4 in one. */
struct wire_chunks {
	int place;
	uint64_t left; /* of the chunk */
	uint64_t came; /* bytes of content */
};
/* Uses up to n bytes, returns how many; *done after the last one of the body. */
size_t wire_eat_chunks(struct wire_chunks *c, const char *at, size_t n, bool *done);
/* A listening socket, not blocking, on 127.0.0.1:PORT or unix:PATH. Ends the program on error, as all below. */
int wire_listen(const char *where);
/* A socket that is being connected, not blocking, to the same; or a negative errno. `spread`: the source address is taken
 * from 127.0.0.1 … 127.0.0.200 in turn, so that many short connections do not run out of ports. */
int wire_connect(const char *where, bool spread);
void wire_no_delay(int fd);
/* The whole file, with malloc. */
char *wire_file(const char *path, size_t *size);
/* As many descriptors as we are allowed, and no SIGPIPE. */
void wire_many_files(void);
_Noreturn void wire_die(const char *why);

#endif
