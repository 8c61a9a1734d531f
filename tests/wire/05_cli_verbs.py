"""The verbs that need no traffic: check, route, validate, version, help; their words, exit codes and hints (design, sections 6,
9 and 14)."""
import json
import os
import subprocess

from harness import BINARY, PATIENCE, ROOT, Backend, Client, Vane, contains, each, equal, get, main, scratch, true

EXAMPLES = os.path.join(ROOT, "conf", "examples")
ORDERS = os.path.join(EXAMPLES, "orders.yaml")


def run(*words, text=None, environment=None, where=None):
    """(exit code, standard output, standard error)"""
    done = subprocess.run([BINARY, *words], input=text, capture_output=True, timeout=PATIENCE, check=False,
                          cwd=where or scratch, env=dict(os.environ, NO_COLOR="1", **(environment or {})))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def file(text, name="vane.yaml"):
    with open(os.path.join(scratch, name), "w", encoding="utf-8") as out:
        out.write(text)
    return name


# ---- check ----

SIX = """listen: 127.0.0.1:8080
timouts: {idle: 75s}
validate: {requests: block, max_body: 10}
versions:
  v1:
    backend: 127.0.0.1:9001
    deprecated: 2027-06-30
    sunset: 2026-06-30
    successor: v3
  v2: {backend: 127.0.0.1:9002, contract: nowhere.yaml}
"""
TOLD = """six.yaml:2:1: error: the configuration has no key "timouts"
    2 | timouts: {idle: 75s}
      | ^
      hint: did you mean "timeouts"?
six.yaml:3:22: error: requests: "block" is not one of: enforce, report, off
    3 | validate: {requests: block, max_body: 10}
      |                      ^
      hint: did you mean "enforce"?
six.yaml:3:39: error: max_body: a unit is missing: B, KiB, MiB, GiB, KB, MB or GB, not "10"
    3 | validate: {requests: block, max_body: 10}
      |                                       ^
six.yaml:8:13: error: version v1 has its sunset before its deprecation in line 7
    8 |     sunset: 2026-06-30
      |             ^
      hint: RFC 8594 and RFC 9745: the sunset is not before the deprecation
six.yaml:9:16: error: successor: there is no version v3
    9 |     successor: v3
      |                ^
      hint: did you mean "v1"?
six.yaml:10:43: error: contract: nowhere.yaml cannot be read: No such file or directory
   10 |   v2: {backend: 127.0.0.1:9002, contract: nowhere.yaml}
      |                                           ^
"""


def test_six_errors_are_told_at_once():
    code, out, err = run("check", file(SIX, "six.yaml"))
    equal((code, out), (1, ""))
    equal(err, TOLD)


def test_six_errors_as_json():
    code, out, err = run("check", file(SIX, "six.yaml"), "-o", "json")
    equal((code, err), (1, ""))
    told = json.loads(out)
    equal([(c["line"], c["column"]) for c in told], [(2, 1), (3, 22), (3, 39), (8, 13), (9, 16), (10, 43)])
    equal({c["severity"] for c in told}, {"error"})
    equal(told[0]["hint"], 'did you mean "timeouts"?')


def test_the_format_s_number():
    good = "versions: {v1: {backend: '127.0.0.1:1'}}\n"
    for line in ("", "format: 1\n", "format: '1'\n", "format: ${FORMAT:-1}\n"):
        equal(run("check", file(line + good))[0], 0)
    # A newer one is the only thing that is said: whatever else is unknown may be right there.
    code, _, err = run("check", file("format: 2\nsomething: new\n" + good, "newer.yaml"))
    equal(code, 1)
    contains("newer.yaml:1:9: error: this configuration is written in format 2; this vane reads format 1\n", err)
    contains("hint: it needs a newer vane\n", err)
    equal(err.count("error:"), 1)
    for wrong, said in (("0", "format: at least 1, not 0"), ("one", 'format: a whole number is expected, not "one"'),
                        ("[1]", "format: a single value is expected"), ("1.0", "a whole number is expected")):
        code, _, err = run("check", file("format: %s\nsomething: new\n%s" % (wrong, good)))
        equal(code, 1)
        contains(said, err)
        contains('has no key "something"', err)


def test_a_contract_s_fault_has_its_own_place():
    file("openapi: 3.0.3\ninfo: {title: T, version: 1.0.0}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n"
         "          description: d\n          content: {application/json: {schema: {type: strng}}}\n", "broken-api.yaml")
    code, _, err = run("check", file("versions: {v1: {backend: '127.0.0.1:1', contract: broken-api.yaml}}\n"))
    equal(code, 1)
    contains("broken-api.yaml:9:", err)
    contains("strng", err)


