"""Which version a request gets: every source, exact major and minimum minor, conflicts, what is missing, malformed or
unknown, with the statuses and bodies that a client sees (design, section 10)."""
import json

from harness import Backend, Client, Vane, contains, each, equal, eventually, get, main, true

CONFIG = """
select:
  from:
    - path: /v<major>
    - header: API-Version
    - accept: {media_type: application/vnd.orders.v<major>+json}
    - accept: {parameter: version}
    - query: api-version
unversioned: {/healthz: v2, /static/: v1.2}
versions:
  v1.2: {backend: '%(v12)s', semver: 1.2.0}
  v1.4: {backend: '%(v14)s', semver: 1.4.2}
  v2: {backend: '%(v2)s', semver: 2.1.0}
  2026-01-01: {backend: '%(dated)s'}
"""


def named(name):
    def answer(request, _connection):
        body = json.dumps({"served_by": name, "target": request.target}).encode()
        return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAPI-Version: what-the-backend-says\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body)) + body
    return Backend(answer=answer)


backends = {name: named(name) for name in ("v12", "v14", "v2", "dated")}
vane = Vane(CONFIG, {name: b.address for name, b in backends.items()})


def ask(target, fields="", where=None, method="GET"):
    with Client(where or vane) as client:
        return client.ask(f"{method} {target} HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n".encode("latin-1"))


def no_backend_saw_anything():
    for backend in backends.values():
        equal(backend.requests, [])


def fresh():
    for backend in backends.values():
        backend.forget()


V2 = "Accept: application/vnd.orders.v2+json\r\n"
SERVED = [
    # name, target, fields, version's number, source, Vary
    ("path: the newest of its major", "/v1/orders", "", "1.4.2", "path", None),
    ("path: another major", "/v2/orders", "", "2.1.0", "path", None),
    ("path: nothing behind it", "/v2", "", "2.1.0", "path", None),
    ("path: only the slash behind it", "/v2/", "", "2.1.0", "path", None),
    ("path: with a query", "/v2?x=1", "", "2.1.0", "path", None),
    ("path: escaped letters are the same letters", "/%76%32/orders", "", "2.1.0", "path", None),
    ("path: dots go first", "/x/../v2/orders", "", "2.1.0", "path", None),
    ("path: repeated slashes are one", "//v2//orders", "", "2.1.0", "path", None),
    ("path: dots that are escaped go too", "/x/%2e%2e/v2/orders", "", "2.1.0", "path", None),
    ("header: major", "/orders", "API-Version: 1\r\n", "1.4.2", "header", "API-Version, Accept"),
    ("header: v and major", "/orders", "API-Version: v2\r\n", "2.1.0", "header", "API-Version, Accept"),
    ("header: its name is without case", "/orders", "api-VERSION: 2\r\n", "2.1.0", "header", "API-Version, Accept"),
    ("header: white space around it", "/orders", "API-Version: \t 2 \t\r\n", "2.1.0", "header", "API-Version, Accept"),
    ("header: at least this minor", "/orders", "API-Version: 1.2\r\n", "1.4.2", "header", "API-Version, Accept"),
    ("header: at least the newest", "/orders", "API-Version: 1.4\r\n", "1.4.2", "header", "API-Version, Accept"),
    ("header: at least this patch", "/orders", "API-Version: 1.4.2\r\n", "1.4.2", "header", "API-Version, Accept"),
    ("header: exactly", "/orders", "API-Version: =1.2\r\n", "1.2.0", "header", "API-Version, Accept"),
    ("header: exactly, all three", "/orders", "API-Version: =1.2.0\r\n", "1.2.0", "header", "API-Version, Accept"),
    ("header: a date", "/orders", "API-Version: 2026-01-01\r\n", "2026-01-01", "header", "API-Version, Accept"),
    ("header: v and minor", "/orders", "API-Version: v1.2\r\n", "1.4.2", "header", "API-Version, Accept"),
    ("path and header: major and minimum minor", "/v1/orders", "API-Version: 1.2\r\n", "1.4.2", "path", "API-Version, Accept"),
    ("path and header: major and exact minor", "/v1/orders", "API-Version: =1.2\r\n", "1.2.0", "path", "API-Version, Accept"),
    ("Accept: media type", "/orders", V2, "2.1.0", "accept", "API-Version, Accept"),
    ("Accept: media type without case", "/orders", V2.replace("orders.v", "Orders.V"), "2.1.0", "accept",
     "API-Version, Accept"),
    ("Accept: parameter", "/orders", "Accept: application/json;version=2\r\n", "2.1.0", "accept_parameter",
     "API-Version, Accept"),
    ("Accept: quoted parameter", "/orders", 'Accept: application/json; Version="1.2"\r\n', "1.4.2",
     "accept_parameter", "API-Version, Accept"),
    ("Accept: the highest quality wins", "/orders",
     "Accept: application/vnd.orders.v2+json;q=0.5, application/vnd.orders.v1+json;q=0.9\r\n", "1.4.2", "accept",
     "API-Version, Accept"),
    ("Accept: ranges in two fields", "/orders",
     "Accept: application/vnd.orders.v2+json;q=0.5\r\nAccept: application/vnd.orders.v1+json\r\n", "1.4.2", "accept",
     "API-Version, Accept"),
    ("Accept: what is not wanted says nothing", "/orders",
     "Accept: application/vnd.orders.v1+json;q=0, application/vnd.orders.v2+json\r\n", "2.1.0", "accept",
     "API-Version, Accept"),
    ("Accept: a range that nobody serves is passed over", "/orders",
     "Accept: application/vnd.orders.v9+json, application/vnd.orders.v2+json;q=0.1\r\n", "2.1.0", "accept",
     "API-Version, Accept"),
    ("query", "/orders?api-version=2", "", "2.1.0", "query", None),
    ("query: among others", "/orders?a=1&api-version=1.2&b", "", "1.4.2", "query", None),
    ("query: escaped name and value", "/orders?api%2Dversion=%32", "", "2.1.0", "query", None),
    ("query and header agree", "/orders?api-version=1", "API-Version: =1.2\r\n", "1.2.0", None, None),
]


