#include "proxy/http/host.h"

#include "proxy/http/sixteen.h"
#include "proxy/http/token.h"

#include <arpa/inet.h>

static bool port_valid(struct str port)
{
	uint64_t value = 0;
	return port.len == 0 || (str_to_u64(port, &value) && value <= 65535);
}

static bool ipv6_valid(struct str address)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr parsed;
	if (address.len >= sizeof text || memchr(address.at, '\0', address.len))
		return false;
	memcpy(text, address.at, address.len);
	text[address.len] = '\0';
	return inet_pton(AF_INET6, text, &parsed) == 1;
}

/* reg-name: runs of plain characters and escapes. */
static bool name_valid(struct str name)
{
	size_t i = 0;
	for (; i < name.len; i++)
		if (!char_is(name.at[i], CHAR_HOST) && name.at[i] != '%')
			return false;
	return i > 0 && escapes_valid(name);
}

void host_split(struct str host, struct str *name, struct str *port)
{
	size_t close = host.len && host.at[0] == '[' ? str_find(host, ']') : 0;
	size_t colon = close + str_find(str_skip(host, close), ':');
	*name = str_head(host, colon);
	*port = colon < host.len ? str_skip(host, colon + 1) : (struct str){host.at + host.len, 0};
}

/* Length of the run of letters, digits, '-' and '.' that a host begins with: of most hosts all, or all but the port. */
static size_t plain_run(struct str host)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; i < host.len; i += 16) {
		__m128i v = host.len - i >= 16 ? sixteen_at(host.at + i) : sixteen_short(str_skip(host, i));
		unsigned others = ~sixteen_words(v, sixteen_lower(v)) & 0xffff;
		if (others)
			return i + (size_t)__builtin_ctz(others);
	}
	return host.len;
#else
	while (i < host.len && char_is(host.at[i], CHAR_HOST))
		i++;
	return i;
#endif
}

bool host_valid(struct str host)
{
	struct str name, port;
	if (host.len == 0)
		return false;
	size_t run = plain_run(host);
	if (run == host.len || (run && host.at[run] == ':'))
		return run == host.len || port_valid(str_skip(host, run + 1));
	host_split(host, &name, &port);
	if (!port_valid(port))
		return false;
	if (host.at[0] != '[')
		return name_valid(name);
	return name.len > 2 && name.at[name.len - 1] == ']' && ipv6_valid(str_of(name.at + 1, name.len - 2));
}
