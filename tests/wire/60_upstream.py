"""Backends: pools, stale and refused connections, limits and queues, several addresses, all at once (issue
3, "Backends"; RFC 9110, 9.2.2, 15.6; RFC 9112, 9)."""
import json
import os
import socket
import threading
import time

from harness import (OK, PATIENCE, Backend, Client, Vane, contains, each, echo, equal, eventually, free_port, get,
                     main, scratch, sha256, sidecar, true)


def post(body=b"hello", target="/p", method="POST"):
    return f"{method} {target} HTTP/1.1\r\nHost: a.test\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Gate:
    """An answer that waits until it is opened."""

    def __init__(self, answer=OK):
        self.event, self.answer = threading.Event(), answer

    def __call__(self, request, connection):
        self.event.wait(PATIENCE)
        return self.answer

    def open(self):
        self.event.set()


# ---- pools ----


def test_one_connection_serves_many_clients():
    backend = Backend(answer=OK)
    vane = sidecar(backend)
    for i in range(10):
        with Client(vane) as client:
            for _ in range(3):
                equal(client.ask(get()).status, 200)
        eventually(lambda i=i: len(vane.access()) == 3 * (i + 1), "access lines")
    equal(backend.accepted, 1)
    vane.stop()


def test_the_warmest_connection_is_taken_first():
    """Last in, first out: so that idle ones can grow cold."""
    gate = Gate()
    backend = Backend(answer=gate)
    vane = sidecar(backend)
    clients = [Client(vane).send(get()) for _ in range(5)]
    eventually(lambda: len(backend.requests) == 5, "five at once")
    gate.open()
    for client in clients:
        equal(client.response().status, 200)
    backend.requests.clear()
    for _ in range(8):
        equal(clients[0].ask(get()).status, 200)
    equal(len({r.connection for r in backend.requests}), 1)
    equal(backend.accepted, 5)
    vane.stop()


