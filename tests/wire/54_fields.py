"""Field use: which parameters and properties each consumer really sends and the backend really fills (`usage.fields`), in
the ledger, on the admin port, and in what `vane can-remove` answers. Names of the contract only, never a value."""
import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import time

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
    """While they go on calling, and the history is as long as the period."""
    vane = start()

    def calls():
        ask(vane, "erp", body={"coupon": "x"})
        ask(vane, "app", "/v1/orders?limit=3")
    for operation, direction, field in (("POST /orders", "request", "/note"), ("POST /orders", "request", "/items/*/count"),
                                        ("GET /orders", "request", "query:page"), ("GET /orders", "response", "/total"),
                                        ("GET /orders", "response", "header:x-next")):
        code, answered, _ = whole(vane, calls, operation, direction, field)
        equal((code, answered["can_remove"], answered["consumers"], answered["unseen"]), (0, True, [], []))
        true(answered["samples"] > 0, answered)
    equal(quiet(vane, "POST /orders", "request", "/coupon")[0], 1)
    contains("v1 POST /orders request /note: yes, nobody has sent it for 1s",
             run("can-remove", "v1", "POST /orders", "request", "/note", *source(vane), "--quiet-for", "1s")[1])


def whole(vane, again, *words):
    """The answer for a period of one second in which `again` was done and which the history has as a whole."""
    def asked():
        again()
        answered = quiet(vane, *words)
        return answered[1]["reason"] != "the history is shorter than the period" and answered
    return eventually(asked, "a second of history")


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


@each([
    ("an operation that was never called", ("DELETE /orders", "request", "/coupon"), "is that its name?"),
    ("a field that the contract does not name", ("POST /orders", "request", "/coupons"), "not known to name"),
    ("a field of the other direction", ("POST /orders", "response", "/coupon"), "not known to name"),
    ("a parameter that is none", ("POST /orders", "request", "query:coupon"), "not known to name"),
    ("what the contract does not name", ("POST /orders", "request", "/?"), "not known to name"),
    ("an index instead of *", ("POST /orders", "request", "/items/0/sku"), "not known to name"),
])
def test_what_is_not_known(asked, why):
    if not hasattr(test_what_is_not_known, "vane"):
        test_what_is_not_known.vane = start()
        ask(test_what_is_not_known.vane, "erp", body={"coupon": "x"})
    code, answered, _ = remove(*asked, *source(test_what_is_not_known.vane))
    equal((code, answered["can_remove"]), (2, None))
    contains(why, answered["reason"])


def test_a_name_that_is_nearly_one():
    vane = start()
    ask(vane, "erp", body={})
    code, said, _ = run("can-remove", "v1", "POST /orders", "request", "/cupon", *source(vane))
    equal(code, 2)
    contains("did you mean /coupon?", said)


@each([
    ("nothing", (), "can-remove needs"),
    ("no field", ("v1", "POST /orders", "request"), "can-remove needs"),
    ("no method", ("v1", "/orders", "request", "/a"), "its method and its path"),
    ("no direction", ("v1", "POST /orders", "body", "/a"), "not of \"body\""),
    ("no pointer", ("v1", "POST /orders", "request", "coupon"), "is no field"),
    ("a query of a response", ("v1", "POST /orders", "response", "query:a"), "is no field"),
    ("no name", ("v1", "POST /orders", "request", "query:"), "is no field"),
    ("no number", ("v1", "POST /orders", "request", "/a", "--samples", "few"), "--samples"),
    ("none", ("v1", "POST /orders", "request", "/a", "--samples", "0"), "--samples"),
    ("no duration", ("v1", "POST /orders", "request", "/a", "--quiet-for", "long"), "--quiet-for"),
    ("no source", ("v1", "POST /orders", "request", "/a"), "whose usage?"),
    ("no file", ("v1", "POST /orders", "request", "/a", "--ledger", "/nowhere/usage.db"), "/nowhere/usage.db"),
])
def test_what_cannot_be_asked(words, why):
    code, said, error = run("can-remove", *words)
    equal((code, said), (2, ""))
    contains(why, error)


def test_the_history_is_too_short():
    vane = start()
    ask(vane, "erp", body={})
    code, answered, _ = remove("POST /orders", "request", "/note", *source(vane))
    equal((code, answered["reason"]), (2, "the history is shorter than the period"))


def test_nothing_is_kept_when_it_is_off():
    vane = start(share="0%")
    ask(vane, "erp", body={"coupon": "x"})
    told = json.loads(vane.page("/api/fields").body)
    equal((told["fields"], told["samples"], told["sampled_since"]), ([], [], None))
    code, answered, _ = remove("POST /orders", "request", "/coupon", *source(vane))
    equal(code, 2)
    contains("not sampled", answered["reason"])
    contains("not sampled", run("usage", *source(vane), "--fields")[1])


