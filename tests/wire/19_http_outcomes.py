"""Every way an exchange can end that the data plane itself decides is reached, logged with its word and answered with
its status (proxy/outcome.def). Those that filters decide are in the files of versions, contracts and life-cycles."""
import os
import re
import time

from harness import OK, ROOT, Backend, Client, CutShort, Vane, each, equal, eventually, free_port, get, main, sidecar, true

ROW = re.compile(r'^X\((\w+), "(\w+)", (\d+), "(.*)"\)$', re.M)
with open(os.path.join(ROOT, "proxy", "outcome.def"), encoding="utf-8") as rows:
    STATUS = {word: int(status) for _, word, status, _ in ROW.findall(rows.read())}

FILTERS = {"version_missing", "version_malformed", "version_conflict", "version_unknown", "version_sunset",
           "version_brownout", "operation_unknown", "method_not_allowed", "media_type_unsupported", "request_invalid",
           "response_invalid"}
HEALTH = {"no_backend"}  # health checks: where they are tested
seen = {}


def answers(request, connection):
    """What the backend does is in the path."""
    if request.target == "/closed":
        return Backend.CLOSE
    if request.target == "/bad":
        return b"nonsense\r\n\r\n"
    if request.target == "/slow":
        time.sleep(0.8)
        return Backend.CLOSE
    if request.target == "/cut":
        return b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello" + Backend.CLOSE
    if request.target == "/switch":
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
        return Backend.CLOSE
    if request.target == "/busy":
        time.sleep(0.6)
    return OK


backend = Backend(answer=answers)
vane = sidecar(backend, "limits: {body: 1KiB, target_bytes: 256B, headers: 20}\ntimeouts: {header: 300ms, body: 300ms}",
               "connections: 2, queue: 1, timeout: {response: 300ms}")
dead = Vane(f"versions: {{v1: {{backend: {{address: '127.0.0.1:{free_port()}', timeout: {{connect: 100ms}}}}}}}}\n")
UPGRADE = "Connection: upgrade\r\nUpgrade: x\r\n"


WAYS = [
    ("ok", vane, get()),
    ("tunnel", vane, get("/switch", more=UPGRADE)),
    ("bad_request", vane, b"GET / HTTP/1.1\r\n\r\n"),
    ("body_too_large", vane, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n"),
    ("target_too_long", vane, get("/" + "x" * 300)),
    ("header_too_large", vane, get(more="X: y\r\n" * 30)),
    ("request_timeout", vane, b"GET / HTTP/1.1\r\n"),
    ("method_refused", vane, b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("expectation_failed", vane, get(more="Expect: miracles\r\n")),
    ("not_implemented", vane, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    ("http_version", vane, b"GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
    ("backend_unreachable", dead, get()),
    ("backend_closed", vane, get("/closed")),
    ("backend_bad_answer", vane, get("/bad")),
    ("backend_timeout", vane, get("/slow")),
    ("backend_cut", vane, get("/cut")),
]


@each([(way[0],) + way for way in WAYS])
def test_outcome(word, where, raw):
    status = STATUS[word]
    with Client(where) as client:
        try:
            response = client.ask(raw)
            equal(response.status, status or (101 if word == "tunnel" else 200), response)
        except CutShort as cut:
            equal((word, cut.message.status), ("backend_cut", 200))
            response = cut.message
    if status:
        true(f"urn:vane:problem:{word}" in response.body.decode())
    equal(where.outcome_of(response), word)
    line = [line for line in where.access() if line["http.request.id"] == response.get("x-request-id")][0]
    equal(line["http.response.status_code"], response.status)
    seen[word] = True


def test_client_gone():
    with Client(vane) as client:
        client.send(get("/busy"))
        eventually(lambda: [r for r in backend.requests if r.target == "/busy"], "it arrives")
    equal(vane.outcome_at("/busy"), "client_gone")
    seen["client_gone"] = True


def test_backend_busy():
    gate = Backend(answer=lambda *_: time.sleep(0.5))
    full = sidecar(gate, "", "connections: 1, queue: 0, timeout: {response: 2s}")
    with Client(full) as first, Client(full) as second:
        first.send(get("/held"))
        gate.one()
        response = second.ask(get("/refused"))
        equal((response.status, full.outcome_of(response)), (503, "backend_busy"))
    seen["backend_busy"] = True
    full.stop()


def test_every_word_was_seen():
    equal(set(STATUS) - FILTERS - HEALTH - set(seen), set())


if __name__ == "__main__":
    main()
