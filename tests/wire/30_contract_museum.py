"""vane in front of real documents: their own examples pass without a violation, and planted faults are each found with
the right pointer. The Museum API (YAML, 3.1), PayPal's vault and Adyen's payouts (JSON, 3.0 and 3.1)."""
import copy
import json
import os

from harness import Backend, Client, Vane, each, equal, eventually, main, true
from documents import Document, folder

TOP = folder()
CONFIG = """
select: {from: [{header: X-Version}], missing: v1}
versions: {v1: {backend: '%(backend)s', contract: '%(contract)s'}}
validate: {requests: %(mode)s, responses: %(mode)s, unknown_fields: %(unknown)s, max_body: 4MiB}
"""
museum = Document(os.path.join(TOP, "Redocly__museum-openapi-example", "openapi.yaml"))
vault = Document(os.path.join(TOP, "paypal__paypal-rest-api-specifications", "vault_payment_tokens_v3.json"))
payout = Document(os.path.join(TOP, "Adyen__adyen-openapi", "PayoutService-v30.json"))
backend = Backend()
vanes = {}


def vane_for(document, mode="report", unknown="allow"):
    key = (document.path, mode, unknown)
    if key not in vanes:
        vanes[key] = Vane(CONFIG, {"backend": backend.address, "contract": document.path, "mode": mode, "unknown": unknown})
    return vanes[key]


def exchange(vane, method, target, kind, body, status, reply_kind, reply, fields=None):
    """Sends it, with the backend answering so: (answer, access line, the violations told of it)."""
    text = b"" if reply is None else json.dumps(reply, ensure_ascii=False).encode()
    head = b"Content-Type: %s\r\n" % reply_kind.encode() if reply_kind else b""
    framing = b"" if status == 204 else b"Content-Length: %d\r\n" % len(text)
    backend.answer = b"HTTP/1.1 %d X\r\n%s%s\r\n%s" % (status, head, framing, text)
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    raw = f"{method} {target} HTTP/1.1\r\nHost: a\r\n".encode()
    raw += "".join("%s: %s\r\n" % pair for pair in (fields or {}).items()).encode()
    if body is not None:
        raw += b"Content-Type: %s\r\nContent-Length: %d\r\n" % (kind.encode(), len(sent))
    before, told = len(vane.access()), total(vane)
    with Client(vane) as client:
        answer = client.ask(raw + b"\r\n" + sent)
    vane.next_outcome(before)
    line = vane.access()[before]
    return answer, line, told


def total(vane):
    return len(vane.events("contract.violated"))


@each([("museum", museum, 10), ("vault", vault, 6), ("payout", payout, 6)])
def test_a_document_s_own_examples_pass(document, count):
    vane, seen = vane_for(document, "enforce"), 0
    for wanted in document.exchanges():
        answer, line, _ = exchange(vane, *wanted)
        equal((answer.status, line.get("vane.violations"), line["vane.outcome"]), (wanted[4], None, "ok"),
              (wanted, vane.events("contract.violated")[-1:]))
        seen += 1
    equal(seen, count)


SEASON = {"name": "Tea", "location": "Room", "eventDescription": "Sip", "dates": ["2023-11-18", "2023-11-25"], "price": 60}
TICKET = {"ticketType": "general", "ticketDate": "2023-09-07", "email": "todd@example.com"}
SOLD = {"message": "sold", "ticketType": "general", "ticketDate": "2023-09-07", "confirmationCode": "c"}
HOURS = [{"date": "2023-09-1%d" % i, "timeOpen": "09:00", "timeClose": "18:00"} for i in range(5)]
ID = "dad4bce8-f5cb-4078-a211-995864315e39"
JSON, PROBLEM = "application/json", "application/problem+json"


def but(value, pointer=None, put=None, drop=None):
    """A copy with one fault planted."""
    value = copy.deepcopy(value)
    if drop:
        del value[drop]
        return value
    at, words = value, pointer.strip("/").split("/")
    for word in words[:-1]:
        at = at[int(word) if isinstance(at, list) else word]
    at[int(words[-1]) if isinstance(at, list) else words[-1]] = put
    return value


def post(body, reply=SEASON, status=201, kind=JSON):
    return ("POST", "/special-events", kind, body, status, JSON, reply)


def buy(body, reply=SOLD):
    return ("POST", "/tickets", JSON, body, 201, JSON, reply)


def hours(query="", reply=HOURS, status=200, kind=JSON):
    return ("GET", "/museum-hours" + query, None, None, status, kind, reply)


