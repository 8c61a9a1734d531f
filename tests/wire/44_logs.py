"""What is written to the log (design, section 13): JSON lines and text for people, floods told as one line and a count, and
a reader that does not read, who is never waited for."""
import json
import os
import re
import tempfile
import threading

from harness import OK, Backend, Client, Vane, contains, equal, eventually, free_port, get, main, scratch, true

backend = Backend(answer=OK)
CONFIG = """
consumers: {from: [{header: X-Consumer}]}
validate: {requests: report, responses: 'off'}
select: {from: [{path: /v<major>}]}
versions:
  v1: {backend: '%(backend)s', contract: '%(contract)s', deprecated: 2020-01-01}
"""
CONTRACT = """
openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /orders:
    get: {parameters: [{name: limit, in: query, schema: {type: integer}}], responses: {"200": {description: ok}}}
"""
contract = os.path.join(tempfile.mkdtemp(dir=scratch), "openapi.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)
NAMES = {"backend": backend.address, "contract": contract}


class Deaf(Vane):
    """Its log is not read before `hear` is set."""

    def __init__(self, *words, **more):
        self.hear = threading.Event()
        super().__init__(*words, wait=False, **more)
        eventually(self.is_up, "vane starts")

    def is_up(self):
        try:
            return self.page("/readyz").status == 200
        except OSError:
            return False

    def read_log(self):
        self.hear.wait()
        super().read_log()

    def stop(self, *words, **more):
        self.hear.set()
        super().stop(*words, **more)


class Text(Deaf):
    """Its log is for people."""

    def read_log(self):
        self.text = []
        for line in self.process.stdout:
            self.text.append(line.decode())


def ask(vane, target, consumer="erp", count=1, more=""):
    with Client(vane) as client:
        for _ in range(count):
            equal(client.ask(get(target, more=f"X-Consumer: {consumer}\r\n{more}")).status, 200)


def value(vane, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", vane.scrape(), re.M)
    return float(found.group(1)) if found else None


def test_a_flood_is_one_line_and_a_count():
    vane = Vane(CONFIG, NAMES)
    ask(vane, "/v1/orders?limit=many", count=300)
    eventually(lambda: len(vane.access()) == 300, "access lines")
    first = vane.events("contract.violated")
    equal(len(first), 1, first)
    equal(len(vane.events("version.deprecated_used")), 1)
    true("many" not in json.dumps(first), first)
    ask(vane, "/v1/orders?limit=2&limit=x", "app", count=2)
    vane.stop()
    told = {}
    for line in vane.events("contract.violated"):
        told.setdefault(line["vane.violation.code"], []).append(line["vane.count"])
    equal(told, {"query.type": [1, 299], "query.repeated": [1, 1]})


def test_for_people():
    vane = Text("log: {format: text}\n" + CONFIG, NAMES)
    ask(vane, "/v1/orders/%1b[31m?secret=1", "some one")
    line = eventually(lambda: [text for text in vane.text if "GET /v1/orders/%1b[31m" in text], "its line")[0]
    for word in ("200", "ok", "some one", backend.address):
        contains(word, line)
    true("secret" not in "".join(vane.text) and "\x1b" not in "".join(vane.text))
    true(not line.startswith("{"))


def test_a_reader_that_does_not_read():
    vane = Deaf("log: {level: info}\n" + CONFIG, NAMES)
    ask(vane, "/v1/orders", more=f"X-Request-Id: {'x' * 100}\r\n", count=12000)
    eventually(lambda: value(vane, "vane_log_dropped_total") > 0, "lines are dropped")
    ask(vane, "/v1/orders", count=10)  # nobody waits
    dropped = value(vane, "vane_log_dropped_total")
    vane.hear.set()
    eventually(lambda: len(vane.access()) + dropped >= 12010, "what was kept is written")
    ask(vane, "/v1/orders", "late")
    eventually(lambda: [line for line in vane.access() if line["vane.consumer"] == "late"], "a new line")
    said = [line for line in vane.lines if "dropped" in json.dumps(line)]
    true(said, "how many were dropped is told")
    true(len(vane.access()) + dropped >= 12011, (len(vane.access()), dropped))


def test_an_admin_port_that_others_reach_says_so():
    port = free_port()

    class Exposed(Vane):
        def write(self, text):
            super().write(text.replace(f"'unix:{self.admin}'", f"'0.0.0.0:{port}'"))

        def page(self, target, more=""):
            with Client(port) as client:
                return client.ask(get(target, more=more))
    vane = Exposed(CONFIG, NAMES)
    contains("not on loopback", eventually(lambda: vane.events("admin.exposed"), "it is told")[0]["message"])
    with Client(port) as client:  # and without a token nothing is changed by it
        equal(client.ask(b"POST /api/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status // 100, 4)
    equal(vane.events("config.reloaded"), [])
    local = Vane(CONFIG, NAMES)
    eventually(lambda: local.events("admin.opened"), "it opens")
    equal(local.events("admin.exposed"), [])


if __name__ == "__main__":
    main()
