"""Mirrors: copies of a version's requests for a candidate, after the client was served and within bounds; what the candidate
answers is held against its contract and the original, and nobody else notices."""
import json
import os
import tempfile
import threading
import time

from harness import Backend, Client, Vane, each, equal, eventually, get, main, scratch, true
from rollout import Load, Steered, named

CONTRACT = {"openapi": "3.1.0", "info": {"title": "t", "version": "3.0.0"}, "paths": {"/x": {"get": {"responses": {
    "200": {"description": "d", "content": {"application/json": {"schema": {
        "type": "object", "properties": {"n": {"type": "integer"}}}}}}}}}}}
contract = os.path.join(tempfile.mkdtemp(dir=scratch), "openapi.json")
with open(contract, "w", encoding="ascii") as out:
    json.dump(CONTRACT, out)


class Mirrored:
    def __init__(self, more="", top=""):
        self.original, self.candidate = Backend(answer=named("v2", 200, b'{"n": 1}')), Backend(answer=named("v3", 200, b'{"n": 2}'))
        self.vane = Steered(f"versions: {{v2: {{backend: '{self.original.address}'}}, "
                            f"v3: {{backend: '{self.candidate.address}', contract: '{contract}', "
                            f"mirror: {{of: v2{', ' + more if more else ''}}}}}}}\n{top}")

    def counts(self):
        status = json.loads(self.vane.page("/api/status").body)
        return {(row["result"], row["contract"]): row["count"] for row in status["mirror"]}

    def differences(self):
        return {row["difference"] for row in json.loads(self.vane.page("/api/status").body)["mirror_differences"]}

    def ask(self, raw=None, status=200):
        with Client(self.vane) as client:
            response = client.ask(raw or get("/v2/x"))
            equal(response.status, status, response)
            return response

    def comes(self, result, checked, raw=None, status=200):
        """One request, and what comes of its copy."""
        before = self.counts().get((result, checked), 0)
        response = self.ask(raw, status)
        eventually(lambda: self.counts().get((result, checked), 0) == before + 1, (result, checked))
        return response

    def stop(self):
        for thing in (self.vane, self.original, self.candidate):
            thing.stop()


pair = Mirrored("methods: [GET, HEAD, POST], timeout: 400ms, max_body: 1KiB")
JSON = "Content-Type: application/json\r\n"


def test_what_goes_there():
    pair.candidate.forget()
    equal(pair.comes("same", "valid", get("/v2/x?a=%20b", more="X-Own: 1\r\nX-Vane-Mirror: fake\r\nX-Request-Id: abc\r\n"))
          .get("x-served-by"), "v2")
    copy = pair.candidate.one()
    equal((copy.method, copy.target), ("GET", "/v3/x?a=%20b"))
    fields = [(n.lower(), v) for n, v in copy.fields]
    equal([v for n, v in fields if n == b"x-vane-mirror"], [b"v2"])
    equal([v for n, v in fields if n == b"x-request-id"], [b"abc"])
    equal([v for n, v in fields if n == b"x-own"], [b"1"])


