"""fill_defaults: what a JSON object leaves out and the contract has a default for is put into the bytes that go to the
backend, and no other byte is changed; what was signed, coded or would break the contract goes on as it came."""
import gzip
import os
import subprocess

from harness import BINARY, Backend, Client, Vane, contains, each, equal, main, scratch, true

CONTRACT = """
openapi: 3.1.0
info: {title: Orders, version: 2.0.0}
paths:
  /orders: {post: {operationId: order, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}, responses: {"200": {description: ok}}}}
  /shapes: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Shape'}}}}, responses: {"200": {description: ok}}}}
  /pairs: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pair'}}}}, responses: {"200": {description: ok}}}}
  /closed: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Closed'}}}}, responses: {"200": {description: ok}}}}
  /list: {post: {requestBody: {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Line'}}}}}, responses: {"200": {description: ok}}}}
  /form: {post: {requestBody: {content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Line'}}}}, responses: {"200": {description: ok}}}}
components:
  schemas:
    Currency: {type: string, enum: [EUR, USD], default: EUR}
    Line:
      type: object
      required: [sku]
      properties: {sku: {type: string}, qty: {type: integer, minimum: 1, default: 1}}
    Order:
      type: object
      required: [id, currency]
      properties:
        id: {type: integer}
        currency: {$ref: '#/components/schemas/Currency'}
        lines: {type: array, items: {$ref: '#/components/schemas/Line'}}
        ship: {type: object, properties: {"a\\"b": {type: string, default: "x\\ny"}}}
        seen: {type: boolean, readOnly: true, default: false}
    Shape:
      oneOf:
        - {required: [kind], properties: {kind: {const: circle}, r: {type: integer, default: 1}}}
        - {required: [kind], properties: {kind: {const: square}, r: {type: integer, default: 2}}}
      not: {required: [secret], properties: {secret: {default: 1}}}
    Pair:
      allOf:
        - {type: object, properties: {a: {default: 1}, b: {default: true}}}
        - {type: object, properties: {a: {default: 2}, b: {default: true}}}
    Closed: {type: object, maxProperties: 1, properties: {a: {default: 1}}}
"""
contract = os.path.join(scratch, "orders.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)
backend = Backend()
backend.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
vanes = {mode: Vane("""
versions: {v1: {backend: '%(backend)s', contract: %(contract)s}}
validate: {requests: %(mode)s, fill_defaults: %(fill)s, max_body: 4KiB}
""", {"backend": backend.address, "contract": contract, "mode": mode.split()[0], "fill": mode.split()[-1]})
    for mode in ("enforce requests", "report requests", "enforce off")}


def send(mode, path, body, fields=b"", kind=b"application/json", chunked=False):
    """(status, what the backend got or None, the access line)"""
    vane = vanes[mode]
    backend.forget()
    before = len(vane.access())
    framing = b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"Content-Length: %d\r\n\r\n" % len(body)
    cut = len(body) // 2
    content = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (cut, body[:cut], len(body) - cut, body[cut:]) if chunked else body
    with Client(vane) as client:
        got = client.ask(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n%s%s" % (path.encode(), kind, fields, framing) + content)
    vane.next_outcome(before)
    return got.status, backend.requests[0] if backend.requests else None, vane.access()[before]


@each([
    # name, path, the client's body, the backend's
    ("nothing is missing", "/orders", b'{"id":1,"currency":"USD"}', b'{"id":1,"currency":"USD"}'),
    ("a required one", "/orders", b'{"id":1}', b'{"currency":"EUR","id":1}'),
    ("white space and numbers stay", "/orders", b' {\t"id" : 1e0 , "x":1.00}\r\n', b' {"currency":"EUR",\t"id" : 1e0 , "x":1.00}\r\n'),
    ("in lists and objects", "/orders", b'{"id":1,"currency":"USD","lines":[{"sku":"a"},{"qty":3,"sku":"b"}, { "sku":"\\u00e9"}],"ship":{ }}',
     b'{"id":1,"currency":"USD","lines":[{"qty":1,"sku":"a"},{"qty":3,"sku":"b"}, {"qty":1, "sku":"\\u00e9"}],"ship":{"a\\"b":"x\\ny" }}'),
    ("an escaped name is there", "/orders", b'{"id":1,"curr\\u0065ncy":"USD"}', b'{"id":1,"curr\\u0065ncy":"USD"}'),
    ("null is there", "/pairs", b'{"a":null,"b":null}', b'{"a":null,"b":null}'),
    ("the branch that passes", "/shapes", b'{"kind":"square"}', b'{"r":2,"kind":"square"}'),
    ("the other branch", "/shapes", b'{"kind":"circle"}', b'{"r":1,"kind":"circle"}'),
    ("two that differ", "/pairs", b"{}", b'{"b":true}'),
    ("a list is no object", "/list", b'[{"sku":"a"}]', b'[{"sku":"a"}]'),
])
def test_filled(path, body, want):
    for mode in ("enforce requests", "report requests"):
        for chunked in (False, True):
            status, seen, line = send(mode, path, body, chunked=chunked)
            equal((status, seen.body), (200, want), mode)
            equal((line.get("vane.violations", 0), line.get("vane.unchecked.request")), (0, None), line)
            if not chunked:
                equal([int(value) for name, value in seen.fields if name.lower() == b"content-length"], [len(want)])


@each([
    ("a digest", b'Content-Digest: sha-256=:abc=:\r\n'),
    ("an old digest", b'digest: SHA-256=abc\r\n'),
    ("a representation's digest", b'Repr-Digest: sha-256=:abc=:\r\n'),
    ("a signature", b'Signature-Input: sig1=("content-digest")\r\nSignature: sig1=:abc=:\r\n'),
    ("a hook's signature", b'X-Hub-Signature-256: sha256=abc\r\n'),
    ("a cloud's", b'x-amz-content-sha256: abc\r\n'),
    ("one in Authorization", b'Authorization: AWS4-HMAC-SHA256 Credential=a, Signature=b\r\n'),
])
def test_sealed(fields):
    body = b'{"id":1,"currency":"USD","lines":[{"sku":"a"}]}'
    status, seen, line = send("enforce requests", "/orders", body, fields)
    equal((status, seen.body, line.get("vane.unchecked.request")), (200, body, "not_filled"))
    contains('vane_contract_unchecked_total{version="v1",direction="request",reason="not_filled"}', vanes["enforce requests"].scrape())


def test_asking_for_a_digest_is_none():
    equal(send("enforce requests", "/orders", b'{"id":1}', b"Want-Repr-Digest: sha-256=1\r\n")[1].body, b'{"currency":"EUR","id":1}')


@each([
    ("it would break the contract", "/closed", b'{"z":1}', b"", b"application/json"),
    ("it would be too large", "/orders", b'{"id":1,"currency":"USD","x":"' + b"x" * 4010 + b'","lines":[' + b'{"sku":""},' * 3 + b'{"sku":""}]}', b"", b"application/json"),
    ("it is coded", "/orders", gzip.compress(b'{"id":1,"currency":"USD","ship":{}}'), b"Content-Encoding: gzip\r\n", b"application/json"),
])
def test_left_alone_and_counted(path, body, fields, kind):
    status, seen, line = send("enforce requests", path, body, fields, kind)
    equal((status, seen.body, line.get("vane.unchecked.request")), (200, body, "not_filled"))


def test_other_kinds_of_body():
    status, seen, line = send("enforce requests", "/form", b"sku=a", kind=b"application/x-www-form-urlencoded")
    equal((status, seen.body, line.get("vane.unchecked.request")), (200, b"sku=a", None))


def test_what_is_wrong_stays_wrong():
    equal(send("enforce requests", "/orders", b'{"id":"one"}')[:2], (400, None))
    status, seen, line = send("report requests", "/orders", b'{"id":"one"}')
    equal((status, seen.body), (200, b'{"id":"one"}'))
    true(line["vane.violations"] > 0, line)
    equal(send("enforce requests", "/orders", b'{"id":1')[:2], (400, None))


def test_off_changes_nothing():
    equal(send("enforce off", "/orders", b'{"id":1}')[:2], (400, None))
    equal(send("enforce off", "/pairs", b"{}")[1].body, b"{}")


def test_connections_stay_in_step():
    vane = vanes["enforce requests"]
    backend.forget()
    raw = b"".join(b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                   % (len(body), body) for body in (b'{"id":1}', b'{"id":2,"currency":"USD"}', b'{"id":3}'))
    with Client(vane) as client:
        client.send(raw)
        equal([client.response().status for _ in range(3)], [200, 200, 200])
    equal([r.body for r in backend.requests], [b'{"currency":"EUR","id":1}', b'{"id":2,"currency":"USD"}', b'{"currency":"EUR","id":3}'])


def complaints(validate, document=CONTRACT):
    """(exit code, what is said) of `vane check`."""
    config, document_file = os.path.join(scratch, "refused.yaml"), os.path.join(scratch, "refused-contract.yaml")
    for name, text in ((document_file, document), (config, "versions: {v2: {backend: '127.0.0.1:1', contract: %s}}\nvalidate: {%s}\n"
                                                   % (document_file, validate))):
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)
    done = subprocess.run([BINARY, "check", config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


@each([
    ("nothing is judged", "requests: 'off', fill_defaults: requests", None, "fill_defaults needs requests: enforce or report"),
    ("not all are judged", "requests: enforce, sample: 10%, fill_defaults: requests", None, "fill_defaults needs sample: 100%"),
    ("a wrong default", "requests: enforce, fill_defaults: requests", CONTRACT.replace("minimum: 1, default: 1", "minimum: 1, default: 0"),
     'the default of "qty" breaks its own schema'),
    ("no such word", "fill_defaults: responses", None, "not one of"),
])
def test_refused_at_load(validate, changed, complaint):
    code, said = complaints(validate, changed or CONTRACT)
    true(code != 0, said)
    contains(complaint, said)


def test_conflicts_are_warned_of():
    _, said = complaints("requests: enforce, fill_defaults: requests")
    contains('warning: "a" has another default at', said)
    true('"b" has another default' not in said and '"r" has another default' not in said, said)


if __name__ == "__main__":
    main()
