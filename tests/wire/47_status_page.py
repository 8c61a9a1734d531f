"""The status page in a real browser: headless Chromium (Debian's) driven by playwright-core (npm), on real traffic. Skipped,
with the reason, where one of them is missing; playwright-core is brought into a cache outside of the repository
($VANE_TEST_CACHE, or ~/.cache/vane-tests) where npm is at hand."""
import json
import os
import re
import shutil
import subprocess

from harness import BINARY, OK, ROOT, Backend, Client, Vane, contains, eventually, equal, free_port, get, main, scratch, true

CACHE = os.environ.get("VANE_TEST_CACHE") or os.path.expanduser("~/.cache/vane-tests")


def skip(why):
    print("skipped: " + why, flush=True)
    os._exit(77)


chromium = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
if not chromium:
    skip("chromium is not installed (Debian: chromium)")
if not shutil.which("node"):
    skip("node is not installed (Debian: nodejs)")
if not os.path.isdir(os.path.join(CACHE, "node_modules", "playwright-core")):
    if not shutil.which("npm"):
        skip("playwright-core is not there, and npm neither")
    os.makedirs(CACHE, exist_ok=True)
    brought = subprocess.run(["npm", "install", "--prefix", CACHE, "--no-audit", "--no-fund", "playwright-core@1"],
                             capture_output=True, text=True, check=False, timeout=120)
    if brought.returncode != 0:
        skip("npm cannot bring playwright-core: " + brought.stderr.strip()[-200:])

HOSTILE = ["<script>window.pwned=1</script>", '"><img src=x onerror=window.pwned=1>', "javascript:window.pwned=1", "&lt;b&gt;"]
TARGET = "/v1/orders?<img/src=x/onerror=window.pwned=1>"
CONFIG = """
api: orders <b>&
consumers: {from: [{header: X-Consumer}]}
select: {from: [{path: /v<major>}]}
validate: {requests: report, responses: report, max_body: 64B}
versions:
  v1:
    backend: '%(backend)s'
    contract: '%(contract)s'
    deprecated: 2026-01-01
    sunset: 2099-06-30
    successor: v2
    brownouts: [{at: 2099-03-01T14:00:00Z, for: 1h}]
  v2: {backend: '%(backend)s', canary: {backend: '%(backend)s', weight: 50%%, sticky: none}}
  v3: {backend: '%(backend)s', deprecated: 2026-01-01, sunset: 2026-02-01}
"""
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
backend = Backend(answer=OK)


class Shown(Vane):
    """Its admin port is a TCP port: a browser knows no other."""

    def write(self, text):
        self.admin_port = free_port()
        super().write(text.replace(f"'unix:{self.admin}'", f"'127.0.0.1:{self.admin_port}'"))

    def page(self, target, more=""):
        with Client(self.admin_port) as client:
            return client.ask(get(target, more=more))


contract = os.path.join(scratch, "openapi.yaml")
with open(contract, "w", encoding="utf-8") as out:
    out.write(CONTRACT)
vane = Shown(CONFIG, {"backend": backend.address, "contract": contract})


def call(target, consumer, method="GET", body=b""):
    with Client(vane) as client:
        return client.ask(f"{method} {target} HTTP/1.1\r\nHost: a\r\nX-Consumer: {consumer}\r\nContent-Type: application/json\r\n"
                          f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def look():
    """What the browser saw, once."""
    if not hasattr(look, "seen"):
        for consumer in ["erp", "app"] + HOSTILE:
            call("/v1/orders", consumer)
        call("/v1/orders?limit=<script>window.pwned=1</script>", "erp")
        call("/v1/<img src=x onerror=window.pwned=1>".replace(" ", "%20"), "erp")
        call("/v1/orders", "app", "POST", b'{"a":"' + b"x" * 200 + b'"}')
        for _ in range(20):
            call("/v2/things", "modern")
        eventually(lambda: len(vane.access()) >= 29, "traffic")
        screenshot = os.environ.get("VANE_SCREENSHOT")
        asked = {"url": f"http://127.0.0.1:{vane.admin_port}/", "modules": CACHE, "chromium": chromium, "later": "late-comer",
                 "target": TARGET, "screenshot": screenshot}
        browser = subprocess.Popen(["node", os.path.join(ROOT, "tests", "wire", "status_page.mjs"), json.dumps(asked)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = browser.stdout.readline()
        if line == "ready\n":
            call("/v1/orders", "late-comer")
        said, error = browser.communicate(timeout=120)
        equal((line, browser.returncode), ("ready\n", 0), error[-2000:])
        look.seen = json.loads(said)
    return look.seen


def test_what_a_person_sees():
    text = look()["text"]
    for word in ("orders <b>&", "v1", "v2", "v3", "deprecated", "sunset", "2099-06-30", "erp", "app", "GET /orders", "/orders",
                 "too_large", "Backends", backend.address, "Violations", "Canary", "Explain"):
        contains(word.lower(), text.lower())
    contains("orders", look()["title"])
    true(look()["elements"]["lines"] >= 2, look()["elements"])


def test_hostile_names_are_text():
    seen = look()
    for name in HOSTILE:
        contains(name, seen["text"])
    equal((seen["pwned"], seen["violated"]), ("undefined", []))
    equal((seen["elements"]["images"], seen["elements"]["frames"], seen["elements"]["handlers"]), (0, 0, 0))
    equal(seen["elements"]["scripts"], 1)


def test_nothing_comes_from_elsewhere_and_nobody_complains():
    origin = f"http://127.0.0.1:{vane.admin_port}/"
    true(all(url.startswith(origin) for url in look()["requests"]), look()["requests"])
    equal(look()["console"], [])


def test_light_and_dark():
    def brightness(color):
        return sum(int(part) for part in re.findall(r"\d+", color)[:3])
    true(brightness(look()["light"]) > 600 and brightness(look()["dark"]) < 200, (look()["light"], look()["dark"]))


def test_a_phone():
    true(look()["phone"] <= 0 and look()["wide"] <= 0, (look()["phone"], look()["wide"]))
    true(look()["phoneFont"] >= 14, look()["phoneFont"])


def test_without_a_script():
    for word in ["erp", "deprecated", "late-comer"] + HOSTILE:
        contains(word, look()["plain"])


def test_it_refreshes_itself():
    true(look()["refreshed"])


def test_explain_says_what_vane_route_says():
    ran = subprocess.run([BINARY, "route", "GET " + TARGET, vane.file, "-o", "json"], capture_output=True, text=True, check=False)
    said = json.loads(ran.stdout)
    equal(json.loads(look()["explained"]), said)
    equal((said["version"], said["operation"]), ("v1", "/orders"))


def test_a_click_copies_the_table():
    true(look().get("copied", "").startswith("version,operation,consumer"), look().get("copied"))
    contains("erp", look()["copied"])


def test_small_strict_and_whole():
    answer = vane.page("/")
    true(len(answer.body) < 40 * 1024, len(answer.body))
    policy = answer.get("content-security-policy")
    contains("default-src 'none'", policy)
    true("unsafe" not in policy and "*" not in policy, policy)
    true(b"http://" not in answer.body.replace(b"http://www.w3.org", b"") and b"https://" not in answer.body)


if __name__ == "__main__":
    main()
