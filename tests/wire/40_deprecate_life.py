"""A version's life by the clock: what clients are told and when, brownouts, 410 behind the sunset, and what operators see of
it (design, section 12; RFC 8594, RFC 9745, RFC 8288). The clock is moved with VANE_CLOCK_SHIFT, which only builds with
VANE_TEST_CLOCK know: in others this file is skipped."""
import calendar
import json
import os
import subprocess
import sys
import tempfile
import time

from harness import BINARY, OK, Backend, Client, Vane, contains, each, equal, eventually, get, main, scratch, true

CONFIG = """
consumers: {from: [{header: X-Consumer}], ignore: [probe]}
versions:
  v1:
    backend: '%(backend)s'
    semver: 1.4.0
    deprecated: 2026-06-30
    sunset: 2027-06-30
    successor: v2
    docs: https://example.com/move
    after_sunset: %(after)s
    brownouts: [{at: 2027-03-01T14:00:00Z, for: 1h}, {at: 2027-04-01T00:00:00Z, for: 2h, share: 50%%}]
  v2: {backend: '%(backend)s', semver: 2.0.0}
"""
backend = Backend(answer=OK)


def unix(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def at(moment, after="gone", config=CONFIG, **more):
    """A vane whose clock stands at this moment."""
    shift = unix(moment) - int(time.time())
    return Vane(config, dict({"backend": backend.address, "after": after}, **more), environment={"VANE_CLOCK_SHIFT": str(shift)})


def has_test_clock():
    vane = at("2031-01-01T00:00:00Z")
    return vane.lines[0]["@timestamp"].startswith("2031-01-01T00:0")


def ask(vane, target="/v1/orders/7", fields="", answer=OK):
    backend.answer = answer
    with Client(vane) as client:
        return client.ask(get(target, more=fields))


if not has_test_clock():
    print("skipped: this build has no test clock (VANE_TEST_CLOCK)")
    sys.stdout.flush()
    os._exit(77)

DATE = "@%d" % unix("2026-06-30T00:00:00Z")
IMF = "Wed, 30 Jun 2027 00:00:00 GMT"
MOVE = "<https://example.com/move>"
LINK = f'{MOVE}; rel="deprecation", {MOVE}; rel="sunset", </v2/orders/7>; rel="successor-version"'


@each([
    ("long before", "2026-01-01T00:00:00Z", 200, False),
    ("the last second before", "2026-06-29T23:59:40Z", 200, False),
    ("the first second", "2026-06-30T00:00:01Z", 200, True),
    ("long after", "2027-06-01T00:00:00Z", 200, True),
    ("the last second of its life", "2027-06-29T23:59:40Z", 200, True),
])
def test_fields_by_date(moment, status, told):
    answer = ask(at(moment))
    equal(answer.status, status)
    equal((answer.get("deprecation"), answer.get("sunset"), answer.get("link")), (DATE, IMF, LINK) if told else (None,) * 3)
    equal(answer.get("api-version"), "1.4.0")


def test_the_boundary_is_passed_without_a_restart():
    vane = at("2026-06-29T23:59:58Z")
    equal(ask(vane).get("deprecation"), None)
    eventually(lambda: ask(vane).get("deprecation") == DATE, "the deprecation begins")


def test_after_the_sunset():
    vane = at("2027-06-30T00:00:01Z")
    before = len(backend.requests)
    answer = ask(vane, fields="X-Consumer: erp\r\n")
    equal((answer.status, answer.get("content-type"), answer.get("cache-control")),
          (410, "application/problem+json", "no-store"))
    equal((answer.get("deprecation"), answer.get("sunset"), answer.get("link")), (DATE, IMF, LINK))
    problem = json.loads(answer.body)
    equal((problem["type"], problem["status"], problem["successor"]), ("urn:vane:problem:version_sunset", 410, "v2"))
    contains("2027-06-30", problem["detail"])
    equal(len(backend.requests), before)
    equal(vane.next_outcome(0), ["version_sunset"])
    # Cut off, but not unseen.
    contains('vane_deprecated_requests_total{version="v1",route="none",method="GET",consumer="erp"} 1', vane.scrape())
    equal(ask(vane, "/v2/orders/7").status, 200)


def test_after_the_sunset_it_may_serve():
    answer = ask(at("2028-01-01T00:00:00Z", after="serve"))
    equal((answer.status, answer.get("sunset"), answer.get("deprecation")), (200, IMF, DATE))


def test_the_sunset_is_passed_without_a_restart():
    vane = at("2027-06-29T23:59:58Z")
    with Client(vane) as client:
        equal(client.ask(get("/v1/x")).status, 200)
        eventually(lambda: client.ask(get("/v1/x")).status == 410, "the sunset")


@each([("before", "2027-03-01T13:59:40Z", 200), ("its first second", "2027-03-01T14:00:01Z", 410),
       ("its last minute", "2027-03-01T14:59:00Z", 410), ("behind it", "2027-03-01T15:00:01Z", 200)])
def test_brownout(moment, status):
    vane = at(moment)
    answer = ask(vane)
    equal(answer.status, status)
    if status == 410:
        problem = json.loads(answer.body)
        equal((problem["type"], problem["successor"]), ("urn:vane:problem:version_brownout", "v2"))
        left = unix("2027-03-01T15:00:00Z") - unix(moment)
        true(left - 30 <= int(answer.get("retry-after")) <= left, answer.get("retry-after"))
        contains('rel="successor-version"', answer.get("link"))
        equal(vane.next_outcome(0), ["version_brownout"])


def test_a_brownout_of_a_share():
    vane = at("2027-04-01T00:30:00Z")
    with Client(vane) as client:
        statuses = [client.ask(get("/v1/x")).status for _ in range(300)]
    equal(set(statuses), {200, 410})
    true(90 < statuses.count(410) < 210, statuses.count(410))


@each([
    ("earlier sunset", b"Sunset: Fri, 01 Jan 2027 00:00:00 GMT\r\n", "sunset", "Fri, 01 Jan 2027 00:00:00 GMT"),
    ("later sunset", b"Sunset: Sat, 01 Jan 2028 00:00:00 GMT\r\n", "sunset", IMF),
    ("no sunset", b"Sunset: soon\r\n", "sunset", IMF),
    ("earlier deprecation", b"Deprecation: @1700000000\r\n", "deprecation", "@1700000000"),
    ("later deprecation", b"Deprecation: @1900000000\r\n", "deprecation", DATE),
    ("deprecation as the drafts wrote it", b"Deprecation: Tue, 14 Nov 2023 22:13:20 GMT\r\n", "deprecation", "@1700000000"),
])
def test_the_earlier_of_ours_and_the_backend_s(field, name, wanted):
    answer = ask(at_2027(), answer=b"HTTP/1.1 200 X\r\n" + field + b"Content-Length: 0\r\n\r\n")
    equal(answer.all(name), [wanted])


shared = {}


def at_2027():
    if "2027" not in shared:
        shared["2027"] = at("2027-01-10T12:00:00Z")
    return shared["2027"]


def test_a_backend_s_links_stay():
    answer = ask(at_2027(), answer=b'HTTP/1.1 200 X\r\nLink: </next>; rel="next"\r\nContent-Length: 0\r\n\r\n')
    links = ", ".join(answer.all("link"))
    contains('</next>; rel="next"', links)
    contains('rel="successor-version"', links)


@each([
    ("path", "/v1/orders/7", "", "</v2/orders/7>"),
    ("escapes stay", "/v1/a%2Fb", "", "</v2/a%2Fb>"),
    ("what could end the link is escaped", "/v1/a'b", "", "</v2/a'b>"),
    ("header", "/orders", "API-Version: 1\r\n", "</orders>"),
    ("the query is not part of it", "/v1/orders?secret=1", "", "</v2/orders>"),
])
def test_the_successor_s_address(target, fields, link):
    answer = ask(at_2027(), target, fields)
    contains(f'{link}; rel="successor-version"', answer.get("link"))
    true("secret" not in answer.get("link"))


def test_what_is_seen_of_it():
    vane = at("2027-01-10T12:00:00Z")
    for consumer, count in (("erp", 3), ("app", 1), ("probe", 2)):
        for _ in range(count):
            ask(vane, "/v1/orders/4711?token=s3cr3t", f"X-Consumer: {consumer}\r\n")
    ask(vane, "/v2/x", "X-Consumer: modern\r\n")
    eventually(lambda: len(vane.access()) == 7, "access lines")
    page = vane.scrape()
    contains('vane_deprecated_requests_total{version="v1",route="none",method="GET",consumer="erp"} 3', page)
    contains('vane_deprecated_requests_total{version="v1",route="none",method="GET",consumer="app"} 1', page)
    true('consumer="probe"' not in page and 'consumer="modern"' not in page and "4711" not in page and "s3cr3t" not in page)
    contains('vane_deprecated_last_request_timestamp_seconds{version="v1",route="none",method="GET",consumer="erp"} 17995', page)
    contains('vane_version_deprecation_timestamp_seconds{version="v1"} %d' % unix("2026-06-30T00:00:00Z"), page)
    contains('vane_version_sunset_timestamp_seconds{version="v1"} %d' % unix("2027-06-30T00:00:00Z"), page)
    contains('state="deprecated"', page)
    events = vane.events("version.deprecated_used")
    equal(sorted(e["vane.consumer"] for e in events), ["app", "erp"])  # the first of a consumer and day
    for event in events:
        equal((event["vane.version"], event["vane.deprecated.what"]), ("v1", "version"))
        true("4711" not in json.dumps(event) and "s3cr3t" not in json.dumps(event), event)
    status = json.loads(vane.page("/api/status").body)
    first = next(v for v in status["versions"] if v["name"] == "v1")
    equal((first["state"], first["successor"]), ("deprecated", "v2"))
    usage = json.loads(vane.page("/api/usage?version=v1").body)["usage"]
    equal({(u["consumer"], u["count"]) for u in usage if u["deprecated"]}, {("erp", 3), ("app", 1)})


def test_one_key_undoes_it():
    config = "versions: {v1: {backend: '%(backend)s', semver: 1.4.0}}\n"
    answer = ask(at("2030-01-01T00:00:00Z", config=config))
    equal((answer.status, answer.get("deprecation"), answer.get("sunset"), answer.get("link")), (200, None, None, None))


OPERATIONS = """
openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /old:
    get: {operationId: old, responses: {"200": {description: ok}}}
  /marked:
    get: {operationId: marked, deprecated: true, responses: {"200": {description: ok}}}
  /body:
    post:
      operationId: body
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {coupon: {type: string, deprecated: true}, name: {type: string}}}
      responses: {"200": {description: ok}}
"""


def test_operations_and_properties():
    path = os.path.join(tempfile.mkdtemp(dir=scratch), "old.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(OPERATIONS)
    vane = at("2027-01-10T12:00:00Z", config="""
consumers: {from: [{header: X-Consumer}]}
validate: {requests: report, responses: 'off'}
versions:
  v1: {backend: '%(backend)s', contract: '%(contract)s', operations: {old: {deprecated: 2027-01-01}}}
""", contract=path)
    equal(ask(vane, "/old").get("deprecation"), "@%d" % unix("2027-01-01T00:00:00Z"))
    ask(vane, "/marked")
    ask(vane, "/body")
    for body in (b'{"name": "x"}', b'{"coupon": "x"}'):
        with Client(vane) as client:
            client.ask(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                       % (len(body), body))
    eventually(lambda: len(vane.access()) == 5, "access lines")
    told = {(e["vane.deprecated.what"], e["vane.deprecated.name"]) for e in vane.events("version.deprecated_used")}
    equal(told, {("operation", "old"), ("operation", "marked"), ("property", "/coupon")})
    page = vane.scrape()
    contains('vane_deprecated_requests_total{version="v1",route="/body",method="POST",consumer="_unknown"} 1', page)


OPERATION_LIFE = """
consumers: {from: [{header: X-Consumer}]}
validate: {requests: report, responses: 'off'}
versions:
  v1:
    backend: '%(backend)s'
    contract: '%(contract)s'
    successor: v2
    operations:
      old: {deprecated: 2026-01-01, sunset: 2026-07-01, brownouts: [{at: 2026-03-01T10:00:00Z, for: 1h}]}
  v2: {backend: '%(backend)s'}
"""


@each([
    ("before its deprecation", "2025-12-31T23:59:40Z", 200, False),
    ("deprecated", "2026-01-01T00:00:01Z", 200, True),
    ("the brownout's first second", "2026-03-01T10:00:01Z", 410, True),
    ("behind the brownout", "2026-03-01T11:00:01Z", 200, True),
    ("its last seconds", "2026-06-30T23:59:40Z", 200, True),
    ("past its sunset", "2026-07-01T00:00:01Z", 410, True),
])
def test_an_operation_has_a_life_of_its_own(moment, status, told):
    path = os.path.join(tempfile.mkdtemp(dir=scratch), "old.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(OPERATIONS.replace("version: 1.0.0}", "version: 1.0.0}\nservers: [{url: /v1}]"))
    vane = at(moment, config=OPERATION_LIFE, contract=path)
    answer = ask(vane, "/v1/old", "X-Consumer: erp\r\n")
    equal(answer.status, status)
    equal((answer.get("deprecation"), answer.get("sunset")),
          ("@%d" % unix("2026-01-01T00:00:00Z"), "Wed, 01 Jul 2026 00:00:00 GMT") if told else (None, None))
    if status == 410:
        problem = json.loads(answer.body)
        contains("operation old", problem["detail"])
        equal(problem["successor"], "v2")
        contains(vane.outcome_of(answer), ("version_sunset", "version_brownout"))
    if told:  # refused or not, it is known who calls
        eventually(lambda: 'route="/old",method="GET",consumer="erp"' in vane.scrape(), "it is counted")
    other = ask(vane, "/v1/marked")
    equal((other.status, other.get("sunset")), (200, None))


GRACE = """
consumers: {from: [{header: X-Consumer}]}
versions:
  v1: {backend: '%(backend)s', sunset: 2027-06-30, grace: {erp: 2027-09-30}}
  v2: {backend: '%(backend)s'}
"""


@each([
    ("the sunset is past", "2027-06-30T00:00:01Z", 200, 410),
    ("the last seconds of grace", "2027-09-29T23:59:40Z", 200, 410),
    ("grace is past", "2027-09-30T00:00:01Z", 410, 410),
])
def test_grace(moment, erp, app):
    vane = at(moment, config=GRACE)
    equal(ask(vane, "/v1/x", "X-Consumer: erp\r\n").status, erp)
    equal(ask(vane, "/v1/x", "X-Consumer: app\r\n").status, app)


def test_what_the_contract_marks_is_told_when_it_is_used():
    """With the version's own date, also one that is still to come; without one it is counted, and no date is made up."""
    path = os.path.join(tempfile.mkdtemp(dir=scratch), "old.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(OPERATIONS)

    def post(vane, body):
        with Client(vane) as client:
            return client.ask(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                              % (len(body), body))
    config = """
validate: {requests: enforce, responses: 'off'}
versions: {v1: {backend: '%(backend)s', contract: '%(contract)s' %(more)s}}
"""
    dated = at("2026-01-10T12:00:00Z", config=config, contract=path, more=", deprecated: 2027-01-01, sunset: 2027-06-30")
    equal(post(dated, b'{"name": "x"}').get("deprecation"), None)
    answer = post(dated, b'{"coupon": "x"}')
    equal((answer.get("deprecation"), answer.get("sunset")), ("@%d" % unix("2027-01-01T00:00:00Z"), None))
    equal(ask(dated, "/marked").get("deprecation"), "@%d" % unix("2027-01-01T00:00:00Z"))
    bare = at("2026-01-10T12:00:00Z", config=config, contract=path, more="")
    equal(post(bare, b'{"coupon": "x"}').get("deprecation"), None)
    line = 'vane_deprecated_requests_total{version="v1",route="/body",method="POST",consumer="_unknown"} 1'
    eventually(lambda: line in bare.scrape(), "it is counted")


def test_a_brownout_s_share_is_not_the_client_s_to_choose():
    vane = at("2027-04-01T00:30:00Z")
    with Client(vane) as client:
        statuses = [client.ask(get("/v1/x", more="X-Request-Id: mine\r\n")).status for _ in range(200)]
    true(50 < statuses.count(410) < 150, statuses.count(410))


def test_wrong_dates_are_errors():
    for text, word in (("deprecated: 2027-06-30, sunset: 2026-06-30", "before its deprecation"),
                       ("deprecated: 2026-02-30", "2026-02-30"),
                       ("deprecated: 2026-01-01, successor: v9", "no version v9"),
                       ("deprecated: 2026-01-01, successor: v1", "own successor")):
        file = os.path.join(scratch, "dates.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write("versions: {v1: {backend: '127.0.0.1:1', %s}}\n" % text)
        done = subprocess.run([BINARY, "check", file], capture_output=True, check=False)
        equal(done.returncode, 1, text)
        contains(word, done.stderr.decode())


if __name__ == "__main__":
    main()
