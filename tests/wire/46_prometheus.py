"""vane and Prometheus: the rules and their tests under conf/alerts, every query of the dashboard, `promtool check metrics`,
and `vane can-retire --prometheus`, against a real Prometheus that scrapes two vanes. Skipped where there is none."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from harness import BINARY, OK, ROOT, Backend, Client, Vane, contains, each, equal, eventually, free_port, get, main, running, scratch, true

ALERTS = os.path.join(ROOT, "conf", "alerts")
missing = [program for program in ("prometheus", "promtool") if not shutil.which(program)]
if missing:
    print(f"skipped: {', '.join(missing)} is not installed (Debian: prometheus)", flush=True)
    os._exit(77)

CONTRACT = """
openapi: 3.1.0
info: {title: T, version: 1.4.0}
servers: [{url: /v1}]
paths:
  /orders:
    get: {parameters: [{name: limit, in: query, schema: {type: integer}}], responses: {"200": {description: ok}}}
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok}}
"""
CONFIG = """
listen: '127.0.0.1:%(port)d'
admin: {listen: '127.0.0.1:%(admin)d'}
drain: {delay: 0s, timeout: 2s}
consumers: {from: [{header: X-Consumer}]}
select: {from: [{path: /v<major>}]}
validate: {requests: report, responses: report, max_body: 64B}
versions:
  v1: {backend: '%(old)s', contract: '%(contract)s', deprecated: 2020-01-01, sunset: 2099-01-01, successor: v2}
  v2: {backend: '%(old)s', canary: {backend: '%(canary)s', weight: 50%%, sticky: none}}
  v3: {backend: '%(old)s'}
