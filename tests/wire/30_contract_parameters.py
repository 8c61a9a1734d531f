"""Parameters of every kind, and bodies that are forms: what the contract says of them holds on the wire (design,
section 11). The styles one by one are the unit tests' (tests/unit/contract/parameter_test.c)."""
import json
import os

from harness import Backend, Client, Vane, contains, each, equal, main, scratch

CONTRACT = """
openapi: 3.1.0
info: {title: Parameters, version: 1.0.0}
paths:
  /users/{id}/files/{name}.{ext}:
    get:
      operationId: getFile
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}}
        - {name: name, in: path, required: true, schema: {type: string, pattern: "^[a-z]+$"}}
        - {name: ext, in: path, required: true, schema: {enum: [png, txt]}}
      responses: {"200": {description: ok}}
  /users/me/files/{name}.txt:
    get:
      operationId: myFile
      parameters: [{name: name, in: path, required: true, schema: {type: string, maxLength: 3}}]
      responses: {"200": {description: ok}}
  /search:
    parameters: [{name: X-Trace, in: header, schema: {type: string, format: uuid}}]
    get:
      operationId: search
      parameters:
        - {name: q, in: query, required: true, schema: {type: string, minLength: 2}}
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
        - {name: flag, in: query, schema: {type: boolean}}
        - {name: tag, in: query, schema: {type: array, items: {type: integer}, maxItems: 3}}
        - {name: csv, in: query, explode: false, schema: {type: array, items: {enum: [a, b]}}}
        - {name: where, in: query, style: deepObject, schema: {type: object, properties: {age: {type: integer}}}}
        - {name: json, in: query, content: {application/json: {schema: {type: object, required: [a]}}}}
        - {name: X-Count, in: header, schema: {type: integer}}
        - {name: session, in: cookie, schema: {type: string, minLength: 4}}
        - {name: old, in: query, deprecated: true, schema: {type: string}}
      responses: {"200": {description: ok}}
  /form:
    post:
      operationId: form
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string}
                age: {type: integer, minimum: 0}
                tags: {type: array, items: {type: string, maxLength: 3}}
          multipart/form-data:
            schema:
              type: object
              required: [file]
              properties: {file: {type: string, contentMediaType: application/octet-stream}, count: {type: integer}}
          text/plain: {schema: {type: integer}}
      responses: {"200": {description: ok}}
  /notes:
    post:
      operationId: note
      requestBody: {content: {application/json: {schema: {properties: {colour: {deprecated: true}}}}}}
      responses: {"200": {description: ok}}
"""
with open(os.path.join(scratch, "parameters.yaml"), "w", encoding="utf-8") as out:
    out.write(CONTRACT)
backend = Backend()
vane = Vane("workers: 1\nversions: {v1: {backend: '%(b)s', contract: %(c)s}}\nvalidate: {requests: enforce, responses: 'off'}\n",
            {"b": backend.address, "c": os.path.join(scratch, "parameters.yaml")})


def ask(raw):
    backend.forget()
    before = len(vane.access())
    with Client(vane) as client:
        answer = client.ask(raw)
    vane.next_outcome(before)
    return answer, vane.access()[before]


def get(target, fields=""):
    return f"GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode()


@each([
    ("path", "/users/7/files/a.png", "", "getFile"),
    ("path: the concrete template wins", "/users/me/files/abc.txt", "", "myFile"),
    ("path: escaped", "/users/7/files/%61bc.png", "", "getFile"),
    ("query", "/search?q=ab&limit=100&flag=true", "", "search"),
    ("query: array", "/search?q=ab&tag=1&tag=2&tag=3", "", "search"),
    ("query: comma", "/search?q=ab&csv=a,b,a", "", "search"),
    ("query: escaped comma and plus", "/search?q=a+%2C", "", "search"),
    ("query: deep", "/search?q=ab&where%5Bage%5D=3", "", "search"),
    ("query: JSON", "/search?q=ab&json=%7B%22a%22%3A1%7D", "", "search"),
    ("query: others are nobody's", "/search?q=ab&utm=x&utm=y", "", "search"),
    ("header", "/search?q=ab", "X-COUNT: 7\r\nX-Trace: 5f0c2a52-7f2d-4b53-9b4b-0b6a4c1e9a01\r\n", "search"),
    ("cookie", "/search?q=ab", "Cookie: a=b; session=abcd\r\n", "search"),
    ("cookie: another one", "/search?q=ab", "Cookie: Session=x\r\n", "search"),
])
def test_good(target, fields, operation):
    answer, line = ask(get(target, fields))
    equal((answer.status, line["vane.operation"], line.get("vane.violations")), (200, operation, None), answer.body)
    equal(backend.one().target, target)


