"""Consumer contracts: `vane pact check` against a contract, in its forms, with its exit codes and places."""
import json
import os
import subprocess
import tempfile
import xml.dom.minidom

from harness import BINARY, contains, each, equal, main, scratch, true

CONTRACT = """
openapi: 3.1.0
info: {title: Orders, version: 1.2.0}
servers: [{url: /v1}]
paths:
  /orders:
    post:
      parameters: [{name: dry, in: query, schema: {type: boolean}}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}
      responses:
        "201":
          description: made
          headers: {X-Trace: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
        "400": {description: wrong, content: {application/problem+json: {schema: {type: object}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200": {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        "404": {description: none}
components:
  schemas:
    New: {type: object, required: [sku], properties: {sku: {type: string}, count: {type: integer, minimum: 1}}}
    Order:
      type: object
      required: [id, sku, state]
      properties:
        id: {type: integer}
        sku: {type: string}
        state: {enum: [open, sent]}
        lines: {type: array, minItems: 2, items: {type: object, required: [a], properties: {a: {type: integer}, b: {type: string}}}}
"""


def folder():
    return tempfile.mkdtemp(dir=scratch)


def write(path, text):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text if isinstance(text, str) else json.dumps(text, indent=1))
    return path


def vane(*words, cwd):
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, check=False, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def interaction(description, request, response, **more):
    return {"description": description, "request": {"method": "GET", "path": "/v1/orders/7", **request},
            "response": {"status": 200, "headers": {"Content-Type": "application/json"}, **response}, **more}


def pact(*interactions, consumer="web", version="2.0.0", **more):
    return {"consumer": {"name": consumer}, "provider": {"name": "orders"}, "interactions": list(interactions),
            "metadata": {"pactSpecification": {"version": version}}, **more}


def check(one, *words, contract=CONTRACT):
    """Exit code, the report, what stood on standard error."""
    cwd = folder()
    write(os.path.join(cwd, "openapi.yaml"), contract)
    write(os.path.join(cwd, "web.json"), one)
    code, said, error = vane("pact", "check", "web.json", "--contract", "openapi.yaml", "-o", "json", *words, cwd=cwd)
    return code, json.loads(said) if said else None, error


POST = {"method": "POST", "path": "/v1/orders", "headers": {"Content-Type": "application/json"}, "body": {"sku": "a"}}
MADE = {"status": 201, "body": {"id": 1}}

# What is asked of the provider, and what is found: the code and where in the body; none: satisfied.
VERDICTS = [
    ("part of a body", {}, {"body": {"id": 7}}, None),
    ("whole body", {}, {"body": {"id": 7, "sku": "a", "state": "open"}}, None),
    ("no word of the body", {}, {}, None),
    ("member that is not named", {}, {"body": {"id": 7, "price": 1}}, "response.body.unknown_property"),
    ("nested member that is not named", {}, {"body": {"lines": [{"a": 1, "c": 1}, {"b": "x"}]}}, "response.body.unknown_property"),
    ("wrong type", {}, {"body": {"id": "7"}}, "response.body.type"),
    ("wrong word", {}, {"body": {"state": "lost"}}, "response.body.enum"),
    ("too few items", {}, {"body": {"lines": [{"a": 1}]}}, "response.body.min_items"),
    ("one item for any number", {}, {"body": {"lines": [{"a": 1}]},
                                     "matchingRules": {"$.body.lines": {"min": 1, "match": "type"}}}, None),
    ("status that is not described", {}, {"status": 302, "headers": {}}, "response.status.undocumented"),
    ("described status without a body", {}, {"status": 404, "headers": {}}, None),
    ("body where none is described", {}, {"status": 404, "body": {"a": 1}}, "response.body.undocumented"),
    ("media type that is not offered", {}, {"headers": {"Content-Type": "text/csv"}, "body": "a,b"},
     "response.media_type.undocumented"),
    ("header that is named", POST, {**MADE, "headers": {"Content-Type": "application/json", "x-trace": "1"}}, None),
    ("header that is not named", POST, {**MADE, "headers": {"Content-Type": "application/json", "X-Other": "1"}},
     "response.header.undocumented"),
    ("usual header", POST, {**MADE, "headers": {"Content-Type": "application/json", "Location": "/v1/orders/1"}}, None),
    ("request accepted", POST, MADE, None),
    ("request without its body", {**POST, "body": None}, MADE, "request.body.required"),
    ("request refused", {**POST, "body": {"sku": 1}}, MADE, "request.body.type"),
    ("refused request that expects it", {**POST, "body": {"sku": 1}},
     {"status": 400, "headers": {"Content-Type": "application/problem+json"}, "body": {"title": "x"}}, None),
    ("query refused", {**POST, "query": "dry=maybe"}, MADE, "request.query.type"),
    ("no such path", {"path": "/v1/nowhere"}, {}, "request.operation.path"),
    ("no such method", {"method": "DELETE"}, {}, "request.operation.method"),
    ("path parameter refused", {"path": "/v1/orders/x"}, {}, "request.path.type"),
]


@each(VERDICTS)
def test_verdict(request, response, code):
    status, said, error = check(pact(interaction("an interaction", request, response)))
    equal(error, "")
    found = [f for f in said["findings"] if f["level"] == "error"]
    equal([f["code"] for f in found], [code] if code else [])
    equal(status, 1 if code else 0)
    for f in found:
        equal((f["consumer"], f["interaction"]), ("web", "an interaction"))
        equal(f["pact"]["file"], "web.json")
        true(f["pact"]["line"] > 1 and f["pact"]["column"] > 0)
        true(f["request"].startswith(("GET /v1", "POST /v1", "DELETE /v1")))


