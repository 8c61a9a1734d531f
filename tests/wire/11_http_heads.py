"""Request heads: the request line, the target, Host, and fields (RFC 9112, 2, 3, 5; RFC 9110, 5, 7). What is malformed
is refused by vane itself; what passes reaches the backend with the same bytes, in the same order."""
import json

from harness import Client, Pair, contains, each, equal, get, main, true

pair = Pair(more="limits: {header_bytes: 16KiB, headers: 50, target_bytes: 2KiB}")


def line(text, fields="Host: a.test\r\n"):
    return (text + "\r\n" + fields + "\r\n").encode("latin-1")


@each([
    ("9112 3: no version", "GET /", 400),
    ("9112 3: only a method", "GET", 400),
    ("9112 3: two spaces before the target", "GET  / HTTP/1.1", 400),
    ("9112 3: two spaces before the version", "GET /  HTTP/1.1", 400),
    ("9112 3: a space behind the version", "GET / HTTP/1.1 ", 400),
    ("9112 3: a space in front", " GET / HTTP/1.1", 400),
    ("9112 3: tabs", "GET\t/\tHTTP/1.1", 400),
    ("9112 3: tab before the version", "GET /\tHTTP/1.1", 400),
    ("9112 3: vertical tab", "GET /\x0bHTTP/1.1", 400),
    ("9112 3.2: space in the target", "GET /a b HTTP/1.1", 400),
    ("9112 3.1: no method", " / HTTP/1.1", 400),
    ("9112 3.1: method is no token", "G{T / HTTP/1.1", 400),
    ("9112 3.1: method with a colon", "GET: / HTTP/1.1", 400),
    ("9112 3.1: method beyond ASCII", "G\xcbT / HTTP/1.1", 400),
    ("9112 3.1: endless method", "G" * 9000 + " / HTTP/1.1", (400, 501)),
    ("9112 2.3: lower case version", "GET / http/1.1", (400, 505)),
    ("9112 2.3: HTTP/2.0", "GET / HTTP/2.0", 505),
    ("9112 2.3: HTTP/0.9", "GET / HTTP/0.9", (400, 505)),
    ("9112 2.3: HTTP/1.2", "GET / HTTP/1.2", (400, 505)),
    ("9112 2.3: HTTP/1.10", "GET / HTTP/1.10", (400, 505)),
    ("9112 2.3: HTTP/1.01", "GET / HTTP/1.01", (400, 505)),
    ("9112 2.3: HTTP/01.1", "GET / HTTP/01.1", (400, 505)),
    ("9112 2.3: HTTP/1", "GET / HTTP/1", (400, 505)),
    ("9112 2.3: HTTP/1.", "GET / HTTP/1.", (400, 505)),
    ("9112 2.3: HTTP 1.1", "GET / HTTP 1.1", (400, 505)),
    ("9112 2.3: another protocol", "GET / HTCPCP/1.0", (400, 505)),
    ("9112 2.3: digits beyond ASCII", "GET / HTTP/1.\xb9", (400, 505)),
    ("9112 3.2: no slash", "GET a HTTP/1.1", 400),
    ("9112 3.2: query alone", "GET ?a HTTP/1.1", 400),
    ("9112 3.2: fragment", "GET /a#b HTTP/1.1", 400),
    ("9112 3.2: backslash in front", "GET \\a HTTP/1.1", 400),
    ("9112 3.2: raw non-ASCII", "GET /\xe4 HTTP/1.1", 400),
    ("9112 3.2: control character", "GET /\x01 HTTP/1.1", 400),
    ("9112 3.2: DEL", "GET /\x7f HTTP/1.1", 400),
    ("9112 3.2: NUL", "GET /\x00 HTTP/1.1", 400),
    ("9112 3.2: bare CR", "GET /\r HTTP/1.1", 400),
    ("3986 2.1: half an escape", "GET /%2 HTTP/1.1", 400),
    ("3986 2.1: no escape", "GET /%zz HTTP/1.1", 400),
    ("9112 3.2.4: asterisk without OPTIONS", "GET * HTTP/1.1", 400),
    ("9112 3.2.4: asterisk and more", "OPTIONS *a HTTP/1.1", 400),
    ("9112 3.2.3: authority without CONNECT", "GET a.test:80 HTTP/1.1", 400),
    ("9112 3.2.2: another scheme", "GET ftp://a.test/ HTTP/1.1", 400),
    ("9112 3.2.2: no authority", "GET http:/// HTTP/1.1", 400),
    ("9110 4.2.4: userinfo", "GET http://u:p@a.test/ HTTP/1.1", 400),
    ("9112 3.2.2: a list as authority", "GET http://a.test,b.test/ HTTP/1.1", 400),
    ("9110 15.5.15: target too long", "GET /" + "a" * 2048 + " HTTP/1.1", 414),
    ("9110 15.5.15: target much too long", "GET /" + "a" * 60000 + " HTTP/1.1", 414),
])
def test_request_lines_that_are_refused(text, statuses):
    pair.refuses(line(text), statuses)


