"""Answers that are streams of items are judged while they pass: nothing waits, in enforce mode too, where a stream is cut
before a wrong item is complete (OpenAPI 3.2, itemSchema; design, sections 4 and 11)."""
import json
import os
import threading

from harness import PATIENCE, Backend, Client, CutShort, Vane, contains, each, equal, eventually, main, scratch, true

CONTRACT = """
openapi: 3.2.0
info: {title: Streams, version: 1.0.0}
paths:
  /events:
    get:
      responses:
        "200":
          description: a stream
          content:
            text/event-stream: {itemSchema: {required: [event], properties: {event: {enum: [add, drop]}}}}
            application/jsonl: {itemSchema: {type: object, required: [id]}}
            application/json-seq: {itemSchema: {type: object, required: [id]}}
"""
with open(os.path.join(scratch, "streams.yaml"), "w", encoding="utf-8") as out:
    out.write(CONTRACT)
backend = Backend()


def start(mode, more=""):
    return Vane("versions: {v1: {backend: '%(b)s', contract: %(c)s}}\nvalidate: {responses: %(m)s, max_body: 4KiB%(more)s}\n",
                {"b": backend.address, "c": os.path.join(scratch, "streams.yaml"), "m": mode, "more": more})


vanes = {"enforce": start("enforce"), "report": start("report"), "reject": start("enforce", ", too_large: reject")}
ASK = b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n"
EVENTS, LINES, SEQUENCE = "text/event-stream", "application/jsonl", "application/json-seq"
GOOD = {EVENTS: b"event: add\ndata: 1\n\n", LINES: b'{"id": 1}\n', SEQUENCE: b'\x1e{"id": 1}\n'}
BAD = {EVENTS: b"event: nothing\ndata: 1\n\n", LINES: b'{"no": 1}\n', SEQUENCE: b'\x1e{"no": 1}\n'}


def head(kind):
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def pieces(kind, *items, gate=None, after=1):
    """An answer of one chunk for each item, each in a write of its own; before item `after` the gate is waited for."""
    def serve(_request, connection):
        connection.send(head(kind))
        for number, item in enumerate(items):
            if gate and number == after:
                gate.wait(PATIENCE)
            connection.send(chunk(item))
        connection.send(b"0\r\n\r\n")
    return serve


def line_of(vane, before):
    vane.next_outcome(before)
    return vane.access()[before]


@each([(f"{kind} {mode}", kind, mode) for kind in GOOD for mode in ("enforce", "report")])
def test_nothing_waits(kind, mode):
    vane, gate = vanes[mode], threading.Event()
    before = len(vane.access())
    backend.answer = pieces(kind, GOOD[kind], GOOD[kind], gate=gate)
    with Client(vane) as client:
        client.send(ASK)
        while GOOD[kind] not in client.buffer:
            true(client.more(), "the first item arrives while the second is not there yet")
        gate.set()
        got = client.response("GET")
    equal((got.status, got.body), (200, GOOD[kind] * 2))
    line = line_of(vane, before)
    equal((line["vane.outcome"], line.get("vane.violations"), line.get("vane.unchecked.response")), ("ok", None, None))


@each([(kind, kind) for kind in GOOD])
def test_a_wrong_item_is_never_complete(kind):
    vane, gate = vanes["enforce"], threading.Event()
    before = len(vane.access())
    half = len(BAD[kind]) // 2
    more = [GOOD[kind]] if kind == SEQUENCE else []  # its end is the next one's beginning
    backend.answer = pieces(kind, GOOD[kind] * 2, BAD[kind][:half], BAD[kind][half:] + b"".join(more), GOOD[kind], gate=gate)
    with Client(vane) as client:
        client.send(ASK)
        while GOOD[kind] * 2 not in client.buffer:
            true(client.more(), "what is right passes")
        gate.set()
        try:
            got = client.response("GET")
            true(False, f"an answer that was cut looks whole: {got}")
        except CutShort:
            pass
        true(BAD[kind] not in client.buffer and not client.buffer.endswith(b"0\r\n\r\n"), client.buffer)
    line = line_of(vane, before)
    equal((line["vane.outcome"], line["vane.violations"], line["http.response.status_code"]), ("response_invalid", 1, 200))
    found = eventually(lambda: [e for e in vane.events("contract.violated") if e["vane.violation.pointer"].startswith("/2")], "told")
    equal(found[0]["vane.violation.action"], "enforced")


