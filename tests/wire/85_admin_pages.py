"""The admin port: probes, metrics that promtool finds clean, and the pages under /api (design, section 13)."""
import json
import re
import shutil
import subprocess
import sys

from harness import OK, PATIENCE, Backend, Client, Vane, contains, each, equal, eventually, get, main, true

CONFIG = """
consumers: {from: [{header: X-Consumer}]}
versions:
  v1: {backend: '%(b)s', semver: 1.4.0, deprecated: 2020-01-01, successor: v2}
  v2: {backend: '%(b)s', semver: 2.0.0}
"""
backend = Backend(answer=OK)
vane = Vane(CONFIG, {"b": backend.address})
for target in ("/v1/a", "/v2/a", "/v3/a", "/a"):
    with Client(vane) as first:
        first.ask(get(target, more='X-Consumer: a"b\\c\r\n'))
eventually(lambda: len(vane.access()) == 4, "access lines")


@each([("livez", "/livez"), ("readyz", "/readyz")])
def test_probes(target):
    answer = vane.page(target)
    equal((answer.status, answer.get("connection")), (200, "close"))


def promtool(text):
    return subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=PATIENCE,
                          check=False)


def test_metrics_are_clean():
    answer = vane.page("/metrics")
    contains("text/plain; version=0.0.4", answer.get("content-type"))
    text = answer.body.decode()
    for family in ("vane_requests_total", "vane_request_duration_seconds", "vane_version_selected_total", "vane_version_info",
                   "vane_deprecated_requests_total", "vane_deprecated_last_request_timestamp_seconds", "vane_build_info",
                   "vane_connections", "vane_ready", "process_cpu_seconds_total"):
        true(re.search(rf"^# TYPE {family} ", text, re.M), family)
        true(re.search(rf"^{family}(_bucket)?[ {{]", text, re.M), family)
    if not shutil.which("promtool"):
        print("promtool is not here (apt install prometheus): the page is not held against it", file=sys.stderr)
        return
    done = promtool(text)
    equal((done.returncode, done.stdout + done.stderr), (0, b""))
    true(promtool(text + "bad metric\n").returncode, "promtool does find faults")


def test_every_sample_has_its_family():
    families, seen = {}, set()
    for line in vane.scrape().strip().split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            true(name not in families, line)
            families[name] = kind
        elif not line.startswith("#"):
            name = re.match(r"[a-z_]+", line)[0]
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            contains(base if families.get(base) == "histogram" else name, families)
            true(line not in seen, line)
            seen.add(line)
    true(len(families) > 20, families)


def test_counters_never_fall_and_requests_add_up():
    def page():
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in vane.scrape().strip().split("\n")
                if re.match(r"\w+_(total|count|bucket|sum)\b", line)}
    before = page()
    with Client(vane) as client:
        for _ in range(7):
            client.ask(get("/v2/b"))
    eventually(lambda: len(vane.access()) >= 11, "access lines")
    after = page()
    true(all(after[key] >= value for key, value in before.items()))
    name = 'vane_requests_total{version="v2",route="none",method="GET",code="200",outcome="ok"}'
    equal(after[name] - before[name], 7)
    for pages in (before, after):
        for key, value in pages.items():
            if key.startswith("vane_request_duration_seconds_count"):
                labels = re.search(r"\{(.*)\}", key)[1]
                equal(pages['vane_request_duration_seconds_bucket{%s,le="+Inf"}' % labels], value)


def test_open_metrics_when_it_is_asked_for():
    answer = vane.page("/metrics", "Accept: application/openmetrics-text; version=1.0.0\r\n")
    contains("application/openmetrics-text", answer.get("content-type"))
    true(answer.body.endswith(b"# EOF\n"))


def test_odd_consumers_are_escaped():
    contains(r'consumer="a\"b\\c"', vane.scrape())


def test_status():
    answer = vane.page("/api/status")
    equal(answer.get("content-type").split(";")[0], "application/json")
    status = json.loads(answer.body)
    equal([(v["name"], v["semver"], v["state"]) for v in status["versions"]],
          [("v1", "1.4.0", "deprecated"), ("v2", "2.0.0", "active")])
    equal([b["address"] for b in status["backends"]], [backend.address] * 2)
    true(status["ready"])


def test_usage_as_json_and_csv():
    usage = json.loads(vane.page("/api/usage").body)["usage"]
    true(any(u["version"] == "v1" and u["deprecated"] and u["count"] >= 1 for u in usage), usage)
    answer = vane.page("/api/usage?format=csv")
    contains("text/csv", answer.get("content-type"))
    true(answer.body.decode().startswith("version,operation,consumer,"))


def test_events():
    events = eventually(lambda: json.loads(vane.page("/api/events?limit=100").body)["events"], "events in the journal", 30)
    numbers = [e["seq"] if "seq" in e else e["id"] for e in events]
    equal(numbers, sorted(numbers))
    last = numbers[-1]
    equal(json.loads(vane.page(f"/api/events?limit=10&after={last}").body)["events"], [])


def test_events_as_a_stream():
    with Client("unix:" + vane.admin) as client:
        client.send(get("/api/events"))
        while b"\ndata:" not in client.buffer:
            true(client.more())
        contains(b"content-type: text/event-stream", bytes(client.buffer).lower())


def test_the_configuration_in_force():
    contains("1.4.0", vane.page("/api/config").body.decode())


def test_explain():
    told = json.loads(vane.page("/api/explain?method=GET&target=%2Fv1%2Forders").body)
    equal((told["version"], told["outcome"]), ("v1", "ok"))


def test_the_page_for_people():
    answer = vane.page("/")
    equal((answer.status, answer.get("content-type").split(";")[0]), (200, "text/html"))
    contains(b"v1", answer.body)


@each([
    ("no such page", b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("a page is not changed", b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405),
    ("no change without the token", b"POST /api/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 401),
    ("no head", b"nonsense\r\n\r\n", 400),
    ("too large a head", b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40000 + b"\r\n\r\n", 431),
])
def test_refusals(raw, status):
    with Client("unix:" + vane.admin) as client:
        equal(client.ask(raw).status, status)


if __name__ == "__main__":
    main()
