"""vane diff of two bare JSON Schemas, as schema registries ask it: may the new one read what the old one wrote (backward),
and the other way (forward)? Every witness is asked of `vane validate` once more."""
import json
import os
import subprocess
import sys
import tempfile

VANE = os.environ.get("VANE") or sys.exit(77)
FOLDER = tempfile.mkdtemp(prefix="vane-diff-schemas-")


def write(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text if isinstance(text, str) else json.dumps(text))
    return path


def run(*words, code=None):
    r = subprocess.run([VANE, "diff", *words], capture_output=True, text=True, timeout=60)
    assert code is None or r.returncode == code, (words, r.returncode, r.stdout, r.stderr)
    return r


def judged(path, dialect, witness):
    words = [VANE, "validate", "--schema", path, "--formats", "--dialect", dialect]
    return subprocess.run(words, input=witness, capture_output=True, text=True, timeout=60).returncode


def obj(properties=None, **more):
    return dict({"type": "object", "properties": properties or {}}, **more)


S, N, I, Z = {"type": "string"}, {"type": "number"}, {"type": "integer"}, {"type": "null"}
CLOSED, STRINGS = {"additionalProperties": False}, {"additionalProperties": S}


def listed(*items, **more):
    return dict({"type": "array", "prefixItems": list(items)}, **more)


