/* notify: tells the service manager how vane is (sd_notify(3)): one datagram to the socket in NOTIFY_SOCKET. */
#ifndef PROXY_NOTIFY_H
#define PROXY_NOTIFY_H

/* Sends `state` ("READY=1"). Does nothing where nobody listens. */
void notify(const char *state);

#endif
