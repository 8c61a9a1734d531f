"""vane diff, by kinds: for every kind of change of requests and responses that a well-known tool names, the smallest pair
of documents that shows it; vane tells it by the same id and at the same level, or as the table of differences says.

Usage: 37_kinds.py [ID...]: these kinds alone, with all that vane says of them; --table: the differences, for the document."""
import copy
import json
import os
import subprocess
import sys
import tempfile

VANE = os.environ.get("VANE") or sys.exit(77)
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "..")
DATA = os.environ.get("VANE_TEST_DATA") or os.path.join(TOP, "..", "shared", "data")
FOLDER = tempfile.mkdtemp(prefix="vane-kinds-")
WORDS = {"ERR": "error", "WARN": "warning", "INFO": "info"}

# ---- documents ----


def document(operation, version="3.1.0", schemes=None, **path):
    base = {"responses": {"200": {"description": ""}}}
    base.update(operation)
    out = {"openapi": version, "info": {"title": "t", "version": "1.0.0"}, "paths": {"/p": dict(path, post=base)}}
    if schemes:
        out["components"] = schemes
    return out


def media(schema, kind="application/json"):
    return {kind: {} if schema is None else {"schema": schema}}


def request_body(schema):
    return document({"requestBody": {"content": media(schema)}})


def response_body(schema):
    return document({"responses": {"200": {"description": "", "content": media(schema)}}})


def wrapped(schema, **more):
    return dict({"type": "object", "properties": {"a": schema}}, **more)


def request_property(schema, **more):
    return request_body(wrapped(schema, **more))


def response_property(schema, **more):
    return response_body(wrapped(schema, **more))


def parameter(schema, where="query", **more):
    return document({"parameters": [dict({"name": "q", "in": where, "schema": schema}, **more)]})


def header(schema, **more):
    return document({"responses": {"200": {"description": "", "headers": {"X-A": dict({"schema": schema}, **more)}}}})


PLACES = {
    "request-body": request_body,
    "request-property": request_property,
    "request-read-only-property": lambda s: request_property(dict(s, readOnly=True)),
    "request-parameter": parameter,
    "request-parameter-property": lambda s: parameter(wrapped(s), style="deepObject", explode=True),
    "request-header-property": lambda s: parameter(wrapped(s), "header"),
    "response-body": response_body,
    "response-property": response_property,
    "response-write-only-property": lambda s: response_property(dict(s, writeOnly=True)),
    "response-header": header,
    "response-mediatype": response_body,
}

# ---- what happens to a schema: by the end of the id ----

T, N, I = {"type": "string"}, {"type": "number"}, {"type": "integer"}
A, O = {"type": "array"}, {"type": "object"}
TWO = [{"type": "string"}, {"type": "integer"}]
KIND = {"propertyName": "k", "mapping": {"x": "#/components/schemas/X"}}


def moved(base, keyword, name):
    """Set, unset, up and down."""
    return {name + "-set": (base, dict(base, **{keyword: 5})), name + "-unset": (dict(base, **{keyword: 5}), base),
            name + "-increased": (dict(base, **{keyword: 5}), dict(base, **{keyword: 7})),
            name + "-decreased": (dict(base, **{keyword: 7}), dict(base, **{keyword: 5}))}


def there(base, name, **keyword):
    return {name + "-added": (base, dict(base, **keyword)), name + "-removed": (dict(base, **keyword), base)}


