"""vane diff: what changed between two contracts, who may deploy first, which messages show it; and the 18 pairs of real
versions, whose witnesses are asked of `vane validate` once more."""
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.dom.minidom

VANE = os.environ.get("VANE") or sys.exit(77)
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("VANE_TEST_DATA") or os.path.join(HERE, "..", "..", "..", "shared", "data")
FOLDER = tempfile.mkdtemp(prefix="vane-diff-")


def write(name, document):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f, indent=1)
    return path


def run(*words, code=None):
    r = subprocess.run([VANE, "diff", *words], capture_output=True, text=True, timeout=200)
    assert code is None or r.returncode == code, (words, r.returncode, r.stdout[-2000:], r.stderr[-2000:])
    return r


def diff(old, new, *words, code=None):
    r = run(old, new, "-o", "json", *words, code=code)
    return json.loads(r.stdout)


def document(version="1.0.0", path="/orders/{id}", **operation):
    base = {"responses": {"200": {"description": "", "content": {"application/json": {"schema": {
        "type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}}}}}
    base.update(operation)
    name = path[path.index("{") + 1:path.index("}")] if "{" in path else None
    if name:
        base["parameters"] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}] + \
            base.get("parameters", [])
    return {"openapi": "3.1.0", "info": {"title": "t", "version": version}, "paths": {path: {"post": base}}}


def body(schema, required=True, media="application/json"):
    return {"required": required, "content": {media: {"schema": schema}}}


def answer(schema, status="200"):
    return {status: {"description": "", "content": {"application/json": {"schema": schema}}}}


def query(name, schema, **more):
    return dict({"name": name, "in": "query", "schema": schema}, **more)


NAMED = 0


def between(old, new, *words, code=None):
    global NAMED
    NAMED += 1
    return diff(write("%d-old.json" % NAMED, old), write("%d-new.json" % NAMED, new), *words, code=code)


def ids(result, level=None):
    return sorted(c["id"] for c in result["changes"] if level is None or c["level"] == level)


def nothing_changes():
    assert between(document(), document(), code=0)["changes"] == []
    # The name of a path parameter says nothing on the wire.
    assert between(document(), document(path="/orders/{order}"), code=0)["changes"] == []
    # Three spellings of null.
    spellings = [{"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]},
                 {"oneOf": [{"type": "string"}, {"enum": [None]}]}]
    for a in spellings:
        for b in spellings:
            r = between(document(requestBody=body(a)), document(requestBody=body(b)), code=0)
            assert r["changes"] == [] and r["order"] == "any", (a, b, r)


def orders():
    narrow, wide = {"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}
    up = between(document(requestBody=body(narrow)), document("1.1.0", requestBody=body(wide)), code=0)
    assert up["order"] == "provider first" and up["bump"] == "minor" and up["version_enough"] is True, up
    down = between(document(requestBody=body(wide)), document("1.1.0", requestBody=body(narrow)), code=1)
    assert down["order"] == "consumers first" and down["bump"] == "major" and down["version_enough"] is False, down
    [one] = [c for c in down["changes"] if c["level"] == "error"]
    assert one["id"] == "request-body-max-length-decreased" and one["keyword"] == "maxLength", one
    assert 5 < len(json.loads(one["witness"])) <= 9, one
    assert one["old"]["line"] and one["new"]["line"] and one["new"]["column"], one
    # The reader of a response is the client.
    up = between(document(responses=answer(narrow)), document(responses=answer(wide)), code=1)
    assert up["order"] == "consumers first" and ids(up, "error") == ["response-body-max-length-increased"], up
    down = between(document(responses=answer(wide)), document(responses=answer(narrow)), code=0)
    assert down["order"] == "provider first", down
    both = between(document(requestBody=body(wide), responses=answer(narrow)),
                   document(requestBody=body(narrow), responses=answer(narrow)), code=1)
    assert both["order"] == "consumers first"
    both = between(document(requestBody=body(wide), responses=answer(wide)),
                   document(requestBody=body(narrow), responses=answer(narrow)), code=1)
    assert both["order"] == "side by side", both["order"]


def kinds():
    table = [
        (document(), document(path="/orders"), {"api-removed-without-deprecation", "endpoint-added"}, 1),
        (document(), document(parameters=[query("q", {"type": "string"}, required=True)]), {"new-required-request-parameter"}, 1),
        (document(), document(parameters=[query("q", {"type": "string"})]), {"new-optional-request-parameter"}, 0),
        (document(parameters=[query("q", {"type": "string"})]), document(), {"request-parameter-removed"}, 0),
        (document(parameters=[query("q", {"enum": ["a", "b"]})]), document(parameters=[query("q", {"enum": ["a"]})]),
         {"request-parameter-enum-value-removed"}, 1),
        (document(parameters=[query("q", {"type": "integer"})]), document(parameters=[query("q", {"type": "string"})]),
         {"request-parameter-type-generalized"}, 0),
        (document(parameters=[query("q", {"type": "array"}, explode=True)]),
         document(parameters=[query("q", {"type": "array"}, explode=False)]), {"request-parameter-style-changed"}, 1),
        (document(parameters=[query("q", {"type": "integer", "default": 1})]),
         document(parameters=[query("q", {"type": "integer", "default": 2})]), {"request-parameter-default-value-changed"}, 0),
        (document(), document(requestBody=body({})), {"request-body-added-required"}, 1),
        (document(requestBody=body({}, False)), document(requestBody=body({})), {"request-body-became-required"}, 1),
        (document(requestBody=body({})), document(requestBody=body({}, media="text/csv")),
         {"request-body-media-type-removed", "request-body-media-type-added"}, 1),
        (document(), document(deprecated=True), {"endpoint-deprecated"}, 0),
        (document(deprecated=True), document(path="/x"), {"api-removed-with-deprecation", "endpoint-added"}, 0),
        (document(deprecated=True, **{"x-sunset": "2999-01-01"}), document(path="/x"),
         {"api-removed-before-sunset", "endpoint-added"}, 1),
        (document(deprecated=True, **{"x-sunset": "2999-01-01"}), document(deprecated=True), {"sunset-deleted"}, 1),
        (document(deprecated=True, **{"x-sunset": "2999-01-01"}), document(deprecated=True, **{"x-sunset": "2998-01-01"}),
         {"api-sunset-date-changed-too-small"}, 1),
        (document(), document(responses=dict(document()["paths"]["/orders/{id}"]["post"]["responses"], **answer({}, "201"))),
         {"response-success-status-added"}, 1),
        (document(requestBody=body({"properties": {"a": {"default": 1}}})),
         document(requestBody=body({"properties": {"a": {"default": 2, "deprecated": True}, "b": {}}})),
         {"request-property-default-value-changed", "request-property-deprecated", "new-optional-request-property"}, 0),
        (document(responses=answer({"type": "string"})), document(responses=answer({"type": ["string", "null"]})),
         {"response-body-became-nullable"}, 1),
        (document(), document(security=[{"key": []}]), {"api-security-added"}, 1),
        (document(security=[{"key": []}]), document(security=[{"key": []}, {"other": []}]), {"api-security-removed"}, 0),
    ]
    for old, new, want, code in table:
        r = between(old, new, code=code)
        got = set(ids(r))
        assert want <= got, (want, r["changes"])


def modes():
    narrow, wide = document(requestBody=body({"maximum": 5})), document(requestBody=body({"maximum": 9}))
    between(narrow, wide, "--mode", "backward", code=0)
    between(narrow, wide, "--mode", "forward", code=1)
    between(narrow, wide, "--mode", "full", code=1)
    between(wide, narrow, "--mode", "none", code=0)
    # A property that the old schema allows without naming it.
    a = document(requestBody=body({"type": "object", "properties": {"a": {}}}))
    b = document(requestBody=body({"type": "object", "properties": {"a": {}, "b": {"type": "string"}}}))
    between(a, b, code=0)
    between(a, b, "--fail-on", "warning", code=1)
    between(a, b, "--policy", "strict", code=1)
    between(a, b, "--policy", "lenient", "--fail-on", "warning", code=0)
    folder = os.path.join(FOLDER, "all")
    os.mkdir(folder)
    for name, doc in (("1.json", narrow), ("2.json", wide)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(doc, f)
    run("--transitive", folder, write("t.json", narrow), code=1)
    run("--transitive", folder, write("t.json", wide), code=0)


def forms():
    old = write("f-old.json", document(requestBody=body({"maxLength": 9})))
    new = write("f-new.json", document(requestBody=body({"maxLength": 5})))
    text = run(old, new, code=1).stdout
    assert "order of deployment: consumers first" in text and "witness:" in text and "f-new.json:" in text, text
    assert "# " in run(old, new, "-o", "markdown", code=1).stdout
    assert xml.dom.minidom.parseString(run(old, new, "-o", "junit", code=1).stdout).getElementsByTagName("failure")
    sarif = json.loads(run(old, new, "-o", "sarif", code=1).stdout)
    assert sarif["version"] == "2.1.0" and sarif["runs"][0]["results"][0]["level"] == "error"
    assert run(old, new, "-o", "github", code=1).stdout.startswith("::error file=")
    assert "request-body-added-required" in run("--explain", code=0).stdout
    run(old, code=2)
    run(old, os.path.join(FOLDER, "none.json"), code=2)
    run(old, new, "-o", "sms", code=2)
    run(old, new, "--mode", "sideways", code=2)


def at_load():
    """Versions that share a major: `compat` warns of a newer minor that breaks an older one, or refuses it."""
    old = write("load-old.json", document("1.0.0", requestBody=body({"maxLength": 9})))
    new = write("load-new.json", document("1.1.0", requestBody=body({"maxLength": 5})))
    other = write("load-other.json", document("2.0.0", requestBody=body({"maxLength": 5})))
    for mode, second, code, word in (("warn", new, 0, "warning: version b cannot follow a"), ("refuse", new, 1, "error: version b cannot"),
                                     ("off", new, 0, ""), ("refuse", other, 0, "")):
        path = os.path.join(FOLDER, "load.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write("compat: %s\nversions:\n  a: {backend: '127.0.0.1:9001', contract: %s}\n"
                    "  b: {backend: '127.0.0.1:9002', contract: %s}\n" % (mode, old, second))
        r = subprocess.run([VANE, "check", path], capture_output=True, text=True, timeout=60)
        assert r.returncode == code and word in r.stderr, (mode, r.returncode, r.stderr)
        assert bool(word) == ("a message that shows it: \"aaaaaa\"" in r.stderr), r.stderr


def guide():
    old = write("g-old.json", document("1.0.0", requestBody=body({"maxLength": 9})))
    new = write("g-new.json", document("1.1.0", requestBody=body({"maxLength": 5})))

    def ask(*words):
        return subprocess.run([VANE, "guide", *words], capture_output=True, text=True, timeout=60)
    r = ask(old, new)
    assert r.returncode == 0, r.stderr
    for line in ("# Upgrade guide: t 1.0.0 to 1.1.0", "Deploy the consumers first", "## What consumers must change",
                 "### POST /orders/\\{id\\}", '      "aaaaaa"', "a major step, which the version number does not say"):
        assert line in r.stdout, (line, r.stdout)
    assert "Nothing to do" in ask(old, old).stdout
    assert ask(old).returncode == 2 and ask(old, new + "x").returncode == 2


def nowhere():
    """A schema that refers to what is not there is compared as one that nobody knows: equal to itself, else unknown."""
    def to(name):
        return document(requestBody=body({"$ref": "#/definitions/" + name}), responses=answer({"type": "string"}))
    r = between(to("a"), to("a"), code=0)
    assert r["changes"] == [] and r["undecided"] == 0, r
    r = between(to("a"), to("b"), code=2)
    assert r["undecided"] == 2 and r["inclusions"]["old requests are new requests"] == "unknown", r
    r = between(to("a"), document(requestBody=body({"type": "string"}), responses=answer({"type": "string"})), code=2)
    assert r["undecided"] >= 1 and not r["refuted"], r


def defaults():
    """A required member that old requests lack is no break where vane fills in its default."""
    old = document(requestBody=body({"type": "object", "properties": {"a": {"type": "string"}}}))
    filled = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"default": "x"}}, "required": ["b"]}
    bare = {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["b"]}
    assert "new-required-request-property-with-default" in ids(between(old, document(requestBody=body(filled)), code=1), "error")
    assert "request-property-became-required" in ids(between(old, document(requestBody=body(bare)), "--fill-defaults", code=1), "error")
    r = between(old, document(requestBody=body(filled)), "--fill-defaults", code=0)
    assert "new-required-request-property-with-default" in ids(r, "info"), r
    # One that was there, too, and below another.
    deep = {"type": "object", "properties": {"o": {"type": "object", "properties": {"a": {"type": "integer", "default": 1}}}}}
    must = json.loads(json.dumps(deep))
    must["properties"]["o"]["required"] = ["a"]
    pair = document(requestBody=body(deep)), document(requestBody=body(must))
    assert ids(between(*pair, code=1), "error") == ["request-property-became-required-with-default"]
    r = between(*pair, "--fill-defaults", code=0)
    assert r["order"] in ("provider first", "any") and ids(r, "info") == ["request-property-became-required-with-default"], r


def judged(path, operation, witness, status, media):
    words = [VANE, "validate", "--contract", path, "--operation", operation, "--content-type", media]
    if status:
        words += ["--status", status]
    return subprocess.run(words, input=witness, capture_output=True, text=True, timeout=60).returncode


def witness_holds(change, base, revision):
    """A whole body that the one side takes and the other refuses, asked of another verb."""
    where = change["where"].split(" ", 1)
    if len(where) != 2 or not where[1].startswith("application/json") or "header" in where[1]:
        return None
    status = None if where[0] == "request" else where[0]
    if status == "default":
        status = "500"
    if status and status.endswith("XX"):
        status = status[0] + "00"
    new_op = change["operation"]
    forth = judged(base, new_op, change["witness"], status, where[1]), judged(revision, new_op, change["witness"], status, where[1])
    if 2 in forth:
        return None  # the path's parameter has another name in the old document
    return set(forth) == {0, 1}


def real_pairs():
    folder = os.path.join(DATA, "openapi-version-pairs")
    if not os.path.isdir(folder):
        print("no %s: the real pairs are skipped" % folder)
        return
    with open(os.path.join(folder, "pairs.json"), encoding="utf-8") as f:
        pairs = json.load(f)
    asked = unread = 0
    for pair in pairs:
        base, revision = os.path.join(folder, pair["base"]), os.path.join(folder, pair["revision"])
        began = time.monotonic()
        r = run(base, revision, "-o", "json")
        took = time.monotonic() - began
        if "leads nowhere" in r.stderr:
            unread += 1
        result = json.loads(r.stdout)
        assert result["changes"], pair
        print("%-45s %5.2f s, %4d pairs of schemas, %d proved, %d refuted, %d undecided" % (
            pair["base"], took, result["pairs"], result["proved"], result["refuted"], result["undecided"]))
        assert result["undecided"] * 10 <= result["pairs"], pair
        shown = [c for c in result["changes"] if c.get("witness") and c["verdict"] == "refuted" and "keyword" in c]
        for change in shown[::max(1, len(shown) // 8)]:
            held = witness_holds(change, base, revision)
            assert held is not False, (pair, change)
            asked += held is True
    assert unread <= 1
    print("%d witnesses asked of vane validate" % asked)
    assert asked > 60, asked


def same_documents():
    folder = os.path.join(DATA, "openapi-documents")
    if not os.path.isdir(folder):
        print("no %s: skipped" % folder)
        return
    empty = 0
    for top, _, files in os.walk(folder):
        for name in sorted(files):
            path = os.path.join(top, name)
            if not name.endswith((".json", ".yaml", ".yml")):
                continue
            r = run(path, path, "-o", "json")
            assert r.returncode in (0, 2), (path, r.stdout[:500])
            if r.returncode == 0:
                assert json.loads(r.stdout)["changes"] == [], path
                empty += 1
    print("%d documents do not differ from themselves" % empty)
    assert empty >= 35, empty


for step in (nothing_changes, orders, kinds, modes, forms, at_load, guide, nowhere, defaults, real_pairs, same_documents):
    step()
    print("ok", step.__name__)