@each([
    ("length", f"Content-Length: 11\r\n{JSON}", b'{"n": "abc"'[:11], b'{"n": "abc"'),
    ("chunked", f"Transfer-Encoding: chunked\r\n{JSON}", b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", b"hello world"),
    ("chunked, empty", f"Transfer-Encoding: chunked\r\n{JSON}", b"0\r\n\r\n", b""),
])
def test_bodies_go_too(fields, sent, body):
    pair.candidate.forget()
    pair.ask(f"POST /v2/x HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode() + sent)
    equal(pair.candidate.one().body, body)


@each([
    ("PUT is not listed", b"PUT /v2/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
    ("another version", get("/v3/x")),
    ("a body over the limit", b"POST /v2/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000),
    ("a chunked one", b"POST /v2/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n"),
])
def test_what_does_not(raw):
    pair.candidate.forget()
    pair.ask(raw)
    time.sleep(0.1)
    equal([r for r in pair.candidate.requests if r.target != "/v3/x" or r.method != "GET" or b"mirror" in
           b" ".join(n.lower() for n, _ in r.fields)], [])


def test_nothing_unsafe_by_default():
    plain = Mirrored()
    plain.ask(b"POST /v2/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok")
    plain.comes("same", "valid")
    equal([r.method for r in plain.candidate.requests], ["GET"])
    plain.stop()


@each([
    ("the same", named("v3", 200, b'{"n": 77}'), "same", "valid", set()),
    ("another status", named("v3", 500), "status_differs", "invalid", set()),
    ("another type", named("v3", 200, b'{"n": "one"}'), "shape_differs", "invalid", {"/n: number, in the copy string"}),
    ("a member more, one less", named("v3", 200, b'{"m": {"secret": 1}}'), "shape_differs", "valid",
     {"/n: only in the original", "/m: only in the copy"}),
    ("no JSON", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx", "shape_differs", "invalid",
     {"/: JSON, in the copy another media type"}),
    ("too large", named("v3", 200, b'{"n": 1, "more": "' + b"x" * 2000 + b'"}'), "uncompared", "unchecked", set()),
    ("half a body", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc" + Backend.CLOSE, "broken", "none", set()),
    ("no HTTP", b"nonsense\r\n\r\n", "broken", "none", set()),
    ("an upgrade that nobody wants", b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "broken", "none", set()),
    ("until the end", b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"n\": 5}" +
     Backend.CLOSE, "same", "valid", set()),
    ("after an interim answer", b"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n" + named("v3", 200, b'{"n": 2}'), "same", "valid", set()),
    ("never", lambda _r, c: time.sleep(1.5), "timeout", "none", set()),
])
def test_what_comes_of_it(answer, result, checked, differences):
    pair.candidate.forget()
    pair.candidate.answer = answer
    before = pair.differences()
    response = pair.comes(result, checked)
    equal((response.get("x-served-by"), response.body), ("v2", b'{"n": 1}'))
    true(differences <= pair.differences(), pair.differences())
    true(not any("secret" in d or "one" in d.split(":")[1] and "string" not in d and "only" not in d for d in pair.differences()))
    equal(pair.differences() - before <= differences, True)
    pair.candidate.answer = named("v3", 200, b'{"n": 2}')
    pair.candidate.forget()


def test_a_connection_that_went_stale():
    """The candidate closes a kept connection just when the next copy is on it: that is asked again on another."""
    def once(_request, connection):
        if connection.number in seen:
            return Backend.CLOSE
        seen.add(connection.number)
        return named("v3", 200, b'{"n": 2}')
    seen = set()
    pair.candidate.forget()
    pair.candidate.answer = once
    for _ in range(3):
        pair.comes("same", "valid")
    pair.candidate.answer = named("v3", 200, b'{"n": 2}')


def test_a_head_request():
    pair.candidate.answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n"
    pair.original.answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n"
    pair.comes("same", "valid", b"HEAD /v2/x HTTP/1.1\r\nHost: a\r\n\r\n")
    pair.candidate.answer = named("v3", 200, b'{"n": 2}')
    pair.original.answer = named("v2", 200, b'{"n": 1}')


def test_status_tells():
    said = pair.vane.does("status")
    true("v2 to v3: same, contract valid" in said and "/n: number, in the copy string" in said, said)


def test_a_share():
    some = Mirrored("share: 20%, concurrent: 100")
    with Client(some.vane) as client:
        for i in range(300):
            client.ask(get("/v2/x", more=f"X-Request-Id: id-{i}\r\n"))
    eventually(lambda: sum(some.counts().values()) >= 30, "copies")
    time.sleep(0.2)
    true(30 <= len(some.candidate.requests) <= 95, len(some.candidate.requests))
    some.stop()


def test_a_candidate_that_is_gone():
    gone = Mirrored()
    gone.candidate.stop()
    began = time.monotonic()
    gone.ask()
    true(time.monotonic() - began < 0.5, "the client does not wait for it")
    eventually(lambda: gone.counts().get(("unreachable", "none")) == 1, "it is counted")
    gone.vane.stop()
    gone.original.stop()


def test_a_candidate_that_hangs():
    """Thousands of originals beside a candidate that takes requests and never answers: as fast and as right as ever, a
    bounded number of copies and connections, the rest counted as dropped."""
    hung = Mirrored("concurrent: 5, timeout: 60s", "workers: 2")
    stop = threading.Event()
    hung.candidate.answer = lambda _r, _c: stop.wait(30) and None
    with Load(hung.vane, lambda n: get("/v2/x")) as load:
        time.sleep(1)
        before = hung.vane.memory()
        time.sleep(2)
    equal({status for status, _ in load.answers}, {200})
    true(len(load.answers) > 500, len(load.answers))
    true(hung.candidate.accepted <= 10, hung.candidate.accepted)
    dropped = hung.counts()[("dropped", "none")]
    equal(dropped, len(load.answers) - len(hung.candidate.requests))
    true(hung.vane.memory() - before < 20 << 20, (before, hung.vane.memory()))
    hung.vane.change("drain:", "timeouts: {idle: 70s}\ndrain:")  # copies hold the old snapshot
    hung.ask()
    print(f"\n  a candidate that hangs: {len(load.answers)} originals, {dropped} copies dropped")
    hung.vane.stop()  # ends although copies are under way
    stop.set()
    hung.original.stop()
    hung.candidate.stop()


@each([
    ("of an unknown version", "of: v9", "no version v9"),
    ("of itself", "of: v3", "itself"),
    ("of nothing", "share: 10%", "of"),
    ("over 100 %", "of: v2, share: 101%", "100%"),
    ("a method that cannot be copied", "of: v2, methods: [CONNECT]", "CONNECT"),
    ("a field of HTTP's", "of: v2, header: Host", "Host"),
    ("no copies", "of: v2, concurrent: 0", "concurrent"),
])
def test_refused(mirror, said):
    vane = Vane("versions: {v2: {backend: 'a:1'}, v3: {backend: 'a:2', mirror: {" + mirror + "}}}\n", wait=False)
    vane.process.wait(20)
    vane.stop(code=2)
    true(said.encode() in vane.stderr and b"mirror" in vane.stderr, vane.stderr)


main()
