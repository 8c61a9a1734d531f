"""Canaries: who gets one, and what happens when it fails. By header, cookie and a version's name first, then by weight;
moved while it runs; fallback to the stable backend; the guard that pulls a bad one down."""
import json
import os
import subprocess
import tempfile
import time

from harness import BINARY, ROOT, Backend, Client, each, equal, eventually, get, main, scratch, true
from rollout import Load, Steered, named

CONTRACT = """{"openapi": "3.1.0", "info": {"title": "t", "version": "1.0.0"}, "paths": {"/x": {"get": {"operationId": "x",
"responses": {"200": {"description": "d", "content": {"application/json": {"schema": {"type": "object",
"properties": {"n": {"type": "integer"}}}}}}, "default": {"description": "d"}}}}}}"""


class Two:
    """A vane with v1 and its canary."""

    def __init__(self, canary="", more="", canary_backend="timeout: {connect: 5s}"):
        contract = os.path.join(tempfile.mkdtemp(dir=scratch), "openapi.json")
        with open(contract, "w", encoding="ascii") as out:
            out.write(CONTRACT)
        self.stable, self.canary = Backend(answer=named("stable")), Backend(answer=named("canary"))
        keys = f"backend: {{address: '{self.canary.address}', {canary_backend}}}"
        self.vane = Steered(f"versions: {{v1: {{backend: '{self.stable.address}', contract: '{contract}', "
                            f"canary: {{{keys}{', ' + canary if canary else ''}}}}}}}\n{more}")

    def by(self, more="", target="/v1/x"):
        with Client(self.vane) as client:
            response = client.ask(get(target, more=more))
            equal(response.status, 200, response)
            return response.get("x-served-by")

    def who(self, names):
        """Of these consumers, those that the canary serves."""
        found = set()
        with Client(self.vane) as client:
            for name in names:
                if client.ask(get("/v1/x", more=f"X-Consumer: {name}\r\n")).get("x-served-by") == "canary":
                    found.add(name)
        return found

    def reasons(self):
        return {(line["vane.target"], line["vane.target_reason"]) for line in self.vane.access() if "vane.target" in line}

    def stop(self):
        for thing in (self.vane, self.stable, self.canary):
            thing.stop()


PEOPLE = [f"consumer-{i}" for i in range(300)]
two = Two("weight: 0%, cookie: side, version: 1.1-rc")


@each([
    ("always", "X-Canary: always\r\n", "canary", "header"),
    ("in any case", "x-canary: ALWAYS\r\n", "canary", "header"),
    ("never", "X-Canary: never\r\n", "stable", "header"),
    ("another word says nothing", "X-Canary: perhaps\r\n", "stable", "weight"),
    ("a cookie", "Cookie: a=b; side=always; c=d\r\n", "canary", "cookie"),
    ("another cookie", "Cookie: inside=always\r\n", "stable", "weight"),
    ("the header comes before the cookie", "X-Canary: never\r\nCookie: side=always\r\n", "stable", "header"),
    ("nothing", "", "stable", "weight"),
    ("the canary's own name, beside the path", "API-Version: 1.1-rc\r\n", "canary", "version"),
])
def test_who_asks_is_heard(more, served, reason):
    before = len(two.vane.access())
    equal(two.by(more), served)
    two.vane.next_outcome(before)
    line = two.vane.access()[before]
    equal((line["vane.target"], line["vane.target_reason"]), (served, reason))


def test_the_canarys_name_alone():
    equal(two.by("API-Version: 1.1-rc\r\n", "/x"), "canary")


def test_weight_is_sticky_monotone_and_moved_by_an_operator():
    equal(two.who(PEOPLE), set())
    two.vane.does("canary", "set", "v1", "10%")
    ten = two.who(PEOPLE)
    equal(two.who(PEOPLE), ten)
    two.vane.does("canary", "set", "v1", "30.5%")
    thirty = two.who(PEOPLE)
    true(ten < thirty, "who is in at 10 % is in at 30.5 %")
    true(10 <= len(ten) <= 60 and 55 <= len(thirty) <= 130, (len(ten), len(thirty)))
    equal(two.vane.value('vane_canary_weight_ratio{version="v1"}'), 0.305)
    status = json.loads(two.vane.page("/api/status").body)["versions"][0]
    equal((status["canary_weight"], status["canary_state"]), (0.305, "set"))
    two.vane.does("canary", "set", "v1", "100%")
    equal(two.who(PEOPLE), set(PEOPLE))
    equal(two.by("X-Canary: never\r\n"), "stable")
    two.vane.does("canary", "reset", "v1")
    equal(two.who(PEOPLE), set())
    true(len(two.vane.events("canary.changed")) >= 4, "each change is an event")


