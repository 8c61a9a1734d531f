"""Answers: where they end, what is wrong with them, what a client may see of a broken one (RFC 9112, 4, 6, 7, 8; RFC
9110, 6, 8, 9.3.2, 15). No answer, however odd, gets into the next one."""
import gzip
import json
import re
import time

from harness import (OK, Backend, Client, CutShort, Pair, contains, each, equal, eventually, get, main, sha256,
                     sidecar, true)

pair = Pair(backend_more="timeout: {response: 5s}")
HEAD = b"HEAD /h HTTP/1.1\r\nHost: a.test\r\n\r\n"
CLOSE = Backend.CLOSE


def framed(fields, body=b"", status="200 OK", version="1.1"):
    return f"HTTP/{version} {status}\r\n{fields}\r\n".encode("latin-1") + body


CHUNKED = "Transfer-Encoding: chunked\r\n"
CHUNKS = b"5\r\nhello\r\n0\r\n\r\n"


@each([
    ("9112 6.3: length", framed("Content-Length: 5\r\n", b"hello"), "length", b"hello"),
    ("9112 6.3: length 0", framed("Content-Length: 0\r\n"), "length", b""),
    ("9112 6.3: equal lengths", framed("Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"), "length", b"hello"),
    ("9112 6.3: equal list", framed("Content-Length: 5, 5\r\n", b"hello"), "length", b"hello"),
    ("9112 7.1: chunked", framed(CHUNKED, CHUNKS), "chunked", b"hello"),
    ("9112 7.1: Chunked", framed("transfer-encoding: Chunked\r\n", CHUNKS), "chunked", b"hello"),
    ("9112 7.1.1: extensions", framed(CHUNKED, b"5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n"), "chunked", b"hello"),
    ("9112 6.3: until close", framed("", b"hello" + CLOSE), "chunked", b"hello"),
    ("9112 6.3: until close, empty", framed("", CLOSE), "chunked", b""),
    ("9112 6.3: until close, announced", framed("Connection: close\r\n", b"hello" + CLOSE), "chunked", b"hello"),
    ("9112 6.3: HTTP/1.0 until close", framed("", b"hello" + CLOSE, version="1.0"), "chunked", b"hello"),
    ("9112 9.3: HTTP/1.0 by length", framed("Content-Length: 5\r\n", b"hello" + CLOSE, version="1.0"), "length", b"hello"),
    ("9112 9.3: HTTP/1.0 that stays open", framed("Content-Length: 5\r\nConnection: keep-alive\r\n", b"hello", version="1.0"),
     "length", b"hello"),
    ("9112 9.6: close announced", framed("Content-Length: 5\r\nConnection: close\r\n", b"hello" + CLOSE), "length", b"hello"),
    ("9112 4: no reason", framed("Content-Length: 5\r\n", b"hello", status="200 "), "length", b"hello"),
    ("9112 4: no space behind the status", framed("Content-Length: 5\r\n", b"hello", status="200"), "length", b"hello"),
    ("9112 4: a long reason", framed("Content-Length: 5\r\n", b"hello", status="200 all \t (is) well \xfc"), "length", b"hello"),
    ("9112 5.1: space before a colon", framed("X-Odd : v\r\nContent-Length : 5\r\n", b"hello"), "length", b"hello"),
    ("9112 6.3: binary", framed("Content-Length: 4\r\n", b"\x00\xff\r\n"), "length", b"\x00\xff\r\n"),
])
def test_framing(answer, framing, body):
    response, kept = pair.gets(answer, then=lambda client: equal(client.ask(get("/n")).status, 200))
    equal((response.status, response.framing, response.body, response.version), (200, framing, body, "1.1"))
    true(kept, "the client's connection stays")
    equal(pair.vane.outcome_of(response), "ok")
    if b"X-Odd" in answer:
        equal(response.get("x-odd"), "v")


@each([
    ("9112 6.3: length", framed("Content-Length: 5\r\n", b"hello"), b"hello", "length"),
    ("9112 7.1: chunked is not for 1.0", framed(CHUNKED, CHUNKS), b"hello", "close"),
    ("9112 6.3: until close", framed("", b"hello" + CLOSE), b"hello", "close"),
])
def test_framing_for_http_1_0(answer, body, framing):
    for more in (b"", b"Connection: keep-alive\r\n"):
        response, _ = pair.gets(answer, b"GET / HTTP/1.0\r\nHost: a.test\r\n" + more + b"\r\n")
        equal((response.body, response.framing, response.all("transfer-encoding")), (body, framing, []))
        if framing == "close":
            equal(response.get("connection"), "close")


