"""What belongs to one connection only: keep-alive, pipelining, hop-by-hop fields, expectations, upgrades (RFC 9112, 9;
RFC 9110, 7.6, 7.8, 10.1)."""
import json
import threading
import time

from harness import OK, PATIENCE, Backend, Client, Pair, contains, each, echo, equal, eventually, get, main, sidecar, true

pair = Pair()


def head(text):
    return ("GET /c " + text + "\r\n\r\n").encode("latin-1")


@each([
    ("9112 9.3: 1.1 persists", "HTTP/1.1\r\nHost: a.test", True, None),
    ("9112 9.3: 1.1 with close", "HTTP/1.1\r\nHost: a.test\r\nConnection: close", False, "close"),
    ("9112 9.3: close in capitals", "HTTP/1.1\r\nHost: a.test\r\nConnection: CLOSE", False, "close"),
    ("9112 9.3: close in a list", "HTTP/1.1\r\nHost: a.test\r\nConnection: x-a, , close", False, "close"),
    ("9112 9.3: close in a second line", "HTTP/1.1\r\nHost: a.test\r\nConnection: x-a\r\nConnection: close", False, "close"),
    ("9112 9.3: close wins over keep-alive", "HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, close", False, "close"),
    ("9112 9.3: 1.0 ends", "HTTP/1.0\r\nHost: a.test", False, "close"),
    ("9112 9.3: 1.0 with keep-alive", "HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive", True, "keep-alive"),
    ("9112 9.3: 1.0 with Keep-Alive", "HTTP/1.0\r\nHost: a.test\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5", True,
     "keep-alive"),
    ("9112 9.3: 1.0 with both", "HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive, close", False, "close"),
    ("9112 C.2.2: Proxy-Connection means nothing", "HTTP/1.0\r\nHost: a.test\r\nProxy-Connection: keep-alive", False, "close"),
])
def test_persistence(text, kept, said):
    pair.backend.forget()
    pair.backend.answer = OK
    with Client(pair.vane) as client:
        response = client.ask(head(text))
        equal((response.status, response.version, response.get("connection")), (200, "1.1", said))
        if kept:
            true(client.silent(0.05))
            equal(client.ask(get()).status, 200)
        else:
            true(client.closes())
    contains(pair.backend.requests[0].version, "1.1")
    equal(pair.backend.requests[0].all("connection"), [])


def test_requests_share_a_backend_connection():
    """RFC 9112, 9.3: whatever the client's version and wishes."""
    pair.backend.forget()
    pair.backend.answer = OK
    for text in ("HTTP/1.0", "HTTP/1.1\r\nHost: a.test\r\nConnection: close", "HTTP/1.1\r\nHost: a.test"):
        with Client(pair.vane) as client:
            equal(client.ask(head(text)).status, 200)
        eventually(lambda: len(pair.vane.access()) and True, "an access line")
    equal(len({r.connection for r in pair.backend.requests}), 1)


def test_pipelining_in_order():
    """RFC 9112, 9.3.2: answers in the order of requests, however slow each is."""
    def slow_first(request, connection):
        time.sleep(0.15 if request.target == "/0" else 0)
        return echo(request, connection)

    pair.backend.forget()
    pair.backend.answer = slow_first
    with Client(pair.vane) as client:
        client.send(b"".join(
            get(f"/{i}") if i % 2 == 0 else
            b"POST /%d HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc" % i for i in range(20)))
        for i in range(20):
            told = json.loads(client.response().body)
            equal((told["target"], told["length"]), (f"/{i}", 3 * (i % 2)))
    equal([r.target for r in pair.backend.requests], [f"/{i}" for i in range(20)])


def test_pipelining_in_single_bytes():
    pair.backend.forget()
    pair.backend.answer = echo
    raw = (get("/a") + b"POST /b HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
           get("/c"))
    with Client(pair.vane) as client:
        client.send([raw[i:i + 1] for i in range(len(raw))])
        equal([json.loads(client.response().body)["target"] for _ in "abc"], ["/a", "/b", "/c"])