def test_every_process_agrees():
    one, other = Two("weight: 20%"), Two("weight: 20%", "workers: 2")
    equal(one.who(PEOPLE), other.who(PEOPLE))
    true(one.who(PEOPLE), "somebody is in")
    salted = Two("weight: 20%, salt: other")
    true(salted.who(PEOPLE) != one.who(PEOPLE), "another salt is another split")
    for pair in (one, other, salted):
        pair.stop()


def test_a_weight_that_was_set_stays_until_the_section_changes():
    pair = Two("weight: 1%")
    pair.vane.does("canary", "set", "v1", "100%")
    pair.vane.change("drain:", "timeouts: {idle: 70s}\ndrain:")
    equal(pair.who(PEOPLE), set(PEOPLE))
    pair.vane.change("weight: 1%", "weight: 0%")
    equal(pair.who(PEOPLE), set())
    pair.vane.change("weight: 0%", "weight: 1%")
    equal(pair.vane.value('vane_canary_weight_ratio{version="v1"}'), 0.01)
    pair.stop()


@each([
    ("no token", ("canary", "set", "v1", "10%"), False, 2, "token"),
    ("no such version", ("canary", "set", "v9", "10%"), True, 1, "v9"),
    ("over all", ("canary", "set", "v1", "101%"), True, 1, "100%"),
    ("no unit", ("canary", "set", "v1", "10"), True, 1, "weight"),
    ("too fine", ("canary", "set", "v1", "0.001%"), True, 1, "0.01%"),
    ("no weight", ("canary", "set", "v1"), True, 2, "VERSION"),
])
def test_what_cannot_be_set(words, token, code, said):
    got = two.vane.verb(*words, token=token)
    equal(got[0], code, got)
    true(said in got[1], got)
    equal(two.by(), "stable")


def test_status_tells():
    two.vane.does("canary", "set", "v1", "12.5%")
    said = two.vane.does("status")
    true("canary 12.5% (set: set by an operator)" in said, said)
    true(f"canary     {two.canary.address}" in said and f"stable     {two.stable.address}" in said, said)
    true("canary 12.50 %, set: set by an operator" in two.vane.page("/").body.decode())
    equal(json.loads(two.vane.does("status", "-o", "json"))["versions"][0]["canary_weight"], 0.125)
    two.vane.does("canary", "reset", "v1")


def test_the_example_is_good():
    ran = subprocess.run([BINARY, "check", os.path.join(ROOT, "conf", "examples", "rollout.yaml")], capture_output=True,
                         text=True, timeout=60, check=False)
    equal(ran.returncode, 0, ran.stderr)


def test_drain_by_verb():
    pair = Two()
    pair.vane.does("drain")
    equal(pair.vane.process.wait(20), 0)
    equal(pair.vane.verb("status")[0], 2, "nobody answers")
    pair.stop()


def test_a_ramp_grows():
    pair = Two("ramp: {from: 0%, to: 100%, over: 3s}")
    eventually(lambda: pair.who(PEOPLE) == set(PEOPLE), "the end of the ramp")
    pair.stop()


def test_an_unreachable_canary_falls_back():
    pair = Two("weight: 100%")
    pair.canary.stop()
    began = time.monotonic()
    equal(pair.by(), "stable")
    true(time.monotonic() - began < 0.15, "at once, not after the time for connecting")
    with Client(pair.vane) as client: # nothing was sent, so this is harmless too
        equal(client.ask(b"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok").get("x-served-by"), "stable")
    eventually(lambda: pair.vane.value('vane_canary_requests_total{version="v1",target="stable",reason="fallback"}') == 2,
               "it is counted")
    pair.vane.stop()
    pair.stable.stop()


def test_a_canary_that_is_down_by_its_health_checks():
    pair = Two("weight: 100%", canary_backend="health: {path: /healthz, interval: 50ms, fail: 2}")
    equal(pair.by(), "canary")
    pair.canary.answer = lambda r, _: named("canary", 500 if r.target == "/healthz" else 200)
    eventually(lambda: pair.by() == "stable", "it is out")
    pair.canary.answer = named("canary")
    eventually(lambda: pair.by() == "canary", "it is back")
    pair.stop()


