"""Health checks: a backend that fails them gets no traffic, and gets it back when it is well (design, section 9)."""
import json
import signal
import time

from harness import OK, Backend, Client, Vane, contains, equal, eventually, get, main, true

well = {"a": True, "b": True}


def named(name):
    def answer(request, _connection):
        if request.target == "/x":
            time.sleep(0.02)
        if request.target == "/healthz":
            return OK if well[name] else b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"
        return b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + name.encode()
    return Backend(answer=answer)


backends = {name: named(name) for name in well}
CHECK = "health: {path: /healthz, interval: 1s, fail: 2}"


def ask(vane):
    with Client(vane) as client:
        return client.ask(get("/x"))


def served_by(vane):
    """Who answers four requests at the same time."""
    clients = [Client(vane) for _ in range(4)]
    for client in clients:
        client.send(get("/x"))
    bodies = set()
    for client in clients:
        bodies.add(client.response().body)
        client.close()
    return bodies


def test_no_backend_is_503_until_one_is_well():
    vane = Vane("versions: {v1: {backend: {address: '%s', %s}}}\n" % (backends["a"].address, CHECK))
    equal(ask(vane).status, 200)
    well["a"] = False
    answer = eventually(lambda: (lambda a: a if a.status == 503 else None)(ask(vane)), "the backend is taken out")
    equal(json.loads(answer.body)["type"], "urn:vane:problem:no_backend")
    true(int(answer.get("retry-after")) >= 1)
    eventually(lambda: "no_backend" in vane.outcomes(), "an access line")
    contains('vane_backend_up{version="v1",backend="%s"' % backends["a"].address, vane.scrape())
    eventually(lambda: vane.events("backend.down"), "an event")
    well["a"] = True
    eventually(lambda: ask(vane).status == 200, "the backend comes back")
    eventually(lambda: vane.events("backend.up"), "an event")
    # The checks are nobody's traffic.
    true(all(line["url.path"] == "/x" for line in vane.access()))


def test_a_sick_one_of_two_is_left_out():
    vane = Vane("versions: {v1: {backend: {addresses: ['%s', '%s'], %s}}}\n"
                % (backends["a"].address, backends["b"].address, CHECK))
    eventually(lambda: served_by(vane) == {b"a", b"b"}, "both are used")
    well["b"] = False
    eventually(lambda: served_by(vane) == {b"a"}, "only the well one is used")
    equal({ask(vane).status for _ in range(20)}, {200})
    well["b"] = True
    eventually(lambda: served_by(vane) == {b"a", b"b"}, "both are used again")


def test_checks_ask_for_their_path_after_reloads():
    """A pool outlives the configuration that it came from. Freed memory is overwritten here, so that using it shows."""
    backend = Backend(answer=OK)
    vane = Vane(f"versions: {{v1: {{backend: {{address: '{backend.address}', health: {{path: /first, interval: 50ms}}}}}}}}\n",
                environment={"MALLOC_PERTURB_": "165"})
    with open(vane.file, encoding="utf-8") as file:
        vane.write(file.read().replace("/first", "/a-longer-path-of-health-checks"))
    for count in range(1, 4):
        vane.kill(signal.SIGHUP)
        eventually(lambda count=count: len(vane.events("config.reloaded")) >= count, "it is reloaded")
        time.sleep(0.2)
    backend.requests.clear()
    eventually(lambda: len(backend.requests) > 3, "checks go on")
    equal({request.target for request in backend.requests}, {"/a-longer-path-of-health-checks"})
    vane.stop()


if __name__ == "__main__":
    main()
