/* calls: recv(2), send(2) and epoll_wait(2) as the path of a request makes them. In glibc they are points at which a thread
 * may be cancelled (pthreads(7)), which costs two atomic operations each in a process with several threads; nobody cancels
 * threads here, so the kernel is called directly. Where the compiler watches memory the functions are used, because it
 * watches them too. */
#ifndef PROXY_NET_CALLS_H
#define PROXY_NET_CALLS_H

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CALLS_ARE_WATCHED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CALLS_ARE_WATCHED 1
#endif

/* As recv(2) without flags. */
static inline ssize_t call_recv(int fd, void *to, size_t size)
{
#if defined(CALLS_ARE_WATCHED) || !defined(SYS_recvfrom)
	return recv(fd, to, size, 0);
#else
	return syscall(SYS_recvfrom, fd, to, size, 0, NULL, NULL);
#endif
}

/* As send(2), without SIGPIPE. */
static inline ssize_t call_send(int fd, const void *from, size_t size)
{
#if defined(CALLS_ARE_WATCHED) || !defined(SYS_sendto)
	return send(fd, from, size, MSG_NOSIGNAL);
#else
	return syscall(SYS_sendto, fd, from, size, MSG_NOSIGNAL, NULL, 0);
#endif
}

/* As epoll_wait(2). */
static inline int call_epoll_wait(int epoll, struct epoll_event *events, int most, int ms)
{
#if defined(CALLS_ARE_WATCHED) || !defined(SYS_epoll_pwait)
	return epoll_wait(epoll, events, most, ms);
#else
	return (int)syscall(SYS_epoll_pwait, epoll, events, most, ms, NULL, 0);
#endif
}

#endif
