"""Contracts in force: enforce, report and off for requests and responses, by version and by operation; nothing waits in
report, nothing invalid passes in enforce, no byte is ever changed, nothing goes unchecked in silence (design, section 11)."""
import gzip
import json
import os
import threading
import time
import zlib

from harness import PATIENCE, Backend, Client, CutShort, Vane, contains, each, equal, eventually, main, scratch, sha256, true

CONTRACT = """
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
paths:
  /things:
    post:
      operationId: addThing
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"201": {$ref: "#/components/responses/Thing"}}
    put:
      operationId: putThing
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"201": {$ref: "#/components/responses/Thing"}}
    get:
      operationId: getThings
      responses:
        "200": {$ref: "#/components/responses/Thing"}
        "204": {description: none}
        "206": {$ref: "#/components/responses/Thing"}
  /blob:
    post:
      operationId: blob
      requestBody: {content: {application/octet-stream: {}, application/xml: {schema: {type: object}}, application/json: {}}}
      responses: {"200": {description: any}, "201": {$ref: "#/components/responses/Thing"}}
components:
  responses:
    Thing:
      description: a thing
      headers: {X-Rate: {required: true, schema: {type: integer, minimum: 0}}}
      content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: integer, minimum: 1}
        name: {type: string, maxLength: 200000}
        secret: {type: string, readOnly: true}
        word: {type: string, writeOnly: true}
"""
CONFIG = """
versions:
  v1:
    backend: '%(backend)s'
    contract: %(contract)s
    validate: {max_body: 16KiB}
    operations: {putThing: {validate: {requests: %(other)s, responses: %(other)s}}}
validate: {requests: %(mode)s, responses: %(mode)s%(more)s}
"""
GOOD, BAD = b'{"id": 7}', b'{"id": 0}'
contract = os.path.join(scratch, "things.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)
backend = Backend()


def start(mode, other="off", more=""):
    return Vane(CONFIG, {"backend": backend.address, "contract": contract, "mode": mode, "other": other, "more": more})


vanes = {"enforce": start("enforce", "report"), "report": start("report", "enforce"), "off": start("off", "enforce"),
         "reject": start("enforce", more=", too_large: reject, unknown_fields: reject")}


def answer(status=201, body=GOOD, fields=b"X-Rate: 3\r\nContent-Type: application/json\r\n"):
    return b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s" % (status, fields, len(body), body)


def request(method, target, body=None, fields=b"Content-Type: application/json\r\n", chunked=False):
    head = f"{method} {target} HTTP/1.1\r\nHost: a.test\r\n".encode()
    if body is None:
        return head + b"\r\n"
    if chunked:
        cut = len(body) // 2
        pieces = [p for p in (body[:1], body[1:cut], body[cut:]) if p]
        return (head + fields + b"Transfer-Encoding: chunked\r\n\r\n" +
                b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n")
    return head + fields + b"Content-Length: %d\r\n\r\n" % len(body) + body


def exchange(mode, raw, reply=None):
    """(the client's answer, what the backend got, the access line, the violations it caused)."""
    vane = vanes[mode]
    backend.forget()
    backend.answer = reply or answer()
    before = len(vane.access())
    with Client(vane) as client:
        got = client.ask(raw)
    vane.next_outcome(before)
    line = vane.access()[before]
    return got, backend.requests[:], line


# ---- modes ----


@each([
    # name, mode, method, valid, status, reaches the backend, outcome
    ("enforce, valid", "enforce", "POST", True, 201, True, "ok"),
    ("enforce, invalid", "enforce", "POST", False, 400, False, "request_invalid"),
    ("report, valid", "report", "POST", True, 201, True, "ok"),
    ("report, invalid", "report", "POST", False, 201, True, "ok"),
    ("off, invalid", "off", "POST", False, 201, True, "ok"),
    ("enforce, but the operation reports", "enforce", "PUT", False, 201, True, "ok"),
    ("report, but the operation enforces", "report", "PUT", False, 400, False, "request_invalid"),
    ("off, but the operation enforces", "off", "PUT", False, 400, False, "request_invalid"),
])
def test_request(mode, method, valid, status, reaches, outcome):
    for chunked in (False, True):
        body = GOOD if valid else BAD
        got, seen, line = exchange(mode, request(method, "/things", body, chunked=chunked))
        equal((got.status, line["vane.outcome"]), (status, outcome), got)
        equal([r.body for r in seen], [body] if reaches else [])
        looked = not (mode == "off" and method == "POST")
        equal(line.get("vane.violations", 0), 0 if valid or not looked else 1)
        true("vane.unchecked.request" not in line, line)


@each([
    ("enforce, valid", "enforce", "POST", True, 201, "ok"),
    ("enforce, invalid", "enforce", "POST", False, 502, "response_invalid"),
    ("report, invalid", "report", "POST", False, 201, "ok"),
    ("off, invalid", "off", "POST", False, 201, "ok"),
    ("enforce, but the operation reports", "enforce", "PUT", False, 201, "ok"),
    ("report, but the operation enforces", "report", "PUT", False, 502, "response_invalid"),
])
def test_response(mode, method, valid, status, outcome):
    for chunked in (False, True):
        body = GOOD if valid else b'{"id": 0, "name": "a secret of the backend"}'
        reply = answer(body=body) if not chunked else (
            b"HTTP/1.1 201 X\r\nX-Rate: 3\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        got, seen, line = exchange(mode, request(method, "/things", GOOD), reply)
        equal((got.status, line["vane.outcome"], len(seen)), (status, outcome, 1), got)
        if status == 201:
            equal(got.body, body)
        else:
            equal(json.loads(got.body)["type"], "urn:vane:problem:response_invalid")
            true(b"secret" not in got.body and b"violations" not in got.body, "the fault is the operator's to know")
            equal(got.all("x-rate"), [])


def test_the_operator_is_told_of_both():
    for mode, action in (("enforce", "enforced"), ("report", "reported")):
        events = eventually(lambda m=mode: [e for e in vanes[m].events("contract.violated")
                                            if e["vane.violation.action"] == ("enforced" if m == "enforce" else "reported")],
                            "events")
        directions = {e["vane.direction"] for e in events}
        equal(directions, {"request", "response"})
        for e in events:
            equal((e["vane.violation.action"], e["vane.violation.pointer"], e["vane.violation.keyword"]),
                  (action, "/id", "minimum"))
            contains("things.yaml:", e["vane.violation.place"])
            true("secret" not in json.dumps(e), e)
        contains(f'keyword="minimum",action="{action}"', vanes[mode].scrape())


@each([("the first", "1", 1), ("two", "2", 2), ("all", "64", 3)])
def test_findings(most, count):
    vane = start("enforce", more=f", findings: {most}")
    backend.answer = answer(body=b'{"id": 0, "name": 5, "word": "x"}')
    with Client(vane) as client:
        got = client.ask(request("POST", "/things", b'{"id": 0, "name": 5, "secret": "x"}'))
        equal((got.status, len(json.loads(got.body)["violations"])), (400, count), got)
        contains("3 violations", got.body.decode())
        equal(client.ask(request("POST", "/things", GOOD)).status, 502)
    vane.next_outcome(0, 2)
    equal([line["vane.violations"] for line in vane.access()], [count, count])
    vane.stop()


@each([
    ("no such path", "GET", "/nothing", 404, "operation_unknown"),
    ("no such method", "DELETE", "/things", 405, "method_not_allowed"),
    ("a path that only begins so", "GET", "/things/1", 404, "operation_unknown"),
])
def test_operation(method, target, status, outcome):
    got, seen, line = exchange("enforce", request(method, target))
    equal((got.status, line["vane.outcome"], seen), (status, outcome, []))
    if status == 405:
        equal({m.strip() for m in got.get("allow").split(",")} >= {"GET", "POST", "PUT"}, True, got)
    got, seen, line = exchange("report", request(method, target))
    equal((got.status, line["vane.outcome"], len(seen), line["vane.violations"]), (201, "ok", 1, 1))


def test_head_is_what_get_is():
    got, seen, line = exchange("enforce", request("HEAD", "/things"),
                               b"HTTP/1.1 200 X\r\nX-Rate: 1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n")
    equal((got.status, len(seen), line["vane.outcome"], line["vane.operation"]), (200, 1, "ok", "getThings"))


@each([
    ("media type", b"Content-Type: text/plain\r\n", GOOD, 415, "media_type_unsupported", "media_type"),
    ("no media type", b"", GOOD, 415, "media_type_unsupported", "media_type"),
    ("media type twice", b"Content-Type: application/json\r\nContent-Type: text/plain\r\n", GOOD, 415,
     "media_type_unsupported", "media_type"),
    ("no JSON", b"Content-Type: application/json\r\n", b"{id: 7}", 400, "request_invalid", "body"),
    ("cut JSON", b"Content-Type: application/json\r\n", b'{"id": 7', 400, "request_invalid", "body"),
    ("two values", b"Content-Type: application/json\r\n", b'{"id": 7} {"id": 8}', 400, "request_invalid", "body"),
    ("a member twice", b"Content-Type: application/json\r\n", b'{"id": 0, "id": 7}', 400, "request_invalid", "body"),
    ("no UTF-8", b"Content-Type: application/json\r\n", b'{"id": 7, "name": "\xc3("}', 400, "request_invalid", "body"),
    ("a BOM", b"Content-Type: application/json\r\n", b'\xef\xbb\xbf{"id": 7}', 400, "request_invalid", "body"),
    ("readOnly in a request", b"Content-Type: application/json\r\n", b'{"id": 7, "secret": "x"}', 400, "request_invalid",
     "body"),
    ("a number just beyond doubles", b"Content-Type: application/json\r\n", b'{"id": 0.99999999999999999999}', 400,
     "request_invalid", "body"),
    ("a fraction that is none", b"Content-Type: application/json\r\n", b'{"id": 70e-1}', 201, "ok", None),
    ("type with parameters", b"Content-Type: Application/JSON; charset=utf-8\r\n", GOOD, 201, "ok", None),
])
def test_bodies(fields, body, status, outcome, location):
    got, seen, line = exchange("enforce", request("POST", "/things", body, fields))
    equal((got.status, line["vane.outcome"], len(seen)), (status, outcome, int(status == 201)), got)
    if location:
        equal(json.loads(got.body)["violations"][0]["location"], location)


def test_a_required_body_is_missed():
    got, seen, line = exchange("enforce", request("POST", "/things"))
    equal((got.status, seen), (400, []), got)
    equal(line["vane.outcome"], "request_invalid")


@each([
    ("undocumented status", answer(200), "status"),
    ("missing header", answer(fields=b"Content-Type: application/json\r\n"), "header"),
    ("wrong header", answer(fields=b"X-Rate: -1\r\nContent-Type: application/json\r\n"), "header"),
    ("media type", answer(fields=b"X-Rate: 1\r\nContent-Type: text/html\r\n"), "media_type"),
    ("writeOnly in a response", answer(body=b'{"id": 7, "word": "x"}'), "body"),
    ("empty body", answer(body=b""), "body"),
])
def test_responses(reply, location):
    got, _, line = exchange("enforce", request("POST", "/things", GOOD), reply)
    equal((got.status, line["vane.outcome"]), (502, "response_invalid"), got)
    got, _, line = exchange("report", request("POST", "/things", GOOD), reply)
    equal((got.status, line["vane.outcome"]), (int(reply[9:12]), "ok"), got)
    true(line["vane.violations"] >= 1, line)
    eventually(lambda: location in {e["vane.violation.location"] for e in vanes["report"].events("contract.violated")}, location)


# ---- nothing waits, nothing slips through ----


def slow_answer(gate, body):
    def serve(_request, connection):
        connection.send(b"HTTP/1.1 201 X\r\nX-Rate: 3\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                        % (len(body), body[:10]))
        gate.wait(PATIENCE)
        connection.send(body[10:])
    return serve


def test_report_lets_a_response_flow():
    gate, body = threading.Event(), b'{"id": 0, "name": "%s"}' % (b"x" * 5000)
    backend.forget()
    backend.answer = slow_answer(gate, body)
    vane = vanes["report"]
    before = len(vane.access())
    with Client(vane) as client:
        client.send(request("POST", "/things", GOOD))
        while b"\r\n\r\n" + body[:10] not in client.buffer:
            true(client.more(), "the answer's first bytes arrive before it is complete")
        gate.set()
        equal(client.response().body, body)
    vane.next_outcome(before)
    equal(vane.access()[before]["vane.violations"], 1)


def test_report_lets_a_request_flow():
    body = b'{"id": 0, "name": "%s"}' % (b"x" * 5000)
    first = threading.Event()

    def script(connection):
        head = connection.request_head()
        connection.buffer[:0] = b""
        while len(connection.buffer) < 10:
            connection.more()
        first.set()
        connection.body(head)
        connection.backend.record(head, connection)
        connection.send(answer())

    slow = Backend(script=script)
    vane = Vane(CONFIG, {"backend": slow.address, "contract": contract, "mode": "report", "other": "off", "more": ""})
    raw = request("POST", "/things", body)
    with Client(vane) as client:
        client.send(raw[:-len(body) + 10])
        true(first.wait(PATIENCE), "the request's first bytes reach the backend before it is complete")
        client.send(raw[-len(body) + 10:])
        equal(client.response().status, 201)
    vane.next_outcome(0)
    equal(vane.access()[0]["vane.violations"], 1)
    equal(slow.requests[0].body, body)


def test_enforce_holds_a_response_until_it_is_judged():
    for body, status in ((b'{"id": 0, "name": "%s"}' % (b"x" * 5000), 502), (b'{"id": 1, "name": "%s"}' % (b"x" * 5000), 201)):
        gate = threading.Event()
        backend.forget()
        backend.answer = slow_answer(gate, body)
        with Client(vanes["enforce"]) as client:
            client.send(request("POST", "/things", GOOD))
            true(client.silent(0.3), "nothing of the answer goes before all of it is judged")
            gate.set()
            got = client.response()
            equal(got.status, status)
            if status == 201:
                equal(got.body, body)


def test_enforce_holds_a_request_until_it_is_judged():
    body = b'{"name": "%s", "id": 0}' % (b"x" * 5000)
    raw = request("POST", "/things", body)
    backend.forget()
    backend.answer = answer()
    with Client(vanes["enforce"]) as client:
        client.send(raw[:-20])
        time.sleep(0.2)
        equal(backend.requests, [])
        client.send(raw[-20:])
        equal(client.response().status, 400)
    equal(backend.requests, [])


def test_a_connection_serves_on_after_a_refusal():
    with Client(vanes["enforce"]) as client:
        backend.answer = answer()
        for body, status in ((BAD, 400), (GOOD, 201), (BAD, 400), (GOOD, 201)):
            equal(client.ask(request("POST", "/things", body)).status, status)
            equal(client.ask(request("POST", "/things", body, chunked=True)).status, status)


def test_enforce_with_expect_100():
    """RFC 9110, 10.1.1: who holds the body back has to ask for it."""
    backend.answer = answer()
    for body, status in ((GOOD, 201), (BAD, 400)):
        with Client(vanes["enforce"]) as client:
            client.send(request("POST", "/things", body, b"Content-Type: application/json\r\nExpect: 100-continue\r\n")
                        [:-len(body)])
            while b"100 " not in client.buffer:
                true(client.more())
            client.send(body)
            got = client.response("POST")
            equal((got.status, [i.status for i in got.interim]), (status, [100]))


def test_a_body_that_never_ends_is_counted():
    vane = vanes["report"]
    before = len(vane.access())
    backend.forget()
    backend.answer = answer()
    with Client(vane) as client:
        client.send(request("POST", "/things", GOOD * 100)[:-50])
        time.sleep(0.1)
    equal(vane.next_outcome(before), ["client_gone"])
    equal(vane.access()[before].get("vane.unchecked.request"), "incomplete")


def test_a_response_that_is_cut_does_not_pass_as_valid():
    cut = b"HTTP/1.1 201 X\r\nX-Rate: 3\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n" + GOOD + Backend.CLOSE
    got, _, line = exchange("enforce", request("POST", "/things", GOOD), cut)
    equal((got.status, line["vane.outcome"]), (502, "backend_closed"), got)
    backend.answer = cut
    with Client(vanes["report"]) as client:
        try:
            client.ask(request("POST", "/things", GOOD))
            raise AssertionError("a cut body passed as whole")
        except CutShort:
            pass


# ---- bytes ----

ODD = [
    b'{ "id" :\t7.0 ,\r\n "name":"\\u00e4\\/\xc3\xa4\\ud83d\\ude00" }\n\n',
    b'{"id": 123456789012345678901234567890, "x": 1.0E+2, "y": -0, "z": 1e-400}',
    b'{"name": "' + b"\xf0\x9f\x98\x80" * 3000 + b'", "id": 1}',
]


@each([("enforce", "enforce"), ("report", "report"), ("off", "off")])
def test_bytes_are_never_changed(mode):
    for body in ODD:
        for chunked in (False, True):
            got, seen, line = exchange(mode, request("POST", "/things", body, chunked=chunked), answer(body=body))
            equal((got.status, line.get("vane.violations")), (201, None), line)
            equal((sha256(seen[0].body), sha256(got.body)), (sha256(body), sha256(body)))


# ---- what cannot be judged ----


def brotli(data):
    """Stored, not compressed (RFC 7932, 9.2): one meta-block and an empty last one."""
    return (len(data) - 1 << 4 | 1 << 20).to_bytes(3, "little") + data + b"\x03"


LARGE = b'{"id": 7, "name": "%s"}' % (b"x" * 20000)


@each([
    ("gzip, valid", gzip.compress(GOOD), b"gzip", 201),
    ("gzip, invalid", gzip.compress(BAD), b"gzip", 400),
    ("deflate, valid", zlib.compress(GOOD), b"deflate", 201),
    ("deflate, invalid", zlib.compress(BAD), b"deflate", 400),
    ("br, valid", brotli(GOOD), b"br", 201),
    ("br, invalid", brotli(BAD), b"br", 400),
    ("x-gzip, invalid", gzip.compress(BAD), b"x-gzip", 400),
    ("two codings, invalid", gzip.compress(zlib.compress(BAD)), b"deflate, gzip", 400),
    ("identity, invalid", BAD, b"identity", 400),
    ("corrupt", b"\x1f\x8b\x08\0nonsense", b"gzip", 400),
    ("cut", gzip.compress(GOOD)[:-6], b"gzip", 400),
])
def test_codings(body, coding, status):
    fields = b"Content-Type: application/json\r\nContent-Encoding: " + coding + b"\r\n"
    got, seen, _ = exchange("enforce", request("POST", "/things", body, fields))
    equal((got.status, [r.body for r in seen]), (status, [body] if status == 201 else []), got)
    reply = answer(body=body, fields=b"X-Rate: 1\r\n" + fields)
    got, _, _ = exchange("enforce", request("POST", "/things", GOOD), reply)
    equal(got.status, 201 if status == 201 else 502)
    if status == 201:
        equal((got.body, got.get("content-encoding")), (body, coding.decode()))


XML = b"Content-Type: application/xml\r\n"


@each([
    # name, mode, raw, reply, side, reason
    ("too large", "enforce", request("POST", "/things", LARGE), None, "request", "too_large"),
    ("too large, chunked", "enforce", request("POST", "/things", LARGE, chunked=True), None, "request", "too_large"),
    ("too large, reported", "report", request("POST", "/things", LARGE, chunked=True), None, "request", "too_large"),
    ("too large a response", "enforce", request("POST", "/things", GOOD), answer(body=LARGE), "response", "too_large"),
    ("too large a response, reported", "report", request("POST", "/things", GOOD), answer(body=LARGE), "response",
     "too_large"),
    ("coding", "enforce", request("POST", "/things", b"\x28\xb5\x2f\xfd",
                                  b"Content-Type: application/json\r\nContent-Encoding: zstd\r\n"), None, "request", "coding"),
    ("decoded size", "enforce",
     request("POST", "/things", gzip.compress(b'{"id": 7, "name": "' + b"x" * 16000000 + b'"}', 9),
             b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"), None, "request", "decoded_size"),
    ("media type that is not read", "enforce", request("POST", "/blob", b"<a/>", XML), None, "request", "media_type"),
    ("no schema", "enforce", request("POST", "/blob", b"{}"), None, "request", "no_schema"),
    ("not modified", "enforce", request("GET", "/things"), b"HTTP/1.1 304 X\r\n\r\n", "response", "not_modified"),
    ("partial", "enforce", request("GET", "/things"),
     answer(206, b'{"i', b"X-Rate: 1\r\nContent-Type: application/json\r\nContent-Range: bytes 0-2/9\r\n"), "response",
     "partial"),
    ("preflight", "enforce", b"OPTIONS /things HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n"
     b"Access-Control-Request-Method: POST\r\n\r\n", answer(204, b"", b""), "request", "preflight"),
    ("no operation", "report", request("GET", "/nothing"), None, "response", "no_operation"),
])
def test_unchecked_is_counted(mode, raw, reply, side, reason):
    if reply and reply.startswith(b"HTTP/1.1 204"):
        reply = b"HTTP/1.1 204 X\r\n\r\n"
    got, seen, line = exchange(mode, raw, reply)
    equal(len(seen), 1, got)
    equal((line["vane.outcome"], line.get(f"vane.unchecked.{side}")), ("ok", reason), line)
    contains(f'vane_contract_unchecked_total{{version="v1",direction="{side}",reason="{reason}"}}', vanes[mode].scrape())


@each([
    ("by its length", request("POST", "/things", LARGE)),
    ("as it comes", request("POST", "/things", LARGE, chunked=True)),
])
def test_too_large_is_rejected_where_that_is_wanted(raw):
    got, seen, line = exchange("reject", raw)
    equal((got.status, line["vane.outcome"], seen), (413, "body_too_large", []))


def test_too_large_a_response_is_rejected_too():
    got, _, line = exchange("reject", request("POST", "/things", GOOD), answer(body=LARGE))
    equal((got.status, line["vane.outcome"]), (502, "response_invalid"), got)


def test_unknown_fields_are_rejected_where_that_is_wanted():
    more = b'{"id": 7, "extra": 1}'
    got, seen, _ = exchange("reject", request("POST", "/things", more))
    equal((got.status, seen), (400, []))
    equal(json.loads(got.body)["violations"][0]["pointer"], "/extra")
    equal(exchange("enforce", request("POST", "/things", more))[0].status, 201)


def test_sampled_out_is_counted():
    vane = start("enforce", more=", sample: 0%")
    backend.answer = answer()
    with Client(vane) as client:
        equal(client.ask(request("POST", "/things", BAD)).status, 201)
    vane.next_outcome(0)
    line = vane.access()[0]
    equal((line["vane.unchecked.request"], line["vane.unchecked.response"]), ("sampled_out", "sampled_out"))
    half = start("enforce", more=", sample: 50%")
    statuses = []
    with Client(half) as client:
        for _ in range(400):
            statuses.append(client.ask(request("POST", "/things", BAD)).status)
    true(120 < statuses.count(400) < 280, statuses.count(400))
    equal(set(statuses), {201, 400})


def test_depth_is_bounded():
    deep = b'{"id": 7, "x": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    got, seen, line = exchange("enforce", request("POST", "/things", deep))
    if got.status == 201:
        equal((line["vane.unchecked.request"], seen[0].body), ("depth", deep))
    else:
        equal((got.status, seen), (400, []))


if __name__ == "__main__":
    main()