@each([(kind, kind) for kind in (EVENTS, LINES)])
def test_a_wrong_first_item_is_answered(kind):
    vane = vanes["enforce"]
    before = len(vane.access())
    backend.answer = head(kind) + chunk(BAD[kind]) + b"0\r\n\r\n"
    with Client(vane) as client:
        got = client.ask(ASK)
        equal((got.status, json.loads(got.body)["type"]), (502, "urn:vane:problem:response_invalid"))
        backend.answer = head(kind) + chunk(GOOD[kind]) + b"0\r\n\r\n"
        equal(client.ask(ASK).body, GOOD[kind])
    equal(vane.next_outcome(before, 2), ["response_invalid", "ok"])


@each([(kind, kind) for kind in GOOD])
def test_report_lets_it_pass(kind):
    vane = vanes["report"]
    before = len(vane.access())
    body = GOOD[kind] * 2000 + BAD[kind] + GOOD[kind]  # far more than max_body
    backend.answer = pieces(kind, *(body[i:i + 1000] for i in range(0, len(body), 1000)))
    with Client(vane) as client:
        equal(client.ask(ASK).body, body)
    line = line_of(vane, before)
    equal((line["vane.outcome"], line["vane.violations"], line.get("vane.unchecked.response")), ("ok", 1, None))
    contains("/2000", json.dumps(eventually(lambda: [e for e in vane.events("contract.violated")
                                                     if e["vane.violation.pointer"].startswith("/2000")], "told")))


@each([(f"{kind}, pieces of {size}", kind, size) for kind in GOOD for size in (1, 2, 3, 7)])
def test_pieces_of_any_size(kind, size):
    vane = vanes["enforce"]
    before = len(vane.access())
    body = (GOOD[kind] * 5).replace(b"\n", b"\r\n") if kind != SEQUENCE else GOOD[kind] * 5
    backend.answer = pieces(kind, *(body[i:i + size] for i in range(0, len(body), size)))
    with Client(vane) as client:
        equal(client.ask(ASK).body, body)
    line = line_of(vane, before)
    equal((line["vane.outcome"], line.get("vane.violations"), line.get("vane.unchecked.response")), ("ok", None, None))


def test_an_item_that_is_too_large():
    big = b"data: " + b"x" * 1500
    for name, whole in (("enforce", True), ("report", True), ("reject", False)):
        vane = vanes[name]
        before = len(vane.access())
        backend.answer = pieces(EVENTS, GOOD[EVENTS], big, big, big, b"\nevent: add\n\n")
        with Client(vane) as client:
            client.send(ASK)
            try:
                got = client.response("GET")
                if whole or got.status == 200:
                    equal(got.body, GOOD[EVENTS] + big * 3 + b"\nevent: add\n\n")
                    true(whole, "passed on")
                equal(got.status, 200 if whole else 502)  # 502: all of it came at once, before anything was sent
            except CutShort:
                true(not whole, "cut")
        line = line_of(vane, before)
        equal((line["vane.outcome"], line["vane.unchecked.response"]), ("ok" if whole else "response_invalid", "too_large"))


def test_who_leaves_a_stream_leaves_nothing_unchecked():
    vane, gate = vanes["enforce"], threading.Event()
    before = len(vane.access())
    backend.answer = pieces(EVENTS, GOOD[EVENTS], GOOD[EVENTS], gate=gate)
    with Client(vane) as client:
        client.send(ASK)
        while GOOD[EVENTS] not in client.buffer:
            true(client.more(), "an event")
    line = line_of(vane, before)
    gate.set()
    equal((line["vane.outcome"], line.get("vane.unchecked.response")), ("client_gone", None))


if __name__ == "__main__":
    main()