@each(SERVED)
def test_served(target, fields, semver, source, vary):
    before = len(vane.access())
    answer = ask(target, fields)
    equal(answer.status, 200, answer)
    equal(answer.all("api-version"), [semver])
    who = {"1.2.0": "v12", "1.4.2": "v14", "2.1.0": "v2", "2026-01-01": "dated"}[semver]
    equal(json.loads(answer.body), {"served_by": who, "target": target})
    vane.next_outcome(before)
    line = vane.access()[before]
    equal(line["vane.version"], {"dated": "2026-01-01", "v12": "v1.2", "v14": "v1.4"}.get(who, who))
    if source:
        equal(line["vane.version_source"], source)
        if vary:
            equal(answer.get("vary"), vary)


REFUSED = [
    # name, target, fields, status, word, source in the detail
    ("missing", "/orders", "", 400, "version_missing", None),
    ("missing: a path that only begins so", "/vault/orders", "", 400, "version_missing", None),
    ("missing: any type will do", "/orders", "Accept: */*\r\n", 400, "version_missing", None),
    ("missing: an escaped slash is no slash", "/x%2Fv1%2Forders", "", 400, "version_missing", None),
    ("unknown: path", "/v3/orders", "", 404, "version_unknown", "path"),
    ("unknown: whole tokens", "/v11/orders", "", 404, "version_unknown", "path"),
    ("unknown: header", "/orders", "API-Version: 3\r\n", 400, "version_unknown", "header"),
    ("unknown: minor too new", "/orders", "API-Version: 1.5\r\n", 400, "version_unknown", "header"),
    ("unknown: exact minor that is not there", "/orders", "API-Version: =1.3\r\n", 400, "version_unknown", "header"),
    ("unknown: path's major, header's minor", "/v2/orders", "API-Version: 2.9\r\n", 400, "version_unknown", "header"),
    ("unknown: query", "/orders?api-version=7", "", 400, "version_unknown", "query"),
    ("unknown: Accept", "/orders", "Accept: application/vnd.orders.v9+json\r\n", 406, "version_unknown", "accept"),
    ("unknown: Accept parameter", "/orders", "Accept: text/html;version=9\r\n", 406, "version_unknown",
     "accept_parameter"),
    ("unknown: a date", "/orders", "API-Version: 2025-01-01\r\n", 400, "version_unknown", "header"),
    ("malformed: path", "/v1x/orders", "", 400, "version_malformed", "path"),
    ("malformed: leading zero", "/v01/orders", "", 400, "version_malformed", "path"),
    ("malformed: escaped slash in the segment", "/v1%2Forders", "", 400, "version_malformed", "path"),
    ("malformed: header", "/orders", "API-Version: latest\r\n", 400, "version_malformed", "header"),
    ("malformed: empty header", "/orders", "API-Version:\r\n", 400, "version_malformed", "header"),
    ("malformed: a sign", "/orders", "API-Version: -1\r\n", 400, "version_malformed", "header"),
    ("malformed: four parts", "/orders", "API-Version: 1.2.3.4\r\n", 400, "version_malformed", "header"),
    ("malformed: beyond any number", "/orders", "API-Version: 99999999999999999999\r\n", 400, "version_malformed",
     "header"),
    ("malformed: query", "/orders?api-version=", "", 400, "version_malformed", "query"),
    ("malformed: one good and one bad", "/v1/orders", "API-Version: one\r\n", 400, "version_malformed", "header"),
    ("conflict: path and header", "/v1/orders", "API-Version: 2\r\n", 400, "version_conflict", "header"),
    ("conflict: path and Accept", "/v1/orders", V2, 400, "version_conflict", "accept"),
    ("conflict: path and query", "/v1/orders?api-version=2", "", 400, "version_conflict", "query"),
    ("conflict: header twice", "/orders", "API-Version: 1\r\nAPI-Version: 2\r\n", 400, "version_conflict", "header"),
    ("conflict: header as a list", "/orders", "API-Version: 1, 2\r\n", 400, "version_conflict", "header"),
    ("conflict: query twice", "/orders?api-version=1&api-version=2", "", 400, "version_conflict", "query"),
    ("conflict: a date and a number", "/v1/orders", "API-Version: 2026-01-01\r\n", 400, "version_conflict", "header"),
]