def test_check_says_what_is_good():
    code, out, err = run("check", ORDERS)
    equal((code, err), (0, ""))
    contains("v1: 1.4.0, openapi-v1.yaml", out)
    contains("orders.yaml: good", out)


@each([
    ("no such file", ["check", "/nonexistent.yaml"], "/nonexistent.yaml"),
    ("a flag that is none", ["check", "--confg", "x"], "--config"),
    ("a flag without its value", ["check", "--config"], "needs a value"),
    ("a form that is none", ["check", ORDERS, "-o", "xml"], "text or json"),
    ("a verb that is none", ["chek"], "did you mean check?"),
    ("a verb that is nothing near", ["zzzzzzzz"], "there is no verb zzzzzzzz"),
    ("help for a verb that is none", ["help", "rute"], "did you mean route?"),
    ("no request", ["route"], "needs a request"),
    ("no contract", ["validate"], "--contract FILE and --operation ID"),
    ("a contract that is not there", ["validate", "--contract", "/nowhere.yaml", "--operation", "x"], "/nowhere.yaml"),
    ("an operation that is none", ["validate", "--contract", os.path.join(EXAMPLES, "openapi-v1.yaml"), "--operation",
                                   "createOrdr"], "did you mean createOrder?"),
    ("a status that is none", ["validate", "--contract", os.path.join(EXAMPLES, "openapi-v1.yaml"), "--operation",
                               "createOrder", "--status", "2000"], "from 100 to 599"),
    ("a contract for a version without backend", ["check", "--backend", "v1=127.0.0.1:1", "--contract", "v2=x"], "v2"),
    ("a word too many", ["check", ORDERS, "other.yaml"], "check has no use for other.yaml"),
    ("words for a verb that takes none", ["version", "x"], "vane help version"),
    ("an empty verb", [""], "there is no verb ''"),
    ("a folder", ["check", EXAMPLES], "it is a folder"),
    ("a field without a colon", ["route", "GET /v1/orders", ORDERS, "-H", "foo"], "NAME: VALUE"),
    ("a word for unknown fields that is none", ["validate", "--contract", os.path.join(EXAMPLES, "openapi-v1.yaml"),
                                                "--operation", "createOrder", "--unknown-fields", "x"], "allow or reject"),
    ("two bodies", ["validate", "--contract", os.path.join(EXAMPLES, "openapi-v1.yaml"), "--operation", "createOrder", "a",
                    "b"], "not also b"),
    ("two kinds of rules", ["validate", "--contract", "a", "--schema", "b"], "exclude each other"),
    ("a flag of the other kind", ["validate", "--schema", "b", "--status", "200"], "--status goes with --contract"),
    ("a flag of this kind", ["validate", "--contract", "a", "--operation", "b", "--lines"], "--lines goes with --schema"),
    ("findings that are none", ["validate", "--schema", "b", "--findings", "0"], "a number from 1 to 10000"),
    ("a dialect that is none", ["validate", "--schema", ORDERS, "--dialect", "3"], "they are 2020-12, 2019-09, 7, 6, 4, openapi-3.0"),
    ("a file and flags", ["check", ORDERS, "--backend", "v1=127.0.0.1:1"], "exclude each other"),
])
def test_cannot_tell(words, said):
    code, out, err = run(*words)
    equal((code, out), (2, ""), err)
    contains(said, err)


def test_an_answer_that_cannot_be_written():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([BINARY, "check", ORDERS], stdout=full, stderr=subprocess.PIPE, universal_newlines=True,
                              check=False)
    equal(done.returncode, 2)
    contains("standard output", done.stderr)


def test_no_file_anywhere():
    empty = os.path.join(scratch, "empty")
    os.makedirs(empty, exist_ok=True)
    code, _, err = run("check", where=empty)
    if not os.path.exists("/etc/vane/vane.yaml"):
        equal(code, 2)
        contains("vane.yaml", err)


def test_flags_instead_of_a_file():
    code, out, err = run("check", "--backend", "v1=127.0.0.1:9001", "--contract",
                         "v1=" + os.path.join(EXAMPLES, "openapi-v1.yaml"), "--deprecate", "v1=2027-06-30")
    equal((code, err), (0, ""))
    contains("v1: 1.4.0", out)
    equal(run("check", "--backend", "v1=nonsense")[0], 1)
    for text in ("tomorrow", "2027-06-30\n    semver: 1.9.9", ""):
        code, _, err = run("check", "--backend", "v1=127.0.0.1:1", "--deprecate", "v1=" + text)
        equal((code, "sunset" in err), (1, True), err)


