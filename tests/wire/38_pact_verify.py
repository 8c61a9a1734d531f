"""`vane pact verify`: interactions replayed against a real backend, answers held against the pact by its matching rules."""
import glob
import gzip
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import BINARY, ROOT, contains, each, equal, free_port, main, scratch, true


class Provider:
    """A backend: answers by method and path, remembers what it was asked; its states are told to /state."""

    def __init__(self):
        self.answers, self.asked, self.states, self.state_status, self.state_body = {}, [], [], 200, b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/state":
                    outer.states.append(json.loads(body))
                    return self.reply(outer.state_status, {}, outer.state_body)
                outer.asked.append((self.command, self.path, dict(self.headers.items()), body))
                return self.reply(*outer.answers.get((self.command, self.path.split("?")[0]), (404, {}, b"")))

            def reply(self, status, headers, body):
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def on(self, method, path, body=None, status=200, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        self.answers[method, path] = (status, headers, body or b"")


def interaction(request=None, response=None, **more):
    return {"description": "an order", "request": {"method": "GET", "path": "/orders/7", **(request or {})},
            "response": {"status": 200, **(response or {})}, **more}


def pact(*interactions, version="3.0.0"):
    return {"consumer": {"name": "web"}, "provider": {"name": "orders"}, "interactions": list(interactions),
            "metadata": {"pactSpecification": {"version": version}}}


def verify(one, provider, *words, form="json"):
    folder = tempfile.mkdtemp(dir=scratch)
    with open(os.path.join(folder, "web.json"), "w", encoding="utf-8") as out:
        json.dump(one, out, indent=1)
    address = provider if isinstance(provider, str) else provider.address
    done = subprocess.run([BINARY, "pact", "verify", "web.json", "--backend", address, "-o", form, *words],
                          capture_output=True, text=True, timeout=60, check=False, cwd=folder)
    return done.returncode, json.loads(done.stdout) if form == "json" and done.stdout else done.stdout, done.stderr


JSON = {"headers": {"Content-Type": "application/json"}}
TYPE = {"matchers": [{"match": "type"}]}

# What the pact expects, what the backend says, and where they differ (none: they agree).
BODIES = [
    ("equal", {"id": 7}, {}, {"id": 7}, []),
    ("more than expected", {"id": 7}, {}, {"id": 7, "sku": "a"}, []),
    ("another value", {"id": 7}, {}, {"id": 8}, ["body $.id: expected 7, got another number"]),
    ("missing", {"id": 7, "sku": "a"}, {}, {"id": 7}, ['body $: the member "sku" is missing']),
    ("type", {"id": 7}, {"$.id": TYPE}, {"id": 8}, []),
    ("other type", {"id": 7}, {"$.id": TYPE}, {"id": "8"}, ["body $.id: expected a value of the same type, as 7 is; got a string"]),
    ("regex", {"a": "x1"}, {"$.a": {"matchers": [{"match": "regex", "regex": "[a-z]\\d+"}]}}, {"a": "y22"}, []),
    ("each", [{"id": 1}], {"$": {"matchers": [{"match": "type", "min": 1}]}}, [{"id": 1}, {"id": 2}, {"id": "3"}],
     ["body $[2].id: expected a value of the same type, as 1 is; got a string"]),
    ("too few", [{"id": 1}], {"$": {"matchers": [{"match": "type", "min": 1}]}}, [],
     ["body $: expected at least 1 items, got 0"]),
    ("date", {"d": "2026-01-31"}, {"$.d": {"matchers": [{"match": "date", "format": "yyyy-MM-dd"}]}}, {"d": "2026-02-30"},
     ["body $.d: expected a date in the pact's format, as \"2026-01-31\" is; got another string"]),
    ("integer", {"n": 1}, {"$.n": {"matchers": [{"match": "integer"}]}}, {"n": 1.5},
     ["body $.n: expected an integer, as 1 is; got another number"]),
    ("array contains", [{"t": "a"}], {"$": {"matchers": [{"match": "arrayContains", "variants": [
        {"index": 0, "rules": {"$.t": {"matchers": [{"match": "equality"}]}}}]}]}}, [{"t": "b"}, {"t": "a", "x": 1}], []),
    ("either", {"a": "x"}, {"$.a": {"combine": "OR", "matchers": [{"match": "null"}, {"match": "include", "value": "y"}]}},
     {"a": "xyz"}, []),
    ("unknown keys", {"m": {"k1": 1}}, {"$.m": {"matchers": [{"match": "eachKey", "rules": [{"match": "regex", "regex": "k\\d"}]},
                                                             {"match": "eachValue", "rules": [{"match": "integer"}]}]}},
     {"m": {"k2": 5, "k3": "x"}}, ["body $.m: expected values that match, as a mapping is; got a mapping"]),
]


@each(BODIES)
def test_body(expected, rules, actual, found):
    provider = Provider()
    provider.on("GET", "/orders/7", actual)
    code, said, _ = verify(pact(interaction({}, {**JSON, "body": expected, "matchingRules": {"body": rules}})), provider)
    equal([f["text"] for f in said["findings"]], found)
    equal((code, said["failed"]), (1, 1) if found else (0, 0))


def test_places_and_words():
    provider = Provider()
    provider.on("GET", "/orders/7", {"id": "secret-value"}, status=201, X_A="1")
    one = pact(interaction({}, {"headers": {"Content-Type": "application/json", "X-A": "2", "X-B": "1"}, "body": {"id": 7}}))
    code, said, _ = verify(one, provider)
    equal(code, 1)
    equal(sorted((f["code"], f["text"]) for f in said["findings"]), [
        ("verify.body", "body $.id: expected 7, got a string"), ("verify.header", 'header X-A: expected "2"'),
        ("verify.header", "header X-B: it is missing"), ("verify.status", "status: expected 200, got 201")])
    lines = json.dumps(one, indent=1).split("\n")
    line = [f["pact"]["line"] for f in said["findings"] if f["code"] == "verify.body"][0]
    contains('"id": 7', lines[line - 1])
    code, text, _ = verify(one, provider, form="text")
    contains("differs: web: an order\n", text)
    true("secret-value" not in text, "a value of the answer is shown")


def test_what_is_sent():
    provider = Provider()
    provider.on("POST", "/orders/a%20b", status=204)
    request = {"method": "post", "path": "/orders/a b", "query": {"q": ["x y", "ä"], "p": ["1"]},
               "headers": {"Content-Type": "application/json", "Authorization": "Bearer of-the-pact", "Content-Length": "9999"},
               "body": {"sku": "a", "n": 1.50}}
    code, _, _ = verify(pact(interaction(request, {"status": 204})), provider, "-H", "authorization: Bearer mine")
    equal(code, 0)
    (method, path, headers, body), = provider.asked
    equal((method, path, json.loads(body)), ("POST", "/orders/a%20b?q=x%20y&q=%C3%A4&p=1", {"sku": "a", "n": 1.5}))
    equal((headers["authorization"], headers["Connection"], "Authorization" in headers), ("Bearer mine", "close", False))
    equal(int(headers["Content-Length"]), len(body))


def test_states():
    provider = Provider()
    provider.on("GET", "/orders/7", {"id": 7})
    states = [{"name": "an order exists", "params": {"id": 7}}, {"name": "the user is logged in"}]
    one = pact(interaction({}, {**JSON, "body": {"id": 7}}, providerStates=states))
    code, said, _ = verify(one, provider, "--state-url", f"http://{provider.address}/state")
    equal(code, 0)
    equal(provider.states, [{"state": "an order exists", "consumer": "web", "params": {"id": 7}},
                            {"state": "the user is logged in", "consumer": "web", "params": {}}])
    equal(said["interactions"][0]["states"], ["an order exists", "the user is logged in"])
    code, text, _ = verify(one, provider, form="text")
    equal(code, 0)
    contains('verified: web: an order (state, not set: "an order exists", "the user is logged in")', text)
    provider.state_status, provider.asked = 500, []
    code, said, _ = verify(one, provider, "--state-url", f"http://{provider.address}/state")
    equal((code, said["untold"], provider.asked), (2, 1, []))
    contains('the provider state "an order exists" could not be set: answered with status 500', said["findings"][0]["text"])


def test_generators():
    """Values are made anew; those of a provider state are what it answered; what cannot be made stays the example, and is told."""
    provider = Provider()
    provider.on("POST", "/orders/42", status=204)
    provider.state_body = b'{"id": 42, "token": "t-1"}'
    generators = {
        "path": {"type": "ProviderState", "expression": "/orders/${id}"},
        "header": {"authorization": {"type": "ProviderState", "expression": "Bearer ${token}"}},
        "query": {"q[1]": {"type": "RandomHexadecimal", "digits": 8}, "d": {"type": "Date", "format": "yyyy/MM/dd"}},
        "body": {"$.id": {"type": "ProviderState", "expression": "${id}"}, "$.n": {"type": "RandomInt", "min": 3, "max": 5},
                 "$.list[*].u": {"type": "Uuid"}, "$.x": {"type": "RandomDecimal", "digits": 6}, "$.b": {"type": "RandomBoolean"},
                 "$.s": {"type": "RandomString", "size": 7}, "$.t": {"type": "DateTime"}, "$.r": {"type": "Regex", "regex": "a+"},
                 "$.missing": {"type": "ProviderState", "expression": "${nothing}"}}}
    body = {"id": 7, "n": 1, "list": [{"u": "x"}, {"u": "y"}], "x": 1.5, "b": "no", "s": "", "t": "", "r": "aa", "missing": "kept"}
    request = {"method": "POST", "path": "/orders/7", "query": {"q": ["1", "2"], "d": ["2000/01/01"]}, "body": body,
               "headers": {"Content-Type": "application/json", "Authorization": "Bearer example"}, "generators": generators}
    one = pact(interaction(request, {"status": 204}, providerStates=[{"name": "an order exists"}]))
    code, said, _ = verify(one, provider, "--state-url", f"http://{provider.address}/state")
    equal((code, said["verified"]), (0, 1))
    (_, path, headers, sent), = provider.asked
    sent = json.loads(sent)
    true(re.fullmatch(r"/orders/42\?q=1&q=[0-9a-f]{8}&d=20\d\d%2F\d\d%2F\d\d", path), path)
    equal(headers["Authorization"], "Bearer t-1")
    equal((sent["id"], sent["n"] in (3, 4, 5), type(sent["b"]), len(sent["s"])), (42, True, bool, 7))
    true(re.fullmatch(r"\d\.\d{5}", str(sent["x"])), sent["x"])
    true(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", sent["t"]), sent["t"])
    for item in sent["list"]:
        equal(uuid.UUID(item["u"]).version, 4)
    true(sent["list"][0]["u"] != sent["list"][1]["u"])
    equal((sent["r"], sent["missing"]), ("aa", "kept"))
    equal(sorted(f["text"].split(",")[0] for f in said["findings"] if f["code"] == "verify.generator"),
          ["the generator ProviderState of $.missing is not applied", "the generator Regex of $.r is not applied"])


def test_codings_and_heads():
    provider = Provider()
    provider.on("GET", "/orders/7", gzip.compress(b'{"id": 7}'), Content_Type="application/json", Content_Encoding="gzip")
    provider.on("HEAD", "/orders/7", b"", Content_Type="application/json")
    code, _, _ = verify(pact(interaction({}, {**JSON, "body": {"id": 7}}), interaction({"method": "HEAD"})), provider)
    equal(code, 0)


def test_version_4_with_bytes():
    provider = Provider()
    provider.on("GET", "/orders/7", b"\x89PNG\r\n\x1a\nrest", Content_Type="image/png")
    body = {"contentType": "image/png", "encoded": "base64", "content": "iVBORw0KGgo="}
    rules = {"body": {"$": {"matchers": [{"match": "contentType", "value": "image/png"}]}},
             "status": {"matchers": [{"match": "statusCode", "status": "success"}]}}
    one = {"type": "Synchronous/HTTP", **interaction({}, {"status": 206, "body": body, "matchingRules": rules})}
    equal(verify(pact(one, version="4.0"), provider)[0], 0)
    provider.on("GET", "/orders/7", b"no image", Content_Type="image/png")
    code, said, _ = verify(pact(one, version="4.0"), provider)
    equal((code, [f["text"] for f in said["findings"]]), (1, ["body: expected a body of type image/png"]))
    one["pending"] = True
    code, said, _ = verify(pact(one, version="4.0"), provider)
    equal((code, said["errors"], said["warnings"], said["interactions"][0]["verified"]), (0, 0, 1, False))


def test_cannot_tell():
    """No backend, a rule that nobody knows, XML that is not the same bytes."""
    code, said, _ = verify(pact(interaction()), f"127.0.0.1:{free_port()}")
    equal((code, said["interactions"][0]["verified"]), (2, None))
    provider = Provider()
    provider.on("GET", "/orders/7", {"a": 1})
    rules = {"body": {"$.a": {"matchers": [{"match": "of-a-plugin"}]}}}
    code, said, error = verify(pact(interaction({}, {**JSON, "body": {"a": 1}, "matchingRules": rules})), provider)
    equal((code, said["untold"]), (2, 1))
    contains("warning: a matching rule that the specification does not have", error)
    provider.on("GET", "/orders/7", b"<a b='1'/>", Content_Type="application/xml")
    xml = {"headers": {"Content-Type": "application/xml"}, "body": '<a b="1"/>'}
    code, said, _ = verify(pact(interaction({}, xml)), provider)
    equal(code, 2)
    contains("XML", said["findings"][0]["text"])


def answer_once(bytes_, close):
    """A backend that is no server: it writes these bytes, and goes on to hold the connection, or closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def serve():
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(bytes_)
        held.append(connection)
        if close:
            connection.close()
    threading.Thread(target=serve, daemon=True).start()
    return "127.0.0.1:%d" % listener.getsockname()[1]


@each([
    ("keeps the connection", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", False, 0),
    ("early hints first", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", False, 0),
    ("chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", False, 0),
    ("until it closes", b"HTTP/1.0 200 OK\r\n\r\nok", True, 0),
    ("cut short", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", True, 2),
    ("no HTTP", b"SSH-2.0-x\r\n", True, 2),
    ("nothing", b"", True, 2),
])
def test_framing(bytes_, close, code):
    equal(verify(pact(interaction()), answer_once(bytes_, close))[0], code)


DATA = os.environ.get("VANE_TEST_DATA") or os.path.join(ROOT, "..", "shared", "data")


def cases():
    """The specification's cases of responses that can go over a wire: no header in them has a line break."""
    for path in sorted(glob.glob(os.path.join(DATA, "pact-matching", "v[23]", "response", "*", "*.json"))):
        with open(path, encoding="utf-8") as source:
            case = json.load(source)
        if "\n" not in "".join(case["actual"].get("headers", {}).values()):
            yield os.path.relpath(path, DATA), case


def test_cases_of_the_specification():
    """All in one pact for each version: what the backend answers is told apart by the path."""
    told = 0
    for version in ("v2", "v3"):
        provider, interactions, wanted = Provider(), [], []
        for path, case in cases():
            if f"/{version}/" not in path:
                continue
            target, actual = f"/{len(wanted)}", case["actual"]
            body = actual.get("body")
            headers = actual.get("headers", {})
            text = any(name.lower() == "content-type" and value.startswith("text/plain") for name, value in headers.items())
            raw = b"" if body is None or body == "" else body.encode() if text else json.dumps(body).encode()
            provider.answers["GET", target] = (actual.get("status", 200), headers, raw)
            expected = {"status": actual.get("status", 200), **case["expected"]}
            interactions.append({"description": path, "request": {"method": "GET", "path": target}, "response": expected})
            wanted.append(case["match"])
        if not wanted:
            print(f"SKIP: {DATA}/pact-matching is not there")
            return
        code, said, error = verify(pact(*interactions, version="2.0.0" if version == "v2" else "3.0.0"), provider)
        equal(code, 1, error)
        equal([x["interaction"] for x, want in zip(said["interactions"], wanted) if x["verified"] != want], [])
        told += len(wanted)
    true(told > 115, told)


def test_forms():
    provider = Provider()
    provider.on("GET", "/orders/7", {"id": 1})
    one = pact(interaction({}, {**JSON, "body": {"id": 7}}))
    code, said, _ = verify(one, provider, form="junit")
    equal(code, 1)
    contains('tests="1" failures="1"', said)
    code, said, _ = verify(one, provider, form="github")
    true(said.startswith("::error file=web.json,line="))
    for words in (["-H", "nothing"], ["-H", "A: b\r\nC: d"]):
        code, said, error = verify(one, provider, *words)
        equal((code, said), (2, ""))
        contains("--header", error)


main()