def test_pipelining_ends_at_a_bad_request():
    """RFC 9112, 9.3.2: what came before is answered, what follows is not looked at."""
    pair.backend.forget()
    pair.backend.answer = echo
    with Client(pair.vane) as client:
        client.send(get("/a") + get("/b", more="X : y\r\n") + get("/c"))
        equal([client.response().status, client.response().status], [200, 400])
        true(client.closes())
    equal([r.target for r in pair.backend.requests], ["/a"])


def test_pipelining_ends_at_close():
    """RFC 9112, 9.6: nothing behind a request with close is processed."""
    pair.backend.forget()
    pair.backend.answer = echo
    with Client(pair.vane) as client:
        client.send(get("/a", more="Connection: close\r\n") + get("/b"))
        equal(client.response().get("connection"), "close")
        true(client.closes())
    equal([r.target for r in pair.backend.requests], ["/a"])


def test_refusals_keep_the_connection_where_they_can():
    """A refusal of a well-formed request (405, 417) is no reason to close; unread content is."""
    with Client(pair.vane) as client:
        equal(client.ask(b"TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n").status, 405)
        equal(client.ask(get("/x", more="Expect: x\r\n")).status, 417)
        pair.backend.answer = OK
        equal(client.ask(get()).status, 200)


def test_a_client_that_takes_no_answers_is_not_read_without_end():
    """Memory stays bounded when requests are pipelined and answers never read."""
    backend = Backend(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + b"x" * 10000)
    vane = sidecar(backend)
    sent = 0
    with Client(vane, receive_buffer=4096) as client:
        before = vane.memory()
        client.sock.settimeout(0.5)
        try:
            for _ in range(4000):
                sent += client.sock.send(get("/" + "p" * 4000) * 4)
        except (TimeoutError, BlockingIOError):
            pass
        true(sent < 40_000_000, f"{sent} bytes were taken")
        true(vane.memory() - before < 64_000_000, f"grew by {vane.memory() - before}")
    vane.stop()


# ---- hop-by-hop fields ----

HOP = [("Keep-Alive", "timeout=5, max=3"), ("Proxy-Connection", "keep-alive"), ("TE", "gzip"), ("Upgrade", "x/1"),
       ("HTTP2-Settings", "AAMAAABkAAQAAP__"), ("Connection", "x-none")]


@each([(f"9110 7.6.1: {n}", n, v) for n, v in HOP])
def test_hop_by_hop_fields_of_requests_end_here(name, value):
    request, _ = pair.passes(get("/x", more=f"{name}: {value}\r\nX-Kept: 1\r\n"))
    equal((request.all(name), request.get("x-kept")), ([], "1"))


@each([(f"9110 7.6.1: {n}", n, v) for n, v in HOP])
def test_hop_by_hop_fields_of_answers_end_here(name, value):
    response, _ = pair.gets(f"HTTP/1.1 200 OK\r\n{name}: {value}\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nok".encode())
    equal((response.all(name), response.get("x-kept")), ([], "1"))


def test_fields_that_connection_names_end_here():
    """RFC 9110, 7.6.1: in both directions, in any case, in lists and in several lines."""
    more = ("Connection: x-one , X-TWO,,x-none\r\nX-One: 1\r\nx-two: 2\r\nX-One: 1b\r\nX-Three: 3\r\nX-Kept: k\r\n"
            "Connection: X-three\r\n")
    request, response = pair.passes(get("/x", more=more))
    equal([request.all(n) for n in ("x-one", "x-two", "x-three", "connection")], [[]] * 4)
    equal(request.get("x-kept"), "k")
    response, _ = pair.gets(b"HTTP/1.1 200 OK\r\n" + more.encode() + b"Content-Length: 2\r\n\r\nok")
    equal([response.all(n) for n in ("x-one", "x-two", "x-three", "connection")], [[]] * 4)
    equal(response.get("x-kept"), "k")