def test_flags_from_the_environment():
    code, out, _ = run("check", environment={"VANE_CONFIG": ORDERS})
    equal(code, 0)
    contains("orders.yaml: good", out)
    code, _, _ = run("check", environment={"VANE_CONFIG": ORDERS, "VANE_OUTPUT": "xml"})
    equal(code, 2)


def test_variables_are_replaced_after_parsing():
    config = file("versions: {v1: {backend: '${VANE_TEST_BACKEND}', semver: \"${VANE_TEST_NUMBER:-1.2.3}\"}}\n")
    code, out, _ = run("check", config, environment={"VANE_TEST_BACKEND": "127.0.0.1:1"})
    equal(code, 0)
    contains("v1: 1.2.3", out)
    code, _, err = run("check", config, environment={"VANE_TEST_BACKEND": "127.0.0.1:1}, v2: {backend: 127.0.0.1:2"})
    equal(code, 1)
    contains("vane.yaml:1:", err)
    code, _, err = run("check", config)
    equal(code, 1)
    contains("VANE_TEST_BACKEND is not set", err)


# ---- route ----


@each([
    ("by path", ["GET /v1/orders/7"], 0, {"version": "v1", "operation": "getOrder", "chosen_by": "path", "outcome": "ok"}),
    ("by header", ["GET /orders", "-H", "API-Version: 2"], 0, {"version": "v2", "chosen_by": "header"}),
    ("two words", ["HEAD", "/v2/orders"], 0, {"version": "v2", "operation": "listOrders"}),
    ("its body is announced", ["POST /v2/orders", "-H", "Content-Type: application/json", "-H", "Content-Length: 9"], 0,
     {"operation": "createOrder"}),
    ("its body is missing", ["POST /v2/orders"], 1, {"operation": "createOrder", "outcome": "request_invalid"}),
    ("only a path", ["/v2/orders"], 0, {"version": "v2", "operation": "listOrders"}),
    ("unversioned", ["GET /healthz"], 0, {"version": "v2", "chosen_by": "unversioned"}),
    ("unknown version", ["GET /v9/orders"], 1, {"outcome": "version_unknown", "status": "404"}),
    ("no operation", ["GET /v1/nothing"], 1, {"outcome": "operation_unknown", "status": "404"}),
    ("no method", ["DELETE /v1/orders"], 1, {"outcome": "method_not_allowed", "status": "405"}),
    ("bad parameter", ["GET /v1/orders?limit=0"], 1, {"outcome": "request_invalid", "status": "400"}),
    ("conflict", ["GET /v1/orders", "-H", "API-Version: 2"], 1, {"outcome": "version_conflict"}),
    ("no head at all", ["GET /v1/or ders"], 1, {"outcome": "bad_request"}),
])
def test_route(words, code, wanted):
    got, out, err = run("route", *words, ORDERS, "-o", "json")
    equal((got, err), (code, ""))
    told = json.loads(out)
    equal({name: told.get(name) for name in wanted}, wanted)


