/* unit: values as operators write them: sizes, durations, percents, addresses. The same functions read configuration
 * keys (conf/key.h) and command line flags, so both know the same units. Units are mandatory: a bare number is refused,
 * because 30 could be seconds or milliseconds. Pure; nothing is kept but slices of the text. */
#ifndef CONF_UNIT_H
#define CONF_UNIT_H

#include "proxy/base/buf.h"
#include "proxy/base/str.h"

/* Each of these returns NULL when *value was read, and otherwise what is wrong, in words that can follow `max_body: `
 * ("a unit is missing: B, KiB, MiB, GiB, KB, MB or GB"). A constant text. On an error *value is left alone. */

/* `512B`, `64KiB`, `1.5MiB`, `10MB` (powers of 1024 with the i, of 1000 without) into bytes. */
const char *unit_size(struct str text, int64_t *bytes) WARN_UNUSED;
/* `500ms`, `30s`, `1.5h`, `5m`, `400d`, `2w`, also in a row: `1h30m`. Into milliseconds. */
const char *unit_duration(struct str text, int64_t *ms) WARN_UNUSED;
enum { UNIT_WHOLE = 1000000 }; /* 100% */
/* `5%`, `0.01%`, at most 100%, at most four decimals, into parts per million. */
const char *unit_percent(struct str text, int64_t *ppm) WARN_UNUSED;

enum address_kind { ADDRESS_NONE, ADDRESS_TCP, ADDRESS_UNIX, ADDRESS_FD };

/* Where to listen or to connect. Slices of the text that was read. */
struct address {
	enum address_kind kind;
	uint16_t port;
	struct str
	    host; /* ADDRESS_TCP: a name, an IPv4 or an IPv6 address without its brackets; empty: every interface */
	struct str
	    path; /* ADDRESS_UNIX: the file (a leading @: the abstract namespace); ADDRESS_FD: the socket's name */
	struct str text; /* as written */
};

/* `host:port`, `127.0.0.1:80`, `[::1]:8080`, `:8080`, `unix:/run/x.sock`, `fd:http`. Port 0 to 65535. */
const char *unit_address(struct str text, struct address *address) WARN_UNUSED;

/* The shortest exact form that the readers above take back: `1MiB`, `90s`, `0.5%`. */
void unit_add_size(struct buf *out, int64_t bytes);
/* The same for milliseconds. */
void unit_add_duration(struct buf *out, int64_t ms);
/* The same for parts per million. */
void unit_add_percent(struct buf *out, int64_t ppm);

#endif