CHANGES = {
    **moved(N, "minimum", "min"), **moved(N, "maximum", "max"), **moved(N, "exclusiveMinimum", "exclusive-min"),
    **moved(N, "exclusiveMaximum", "exclusive-max"), **moved(T, "minLength", "min-length"), **moved(T, "maxLength", "max-length"),
    **moved(A, "minItems", "min-items"), **moved(A, "maxItems", "max-items"),
    **moved(dict(A, contains=T), "minContains", "min-contains"), **moved(dict(A, contains=T), "maxContains", "max-contains"),
    **there(T, "const", const="x"), "const-changed": (dict(T, const="x"), dict(T, const="y")),
    **there(T, "pattern", pattern="^a+$"), "pattern-changed": (dict(T, pattern="^a+$"), dict(T, pattern="^b+$")),
    "pattern-generalized": (dict(T, pattern="^a+$"), dict(T, pattern="^a*$")),
    "became-enum": (T, dict(T, enum=["x", "y"])),
    "enum-value-added": (dict(T, enum=["x"]), dict(T, enum=["x", "y"])),
    "enum-value-removed": (dict(T, enum=["x", "y"]), dict(T, enum=["x"])),
    "x-extensible-enum-value-removed": (dict(T, **{"x-extensible-enum": ["x", "y"]}), dict(T, **{"x-extensible-enum": ["x"]})),
    "became-nullable": (T, {"type": ["string", "null"]}), "became-not-nullable": ({"type": ["string", "null"]}, T),
    "type-changed": (T, I), "type-generalized": (I, N), "type-specialized": (N, I),
    "type-compatible": (dict(I, format="int32"), dict(I, format="int64")),
    "list-of-types-widened": ({"type": ["string", "integer"]}, {"type": ["string", "integer", "boolean"]}),
    "list-of-types-narrowed": ({"type": ["string", "integer", "boolean"]}, {"type": ["string", "integer"]}),
    **there(A, "contains", contains=T), **there(O, "property-names", propertyNames={"maxLength": 3}),
    **there(A, "unevaluated-items", unevaluatedItems=False), **there(O, "unevaluated-properties", unevaluatedProperties=False),
    **there(O, "pattern-property", patternProperties={"^x": T}), **there(O, "dependent-schema", dependentSchemas={"b": {"required": ["c"]}}),
    **there(O, "dependent-required", dependentRequired={"b": ["c"]}),
    "dependent-required-changed": (dict(O, dependentRequired={"b": ["c"]}), dict(O, dependentRequired={"b": ["d"]})),
    "if-added": (O, dict(O, **{"if": {"required": ["b"]}, "then": {"required": ["c"]}})),
    "if-removed": (dict(O, **{"if": {"required": ["b"]}, "then": {"required": ["c"]}}), O),
    "then-added": (dict(O, **{"if": {"required": ["b"]}}), dict(O, **{"if": {"required": ["b"]}, "then": {"required": ["c"]}})),
    "else-added": (dict(O, **{"if": {"required": ["b"]}}), dict(O, **{"if": {"required": ["b"]}, "else": {"required": ["c"]}})),
    "all-of-added": ({"allOf": [O]}, {"allOf": [O, {"required": ["b"]}]}),
    "all-of-added-annotation-only": ({"allOf": [O]}, {"allOf": [O, {"description": "b"}]}),
    "any-of-added": ({"anyOf": TWO}, {"anyOf": TWO + [{"type": "boolean"}]}),
    "one-of-added": ({"oneOf": TWO}, {"oneOf": TWO + [{"type": "boolean"}]}),
    "wrapped-in-one-of": (dict(O, required=["b"]), {"oneOf": [dict(O, required=["b"]), dict(O, required=["c"])]}),
    "prefix-items-added": (dict(A, prefixItems=[T], items=False), dict(A, prefixItems=[T, T], items=False)),
    "content-encoding-changed": (dict(T, contentEncoding="base64"), dict(T, contentEncoding="base16")),
    "content-media-type-changed": (dict(T, contentMediaType="image/png"), dict(T, contentMediaType="image/jpeg")),
    "content-schema-added": (dict(T, contentMediaType="application/json"), dict(T, contentMediaType="application/json", contentSchema=O)),
    **there(T, "default-value", default="x"), "default-value-changed": (dict(T, default="x"), dict(T, default="y")),
    "discriminator-added": (dict(O, oneOf=TWO), dict(O, oneOf=TWO, discriminator={"propertyName": "k"})),
    "discriminator-property-name-changed": (dict(O, discriminator={"propertyName": "k"}), dict(O, discriminator={"propertyName": "l"})),
    "discriminator-mapping-added": (dict(O, discriminator={"propertyName": "k"}), dict(O, discriminator=KIND)),
    "discriminator-mapping-changed": (dict(O, discriminator=KIND), dict(O, discriminator=dict(KIND, mapping={"x": "#/components/schemas/Y"}))),
    "deprecated": (T, dict(T, deprecated=True)), "reactivated": (dict(T, deprecated=True), T),
    "deprecated-with-sunset": (T, dict(T, deprecated=True, **{"x-sunset": "2999-01-01"})),
    "deprecated-sunset-missing": (T, dict(T, deprecated=True)),
    "deprecated-sunset-invalid": (T, dict(T, deprecated=True, **{"x-sunset": "soon"})),
    "sunset-date-too-small": (T, dict(T, deprecated=True, **{"x-sunset": "2001-01-01"})),
    "stability-decreased": (dict(T, **{"x-stability-level": "stable"}), dict(T, **{"x-stability-level": "beta"})),
    "stability-increased": (dict(T, **{"x-stability-level": "beta"}), dict(T, **{"x-stability-level": "stable"})),
}
# The other way round.
for added, removed in (("then", "then"), ("else", "else"), ("all-of", "all-of"), ("any-of", "any-of"), ("one-of", "one-of"),
                       ("prefix-items", "prefix-items"), ("content-schema", "content-schema"), ("discriminator", "discriminator")):
    CHANGES[removed + "-removed"] = CHANGES[added + "-added"][::-1]