"""
backend = Backend(answer=OK)
canary = Backend(answer=b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")
contract = os.path.join(tempfile.mkdtemp(dir=scratch), "openapi.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)


class Scraped(Vane):
    """Its admin port is a TCP port, because Prometheus knows no other."""

    def write(self, text):
        self.admin_port = getattr(self, "admin_port", None) or free_port()
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(CONFIG % {"port": self.port, "admin": self.admin_port, "old": backend.address,
                                 "canary": canary.address, "contract": contract})

    def page(self, target, more=""):
        with Client(self.admin_port) as client:
            return client.ask(get(target, more=more))


class Prometheus:
    """A server of its own on a free port of loopback that scrapes every second."""

    def __init__(self, targets):
        self.port, self.directory = free_port(), tempfile.mkdtemp(dir=scratch)
        self.file = os.path.join(self.directory, "prometheus.yaml")
        self.targets(targets)
        self.log = open(os.path.join(self.directory, "log"), "wb")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.file}", f"--storage.tsdb.path={self.directory}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-lifecycle"], stdout=self.log, stderr=self.log)
        self.url = f"http://127.0.0.1:{self.port}"
        self.stopped = False
        running.append(self)
        eventually(self.ready, "Prometheus starts", 60)

    def targets(self, targets):
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump({"global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                       "rule_files": [os.path.join(ALERTS, "recording.yaml"), os.path.join(ALERTS, "alerts.yaml")],
                       "scrape_configs": [{"job_name": "orders", "static_configs": [{"targets": targets}]}]}, file)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return answer.read()

    def ready(self):
        try:
            return self.get("/-/ready")
        except OSError:
            return None

    def query(self, expression):
        """The series of an instant query."""
        answer = json.loads(self.get("/api/v1/query?query=" + urllib.parse.quote(expression)))
        equal(answer["status"], "success", expression)
        return answer["data"]["result"]

    def stop(self):
        if not self.stopped:
            self.stopped = True
            self.process.terminate()
            self.process.wait(20)
            self.log.close()


def promtool(*words, stdin=None):
    done = subprocess.run(["promtool", *words], input=stdin, capture_output=True, text=True, check=False, cwd=ALERTS, timeout=120)
    return done.returncode, done.stdout + done.stderr


def shipped(name):
    with open(os.path.join(ALERTS, name), encoding="utf-8") as file:
        return file.read()


def call(vane, target, consumer="erp", method="GET", body=b"", type="application/json"):
    with Client(vane) as client:
        return client.ask(f"{method} {target} HTTP/1.1\r\nHost: a\r\nX-Consumer: {consumer}\r\nContent-Type: {type}\r\n"
                          f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def test_rules_are_well_formed():
    code, said = promtool("check", "rules", "recording.yaml", "alerts.yaml")
    equal(code, 0, said)


def test_rules_do_what_they_should():
    code, said = promtool("test", "rules", "life_test.yaml", "alerts_test.yaml")
    equal(code, 0, said)


def test_every_alert_has_a_test():
    equal(set(re.findall(r"alert: (\w+)", shipped("alerts.yaml"))),
          set(re.findall(r"alertname: (\w+)", shipped("alerts_test.yaml") + shipped("life_test.yaml"))))


def test_every_metric_that_is_asked_for_exists():
    with open(os.path.join(ROOT, "proxy", "metrics.def"), encoding="utf-8") as file:
        known = set(re.findall(r'"((?:vane|process)_\w+)"', file.read()))
    for name in ("recording.yaml", "alerts.yaml", "life_test.yaml", "alerts_test.yaml", "dashboard.json"):
        for metric in set(re.findall(r"\b(?:vane|process)_\w+", shipped(name))):
            true(metric in known or re.sub(r"_(total|info|bucket|sum|count)$", "", metric) in known, f"{name}: {metric}")


first, second = Scraped("versions: {}"), Scraped("versions: {}")
prometheus = Prometheus([f"127.0.0.1:{v.admin_port}" for v in (first, second)])


def traffic():
    for vane in (first, second):
        call(vane, "/v1/orders?limit=many")
        call(vane, "/v1/orders", method="POST", body=b'{"a":"' + b"x" * 200 + b'"}')
        for _ in range(6):
            call(vane, "/v2/orders")
        call(vane, "/v3/orders")
        call(vane, "/v9/orders")


def rules():
    """What Prometheus made of the rules that are shipped, by name."""
    groups = json.loads(prometheus.get("/api/v1/rules"))["data"]["groups"]
    return {rule["name"]: rule for group in groups for rule in group["rules"]}


def test_every_query_of_the_dashboard_finds_series():
    stop = threading.Event()

    def keep():
        while not stop.is_set():
            traffic()
            time.sleep(0.2)
    caller = threading.Thread(target=keep, daemon=True)
    caller.start()
    try:
        eventually(lambda: len(prometheus.query("up == 1")) == 2, "two targets", 60)
        panels = json.loads(shipped("dashboard.json"))["panels"]
        queries = [target["expr"] for panel in panels for target in panel["targets"]]
        true(len(queries) > 15)
        for query in queries:
            text = query.replace("$__rate_interval", "10s").replace("$job", "orders|other")
            true("$" not in text, text)
            eventually(lambda text=text: prometheus.query(text), f"series for {text}", 40)
        for name in rules():
            if name.startswith("vane:"):
                eventually(lambda name=name: prometheus.query(name), f"series for {name}", 40)
        equal([(name, rule.get("lastError")) for name, rule in rules().items() if rule["health"] != "ok"], [])
        contains("VaneRetiredVersionCalled", rules())
    finally:
        stop.set()
        caller.join()


@each([("text", "text/plain"), ("OpenMetrics", "application/openmetrics-text; version=1.0.0")])
def test_the_page_is_clean(accept):
    """promtool knows the text format only; Prometheus itself has read the other one above."""
    answer = first.page("/metrics", f"Accept: {accept}\r\n")
    contains(accept.split(";")[0], answer.get("content-type"))
    if accept == "text/plain":
        code, said = promtool("check", "metrics", stdin=answer.body.decode())
        equal((code, said), (0, ""))
    else:
        true(answer.body.endswith(b"# EOF\n"))
        contains(b" # {trace_id=", answer.body)


def retire(version, period, url=None):
    done = subprocess.run([BINARY, "can-retire", version, "--quiet-for", period, "--prometheus", url or prometheus.url, "-o", "json"],
                          capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def test_can_retire_no():
    call(second, "/v1/orders", "nightly")
    eventually(lambda: prometheus.query('vane_deprecated_last_request_timestamp_seconds{consumer="nightly"}'), "it is scraped")
    code, answer, _ = retire("v1", "1h")
    equal((code, answer["can_retire"]), (1, False))
    contains(("nightly", "GET /orders"), {(c["consumer"], c["operation"]) for c in answer["callers"]})
    equal(retire("v1/GET /orders", "1h")[0], 1)
    # One that is not deprecated has no consumers in its metrics: that it is called is known nevertheless.
    code, answer, _ = eventually(lambda: (lambda r: r[0] == 1 and r)(retire("v3", "30s")), "its requests are scraped")
    contains("not told", answer["callers"][0]["consumer"])


def test_can_retire_yes_when_it_is_quiet():
    code, answer, _ = eventually(lambda: (lambda r: r[0] == 0 and r)(retire("v1", "4s")), "quiet for four seconds", 40)
    equal((code, answer["can_retire"], answer["callers"]), (0, True, []))
    eventually(lambda: retire("v3", "4s")[0] == 0, "so is v3", 40)
    equal(retire("v1/POST /orders", "4s")[0], 0)


def test_can_retire_cannot_tell():
    code, answer, _ = retire("v1", "4s", url="http://127.0.0.1:1")
    equal((code, answer), (2, None))
    code, answer, _ = retire("v9", "4s")
    equal((code, answer["can_retire"]), (2, None))
    # Longer than Prometheus has run: only who called since then would be known, and for v2 nobody is.
    third = Scraped("versions: {}")
    fresh = Prometheus([f"127.0.0.1:{third.admin_port}"])
    eventually(lambda: len(fresh.query("up == 1")) == 1, "it is scraped", 60)
    code, answer, _ = retire("v3", "1h", url=fresh.url)
    equal((code, answer["reason"]), (2, "the version was not scraped for the whole period"))
    eventually(lambda: retire("v3", "3s", url=fresh.url)[0] == 0, "the history is long enough", 40)
    # A vane that is gone may have seen what nobody knows.
    third.stop()
    eventually(lambda: fresh.query("up == 0"), "it is gone")
    code, answer, _ = retire("v3", "3s", url=fresh.url)
    equal(code, 2, answer)
    fresh.stop()
    code, answer, error = retire("v1", "4s", url=fresh.url)
    equal((code, answer), (2, None))
    contains(fresh.url, error)


def test_one_of_two_is_gone():
    eventually(lambda: retire("v1", "4s")[0] == 0, "quiet", 40)
    second.stop()
    eventually(lambda: prometheus.query("up == 0"), "it is gone")
    code, answer, _ = retire("v1", "4s")
    equal((code, answer["reason"]), (2, "a vane that served the version is not scraped at the moment"))


if __name__ == "__main__":
    main()