@each(REFUSED)
def test_refused(target, fields, status, word, source):
    fresh()
    before = len(vane.access())
    answer = ask(target, fields)
    equal((answer.status, answer.get("content-type"), answer.get("cache-control")),
          (status, "application/problem+json", "no-store"), answer)
    problem = json.loads(answer.body)
    equal(set(problem), {"type", "title", "status", "detail", "request_id", "versions"})
    equal((problem["type"], problem["status"]), (f"urn:vane:problem:{word}", status))
    equal(problem["versions"], ["v1.2", "v1.4", "v2", "2026-01-01"])
    equal(problem["request_id"], answer.get("x-request-id"))
    if source:
        contains(source, problem["detail"])
    equal(answer.all("api-version"), [])
    no_backend_saw_anything()
    equal(vane.next_outcome(before), [word])
    # A refusal tells the client's own words to nobody.
    for said in ("latest", "1.2.3.4", "99999999999999999999"):
        true(said not in answer.body.decode(), problem)


def test_refusals_are_events_and_counted():
    eventually(lambda: [e for e in vane.events("version.refused") if e.get("vane.outcome") == "version_conflict"],
               "an event")
    event = [e for e in vane.events("version.refused") if e.get("vane.outcome") == "version_conflict"][0]
    equal((event.get("vane.version", "none"), event["http.request.method"]), ("none", "GET"))
    page = vane.scrape()
    for pair in (("path", "ok"), ("header", "ok"), ("accept", "ok"), ("accept_parameter", "ok"), ("query", "ok"),
                 ("path", "unknown"), ("none", "missing"), ("header", "malformed"), ("header", "conflict")):
        contains('vane_version_selected_total{source="%s",result="%s"}' % pair, page)


UNVERSIONED = [
    ("exact", "/healthz", "v2", 200),
    ("exact, with a query", "/healthz?full", "v2", 200),
    ("prefix", "/static/logo.png", "v12", 200),
    ("prefix itself", "/static/", "v12", 200),
    ("spelling", "/%68ealthz", "v2", 200),
    ("exact means exact", "/healthz/more", None, 400),
    ("a prefix needs its slash", "/staticx", None, 400),
    ("dots do not lead out", "/static/../orders", None, 400),
]


@each(UNVERSIONED)
def test_unversioned(target, who, status):
    answer = ask(target)
    equal(answer.status, status, answer)
    if who:
        equal(json.loads(answer.body), {"served_by": who, "target": target})


def test_every_method_is_chosen_for_alike():
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        with Client(vane) as client:
            answer = client.ask(f"{method} /v2/x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n".encode())
            equal((answer.status, answer.get("api-version")), (200, "2.1.0"))


