"""Pacts that the configuration registers, at load and at reload; and `vane can-deploy`: who would be hit by a new contract,
by their pacts, by what they were seen to call, and by what changes."""
import json
import os
import subprocess
import tempfile

from harness import BINARY, OK, Backend, Client, Vane, contains, equal, eventually, main, scratch, true

OLD = """
openapi: 3.1.0
info: {title: Orders, version: 1.2.0}
servers: [{url: /v1}]
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}}
    delete: {responses: {"204": {description: gone}}}
  /carts:
    get: {responses: {"200": {description: them, content: {application/json: {schema: {type: array}}}}}}
components:
  schemas:
    Order:
      type: object
      required: [id, sku]
      properties: {id: {type: integer}, sku: {type: string}, note: {type: string}}
"""
SAME = OLD.replace("version: 1.2.0", "version: 1.3.0").replace("{name: id,", "{name: order,").replace("/orders/{id}", "/orders/{order}")
MORE = OLD.replace("version: 1.2.0", "version: 1.3.0").replace("  /carts:", "  /baskets:\n    get: {responses: {\"200\": {description: x}}}\n  /carts:")
NO_NOTE = OLD.replace(", note: {type: string}", "").replace("1.2.0", "1.3.0")
NO_DELETE = OLD.replace('    delete: {responses: {"204": {description: gone}}}\n', "").replace("1.2.0", "1.3.0")
CONFIG = """
consumers: {from: [{header: X-Consumer}], pacts: [pacts/*.json]}
versions:
  v1: {backend: 127.0.0.1:9, contract: v1.yaml}
  v2: {backend: 127.0.0.1:9}
"""
backend = Backend(answer=OK)


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text if isinstance(text, str) else json.dumps(text, indent=1))
    return path


def interaction(path="/v1/orders/7", body=None, status=200, method="GET", **request):
    response = {"status": status}
    if body is not None:
        response.update(headers={"Content-Type": "application/json"}, body=body)
    return {"description": f"{method} {path}", "request": {"method": method, "path": path, **request}, "response": response}


def pact(consumer, *interactions):
    return {"consumer": {"name": consumer}, "provider": {"name": "orders"}, "interactions": list(interactions)}


def folder_with(new, *pacts):
    folder = tempfile.mkdtemp(dir=scratch)
    write(folder, "vane.yaml", CONFIG)
    write(folder, "v1.yaml", OLD)
    write(folder, "new.yaml", new)
    for i, one in enumerate(pacts):
        write(folder, f"pacts/{i}.json", one)
    return folder


def run(folder, *words):
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, check=False, cwd=folder)
    return done.returncode, done.stdout, done.stderr


def can_deploy(folder, *words):
    code, said, error = run(folder, "can-deploy", "new.yaml", "-o", "json", *words)
    return code, json.loads(said) if said else None, error


def seen(*uses):
    """A running vane that has seen these: (consumer, method, path)."""
    vane = Vane("""
consumers: {from: [{header: X-Consumer}]}
versions:
  v1: {backend: '%(backend)s', contract: '%(contract)s'}
  v2: {backend: '%(backend)s'}
validate: {requests: report, responses: off}
""", {"backend": backend.address, "contract": write(tempfile.mkdtemp(dir=scratch), "v1.yaml", OLD)})
    for consumer, method, path in uses:
        with Client(vane) as client:
            equal(client.ask(f"{method} {path} HTTP/1.1\r\nHost: a\r\nX-Consumer: {consumer}\r\n\r\n".encode(),
                             method=method).status, 200)
    eventually(lambda: len(vane.access()) >= len(uses), "access lines")
    return ["--from", f"unix:{vane.admin}"]


def verdicts(said):
    return sorted((c["consumer"], c["operation"], c["verdict"]) for c in said["consumers"])


# ---- registered pacts at load ----