@each([(f"9110 7.6.1: {n}", n, v) for n, v in [
    ("Host", "a.test"), ("Content-Length", "5"), ("Content-Type", "a/b"), ("Authorization", "x"), ("Cookie", "a=b"),
    ("X-Forwarded-For", "10.0.0.1"), ("Via", "1.1 x"), ("Cache-Control", "no-cache"), ("Content-Encoding", "gzip"),
    ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "a.test")]])
def test_fields_that_connection_cannot_remove(name, value):
    fields = f"Connection: {name}\r\n" + (f"{name}: {value}\r\n" if name not in ("Host", "Content-Length") else "")
    request, _ = pair.passes(
        f"POST /x HTTP/1.1\r\nHost: a.test\r\n{fields}Content-Length: 5\r\n\r\nhello".encode())
    contains(value, request.get(name))
    equal((request.body, request.all("connection")), (b"hello", []))


def test_connection_names_transfer_encoding():
    request, _ = pair.passes(b"POST /x HTTP/1.1\r\nHost: a.test\r\nConnection: transfer-encoding\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    equal((request.framing, request.body), ("chunked", b"hello"))


@each([
    ("9110 10.1.4: trailers", "trailers", "trailers"),
    ("9110 10.1.4: trailers among others", "gzip;q=0.5, trailers", "trailers"),
    ("9110 10.1.4: others", "gzip, deflate;q=0.5", None),
    ("9110 10.1.4: empty", "", None),
])
def test_te(value, passed):
    """Only `trailers` is passed on, as a field that this hop says anew."""
    request, _ = pair.passes(get("/x", more=f"TE: {value}\r\nConnection: TE\r\n"))
    equal(request.get("te"), passed)
    equal(request.get("connection"), "TE" if passed else None)


# ---- Expect ----

EXPECT = b"POST /e HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\n"


def test_continue_comes_from_the_backend():
    """RFC 9110, 10.1.1: the expectation goes on, the 100 comes back, then the content flows."""
    def answer(connection):
        backend.heads.append(connection.request_head())
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = connection.exactly(5)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body)
        connection.more()

    backend = Backend(script=answer)
    backend.heads = []
    vane = sidecar(backend)
    with Client(vane) as client:
        client.send(EXPECT + b"Content-Length: 5\r\n\r\n")
        equal(client.line(), b"HTTP/1.1 100 Continue")
        equal(client.line(), b"")
        client.send(b"hello")
        response = client.response()
        equal((response.status, response.body), (200, b"hello"))
    equal(backend.heads[0].get("expect"), "100-continue")
    vane.stop()


def test_a_backend_that_never_says_continue():
    """RFC 9110, 10.1.1: no deadlock: after a while the client is told to go on here."""
    pair.backend.forget()
    pair.backend.answer = echo
    with Client(pair.vane) as client:
        client.send(EXPECT + b"Content-Length: 5\r\n\r\n")
        began = time.monotonic()
        equal(client.line(), b"HTTP/1.1 100 Continue")
        equal(client.line(), b"")
        true(time.monotonic() - began < 10)
        client.send(b"hello")
        response = client.response()
        equal((response.status, json.loads(response.body)["length"], response.interim), (200, 5, []))
        equal(client.ask(get()).status, 200)


def test_a_client_that_does_not_wait():
    """RFC 9110, 10.1.1: content may come at once; a late 100 does no harm."""
    def late(request, connection):
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return echo(request, connection)

    for answer in (echo, late):
        pair.backend.forget()
        pair.backend.answer = answer
        with Client(pair.vane) as client:
            for _ in range(2):
                response = client.ask(EXPECT + b"Content-Length: 5\r\n\r\nhello")
                equal((response.status, json.loads(response.body)["length"]), (200, 5))