def test_places():
    """A finding stands at its value in the pact and at its schema in the contract."""
    one = pact(interaction("x", {}, {"body": {"id": 7, "state": "lost"}}))
    _, said, _ = check(one)
    f, = said["findings"]
    lines = json.dumps(one, indent=1).split("\n")
    contains('"state": "lost"', lines[f["pact"]["line"] - 1])
    contains("state: {enum", CONTRACT.split("\n")[f["contract"]["line"] - 1])


def test_version_4():
    body = {"contentType": "application/json", "encoded": False, "content": {"id": 7, "price": 1}}
    text = {"contentType": "application/json", "encoded": "base64", "content": "eyJpZCI6ICI3In0="}
    web = {"type": "Synchronous/HTTP", "description": "one",
           "request": {"method": "GET", "path": "/v1/orders/7"}, "response": {"status": 200, "body": body}}
    again = {**web, "description": "two", "response": {"status": 200, "body": text}}
    event = {"type": "Asynchronous/Messages", "description": "an event", "contents": {}}
    plugin = {**web, "description": "a plugin's", "pluginConfiguration": {"protobuf": {}}}
    code, said, _ = check(pact(web, again, event, plugin, version="4.0"))
    equal(code, 1)
    equal([f["code"] for f in said["findings"]], ["response.body.unknown_property", "response.body.type"])
    equal(said["pacts"][0]["skipped"], [{"description": "an event", "reason": "no HTTP interaction"},
                                        {"description": "a plugin's", "reason": "it needs a plugin"}])
    pending = {**web, "pending": True}
    code, said, _ = check(pact(pending, version="4.0"))
    equal((code, said["errors"], said["warnings"]), (0, 0, 1))


def test_messages_of_version_3():
    code, said, _ = check(pact(version="3.0.0", messages=[{"description": "an event", "contents": {}}]))
    equal((code, said["pacts"][0]["interactions"]), (0, 0))
    equal(said["pacts"][0]["skipped"], [{"description": "an event", "reason": "a message"}])


BROKEN = [
    ("no JSON", "{", "web.json:1:"),
    ("no object", "[]", "web.json:1:1: error: a pact is a JSON object"),
    ("no consumer", '{"provider":{"name":"p"},"interactions":[]}', "a pact names its consumer"),
    ("no interactions", '{"consumer":{"name":"c"},"provider":{"name":"p"}}', "a pact has a list of interactions"),
    ("no response", pact({"description": "x", "request": {"method": "GET", "path": "/"}}),
     "an interaction has a request and a response"),
    ("no path", pact({"description": "x", "request": {"method": "GET"}, "response": {}}), "a request has a method and a path"),
    ("status", pact(interaction("x", {}, {"status": "ok"})), "a status is a number from 100 to 599"),
    ("regex", pact(interaction("x", {}, {"matchingRules": {"$.body.a": {"match": "regex", "regex": "("}}})),
     "error: not a regular expression"),
    ("path of a rule", pact(interaction("x", {}, {"matchingRules": {"$.body.a[": {"match": "type"}}})),
     "error: not the path of a matching rule: a [ has no ]"),
    ("category", pact(interaction("x", {}, {"matchingRules": {"$.nothing.a": {"match": "type"}}})),
     "error: a rule begins with $.body"),
    ("twice", '{"consumer":{"name":"c"},"consumer":{"name":"d"}}', "error:"),
]


@each(BROKEN)
def test_broken(text, said):
    code, report, error = check(text)
    equal((code, report), (2, None))
    contains("web.json:", error)
    contains(said, error)


def test_forms():
    cwd = folder()
    write(os.path.join(cwd, "openapi.yaml"), CONTRACT)
    write(os.path.join(cwd, "a.json"), pact(interaction("good", {}, {}), interaction('<bad> & "worse"', {}, {"body": {"id": "x"}})))
    write(os.path.join(cwd, "b.json"), pact(interaction("good", {}, {}), consumer="mobile"))
    code, said, _ = vane("pact", "check", "*.json", "--contract", "openapi.yaml", cwd=cwd)
    equal(code, 1)
    contains('error [response.body.type] web: <bad> & "worse"', said)
    contains('witness: GET /v1/orders/7 -> 200 {"id":"x"}', said)
    contains("b.json: mobile of orders, 1 interaction\n1 error, 0 warnings", said)
    code, said, _ = vane("pact", "check", "a.json", "b.json", "--contract", "openapi.yaml", "-o", "junit", cwd=cwd)
    suite = xml.dom.minidom.parseString(said).getElementsByTagName("testsuite")[0]
    equal((code, suite.getAttribute("tests"), suite.getAttribute("failures")), (1, "3", "1"))
    equal(len(suite.getElementsByTagName("failure")), 1)
    code, said, _ = vane("pact", "check", "a.json", "--contract", "openapi.yaml", "-o", "github", cwd=cwd)
    equal(code, 1)
    true(said.startswith("::error file=a.json,line="))


def test_cannot_tell():
    cwd = folder()
    write(os.path.join(cwd, "openapi.yaml"), CONTRACT)
    for words in (["check"], ["check", "x.json"], ["check", "x.json", "--contract", "openapi.yaml"], [],
                  ["check", "*.json", "--contract", "openapi.yaml"], ["what", "x.json"]):
        code, said, error = vane("pact", *words, cwd=cwd)
        equal((code, said), (2, ""))
        true(error)


main()