CHANGES["all-of-removed-annotation-only"] = CHANGES["all-of-added-annotation-only"][::-1]
CHANGES["discriminator-mapping-deleted"] = CHANGES["discriminator-mapping-added"][::-1]

# ---- kinds that are about more than a schema ----


def query(name="r", **more):
    return dict({"name": name, "in": "query", "schema": T}, **more)


def of_path(*parameters):
    return document({}, parameters=list(parameters))


def with_parameters(*parameters):
    return document({"parameters": list(parameters)})


def parameter_life(**more):
    return with_parameters(query(**more))


def bodies(**body):
    return document({"requestBody": body})


def statuses(*words):
    return document({"responses": {w: {"description": ""} for w in words}})


def answers(*kinds, **more):
    return document({"responses": {"200": dict({"description": "", "content": {k: {"schema": T} for k in kinds}}, **more)}})


def templated(*parameters):
    d = with_parameters(*parameters)
    d["paths"] = {"/p/{id}": d["paths"]["/p"]}
    return d


JSON = {"application/json": {"schema": O}}
ID = {"name": "id", "in": "path", "required": True, "schema": I}
SUNSET, GONE = {"deprecated": True, "x-sunset": "2999-01-01"}, {"deprecated": True, "x-sunset": "2001-01-01"}
HEAD = {"headers": {"X-A": {"schema": T}}}
OBJECT = wrapped(T)

