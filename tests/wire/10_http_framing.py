"""Where a request ends: Content-Length, Transfer-Encoding, chunks and trailers (RFC 9112, 6 and 7; RFC 9110, 6.5, 8.6).
What two readers could take differently is refused; what passes reaches the backend as exactly one message."""
import itertools
import json

from harness import CutShort, Pair, Client, each, equal, eventually, get, main, sha256, true

pair = Pair(more="limits: {body: 1MiB}")
cuts = itertools.count()
POST = "POST /f HTTP/1.1\r\nHost: a.test\r\n"


def post(fields, body=b"", start=POST):
    return (start + fields + "\r\n").encode("latin-1") + body


NEXT = b"GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n"
CHUNKS = b"5\r\nhello\r\n0\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
OLD = "POST /f HTTP/1.0\r\nHost: a.test\r\n"

REFUSED = [
    # Content-Length (RFC 9110, 8.6; RFC 9112, 6.3)
    ("9110 8.6: plus sign", "Content-Length: +5\r\n", b"hello", 400),
    ("9110 8.6: minus sign", "Content-Length: -5\r\n", b"hello", 400),
    ("9110 8.6: hex", "Content-Length: 0x5\r\n", b"hello", 400),
    ("9110 8.6: empty", "Content-Length:\r\n", b"", 400),
    ("9110 8.6: a word", "Content-Length: five\r\n", b"hello", 400),
    ("9110 8.6: decimals", "Content-Length: 5.0\r\n", b"hello", 400),
    ("9110 8.6: digits with a space", "Content-Length: 1 0\r\n", b"hello", 400),
    ("9110 8.6: underscore", "Content-Length: 1_0\r\n", b"helloworld", 400),
    ("9110 8.6: quoted", "Content-Length: \"5\"\r\n", b"hello", 400),
    ("9110 8.6: beyond 64 bits", "Content-Length: 18446744073709551621\r\n", b"hello", 400),
    ("9110 8.6: beyond 63 bits", "Content-Length: 9223372036854775808\r\n", b"hello", 400),
    ("9110 8.6: unicode digits", "Content-Length: \u00b2\r\n", b"he", 400),
    ("9112 6.3: unequal lines", "Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!", 400),
    ("9112 6.3: unequal list", "Content-Length: 5, 6\r\n", b"hello!", 400),
    ("9112 6.3: list with an empty element", "Content-Length: 5,\r\n", b"hello", 400),
    ("9112 6.3: list with a leading comma", "Content-Length: ,5\r\n", b"hello", 400),
    ("9110 15.5.14: over the limit", "Content-Length: 1048577\r\n", b"", 413),
    # Transfer-Encoding (RFC 9112, 6.1, 6.3)
    ("9112 6.3: with Content-Length behind it", CHUNKED + "Content-Length: 5\r\n", CHUNKS, 400),
    ("9112 6.3: with Content-Length before it", "Content-Length: 5\r\n" + CHUNKED, CHUNKS, 400),
    ("9112 6.3: with Content-Length 0", "Content-Length: 0\r\n" + CHUNKED, CHUNKS, 400),
    ("9112 6.1: unknown coding", "Transfer-Encoding: gzip\r\n", CHUNKS, (400, 501)),
    ("9112 6.1: unknown coding before chunked", "Transfer-Encoding: gzip, chunked\r\n", CHUNKS, 501),
    ("9112 6.3: chunked is not the last", "Transfer-Encoding: chunked, gzip\r\n", CHUNKS, (400, 501)),
    ("9112 6.1: chunked twice in a list", "Transfer-Encoding: chunked, chunked\r\n", CHUNKS, 400),
    ("9112 6.1: chunked in two lines", CHUNKED + CHUNKED, CHUNKS, 400),
    ("9112 6.1: identity", "Transfer-Encoding: identity\r\n", b"", (400, 501)),
    ("9112 6.1: identity and chunked", "Transfer-Encoding: identity, chunked\r\n", CHUNKS, (400, 501)),
    ("9112 6.1: identity line before chunked", "Transfer-Encoding: identity\r\n" + CHUNKED, CHUNKS, (400, 501)),
    ("9112 7: quoted", "Transfer-Encoding: \"chunked\"\r\n", CHUNKS, 400),
    ("9112 7: parameter", "Transfer-Encoding: chunked;q=1\r\n", CHUNKS, 400),
    ("9112 7: semicolon", "Transfer-Encoding: chunked;\r\n", CHUNKS, 400),
    ("9112 6.1: empty element behind", "Transfer-Encoding: chunked,\r\n", CHUNKS, 400),
    ("9112 6.1: empty element before", "Transfer-Encoding: ,chunked\r\n", CHUNKS, 400),
    ("9112 6.1: empty", "Transfer-Encoding:\r\n", CHUNKS, 400),
    ("9112 6.1: empty line before chunked", "Transfer-Encoding:\r\n" + CHUNKED, CHUNKS, 400),
    ("9112 6.1: vertical tab", "Transfer-Encoding: \x0bchunked\r\n", CHUNKS, 400),
    ("9112 6.1: vertical tab behind", "Transfer-Encoding: chunked\x0b\r\n", CHUNKS, 400),
    ("9112 6.1: form feed", "Transfer-Encoding: \x0cchunked\r\n", CHUNKS, 400),
    ("9112 6.1: NUL", "Transfer-Encoding: chunked\x00\r\n", CHUNKS, 400),
    ("9112 6.1: no-break space", "Transfer-Encoding: \xa0chunked\r\n", CHUNKS, (400, 501)),
    ("9112 6.1: xchunked", "Transfer-Encoding: xchunked\r\n", CHUNKS, (400, 501)),
    ("9112 6.1: two words", "Transfer-Encoding: chunked foo\r\n", CHUNKS, 400),
    ("9112 5.1: space before the colon", "Transfer-Encoding : chunked\r\n", CHUNKS, 400),
    ("9112 5.1: tab before the colon", "Transfer-Encoding\t: chunked\r\n", CHUNKS, 400),
    ("9112 5.2: folded", "Transfer-Encoding:\r\n chunked\r\n", CHUNKS, 400),
    ("9112 5.2: folded behind another", "X-A: b\r\n Transfer-Encoding: chunked\r\n", CHUNKS, 400),
    ("9112 2.2: CR in the name", "Transfer\r-Encoding: chunked\r\n", CHUNKS, 400),
]