FAULTS = [
    # name, exchange, direction, location, pointer (or name of the parameter), keyword, status in enforce
    ("wrong type", post(but(SEASON, "price", "free")), "request", "body", "/price", "type", 400),
    ("missing required field", buy(but(TICKET, drop="ticketDate")), "request", "body", "", "required", 400),
    ("none of the enum", buy(but(TICKET, "ticketType", "vip")), "request", "body", "/ticketType", "enum", 400),
    ("no e-mail address", buy(but(TICKET, "email", "todd")), "request", "body", "/email", "format", 400),
    ("no date, within a list", post(but(SEASON, "dates/1", "2023-13-08")), "request", "body", "/dates/1", "format", 400),
    ("bad query parameter", hours("?limit=31"), "request", "query", "limit", "maximum", 400),
    ("bad query parameter's type", hours("?page=one"), "request", "query", "page", "type", 400),
    ("bad path parameter", ("GET", "/special-events/7", None, None, 200, JSON, SEASON), "request", "path", "eventId",
     "format", 400),
    ("media type", post(SEASON, kind="text/plain"), "request", "media_type", "", None, 415),
    ("no JSON", post(b'{"name": '), "request", "body", "", None, 400),
    ("undocumented status", hours(status=418), "response", "status", "", None, 502),
    ("response: missing required field", buy(TICKET, but(SOLD, drop="confirmationCode")), "response", "body", "", "required",
     502),
    ("response: pattern, deep in a list", hours(reply=but(HOURS, "3/timeOpen", "25:00")), "response", "body", "/3/timeOpen",
     "pattern", 502),
    ("response: another type", hours(reply={"hours": HOURS}), "response", "body", "", "type", 502),
    ("response: media type", hours(kind="text/html"), "response", "media_type", "", None, 502),
    ("response: not what the error says", hours(status=400, kind=PROBLEM, reply={"title": 400}), "response", "body", "/title",
     "type", 502),
]


@each(FAULTS)
def test_fault(wanted, direction, location, pointer, keyword, status):
    vane = vane_for(museum)
    answer, line, told = exchange(vane, *wanted)
    equal((answer.status, line["vane.outcome"], line.get("vane.violations")), (wanted[4], "ok", 1), "reported, and passed on")
    event = eventually(lambda: vane.events("contract.violated")[told:], "an event")[0]
    where = event.get("vane.violation.name") if location in ("query", "path") else event.get("vane.violation.pointer", "")
    equal((event["vane.direction"], event["vane.violation.location"], where), (direction, location, pointer), event)
    if keyword:
        equal(event["vane.violation.keyword"], keyword)
    true("openapi.yaml:" in event.get("vane.violation.place", "openapi.yaml:"), event)
    answer, line, _ = exchange(vane_for(museum, "enforce"), *wanted)
    equal(answer.status, status)
    if direction == "request" and status == 400:
        found = json.loads(answer.body)["violations"]
        equal((len(found), found[0]["location"]), (1, location), found)


def test_extra_field():
    vane = vane_for(museum, "report", "reject")
    for wanted, direction, pointer in (
            (post(but(SEASON, "color", "red")), "request", "/color"),
            (buy(TICKET, but(SOLD, "eventName", "Tea")), "response", "/eventName"),
            (hours(reply=but(HOURS, "2/closed", True)), "response", "/2/closed")):
        _, line, told = exchange(vane, *wanted)
        equal(line.get("vane.violations"), 1, wanted)
        event = eventually(lambda n=told: vane.events("contract.violated")[n:], "an event")[0]
        equal((event["vane.direction"], event["vane.violation.pointer"]), (direction, pointer))
    # Without the word, extra fields are allowed: the document does not forbid them.
    equal(exchange(vane_for(museum), *post(but(SEASON, "color", "red")))[1].get("vane.violations"), None)


def test_images_pass_as_they_are():
    vane = vane_for(museum, "enforce")
    png = bytes(range(256)) * 40
    backend.answer = b"HTTP/1.1 200 X\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n%s" % (len(png), png)
    with Client(vane) as client:
        answer = client.ask(f"GET /tickets/{ID}/qr HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    equal((answer.status, answer.body), (200, png))


def test_a_fault_in_a_paypal_token():
    vane = vane_for(vault)
    wanted = next(w for w in vault.exchanges() if w[3] is not None and w[6] is not None)
    broken = dict(wanted[3])
    name = next(iter(broken))
    broken[name] = 7
    _, line, told = exchange(vane, *(wanted[:3] + (broken,) + wanted[4:]))
    true(line.get("vane.violations", 0) >= 1, (wanted, line))
    event = eventually(lambda: vane.events("contract.violated")[told:], "an event")[0]
    equal((event["vane.direction"], event["vane.violation.pointer"]), ("request", "/" + name))


if __name__ == "__main__":
    main()