def test_idle_connections_are_closed_in_time():
    backend = Backend(answer=OK)
    vane = sidecar(backend, backend_more="timeout: {idle: 200ms}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
        equal(len(backend.connections), 1)
        eventually(lambda: not backend.connections, "it is closed", 3)
        equal(client.ask(get()).status, 200)
    equal(backend.accepted, 2)
    vane.stop()


def test_closed_idle_connections_are_not_used():
    """Reading stays armed on them: a restart between two requests costs nobody an error, not even a POST."""
    backend = Backend(answer=OK)
    vane = sidecar(backend)
    with Client(vane) as client:
        for _ in range(10):
            equal(client.ask(post()).status, 200)
            backend.forget()
            time.sleep(0.02)
        equal(vane.outcomes()[:9], ["ok"] * 9)
    true(all(line["vane.attempts"] == 1 for line in vane.access()))
    vane.stop()


# ---- stale connections ----


def stale(reset):
    """Serves one request on each connection; the next one on it is met with an end."""
    def script(connection):
        if connection.next():
            connection.send(OK)
            if connection.next():
                connection.reset() if reset else connection.close()

    return script


@each([
    ("9110 9.2.2: GET", get(), 200),
    ("9110 9.2.2: HEAD", b"HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n", 200),
    ("9110 9.2.2: OPTIONS", b"OPTIONS / HTTP/1.1\r\nHost: a.test\r\n\r\n", 200),
    ("9110 9.2.2: DELETE", b"DELETE / HTTP/1.1\r\nHost: a.test\r\n\r\n", 200),
    ("9110 9.2.2: PUT without a body", b"PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n", 200),
    ("9110 9.2.2: POST", post(), 502),
    ("9110 9.2.2: POST without a body", b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n", 502),
    ("9110 9.2.2: PATCH", post(method="PATCH"), 502),
    ("9110 9.2.2: an unknown method", b"FROB / HTTP/1.1\r\nHost: a.test\r\n\r\n", 502),
])
def test_a_stale_connection(raw, status):
    """What is idempotent is sent again, once, on a new connection; all else never."""
    for reset in (False, True):
        backend = Backend(script=stale(reset))
        vane = sidecar(backend)
        with Client(vane) as client:
            equal(client.ask(get("/first")).status, 200)
            response = client.ask(raw)
            equal(response.status, status)
        equal(vane.outcome_of(response), "ok" if status == 200 else "backend_closed")
        equal(vane.access()[1]["vane.attempts"], 2 if status == 200 else 1)
        equal(len(backend.requests), 3 if status == 200 else 2)
        vane.stop()
        backend.stop()


def test_a_new_connection_that_ends_is_not_asked_again():
    backend = Backend(script=lambda connection: connection.next())
    vane = sidecar(backend)
    with Client(vane) as client:
        equal(client.ask(get()).status, 502)
    equal(vane.next_outcome(0), ["backend_closed"])
    equal(len(backend.requests), 1)
    vane.stop()


def test_a_request_is_sent_again_only_once():
    def script(connection):
        first = connection.next()
        if first and first.target == "/first":
            connection.send(OK)
            connection.next()

    backend = Backend(script=script)
    vane = sidecar(backend)
    with Client(vane) as client:
        equal(client.ask(get("/first")).status, 200)
        equal(client.ask(get("/second")).status, 502)
    equal([r.target for r in backend.requests], ["/first", "/second", "/second"])
    vane.stop()


CONTRACT = {"openapi": "3.1.0", "info": {"title": "t", "version": "1.0.0"}, "paths": {"/p": {"put": {
    "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
    "responses": {"200": {"description": "it"}}}}}}


def test_a_judged_body_is_sent_again_whole():
    """Where its bytes lay, those of others lie by then."""
    def script(connection):
        while connection.next():
            if len(connection.backend.requests) == 2:
                noise.send(b"GET /" + b"z" * 3000)
                time.sleep(0.2)
                return
            connection.send(OK)

    backend = Backend(script=script)
    contract = os.path.join(scratch, "put.json")
    with open(contract, "w", encoding="ascii") as out:
        json.dump(CONTRACT, out)
    vane = Vane(f"versions: {{v1: {{backend: '{backend.address}', contract: {contract}}}}}\n"
                "validate: {requests: enforce, responses: off}\n")
    bodies = [json.dumps({"n": n, "x": chr(ord("a") + n) * 200}).encode() for n in range(3)]
    puts = [post(body, "/p", "PUT").replace(b"\r\n\r\n", b"\r\nContent-Type: application/json\r\n\r\n", 1)
            for body in bodies]
    with Client(vane) as client, Client(vane) as noise:
        equal(client.ask(puts[0]).status, 200)
        client.send(puts[1] + puts[2])
        equal([client.response().status for _ in "12"], [200, 200])
    equal([r.body for r in backend.requests], [bodies[0], bodies[1], bodies[1], bodies[2]])
    vane.stop()


def test_an_answer_that_has_begun_is_never_asked_for_again():
    """RFC 9110, 9.2.2: not even when only a part of its head has come."""
    def script(connection):
        if connection.next():
            connection.send(OK)
            if connection.next():
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")
                time.sleep(0.05)
                connection.close()

    backend = Backend(script=script)
    vane = sidecar(backend)
    with Client(vane) as client:
        equal([client.ask(get()).status for _ in "12"], [200, 502])
    equal(len(backend.requests), 2)
    vane.stop()


# ---- no connection ----


def test_a_restart_is_ridden_out():
    backend = Backend(answer=echo)
    vane = sidecar(backend, backend_more="timeout: {connect: 5s}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
        backend.stop()
        clients = [Client(vane).send(raw) for raw in (get("/a"), post(), get("/b"))]
        time.sleep(0.4)
        backend.start()
        for other in clients:
            equal(other.response().status, 200)
            other.close()
    vane.stop()


def test_a_restart_over_a_unix_socket_is_ridden_out():
    backend = Backend(answer=echo, path=os.path.join(scratch, "restart.sock"))
    vane = sidecar(backend, backend_more="timeout: {connect: 5s}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
        backend.stop()
        client.send(post())
        time.sleep(0.3)
        backend.start()
        equal(client.response().status, 200)
    vane.stop()


def test_a_dead_backend_is_502():
    vane = Vane(f"versions: {{v1: {{backend: {{address: '127.0.0.1:{free_port()}', timeout: {{connect: 200ms}}}}}}}}\n")
    with Client(vane) as client:
        for _ in range(2):
            began = time.monotonic()
            response = client.ask(post())
            equal((response.status, vane.outcome_of(response)), (502, "backend_unreachable"))
            true(time.monotonic() - began < 2)
    vane.stop()


def test_a_missing_unix_socket_is_502():
    vane = Vane(f"versions: {{v1: {{backend: {{address: 'unix:{scratch}/none', timeout: {{connect: 200ms}}}}}}}}\n")
    with Client(vane) as client:
        response = client.ask(get())
        equal((response.status, vane.outcome_of(response)), (502, "backend_unreachable"))
    vane.stop()


def test_a_name_is_looked_up():
    backend = Backend(answer=OK)
    vane = Vane(f"versions: {{v1: {{backend: 'localhost:{backend.port}'}}}}\n")
    with Client(vane) as client:
        for _ in range(3):
            equal(client.ask(get()).status, 200)
    equal(vane.next_outcome(0, 3), ["ok"] * 3)
    vane.stop()


def test_a_name_that_is_nobody_is_502():
    vane = Vane("versions: {v1: {backend: {address: 'nobody.invalid:80', timeout: {connect: 2s}}}}\n")
    with Client(vane) as client:
        response = client.ask(get())
        contains(response.status, (502, 504))
    vane.stop()


def test_a_backend_that_does_not_accept_is_504():
    """A full backlog: connecting takes longer than it may."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        fill = [socket.socket() for _ in range(4)]
        for s in fill:
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", port))
        vane = Vane(f"versions: {{v1: {{backend: {{address: '127.0.0.1:{port}', timeout: {{connect: 300ms}}}}}}}}\n")
        with Client(vane) as client:
            response = client.ask(get())
            equal((response.status, vane.outcome_of(response)), (504, "backend_timeout"))
        vane.stop()
        for s in fill:
            s.close()


# ---- limits ----


def test_connections_are_limited_and_the_queue_too():
    """Overload is 503 with Retry-After (RFC 9110, 10.2.3, 15.6.4); who waits is served in turn."""
    gate = Gate(answer=echo)
    gated = Backend(answer=lambda request, connection: (gate.event.wait(PATIENCE), echo(request, connection))[1])
    vane = sidecar(gated, backend_more="connections: 2, queue: 2, timeout: {connect: 10s}")
    busy = [Client(vane).send(get(f"/{i}")) for i in range(2)]
    eventually(lambda: len(gated.requests) == 2, "two at the backend")
    waiting = []
    for i in (2, 3):
        waiting.append(Client(vane).send(get(f"/{i}")))
        time.sleep(0.1)
    with Client(vane) as client:
        response = client.ask(get("/4"))
        equal((response.status, vane.outcome_of(response)), (503, "backend_busy"))
        true(int(response.get("retry-after")) >= 1)
    equal(gated.accepted, 2)
    gate.open()
    equal([json.loads(c.response().body)["target"] for c in busy + waiting], ["/0", "/1", "/2", "/3"])
    equal(sorted(r.target for r in gated.requests), ["/0", "/1", "/2", "/3"])
    equal(gated.accepted, 2)
    vane.stop()


def test_waiting_in_the_queue_has_an_end():
    gate = Gate()
    backend = Backend(answer=gate)
    vane = sidecar(backend, backend_more="connections: 1, timeout: {connect: 300ms}")
    first = Client(vane).send(get())
    eventually(lambda: backend.requests, "one at the backend")
    with Client(vane) as client:
        response = client.ask(get())
        equal((response.status, vane.outcome_of(response)), (503, "backend_busy"))
    gate.open()
    equal(first.response().status, 200)
    vane.stop()


def test_who_leaves_the_queue_takes_no_place():
    gate = Gate()
    backend = Backend(answer=gate)
    vane = sidecar(backend, backend_more="connections: 1, queue: 1, timeout: {connect: 10s}")
    first = Client(vane).send(get("/first"))
    eventually(lambda: backend.requests, "one at the backend")
    for i in range(3):
        client = Client(vane).send(get(f"/left-{i}"))
        time.sleep(0.05)
        client.close()
        equal(vane.outcome_at(f"/left-{i}"), "client_gone")
    second = Client(vane).send(get("/second"))
    time.sleep(0.05)
    gate.open()
    equal([first.response().status, second.response().status], [200, 200])
    equal([r.target for r in backend.requests], ["/first", "/second"])
    vane.stop()


def test_the_address_with_the_fewest_requests_is_taken():
    gate = Gate()
    backends = [Backend(answer=gate), Backend(answer=gate)]
    addresses = ", ".join(f"'{b.address}'" for b in backends)
    vane = Vane(f"versions: {{v1: {{backend: [{addresses}]}}}}\n")
    clients = []
    for i in range(10):
        clients.append(Client(vane).send(get()))
        eventually(lambda i=i: sum(len(b.requests) for b in backends) == i + 1, "it arrives")
    equal([len(b.requests) for b in backends], [5, 5])
    gate.open()
    for client in clients:
        equal(client.response().status, 200)
    vane.stop()


def test_many_clients_at_once_get_their_own_answers():
    backend = Backend(answer=echo, backlog=512)
    vane = sidecar(backend, backend_more="connections: 8")
    wrong = []

    def one(number):
        with Client(vane) as client:
            for i in range(15):
                body = os.urandom(1 + (number * 37 + i * 101) % 5000)
                told = json.loads(client.ask(post(body, f"/{number}/{i}")).body)
                if (told["target"], told["sha256"]) != (f"/{number}/{i}", sha256(body)):
                    wrong.append((number, i))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    equal((wrong, len(backend.requests)), ([], 450))
    true(backend.accepted <= 8, backend.accepted)
    vane.stop()


def test_a_limit_holds_while_refused_connections_are_tried_again():
    """Those that wait for a backend to come back do not all connect when it does."""
    open_now, most, lock = [0], [0], threading.Lock()

    def count(connection):
        with lock:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
        try:
            while connection.next():
                time.sleep(0.02)
                connection.send(OK)
        finally:
            with lock:
                open_now[0] -= 1

    backend = Backend(script=count)
    vane = sidecar(backend, backend_more="connections: 2, timeout: {connect: 10s}")
    backend.stop()
    clients = []
    for _ in range(30):
        clients.append(Client(vane).send(get()))
        time.sleep(0.01)
    backend.start()
    for client in clients:
        equal(client.response().status, 200)
        client.close()
    equal(most[0], 2)
    vane.stop()


if __name__ == "__main__":
    main()
