"""Every kind of parameter, media type and coding, in both directions and in each mode, with a message that keeps its
contract and one that does not; and every reason for which a body goes unchecked (design, section 11)."""
import gzip
import json
import os
import zlib

from harness import Backend, Client, Vane, contains, each, equal, main, scratch, true

MODES = ("enforce", "report", "off")
ID = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
RGB = {"type": "object", "required": ["R"], "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}}
INTS = {"type": "array", "items": {"type": "integer"}}
FIELDS = {"type": "object", "required": ["id"],
          "properties": {"id": {"type": "integer"}, "tags": INTS, "at": RGB, "file": {"contentMediaType": "image/png"}}}


def param(name, where, schema, style=None, explode=None, **more):
    one = {"name": name, "in": where, "schema": schema, **more}
    if style:
        one["style"] = style
    if explode is not None:
        one["explode"] = explode
    if where == "path":
        one["required"] = True
    return one


def content(name, where, media, schema, **more):
    return {"name": name, "in": where, "content": {media: {"schema": schema}}, **more}


# name, parameter, a good path, query and header line, a bad one. {} in a path stands for the row's own prefix.
PARAMETERS = [
    ("path simple", param("c", "path", {"type": "integer"}), "/5", "/x"),
    ("path simple array", param("c", "path", INTS), "/3,4", "/3,x"),
    ("path simple object", param("c", "path", RGB), "/R,1,G,2", "/G,2"),
    ("path simple object exploded", param("c", "path", RGB, explode=True), "/R=1,G=2", "/R=x"),
    ("path label", param("c", "path", INTS, "label"), "/.3,4", "/.3,x"),
    ("path label exploded", param("c", "path", INTS, "label", True), "/.3.4", "/.3.x"),
    ("path label object", param("c", "path", RGB, "label"), "/.R,1", "/.G,1"),
    ("path label object exploded", param("c", "path", RGB, "label", True), "/.R=1.G=2", "/.R=x"),
    ("path matrix", param("c", "path", INTS, "matrix"), "/;c=3,4", "/;c=x"),
    ("path matrix exploded", param("c", "path", INTS, "matrix", True), "/;c=3;c=4", "/;c=3;c=x"),
    ("path matrix object", param("c", "path", RGB, "matrix"), "/;c=R,1,G,2", "/;c=G,2"),
    ("path matrix object exploded", param("c", "path", RGB, "matrix", True), "/;R=1;G=2", "/;R=x"),
    ("path content", {**content("c", "path", "application/json", ID), "required": True}, "/%7B%22id%22:1%7D", "/%7B%7D"),
    ("query form", param("c", "query", {"type": "integer"}), "?c=5", "?c=x"),
    ("query form array", param("c", "query", INTS), "?c=3&c=4", "?c=3&c=x"),
    ("query form array joined", param("c", "query", INTS, explode=False), "?c=3,4", "?c=3,x"),
    ("query form object", param("c", "query", RGB), "?R=1&G=2", "?R=x"),
    ("query form object joined", param("c", "query", RGB, explode=False), "?c=R,1,G,2", "?c=G,2"),
    ("query spaces", param("c", "query", INTS, "spaceDelimited", False), "?c=3%204", "?c=3%20x"),
    ("query pipes", param("c", "query", INTS, "pipeDelimited", False), "?c=3%7C4", "?c=3|x"),
    ("query spaces object", param("c", "query", RGB, "spaceDelimited", False), "?c=R%201", "?c=R%20x"),
    ("query pipes object", param("c", "query", RGB, "pipeDelimited", False), "?c=R%7C1", "?c=R%7Cx"),
    ("query deepObject", param("c", "query", RGB, "deepObject", True), "?c[R]=1&c%5BG%5D=2", "?c[R]=x"),
    ("query required", param("c", "query", {"type": "string"}, required=True), "?c=", "?d="),
    ("query allowEmptyValue", param("c", "query", {"type": "integer"}, allowEmptyValue=True), "?c=", "?c=x"),
    ("query allowReserved", param("c", "query", {"type": "string", "const": "a/b?c:d"}, allowReserved=True), "?c=a/b?c:d",
     "?c=a%2Fb"),
    ("query JSON", content("c", "query", "application/json", ID), "?c=%7B%22id%22%3A1%7D", "?c=%7B%7D"),
    ("query text", content("c", "query", "text/plain", {"type": "integer"}), "?c=5", "?c=x"),
    ("querystring form", {"name": "q", "in": "querystring", "content": {"application/x-www-form-urlencoded": {"schema": ID}}},
     "?id=5&other=x", "?id=x"),
    ("querystring JSON", {"name": "q", "in": "querystring", "content": {"application/json": {"schema": ID}}},
     "?%7B%22id%22%3A5%7D", "?%7B%7D"),
    ("header simple", param("X-C", "header", {"type": "integer"}), "X-C: 5", "X-C: x"),
    ("header array", param("X-C", "header", INTS), "X-C: 3,4", "X-C: 3,x"),
    ("header array in two lines", param("X-C", "header", INTS), "X-C: 3\r\nX-C: 4", "X-C: 3\r\nX-C: x"),
    ("header object", param("X-C", "header", RGB), "X-C: R,1,G,2", "X-C: G,2"),
    ("header object exploded", param("X-C", "header", RGB, explode=True), "X-C: R=1,G=2", "X-C: R=x"),
    ("header required", param("X-C", "header", {}, required=True), "X-C: ", "X-D: "),
    ("header JSON", content("X-C", "header", "application/json", ID), 'X-C: {"id":1}', "X-C: {}"),
    ("cookie form", param("c", "cookie", {"type": "integer"}), "Cookie: a=b; c=5", "Cookie: c=x"),
    ("cookie array joined", param("c", "cookie", INTS, explode=False), "Cookie: c=3,4", "Cookie: c=3,x"),
    ("cookie object joined", param("c", "cookie", RGB, explode=False), "Cookie: c=R,1", "Cookie: c=G,1"),
    ("cookie array exploded", param("c", "cookie", INTS), "Cookie: c=3&c=4", "Cookie: c=3&c=x"),
    ("cookie style", param("c", "cookie", INTS, "cookie"), "Cookie: c=3; c=4", "Cookie: c=3; c=x"),
    ("cookie style object", param("c", "cookie", RGB, "cookie"), "Cookie: R=1; G=2", "Cookie: R=x"),
    ("cookie required", param("c", "cookie", {}, required=True), "Cookie: c=", "Cookie: d="),
    ("cookie JSON", content("c", "cookie", "application/json", ID), "Cookie: c=%7B%22id%22%3A1%7D", "Cookie: c=%7B%7D"),
]


def parts(*pairs):
    return b"".join(b"--x\r\n%s\r\n%s\r\n" % (head, body) for head, body in pairs) + b"--x--\r\n"


def named(name, more=b""):
    return b'Content-Disposition: form-data; name="%s"\r\n%s' % (name, more)


PNG = b"Content-Type: image/png\r\n"
MIXED = "multipart/mixed; boundary=x"
FORM = "multipart/form-data; boundary=x"
ENCODED = "application/x-www-form-urlencoded"
# name, media range in the contract, media type object, the message's type, a good body, a bad body
BODIES = [
    ("JSON", "application/json", {"schema": ID}, "application/json", b'{"id": 1}', b'{"id": "1"}'),
    ("JSON with charset", "application/json", {"schema": ID}, "application/json; charset=UTF-8", b'{"id": 1}', b"{}"),
    ("a JSON suffix", "application/problem+json", {"schema": ID}, "application/problem+json", b'{"id": 1}', b"{}"),
    ("a range of suffixes", "application/*+json", {"schema": ID}, "application/hal+json", b'{"id": 1}', b"{}"),
    ("any JSON", "*/*", {"schema": ID}, "text/json", b'{"id": 1}', b"{}"),
    ("a form", ENCODED, {"schema": FIELDS}, ENCODED, b"id=1&tags=2&tags=3", b"id=x"),
    ("a form with JSON", ENCODED, {"schema": FIELDS}, ENCODED, b"id=1&at=%7B%22R%22%3A1%7D", b"id=1&at=%7B%7D"),
    ("a form with styles", ENCODED,
     {"schema": FIELDS, "encoding": {"tags": {"style": "pipeDelimited"}, "at": {"style": "deepObject", "explode": True}}}, ENCODED,
     b"id=1&tags=2%7C3&at%5BR%5D=1", b"id=1&tags=2%7Cx"),
    ("a multipart form", "multipart/form-data", {"schema": FIELDS}, FORM,
     parts((named(b"id"), b"1"), (named(b"tags"), b"2"), (named(b"tags"), b"3"), (named(b"file"), b"\xff")),
     parts((named(b"id"), b"x"))),
    ("its contentType", "multipart/form-data", {"schema": FIELDS, "encoding": {"file": {"contentType": "image/png, image/jpeg"}}},
     FORM, parts((named(b"id"), b"1"), (named(b"file", PNG), b"\x89")),
     parts((named(b"id"), b"1"), (named(b"file", b"Content-Type: image/gif\r\n"), b"GIF"))),
    ("its headers", "multipart/form-data",
     {"schema": FIELDS, "encoding": {"file": {"headers": {"X-N": {"required": True, "schema": {"type": "integer"}}}}}}, FORM,
     parts((named(b"id"), b"1"), (named(b"file", b"X-N: 5\r\n"), b"a")),
     parts((named(b"id"), b"1"), (named(b"file", b"X-N: x\r\n"), b"a"))),
    ("its style", "multipart/form-data", {"schema": FIELDS, "encoding": {"tags": {"style": "form", "explode": False}}}, FORM,
     parts((named(b"id"), b"1"), (named(b"tags"), b"2,3")), parts((named(b"id"), b"1"), (named(b"tags"), b"2,x"))),
    ("parts in order", "multipart/mixed", {"schema": {"type": "array", "prefixItems": [ID, {}]},
                                           "prefixEncoding": [{}, {"contentType": "image/*"}]}, MIXED,
     parts((b"", b'{"id":1}'), (PNG, b"\x89")), parts((b"", b"{}"), (PNG, b"\x89"))),
    ("parts as items", "multipart/*", {"itemSchema": ID}, "multipart/related; boundary=x", parts((b"", b'{"id":1}')),
     parts((b"", b'{"id":1}'), (b"", b"{}"))),
    ("text", "text/plain", {"schema": {"type": "integer"}}, "text/plain", b"12", b"x"),
    ("JSON lines", "application/jsonl", {"itemSchema": ID}, "application/jsonl", b'{"id":1}\n{"id":2}\n', b'{"id":1}\n{}\n'),
    ("newline-delimited JSON as a list", "application/x-ndjson", {"schema": {"type": "array", "items": ID}}, "application/x-ndjson",
     b'{"id":1}\n{"id":2}\n', b'{"id":1}\n{}\n'),
    ("a JSON sequence", "application/json-seq", {"itemSchema": ID}, "application/json-seq", b'\x1e{"id":1}\n', b"\x1e{}\n"),
    ("server-sent events", "text/event-stream",
     {"itemSchema": {"required": ["event"], "properties": {"event": {"enum": ["add"]}}}}, "text/event-stream",
     b": hello\n\nevent: add\ndata: 1\n\n", b"event: add\ndata: 1\n\nevent: drop\ndata: 2\n\n"),
]


def brotli(data):
    """One block that is stored as it is (RFC 7932, 9.2), and an empty last one."""
    return ((len(data) - 1) << 4 | 1 << 20).to_bytes(3, "little") + data + b"\x03"


CODINGS = [("identity", lambda d: d), ("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli),
           ("gzip, br", lambda d: brotli(gzip.compress(d)))]
BIG = b'{"id": 1, "x": "%s"}' % (b"x" * 20000)
# name, media range, media type object, the message's type, coding, body, reason
UNCHECKED = [
    ("XML", "application/xml", {"schema": ID}, "application/xml", None, b"<a/>", "media_type"),
    ("YAML", "application/yaml", {"schema": ID}, "application/yaml", None, b"id: x", "media_type"),
    ("named parts that are no form", "multipart/mixed", {"schema": FIELDS, "encoding": {"id": {}}}, MIXED, None,
     parts((named(b"id"), b"x")), "media_type"),
    ("XML in a part", "multipart/form-data", {"schema": FIELDS}, FORM, None,
     parts((named(b"id"), b"1"), (named(b"at", b"Content-Type: application/xml\r\n"), b"<a/>")), "media_type"),
    ("no schema", "application/json", {}, "application/json", None, b"[", "no_schema"),
    ("a charset", "application/json", {"schema": ID}, "application/json; charset=utf-16", None, b"\x00{", "charset"),
    ("a coding", "application/json", {"schema": ID}, "application/json", "zstd", b"{}", "coding"),
    ("too large", "application/json", {"schema": ID}, "application/json", None, BIG, "too_large"),
    ("too large when decoded", "application/json", {"schema": ID}, "application/json", "gzip", gzip.compress(b" " * (17 << 20)),
     "decoded_size"),
    ("a thousandfold", "application/json", {"schema": ID}, "application/json", "gzip", gzip.compress(b" " * (3 << 20)), "decoded_size"),
    ("too deep", "application/json", {"schema": {}}, "application/json", None, b"[" * 5000 + b"]" * 5000, "depth"),
    ("a pattern without end", "application/json", {"schema": {"pattern": "^(a|aa)+$(?<!x)"}}, "application/json", None,
     b'"%sb"' % (b"a" * 4000), "pattern_limit"),
]


def document():
    paths = {}
    for number, (_, one, good, _bad) in enumerate(PARAMETERS):
        path = f"/p{number}" + ("/{c}" if one["in"] == "path" else "")
        paths[path] = {"get": {"parameters": [one], "responses": {"200": {"description": "ok"}}}}
        del good
    for prefix, rows in (("b", BODIES), ("u", UNCHECKED)):
        for number, (_, media, described, *_rest) in enumerate(rows):
            content_ = {media: described}
            paths[f"/{prefix}{number}"] = {
                "post": {"requestBody": {"content": content_}, "responses": {"200": {"description": "ok"}}},
                "get": {"responses": {"200": {"description": "ok", "content": content_}}}}
    headers = {f"X-{number}": {"schema": one["schema"], "explode": one.get("explode", False)}
               for number, (_, one, *_rest) in enumerate(PARAMETERS) if one["in"] == "header" and "schema" in one}
    headers["X-Json"] = {"content": {"application/json": {"schema": ID}}}
    paths["/headers"] = {"get": {"responses": {"200": {"description": "ok", "headers": headers}}}}
    return {"openapi": "3.2.0", "info": {"title": "All kinds", "version": "1.0.0"}, "paths": paths}


contract = os.path.join(scratch, "kinds.json")
with open(contract, "w", encoding="utf-8") as out:
    json.dump(document(), out)
backend = Backend()
vanes = {mode: Vane("versions: {v1: {backend: '%(b)s', contract: %(c)s}}\n"
                    "validate: {requests: '%(m)s', responses: '%(m)s', max_body: 20000B}\n",
                    {"b": backend.address, "c": contract, "m": mode}) for mode in MODES}


def exchange(mode, raw, reply=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"):
    backend.forget()
    backend.answer = reply
    vane = vanes[mode]
    before = len(vane.access())
    with Client(vane) as client:
        got = client.ask(raw)
    vane.next_outcome(before)
    return got, backend.requests[:], vane.access()[before]


def message(first, fields, body):
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields if value is not None)
    return f"{first}\r\nHost: a\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def post(target, kind, body, coding=None):
    return message(f"POST {target} HTTP/1.1", [("Content-Type", kind), ("Content-Encoding", coding)], body)


def reply(kind, body, coding=None):
    return message("HTTP/1.1 200 OK", [("Content-Type", kind), ("Content-Encoding", coding)], body).replace(b"Host: a\r\n", b"")


def check_request(mode, raw, valid, unchecked=None):
    got, seen, line = exchange(mode, raw)
    refused = mode == "enforce" and not valid
    true(got.status in (400, 415) if refused else got.status == 200, (mode, got))
    equal(line["vane.outcome"] == "ok", not refused, line)
    equal(len(seen), 0 if refused else 1)
    equal(line.get("vane.violations", 0) > 0, not valid and mode != "off", (mode, line, got.body))
    equal(line.get("vane.unchecked.request"), None if mode == "off" else unchecked, (mode, line))
    if seen:
        equal(seen[0].body, raw.partition(b"\r\n\r\n")[2], "not a byte is changed")


def check_response(mode, target, answer, valid, unchecked=None):
    got, _, line = exchange(mode, f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode(), answer)
    refused = mode == "enforce" and not valid
    equal(got.status, 502 if refused else 200, (mode, got))
    equal(line["vane.outcome"], "response_invalid" if refused else "ok", line)
    equal(line.get("vane.violations", 0) > 0, not valid and mode != "off", (mode, line))
    equal(line.get("vane.unchecked.response"), None if mode == "off" else unchecked, (mode, line))
    if not refused:
        equal(got.body, answer.partition(b"\r\n\r\n")[2], "not a byte is changed")


@each([(name, number, good, bad) for number, (name, _, good, bad) in enumerate(PARAMETERS)])
def test_parameter(number, good, bad):
    for mode in MODES:
        for given, valid in ((good, True), (bad, False)):
            target = f"/p{number}" + (given if given[0] in "/?" else "")
            field = given + "\r\n" if given[0] not in "/?" else ""
            check_request(mode, f"GET {target} HTTP/1.1\r\nHost: a\r\n{field}\r\n".encode(), valid)


@each([(name, number, one, good, bad) for number, (name, one, good, bad) in enumerate(PARAMETERS)
       if one["in"] == "header" and "schema" in one] +
      [("content", "Json", {}, 'X-C: {"id":1}', "X-C: {}")])
def test_response_header(number, one, good, bad):
    required = {f"X-{n}": "5" for n, (_, p, *_rest) in enumerate(PARAMETERS) if p["in"] == "header" and p.get("required")}
    del one
    for mode in MODES:
        for given, valid in ((good, True), (bad, False)):
            if given == "X-D: ":
                continue  # a header of a response that is not required may be absent
            own = given.replace("X-C:", f"X-{number}:")
            more = "".join(f"{n}: {v}\r\n" for n, v in required.items() if n != f"X-{number}")
            check_response(mode, "/headers", f"HTTP/1.1 200 OK\r\n{more}{own}\r\nContent-Length: 0\r\n\r\n".encode(), valid)


@each([(name, number, kind, good, bad) for number, (name, _, _, kind, good, bad) in enumerate(BODIES)])
def test_body(number, kind, good, bad):
    for mode in MODES:
        for body, valid in ((good, True), (bad, False)):
            check_request(mode, post(f"/b{number}", kind, body), valid)
            check_response(mode, f"/b{number}", reply(kind, body), valid)


@each([(name, name, encode) for name, encode in CODINGS])
def test_coding(name, encode):
    for mode in MODES:
        for number, (_, _, _, kind, good, bad) in enumerate(BODIES):
            if number not in (0, 8, 15, 18):  # JSON, a form, a sequence, events
                continue
            for body, valid in ((good, True), (bad, False)):
                check_request(mode, post(f"/b{number}", kind, encode(body), name), valid)
                check_response(mode, f"/b{number}", reply(kind, encode(body), name), valid)
        broken = gzip.compress(b'{"id": 1}')[:-4]
        check_request(mode, post("/b0", "application/json", broken, "gzip"), False)
        check_response(mode, "/b0", reply("application/json", broken, "gzip"), False)


@each([(name, number, kind, coding, body, reason) for number, (name, _, _, kind, coding, body, reason) in enumerate(UNCHECKED)])
def test_unchecked(number, kind, coding, body, reason):
    for mode in MODES:
        check_request(mode, post(f"/u{number}", kind, body, coding), True, reason)
        check_response(mode, f"/u{number}", reply(kind, body, coding), True, reason)
    for mode in ("enforce", "report"):
        for direction in ("request", "response"):
            contains(f'vane_contract_unchecked_total{{version="v1",direction="{direction}",reason="{reason}"}}', vanes[mode].scrape())


@each([
    ("another media type", "text/html", b"x", 415),
    ("none", None, b"x", 415),
    ("a range", "application/*", b"{}", 415),
    ("nonsense", "json", b"{}", 415),
])
def test_media_type(kind, body, status):
    got, seen, _ = exchange("enforce", post("/b0", kind, body))
    equal((got.status, seen), (status, []))
    for mode in MODES:
        check_request(mode, post("/b0", kind, body), False)
        check_response(mode, "/b0", reply(kind, body), False)


if __name__ == "__main__":
    main()