PAIRS = {
    "new-optional-request-parameter": (with_parameters(), with_parameters(query())),
    "new-required-request-parameter": (with_parameters(), with_parameters(query(required=True))),
    "new-optional-request-default-parameter-to-existing-path": (of_path(), of_path(query())),
    "new-required-request-default-parameter-to-existing-path": (of_path(), of_path(query(required=True))),
    "new-request-path-parameter": (templated(), templated(ID)),
    "new-required-request-header-property": (parameter(OBJECT, "header"), parameter(dict(OBJECT, properties={"a": T, "b": T}, required=["b"]), "header")),
    "request-header-property-became-required": (parameter(OBJECT, "header"), parameter(dict(OBJECT, required=["a"]), "header")),
    "new-optional-request-property": (request_body(OBJECT), request_body(wrapped(T, properties={"a": T, "b": T}))),
    "new-required-request-property": (request_body(OBJECT), request_body(wrapped(T, properties={"a": T, "b": T}, required=["b"]))),
    "new-required-request-property-with-default": (request_body(OBJECT), request_body(wrapped(T, properties={"a": T, "b": dict(T, default="x")}, required=["b"]))),
    "request-property-removed": (request_body(wrapped(T, properties={"a": T, "b": T})), request_body(OBJECT)),
    "request-property-became-required": (request_property(T), request_property(T, required=["a"])),
    "request-property-became-optional": (request_property(T, required=["a"]), request_property(T)),
    "request-property-became-required-with-default": (request_property(dict(T, default="x")), request_property(dict(T, default="x"), required=["a"])),
    "response-property-became-required": (response_property(T), response_property(T, required=["a"])),
    "response-property-became-optional": (response_property(T, required=["a"]), response_property(T)),
    "response-write-only-property-became-required": (response_property(dict(T, writeOnly=True)), response_property(dict(T, writeOnly=True), required=["a"])),
    "response-write-only-property-became-optional": (response_property(dict(T, writeOnly=True), required=["a"]), response_property(dict(T, writeOnly=True))),
    "request-parameter-removed": (with_parameters(query()), with_parameters()),
    "request-parameter-removed-with-deprecation": (parameter_life(**GONE), with_parameters()),
    "request-parameter-removed-before-sunset": (parameter_life(**SUNSET), with_parameters()),
    "request-parameter-became-required": (parameter_life(), parameter_life(required=True)),
    "request-parameter-became-optional": (parameter_life(required=True), parameter_life()),
    "request-parameter-deprecated": (parameter_life(), parameter_life(**SUNSET)),
    "request-parameter-reactivated": (parameter_life(**SUNSET), parameter_life()),
    "request-parameter-deprecated-sunset-missing": (parameter_life(), parameter_life(deprecated=True)),
    "request-parameter-sunset-deleted": (parameter_life(**SUNSET), parameter_life(deprecated=True)),
    "request-parameter-sunset-parse": (parameter_life(), parameter_life(**dict(SUNSET, **{"x-sunset": "soon"}))),
    "request-parameter-sunset-date-too-small": (parameter_life(), parameter_life(**GONE)),
    "request-parameter-sunset-date-changed-too-small": (parameter_life(**SUNSET), parameter_life(**dict(SUNSET, **{"x-sunset": "2998-01-01"}))),
    "request-body-added-optional": (document({}), bodies(content=JSON)),
    "request-body-added-required": (document({}), bodies(content=JSON, required=True)),
    "request-body-removed": (bodies(content=JSON), document({})),
    "request-body-became-required": (bodies(content=JSON), bodies(content=JSON, required=True)),
    "request-body-became-optional": (bodies(content=JSON, required=True), bodies(content=JSON)),
    "request-body-media-type-added": (bodies(content=JSON), bodies(content=dict(JSON, **{"text/csv": {}}))),
    "request-body-media-type-removed": (bodies(content=dict(JSON, **{"text/csv": {}})), bodies(content=JSON)),
    "request-body-media-type-schema-added": (request_body(None), request_body(T)),
    "request-body-media-type-schema-removed": (request_body(T), request_body(None)),
    "response-body-media-type-schema-added": (response_body(None), response_body(T)),
    "response-body-media-type-schema-removed": (response_body(T), response_body(None)),
    "response-media-type-added": (answers("application/json"), answers("application/json", "text/csv")),
    "response-media-type-removed": (answers("application/json", "text/csv"), answers("application/json")),
    "response-media-type-name-generalized": (answers("application/json"), answers("application/*")),
    "response-media-type-name-specialized": (answers("application/*"), answers("application/json")),
    "response-media-type-name-changed": (answers("application/json"), answers("application/json; charset=utf-8")),
    "response-success-status-added": (statuses("200"), statuses("200", "201")),
    "response-success-status-removed": (statuses("200", "201"), statuses("200")),
    "response-non-success-status-added": (statuses("200"), statuses("200", "404")),
    "response-non-success-status-removed": (statuses("200", "404"), statuses("200")),
    "response-header-added": (answers("text/csv"), answers("text/csv", **HEAD)),
    "optional-response-header-removed": (answers("text/csv", **HEAD), answers("text/csv")),
    "required-response-header-removed": (header(T, required=True), document({})),
    "response-header-became-optional": (header(T, required=True), header(T)),
}
for needed in (False, True):
    more = {"required": ["b"]} if needed else {}
    word = "required" if needed else "optional"
    for name, flags in (("", {}), ("write-only-", {"writeOnly": True})):
        pair = response_body(OBJECT), response_body(wrapped(T, properties={"a": T, "b": dict(T, **flags)}, **more))
        PAIRS["response-%s-%sproperty-added" % (word, name)] = pair
        PAIRS["response-%s-%sproperty-removed" % (word, name)] = pair[::-1]
    for side, make in (("request", request_property), ("response", response_property)):
        for flag, name in (("readOnly", "read-only"), ("writeOnly", "write-only")):
            own = {"required": ["a"]} if needed else {}
            pair = make(T, **own), make(dict(T, **{flag: True}), **own)
            PAIRS["%s-%s-property-became-%s" % (side, word, name)] = pair
            PAIRS["%s-%s-property-became-not-%s" % (side, word, name)] = pair[::-1]

# ---- where vane says otherwise ----

REASONS = {
    "shown": "a message that passed is refused, or one comes that could not come before: the witness shows it",
    "proved": "proved: no message breaks by it",
    "undeclared": "what breaks takes a member that the old contract allows without naming it (`--policy strict` makes it an error)",
    "value": "messages pass as before; the same message may mean something else, which a person must judge",
    "extensible": "an extensible enum says itself that it is not the whole list",
    "date": "a deprecation needs no date in the contract: `sunset` of the configuration has it",
    "answer": "clients that know the old contract get an answer that it did not have",
    "never": "it only says that something no longer comes: a client that waits for it was never promised it",
    "asked": "clients get it only if they accept it",
    "text": "proved: what is written as text reads as a string either way",
    "same": "vane names it by the schema of the body",
    "path": "the path had that segment before: what it takes is told by its schema",
}
FILE = os.path.join(HERE, "kinds.tsv")


def differences():
    """kinds.tsv: id, vane's id, vane's level, why; one a line, sorted."""
    with open(FILE, encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]
    assert rows == sorted(rows) and len({r[0] for r in rows}) == len(rows), "kinds.tsv is not sorted, or names a kind twice"
    for row in rows:
        assert len(row) == 4 and row[3] in REASONS, row
    return {r[0]: (r[1], r[2], r[3]) for r in rows}