@each([
    ("9112 2.2: bare LF behind the request line", b"GET / HTTP/1.1\nHost: a.test\r\n\r\n"),
    ("9112 2.2: bare LF everywhere", b"GET / HTTP/1.1\nHost: a.test\n\n"),
    ("9112 2.2: bare LF behind a field", b"GET / HTTP/1.1\r\nHost: a.test\n\r\n"),
    ("9112 2.2: bare LF at the end", b"GET / HTTP/1.1\r\nHost: a.test\r\n\n"),
    ("9112 2.2: bare CR behind a field", b"GET / HTTP/1.1\r\nHost: a.test\rX: y\r\n\r\n"),
    ("9112 2.2: CR CR LF", b"GET / HTTP/1.1\r\nHost: a.test\r\r\n\r\n"),
    ("9112 2.2: LF CR", b"GET / HTTP/1.1\n\rHost: a.test\n\r\n\r"),
    ("9112 2.2: white space before the first field", b"GET / HTTP/1.1\r\n Host: a.test\r\n\r\n"),
    ("9112 2.2: tab before the first field", b"GET / HTTP/1.1\r\n\tHost: a.test\r\n\r\n"),
    ("9112 2.2: white space line before the first field", b"GET / HTTP/1.1\r\n \r\nHost: a.test\r\n\r\n"),
    ("9112 2.2: a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64),
    ("9113 3.4: an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("9112 2: nonsense", b"\xff\xfe\xfd\r\n\r\n"),
])
def test_line_ends_that_are_refused(raw):
    pair.refuses(raw, (400, 505))


@each([
    ("9112 2.2: one empty line in front", b"\r\n"),
    ("9112 2.2: two empty lines in front", b"\r\n\r\n"),
])
def test_empty_lines_before_the_request_line(front):
    request, response = pair.passes(front + get("/x"))
    equal((request.target, response.status), ("/x", 200))


def field(text):
    return line("GET / HTTP/1.1", "Host: a.test\r\n" + text + "\r\n")


@each([
    ("9112 5.1: space before the colon", "X-A : b"),
    ("9112 5.1: tab before the colon", "X-A\t: b"),
    ("9112 5: no colon", "X-A"),
    ("9112 5: a word and another", "X-A b"),
    ("9112 5: empty name", ": b"),
    ("9112 5: space as name", " : b"),
    ("9110 5.1: space in the name", "X A: b"),
    ("9110 5.1: parenthesis in the name", "X(A): b"),
    ("9110 5.1: quote in the name", "X\"A: b"),
    ("9110 5.1: slash in the name", "X/A: b"),
    ("9110 5.1: at sign in the name", "X@A: b"),
    ("9110 5.1: bracket in the name", "X[A]: b"),
    ("9110 5.1: brace in the name", "X{A}: b"),
    ("9110 5.1: semicolon in the name", "X;A: b"),
    ("9110 5.1: equals sign in the name", "X=A: b"),
    ("9110 5.1: backslash in the name", "X\\A: b"),
    ("9110 5.1: comma in the name", "X,A: b"),
    ("9110 5.1: question mark in the name", "X?A: b"),
    ("9110 5.1: less in the name", "X<A: b"),
    ("9110 5.1: non-ASCII in the name", "X-\xe4: b"),
    ("9110 5.1: NUL in the name", "X\x00A: b"),
    ("9110 5.1: DEL in the name", "X\x7fA: b"),
    ("9110 5.5: NUL", "X-A: a\x00b"),
    ("9110 5.5: NUL in front", "X-A: \x00b"),
    ("9110 5.5: CR", "X-A: a\rb"),
    ("9110 5.5: LF", "X-A: a\nb"),
    ("9110 5.5: SOH", "X-A: a\x01b"),
    ("9110 5.5: backspace", "X-A: a\x08b"),
    ("9110 5.5: vertical tab", "X-A: a\x0bb"),
    ("9110 5.5: escape", "X-A: a\x1bb"),
    ("9110 5.5: DEL", "X-A: a\x7fb"),
    ("9112 5.2: folded with a space", "X-A: a\r\n b"),
    ("9112 5.2: folded with a tab", "X-A: a\r\n\tb"),
    ("9112 5.2: folded to an empty line", "X-A: a\r\n \r\nX-B: c"),
    ("9112 5.2: folded from an empty value", "X-A:\r\n b"),
])
def test_fields_that_are_refused(text):
    pair.refuses(field(text), 400, outcome="bad_request")
    raw = field(text)
    pair.refuses([raw[:len(raw) // 2], raw[len(raw) // 2:]], 400, pause=0.02)


@each([
    ("6585 5: too many fields", "".join(f"X-{i}: y\r\n" for i in range(60))),
    ("6585 5: a field too large", "X-A: " + "y" * 17000 + "\r\n"),
    ("6585 5: all together too large", "".join(f"X-{i}: {'y' * 500}\r\n" for i in range(40))),
    ("6585 5: a name too large", "X" * 17000 + ": y\r\n"),
])
def test_limits(fields):
    pair.refuses(line("GET / HTTP/1.1", "Host: a.test\r\n" + fields), 431, outcome="header_too_large")


def test_an_endless_head_is_ended():
    """RFC 6585, 5: without waiting for its end."""
    with Client(pair.vane) as client:
        try:
            client.send([line("GET / HTTP/1.1")[:-2]] + [b"X-A: " + b"y" * 90 + b"\r\n"] * 400)
        except (BrokenPipeError, ConnectionResetError):
            pass
        equal(client.response().status, 431)


ALL_TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@each([
    ("9110 5.6.2: every token character in a name", [(ALL_TOKEN, "v")]),
    ("9110 5.5: every visible character", [("X-A", "".join(map(chr, range(0x21, 0x7f))))]),
    ("9110 5.5: obs-text", [("X-A", "".join(map(chr, range(0x80, 0x100))))]),
    ("9110 5.5: tab within", [("X-A", "a\tb")]),
    ("9110 5.5: spaces within", [("X-A", "a  b")]),
    ("9110 5.5: empty value", [("X-A", "")]),
    ("9110 5.5: colons", [("X-A", "a:b:c"), ("X-B", ":")]),
    ("9110 5.3: order and number of repeated fields", [("X-A", "1"), ("X-B", "2"), ("X-A", "3"), ("x-a", "1")]),
    ("9110 5.1: case of names", [("x-lower", "1"), ("X-UPPER", "2"), ("X-mIxEd", "3")]),
    ("9110 5.6.1: lists with empty elements", [("X-A", ", a,, b ,")]),
    ("9110 5.6.4: quoted strings", [("X-A", "\"a, \\\"b\""), ("X-B", "\"open")]),
    ("6265 4.2: cookies in two lines", [("Cookie", "a=1"), ("Cookie", "b=2; c=\"3\"")]),
    ("9110 11.7: credentials of a proxy behind us", [("Proxy-Authorization", "Basic YTpi")]),
    ("9110 11.6: credentials", [("Authorization", "Bearer a.b.c")]),
    ("9110 14: ranges and conditions", [("Range", "bytes=0-1"), ("If-Match", "\"a\", W/\"b\""), ("If-Range", "\"a\"")]),
    ("9110 12: negotiation", [("Accept", "a/b;q=0.5, */*"), ("Accept-Encoding", "gzip, br"), ("Accept-Language", "de")]),
    ("9111 5.2: cache directives", [("Cache-Control", "no-cache"), ("Pragma", "no-cache")]),
    ("9110 6.6.2: Trailer", [("Trailer", "X-Sum")]),
    ("9110 10.1.3: From, Referer and User-Agent", [("From", "a@b"), ("Referer", "http://x/"), ("User-Agent", "x/1 (y)")]),
    ("8941: unknown fields", [("Priority", "u=1"), ("Sec-Fetch-Site", "none"), ("X", "y")]),
])
def test_fields_pass_as_they_came(fields):
    text = "".join(f"{name}: {value}\r\n" for name, value in fields)
    request, _ = pair.passes(line("GET / HTTP/1.1", "Host: a.test\r\n" + text))
    wanted = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in fields]
    names = {n.lower() for n, _ in wanted}
    equal([(n, v) for n, v in request.fields if n.lower() in names], wanted)


def test_white_space_around_values_is_no_part_of_them():
    """RFC 9110, 5.5; RFC 9112, 5.1."""
    request, _ = pair.passes(line("GET / HTTP/1.1", "Host:a.test\r\nX-A:\t a b \t\r\nX-B:c\r\n"))
    equal((request.get("host"), request.get("x-a"), request.get("x-b")), ("a.test", "a b", "c"))


def test_as_many_and_as_large_as_the_limits_allow():
    fields = "".join(f"X-{i}: {'y' * 280}\r\n" for i in range(49))
    request, _ = pair.passes(line("GET / HTTP/1.1", "Host: a.test\r\n" + fields))
    equal(len([n for n, _ in request.fields if n.startswith(b"X-") and n[2:].isdigit()]), 49)
    request, _ = pair.passes(line("GET /" + "a" * 2047 + " HTTP/1.1"))
    equal(len(request.target), 2048)


@each([(f"9110 9.1: {m}", m) for m in
       ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "PROPFIND", "get", "Get", "X", "M-SEARCH",
        "!#$%&'*+-.^_`|~", "UPDATEREDIRECTREF", "PRI"]])
def test_methods_pass_in_their_case(method):
    request, response = pair.passes(line(f"{method} /m HTTP/1.1"))
    equal((request.method, response.status), (method, 200))


@each([
    ("9110 9.3.6: CONNECT", "CONNECT a.test:443 HTTP/1.1"),
    ("9110 9.3.8: TRACE", "TRACE / HTTP/1.1"),
])
def test_methods_that_are_refused(text):
    pair.backend.forget()
    with Client(pair.vane) as client:
        response = client.ask(line(text))
        equal(response.status, 405)
        contains("GET", response.get("allow"))
    equal(pair.backend.requests, [])


@each([(f"9112 3.2.1: {target}", target) for target in [
    "/", "//", "//a//b//", "/a%2Fb", "/a%2fb", "/%2e%2e/a", "/a/../b", "/a/./b", "/./", "/a/..", "/%41%7e", "/a?b", "/a?",
    "/a??b", "/a?b=c&d=%20+&&e", "/a?b=/c/../d", "/a;b=c/d;e", "/a:b@c", "/!$&'()*+,;=:@-._~", "/a?!$&'()*+,;=:@/?-._~",
    "/%C3%A4", "/%00", "/%0d%0aX:%20y", "/a%20b", "/.well-known/x", "/a/", "/?a", "/a?http://b/", "/:80", "/*",
]])
def test_targets_pass_byte_for_byte(target):
    request, response = pair.passes(line(f"GET {target} HTTP/1.1"))
    equal((request.target, response.status), (target, 200))


@each([(f"9112 3.2: {chr(c)}", chr(c)) for c in b"|^`{}\"<>\\[]"])
def test_characters_that_no_uri_has(character):
    """Refused or passed on unchanged: never rewritten."""
    pair.backend.forget()
    with Client(pair.vane) as client:
        response = client.ask(line(f"GET /a{character}b HTTP/1.1"))
        contains(response.status, (200, 400))
    equal([r.target for r in pair.backend.requests], [f"/a{character}b"] if response.status == 200 else [])


@each([
    ("9112 3.2.2: path and query", "http://b.test/x?y", "/x?y", "b.test"),
    ("9112 3.2.2: port", "http://b.test:8080/x", "/x", "b.test:8080"),
    ("9112 3.2.2: https", "https://b.test/x", "/x", "b.test"),
    ("9110 4.2.3: scheme in capitals", "HTTP://b.test/x", "/x", "b.test"),
    ("9110 4.2.3: no path", "http://b.test", "/", "b.test"),
    ("9112 3.2.2: no path but a query", "http://b.test?y", "/?y", "b.test"),
    ("9112 3.2.2: IPv6", "http://[::1]:81/x", "/x", "[::1]:81"),
    ("9112 3.2.2: bytes untouched", "http://b.test//a%2Fb/../c", "//a%2Fb/../c", "b.test"),
])
def test_absolute_form(target, passed, host):
    """Its authority wins over Host; the backend gets origin-form."""
    request, _ = pair.passes(line(f"GET {target} HTTP/1.1"))
    equal((request.target, request.get("host")), (passed, host))
    equal(request.get("x-forwarded-host"), host)


def test_absolute_form_needs_a_host_field_too():
    """RFC 9112, 3.2."""
    pair.refuses(line("GET http://b.test/ HTTP/1.1", ""), 400)
    pair.refuses(line("GET http://b.test/ HTTP/1.1", "Host: b.test\r\nHost: b.test\r\n"), 400)


@each([
    ("9112 3.2.4: asterisk-form", "OPTIONS * HTTP/1.1", "*", "a.test"),
    ("9112 3.2.4: from absolute-form without a path", "OPTIONS http://b.test HTTP/1.1", "*", "b.test"),
    ("9112 3.2.1: origin-form", "OPTIONS /x HTTP/1.1", "/x", "a.test"),
])
def test_options(text, target, host):
    request, _ = pair.passes(line(text))
    equal((request.method, request.target, request.get("host")), ("OPTIONS", target, host))


@each([
    ("9112 3.2: none", ""),
    ("9112 3.2: two", "Host: a.test\r\nHost: b.test\r\n"),
    ("9112 3.2: two equal ones", "Host: a.test\r\nHost: a.test\r\n"),
    ("9112 3.2: two apart", "Host: a.test\r\nX-A: b\r\nhost: a.test\r\n"),
    ("9110 7.2: empty", "Host:\r\n"),
    ("9110 7.2: list", "Host: a.test, b.test\r\n"),
    ("9110 7.2: two words", "Host: a.test b.test\r\n"),
    ("9110 7.2: slash", "Host: a.test/b\r\n"),
    ("9110 7.2: URI", "Host: http://a.test\r\n"),
    ("9110 7.2: userinfo", "Host: u@a.test\r\n"),
    ("9110 7.2: query", "Host: a.test?b\r\n"),
    ("9110 7.2: fragment", "Host: a.test#b\r\n"),
    ("9110 7.2: backslash", "Host: a.test\\b\r\n"),
    ("9110 7.2: port is a word", "Host: a.test:http\r\n"),
    ("9110 7.2: port too large", "Host: a.test:65536\r\n"),
    ("9110 7.2: negative port", "Host: a.test:-1\r\n"),
    ("9110 7.2: two ports", "Host: a.test:80:80\r\n"),
    ("9110 7.2: IPv6 without brackets", "Host: ::1\r\n"),
    ("9110 7.2: open bracket", "Host: [::1\r\n"),
    ("9110 7.2: no IPv6 in brackets", "Host: [a.test]\r\n"),
    ("9110 7.2: text behind the bracket", "Host: [::1]a\r\n"),
    ("9110 7.2: control character", "Host: a\x01.test\r\n"),
    ("9110 7.2: quote", "Host: \"a.test\"\r\n"),
    ("9110 7.2: non-ASCII", "Host: \xe4.test\r\n"),
    ("9110 7.2: half an escape", "Host: a%2.test\r\n"),
    ("9110 7.2: angle brackets", "Host: <a>\r\n"),
    ("9112 5.1: space before the colon", "Host : a.test\r\n"),
    ("9112 5.2: folded", "Host:\r\n a.test\r\n"),
])
def test_hosts_that_are_refused(fields):
    pair.refuses(line("GET / HTTP/1.1", fields), 400, outcome="bad_request")


@each([(f"9110 7.2: {host}", host) for host in [
    "a.test", "A.TEST", "a.test:8080", "a.test:", "localhost", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8080",
    "[2001:db8::1]", "a_b.test", "xn--4ca.test", "a.test.", "a-b.c-d", "%61.test", "1"]])
def test_hosts_pass_as_they_came(host):
    request, _ = pair.passes(line("GET / HTTP/1.1", f"Host: {host}\r\n"))
    equal((request.get("host"), request.get("x-forwarded-host")), (host, host))


def test_host_comes_first():
    """RFC 9110, 7.2: SHOULD be the first field."""
    request, _ = pair.passes(line("GET / HTTP/1.1", "X-A: b\r\nHost: a.test\r\n"))
    equal(request.fields[0], (b"Host", b"a.test"))


def test_http_1_0_needs_no_host():
    """RFC 9112, 3.2: but the request that goes on is HTTP/1.1 and has one."""
    request, _ = pair.passes(b"GET /old HTTP/1.0\r\n\r\n")
    equal((request.version, request.get("host")), ("1.1", pair.backend.address))
    request, _ = pair.passes(b"GET /old HTTP/1.0\r\nHost: a.test\r\n\r\n")
    equal(request.get("host"), "a.test")
    pair.refuses(b"GET /old HTTP/1.0\r\nHost: a.test\r\nHost: b.test\r\n\r\n", 400)
    pair.refuses(b"GET /old HTTP/1.0\r\nHost: a/b\r\n\r\n", 400)


def test_what_a_proxy_adds():
    """RFC 9110, 7.6.3; W3C Trace Context, 3.2."""
    request, response = pair.passes(get("/x"))
    equal(request.get("via"), "1.1 vane")
    equal(request.get("x-forwarded-for"), "127.0.0.1")
    equal(request.get("x-forwarded-proto"), "http")
    equal(request.get("x-forwarded-host"), "a.test")
    equal(len(request.get("x-request-id")), 32)
    equal(response.get("x-request-id"), request.get("x-request-id"))
    version, trace, span, flags = request.get("traceparent").split("-")
    equal((version, len(trace), len(span), flags), ("00", 32, 16, "01"))
    int(trace, 16), int(span, 16)
    other, _ = pair.passes(get("/x"))
    true(other.get("x-request-id") != request.get("x-request-id"))
    true(other.get("traceparent") != request.get("traceparent"))


def test_what_a_proxy_adds_to_is_kept():
    more = ("Via: 1.0 fred, 1.1 p.example\r\nX-Forwarded-For: 10.0.0.1\r\nVia: 1.1 q\r\nX-Forwarded-For: 10.0.0.2\r\n"
            "Forwarded: for=10.0.0.1\r\n")
    request, _ = pair.passes(get("/x", more=more))
    equal(request.get("via"), "1.0 fred, 1.1 p.example, 1.1 q, 1.1 vane")
    equal(request.get("x-forwarded-for"), "10.0.0.1, 10.0.0.2, 127.0.0.1")
    contains("for=10.0.0.1", request.get("forwarded"))
    request, _ = pair.passes(b"GET / HTTP/1.0\r\n\r\n")
    equal(request.get("via"), "1.0 vane")


def test_request_ids_are_kept_or_made():
    request, response = pair.passes(get("/x", more="X-Request-Id: abc-123\r\n"))
    equal((request.get("x-request-id"), response.get("x-request-id")), ("abc-123", "abc-123"))
    for bad in ("", "a b", "x" * 200, "a\"b", "a\\b", "\xe4"):
        request, response = pair.passes(get("/x", more=f"X-Request-Id: {bad}\r\n"))
        equal(len(request.get("x-request-id")), 32)
        equal(response.get("x-request-id"), request.get("x-request-id"))


TRACE = "0af7651916cd43dd8448eb211c80319c"


@each([
    ("W3C 3.2: valid", f"00-{TRACE}-b7ad6b7169203331-01", True),
    ("W3C 3.2: not sampled", f"00-{TRACE}-b7ad6b7169203331-00", True),
    ("W3C 3.2.4: a later version", f"01-{TRACE}-b7ad6b7169203331-01", True),
    ("W3C 3.2.4: a later version with more", f"cc-{TRACE}-b7ad6b7169203331-01-what-comes", True),
    ("W3C 3.2.2.1: version ff", f"ff-{TRACE}-b7ad6b7169203331-01", False),
    ("W3C 3.2.2.3: all zero trace", f"00-{'0' * 32}-b7ad6b7169203331-01", False),
    ("W3C 3.2.2.4: all zero span", f"00-{TRACE}-{'0' * 16}-01", False),
    ("W3C 3.2.2.3: capitals", f"00-{TRACE.upper()}-b7ad6b7169203331-01", False),
    ("W3C 3.2.2: too long for its version", f"00-{TRACE}-b7ad6b7169203331-01-x", False),
    ("W3C 3.2.2: too short", f"00-{TRACE}-b7ad6b7169203331", False),
    ("W3C 3.2.2: not hex", f"00-{TRACE[:-1]}g-b7ad6b7169203331-01", False),
])
def test_traceparent(value, valid):
    request, _ = pair.passes(get("/x", more=f"traceparent: {value}\r\ntracestate: a=b\r\n"))
    if valid:
        equal(request.get("traceparent"), value)
        equal(request.get("tracestate"), "a=b")
    else:
        true(request.get("traceparent") != value)
        equal(len(request.get("traceparent")), 55)


def max_forwards(value):
    return line("OPTIONS /x HTTP/1.1", f"Host: a.test\r\nMax-Forwards: {value}\r\n")


@each([("9110 7.6.2: ten", "10", "9"), ("9110 7.6.2: one", "1", "0"), ("9110 7.6.2: leading zeros", "007", "6")])
def test_max_forwards_is_counted_down(value, passed):
    request, _ = pair.passes(max_forwards(value))
    equal(request.get("max-forwards"), passed)


def test_max_forwards_zero_is_answered_here():
    """RFC 9110, 7.6.2: the recipient answers as the final one."""
    for target in ("/x", "*"):
        pair.backend.forget()
        with Client(pair.vane) as client:
            response = client.ask(line(f"OPTIONS {target} HTTP/1.1", "Host: a.test\r\nMax-Forwards: 0\r\n"))
            contains(response.status, (200, 204))
            contains("GET", response.get("allow"))
            equal(client.ask(get("/next")).status, 200)
        equal([r.target for r in pair.backend.requests], ["/next"])


def test_max_forwards_means_nothing_elsewhere():
    """RFC 9110, 7.6.2: MAY be ignored with other methods."""
    request, _ = pair.passes(get("/x", more="Max-Forwards: 0\r\n"))
    equal(request.get("max-forwards"), "0")


def test_heads_come_in_any_pieces():
    """RFC 9112, 2: the same request, whatever the segments."""
    raw = b"\r\n" + get("/pieces?a=b", more="X-A: b\r\nX-A: c\r\n")
    for size in (1, 2, 3, 7):
        request, response = pair.passes([raw[i:i + size] for i in range(0, len(raw), size)])
        equal((request.target, request.all("x-a")), ("/pieces?a=b", ["b", "c"]))
        equal(json.loads(response.body)["target"], "/pieces?a=b")


if __name__ == "__main__":
    main()
