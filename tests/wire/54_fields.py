"""Field use: which parameters and properties each consumer really sends and the backend really fills (`usage.fields`), in
the ledger, on the admin port, and in what `vane can-remove` answers. Names of the contract only, never a value."""
import json
import os
import sqlite3
import subprocess
import tempfile

from harness import BINARY, Backend, Client, Vane, contains, each, equal, eventually, main, scratch, true

CONTRACT = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: filter, in: query, style: deepObject, explode: true, schema: {type: object, properties: {state: {}}}}
        - {name: page, in: query, schema: {type: integer}}
        - {name: X-Shop, in: header, schema: {type: string}}
        - {name: session, in: cookie, schema: {type: string}}
      responses:
        "200":
          description: ok
          headers: {X-Total: {schema: {type: integer}}, X-Next: {schema: {type: string}}}
          content:
            application/json:
              schema:
                type: object
                properties:
                  orders: {type: array, items: {$ref: "#/components/schemas/Order"}}
                  total: {type: integer}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: made}, "404": {description: no}}
components:
  schemas:
    Order:
      type: object
      properties:
        id: {type: integer}
        coupon: {type: string}
        note: {type: string}
        items:
          type: array
          items: {type: object, properties: {sku: {type: string}, count: {type: integer}}}
        labels: {type: object, additionalProperties: {type: object, properties: {colour: {type: string}}}}
        parent: {$ref: "#/components/schemas/Order"}
"""
CONFIG = """
consumers: {from: [{header: X-Consumer}], ignore: [probe]}
usage: {ledger: '%(ledger)s', fields: %(share)s}
validate: {requests: %(mode)s, responses: report}
versions:
  v1: {backend: '%(backend)s', contract: '%(contract)s'}