@each([("9110 10.1.1: 417", 417), ("9110 10.1.1: 413", 413), ("9110 10.1.1: 401", 401), ("9110 10.1.1: 303", 303)])
def test_an_early_answer_reaches_a_waiting_client(status):
    def refuse(connection):
        connection.request_head()
        connection.send(b"HTTP/1.1 %d No\r\nContent-Length: 2\r\n\r\nno" % status)
        connection.more()

    backend = Backend(script=refuse)
    vane = sidecar(backend)
    with Client(vane) as client:
        client.send(EXPECT + b"Content-Length: 5\r\n\r\n")
        response = client.response()
        equal((response.status, response.body, response.get("connection")), (status, b"no", "close"))
        true(client.closes())
    vane.stop()


def test_an_early_answer_reaches_a_client_that_still_sends():
    """RFC 9112, 9.3, 9.6: the answer is not lost to a reset, however much the client sends after it."""
    def refuse(connection):
        connection.request_head()
        connection.send(b"HTTP/1.1 413 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
        connection.close()

    backend = Backend(script=refuse)
    vane = sidecar(backend)
    for _ in range(5):
        client = Client(vane)

        def keep_sending(client=client):
            try:
                for _ in range(400):
                    client.sock.sendall(b"x" * 10000)
            except OSError:
                pass

        client.send(b"POST /e HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4000000\r\n\r\n")
        sender = threading.Thread(target=keep_sending)
        sender.start()
        response = client.response()
        equal((response.status, response.body), (413, b"no"))
        sender.join(PATIENCE)
        client.close()
    vane.stop()


def test_other_expectations_fail():
    """RFC 9110, 10.1.1."""
    for value in ("x", "100-continue, x", "100-continue=1"):
        with Client(pair.vane) as client:
            equal(client.ask(get(more=f"Expect: {value}\r\n")).status, 417)


def test_expectations_of_http_1_0_mean_nothing():
    """RFC 9110, 10.1.1: and such a client gets no 1xx (15.2)."""
    def early(request, connection):
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n")
        return OK

    request, response = pair.passes(
        b"POST /e HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", answer=early)
    equal((request.body, response.status, response.interim), (b"hi", 200, []))
    equal(request.all("expect"), [])


# ---- upgrades ----

UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n"


def tunnel(connection):
    """Answers the upgrade, then echoes with a mark in front until the other side ends."""
    request = connection.next()
    connection.send(SWITCH + b"hello ")
    while connection.buffer or connection.more():
        if connection.buffer:
            connection.send(b"<" + connection.take(len(connection.buffer)) + b">")
    connection.send(b"bye")
    return request


def test_websocket_becomes_a_tunnel():
    """RFC 9110, 7.8; RFC 6455, 4.2.2: bytes flow both ways, each end is passed on."""
    backend = Backend(script=tunnel)
    vane = sidecar(backend)
    with Client(vane) as client:
        client.send(get("/ws", more=UPGRADE))
        response = client.response()
        equal((response.status, response.get("upgrade"), response.get("sec-websocket-accept")), (101, "websocket", "y"))
        equal(response.get("connection").lower(), "upgrade")
        equal(client.exactly(6), b"hello ")
        for text in (b"one", b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"):
            client.send(text)
            equal(client.exactly(len(text) + 2), b"<" + text + b">")
        client.half_close()
        equal(client.exactly(3), b"bye")
        true(client.closes())
    request = backend.requests[0]
    equal((request.get("upgrade"), request.get("connection").lower()), ("websocket", "upgrade"))
    equal(request.get("sec-websocket-key"), "x")
    equal(vane.next_outcome(0), ["tunnel"])
    vane.stop()


def test_bytes_sent_with_the_upgrade_reach_the_tunnel():
    backend = Backend(script=tunnel)
    vane = sidecar(backend)
    with Client(vane) as client:
        client.send(get("/ws", more=UPGRADE) + b"early")
        equal(client.response().status, 101)
        equal(client.exactly(6 + 7), b"hello <early>")
    vane.stop()


def test_a_tunnel_carries_much_in_both_directions():
    backend = Backend(script=tunnel)
    vane = sidecar(backend)
    data = bytes(range(256)) * 20000
    with Client(vane) as client:
        client.send(get("/ws", more=UPGRADE))
        client.response()
        client.exactly(6)
        sender = threading.Thread(target=client.sock.sendall, args=(data,))
        sender.start()
        got = bytearray()
        marks = 0
        while len(got) - marks < len(data):
            true(client.buffer or client.more(), "the tunnel ended")
            part = client.take(len(client.buffer))
            got += part
            marks = len(got) - len(data) if len(got) > len(data) else 0
        sender.join()
    vane.stop()


def test_a_tunnel_ends_when_the_backend_ends():
    def short(connection):
        connection.next()
        connection.send(SWITCH + b"bye")
        connection.close()

    backend = Backend(script=short)
    vane = sidecar(backend)
    with Client(vane) as client:
        client.send(get("/ws", more=UPGRADE))
        client.response()
        equal(client.exactly(3), b"bye")
        true(client.closes())
    equal(vane.next_outcome(0), ["tunnel"])
    vane.stop()


def test_an_idle_tunnel_is_ended():
    backend = Backend(script=tunnel)
    vane = sidecar(backend, more="timeouts: {idle: 300ms}")
    with Client(vane) as client:
        client.send(get("/ws", more=UPGRADE))
        client.response()
        client.exactly(6)
        true(client.closes(5))
    equal(vane.next_outcome(0), ["tunnel"])
    vane.stop()


def test_an_upgrade_that_the_backend_ignores():
    """RFC 9110, 7.8: a server MAY ignore it; the connection stays an ordinary one."""
    pair.backend.forget()
    pair.backend.answer = echo
    with Client(pair.vane) as client:
        equal(client.ask(get("/ws", more=UPGRADE)).status, 200)
        equal(client.ask(get("/next")).status, 200)
    equal([r.all("upgrade") for r in pair.backend.requests], [["websocket"], []])


@each([
    ("9113 3.1: h2c", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", []),
    ("9113 3.1: H2C", "Connection: Upgrade\r\nUpgrade: H2C\r\n", []),
    ("9113 3.1: h2c before websocket", "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n", ["websocket"]),
    ("9113 3.1: h2c behind websocket", "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", ["websocket"]),
    ("9113 3.1: h2c in a second line", "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n", ["websocket"]),
    ("9110 7.8: Connection does not name it", "Upgrade: websocket\r\n", []),
    ("9110 7.8: Connection names it, but there is none", "Connection: upgrade\r\n", []),
])
def test_upgrades_that_are_not_passed_on(fields, passed):
    request, _ = pair.passes(get("/x", more=fields))
    equal((request.all("upgrade"), request.all("http2-settings")), (passed, []))
    if not passed:
        equal(request.all("connection"), [])


def test_upgrades_of_http_1_0_mean_nothing():
    """RFC 9110, 7.8: MUST be ignored."""
    request, _ = pair.passes(b"GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
    equal((request.all("upgrade"), request.all("connection")), ([], []))


def test_upgrade_required_says_to_what():
    """RFC 9110, 15.5.22."""
    response, kept = pair.gets(b"HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                               b"Content-Length: 2\r\n\r\nno")
    equal((response.get("upgrade"), response.get("connection"), kept), ("websocket", "upgrade", True))


@each([
    ("9110 7.8: nobody asked", get(), SWITCH),
    ("9110 7.8: another protocol", get(more=UPGRADE), SWITCH.replace(b"websocket", b"chat")),
    ("9110 7.8: no protocol", get(more=UPGRADE), b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    ("9110 7.8: h2c", get(more="Connection: Upgrade\r\nUpgrade: h2c\r\n"), SWITCH.replace(b"websocket", b"h2c")),
])
def test_switching_that_was_not_asked_for(raw, answer):
    equal(pair.bad_gateway(answer + b"x" * 10, raw), "backend_bad_answer")


if __name__ == "__main__":
    main()
