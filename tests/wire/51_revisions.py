"""Coupled revisions: a label decides, the active revision where there is none, and what was decided goes on to the next."""
import threading
import time

from harness import Backend, Client, each, equal, eventually, get, main, true
from rollout import Load, Steered, named

blue, green = Backend(answer=named("blue")), Backend(answer=named("green"))
CONFIG = "versions: {{v1: {{revisions: {{active: blue, backends: {{blue: '{}', green: '{}'}}}}}}}}\n"
vane = Steered(CONFIG.format(blue.address, green.address))


@each([
    ("none: the active one", "", "blue", "active"),
    ("blue", "X-Revision: blue\r\n", "blue", "label"),
    ("green", "X-Revision: green\r\n", "green", "label"),
    ("unknown: the active one", "X-Revision: red\r\n", "blue", "unknown"),
    ("labels are exact", "X-Revision: Green\r\n", "blue", "unknown"),
    ("two: the first", "X-Revision: green\r\nX-Revision: blue\r\n", "green", "label"),
])
def test_labels(more, served, reason):
    backend = {"blue": blue, "green": green}[served]
    name = f'vane_revision_requests_total{{version="v1",revision="{served}",reason="{reason}"}}'
    before = vane.value(name) or 0
    backend.forget()
    with Client(vane) as client:
        equal(client.ask(get("/v1/x", more=more)).get("x-served-by"), served)
    equal([v for n, v in backend.one().fields if n.lower() == b"x-revision"], [served.encode()])
    eventually(lambda: vane.value(name) == before + 1, "it is counted")


def test_activate():
    def by():
        with Client(vane) as client:
            return client.ask(get("/v1/x")).get("x-served-by")
    vane.does("revision", "activate", "green")
    equal(by(), "green")
    equal(vane.value('vane_revision_active{version="v1",revision="green"}'), 1)
    vane.change("drain:", "timeouts: {idle: 70s}\ndrain:")
    equal(by(), "green", "a reload that leaves the section alone changes nothing")
    vane.does("revision", "activate", "blue", "v1")
    equal(by(), "blue")
    equal(vane.verb("revision", "activate", "red")[0], 1)
    equal(vane.verb("revision", "activate", "green", token=False)[0], 2)
    vane.does("revision", "activate", "green")
    vane.does("revision", "reset")
    equal(by(), "blue")
    true(vane.events("revision.changed"), "it is an event")


def test_a_request_keeps_its_side():
    with Client(vane) as client:
        client.send(b"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        eventually(lambda: [line for line in blue.connections], "the request has begun")
        time.sleep(0.1)
        vane.does("revision", "activate", "green")
        client.send(b"cd")
        equal(client.response("POST").get("x-served-by"), "blue")
    vane.does("revision", "reset")


def test_fifty_flips_of_two_in_a_row():
    """Edge vane, a part of each colour that asks the inner vane and passes the label on, an inner part of each colour: no
    exchange has blue in front of green."""
    inside = {c: Backend(answer=named(c)) for c in ("blue", "green")}
    inner = Steered(CONFIG.format(inside["blue"].address, inside["green"].address))
    mixed, local = [], threading.local()

    def part(colour):
        def answer(request, _connection):
            if not hasattr(local, "client"):
                local.client = Client(inner)
            label = next(v for n, v in request.fields if n.lower() == b"x-revision").decode()
            behind = local.client.ask(get("/v1/x", more=f"X-Revision: {label}\r\n")).get("x-served-by")
            if behind != colour:
                mixed.append((colour, behind))
            return named(f"{colour}-{behind}")
        return answer

    front = {c: Backend(answer=part(c)) for c in ("blue", "green")}
    edge = Steered(CONFIG.format(front["blue"].address, front["green"].address), None)
    with Load(edge, clients=6) as load:
        for i in range(50):
            edge.does("revision", "activate", ("green", "blue")[i % 2])
            if i % 3 == 0:
                inner.does("revision", "activate", ("blue", "green")[i % 2])
    seen = {by for _, by in load.answers}
    equal(mixed, [])
    equal(seen, {"blue-blue", "green-green"})
    equal({status for status, _ in load.answers}, {200})
    print(f"\n  50 flips, {len(load.answers)} exchanges, none mixed")


main()