@each(REFUSED)
def test_refused(fields, body, statuses):
    pair.refuses(post(fields, body + NEXT), statuses)


@each([
    ("9112 6.1: chunked", CHUNKED, CHUNKS, (400,)),
    ("9112 6.1: chunked with a length", CHUNKED + "Content-Length: 5\r\n", CHUNKS, (400,)),
    ("9112 6.1: chunked with keep-alive", CHUNKED + "Connection: keep-alive\r\n", CHUNKS, (400,)),
])
def test_http_1_0_has_no_transfer_encoding(fields, body, statuses):
    pair.refuses(post(fields, body + NEXT, OLD), statuses)


BAD_CHUNKS = [
    ("9112 7.1: sign", b"+5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: minus", b"-5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: prefix", b"0x5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: leading space", b" 5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: trailing space", b"5 \r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: trailing tab", b"5\t\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: empty size", b"\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: a word", b"five\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: underscore", b"0_5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: quoted", b"\"5\"\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: comma", b"5,5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: overflow of 64 bits", b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: overflow of 63 bits", b"8000000000000005\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: endless zeros", b"0" * 100 + b"5\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1.1: a space, and no extension", b"5 a\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: bare LF behind the size", b"5\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: bare CR behind the size", b"5\rhello\r\n0\r\n\r\n"),
    ("9112 7.1: CR CR LF", b"5\r\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: bare LF behind the data", b"5\r\nhello\n0\r\n\r\n"),
    ("9112 7.1: bare CR behind the data", b"5\r\nhello\r0\r\n\r\n"),
    ("9112 7.1: nothing behind the data", b"5\r\nhello0\r\n\r\n"),
    ("9112 7.1: data longer than it says", b"5\r\nhello!\r\n0\r\n\r\n"),
    ("9112 7.1: data shorter than it says", b"6\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1: bare LF behind the last size", b"5\r\nhello\r\n0\n\r\n"),
    ("9112 7.1: bare LF at the end", b"5\r\nhello\r\n0\r\n\n"),
    ("9112 7.1.1: bare LF in an extension", b"5;a\nhello\r\n0\r\n\r\n"),
    ("9112 7.1.1: bare CR in an extension", b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1.1: NUL in an extension", b"5;a\x00\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1.1: endless extension", b"5;" + b"a" * 70000 + b"\r\nhello\r\n0\r\n\r\n"),
    ("9112 7.1.1: extensions of many chunks", b"1;aaaaaaaaaaaaaaaa\r\nx\r\n" * 2000 + b"0\r\n\r\n"),
    ("9112 7.1.2: trailer without a colon", b"5\r\nhello\r\n0\r\nnonsense\r\n\r\n"),
    ("9112 7.1.2: space before the colon of a trailer", b"5\r\nhello\r\n0\r\nX-A : b\r\n\r\n"),
    ("9112 7.1.2: folded trailer", b"5\r\nhello\r\n0\r\nX-A: b\r\n c\r\n\r\n"),
    ("9112 7.1.2: NUL in a trailer", b"5\r\nhello\r\n0\r\nX-A: \x00\r\n\r\n"),
    ("9112 7.1.2: bare LF in a trailer", b"5\r\nhello\r\n0\r\nX-A: b\n\r\n"),
    ("9112 7.1.2: endless trailers", b"5\r\nhello\r\n0\r\n" + b"X-A: b\r\n" * 20000 + b"\r\n"),
]


@each(BAD_CHUNKS)
def test_bad_chunks_never_look_complete(body):
    """Sent in one piece it is answered 400; the backend never sees a complete request."""
    pair.refuses(post(CHUNKED, body + NEXT), (400, 413, 431), outcome="bad_request")


@each(BAD_CHUNKS[:25])
def test_bad_chunks_in_pieces_never_look_complete(body):
    """In pieces the head may have gone on before the fault shows: then the backend's connection is ended instead."""
    pair.backend.forget()
    at = body.index(b"hello")
    with Client(pair.vane) as client:
        client.send([post(CHUNKED), body[:at + 3], body[at + 3:] + NEXT], 0.01)
        equal(client.response().status, 400)
        true(client.closes())
    equal(pair.backend.requests, [])


def framed(request, framing, body):
    equal((request.framing, request.body), (framing, body))


@each([
    ("9110 8.6: length", "Content-Length: 5\r\n", b"hello", "length", b"hello"),
    ("9110 8.6: zero", "Content-Length: 0\r\n", b"", "length", b""),
    ("9110 8.6: leading zeros", "Content-Length: 0005\r\n", b"hello", "length", b"hello"),
    ("9110 5.5: white space around it", "Content-Length: \t 5 \t\r\n", b"hello", "length", b"hello"),
    ("9112 6.3: equal lines", "Content-Length: 5\r\nContent-Length: 5\r\n", b"hello", "length", b"hello"),
    ("9112 6.3: equal list", "Content-Length: 5, 5\r\n", b"hello", "length", b"hello"),
    ("9112 6.3: no framing is no body", "", b"", "none", b""),
    ("9112 7.1: chunked", CHUNKED, CHUNKS, "chunked", b"hello"),
    ("9110 7.4: coding in capitals", "Transfer-Encoding: CHUNKED\r\n", CHUNKS, "chunked", b"hello"),
    ("9112 7.1: hex in both cases", CHUNKED, b"a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n", "chunked",
     b"01234567890123456789a"),
    ("9112 7.1: leading zeros", CHUNKED, b"0005\r\nhello\r\n000\r\n\r\n", "chunked", b"hello"),
    ("9112 7.1: more leading zeros than digits", CHUNKED, b"00000000000000000005\r\nhello\r\n0\r\n\r\n", "chunked", b"hello"),
    ("9112 7.1.1: white space before an extension", CHUNKED, b"5 \t;a=b\r\nhello\r\n0 ;c\r\n\r\n", "chunked", b"hello"),
    ("9112 7.1: empty", CHUNKED, b"0\r\n\r\n", "chunked", b""),
    ("9112 7.1.1: extension", CHUNKED, b"5;a=b\r\nhello\r\n0;c\r\n\r\n", "chunked", b"hello"),
    ("9112 7.1.1: quoted extension", CHUNKED, b"5;a=\"b;\\\"\"\r\nhello\r\n0\r\n\r\n", "chunked", b"hello"),
    ("9112 7.1.1: extension without a name", CHUNKED, b"5;\r\nhello\r\n0\r\n\r\n", "chunked", b"hello"),
    ("9112 6.3: binary body", "Content-Length: 7\r\n", b"\x00\r\n\r\n\xff\xfe", "length", b"\x00\r\n\r\n\xff\xfe"),
])
def test_passes(fields, body, framing, content):
    whole = post(fields, body)
    request, response = pair.passes(whole)
    framed(request, framing, content)
    equal(response.status, 200)
    request, _ = pair.passes([whole[i:i + 1] for i in range(len(whole))])
    framed(request, framing, content)


@each([(f"9110 9.3: {m}", m) for m in ("GET", "HEAD", "DELETE", "OPTIONS", "PUT", "PATCH", "QUERY")])
def test_any_method_may_have_a_body(method):
    for fields, body, framing in (("Content-Length: 5\r\n", b"hello", "length"), (CHUNKED, CHUNKS, "chunked")):
        request, response = pair.passes(post(fields, body, f"{method} /f HTTP/1.1\r\nHost: a.test\r\n"))
        equal((request.method, response.status), (method, 200))
        framed(request, framing, b"hello")


def test_a_body_by_length_is_not_the_next_request():
    """RFC 9112, 6.2: what looks like a request within a body is body, and what follows it is the next request."""
    pair.backend.forget()
    with Client(pair.vane) as client:
        client.send(post(f"Content-Length: {len(NEXT)}\r\n", NEXT) + get("/next"))
        equal(json.loads(client.response().body)["sha256"], sha256(NEXT))
        equal(json.loads(client.response().body)["target"], "/next")
    equal([r.target for r in pair.backend.requests], ["/f", "/next"])


def test_get_without_framing_has_no_body():
    """RFC 9112, 6.3, 7: bytes behind a head without framing are the next request."""
    pair.backend.forget()
    with Client(pair.vane) as client:
        client.send(get("/one") + get("/two"))
        equal([json.loads(client.response().body)["target"] for _ in "12"], ["/one", "/two"])


TRAILER = b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n%s: evil\r\nX-Two: 2\r\n\r\n"
FORBIDDEN = ["Host", "Content-Length", "Transfer-Encoding", "Connection", "TE", "Trailer", "Upgrade", "Content-Type",
             "Content-Encoding", "Content-Range", "Authorization", "Cookie", "Set-Cookie", "Expect", "Max-Forwards",
             "Cache-Control", "Range", "If-Match", "If-None-Match", "Keep-Alive", "Proxy-Connection", "Via", "Forwarded",
             "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "API-Version"]


@each([(f"9110 6.5.1: {name}", name) for name in FORBIDDEN])
def test_trailers_never_become_fields(name):
    request, _ = pair.passes(post(CHUNKED + "Trailer: X-Sum\r\n", TRAILER % name.encode()))
    equal(request.trailer("x-sum"), "1")
    equal(request.trailer("x-two"), "2")
    equal(request.trailer(name), None)
    true(b": evil" not in request.raw)


def test_trailers_are_not_merged_into_the_head():
    """RFC 9110, 6.5.1."""
    request, response = pair.passes(post(CHUNKED, b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n"))
    equal(request.all("x-sum"), [])
    equal(request.trailer("x-sum"), ["1", "2"])
    equal(json.loads(response.body)["trailers"], [["X-Sum", "1"], ["X-Sum", "2"]])


@each([
    ("9112 8: length", "Content-Length: 10\r\n", b"hello"),
    ("9112 8: length, nothing came", "Content-Length: 10\r\n", b""),
    ("9112 8: chunk data", CHUNKED, b"5\r\nhel"),
    ("9112 8: behind a chunk", CHUNKED, b"5\r\nhello\r\n"),
    ("9112 8: within the last chunk", CHUNKED, b"5\r\nhello\r\n0\r\n"),
    ("9112 8: within trailers", CHUNKED, b"5\r\nhello\r\n0\r\nX-A: b\r\n"),
])
def test_truncated_bodies_never_look_complete(fields, body):
    for leave in (Client.close, Client.reset, Client.half_close):
        pair.backend.forget()
        path = f"/cut-{next(cuts)}"
        client = Client(pair.vane)
        client.send(post(fields, body, f"POST {path} HTTP/1.1\r\nHost: a.test\r\n"))
        eventually(lambda: pair.backend.connections, "a connection to the backend")
        leave(client)
        equal(pair.vane.outcome_at(path), "client_gone")
        eventually(lambda: not pair.backend.connections, "the backend's connection is ended")
        client.close()
    equal(pair.backend.requests, [])


def test_the_limit_holds_for_chunks_too():
    """RFC 9110, 15.5.14: 413, and the request never looks complete."""
    pair.backend.forget()
    with Client(pair.vane) as client:
        try:
            client.send([post(CHUNKED)] + [b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 17 + [b"0\r\n\r\n"])
        except (BrokenPipeError, ConnectionResetError):
            pass
        response = client.response()
        equal((response.status, response.get("connection")), (413, "close"))
    equal(pair.backend.requests, [])
    request, _ = pair.passes(post(CHUNKED, b"100000\r\n" + b"x" * 1048576 + b"\r\n0\r\n\r\n"))
    equal(len(request.body), 1048576)


def test_many_small_chunks_arrive_alike():
    """RFC 9112, 7.1: chunking is the sender's business; content is not changed."""
    content = bytes(i % 251 for i in range(5000))
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in content) + b"0\r\n\r\n"
    request, _ = pair.passes(post(CHUNKED, body))
    framed(request, "chunked", content)
    request, _ = pair.passes([post(CHUNKED)] + [body[i:i + 997] for i in range(0, len(body), 997)])
    framed(request, "chunked", content)


if __name__ == "__main__":
    main()