@each([
    ("GET is asked again", b"GET /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("POST may have had its effect", b"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok", 502),
])
def test_a_canary_that_hangs_up(request, status):
    pair = Two("weight: 100%")
    pair.canary.answer = Backend.CLOSE
    with Client(pair.vane) as client:
        response = client.ask(request)
        equal(response.status, status, response)
        equal(response.get("x-served-by"), "stable" if status == 200 else None)
    pair.stop()


def test_an_answer_that_has_begun_is_not_asked_for_again():
    pair = Two("weight: 100%")
    pair.canary.answer = b"HTTP/1.1 200 OK\r\nContent-Le" + Backend.CLOSE
    with Client(pair.vane) as client:
        equal(client.ask(get("/v1/x")).status, 502)
    equal(pair.stable.requests, [])
    pair.stop()


def slowly(answer, seconds):
    def later(_request, _connection):
        time.sleep(seconds)
        return answer
    return later


@each([
    ("of 5xx", "errors", "errors: 5%", named("canary", 500), 0.002),
    ("of its contract", "violations", "violations: 5%", named("canary", 200, b'{"n": "one"}'), 0.002),
    # so slow, and by so much, that a busy machine does not look like it
    ("of its time", "slower", "slower: 8x", slowly(named("canary"), 1.0), 0.05),
])
def test_the_guard(word, limit, bad, usual):
    pair = Two(f"weight: 20%, sticky: none, abort: {{{limit}, window: 10s, min_requests: 20}}", "validate: {responses: report}\nworkers: 2")
    pair.stable.answer = slowly(named("stable"), usual)
    pair.canary.answer = slowly(named("canary"), usual)
    with Load(pair.vane) as load:
        time.sleep(2.5)
        equal(pair.vane.value('vane_canary_weight_ratio{version="v1"}'), 0.2)
        pair.canary.answer = bad
        began = time.monotonic()
        event = eventually(lambda: pair.vane.events("canary.changed"), f"the guard sees {word}")[0]
        took = time.monotonic() - began
        asked = len(load.answers)
        time.sleep(1.5) # what was under way has ended
        before = len(load.answers)
        time.sleep(0.5)
        late = [by for _, by in load.answers[before:]]
        true(late and "canary" not in late, "the canary gets nothing any more")
    true(took < 10, f"within the window: {took:.1f} s")
    true(event["message"].startswith(word + ":"), event)
    equal(event["vane.canary.state"], "aborted")
    equal(pair.vane.value(f'vane_canary_aborted{{version="v1",reason="{word}"}}'), 1)
    equal(pair.vane.value('vane_canary_weight_ratio{version="v1"}'), 0)
    if word == "violations":
        equal(pair.by("X-Canary: always\r\n"), "canary", "0 % is still reached by the header")
    pair.vane.change("drain:", "timeouts: {idle: 70s}\ndrain:")
    equal(pair.vane.value('vane_canary_weight_ratio{version="v1"}'), 0, "it stays so")
    pair.canary.answer = named("canary")
    pair.vane.does("canary", "set", "v1", "100%")
    equal(pair.by(), "canary")
    equal(pair.vane.value(f'vane_canary_aborted{{version="v1",reason="{word}"}}'), None)
    print(f"\n  guard ({word}): {asked} answers, aborted {took:.1f} s after the fault: {event['message']}")
    pair.stop()


def test_an_abort_outlives_the_process():
    """With a ledger: what was pulled down stays down after a restart, until its section is another or somebody sets it."""
    ledger = os.path.join(tempfile.mkdtemp(dir=scratch), "usage.db")
    pair = Two("weight: 100%", f"usage: {{ledger: {ledger}}}")
    text = pair.vane.text.split("\n", 2)[2]

    def again(change=lambda t: t):
        pair.vane.stop()
        pair.vane = Steered(change(text))
        return pair.by()

    pair.vane.does("canary", "abort", "v1")
    equal(again(), "stable")
    equal(pair.vane.value('vane_canary_aborted{version="v1",reason="operator"}'), 1)
    equal(again(), "stable")
    equal(again(lambda t: t.replace("weight: 100%", "weight: 99.99%, salt: x")), "canary", "another section")
    equal(again(), "stable", "and the old one again")
    pair.vane.does("canary", "reset", "v1")
    equal(again(), "canary")
    pair.stop()


def test_the_guard_leaves_a_good_canary_alone():
    pair = Two("weight: 50%, sticky: none, abort: {errors: 5%, violations: 5%, slower: 20x, window: 5s, min_requests: 20}")
    pair.stable.answer = pair.canary.answer = named("both", 500) # what fails on both sides is not the canary
    with Load(pair.vane):
        time.sleep(3)
    equal(pair.vane.events("canary.changed"), [])
    pair.stop()


def test_reloads_under_load_lose_nothing():
    pair = Two("weight: 50%, sticky: none")
    with Load(pair.vane) as load:
        for weight in ("20%", "80%", "0%", "100%", "50%"):
            pair.vane.write(pair.vane.text.replace("weight: 50%", f"weight: {weight}"))
            pair.vane.does("reload")
            pair.vane.write(pair.vane.text.replace(f"weight: {weight}", "weight: 50%"))
            time.sleep(0.1)
    equal({status for status, _ in load.answers}, {200})
    pair.stop()


main()
