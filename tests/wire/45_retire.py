"""Who still calls: the usage ledger through kills, full disks and damaged files, `vane usage` and `vane can-retire` from
files and from running instances (design, section 12). Where a test needs days to pass, the clock is moved with
VANE_CLOCK_SHIFT; builds without VANE_TEST_CLOCK skip those and say so."""
import calendar
import csv
import io
import json
import os
import resource
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time

from harness import BINARY, OK, Backend, BadMessage, Client, Vane, contains, each, equal, eventually, get, main, running, scratch, true

DAY = 86400
CONFIG = """
consumers: {from: [{header: X-Consumer}], ignore: [probe]}
usage: {ledger: '%(ledger)s', keep: %(keep)s}
versions:
  v1: {backend: '%(backend)s', contract: '%(contract)s', deprecated: 2020-01-01, successor: v2}
  v2: {backend: '%(backend)s'}
"""
CONTRACT = """
openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /orders:
    get: {responses: {"200": {description: ok}}}
    post: {responses: {"200": {description: ok}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {responses: {"200": {description: ok}}}
"""
backend = Backend(answer=OK)


def folder():
    return tempfile.mkdtemp(dir=scratch)


contract = os.path.join(folder(), "openapi.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)


def start(ledger="usage.db", days_ago=0, keep="400d", config=CONFIG):
    environment = {"VANE_CLOCK_SHIFT": str(-int(days_ago * DAY))} if days_ago else {}
    return Vane(config, {"backend": backend.address, "contract": contract, "ledger": ledger, "keep": keep},
                environment=environment)


def call(vane, consumer, target="/v1/orders", count=1, method="GET"):
    before = len(vane.access())
    with Client(vane) as client:
        for _ in range(count):
            line = f"{method} {target} HTTP/1.1\r\nHost: a\r\nX-Consumer: {consumer}\r\nContent-Length: 0\r\n\r\n"
            equal(client.ask(line.encode()).status, 200)
    eventually(lambda: len(vane.access()) >= before + count, "access lines: usage is counted when an exchange ends")


def run(*words):
    """`vane WORDS`: its exit code, what it said on standard output, and on standard error."""
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, check=False, cwd=folder())
    return done.returncode, done.stdout, done.stderr


def instance(vane):
    return ["--from", f"unix:{vane.admin}"]


def retire(*words):
    code, said, error = run("can-retire", *words, "-o", "json")
    return code, json.loads(said) if said else None, error


def ledger_of(vane, name="usage.db"):
    return os.path.join(vane.directory, name)


def recorded():
    """A ledger that a vane left behind: 3 calls of erp and 1 of app to v1, 2 of app to v2."""
    if not hasattr(recorded, "path"):
        vane = start()
        call(vane, "erp", count=2)
        call(vane, "erp", "/v1/orders/4711")
        call(vane, "app", method="POST")
        call(vane, "app", "/v2/things", 2)
        call(vane, "probe", count=5)
        vane.stop()
        recorded.path, recorded.vane = ledger_of(vane), vane
    return recorded.path


# ---- vane usage ----


def test_usage_from_a_file():
    code, said, error = run("usage", "--ledger", recorded(), "-o", "json")
    equal((code, error), (0, ""))
    rows = {(u["version"], u["operation"], u["consumer"]): u for u in json.loads(said)}
    equal({key: u["count"] for key, u in rows.items()},
          {("v1", "GET /orders", "erp"): 2, ("v1", "GET /orders/{id}", "erp"): 1, ("v1", "POST /orders", "app"): 1,
           ("v2", "GET none", "app"): 2})
    equal({key[0]: u["deprecated"] for key, u in rows.items()}, {"v1": True, "v2": False})
    for use in rows.values():
        equal(use["source"], "path")
        true(abs(time.time() - unix(use["last"])) < 120 and unix(use["first"]) <= unix(use["last"]), use)
    true("4711" not in said)


