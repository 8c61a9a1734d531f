"""What clients can find out about versions by themselves (`discovery: on`): which there are, their states and dates."""
import json

from harness import OK, Backend, Client, Vane, contains, each, equal, eventually, get, main, true

backend = Backend(answer=OK)
CONFIG = """
api: orders
select: {from: [{path: /v<major>}]}
versions:
  v1: {backend: '%(backend)s', semver: 1.4.0, deprecated: 2020-06-30, sunset: 2099-06-30, successor: v2, docs: 'https://example.com/move'}
  v2: {backend: '%(backend)s', semver: 2.0.0}
"""
on = Vane("discovery: on\n" + CONFIG, {"backend": backend.address})
off = Vane(CONFIG, {"backend": backend.address})
WANTED = {"api": "orders", "versions": [
    {"name": "v1", "version": "1.4.0", "state": "deprecated", "deprecated": "2020-06-30T00:00:00.000Z",
     "sunset": "2099-06-30T00:00:00.000Z", "successor": "v2", "documentation": "https://example.com/move"},
    {"name": "v2", "version": "2.0.0", "state": "active"}]}


def ask(vane, request):
    with Client(vane) as client:
        return client.ask(request)


@each([
    ("GET", get("/.well-known/api-versions")),
    ("with a query", get("/.well-known/api-versions?x=1")),
    ("OPTIONS", b"OPTIONS /.well-known/api-versions HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("OPTIONS of the server (RFC 9110, 9.3.7)", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("with a body that is dropped", b"OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
])
def test_the_versions(request):
    backend.forget()
    answer = ask(on, request)
    equal((answer.status, answer.get("content-type")), (200, "application/json"))
    equal(json.loads(answer.body), WANTED)
    equal(answer.get("api-version"), None)
    equal(backend.requests, [])
    equal(on.outcome_of(answer), "ok")


def test_head():
    answer = ask(on, b"HEAD /.well-known/api-versions HTTP/1.1\r\nHost: a\r\n\r\n")
    equal((answer.status, answer.body), (200, b""))
    equal(int(answer.get("content-length")), len(ask(on, get("/.well-known/api-versions")).body))


@each([
    ("another method", b"POST /.well-known/api-versions HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
    ("a longer path", get("/.well-known/api-versions/x")),
])
def test_what_is_not_asked(request):
    equal(ask(on, request).status, 400)  # it names no version


def test_options_of_a_resource_is_the_backend_s():
    backend.forget()
    answer = ask(on, b"OPTIONS /v1/orders HTTP/1.1\r\nHost: a\r\n\r\n")
    equal((answer.status, backend.one().method), (200, "OPTIONS"))
    contains("@", answer.get("deprecation"))
    equal(answer.get("sunset"), "Tue, 30 Jun 2099 00:00:00 GMT")


def test_off_by_default():
    equal(ask(off, get("/.well-known/api-versions")).status, 400)
    equal(ask(off, b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 400)


def test_it_is_no_usage():
    eventually(lambda: on.access(), "traffic")
    use = [u for u in json.loads(on.page("/api/usage").body)["usage"] if u["operation"] != "OPTIONS none"]
    equal(use, [])
    true("well-known" not in on.scrape())


if __name__ == "__main__":
    main()