@each([
    ("path: type", "/users/x/files/a.png", "", "path", "id", "type"),
    ("path: minimum", "/users/0/files/a.png", "", "path", "id", "minimum"),
    ("path: pattern", "/users/1/files/A.png", "", "path", "name", "pattern"),
    ("path: enum", "/users/1/files/a.gif", "", "path", "ext", "enum"),
    ("path: an escaped slash is part of the value", "/users/1/files/a%2Fb.png", "", "path", "name", "pattern"),
    ("path: length", "/users/me/files/abcd.txt", "", "path", "name", "maxLength"),
    ("query: required", "/search", "", "query", "q", None),
    ("query: length", "/search?q=%C3%A4", "", "query", "q", "minLength"),
    ("query: type", "/search?q=ab&limit=ten", "", "query", "limit", "type"),
    ("query: maximum", "/search?q=ab&limit=101", "", "query", "limit", "maximum"),
    ("query: boolean", "/search?q=ab&flag=yes", "", "query", "flag", "type"),
    ("query: twice", "/search?q=ab&limit=1&limit=2", "", "query", "limit", None),
    ("query: items", "/search?q=ab&tag=1&tag=x", "", "query", "tag", "type"),
    ("query: too many", "/search?q=ab&tag=1&tag=2&tag=3&tag=4", "", "query", "tag", "maxItems"),
    ("query: comma", "/search?q=ab&csv=a,c", "", "query", "csv", "enum"),
    ("query: deep", "/search?q=ab&where[age]=x", "", "query", "where", "type"),
    ("query: JSON", "/search?q=ab&json=%7B%7D", "", "query", "json", "required"),
    ("query: no JSON", "/search?q=ab&json=%7B", "", "query", "json", None),
    ("query: escaped name", "/search?q=ab&l%69mit=101", "", "query", "limit", "maximum"),
    ("header: type", "/search?q=ab", "X-Count: seven\r\n", "header", "X-Count", "type"),
    ("header: of the path item", "/search?q=ab", "X-Trace: none\r\n", "header", "X-Trace", "format"),
    ("cookie", "/search?q=ab", "Cookie: session=abc\r\n", "cookie", "session", "minLength"),
])
def test_bad(target, fields, location, name, keyword):
    answer, line = ask(get(target, fields))
    equal((answer.status, line["vane.outcome"], backend.requests), (400, "request_invalid", []), answer.body)
    found = json.loads(answer.body)["violations"]
    equal((len(found), found[0]["location"], found[0]["name"]), (1, location, name), found)
    if keyword:
        equal(found[0]["keyword"], keyword)


def test_all_faults_are_told_at_once():
    answer, line = ask(get("/search?limit=101&flag=2&tag=x", "Cookie: session=a\r\nX-Count: b\r\n"))
    found = json.loads(answer.body)["violations"]
    equal({v["name"] for v in found}, {"q", "limit", "flag", "tag", "session", "X-Count"})
    equal(line["vane.violations"], 6)


def post(kind, body, target="/form"):
    return b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        target.encode(), kind.encode(), len(body), body)


FORM, MULTI = "application/x-www-form-urlencoded", 'multipart/form-data; boundary="=b"'


def parts(*pairs):
    return b"".join(b"--=b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % p for p in pairs) + b"--=b--\r\n"


@each([
    ("form", FORM, b"name=Ada+L&age=36&tags=a&tags=b", None),
    ("form: escapes", FORM, b"n%61me=%C3%A4%26", None),
    ("multipart", MULTI, parts((b"file", b"\x00\xff\r\n--"), (b"count", b"3")), None),
    ("text", "text/plain", b"42", None),
    ("form: missing", FORM, b"age=1", ""),
    ("form: type", FORM, b"name=a&age=x", "/age"),
    ("form: minimum", FORM, b"name=a&age=-1", "/age"),
    ("form: items", FORM, b"name=a&tags=ok&tags=toolong", "/tags/1"),
    ("multipart: missing", MULTI, parts((b"count", b"3")), ""),
    ("multipart: type", MULTI, parts((b"file", b"x"), (b"count", b"three")), "/count"),
    ("multipart: no end", MULTI, parts((b"file", b"x"))[:-5], "any"),
    ("text: type", "text/plain", b"forty-two", ""),
])
def test_forms(kind, body, pointer):
    answer, _ = ask(post(kind, body))
    if pointer is None:
        equal((answer.status, [r.body for r in backend.requests]), (200, [body]), answer.body)
        return
    equal((answer.status, backend.requests), (400, []), answer.body)
    found = json.loads(answer.body)["violations"][0]
    equal(found["location"], "body")
    if pointer != "any":
        equal(found.get("pointer", ""), pointer)


def test_values_never_appear():
    secret = "s3cr3t-value"
    before = len(vane.lines)
    answer, line = ask(get(f"/search?q=ab&limit={secret}", f"X-Count: {secret}\r\nCookie: session=x\r\n"))
    equal(answer.status, 400)
    equal(secret in answer.body.decode(), False, answer.body)
    equal([l for l in vane.lines[before:] if secret in json.dumps(l)], [])
    equal(secret in vane.scrape(), False)
    del line


def test_deprecated_parameters_count_when_they_are_used():
    ask(get("/search?q=ab"))
    equal("vane_deprecated_requests_total{" in vane.scrape(), False)
    ask(get("/search?q=ab&old=1"))
    contains('vane_deprecated_requests_total{version="v1",route="/search",method="GET"', vane.scrape())
    event = vane.events("version.deprecated_used")[0]
    equal((event["vane.deprecated.what"], event["vane.deprecated.name"]), ("parameter", "old"))


def test_a_body_that_cannot_be_read_uses_nothing_of_the_one_before():
    _, line = ask(post("application/json", b'{"colour": 1}', "/notes"))
    equal(line.get("vane.deprecated"), True)
    for kind, body in [(FORM, b"name=a&name=b"), (MULTI, b"no part"), ("text/plain\r\nContent-Encoding: gzip", b"1")]:
        answer, line = ask(post(kind, body))
        equal((answer.status, line.get("vane.deprecated")), (400, None), answer.body)
    equal('vane_deprecated_requests_total{version="v1",route="/form"' in vane.scrape(), False)


if __name__ == "__main__":
    main()