"""
LIST = b'{"orders":[{"id":1,"items":[{"sku":"SECRET-SKU"}]}]}'


def answer(request, _connection):
    if request.method == "GET":
        return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Total: 77\r\nContent-Length: %d\r\n\r\n%s"
                % (len(LIST), LIST))
    return b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


backend = Backend(answer=answer)


def folder():
    return tempfile.mkdtemp(dir=scratch)


def write(text, name="openapi.yaml"):
    path = os.path.join(folder(), name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


contract = write(CONTRACT)


def start(share="100%", ledger="usage.db", mode="report", config=CONFIG, document=None):
    return Vane(config, {"backend": backend.address, "contract": document or contract, "ledger": ledger, "share": share,
                         "mode": mode})


def ask(vane, consumer, target="/v1/orders", body=None, more="", kind="application/json", count=1):
    body = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    line = "GET" if body is None else "POST"
    head = f"{line} {target} HTTP/1.1\r\nHost: a\r\nX-Consumer: {consumer}\r\n{more}"
    if body is not None:
        head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    before = len(vane.access())
    with Client(vane) as client:
        for _ in range(count):
            status = client.ask(head.encode() + b"\r\n" + (body or b"")).status
    eventually(lambda: len(vane.access()) >= before + count, "access lines: usage is counted when an exchange ends")
    return status


def run(*words):
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, check=False, cwd=folder())
    return done.returncode, done.stdout, done.stderr


def source(vane):
    return ["--from", f"unix:{vane.admin}"]


def ledger_of(vane):
    return os.path.join(vane.directory, "usage.db")


def remove(operation, direction, field, *words):
    code, said, error = run("can-remove", "v1", operation, direction, field, "--quiet-for", "1h", *words, "-o", "json")
    return code, json.loads(said) if said else None, error


def fields(vane):
    """{(operation, direction, field, consumer): samples} as the admin port tells it."""
    told = json.loads(vane.page("/api/fields?limit=100000").body)
    return {(f["operation"], f["direction"], f["field"], f.get("consumer", "")): f["count"] for f in told["fields"]}


def test_what_is_sent_and_filled():
    vane = start()
    ask(vane, "erp", body={"coupon": "SECRET-COUPON", "items": [{"sku": "SECRET-SKU"}, {"sku": "b"}]})
    ask(vane, "erp", body={"id": 7})
    ask(vane, "app", "/v1/orders?limit=5&filter[state]=open&utm=SECRET-QUERY", more="x-shop: SECRET-HEADER\r\n")
    used = {key: count for key, count in fields(vane).items() if key[3]}
    equal(used, {
        ("POST /orders", "request", "/coupon", "erp"): 1,
        ("POST /orders", "request", "/items", "erp"): 1,
        ("POST /orders", "request", "/items/*", "erp"): 1,
        ("POST /orders", "request", "/items/*/sku", "erp"): 1,
        ("POST /orders", "request", "/id", "erp"): 1,
        ("GET /orders", "request", "query:limit", "app"): 1,
        ("GET /orders", "request", "query:filter", "app"): 1,
        ("GET /orders", "request", "query:?", "app"): 1,
        ("GET /orders", "request", "header:X-Shop", "app"): 1,
        ("GET /orders", "response", "header:X-Total", "app"): 1,
        ("GET /orders", "response", "/orders", "app"): 1,
        ("GET /orders", "response", "/orders/*", "app"): 1,
        ("GET /orders", "response", "/orders/*/id", "app"): 1,
        ("GET /orders", "response", "/orders/*/items", "app"): 1,
        ("GET /orders", "response", "/orders/*/items/*", "app"): 1,
        ("GET /orders", "response", "/orders/*/items/*/sku", "app"): 1,
    })


def test_what_the_contract_names_is_known_before_it_is_used():
    vane = start()
    ask(vane, "erp", body={})
    named = {key[2] for key in fields(vane) if key[0] == "POST /orders" and key[1] == "request" and not key[3]}
    equal(named, {"/id", "/coupon", "/note", "/items", "/items/*", "/items/*/sku", "/items/*/count", "/labels", "/labels/*",
                  "/labels/*/colour", "/parent"})


def test_keys_that_are_data_are_folded():
    """Keys of maps become `*`, what the contract does not name `?`, and a schema in itself is folded into its first place."""
    vane = start()
    ask(vane, "erp", body={"labels": {"SECRET-KEY": {"colour": "SECRET-RED", "SECRET-MORE": 1}}, "SECRET-NAME": 1,
                           "parent": {"parent": {"coupon": "x", "SECRET-DEEP": {"SECRET-DEEPER": 1}}}})
    used = {key[2] for key in fields(vane) if key[3]}
    equal(used, {"/labels", "/labels/*", "/labels/*/colour", "/labels/*/?", "/?", "/parent", "/coupon"})
    vane.stop()
    no_secret(vane)


def no_secret(vane):
    for name in os.listdir(vane.directory):
        if name.startswith("usage.db"):
            with open(os.path.join(vane.directory, name), "rb") as ledger:
                true(b"SECRET" not in ledger.read(), name)


def test_no_value_is_kept():
    vane = start()
    ask(vane, "erp", body={"coupon": "SECRET-COUPON", "SECRET-A": {"SECRET-B": ["SECRET-C"]}}, more="Cookie: session=SECRET\r\n")
    ask(vane, "erp", "/v1/orders?limit=SECRET&SECRET=1&filter[SECRET]=2", more="X-Shop: SECRET\r\n")
    true("SECRET" not in json.dumps(list(map(list, fields(vane)))))
    true("SECRET" not in run("usage", *source(vane), "--fields")[1])
    vane.stop()
    no_secret(vane)


def test_many_names_stay_bounded():
    """100,000 distinct names of members and of a map: two folds, and no more memory than the body took."""
    vane = start()
    ask(vane, "erp", body={})
    for step in range(100):
        names = {f"name-{step}-{i}": i for i in range(500)}
        ask(vane, "erp", body={**names, "labels": {f"key-{step}-{i}": {} for i in range(500)}})
    used = {key[2]: count for key, count in fields(vane).items() if key[3] and key[1] == "request"}
    equal(used, {"/?": 100, "/labels": 100, "/labels/*": 100})
    vane.stop()
    true(os.path.getsize(ledger_of(vane)) < 200000, os.path.getsize(ledger_of(vane)))


# ---- vane can-remove ----


def test_no_and_who():
    vane = start()
    ask(vane, "erp", body={"coupon": "x"}, count=3)
    ask(vane, "app", body={"note": "x"}, count=2)
    for where in (source(vane), None):
        if where is None:
            vane.stop()
            where = ["--ledger", ledger_of(vane)]
        code, answered, _ = remove("POST /orders", "request", "/coupon", *where)
        equal((code, answered["can_remove"], answered["reason"]), (1, False, ""))
        equal([(c["consumer"], c["samples"]) for c in answered["consumers"]], [("erp", 3)])
        code, said, _ = run("can-remove", "v1", "POST /orders", "request", "/coupon", *where)
        equal(code, 1)
        contains("v1 POST /orders request /coupon: no, it was sent by 1 consumer within 30d", said)
        contains("in 3 samples", said)


def test_yes_when_enough_was_looked_at():
    vane = start()
    ask(vane, "erp", body={"coupon": "x"}, count=3)
    ask(vane, "app", "/v1/orders?limit=3", count=2)
    eventually(lambda: quiet(vane, "POST /orders", "request", "/note")[0] == 0, "a second of history")
    code, answered, _ = quiet(vane, "POST /orders", "request", "/parent")
    equal((code, answered["can_remove"], answered["consumers"], answered["unseen"]), (0, True, [], []))
    equal(quiet(vane, "POST /orders", "request", "/items/*/count")[0], 0)
    equal(quiet(vane, "GET /orders", "request", "query:page")[0], 0)
    equal(quiet(vane, "GET /orders", "response", "/total")[0], 0)
    equal(quiet(vane, "GET /orders", "response", "header:x-next")[0], 0)


def test_usage_of_fields():
    vane = start()
    ask(vane, "erp", body={"coupon": "x"}, count=3)
    ask(vane, "=app", body={"coupon": "x"})
    ask(vane, "=app", body={})
    rows = json.loads(run("usage", *source(vane), "--fields", "-o", "json")[1])
    told = {(f["field"], f["consumer"]): (f["count"], f["samples"]) for f in rows if f["direction"] == "request"}
    equal((told["/coupon", "erp"], told["/coupon", "=app"], told["/note", None]), ((3, 3), (1, 2), (0, 5)))
    true(("/coupon", None) not in told)
    said = run("usage", "v1", *source(vane), "--fields")[1]
    contains("3 of 3", said)
    contains("nobody", said)
    only = json.loads(run("usage", *source(vane), "--fields", "--consumer", "=app", "-o", "json")[1])
    equal({f["consumer"] for f in only}, {"=app", None})
    contains("\"'=app\"", run("usage", *source(vane), "--fields", "-o", "csv")[1])
    vane.stop()
    equal(json.loads(run("usage", "--ledger", ledger_of(vane), "--fields", "-o", "json")[1]), rows)


def quiet(vane, *words):
    """The same for a period of one second."""
    code, said, error = run("can-remove", "v1", *words, *source(vane), "--quiet-for", "1s", "-o", "json")
    return code, json.loads(said) if said else None, error


if __name__ == "__main__":
    main()