def reload(vane, text):
    before = len(vane.events("config.reloaded"))
    vane.write(text)
    vane.kill(signal.SIGHUP)
    eventually(lambda: len(vane.events("config.reloaded")) > before, "the reload")


def test_switched_off_and_on_again_the_history_begins_anew():
    vane = start()
    ask(vane, "erp", body={"coupon": "x"})
    since = json.loads(vane.page("/api/fields").body)["sampled_since"]
    true(since)
    with open(vane.file, encoding="utf-8") as old:
        on = old.read()
    reload(vane, on.replace("fields: 100%", "fields: 0%"))
    equal(json.loads(vane.page("/api/fields").body)["sampled_since"], None)
    reload(vane, on)
    again = json.loads(vane.page("/api/fields").body)["sampled_since"]
    true(again > since, (since, again))
    equal(remove("POST /orders", "request", "/coupon", *source(vane))[0], 1)


def test_a_restart_keeps_it():
    path = os.path.join(folder(), "usage.db")
    first = start(ledger=path)
    ask(first, "erp", body={"coupon": "x"}, count=2)
    before = json.loads(first.page("/api/fields").body)
    first.stop()
    second = start(ledger=path)
    ask(second, "erp", body={"coupon": "x"})
    after = json.loads(second.page("/api/fields").body)
    equal(after["sampled_since"], before["sampled_since"])
    row = lambda told: [f for f in told["fields"] if f.get("consumer") == "erp" and f["field"] == "/coupon"][0]
    equal((row(before)["count"], row(after)["count"]), (2, 3))
    equal(row(before)["first"], row(after)["first"])


def test_a_small_share_looks_at_the_first_of_an_hour():
    """Who calls once is looked at; of who calls often only a share is, and that is told."""
    vane = start(share="0.0001%")
    ask(vane, "nightly", body={"coupon": "x"})
    ask(vane, "erp", body={"note": "x"}, count=20)
    used = {key[2:]: count for key, count in fields(vane).items() if key[3]}
    equal(used, {("/coupon", "nightly"): 1, ("/note", "erp"): 1})
    code, answered, _ = remove("POST /orders", "request", "/id", *source(vane), "--samples", "1")
    equal((code, answered["reason"]), (2, "the history is shorter than the period"))
    equal(answered["unseen"], [])
    _, answered, _ = remove("POST /orders", "request", "/id", *source(vane))
    equal(answered["unseen"], [{"consumer": "erp", "calls": 20, "samples": 1}])


def test_too_little_was_looked_at():
    vane = start(share="0.0001%")
    ask(vane, "erp", body={"note": "x"})
    code, answered, _ = whole(vane, lambda: ask(vane, "erp", body={"note": "x"}), "POST /orders", "request", "/id")
    equal((code, answered["reason"], answered["unseen"][0]["samples"]), (2, "too little was looked at of some consumers", 1))
    code, said, _ = run("can-remove", "v1", "POST /orders", "request", "/id", *source(vane), "--quiet-for", "1s")
    contains("exchanges looked at", said)
    equal(quiet(vane, "POST /orders", "request", "/id", "--samples", "1")[0], 0)


def test_what_vane_refuses_reaches_nobody():
    vane = start(mode="enforce")
    equal(ask(vane, "erp", body={"coupon": 7}), 400)
    ask(vane, "app", body={"note": "x"})
    samples = {(s["consumer"], s["direction"]): (s["heads"], s["refused"])
               for s in json.loads(vane.page("/api/fields").body)["samples"]}
    equal(samples, {("erp", "request"): (0, 1), ("erp", "response"): (0, 1), ("app", "request"): (1, 0),
                    ("app", "response"): (1, 0)})
    code, answered, _ = remove("POST /orders", "request", "/coupon", *source(vane))
    equal((code, answered["unseen"]), (2, []))  # only the history is too short


def test_a_body_that_is_too_large_is_not_looked_at():
    vane = start()
    ask(vane, "erp", body={"note": "x" * 300000})
    code, answered, _ = remove("POST /orders", "request", "/coupon", *source(vane))
    equal((code, answered["unseen"]), (2, [{"consumer": "erp", "calls": 1, "samples": 0}]))
    ask(vane, "app", "/v1/orders", count=2)
    samples = [(s["operation"], s["heads"], s["bodies"]) for s in json.loads(vane.page("/api/fields").body)["samples"]
               if s["direction"] == "request"]
    equal(sorted(samples), [("GET /orders", 2, 2), ("POST /orders", 1, 0)])


