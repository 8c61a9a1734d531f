#include "proxy/upgrade.h"

#include "proxy/base/buf.h"
#include "proxy/base/vec.h"
#include "proxy/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, WORDS_BYTES = 1 << 20 };

/* Where the new process finds the descriptor that it tells the old one by. */
static const char ready_name[] = "VANE_READY_FD";

/* ---- how this process was started ---- */

static void read_words(struct upgrade *u)
{
	struct buf text = {0};
	VEC(char *) words = {0};
	FILE *f = fopen("/proc/self/cmdline", "re");
	if (f) {
		text.len = fread(buf_reserve(&text, WORDS_BYTES), 1, WORDS_BYTES - 1, f);
		fclose(f);
	}
	buf_addc(&text, '\0');
	u->words = text.at;
	for (char *at = text.at; at < text.at + text.len - 1; at += strlen(at) + 1)
		VEC_PUSH(&words, at);
	VEC_PUSH(&words, NULL);
	u->argv = words.at;
}

void upgrade_open(struct upgrade *u, uv_loop_t *loop, void (*on_end)(struct upgrade *u, bool ready, int pid))
{
	*u = (struct upgrade){.loop = loop, .on_end = on_end, .program = must_zalloc(1, PATH_BYTES)};
	if (readlink("/proc/self/exe", u->program, PATH_BYTES - 1) < 0)
		u->program[0] = '\0';
	read_words(u);
}

void upgrade_close(struct upgrade *u)
{
	upgrade_cancel(u);
	free(u->program);
	free(u->argv);
	free(u->words);
}

/* ---- the new process ---- */

struct surroundings {
	VEC(char *) variables;
	struct buf sockets;
	char ready[32];
};

static bool replaced(const char *variable)
{
	static const char *const names[] = {SOCKETS_VARIABLE "=", "VANE_READY_FD=", "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES="};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void surround(struct surroundings *s, int ready)
{
	extern char **environ;
	*s = (struct surroundings){0};
	for (char **variable = environ; *variable; variable++)
		if (!replaced(*variable))
			VEC_PUSH(&s->variables, *variable);
	buf_add(&s->sockets, STR(SOCKETS_VARIABLE "="));
	sockets_tell(&s->sockets);
	buf_addc(&s->sockets, '\0');
	snprintf(s->ready, sizeof s->ready, "%s=%d", ready_name, ready);
	VEC_PUSH(&s->variables, s->sockets.at);
	VEC_PUSH(&s->variables, s->ready);
	VEC_PUSH(&s->variables, NULL);
}

/* Between fork and exec only what a signal handler may call. */
static _Noreturn void become(const struct upgrade *u, const struct surroundings *s, int ready)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sockets_keep();
	fcntl(ready, F_SETFD, 0);
	execve(u->program, u->argv, s->variables.at);
	_exit(127);
}

/* It has said that it serves, or has ended. */
static void heard(uv_poll_t *poll, int status, int events)
{
	struct upgrade *u = poll->data;
	char word = 0;
	(void)events;
	ssize_t got = status == 0 ? read(u->from, &word, 1) : 0;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	int pid = u->pid;
	uv_poll_stop(poll);
	uv_close((uv_handle_t *)poll, NULL);
	close(u->from);
	u->pid = 0;
	if (got <= 0)
		kill(pid, SIGKILL), waitpid(pid, NULL, 0); /* it hung up without a word: nothing is left to wait for */
	u->on_end(u, got > 0, pid);
}

int upgrade_begin(struct upgrade *u)
{
	struct surroundings s;
	int ends[2];
	if (u->pid)
		return UV_EALREADY;
	if (!u->program[0] || !u->argv[0])
		return UV_ENOENT;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return uv_translate_sys_error(errno);
	surround(&s, ends[1]);
	int pid = (int)fork();
	if (pid == 0)
		become(u, &s, ends[1]);
	int error = pid < 0 ? uv_translate_sys_error(errno) : 0;
	close(ends[1]);
	VEC_FREE(&s.variables);
	buf_free(&s.sockets);
	if (!error)
		error = uv_poll_init(u->loop, &u->poll, ends[0]);
	if (error) {
		close(ends[0]);
		if (pid > 0)
			kill(pid, SIGTERM);
		return error;
	}
	u->pid = pid;
	u->from = ends[0];
	u->poll.data = u;
	return uv_poll_start(&u->poll, UV_READABLE, heard);
}

void upgrade_cancel(struct upgrade *u)
{
	if (!u->pid)
		return;
	uv_close((uv_handle_t *)&u->poll, NULL);
	close(u->from);
	kill(u->pid, SIGTERM);
	u->pid = 0;
}

void upgrade_ready(void)
{
	const char *text = getenv(ready_name);
	uint64_t fd;
	if (!text || !str_to_u64(str_from(text), &fd) || fd > INT32_MAX)
		return;
	(void)!write((int)fd, "1", 1);
	close((int)fd);
	unsetenv(ready_name);
}
