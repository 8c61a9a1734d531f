"""Time: slow backends and slow clients, and clients that leave (RFC 9110, 15.5.9, 15.6.5)."""
import json
import os
import signal
import time

from harness import OK, Backend, Client, CutShort, Vane, each, echo, equal, eventually, get, main, scratch, sidecar, true


def post(body=b"hello", target="/p"):
    return f"POST {target} HTTP/1.1\r\nHost: a.test\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_slow_backend_is_504():
    def slow(request, _connection):
        if request.target == "/slow":
            time.sleep(1.0)
        return OK

    backend = Backend(answer=slow)
    vane = sidecar(backend, backend_more="timeout: {response: 300ms}")
    with Client(vane) as client:
        response = client.ask(get("/slow"))
        equal((response.status, vane.outcome_of(response)), (504, "backend_timeout"))
        for _ in range(3):
            equal(client.ask(get("/fast")).body, b"ok")
        response = client.ask(post(target="/slow"))
        equal((response.status, len(backend.requests)), (504, 5))
    vane.stop()


def test_an_answer_that_stalls_is_cut():
    def stall(_request, connection):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        time.sleep(2)

    backend = Backend(answer=stall)
    vane = sidecar(backend, backend_more="timeout: {response: 300ms}")
    with Client(vane) as client:
        try:
            client.ask(get())
            raise AssertionError("it looks complete")
        except CutShort as cut:
            equal(cut.message.body, b"hello")
    equal(vane.next_outcome(0), ["backend_cut"])
    vane.stop()


def test_an_answer_that_trickles_is_not_cut():
    """The limit is between two parts, not for the whole."""
    def trickle(_request, connection):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            time.sleep(0.15)
            connection.send(b"x")

    backend = Backend(answer=trickle)
    vane = sidecar(backend, backend_more="timeout: {response: 600ms}")
    with Client(vane) as client:
        equal(client.ask(get()).body, b"x" * 8)
    vane.stop()


def test_pipelined_bytes_do_not_prolong_the_wait():
    """What the client sends ahead is no sign of life of the backend."""
    backend = Backend(answer=lambda *_: time.sleep(4))
    vane = sidecar(backend, backend_more="timeout: {response: 400ms}")
    with Client(vane) as client:
        client.send(get())
        began = time.monotonic()
        client.sock.settimeout(0.05)
        while time.monotonic() - began < 3:
            client.send(b"G")
            try:
                if client.more():
                    break
            except TimeoutError:
                pass
        true(time.monotonic() - began < 2.5)
        equal(client.response().status, 504)
    vane.stop()


@each([
    ("9110 15.5.9: nothing of the fields", [b"GET / HTTP/1.1\r\n"]),
    ("9110 15.5.9: half a request line", [b"GE"]),
    ("9110 15.5.9: one byte after the other", [b"GET / HTTP/1.1\r\nHost: a.test\r\nX-Slow: "] + [b"y"] * 30),
])
def test_a_slow_head_is_408(pieces):
    vane = Vane("versions: {v1: {backend: '127.0.0.1:9'}}\ntimeouts: {header: 400ms}\n")
    with Client(vane) as client:
        began = time.monotonic()
        for piece in pieces:
            try:
                client.send(piece)
            except OSError:
                break
            time.sleep(0.05)
        response = client.response()
        equal((response.status, response.get("connection"), vane.outcome_of(response)), (408, "close", "request_timeout"))
        true(client.closes())
        true(time.monotonic() - began < 5)
    vane.stop()