def test_probes_are_not_looked_at():
    vane = start()
    ask(vane, "probe", body={"coupon": "x"})
    equal(fields(vane), {})


def test_head_is_get():
    vane = start()
    with Client(vane) as client:
        client.ask(b"HEAD /v1/orders?limit=1 HTTP/1.1\r\nHost: a\r\nX-Consumer: erp\r\n\r\n")
    eventually(vane.access, "its line")
    code, answered, _ = remove("GET /orders", "request", "query:limit", *source(vane))
    equal((code, [c["consumer"] for c in answered["consumers"]]), (1, ["erp"]))


def test_several_instances_are_one_answer():
    first, second = start(), start()
    ask(first, "erp", body={"coupon": "x"})
    ask(second, "erp", body={"coupon": "x"}, count=2)
    ask(second, "app", body={"coupon": "x"})
    both = source(first) + source(second)
    code, answered, _ = remove("POST /orders", "request", "/coupon", *both)
    equal((code, {c["consumer"]: c["samples"] for c in answered["consumers"]}), (1, {"erp": 3, "app": 1}))
    third = start(share="0%")
    code, answered, _ = remove("POST /orders", "request", "/note", *both, *source(third))
    contains("not sampled", answered["reason"])
    third.stop()
    code, answered, error = remove("POST /orders", "request", "/note", *both, *source(third))
    equal((code, answered["reason"]), (2, "a source did not answer"))
    contains(third.admin, error)


def test_bodies_pass_as_they_come():
    """With sampling on, what the backend gets and what the client gets is what was sent, to the byte, and nothing waits."""
    echoes = Backend()
    vane = Vane(CONFIG, {"backend": echoes.address, "contract": contract, "ledger": "usage.db", "share": "100%",
                         "mode": "report"})
    for body in (b'{"coupon" : 1.50, "coupon": "\\u0041"}', b"\xff{", b" " * 70000, os.urandom(300000)):
        with Client(vane) as client:
            head = b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            answered = client.ask(head % len(body) + body)
            equal(answered.status, 200)
            equal(echoes.requests[-1].body, body)


# ---- who is hit ----


# Without the schema in itself: what is compared is not the point here.
FLAT = CONTRACT.replace('        parent: {$ref: "#/components/schemas/Order"}\n', "")


def next_contract():
    """The same without the coupon, the limit and the total; skus are numbers now."""
    text = FLAT.replace("        coupon: {type: string}\n", "").replace("sku: {type: string}", "sku: {type: integer}")
    text = text.replace("        - {name: limit, in: query, schema: {type: integer}}\n", "")
    return text.replace("                  total: {type: integer}\n", "").replace("X-Next: {schema: {type: string}}", "")


def hits(vane):
    """`vane diff` of the two: {(operation, kind, where, pointer): the finding}."""
    code, said, error = run("diff", write(FLAT), write(next_contract()), *source(vane), "--all", "-o", "json")
    equal((code, error), (1, ""))
    return {(c["operation"], c["id"], c["where"], c.get("pointer", "")): c for c in json.loads(said)["changes"]}


def test_who_is_hit_by_a_difference():
    vane = start(document=write(FLAT))
    ask(vane, "erp", body={"coupon": "x", "items": [{"sku": "a"}]}, count=2)
    ask(vane, "app", body={"note": "x"})
    ask(vane, "app", "/v1/orders?limit=2")
    found = hits(vane)
    by = lambda start, end="": [c for key, c in found.items() if key[0] == start and (key[2] + key[3]).endswith(end)]
    for change in by("POST /orders"):
        equal({(c["consumer"], c["calls"]) for c in change["consumers"]}, {("erp", 2), ("app", 1)})
    sku = by("POST /orders", "/sku")[0]
    equal((sku["field"]["field"], sku["field"]["direction"], sku["field"]["samples"]), ("/items/*/sku", "request", 3))
    equal([(c["consumer"], c["samples"]) for c in sku["field"]["consumers"]], [("erp", 2)])
    limit = by("GET /orders", "query limit")[0]
    equal([(c["consumer"], c["samples"]) for c in limit["field"]["consumers"]], [("app", 1)])
    header = by("GET /orders", "header X-Next")[0]
    equal((header["field"]["direction"], header["field"]["consumers"], header["field"]["samples"]), ("response", [], 1))
    # for people, as a table, and from the file
    vane.stop()
    old, new = write(FLAT), write(next_contract())
    said = run("diff", old, new, "--ledger", ledger_of(vane), "--all")[1]
    contains("    used by: ", said)
    contains("field: /items/*/sku sent by erp (last ", said)
    contains("filled for nobody of 1 sample", said)
    table = run("diff", old, new, "--ledger", ledger_of(vane), "-o", "markdown")[1]
    contains("| used by |", table)
    contains("sent by erp", table)
    guide = run("guide", old, new, "--ledger", ledger_of(vane))[1]
    contains("Used by: ", guide)
    contains("sent by erp (last ", guide)


