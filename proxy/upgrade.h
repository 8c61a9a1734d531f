/* upgrade: a new process of the program takes over (SIGUSR2), without a connection being refused: it inherits the listening
 * sockets themselves (sockets.h), so that what waits in their queues stays there, and tells when it serves. Then the old one
 * stops accepting and finishes what it has. A new process that ends before that changes nothing. Owned by the server; on the
 * main loop. */
#ifndef PROXY_UPGRADE_H
#define PROXY_UPGRADE_H

#include <stdbool.h>
#include <uv.h>

struct upgrade {
	uv_loop_t *loop;
	char *program;  /* the file that was started; what stands there by now is what will be */
	char **argv;
	char *words;    /* what argv points into */
	uv_poll_t poll; /* the new process's word */
	int pid;        /* of the new process while it starts; 0: none does */
	int from;       /* where it says so */
	/* It serves (`ready`), or has ended before it did. On the main loop. */
	void (*on_end)(struct upgrade *u, bool ready, int pid);
};

/* Notes how this process was started. */
void upgrade_open(struct upgrade *u, uv_loop_t *loop, void (*on_end)(struct upgrade *u, bool ready, int pid));
/* Starts the new process. 0, UV_EALREADY while one is starting, or another negative libuv code. */
int upgrade_begin(struct upgrade *u);
/* Ends a new process that does not serve yet: this one was told to end. */
void upgrade_cancel(struct upgrade *u);
void upgrade_close(struct upgrade *u);
/* In a new process: tells the old one that this one serves. Nothing where there is no old one. */
void upgrade_ready(void);

#endif