@each([
    ("9112 4: no status line", b"hello\r\n\r\n"),
    ("9112 4: HTTP/0.9", b"<html>\r\nhello</html>" + CLOSE),
    ("9112 4: no version", b"200 OK\r\n\r\n"),
    ("9112 4: no status", b"HTTP/1.1\r\n\r\n"),
    ("9112 4: no status, a space", b"HTTP/1.1 \r\n\r\n"),
    ("9112 4: two digits", b"HTTP/1.1 20 OK\r\n\r\n"),
    ("9112 4: four digits", b"HTTP/1.1 2000 OK\r\n\r\n"),
    ("9112 4: a word", b"HTTP/1.1 abc OK\r\n\r\n"),
    ("9112 4: sign", b"HTTP/1.1 +200 OK\r\n\r\n"),
    ("9112 4: two spaces", b"HTTP/1.1  200 OK\r\n\r\n"),
    ("9112 4: tab", b"HTTP/1.1\t200 OK\r\n\r\n"),
    ("9112 4: hyphen", b"HTTP/1.1 200-OK\r\n\r\n"),
    ("9110 15: status 000", b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n"),
    ("9110 15: status 099", b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"),
    ("9110 15: status 600", b"HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n"),
    ("9112 2.3: HTTP/2.0", b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ("9112 2.3: http/1.1", b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ("9112 2.3: another protocol", b"ICY 200 OK\r\n\r\n"),
    ("9112 2.2: an empty line first", b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ("9112 2.2: bare LF", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    ("9112 2.2: bare CR", b"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n"),
    ("9110 5.5: NUL in a field", b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n"),
    ("9110 5.5: NUL in the reason", b"HTTP/1.1 200 O\x00K\r\nContent-Length: 0\r\n\r\n"),
    ("9110 5.5: control character", b"HTTP/1.1 200 OK\r\nX: a\x1bb\r\nContent-Length: 0\r\n\r\n"),
    ("9112 5: no colon", b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n"),
    ("9112 5: empty name", b"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n"),
    ("9110 5.1: space in a name", b"HTTP/1.1 200 OK\r\nX Y: x\r\nContent-Length: 0\r\n\r\n"),
    ("9112 5.2: folded", b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
    ("9112 5.2: space before the first field", b"HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n"),
    ("9110 8.6: negative length", framed("Content-Length: -1\r\n", b"x")),
    ("9110 8.6: length with a sign", framed("Content-Length: +5\r\n", b"hello")),
    ("9110 8.6: length is a word", framed("Content-Length: five\r\n", b"hello")),
    ("9110 8.6: hex length", framed("Content-Length: 0x5\r\n", b"hello")),
    ("9110 8.6: empty length", framed("Content-Length: \r\n", b"hello")),
    ("9110 8.6: length beyond 64 bits", framed("Content-Length: 18446744073709551621\r\n", b"hello")),
    ("9112 6.3: unequal lengths", framed("Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!")),
    ("9112 6.3: unequal list", framed("Content-Length: 5, 6\r\n", b"hello!")),
    ("9112 6.3: length with chunked", framed("Content-Length: 5\r\n" + CHUNKED, CHUNKS)),
    ("9112 6.1: unknown coding", framed("Transfer-Encoding: gzip, chunked\r\n", CHUNKS)),
    ("9112 6.1: chunked twice", framed("Transfer-Encoding: chunked, chunked\r\n", CHUNKS)),
    ("9112 6.1: chunked in two lines", framed(CHUNKED + CHUNKED, CHUNKS)),
    ("9112 6.1: identity", framed("Transfer-Encoding: identity\r\n", b"hello")),
    ("9112 6.1: chunked in HTTP/1.0", framed(CHUNKED, CHUNKS, version="1.0")),
    ("9112 7.1: bad first chunk", framed(CHUNKED, b"xyz\r\nhello\r\n0\r\n\r\n")),
    ("9112 7.1: first chunk with a sign", framed(CHUNKED, b"+5\r\nhello\r\n0\r\n\r\n")),
    ("9112 7.1: first chunk with a prefix", framed(CHUNKED, b"0x5\r\nhello\r\n0\r\n\r\n")),
    ("9112 7.1: first chunk with a space", framed(CHUNKED, b"5 \r\nhello\r\n0\r\n\r\n")),
    ("9112 7.1: first chunk too large", framed(CHUNKED, b"ffffffffffffffff1\r\nhello\r\n0\r\n\r\n")),
    ("9112 7.1: bare LF", framed(CHUNKED, b"5\nhello\r\n0\r\n\r\n")),
    ("6585 5: endless field", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100000 + b"\r\n\r\n"),
    ("6585 5: endless fields", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 3000 + b"\r\n"),
])
def test_wrong_answers_become_502(answer):
    equal(pair.bad_gateway(answer), "backend_bad_answer")


@each([
    ("9112 8: nothing", CLOSE),
    ("9112 8: reset", Backend.RESET),
    ("9112 8: within the status line", b"HTTP/1.1 2" + CLOSE),
    ("9112 8: within the fields", b"HTTP/1.1 200 OK\r\nContent-Le" + CLOSE),
    ("9112 8: before the empty line", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + CLOSE),
    ("9112 8: reset within the fields", b"HTTP/1.1 200 OK\r\nContent-Le" + Backend.RESET),
    ("9110 15.2: after an interim answer", b"HTTP/1.1 103 Early\r\n\r\n" + CLOSE),
])
def test_answers_that_end_within_the_head_become_502(answer):
    equal(pair.bad_gateway(answer), "backend_closed")


CUT = [
    ("9112 8: length", framed("Content-Length: 10\r\n"), b"hello"),
    ("9112 8: length, no content", framed("Content-Length: 10\r\n"), b""),
    ("9112 8: within a chunk", framed(CHUNKED), b"a\r\nhello"),
    ("9112 8: behind a chunk", framed(CHUNKED), b"5\r\nhello\r\n"),
    ("9112 8: within the last chunk", framed(CHUNKED), b"5\r\nhello\r\n0\r\n"),
    ("9112 8: within trailers", framed(CHUNKED), b"5\r\nhello\r\n0\r\nX-A: b"),
    ("9112 7.1: bad chunk later", framed(CHUNKED), b"5\r\nhello\r\nxyz\r\n"),
    ("9112 7.1: bad end of a chunk", framed(CHUNKED), b"5\r\nhelloX"),
    ("9112 7.1.2: bad trailer", framed(CHUNKED), b"5\r\nhello\r\n0\r\nnonsense\r\n\r\n"),
]


@each([(f"{name} {how}", head, body, end) for name, head, body in CUT
       for how, end in (("closed", CLOSE), ("reset", Backend.RESET))])
def test_answers_cut_short_are_visibly_cut(head, body, end):
    """RFC 9112, 8: whatever the client speaks, it cannot take the answer for complete."""
    def answer(_request, connection):
        connection.send(head)
        time.sleep(0.02)
        connection.send(body)
        time.sleep(0.02)
        return end

    for raw in (get("/cut"), b"GET /cut HTTP/1.0\r\nHost: a.test\r\n\r\n"):
        pair.backend.forget()
        pair.backend.answer = answer
        with Client(pair.vane) as client:
            try:
                response = client.ask(raw)
                raise AssertionError(f"it looks complete: {response} {response.framing}")
            except CutShort as cut:
                true(cut.message is None or b"hello".startswith(cut.message.body), cut.message)
            except ConnectionResetError:
                pass
    eventually(lambda: [l for l in pair.vane.access()[-2:] if l["vane.outcome"] == "backend_cut"], "backend_cut in the log")


def test_an_answer_cut_after_a_pause_does_not_poison_the_next():
    """A backend that stalls within an answer: the client's copy is cut, and what is left of it goes to nobody."""
    def stall(request, connection):
        if request.target == "/stall":
            connection.send(framed("Content-Length: 40\r\n", b"first"))
            time.sleep(1.2)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            return None
        return OK

    backend = Backend(answer=stall)
    vane = sidecar(backend, backend_more="timeout: {response: 300ms}")
    with Client(vane) as client:
        try:
            client.ask(get("/stall"))
            raise AssertionError("it looks complete")
        except CutShort as cut:
            equal(cut.message.body, b"first")
    for _ in range(20):
        with Client(vane) as client:
            equal(client.ask(get("/next")).body, b"ok")
        time.sleep(0.07)
    equal(vane.outcome_at("/stall"), "backend_cut")
    vane.stop()


# ---- answers without a body ----

BODILESS = [
    ("9110 9.3.2: HEAD with length", HEAD, framed("Content-Length: 5\r\n"), "5"),
    ("9110 9.3.2: HEAD with chunked", HEAD, framed(CHUNKED), None),
    ("9110 9.3.2: HEAD without framing", HEAD, framed(""), None),
    ("9110 9.3.2: HEAD with a body all the same", HEAD, framed("Content-Length: 5\r\n", b"hello"), "5"),
    ("9110 9.3.2: HEAD with chunks all the same", HEAD, framed(CHUNKED, CHUNKS), None),
    ("9110 9.3.2: HEAD of an error", HEAD, framed("Content-Length: 5\r\n", status="404 No"), "5"),
    ("9110 15.3.5: 204", get(), framed("", status="204 No Content"), None),
    ("9110 15.3.5: 204 with length 0", get(), framed("Content-Length: 0\r\n", status="204 No Content"), None),
    ("9110 15.3.5: 204 with a body", get(), framed("Content-Length: 5\r\n", b"hello", status="204 No Content"), None),
    ("9110 15.3.5: 204 with chunks", get(), framed(CHUNKED, CHUNKS, status="204 No Content"), None),
    ("9110 15.4.5: 304", get(), framed("ETag: \"x\"\r\n", status="304 Not Modified"), None),
    ("9110 15.4.5: 304 with length", get(), framed("Content-Length: 5\r\n", status="304 Not Modified"), "5"),
    ("9110 15.4.5: 304 with a body", get(), framed("Content-Length: 5\r\n", b"hello", status="304 Not Modified"), "5"),
    ("9110 15.4.5: 304 with chunks", get(), framed(CHUNKED, CHUNKS, status="304 Not Modified"), None),
    ("9110 15.3.6: 205", get(), framed("Content-Length: 0\r\n", status="205 Reset Content"), "0"),
]


@each(BODILESS)
def test_answers_without_a_body_stay_in_step(raw, answer, length):
    """Whatever the backend sends behind such a head is neither body nor the next answer."""
    def odd(request, connection):
        return framed("Content-Length: 2\r\n", b"ok") if request.target == "/next" else answer

    response, kept = pair.gets(odd, raw)
    equal((response.get("content-length"), response.body, response.all("transfer-encoding")), (length, b"", []))
    true(kept)
    pair.backend.forget()
    with Client(pair.vane) as client:
        client.ask(raw)
        for _ in range(3):
            response = client.ask(get("/next"))
            equal((response.status, response.body), (200, b"ok"))


def test_bodies_that_come_late_where_none_may_be():
    """A body in a segment of its own behind a HEAD's answer: the next answer is its own, or none."""
    def late(request, connection):
        if request.method != "HEAD":
            return OK
        connection.send(framed("Content-Length: 5\r\n"))
        time.sleep(0.01)
        connection.send(b"hello")
        return None

    pair.backend.forget()
    pair.backend.answer = late
    for _ in range(10):
        with Client(pair.vane) as client:
            equal(client.ask(HEAD).status, 200)
            response = client.ask(get("/next"))
            contains((response.status, response.body if response.status == 200 else b""), ((200, b"ok"), (502, b"")))


@each([
    ("9112 9.2: text", b"garbage"),
    ("9112 9.2: a whole answer", framed("Content-Length: 4\r\n", b"evil")),
    ("9112 9.2: line ends", b"\r\n\r\n"),
])
def test_bytes_after_an_answer_poison_the_connection(behind):
    """RFC 9112, 9.2: they belong to nobody; the next request gets a connection of its own."""
    pair.backend.forget()
    pair.backend.answer = lambda request, _: framed("Content-Length: 2\r\n", b"ok" + (behind if request.target == "/x" else b""))
    with Client(pair.vane) as client:
        for target in ("/x", "/n", "/x", "/n"):
            response = client.ask(get(target))
            equal((response.status, response.body), (200, b"ok"))
    numbers = [r.connection for r in pair.backend.requests]
    true(numbers[0] != numbers[1], numbers)


def test_an_answer_before_the_request():
    """RFC 9112, 9.2: what comes on an idle connection is no answer to what is asked afterwards."""
    backend = Backend()
    vane = sidecar(backend)
    with Client(vane) as client:
        equal(client.ask(get("/a")).status, 200)
        for connection in list(backend.connections):
            connection.send(framed("Content-Length: 4\r\n", b"evil"))
        eventually(lambda: not backend.connections, "the connection is given up")
        true(b"evil" not in client.ask(get("/b")).body)
    vane.stop()


# ---- interim answers ----


def test_interim_answers_are_passed_on():
    """RFC 9110, 15.2; RFC 8297."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n"
    response, _ = pair.gets(early + b"HTTP/1.1 102 Processing\r\n\r\n" + early + OK)
    equal([m.status for m in response.interim], [103, 102, 103])
    equal(response.interim[0].all("link"), ["</a>; rel=preload", "</b>"])
    equal((response.status, response.body), (200, b"ok"))


def test_interim_answers_do_not_wait_for_the_final_one():
    def slow(_request, connection):
        connection.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        time.sleep(0.3)
        return OK

    pair.backend.forget()
    pair.backend.answer = slow
    with Client(pair.vane) as client:
        began = time.monotonic()
        client.send(get())
        equal(client.line(), b"HTTP/1.1 103 Early Hints")
        true(time.monotonic() - began < 0.25)
        while client.line():
            pass
        equal(client.response().body, b"ok")


def test_endless_interim_answers_are_ended():
    def endless(_request, connection):
        connection.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)

    pair.backend.forget()
    pair.backend.answer = endless
    with Client(pair.vane) as client:
        response = client.ask(get())
        equal(response.status, 502)
        true(len(response.interim) < 100)


def test_interim_answers_are_never_framed():
    """RFC 9112, 6.1: a field that frames one changes nothing."""
    response, _ = pair.gets(b"HTTP/1.1 103 Early\r\nContent-Length: 5\r\n\r\n" + OK)
    contains((response.status, response.body), ((200, b"ok"),))


# ---- fields ----


@each([
    ("6265 3: Set-Cookie", [("Set-Cookie", "a=1, b; Path=/"), ("Set-Cookie", "c=2"), ("set-cookie", "a=1")]),
    ("9110 5.3: order, number and case", [("X-A", "1"), ("x-b", "2"), ("X-A", "3"), ("X-a", "1")]),
    ("9110 5.5: obs-text", [("X-A", "\xe4\xf6\xfc\x80\xff")]),
    ("9110 5.5: empty", [("X-A", "")]),
    ("9110 5.6.2: every token character", [("!#$%&'*+-.^_`|~0a", "v")]),
    ("9110 11.6.1: challenges", [("WWW-Authenticate", "Basic realm=\"a, b\", X y"), ("WWW-Authenticate", "Z")]),
    ("9110 8.8: validators", [("ETag", "W/\"a\""), ("Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT")]),
    ("9110 10.2.2: Location", [("Location", "http://x/a?b#c")]),
    ("9110 10.2.4: Server", [("Server", "x/1 (y)")]),
    ("9111 5: caching", [("Cache-Control", "max-age=1"), ("Age", "3"), ("Expires", "0"), ("Vary", "*")]),
    ("9110 14: ranges", [("Accept-Ranges", "bytes"), ("Content-Range", "bytes 0-1/2")]),
    ("9110 7.6.3: Via of those behind", [("Via", "1.1 origin")]),
    ("9110 15.5.6: Allow", [("Allow", "GET")]),
    ("9110 8: representation", [("Content-Type", "text/plain; charset=x"), ("Content-Language", "de"), ("Content-Location", "/x")]),
])
def test_fields_pass_as_they_came(fields):
    text = "".join(f"{name}: {value}\r\n" for name, value in fields)
    response, _ = pair.gets(framed(text + "Content-Length: 2\r\n", b"ok"))
    wanted = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in fields]
    names = {n.lower() for n, _ in wanted}
    equal([(n, v) for n, v in response.fields if n.lower() in names], wanted)


def test_date_is_kept_or_made():
    """RFC 9110, 6.6.1."""
    response, _ = pair.gets(framed("Date: Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Length: 2\r\n", b"ok"))
    equal(response.get("date"), "Sat, 01 Jan 2000 00:00:00 GMT")
    response, _ = pair.gets(OK)
    true(re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", response.get("date")))
    equal(pair.bad_gateway(CLOSE), "backend_closed")


@each([(f"9110 15: {s}", s) for s in (200, 201, 202, 203, 206, 207, 226, 299, 300, 301, 302, 303, 307, 308, 399, 400, 401, 402,
                                     403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422,
                                     426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 511, 599)])
def test_every_status_passes(status):
    response, kept = pair.gets(framed("Content-Length: 2\r\n", b"ok", status=f"{status} Own Words"))
    equal((response.status, response.reason, response.body, kept), (status, "Own Words", b"ok", True))


def test_coded_content_is_not_touched():
    """RFC 9110, 7.7: a Content-Encoding is end-to-end."""
    packed = gzip.compress(b"hello" * 1000)
    response, _ = pair.gets(framed(f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n", packed))
    equal((response.body, response.get("content-encoding")), (packed, "gzip"))


# ---- trailers ----

TRAILERS = framed(CHUNKED + "Trailer: X-Sum\r\n", b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\nContent-Length: 7\r\nSet-Cookie: a=b\r\n\r\n")


def test_trailers_are_kept_for_those_who_take_them():
    """RFC 9110, 6.5, 10.1.4."""
    response, _ = pair.gets(TRAILERS, get(more="TE: trailers\r\nConnection: TE\r\n"))
    equal((response.body, response.trailers), (b"hello", [(b"X-Sum", b"1"), (b"X-Sum", b"2")]))


def test_trailers_are_dropped_for_others():
    response, _ = pair.gets(TRAILERS)
    equal((response.body, response.trailers), (b"hello", []))
    response, _ = pair.gets(TRAILERS, b"GET / HTTP/1.0\r\nTE: trailers\r\n\r\n")
    equal((response.body, response.all("x-sum")), (b"hello", []))


# ---- bytes ----


@each([(f"{framing} {size}", framing, size) for framing in ("length", "chunked", "close")
       for size in (0, 1, 65536, 3_000_000)])
def test_content_is_byte_for_byte_the_same(framing, size):
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    if framing == "length":
        answer = framed(f"Content-Length: {size}\r\n", data)
    elif framing == "chunked":
        parts = [data[i:i + 7919] for i in range(0, size, 7919)]
        answer = framed(CHUNKED, b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n")
    else:
        answer = framed("", data + CLOSE)
    response, kept = pair.gets(answer)
    equal((len(response.body), sha256(response.body), kept), (size, sha256(data), True))


def test_answers_in_single_bytes():
    raw = framed(CHUNKED + "X-A: b\r\n", CHUNKS)

    def trickle(_request, connection):
        for i in range(len(raw)):
            connection.send(raw[i:i + 1])
            time.sleep(0.0005)

    response, kept = pair.gets(trickle)
    equal((response.body, response.get("x-a"), kept), (b"hello", "b", True))


def test_parts_of_an_answer_do_not_wait_for_the_rest():
    """A stream of events reaches the client as it comes."""
    def stream(_request, connection):
        connection.send(framed(CHUNKED + "Content-Type: text/event-stream\r\n"))
        for _ in range(3):
            connection.send(b"6\r\ndata\n\n\r\n")
            time.sleep(0.2)
        connection.send(b"0\r\n\r\n")

    pair.backend.forget()
    pair.backend.answer = stream
    with Client(pair.vane) as client:
        began = time.monotonic()
        client.send(get())
        while client.line():
            pass
        equal(client.line(), b"6")
        true(time.monotonic() - began < 0.35, time.monotonic() - began)


def test_problems_are_json_and_name_the_request():
    """RFC 9457, 3."""
    response, _ = pair.gets(CLOSE, get(more="X-Request-Id: abc\r\n"))
    problem = json.loads(response.body)
    equal((response.get("content-type"), response.get("cache-control")), ("application/problem+json", "no-store"))
    equal((problem["type"], problem["status"]), ("urn:vane:problem:backend_closed", 502))
    contains("abc", response.body.decode())
    response, _ = pair.gets(CLOSE, HEAD)
    equal((response.status, response.body), (502, b""))
    true(int(response.get("content-length")) > 0)


if __name__ == "__main__":
    main()
