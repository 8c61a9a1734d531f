"""Messages made to cost much: each ends soon, as what it is, and the next one is served (design, section 11)."""
import os
import time

from harness import Backend, Client, Vane, contains, each, equal, main, scratch, true

CONTRACT = """
openapi: 3.1.0
info: {title: Costs, version: 1.0.0}
paths:
  /unique: {post: {requestBody: {content: {application/json: {schema: {uniqueItems: true}}}}, responses: {"200": {description: ok}}}}
  /number: {post: {requestBody: {content: {application/json: {schema: {multipleOf: 0.01, maximum: 1e999}}}}, responses: {"200": {description: ok}}}}
  /pattern: {post: {requestBody: {content: {application/json: {schema: {pattern: '^(a+)+$'}}}}, responses: {"200": {description: ok}}}}
  /back: {post: {requestBody: {content: {application/json: {schema: {pattern: '^(?:(a|aa)+\\1)+[bc]$'}}}}, responses: {"200": {description: ok}}}}
  /tree: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}, responses: {"200": {description: ok}}}}
  /doubling: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Doubling'}}}}, responses: {"200": {description: ok}}}}
components:
  schemas:
    Tree: {anyOf: [{type: 'null'}, {type: array, items: {$ref: '#/components/schemas/Tree'}}]}
    Doubling:
      anyOf:
        - {items: {$ref: '#/components/schemas/Doubling'}, not: {}}
        - {items: {$ref: '#/components/schemas/Doubling'}, not: {}}
"""
contract = os.path.join(scratch, "costs.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)
backend = Backend()
backend.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
vane = Vane("""
versions: {v1: {backend: '%(backend)s', contract: %(contract)s}}
validate: {requests: enforce, max_body: 8MiB}
""", {"backend": backend.address, "contract": contract})

DIFFERENT = b"[%s]" % b",".join(b'{"kind":"thing","n":%d}' % n for n in range(100000))
SOON = 20  # seconds; what has no bound takes hours


def ask(path, body):
    before = len(vane.access())
    began = time.monotonic()
    with Client(vane, seconds=SOON) as client:
        got = client.ask(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                         % (path.encode(), len(body)) + body)
    vane.next_outcome(before)
    true(time.monotonic() - began < SOON, "soon")
    return got, vane.access()[before]


@each([
    # name, path, body, status, outcome, why it was not judged
    ("brackets", "/tree", b"[" * 100000, 200, "ok", "depth"),
    ("a deep tree", "/tree", b"[" * 5000 + b"]" * 5000, 200, "ok", "depth"),
    ("a wide tree", "/tree", b"[" + b"[[],[[null]]]," * 100000 + b"null]", 200, "ok", None),
    ("a wide tree with one wrong leaf", "/tree", b"[" + b"[[],[[null]]]," * 100000 + b"1]", 400, "request_invalid", None),
    ("a million digits", "/number", b"1" + b"0" * 999999, 400, "request_invalid", None),
    ("a million digits behind the point", "/number", b"0." + b"0" * 999998 + b"1", 400, "request_invalid", None),
    ("an exponent of a million digits", "/number", b"1e-" + b"9" * 1000000, 400, "request_invalid", None),
    ("a hundred thousand different items", "/unique", DIFFERENT, 200, "ok", None),
    ("and one of them again", "/unique", DIFFERENT[:-1] + b',{"n":9e0,"kind":"thing"}]', 400, "request_invalid", None),
    ("a pattern that doubles", "/pattern", b'"' + b"a" * 100000 + b'!"', 400, "request_invalid", None),
    ("a pattern that must go back", "/back", b'"' + b"a" * 50 + b'!"', 200, "ok", "pattern_limit"),
    ("branches that double", "/doubling", b"[" * 200 + b"]" * 200, 200, "ok", "steps"),
])
def test_bounded(path, body, status, outcome, unchecked):
    got, line = ask(path, body)
    equal((got.status, line["vane.outcome"], line.get("vane.unchecked.request")), (status, outcome, unchecked), got)
    if unchecked:
        contains(f'vane_contract_unchecked_total{{version="v1",direction="request",reason="{unchecked}"}}', vane.scrape())
    equal(ask("/unique", b"[1,2]")[0].status, 200)


if __name__ == "__main__":
    main()
