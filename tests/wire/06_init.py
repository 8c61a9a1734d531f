"""vane init: a first configuration from OpenAPI documents. What it writes passes vane check and routes as the documents say."""
import os
import shutil
import subprocess

from harness import BINARY, PATIENCE, ROOT, contains, each, equal, main, scratch, true

EXAMPLES = os.path.join(ROOT, "conf", "examples")


def run(*words, text=None, where=None):
    """(exit code, standard output, standard error)"""
    done = subprocess.run([BINARY, *words], input=text, capture_output=True, timeout=PATIENCE, check=False,
                          cwd=where or scratch, env=dict(os.environ, NO_COLOR="1"))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


OPERATION = "  /%s:\n    get:\n      operationId: %s\n%s      responses: {'200': {description: yes}}\n"


def document(name, version, servers="", operations=(("a", ""),), info=""):
    """Writes a small document; an operation is (name, further lines)."""
    text = "openapi: 3.1.0\ninfo: {title: 'Pay & Ship API', version: %s%s}\n%spaths:\n" % (version, info, servers)
    for path, more in operations:
        text += OPERATION % (path, path, more)
    with open(os.path.join(scratch, name), "w", encoding="utf-8") as out:
        out.write(text)
    return name


def init(*documents):
    """Writes the configuration, checks it, and returns its text."""
    code, out, err = run("init", *documents)
    equal((code, err), (0, ""), out)
    with open(os.path.join(scratch, "made.yaml"), "w", encoding="utf-8") as made:
        made.write(out)
    code, _, err = run("check", "made.yaml")
    equal((code, err), (0, ""), out)
    return out


def routes(request, version, *fields):
    words = [word for field in fields for word in ("-H", field)]
    code, out, err = run("route", request, "made.yaml", *words)
    equal((code, err), (0, ""), out)
    contains(version, out.split("\n")[0] + out)


def test_the_examples():
    for name in ("openapi-v1.yaml", "openapi-v2.yaml"):
        shutil.copy(os.path.join(EXAMPLES, name), scratch)
    text = init("openapi-v2.yaml", "openapi-v1.yaml")
    true(text.index('"v1":') < text.index('"v2":'), text)
    contains("api: orders", text)
    contains("- path: /v<major>", text)
    routes("GET /v1/orders", "v1")
    routes("GET /orders", "v2", "API-Version: 2")


def test_what_is_deprecated():
    gone = document("gone.yaml", "1.9.0", info=", x-sunset: 2020-02-02")
    old = document("old.yaml", "2.0.0", operations=(("a", "      deprecated: true\n      x-sunset: 2090-01-02\n"),
                                                    ("b", "      deprecated: true\n      x-sunset: 2091-03-04T10:00:00Z\n")))
    new = document("new.yaml", "3.0.0", operations=(("a", ""), ("lost", "      deprecated: true\n")))
    text = init(new, old, gone)
    first, second, third = (text.split('  "v%d":' % n)[1].split('  "v')[0] for n in (1, 2, 3))
    contains("sunset: 2020-02-02", first)
    contains("after_sunset: serve", first)
    contains('successor: "v2"', first)
    true("\n    deprecated:" not in first, first)
    contains("\n    deprecated: 20", second)
    contains("sunset: 2091-03-04", second)
    contains('successor: "v3"', second)
    contains('"lost"', third)
    true("\n    deprecated:" not in third and "\n    sunset" not in third, third)


@each([
    ("date", "2026-01-01", "", "GET /a", "2026-01-01", ["API-Version: 2026-01-01"]),
    ("two numbers", "'1.4'", "", "GET /a", "v1", ["API-Version: 1"]),
    ("with a v", "'v7'", "", "GET /a", "v7", ["API-Version: 7"]),
    ("a prefix", "5.0.0", "servers: [{url: 'https://api.example.com/shop/v5/'}]\n", "GET /shop/v5/a", "v5", []),
    ("variables", "5.0.0", "servers: [{url: 'https://{host}/{v}', variables: {host: {default: x}, v: {default: v5}}}]\n", "GET /v5/a", "v5", []),
    ("the path beats the number", "0.9.1", "servers: [{url: /v3}]\n", "GET /v3/a", "v3", []),
    ("a date in the path", "1.0.0", "servers: [{url: /api/2026-03-01}]\n", "GET /api/2026-03-01/a", "2026-03-01", []),
    ("only the path", "draft", "servers: [{url: /v3}]\n", "GET /v3/a", "v3", []),
])
def test_names(version, servers, request, name, fields):
    text = init(document("one.yaml", version, servers), "v99=" + document("other.yaml", "99.0.0", "servers: [{url: /v99}]\n"))
    contains('  "%s":' % name, text)
    routes(request, name, *fields)