def test_registered():
    """What no served version satisfies is a warning with its place; what is fine is silent."""
    web = pact("web", interaction(), interaction(body={"price": 1}), interaction("/v9/x"), interaction("/v2/anything"),
               interaction("/orders/7", headers={"API-Version": "1.2"}))
    folder = folder_with(OLD, web)
    code, said, error = run(folder, "check")
    equal(code, 0)
    equal(error.count("warning"), 2)
    contains('0.json:', error)
    contains('warning: version v1 does not give web what it expects of "GET /v1/orders/7": response body /price', error)
    contains('warning: no version gives web what it expects of "GET /v9/x": it asks for a version that is not served', error)


def test_registered_and_broken():
    folder = folder_with(OLD, "{")
    code, _, error = run(folder, "check")
    equal(code, 1)
    contains("0.json:1:2: error:", error)
    write(folder, "vane.yaml", CONFIG.replace("pacts/*.json", "missing.json"))
    code, _, error = run(folder, "check")
    equal(code, 1)
    contains("missing.json", error)
    write(folder, "vane.yaml", CONFIG.replace("pacts/*.json", "none/*.json"))
    code, _, error = run(folder, "check")
    equal(code, 0)
    contains("vane.yaml:2:", error)
    contains("no file matches", error)


def test_a_changed_pact_is_a_reload():
    """A pact is watched as a contract is; one that breaks keeps what is in force."""
    folder = folder_with(OLD, pact("web", interaction()))
    vane = Vane("""
consumers: {pacts: '%(folder)s/pacts/*.json'}
versions: {v1: {backend: '%(backend)s', contract: '%(folder)s/v1.yaml'}}
""", {"backend": backend.address, "folder": folder})
    write(folder, "pacts/0.json", pact("web", interaction(body={"price": 1})))
    eventually(lambda: vane.events("config.reloaded"), "the changed pact is a reload")
    contains("version v1 does not give web what it expects", vane.events("config.warned")[0]["message"])
    write(folder, "pacts/0.json", "{")
    eventually(lambda: vane.events("config.reload_failed"), "the broken pact is refused")
    with Client(vane) as client:
        equal(client.ask(b"GET /v1/carts HTTP/1.1\r\nHost: a\r\n\r\n").status, 200)


# ---- can-deploy by pacts ----


def test_satisfied():
    folder = folder_with(MORE, pact("web", interaction(body={"id": 7, "note": "x"})))
    code, said, error = can_deploy(folder)
    equal((code, said["can_deploy"], said["judged"], error), (0, True, 1, ""))


def test_broken():
    folder = folder_with(NO_NOTE, pact("web", interaction(body={"id": 7, "note": "x"})), pact("app", interaction(body={"id": 7})))
    code, said, _ = can_deploy(folder)
    equal((code, said["can_deploy"]), (1, False))
    one, = said["findings"]
    equal((one["consumer"], one["interaction"], one["code"]), ("web", "GET /v1/orders/7", "response.body.unknown_property"))
    equal((one["request"], one["response"]), ("GET /v1/orders/7", '200 {"id":7,"note":"x"}'))
    code, text, _ = run(folder, "can-deploy", "new.yaml")
    equal(code, 1)
    contains("web: GET /v1/orders/7", text)
    contains("new.yaml: may not be deployed", text)


def test_other_majors_have_no_say():
    folder = folder_with(NO_NOTE, pact("web", interaction("/v2/orders/7", body={"note": "x"}), interaction()))
    code, said, _ = can_deploy(folder)
    equal((code, said["judged"], said["elsewhere"]), (0, 1, 1))


def test_pacts_without_a_configuration():
    folder = folder_with(NO_DELETE, pact("web", interaction(method="DELETE", status=204)))
    os.unlink(os.path.join(folder, "vane.yaml"))
    code, said, _ = can_deploy(folder, "--pacts", "pacts/*.json")
    equal((code, [f["code"] for f in said["findings"]]), (1, ["request.operation.method"]))


# ---- can-deploy by who was seen ----


def test_seen_with_a_pact():
    source = seen(("web", "GET", "/v1/orders/7"))
    folder = folder_with(NO_NOTE, pact("web", interaction(body={"id": 7})))
    code, said, _ = can_deploy(folder, *source)
    equal((code, verdicts(said)), (0, [("web", "GET /orders/{id}", "satisfied")]))