# (old, new, backward, forward): P proved, B broken. 2020-12 unless the third-last says otherwise.
P, B = "proved", "broken"
TABLE = [
    # Nothing that a value could show.
    ({"title": "a"}, {"title": "b", "description": "c", "default": 1}, P, P),
    ({"type": ["string", "null"]}, {"oneOf": [Z, S]}, P, P),
    ({"properties": {}}, {}, P, P),
    # Types.
    (S, I, B, B), (I, N, P, B), (S, {"type": ["string", "integer"]}, P, B), (S, True, P, B), (False, S, P, B),
    ({"type": "boolean"}, {"enum": [True, False]}, P, P), ({"const": 1.0}, {"enum": [1]}, P, P),
    # Strings.
    ({"maxLength": 5}, {"maxLength": 6}, P, B), (S, {"type": "string", "minLength": 1}, B, P),
    (S, {"type": "string", "pattern": ""}, P, P), ({"pattern": "^a+$"}, {"pattern": "^a*$"}, P, B),
    ({"pattern": "^[ab]{2}$"}, {"enum": ["aa", "ab", "ba", "bb"]}, B, P),
    ({"type": "string", "pattern": "^[ab]{2}$"}, {"enum": ["aa", "ab", "ba", "bb"]}, P, P),
    ({"type": "string", "pattern": "a.*b"}, {"type": "string", "pattern": "a"}, P, B),
    # Numbers.
    ({"minimum": 1}, {"exclusiveMinimum": 1}, B, P), ({"multipleOf": 0.5}, {"multipleOf": 10}, B, P),
    ({"type": "number", "multipleOf": 0.5}, {"type": "number", "multipleOf": 0.50}, P, P),
    ({"type": "integer", "allOf": [{"multipleOf": 4}, {"multipleOf": 6}]}, {"type": "integer", "multipleOf": 12}, P, P),
    ({"type": "number", "multipleOf": 1.5, "allOf": [{"multipleOf": 2}]}, {"type": "number", "multipleOf": 6}, P, P),
    ({"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.5}, {"enum": [0, 0.5, 1]}, P, P),
    # Content models: open, closed, partly open.
    (obj({"a": S}), obj({"a": S, "b": S}), B, P),
    (obj({"a": S}, **CLOSED), obj({"a": S, "b": S}, **CLOSED), P, B),
    (obj({"a": S}, **STRINGS), obj({"a": S, "b": S}, **STRINGS), P, P),
    (obj({"a": S}, **STRINGS), obj({"a": S, "b": N}, **STRINGS), B, B),
    (obj({"a": S}, unevaluatedProperties=False), obj({"a": S, "b": N}, unevaluatedProperties=False), P, B),
    (obj({"a": S}, unevaluatedProperties=S), obj({"a": S, "b": S}, unevaluatedProperties=S), P, P),
    (obj({"a": S}, unevaluatedProperties=S), obj({"a": S, "b": N}, unevaluatedProperties=S), B, B),
    (obj({"a": S}, unevaluatedProperties=S), obj({"a": S}, **STRINGS), P, P),
    # What a branch has looked at counts where it holds, and there alone.
    ({"type": "object", "anyOf": [{"properties": {"a": S}, "required": ["a"]}, {"properties": {"b": I}, "required": ["b"]}],
      "unevaluatedProperties": False},
     {"type": "object", "properties": {"a": S, "b": I}, "additionalProperties": False, "minProperties": 1}, P, P),
    ({"type": "object", "if": {"required": ["k"]}, "then": {"properties": {"k": S, "v": S}}, "unevaluatedProperties": False},
     {"type": "object", "properties": {"k": S, "v": S}, "additionalProperties": False}, P, B),
    # Required members, defaults or not: a value is a value.
    ({"required": ["a"]}, {"required": ["b"]}, B, B), ({"required": ["a", "b"]}, {"required": ["a"]}, P, B),
    (obj({"a": {"default": "x"}}), obj({"a": {"default": "x"}}, required=["a"]), B, P),
    ({"dependentRequired": {"a": ["b"]}}, {"dependentRequired": {"a": ["b", "c"]}}, B, P),
    ({"dependentSchemas": {"a": S}}, {"dependentSchemas": {"a": N}}, P, P),
    ({"minProperties": 1}, {"minProperties": 2}, B, P), ({"propertyNames": {"maxLength": 3}}, {}, P, B),
    ({"patternProperties": {"^x": S}}, {"patternProperties": {"^x": S, "^y": S}}, B, P),
    # Arrays.
    (listed(S, N, unevaluatedItems=S), listed(S, N, S, unevaluatedItems=S), P, P),
    (listed(S, N, unevaluatedItems=S), listed(S, N, N, unevaluatedItems=S), B, B),
    (listed(S, items=False), listed(S, S, items=False), P, B), (listed(S), {"type": "array", "items": S}, B, P),
    ({"contains": N, "minContains": 1}, {"contains": N, "minContains": 2}, B, P),
    ({"contains": N, "maxContains": 2}, {"contains": N, "maxContains": 3}, P, B),
    ({"uniqueItems": True}, {"uniqueItems": False}, P, B), ({"maxItems": 1}, {"uniqueItems": True}, P, B),
    # Combinations: one branch more is not always more.
    ({"oneOf": [S]}, {"oneOf": [S, N]}, P, B), ({"oneOf": [S]}, {"oneOf": [S, {"maxLength": 5}]}, B, B),
    ({"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}, {"anyOf": [{"multipleOf": 2}, {"multipleOf": 3}]}, P, B),
    ({"allOf": [S, {"maxLength": 4}]}, {"type": "string", "maxLength": 4}, P, P),
    ({"type": "string", "not": {"enum": ["a", "b"]}}, {"type": "string", "not": {"const": "a"}}, P, B),
    ({"if": S, "then": {"minLength": 2}, "else": False}, {"type": "string", "minLength": 2}, P, P),
    # Formats are asserted, unless --formats off.
    ({"type": "string", "format": "uri"}, {"type": "string", "format": "uri-reference"}, P, B),
]

NAMED = 0


def pair(old, new, backward, forward, dialect, *words):
    global NAMED
    NAMED += 1
    a, b = write("%d-old.json" % NAMED, old), write("%d-new.json" % NAMED, new)
    r = run(a, b, "-o", "json", *words, code=0 if backward == P else 1)
    result = json.loads(r.stdout)
    got = result["backward"]["verdict"], result["forward"]["verdict"]
    assert got == (backward, forward), (old, new, got, r.stdout)
    for way, x, y in (("backward", a, b), ("forward", b, a)):
        if result[way]["verdict"] == B:
            held = judged(x, dialect, result[way]["witness"]), judged(y, dialect, result[way]["witness"])
            assert held == (0, 1), (old, new, way, result[way], held)
    want = {(P, P): "any", (P, B): "readers first", (B, P): "writers first", (B, B): "side by side"}
    assert result["order"] == want[backward, forward], result["order"]
    return r, result


def verdicts():
    for old, new, backward, forward in TABLE:
        pair(old, new, backward, forward, "2020-12")
        pair(new, old, forward, backward, "2020-12")
        pair(old, old, P, P, "2020-12")
    print("%d pairs" % (3 * len(TABLE)))


def dialects():
    # By $schema, each document its own; the words of the one draft may be put in those of the other.
    tuple_7 = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [S], "additionalItems": False}
    pair(tuple_7, dict(listed(S, items=False), type=["array", "null", "boolean", "object", "string", "number"]), P, P, "7")
    exclusive_4 = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "number", "minimum": 1, "exclusiveMinimum": True}
    pair(exclusive_4, {"type": "number", "exclusiveMinimum": 1}, P, P, "4")
    # By --dialect; beside $ref nothing counts in draft 7.
    ref = {"definitions": {"s": {"type": "string"}}, "$ref": "#/definitions/s", "maxLength": 3}
    pair(S, ref, P, P, "7", "--dialect", "7")
    pair(S, dict(ref, **{"$schema": "https://json-schema.org/draft/2019-09/schema"}), B, P, "2019-09")
    # In draft 4 a number with a fraction of nought is no integer; from draft 6 on it is.
    pair({"const": 1}, I, P, B, "6", "--dialect", "6")
    pair({"enum": [1]}, I, B, B, "4", "--dialect", "4")
    # By their words, both in the older one, and that is said.
    r, _ = pair({"items": [S, N]}, {"items": [S, N], "additionalItems": S}, B, P, "7")
    assert "as which it is read" in r.stderr and "\"items\"" in r.stderr, r.stderr
    r, _ = pair({"maximum": 3, "exclusiveMaximum": True}, {"maximum": 3}, P, B, "4")
    assert "draft 4" in r.stderr, r.stderr
    r, _ = pair({"properties": {"dependencies": S}, "enum": [{"items": [1]}]}, {}, P, B, "2020-12")
    assert not r.stderr, r.stderr
    run(write("a.json", S), write("b.json", S), "--dialect", "3", code=2)
    run(write("a.json", S), write("b.json", S), "--formats", "maybe", code=2)
    run(write("a.json", {"format": "date"}), write("b.json", {"format": "email"}), code=1)
    run(write("a.json", {"format": "date"}), write("b.json", {"format": "email"}), "--formats", "off", code=0)


def circles():
    """A break that a single pass over a circle, with what it has seen taken as kept, would not see."""
    def thing(kind, to):
        return obj({"id": {"type": kind}, "ref": {"oneOf": [{"$ref": "#/$defs/" + to}]}})

    def things(first, second):
        return {"$defs": {"a": thing(first, "c"), "b": thing(second, "c"), "c": thing("integer", "a")},
                "properties": {"root": {"oneOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]}}}
    pair(things("integer", "boolean"), things("boolean", "number"), B, B, "2020-12")
    chain = obj({"next": {"$ref": "#"}}, required=["next"])
    pair(chain, False, P, P, "2020-12")
    tree = {"$defs": {"t": obj({"l": {"$ref": "#/$defs/t"}, "r": {"$ref": "#/$defs/t"}, "v": I})}, "$ref": "#/$defs/t"}
    wide = json.loads(json.dumps(tree).replace("integer", "number"))
    pair(tree, wide, P, B, "2020-12")
    names = ["n%d" % i for i in range(12)]
    union = {"oneOf": [{"$ref": "#/$defs/" + n} for n in names]}
    many = {"$defs": {n: obj({"id": S, "k": {"const": n}, "u": union}, required=["k"]) for n in names}, "properties": {"p": union}}
    pair(many, many, P, P, "2020-12")
    less = json.loads(json.dumps(many))
    less["$defs"]["n7"]["properties"]["id"] = {"type": "number"}
    pair(many, less, B, B, "2020-12")


def modes():
    narrow, wide = write("narrow.json", {"maximum": 5}), write("wide.json", {"maximum": 9})
    for mode, forth, back in (("backward", 0, 1), ("forward", 1, 0), ("full", 1, 1), ("none", 0, 0)):
        run(narrow, wide, "--mode", mode, code=forth)
        run(wide, narrow, "--mode", mode, code=back)
    # Members that the old schema allows without naming them.
    a, b = write("open-1.json", obj({"a": S})), write("open-2.json", obj({"a": S, "b": S}))
    run(a, b, code=1)
    run(a, b, "--policy", "lenient", code=0)
    run(b, a, "--mode", "forward", code=1)
    run(b, a, "--mode", "forward", "--policy", "lenient", code=0)
    folder = os.path.join(FOLDER, "all")
    os.mkdir(folder)
    for name in ("narrow.json", "wide.json"):
        os.rename(os.path.join(FOLDER, name), os.path.join(folder, name))
    run("--transitive", folder, write("t.json", {"maximum": 9}), code=0)
    run("--transitive", folder, write("t.json", {"maximum": 7}), code=1)


def unknown_is_no_yes():
    a, b = write("u-1.json", {"type": "string", "pattern": "^(a+)\\1$"}), write("u-2.json", {"type": "string", "pattern": "^(aa)*$"})
    r = run(a, b, "-o", "json", code=2)
    way = json.loads(r.stdout)["backward"]
    assert way["verdict"] == "unknown" and way["reason"], way
    assert "unknown: " in run(a, b, code=2).stdout
    run(a, b, "--mode", "none", code=0)


def forms():
    old, new = write("f-1.json", "{\n  \"maxLength\": 9\n}\n"), write("f-2.yaml", "maxLength: 5\n")
    text = run(old, new, code=1).stdout
    for line in ("error [schema-max-length-decreased] schema", "f-1.json:2:", "f-2.yaml:1:12", "order: writers first",
                 "backward, every old value is a new value: broken: \"aaaaaa\"", "forward, every new value is an old value: proved"):
        assert line in text, (line, text)
    one = json.loads(run(old, new, "-o", "sarif", code=1).stdout)["runs"][0]["results"][0]
    assert one["level"] == "error" and one["locations"] and one["relatedLocations"], one
    assert run(old, new, "-o", "github", code=1).stdout.startswith("::error file=")
    assert "<failure" in run(old, new, "-o", "junit", code=1).stdout
    assert "Backward: broken. Forward: proved." in run(old, new, "-o", "markdown", code=1).stdout


def bad_input():
    contract = write("api.json", {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}})
    schema, broken = write("s.json", S), write("broken.json", "{\"type\": \"strin\n")
    assert "cannot be compared" in run(schema, contract, code=2).stderr
    assert "for bare JSON Schemas" in run(contract, contract, "--dialect", "7", code=2).stderr
    assert "broken.json:1:" in run(schema, broken, code=2).stderr
    assert "wrong.json:1:" in run(schema, write("wrong.json", {"type": "strin"}), code=2).stderr
    assert "leads nowhere" in run(schema, write("nowhere.json", {"$ref": "#/$defs/a"}), code=2).stderr
    guide = subprocess.run([VANE, "guide", schema, schema], capture_output=True, text=True, timeout=60)
    assert guide.returncode == 2 and "no OpenAPI document" in guide.stderr, guide.stderr


for step in (verdicts, dialects, circles, modes, unknown_is_no_yes, forms, bad_input):
    step()
    print("ok", step.__name__)