def test_a_server_on_this_machine_is_the_backend():
    text = init(document("a.yaml", "1.0.0", "servers: [{url: 'http://localhost:8080/v1'}]\n"),
                document("b.yaml", "2.0.0", "servers: [{url: 'https://api.example.com/v2'}, {url: 'http://127.0.0.1:7002/v2'}]\n"))
    contains("backend: 127.0.0.1:8080 #", text)
    contains("backend: 127.0.0.1:7002 #", text)
    contains('listen: ":8000"', text)
    shared = init(document("a.yaml", "1.0.0", "servers: [{url: 'http://localhost:8080/v1'}]\n"),
                  document("b.yaml", "2.0.0", "servers: [{url: 'http://localhost:8080/v2'}]\n"))
    contains("backend: 127.0.0.1:9002 #", shared)
    contains('# its first server, probably where clients go: "http://localhost:8080/v2"', shared)


def test_a_document_cannot_write_more_than_comments():
    document("evil.yaml", '"1.0.0"', "servers: [{url: \"http://x\\nlisten: evil\"}]\n",
             info=', x-sunset: "never\\nadmin: {listen: evil}"')
    text = init("evil.yaml")
    true("\nlisten: evil" not in text and "\nadmin: {listen: evil" not in text, text)


def test_refusals():
    first, second = document("a.yaml", "1.0.0"), document("b.yaml", "1.2.0")
    code, out, err = run("init", first, second)
    equal((code, out), (2, ""))
    contains("both describe version v1: give them names, v1=b.yaml", err)
    code, out, err = run("init", document("c.yaml", "someday"))
    equal((code, out), (2, ""))
    contains("which version this is", err)
    code, out, err = run("init", "nowhere.yaml")
    equal((code, out), (2, ""))
    contains("nowhere.yaml", err)
    equal(run("init")[0], 2)
    with open(os.path.join(scratch, "swagger.yaml"), "w", encoding="utf-8") as old:
        old.write("swagger: '2.0'\ninfo: {title: a, version: '1'}\npaths: {}\n")
    code, out, err = run("init", "swagger.yaml")
    equal((code, out), (2, ""))
    contains("no OpenAPI 3 document", err)
    # A contract that cannot be kept is told about now, and nothing is written.
    broken = document("broken.yaml", "4.0.0", operations=(("a", "      parameters: [{name: x, in: nowhere}]\n"),))
    code, out, err = run("init", broken)
    equal((code, out), (1, ""))
    contains("broken.yaml:", err)


def real_documents():
    for top in (os.environ.get("VANE_TEST_DATA"), os.path.join(os.path.dirname(ROOT), "shared", "data")):
        folder = os.path.join(top or "", "openapi-documents")
        if top and os.path.isdir(folder):
            found = [os.path.join(here, name) for here, _, names in os.walk(folder) for name in names]
            return sorted(file for file in found if file.endswith((".yaml", ".json")))
    return []


def test_real_documents():
    """Of each, the configuration passes vane check; or the document itself is wrong, and init says where, as vane check would."""
    files, made = real_documents(), 0
    if not files:
        print("skipped: no real documents here (VANE_TEST_DATA)")
        return
    for file in files:
        code, out, err = run("init", "v1=" + file)
        if code == 1:
            contains(file + ":", err)
            contains(": error: ", err)
            equal(out, "")
            continue
        equal(code, 0, (file, err))
        true(": error: " not in err, err)  # of what a document would like to be checked and cannot be, there are warnings
        with open(os.path.join(scratch, "made.yaml"), "w", encoding="utf-8") as config:
            config.write(out)
        code, _, err = run("check", "made.yaml")
        equal(code, 0, (file, err))
        made += 1
    print("%d of %d real documents" % (made, len(files)))
    true(made * 10 >= len(files) * 8, "most of them are good")


if __name__ == "__main__":
    main()
