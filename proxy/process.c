#include "proxy/process.h"

#include "proxy/base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	STAT_STARTED = 19,
	STAT_VIRTUAL = 20,
	STAT_RESIDENT = 21
}; /* fields behind the name in /proc/self/stat, from 0 */

static struct str read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size);
	if (fd >= 0)
		close(fd);
	return str_of(text, n > 0 ? (size_t)n : 0);
}

static void read_stat(struct process_facts *p, double boot)
{
	char text[1024];
	struct str rest = read_file("/proc/self/stat", text, sizeof text);
	/* The name stands in parentheses and may hold anything, even a parenthesis. */
	const char *name_end = rest.len ? memrchr(rest.at, ')', rest.len) : NULL;
	if (!name_end || (size_t)(name_end - rest.at) + 2 > rest.len)
		return;
	rest = str_skip(rest, (size_t)(name_end - rest.at) + 2);
	for (unsigned i = 0; rest.at && i <= STAT_RESIDENT; i++) {
		uint64_t value;
		if (!str_to_u64(str_cut(&rest, ' '), &value))
			continue;
		if (i == STAT_STARTED)
			p->started = boot + (double)value / (double)sysconf(_SC_CLK_TCK);
		else if (i == STAT_VIRTUAL)
			p->virtual_bytes = value;
		else if (i == STAT_RESIDENT)
			p->resident_bytes = value * (uint64_t)sysconf(_SC_PAGESIZE);
	}
}

/* When the machine was started, in seconds since the epoch. */
static double boot_time(void)
{
	static double boot;
	char text[65536];
	if (boot > 0)
		return boot;
	struct str all = read_file("/proc/stat", text, sizeof text);
	size_t at = str_search(all, STR("\nbtime "));
	if (at < all.len) {
		struct str rest = str_skip(all, at + 7);
		uint64_t value;
		if (str_to_u64(str_cut(&rest, '\n'), &value))
			boot = (double)value;
	}
	return boot;
}

static uint64_t count_fds(void)
{
	int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* not opendir: a thread sanitizer has to see it */
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	uint64_t count = 0;
	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
	return count > 3 ? count - 3 : 0; /* ".", ".." and the folder itself */
}

void process_facts(struct process_facts *p)
{
	struct rusage used;
	struct rlimit files;
	*p = (struct process_facts){0};
	if (getrusage(RUSAGE_SELF, &used) == 0)
		p->cpu_seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
				 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		p->max_fds = (uint64_t)files.rlim_cur;
	p->open_fds = count_fds();
	read_stat(p, boot_time());
}