def test_versions_change_on_one_connection():
    with Client(vane) as client:
        for target, semver in (("/v1/a", "1.4.2"), ("/v2/a", "2.1.0"), ("/nope", None), ("/v1/a", "1.4.2")):
            answer = client.ask(get(target))
            equal(answer.get("api-version"), semver)


# ---- other configurations ----

STRIP = "select: {from: [{path: /api/v<major>, strip: true}]}\nversions: {v1: {backend: '%(b)s'}, v2: {backend: '%(b)s'}}\n"
stripping = Vane(STRIP, {"b": backends["v12"].address})


@each([
    ("in front", "/api/v1/orders/7?x=%2F1", "/api/orders/7?x=%2F1"),
    ("nothing behind", "/api/v1", "/api"),
    ("only a slash behind", "/api/v1/", "/api/"),
    ("a query alone", "/api/v2?a", "/api?a"),
    ("the rest stays as it was spelled", "/api/v1/a%2Fb/%7Ex//y", "/api/a%2Fb/%7Ex//y"),
    ("dots lead to the normal form", "/api/x/../v1/orders", "/api/orders"),
    ("an escaped segment too", "/api/%761/orders", "/api/orders"),
    ("repeated slashes are one", "//api//v1//orders", "/api/orders"),
])
def test_strip(target, arrives):
    answer = ask(target, where=stripping)
    equal((answer.status, json.loads(answer.body)["target"]), (200, arrives))


@each([
    ("the segment elsewhere", "/v1/api/orders", 400, "version_missing"),
    ("out of the prefix", "/api/v1/../../v9/x", 400, "version_missing"),
    ("out and in again", "/api/v1/../v9/x", 404, "version_unknown"),
])
def test_strip_refuses(target, status, word):
    answer = ask(target, where=stripping)
    equal((answer.status, json.loads(answer.body)["type"]), (status, f"urn:vane:problem:{word}"), target)


DEFAULTS = """
select: {from: [{path: /v<major>}, {header: X-Api}], missing: v1, unknown: v2}
consumers: {from: [{header: X-Consumer}], pin: {legacy: v2}}
versions: {v1: {backend: '%(v12)s', semver: 1.0.0}, v2: {backend: '%(v2)s', semver: 2.0.0}}
"""
lenient = Vane(DEFAULTS, {name: b.address for name, b in backends.items()})


@each([
    ("missing", "/orders", "", "1.0.0", "default"),
    ("unknown", "/v7/orders", "", "2.0.0", "default"),
    ("pinned", "/orders", "X-Consumer: legacy\r\n", "2.0.0", "pin"),
    ("a pin does not outweigh a version", "/v1/orders", "X-Consumer: legacy\r\n", "1.0.0", "path"),
    ("the default source is gone", "/orders", "API-Version: 2\r\n", "1.0.0", "default"),
    ("another field's name", "/orders", "X-Api: 2\r\n", "2.0.0", "header"),
])
def test_defaults(target, fields, semver, source):
    before = len(lenient.access())
    equal(ask(target, fields, lenient).get("api-version"), semver)
    lenient.next_outcome(before)
    equal(lenient.access()[before]["vane.version_source"], source)


@each([("malformed", "X-Api: two\r\n", "version_malformed"), ("conflict", "X-Api: 1, 2\r\n", "version_conflict")])
def test_defaults_do_not_hide(fields, word):
    answer = ask("/orders", fields, lenient)
    equal((answer.status, json.loads(answer.body)["type"]), (400, f"urn:vane:problem:{word}"))


def test_a_single_version_needs_no_name():
    single = Vane("versions: {v1: {backend: '%(v12)s', semver: 1.2.0}}\n", {"v12": backends["v12"].address})
    answer = ask("/anything", where=single)
    equal((answer.status, answer.get("api-version"), answer.get("vary")), (200, "1.2.0", None))
    equal(ask("/v2/x", where=single).status, 404)


def test_a_backend_s_own_vary_stays():
    backend = Backend(answer=b"HTTP/1.1 200 OK\r\nVary: Accept-Language\r\nContent-Length: 0\r\n\r\n")
    both = Vane("versions: {v1: {backend: '%(b)s'}, v2: {backend: '%(b)s'}}\n", {"b": backend.address})
    answer = ask("/x", "API-Version: 1\r\n", both)
    names = [n.strip().lower() for v in answer.all("vary") for n in v.split(",")]
    equal(sorted(names), ["accept", "accept-language", "api-version"])


if __name__ == "__main__":
    main()