def test_nobody_asked_and_nobody_is_hit():
    old, new = write(FLAT), write(next_contract())
    for form in ("text", "json", "markdown"):
        said = run("diff", old, new, "--all", "-o", form)[1]
        true("used by" not in said and "consumers\"" not in said, said)
    true("Used by" not in run("guide", old, new)[1])
    vane = start()
    ask(vane, "erp", "/v1/orders")
    said = run("diff", old, new, *source(vane))[1]
    contains("used by: nobody that is known", said)
    contains("Nobody is known to use it.", run("guide", old, new, *source(vane))[1])
    code, said, error = run("diff", old, new, "--ledger", "/nowhere/usage.db")
    equal((code, said), (2, ""))
    contains("/nowhere/usage.db", error)


def test_a_path_parameter_with_another_name_is_the_same_operation():
    text = "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\nservers: [{url: /v1}]\npaths:\n  /orders/{id}:\n    get:\n" \
           "      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n" \
           "      responses: {'200': {description: ok}}\n"
    old, new = write(text), write(text.replace("id}", "number}").replace("name: id", "name: number").replace(
        "type: string", "type: integer"))
    vane = start(document=old)
    ask(vane, "erp", "/v1/orders/7")
    said = json.loads(run("diff", old, new, *source(vane), "-o", "json")[1])
    true(said["changes"], said)
    equal([c["consumer"] for c in said["changes"][0]["consumers"]], ["erp"])


# ---- a ledger of before ----

BEFORE = """
PRAGMA journal_mode=WAL; PRAGMA application_id=1986096741; PRAGMA user_version=1;
CREATE TABLE usage(day INTEGER NOT NULL, version TEXT NOT NULL, operation TEXT NOT NULL, consumer TEXT NOT NULL, item TEXT
 NOT NULL, source TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, deprecated INTEGER
 NOT NULL, PRIMARY KEY(version, operation, consumer, item, source, day)) WITHOUT ROWID;
CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, type TEXT NOT NULL, version TEXT NOT NULL,
 consumer TEXT NOT NULL, trace_id TEXT NOT NULL, digest TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX usage_day ON usage(day);
CREATE INDEX event_time ON event(time);
INSERT INTO usage VALUES(%(day)d,'v1','POST /orders','old','','path',%(ms)d,%(ms)d,7,0);
INSERT INTO event VALUES(4,%(ms)d,'server.stopped','','','','','{"message":"every connection has ended"}');
INSERT INTO meta VALUES('recording_since',%(ms)d);
INSERT INTO meta VALUES('written',%(ms)d);
"""


def before():
    """The ledger as vane wrote it before it knew fields (schema 1)."""
    path = os.path.join(folder(), "usage.db")
    ms = int(time.time() * 1000) - 60000
    database = sqlite3.connect(path)
    database.executescript(BEFORE % {"day": ms // 86400000, "ms": ms})
    database.close()
    return path


def version_of(path):
    database = sqlite3.connect(path)
    number = database.execute("PRAGMA user_version").fetchone()[0]
    database.close()
    return number


def test_a_ledger_of_before_is_read_as_it_is():
    path = before()
    code, said, _ = run("usage", "--ledger", path, "-o", "json")
    equal((code, [(u["consumer"], u["count"]) for u in json.loads(said)]), (0, [("old", 7)]))
    code, answered, _ = remove("POST /orders", "request", "/coupon", "--ledger", path)
    equal(code, 2)
    contains("not sampled", answered["reason"])
    equal(version_of(path), 1)


def test_a_ledger_of_before_is_brought_forward():
    path = before()
    vane = start(ledger=path)
    ask(vane, "erp", body={"coupon": "x"})
    equal(remove("POST /orders", "request", "/coupon", *source(vane))[0], 1)
    rows = {u["consumer"]: u["count"] for u in json.loads(vane.page("/api/usage").body)["usage"]}
    equal(rows, {"old": 7, "erp": 1})
    true(json.loads(vane.page("/api/events?limit=10").body)["last"] > 4)
    vane.stop()
    equal(version_of(path), 2)
    equal(remove("POST /orders", "request", "/coupon", "--ledger", path)[0], 1)


if __name__ == "__main__":
    main()