def test_route_is_what_traffic_gets():
    """The same requests through a running vane: the explanation is not another implementation."""
    backend = Backend(answer=b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
    vane = Vane("versions: {v1: {backend: '%(b)s', semver: 1.2.0}, v2: {backend: '%(b)s', semver: 2.0.0}}\n",
                {"b": backend.address})
    for target, fields in (("/v1/a", []), ("/a", ["API-Version: 2"]), ("/v2/a", ["API-Version: 1"]), ("/a", []),
                           ("/v3", []), ("//v1//a", []), ("/a/../v2", []), ("/v1%2Fa", [])):
        before = len(vane.access())
        with Client(vane) as client:
            client.ask(get(target, more="".join(f + "\r\n" for f in fields)))
        outcome = vane.next_outcome(before)[0]
        words = [w for f in fields for w in ("-H", f)]
        _, out, _ = run("route", "GET " + target, vane.file, *words, "-o", "json")
        told = json.loads(out)
        equal((told["outcome"], told["version"]), (outcome, vane.access()[before].get("vane.version", "-")), target)


def test_route_for_people():
    code, out, _ = run("route", "GET /orders/7", ORDERS, "-H", "API-Version: 1.2")
    equal(code, 0)
    contains("operation   getOrder", out)
    contains('header API-Version: "1.2" asks for a version', out)
    true(all(line == line.rstrip() for line in out.split("\n")), out)
    code, out, _ = run("route", "GET /v1/orders?limit=0&status=lost", ORDERS)
    equal(code, 1)
    contains("contract: query.minimum limit: at least 1 (", out)
    contains("contract: query.enum status: ", out)
    equal("lost" in out.replace("status=lost", ""), False, out)


# ---- validate ----

V1 = ["validate", "--contract", os.path.join(EXAMPLES, "openapi-v1.yaml"), "--operation"]
ORDER = b'{"customer": "Ada", "items": [{"sku": "ABC-0001", "quantity": 1}]}'


@each([
    ("valid", ["createOrder"], ORDER, 0, "valid"),
    ("by method and template", ["POST /orders"], ORDER, 0, "valid"),
    ("invalid", ["createOrder"], ORDER.replace(b"1}", b"0}"), 1, "/items/0/quantity"),
    ("no JSON", ["createOrder"], b"{", 1, "invalid"),
    ("media type", ["createOrder", "--content-type", "text/plain"], ORDER, 1, "invalid"),
    ("a response", ["getOrder", "--status", "200"], ORDER, 1, "required"),
    ("a status that is covered by default", ["getOrder", "--status", "404"], b'{"error": "none"}', 0, "valid"),
    ("unknown fields", ["createOrder", "--unknown-fields", "reject"], ORDER.replace(b"{", b'{"x": 1, ', 1), 1, "/x"),
    ("coding that is unknown", ["createOrder", "--content-encoding", "zstd"], ORDER, 2, "undecided"),
])
def test_validate(words, body, code, said):
    got, out, err = run(*V1, *words, text=body)
    equal((got, err), (code, ""), out)
    contains(said, out)
    got, out, _ = run(*V1, *words, "-o", "json", text=body)
    equal((got, json.loads(out)["verdict"]), (code, ("valid", "invalid", "undecided")[code]))


def test_findings_are_all_or_the_first():
    body = b'{"customer": 5, "items": [{"sku": "x", "quantity": 0}]}'
    out = run(*V1, "createOrder", text=body)[1]
    true(out.count("\n  ") >= 3 and "more)" not in out, out)
    out = run(*V1, "createOrder", "--findings", "1", text=body)[1]
    equal(out.count("\n  "), 2, out)
    contains("more)", out)
    equal(len(json.loads(run(*V1, "createOrder", "--findings", "1", "-o", "json", text=body)[1])["findings"]), 1)


def schema(text, words, instances):
    path = os.path.join(scratch, "schema.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    code, out, err = run("validate", "--schema", path, *words, text=instances)
    return code, out.splitlines(), err


def test_instances_by_a_schema():
    text = '{"type": "object", "properties": {"a\\nb c": {"enum": ["x\\ny"]}, "d": {"format": "date"}}}'
    code, lines, err = schema(text, ["--lines"], b'{"a\\nb c": 1}\n{}\n[\n{"d": "x"}')
    # One line for each, whatever names there are in it.
    equal((code, err, [line.split(" ")[0] for line in lines]), (1, "", ["invalid", "valid", "invalid", "valid"]))
    equal(lines[0].split(" ")[1:3], ["/a%0Ab%20c", "#/properties/a%0Ab%20c/enum"])
    equal(lines[2].split(" ")[1:3], ['""', '""'])
    equal(schema(text, ["--formats"], b'{"d": "x"}')[1][0].split(" ")[:3], ["invalid", "/d", "#/properties/d/format"])
    equal(schema(text, [], b"{}")[:2], (0, ["valid"]))
    code, lines, _ = schema('{"required": ["a", "b"]}', ["-o", "json", "--lines"], b'{}\n{"a": 1, "b": 1}')
    found = [json.loads(line) for line in lines]
    equal((code, [one["verdict"] for one in found], len(found[0]["findings"])), (1, ["invalid", "valid"], 2))
    code, lines, _ = schema('{"pattern": "^(a|aa)+$(?<!x)"}', ["--lines"], b'"%sb"\n"b"' % (b"a" * 4000))
    equal((code, lines[0]), (1, "undecided pattern_limit"))


# ---- the rest ----


def test_version_and_help():
    code, out, _ = run("version")
    equal(code, 0)
    true(out.startswith("vane 0."), out)
    equal(run("--version")[1], out)
    code, out, err = run()
    equal((code, err), (0, ""))
    true(out.count("\n") <= 40, out)
    for verb in ("run", "check", "route", "validate", "version"):
        contains(f"vane {verb} ", out)
        code, page, _ = run("help", verb)
        equal(code, 0)
        contains(f"vane {verb}", page)
        equal(run(verb, "--help")[1], page)


if __name__ == "__main__":
    main()