def pair_of(kind):
    if kind in PAIRS:
        return PAIRS[kind]
    for place in sorted(PLACES, key=len, reverse=True):
        change = CHANGES.get(kind[len(place) + 1:]) if kind.startswith(place + "-") else None
        if change and kind in ("request-parameter-type-changed", "response-header-type-changed"):
            change = I, {"type": "boolean"}  # as text, an integer is a string
        if change and place.startswith("response") and kind.endswith("type-compatible"):
            change = change[::-1]
        if change:
            return PLACES[place](copy.deepcopy(change[0])), PLACES[place](copy.deepcopy(change[1]))
    return None


def told(kind):
    old, new = pair_of(kind)
    paths = []
    for name, doc in (("old", old), ("new", new)):
        paths.append(os.path.join(FOLDER, name + ".json"))
        with open(paths[-1], "w", encoding="utf-8") as f:
            json.dump(doc, f)
    r = subprocess.run([VANE, "diff", *paths, "-o", "json"], capture_output=True, text=True, timeout=60)
    assert r.returncode in (0, 1) and not r.stderr, (kind, r.returncode, r.stderr)
    return json.loads(r.stdout)["changes"]


def level_of(changes, name):
    levels = [c["level"] for c in changes if c["id"] == name]
    order = ["info", "warning", "error"]
    return order[max(order.index(x) for x in levels)] if levels else None


def rules():
    path = os.path.join(DATA, "breaking-change-rules", "rules.tsv")
    if not os.path.exists(path):
        print("no %s: skipped" % path)
        sys.exit(0)
    with open(path, encoding="utf-8") as f:
        rows = [line.split("\t") for line in f.read().splitlines()[1:]]
    return {r[0]: WORDS[r[1]] for r in rows if r[2] in ("request", "response")}


def table(known, other):
    """The differences, as the document has them: a row for each reason and pair of levels."""
    groups = {}
    for kind, (name, level, why) in sorted(other.items()):
        renamed = "" if name == kind else " as `%s`" % name
        groups.setdefault((why, known[kind], level + renamed), []).append(kind)
    lines = ["| there | here | why | kinds |", "|---|---|---|---|"]
    for (why, theirs, ours), kinds in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        lines.append("| %s | %s | %s | %s |" % (theirs, ours, REASONS[why], ", ".join("`%s`" % k for k in kinds)))
    return "\n".join(lines)


def explained():
    out = subprocess.run([VANE, "diff", "--explain"], capture_output=True, text=True, timeout=60).stdout.splitlines()
    ids = [line.split()[0] for line in out[1:]]
    assert len(ids) == len(set(ids)), "--explain names a kind twice"
    return set(ids)


def show(kinds):
    for kind in kinds:
        print(kind)
        for c in told(kind):
            print("   %-8s %-60s %s %s %s" % (c["level"], c["id"], c["where"], c.get("pointer", ""), c.get("witness", "")))


def main():
    known, other = rules(), differences()
    if sys.argv[1:] == ["--table"]:
        print(table(known, other))
        return
    if len(sys.argv) > 1:
        show([k for k in known if any(w in k for w in sys.argv[1:])])
        return
    wrong, same, otherwise, ids, listed = [], 0, 0, 0, explained()
    for kind, theirs in sorted(known.items()):
        if not pair_of(kind):
            wrong.append("%s: no pair of documents shows it" % kind)
            continue
        changes = told(kind)
        wrong += ["%s: --explain does not know %s" % (kind, c["id"]) for c in changes if c["id"] not in listed]
        want_id, want_level, why = other.get(kind, (kind, theirs, None))
        got = level_of(changes, want_id)
        if got != want_level:
            wrong.append("%s (%s): %s is told as %s, not %s; there are %s" % (
                kind, theirs, want_id, got, want_level, ", ".join("%s %s" % (c["level"], c["id"]) for c in changes)))
        elif why and (want_id, want_level) == (kind, theirs):
            wrong.append("%s: kinds.tsv names a difference where there is none" % kind)
        same += why is None
        otherwise += why is not None
        ids += want_id == kind
    with open(os.path.join(TOP, "filters", "contract", "comparing.md"), encoding="utf-8") as f:
        if table(known, other) not in f.read():
            wrong.append("comparing.md does not have the table that 37_kinds.py --table prints")
    for kind in other:
        if kind not in known:
            wrong.append("%s: no such kind" % kind)
    print("%d kinds of requests and responses: %d by the same id, %d at the same level, %d otherwise" % (
        len(known), ids, same, otherwise))
    if wrong:
        print("\n".join(wrong))
        print("%d wrong" % len(wrong))
        sys.exit(1)


main()