def test_seen_without_a_pact():
    """What changes and what stays: by the difference from the contract in force."""
    source = seen(("batch", "GET", "/v1/carts"), ("cron", "DELETE", "/v1/orders/7"), ("new", "GET", "/v2/orders/7"))
    code, said, _ = can_deploy(folder_with(MORE), *source)
    equal((code, verdicts(said)), (0, [("batch", "GET /carts", "untouched"), ("cron", "DELETE /orders/{id}", "untouched")]))
    code, said, _ = can_deploy(folder_with(SAME), *source)
    equal((code, said["can_deploy"]), (0, True))
    code, said, _ = can_deploy(folder_with(NO_DELETE), *source)
    equal((code, said["can_deploy"]), (2, None))
    equal(verdicts(said), [("batch", "GET /carts", "untouched"), ("cron", "DELETE /orders/{id}", "unknown")])
    change, = [c for c in said["consumers"] if c["consumer"] == "cron"]
    equal(change["change"], "api-removed-without-deprecation")
    contains("without a pact", said["reason"])


def test_a_pact_that_does_not_cover_all():
    """web has a pact for what it reads; that it deletes too, nobody wrote down."""
    source = seen(("web", "GET", "/v1/orders/7"), ("web", "DELETE", "/v1/orders/7"))
    code, said, _ = can_deploy(folder_with(NO_DELETE, pact("web", interaction())), *source)
    equal((code, verdicts(said)), (2, [("web", "DELETE /orders/{id}", "unknown"), ("web", "GET /orders/{id}", "satisfied")]))


def test_only_the_window_counts():
    source = seen(("cron", "DELETE", "/v1/orders/7"))
    folder = folder_with(NO_DELETE)
    equal(can_deploy(folder, *source, "--window", "1h")[0], 2)
    code, said, _ = can_deploy(folder, *source, "--window", "2999-01-01")
    equal((code, said["consumers"]), (0, []))


def test_a_broken_pact_counts_first():
    source = seen(("web", "DELETE", "/v1/orders/7"), ("cron", "DELETE", "/v1/orders/7"))
    code, said, _ = can_deploy(folder_with(NO_DELETE, pact("web", interaction(method="DELETE", status=204))), *source)
    equal((code, verdicts(said)), (1, [("cron", "DELETE /orders/{id}", "unknown"), ("web", "DELETE /orders/{id}", "broken")]))


def test_another_version_is_named():
    source = seen(("cron", "DELETE", "/v1/orders/7"))
    folder = folder_with(NO_DELETE.replace("1.3.0", "5.0.0"))
    code, said, _ = can_deploy(folder, *source)
    equal((code, said["consumers"]), (0, []))
    code, said, _ = can_deploy(folder, *source, "--version", "v1")
    equal((code, len(said["consumers"])), (2, 1))
    code, said, error = can_deploy(folder, *source, "--version", "v7")
    equal((code, said), (2, None))
    contains("no version v7", error)


def test_without_a_contract_in_force():
    source = seen(("cron", "DELETE", "/v1/orders/7"))
    folder = folder_with(MORE)
    os.unlink(os.path.join(folder, "vane.yaml"))
    code, said, _ = can_deploy(folder, *source)
    equal(code, 2)
    contains("--old", said["reason"])
    code, said, _ = can_deploy(folder, *source, "--old", "v1.yaml")
    equal((code, verdicts(said)), (0, [("cron", "DELETE /orders/{id}", "untouched")]))


def test_cannot_tell():
    folder = folder_with(MORE)
    for words in ([], ["new.yaml"], ["nothing.yaml", "--pacts", "pacts/*.json"], ["new.yaml", "--window", "long"],
                  ["new.yaml", "--pacts", "none.json"], ["new.yaml", "--ledger", "none.db"]):
        code, said, error = run(folder, "can-deploy", *words)
        equal((code, said), (2, ""))
        true(error)


main()