def unix(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def test_usage_of_one_version_for_people():
    code, said, _ = run("usage", "v1", "--ledger", recorded())
    equal(code, 0)
    lines = said.splitlines()
    equal(len(lines), 4, said)
    contains("version", lines[0])
    equal(sum("erp" in line for line in lines), 2)
    true("v2" not in said)


def test_usage_as_a_table():
    code, said, _ = run("usage", "--ledger", recorded(), "-o", "csv", "--consumer", "app")
    equal(code, 0)
    rows = list(csv.DictReader(io.StringIO(said)))
    equal({(r["version"], r["operation"], r["count"]) for r in rows}, {("v1", "POST /orders", "1"), ("v2", "GET none", "2")})


def test_of_one_consumer_from_a_running_vane():
    vane = start()
    call(vane, "erp")
    call(vane, "app", count=2)
    rows = json.loads(run("usage", *instance(vane), "-o", "json", "--consumer", "app")[1])
    equal([(u["consumer"], u["count"]) for u in rows], [("app", 2)])


def test_a_formula_is_defused():
    vane = start()
    call(vane, "=cmd|'/c calc'!A1")
    said = run("usage", *instance(vane), "-o", "csv")[1]
    equal(list(csv.DictReader(io.StringIO(said)))[0]["consumer"], "'=cmd|'/c calc'!A1")


def test_the_ledger_that_a_configuration_names():
    recorded()
    code, said, error = run("usage", "v2", "--config", recorded.vane.file, "-o", "json")
    equal((code, error), (0, ""))
    equal([u["count"] for u in json.loads(said)], [2])


@each([
    ("no source", ["usage"], "whose usage"),
    ("no such file", ["usage", "--ledger", "/nonexistent/usage.db"], "unable to open"),
    ("no such form", ["usage", "--ledger", "x", "-o", "xml"], "text, json or csv"),
    ("a wrong period", ["can-retire", "v1", "--ledger", "x", "--quiet-for", "30"], "--quiet-for"),
    ("no version", ["can-retire", "--ledger", "x"], "needs one version"),
    ("nobody answers", ["can-retire", "v1", "--from", "http://127.0.0.1:1"], "127.0.0.1:1"),
    ("no such form of can-retire", ["can-retire", "v1", "--ledger", "x", "-o", "csv"], "text or json"),
])
def test_what_cannot_be_told(words, told):
    code, said, error = run(*words)
    equal((code, said), (2, ""))
    contains(told, error)


def test_a_configuration_without_a_ledger():
    vane = start(config=CONFIG.replace("usage:", "#"))
    code, _, error = run("usage", "--config", vane.file)
    equal(code, 2)
    contains("keeps its usage in memory", error)
    true(eventually(lambda: vane.events("ledger.in_memory"), "it says so"))
    call(vane, "erp")
    equal(retire("v1", *instance(vane))[0], 1)


# ---- vane can-retire ----


def test_no_and_who():
    code, answer, _ = retire("v1", "--ledger", recorded(), "--quiet-for", "1h")
    equal((code, answer["can_retire"]), (1, False))
    equal(sorted((c["consumer"], c["operation"], c["count"]) for c in answer["callers"]),
          [("app", "POST /orders", 1), ("erp", "GET /orders", 2), ("erp", "GET /orders/{id}", 1)])
    code, said, _ = run("can-retire", "v1", "--ledger", recorded(), "--quiet-for", "1h")
    equal(code, 1)
    contains("v1: no, 2 consumers called within 1h", said)
    contains("erp", said)


def test_yes_once_the_last_consumer_is_quiet():
    vane = start()
    call(vane, "erp")
    equal(retire("v1", *instance(vane), "--quiet-for", "2s")[0], 1)
    code, answer, _ = eventually(lambda: (lambda r: r[0] != 1 and r)(retire("v1", *instance(vane), "--quiet-for", "2s")),
                                 "quiet for two seconds")
    equal((code, answer["can_retire"], answer["callers"]), (0, True, []))
    contains("v1: yes", run("can-retire", "v1", *instance(vane), "--quiet-for", "2s")[1])
    call(vane, "erp")
    equal(retire("v1", *instance(vane), "--quiet-for", "2s")[0], 1)


def test_the_history_is_too_short():
    vane = start()
    eventually(lambda: retire("v1", *instance(vane), "--quiet-for", "1s")[0] == 0, "a second of history")
    code, answer, _ = retire("v1", *instance(vane))
    equal((code, answer["can_retire"], answer["reason"]), (2, None, "the history is shorter than the period"))


@each([
    ("one operation that was called", "v1/GET /orders", 1, 1),
    ("with any method", "v1//orders", 1, 2),
    ("without its slash", "v1/orders/{id}", 1, 1),
    ("never called, perhaps not its name", "v1/DELETE /orders", 2, 0),
    ("a version that nobody knows", "v9", 2, 0),
])
def test_operations(what, code, callers):
    got, answer, _ = retire(what, "--ledger", recorded(), "--quiet-for", "1h")
    equal((got, len(answer["callers"])), (code, callers))


def test_a_version_that_was_never_used_is_known_by_its_configuration():
    vane = start()
    call(vane, "erp")
    eventually(lambda: retire("v2", *instance(vane), "--quiet-for", "1s")[0] == 0, "a second of history")
    equal(retire("v3", *instance(vane), "--quiet-for", "1s")[0], 2)
    eventually(lambda: run("usage", "v1", "--ledger", ledger_of(vane))[1].count("erp") == 1, "it is in the file")
    equal(retire("v2", "--config", vane.file, "--quiet-for", "1s")[0], 0)
    equal(retire("v2", "--ledger", ledger_of(vane), "--quiet-for", "1s")[0], 2)


def test_several_instances_are_one_answer():
    first, second = start(), start()
    call(first, "erp", count=3)
    call(second, "erp", count=4)
    call(second, "app")
    both = instance(first) + instance(second)
    rows = {u["consumer"]: u for u in json.loads(run("usage", "v1", *both, "-o", "json")[1])}
    equal({name: u["count"] for name, u in rows.items()}, {"erp": 7, "app": 1})
    seen = [json.loads(v.page("/api/usage").body)["usage"] for v in (first, second)]
    lasts = [u["last"] for rows_of in seen for u in rows_of if u["consumer"] == "erp"]
    equal((rows["erp"]["first"], rows["erp"]["last"]), (min(lasts_of(seen, "first")), max(lasts)))
    equal(retire("v1", *both, "--quiet-for", "1h")[0], 1)
    eventually(lambda: retire("v1", *both, "--quiet-for", "1s")[0] == 0, "a second of quiet")
    # One that does not answer: who is known is told, but "yes" cannot be said.
    second.stop()
    code, answer, error = retire("v1", *both, "--quiet-for", "1s")
    equal((code, answer["reason"]), (2, "a source did not answer"))
    contains(second.admin, error)
    call(first, "erp")
    equal(retire("v1", *both, "--quiet-for", "1h")[0], 1)
    equal(run("usage", "v1", *both)[0], 2)


def lasts_of(seen, name):
    return [u[name] for rows in seen for u in rows if u["consumer"] == "erp"]


def test_an_answer_that_is_no_vane_s():
    liar = Backend(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]" + Backend.CLOSE)
    code, _, error = run("can-retire", "v1", "--from", f"http://{liar.address}")
    equal(code, 2)
    contains("not that of a vane", error)
    cut = Backend(answer=b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"usage"' + Backend.CLOSE)
    equal(run("can-retire", "v1", "--from", f"http://{cut.address}")[0], 2)


MARKED = """
openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /orders:
    get:
      parameters:
        - {name: page, in: query, deprecated: true, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer}}
      responses: {"200": {description: ok}}
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {coupon: {type: string, deprecated: true}, name: {type: string}}}
      responses: {"200": {description: ok}}
"""


def test_who_uses_what_the_contract_marks():
    """Parameters and properties have rows of their own, for those that really use them."""
    path = os.path.join(folder(), "marked.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(MARKED)
    vane = Vane("validate: {requests: report}\n" + CONFIG.replace(", deprecated: 2020-01-01, successor: v2", ""),
                {"backend": backend.address, "contract": path, "ledger": "usage.db", "keep": "400d"})
    for consumer, target in (("erp", "/v1/orders?page=2"), ("erp", "/v1/orders?page=3"), ("app", "/v1/orders?limit=2")):
        call(vane, consumer, target)
    for consumer, body in (("erp", b'{"name": "x"}'), ("app", b'{"coupon": "s3cr3t"}')):
        with Client(vane) as client:
            client.ask(b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nX-Consumer: %s\r\nContent-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n%s" % (consumer.encode(), len(body), body))
    eventually(lambda: len(vane.access()) == 5, "access lines")
    said = run("usage", "v1", *instance(vane), "-o", "json")[1]
    equal({(u["consumer"], u["item"], u["count"]) for u in json.loads(said) if u["item"]},
          {("erp", "parameter:page", 2), ("app", "property:/coupon", 1)})
    true("s3cr3t" not in said)


# ---- the ledger ----


def counts(path):
    return {u["consumer"]: u["count"] for u in json.loads(run("usage", "v1", "--ledger", path, "-o", "json")[1])}


def test_it_survives_kills():
    """Twenty times: what a page has shown is in the file, whatever was going on when the process was killed."""
    directory = folder()
    path = os.path.join(directory, "usage.db")
    told = 0
    for number in range(20):
        vane = start(ledger=path)
        if number:
            scrape = vane.scrape()
            contains('vane_deprecated_last_request_timestamp_seconds{version="v1",route="/orders",method="GET",consumer="erp"}',
                     scrape)
        stop = threading.Event()

        def keep_calling(vane=vane, stop=stop):
            try:
                with Client(vane) as client:
                    while not stop.is_set():
                        client.ask(get("/v1/orders", more="X-Consumer: erp\r\n"))
            except (OSError, BadMessage):  # killed under it: that is the test
                pass
        caller = threading.Thread(target=keep_calling, daemon=True)
        caller.start()
        eventually(lambda: len(vane.access()) > 20, "traffic")
        time.sleep(0.01 * (number % 5))
        shown = sum(u["count"] for u in json.loads(vane.page("/api/usage?version=v1").body)["usage"])
        true(shown >= told, (shown, told))
        vane.kill(signal.SIGKILL)
        vane.stop(code=-signal.SIGKILL, number=None)
        running.remove(vane)
        stop.set()
        caller.join()
        database = sqlite3.connect(path)
        equal(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        database.close()
        told = counts(path)["erp"]
        true(told >= shown, (told, shown))
    true(told > 400, told)


def test_a_batch_is_written_every_ten_seconds():
    vane = start()
    call(vane, "erp", count=7)
    equal(eventually(lambda: counts(ledger_of(vane)), "the batch", 15), {"erp": 7})


def test_a_damaged_file_is_left_alone():
    for content, why in ((b"SQLite format 3\0" + os.urandom(8192), "malformed"), (b"no database " * 500, "not a database")):
        path = os.path.join(folder(), "usage.db")
        with open(path, "wb") as out:
            out.write(content)
        vane = start(ledger=path)
        failed = eventually(lambda: vane.events("ledger.failed"), "it is told")[0]
        equal(failed["file.path"], path)
        true(why in failed["error.message"] or "not a database" in failed["error.message"], failed)
        call(vane, "erp")
        equal(retire("v1", *instance(vane), "--quiet-for", "1h")[0], 1)
        page = vane.scrape()
        contains("vane_ledger_healthy 0", page)
        contains("vane_ledger_failures_total 1", page)
        vane.stop()
        with open(path, "rb") as left:
            equal(left.read(), content)
        equal(run("can-retire", "v1", "--ledger", path)[0], 2)


def test_another_program_s_database_is_left_alone():
    path = os.path.join(folder(), "theirs.db")
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE usage(mine)")
    database.commit()
    database.close()
    vane = start(ledger=path)
    contains("another program", eventually(lambda: vane.events("ledger.failed"), "it is told")[0]["error.message"])
    call(vane, "erp")
    vane.stop()
    equal(sqlite3.connect(path).execute("SELECT sql FROM sqlite_schema").fetchall(), [("CREATE TABLE usage(mine)",)])


def test_where_no_file_can_be():
    vane = start(ledger=folder())
    contains("unable to open", eventually(lambda: vane.events("ledger.failed"), "it is told")[0]["error.message"])
    call(vane, "erp")
    equal(retire("v1", *instance(vane), "--quiet-for", "1h")[0], 1)


def test_a_full_disk():
    """The file may not grow: requests go on, it is told, and what could not be written is written once it can."""
    vane = start()
    call(vane, "erp")
    equal(retire("v1", *instance(vane), "--quiet-for", "1h")[0], 1)
    _, hard = resource.prlimit(vane.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(vane.process.pid, resource.RLIMIT_FSIZE, (1024, hard))
    call(vane, "late", count=5)
    eventually(lambda: vane.page("/api/usage") and vane.events("ledger.failed"), "it is told")
    contains("vane_ledger_healthy 0", vane.scrape())
    call(vane, "late", count=5)
    resource.prlimit(vane.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    eventually(lambda: vane.page("/api/usage") and vane.events("ledger.recovered"), "it recovers")
    contains("vane_ledger_healthy 1", vane.scrape())
    vane.stop()
    equal(counts(ledger_of(vane)), {"erp": 1, "late": 10})


def test_a_full_disk_is_no_yes():
    """An instance that cannot write what it saw does not know of it: it cannot say that nobody called."""
    vane = start()
    call(vane, "erp")
    eventually(lambda: retire("v1", *instance(vane), "--quiet-for", "1s")[0] == 0, "a second of quiet")
    _, hard = resource.prlimit(vane.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(vane.process.pid, resource.RLIMIT_FSIZE, (1024, hard))
    call(vane, "late")
    eventually(lambda: retire("v1", *instance(vane), "--quiet-for", "1s")[0] == 2, "it cannot tell", 60)
    resource.prlimit(vane.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


# ---- with days that pass ----


def has_test_clock():
    vane = start(days_ago=500)
    return vane.lines[0]["@timestamp"][:4] != time.strftime("%Y")


if has_test_clock():
    def aged(*days, keep="400d", consumer="erp"):
        """A ledger with one call so many days ago, each by a process of its own."""
        path = os.path.join(folder(), "usage.db")
        for ago in days:
            vane = start(ledger=path, days_ago=ago, keep=keep)
            if consumer:
                call(vane, consumer)
            eventually(lambda: vane.access() or not consumer, "it is seen")
            vane.stop()
            running.remove(vane)
            consumer = None
        return path

    @each([("quiet long enough", "30d", 0), ("called within the period", "61d", 1), ("the default", None, 0)])
    def test_quiet_for_days(period, code):
        if not hasattr(test_quiet_for_days, "path"):
            test_quiet_for_days.path = aged(60, 0)
        more = ["--quiet-for", period] if period else []
        equal(retire("v1", "--ledger", test_quiet_for_days.path, *more)[0], code)

    def test_a_history_of_days_that_is_too_short():
        path = aged(60, 20, 0, consumer=None)
        vane = start(ledger=path)
        equal(retire("v1", *instance(vane), "--quiet-for", "59d")[0], 0)
        code, answer, _ = retire("v1", *instance(vane), "--quiet-for", "61d")
        equal((code, answer["reason"]), (2, "the history is shorter than the period"))

    def test_a_file_that_is_no_longer_written():
        code, answer, _ = retire("v1", "--ledger", aged(60), "--quiet-for", "30d")
        equal(code, 2)
        contains("not written lately", answer["reason"])

    def test_what_is_pruned_is_not_history():
        path = aged(60, 0, keep="30d")
        equal(counts(path), {})
        code, answer, _ = retire("v1", "--config", start(ledger=path, keep="30d").file, "--quiet-for", "90d")
        equal((code, answer["reason"]), (2, "the history is shorter than the period"))
        equal(retire("v1", "--config", start(ledger=path, keep="30d").file, "--quiet-for", "29d")[0], 0)

    def test_the_status_page_says_since_when_it_is_quiet():
        vane = start(ledger=aged(60))
        page = vane.page("/").body.decode()
        contains("Quiet since", page)
        contains("erp", page)

    def test_usage_since():
        vane = start(ledger=aged(60))
        call(vane, "new")
        rows = json.loads(run("usage", *instance(vane), "--since", "30d", "-o", "json")[1])
        equal([u["consumer"] for u in rows], ["new"])
        equal(len(json.loads(run("usage", *instance(vane), "--since", "90d", "-o", "json")[1])), 2)
        equal(len(json.loads(run("usage", *instance(vane), "--since", "2000-01-01", "-o", "json")[1])), 2)

    def test_a_count_for_each_day():
        path = aged(3, 2)
        vane = start(ledger=path, days_ago=2)
        call(vane, "erp", count=4)
        vane.stop()
        rows = sqlite3.connect(path).execute("SELECT day, sum(count) FROM usage GROUP BY day ORDER BY day").fetchall()
        today = int(time.time() // DAY)
        equal(rows, [(today - 3, 1), (today - 2, 4)])
else:
    print("skipped: what needs days to pass (this build has no VANE_TEST_CLOCK)")


if __name__ == "__main__":
    main()
