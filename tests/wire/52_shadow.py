"""Shadow contracts: a version's traffic held against its next contract, and nothing follows from it but figures."""
import json
import os
import tempfile

from harness import Backend, Client, Vane, equal, eventually, get, main, scratch, true
from rollout import named

NOW = {"openapi": "3.1.0", "info": {"title": "t", "version": "1.0.0"}, "paths": {"/x": {
    "get": {"responses": {"200": {"description": "d", "content": {"application/json": {"schema": {}}}}}},
    "post": {"requestBody": {"content": {"application/json": {"schema": {}}}},
             "responses": {"200": {"description": "d", "content": {"application/json": {"schema": {}}}}}}},
    "/old": {"get": {"responses": {"200": {"description": "d"}}}}}}
NEXT = json.loads(json.dumps(NOW).replace('"1.0.0"', '"2.0.0"'))
NEXT["paths"]["/x"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {
    "type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
NEXT["paths"]["/x"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "object"}
NEXT["servers"] = [{"url": "/v2"}]
del NEXT["paths"]["/old"]

folder = tempfile.mkdtemp(dir=scratch)
for name, document in (("now", NOW), ("next", NEXT)):
    with open(os.path.join(folder, name + ".json"), "w", encoding="ascii") as out:
        json.dump(document, out)
backend = Backend(answer=named("b", 200, b'{"n": 1}'))
MODE = "validate: {requests: enforce, responses: enforce}\n"
CONFIG = (f"versions: {{v1: {{backend: '{backend.address}', contract: '{folder}/now.json', "
          f"shadow_contract: {{file: '{folder}/next.json', max_body: 1KiB}}}}}}\n")
vane = Vane(CONFIG + MODE)


def shadow(of=None):
    return json.loads((of or vane).page("/api/status").body)["shadow"][0]


def post(body, consumer="ann", chunked=False, path="/v1/x"):
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    if chunked:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return (f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Consumer: {consumer}\r\n"
            f"{framing}\r\n\r\n").encode() + body


def counts(before, after, direction):
    return {k: after[direction][k] - before[direction][k] for k in ("satisfied", "violated", "unchecked")
            if after[direction][k] != before[direction][k]}


def sees(raw, request, response, of=None, status=200):
    """What the shadow contract says of one exchange that v1 lets through."""
    before = shadow(of)
    with Client(of or vane) as client:
        answer = client.ask(raw)
        equal(answer.status, status, answer)
    def changed():
        after = shadow(of)
        return after if after["request"] != before["request"] else None
    after = eventually(changed, "a verdict")
    equal((counts(before, after, "request"), counts(before, after, "response")),
          ({request: 1}, {response: 1} if response else {}))


def test_requests():
    sees(post(b'{"id": 1}'), "satisfied", "satisfied")
    sees(post(b'{"id": 1}', chunked=True), "satisfied", "satisfied")
    sees(post(b'{"id": "one"}'), "violated", "satisfied")
    sees(post(b'{}', "bob"), "violated", "satisfied")
    sees(get("/v1/old"), "violated", "unchecked")


def test_responses():
    backend.answer = named("b", 200, b'[1]')
    sees(get("/v1/x"), "satisfied", "violated")
    backend.answer = named("b", 200, b'{"n": 1}')
    sees(get("/v1/x"), "satisfied", "satisfied")


def test_what_is_too_large_is_not_judged_and_passes():
    large = b'{"id": 1, "more": "' + b"x" * 2000 + b'"}'
    sees(post(large), "unchecked", "satisfied")
    sees(post(large, chunked=True), "unchecked", "satisfied")


def test_what_v1_refuses_is_not_its_traffic():
    before = shadow()
    with Client(vane) as client:
        equal(client.ask(get("/v1/unknown")).status, 404)
    with Client(vane) as client:
        client.ask(get("/v1/x"))
    eventually(lambda: shadow()["request"] != before["request"], "the next one counts")
    equal(counts(before, shadow(), "request"), {"satisfied": 1})


def test_reasons_by_consumer():
    told = shadow()
    reasons = {r["reason"].split(" (")[0].split(",")[0]: r["count"] for r in told["reasons"]}
    true("POST /x: body.required" in reasons and "POST /x: body.type" in reasons, told)
    true("GET another path: operation.path" in reasons, told)
    bob = [c for c in told["consumers"] if c["consumer"] == "bob"][0]
    equal([r["reason"].split(",")[0] for r in bob["reasons"]], ["POST /x: body.required"], bob)
    true(0 < told["request"]["share"] < 1, told)
    true('vane_shadow_messages_total{version="v1",direction="request",result="violated"} 3' in vane.scrape(), "counted")


def test_the_page_shows_it():
    page = vane.page("/").body.decode()
    true("of its requests satisfy" in page and "POST /x: body.required" in page, page[-3000:])


def test_without_a_contract_of_its_own_and_in_report_mode():
    alone = Vane(CONFIG.replace(f"contract: '{folder}/now.json', ", "", 1))
    sees(post(b'{"id": 1}'), "satisfied", "satisfied", alone)
    sees(get("/v1/elsewhere"), "violated", "unchecked", alone)
    alone.stop()
    report = Vane(CONFIG + MODE.replace("enforce", "report") + "workers: 2\n")
    sees(post(b'{"id": 1}'), "satisfied", "satisfied", report)
    sees(post(b'{"id": true}', chunked=True), "violated", "satisfied", report)
    report.stop()


def test_a_changed_shadow_contract_is_read_again():
    path = os.path.join(folder, "changing.json")
    with open(path, "w", encoding="ascii") as out:
        json.dump(NEXT, out)
    changing = Vane(CONFIG.replace("next.json", "changing.json"))
    sees(post(b'{}'), "violated", "satisfied", changing)
    with open(path + ".new", "w", encoding="ascii") as out:
        json.dump(dict(NOW, info={"title": "t", "version": "2.0.1"}), out)
    os.rename(path + ".new", path)
    eventually(lambda: changing.events("config.reloaded"), "it is seen without being told")
    sees(post(b'{}'), "satisfied", "satisfied", changing)
    changing.stop()


def test_none_is_sampled():
    none = Vane(CONFIG.replace("max_body: 1KiB", "sample: 0%"))
    with Client(none) as client:
        equal(client.ask(post(b"{}")).status, 200)
    eventually(lambda: none.access(), "it is over")
    equal(shadow(none)["request"], {"satisfied": 0, "violated": 0, "unchecked": 0})
    none.stop()


def test_a_file_that_is_not_there():
    broken = Vane(CONFIG.replace("next.json", "gone.json"), wait=False)
    broken.process.wait(20)
    broken.stop(code=2)
    true(b"gone.json cannot be read" in broken.stderr, broken.stderr)


main()