@each([("9110 15.5.9: length", b"Content-Length: 10\r\n\r\nhello"),
       ("9110 15.5.9: no content at all", b"Content-Length: 10\r\n\r\n"),
       ("9110 15.5.9: chunked", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
       ("9110 15.5.9: within a chunk", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe")])
def test_a_slow_body_is_408(rest):
    backend = Backend(answer=OK)
    vane = sidecar(backend, more="timeouts: {body: 300ms}")
    with Client(vane) as client:
        response = client.ask(b"POST /b HTTP/1.1\r\nHost: a.test\r\n" + rest)
        equal((response.status, response.get("connection"), vane.outcome_of(response)), (408, "close", "request_timeout"))
        true(client.closes())
    equal(backend.requests, [])
    vane.stop()


def test_a_body_that_trickles_is_not_refused():
    backend = Backend(answer=echo)
    vane = sidecar(backend, more="timeouts: {body: 600ms}")
    with Client(vane) as client:
        client.send(b"POST /t HTTP/1.1\r\nHost: a.test\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            time.sleep(0.15)
            client.send(b"x")
        equal(json.loads(client.response().body)["length"], 8)
    vane.stop()


def test_idle_clients_are_closed_without_an_answer():
    backend = Backend(answer=OK)
    vane = sidecar(backend, more="timeouts: {idle: 300ms}")
    with Client(vane) as fresh, Client(vane) as used:
        equal(used.ask(get()).status, 200)
        true(fresh.closes(5))
        true(used.closes(5))
    equal(vane.outcomes(), ["ok"])
    vane.stop()


def test_a_client_that_takes_nothing_is_left():
    backend = Backend(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n" + b"x" * 30000000)
    vane = sidecar(backend, more="timeouts: {idle: 400ms}")
    with Client(vane, receive_buffer=4096) as client:
        client.send(get())
        equal(vane.next_outcome(0), ["client_gone"])
    eventually(lambda: not backend.connections, "the backend's connection is ended")
    vane.stop()


def test_a_client_that_takes_little_by_little_is_not_left():
    """Slow is not gone: as long as something is taken within the idle time."""
    size = 12_000_000
    backend = Backend(answer=b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
    vane = sidecar(backend, more="timeouts: {idle: 700ms}")
    for more in ("", "Connection: close\r\n"):
        with Client(vane, receive_buffer=65536) as client:
            client.send(get(more=more))
            got, began = 0, time.monotonic()
            while got < size:
                slow = time.monotonic() - began < 2
                part = client.sock.recv(20000 if slow else 200000)
                true(part, f"it is cut after {got} bytes")
                got += len(part)
                time.sleep(0.1 if slow else 0)
    equal(vane.next_outcome(0, 2), ["ok", "ok"])
    vane.stop()


# ---- clients that leave ----


@each([("while it waits", lambda c: c.close()), ("with a reset", lambda c: c.reset()), ("half", lambda c: c.half_close())])
def test_a_client_that_leaves_cancels_its_request(leave):
    """At once: the backend sees the end long before any timeout."""
    seen = []

    def script(connection):
        if connection.next():
            began = time.monotonic()
            connection.more()
            seen.append(time.monotonic() - began)

    backend = Backend(script=script)
    vane = sidecar(backend)
    client = Client(vane).send(get("/left"))
    backend.one()
    leave(client)
    eventually(lambda: seen, "the backend sees it")
    true(seen[0] < 2, seen)
    equal(vane.outcome_at("/left"), "client_gone")
    client.close()
    vane.stop()


def test_a_client_that_leaves_within_an_answer_cancels_it():
    ended = []

    def endless(connection):
        if connection.next():
            connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try:
                while True:
                    connection.send(b"5\r\nhello\r\n")
                    time.sleep(0.01)
            except OSError:
                ended.append(True)

    backend = Backend(script=endless)
    vane = sidecar(backend)
    with Client(vane) as client:
        client.send(get("/left"))
        client.exactly(200)
    eventually(lambda: ended, "the backend sees it")
    equal(vane.outcome_at("/left"), "client_gone")
    vane.stop()


# ---- answers whose end is still on its way ----


def unread(vane, size):
    """A client for whom the exchange is over, but who has not read all of the answer: (client, bytes it has)."""
    client = Client(vane).send(get("/rest"))
    got = len(client.exactly(size // 2)) + len(client.buffer)
    while not vane.access():
        got += len(client.sock.recv(32768))
        time.sleep(0.15)  # for the log, which is written a moment later
    true(got < size)
    return client, got


def rest_of(client, got):
    while part := client.sock.recv(65536):
        got += len(part)
    return got


@each([("that has ended its own side", lambda vane, client: client.half_close(), signal.SIGTERM),
       ("of a vane that drains", lambda vane, client: vane.kill(signal.SIGTERM), None)])
def test_a_slow_reader_gets_the_end_of_its_answer(event, last):
    """The exchange is over for vane, and what it has queued still has to go out. A unix socket takes only so much."""
    body = bytes(1_000_000)
    backend = Backend(answer=b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    vane = sidecar(backend, "drain: {delay: 0s, timeout: 15s}", listen="unix:" + os.path.join(scratch, f"slow-{time.monotonic_ns()}"))
    client, got = unread(vane, len(body))
    event(vane, client)
    time.sleep(0.3)
    true(rest_of(client, got) >= len(body))
    client.close()
    vane.stop(number=last)


if __name__ == "__main__":
    main()
