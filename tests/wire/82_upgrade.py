"""SIGUSR2: a new process takes the listening sockets over, the old one finishes what it has; nothing is refused or broken."""
import http.client
import json
import os
import re
import signal
import threading
import time

from harness import Backend, Vane, contains, eventually, equal, main, true

CONFIG = """versions: {v1: {backend: '%(backend)s'}}
workers: %(workers)d
drain: {delay: 300ms, timeout: 10s}
usage: {ledger: usage.db}
"""


class Load(threading.Thread):
    """Requests one after the other until told to stop; `kept` on one connection as long as vane keeps it."""

    def __init__(self, port, kept):
        super().__init__(daemon=True)
        self.port, self.kept, self.good, self.broken, self.goes_on = port, kept, 0, [], True
        self.start()

    def run(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while self.goes_on:
            try:
                client.request("GET", "/v1/load")
                answer = client.getresponse()
                answer.read()
                equal(answer.status, 200)
                self.good += 1
                if not self.kept:
                    client.close()
            except Exception as why:  # whatever it is, a client would have seen it
                self.broken.append(repr(why))
                client.close()
        client.close()

    def stop(self):
        self.goes_on = False
        self.join(30)
        true(not self.is_alive(), "a client ends")
        equal(self.broken, [], f"after {self.good} good ones")
        true(self.good > 0, "it was served")


def settings(vane, backend, workers):
    with open(vane.file, encoding="utf-8") as file:
        head = [line for line in file if line.startswith(("listen:", "admin:"))]
    vane.write("".join(head) + CONFIG % {"backend": backend.address, "workers": workers})


def newest(vane):
    told = vane.events("server.replaced")
    return int(re.match(r"process (\d+) has", told[-1]["message"])[1]) if told else vane.process.pid


def upgrade(vane):
    before, old = len(vane.events("server.replaced")), newest(vane)
    os.kill(old, signal.SIGUSR2)
    eventually(lambda: len(vane.events("server.replaced")) > before, "a new process takes over")
    true(newest(vane) != old, "it is another process")
    return old


def used(vane):
    return sum(row["count"] for row in json.loads(vane.page("/api/usage").body)["usage"])


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def finish(vane):
    os.kill(newest(vane), signal.SIGTERM)
    eventually(lambda: is_gone(newest(vane)), "the newest process ends")
    vane.stop()


def test_ten_upgrades_under_load_break_nothing():
    backend = Backend()
    vane = Vane(CONFIG, {"backend": backend.address, "workers": 2})
    load = [Load(vane.port, kept) for kept in (True, True, True, False, False)]
    workers = (2, 3, 1, 1, 2, 2, 4, 2, 1, 2)  # each process has its own number; their queues are kept
    for count in workers:
        settings(vane, backend, count)
        old = upgrade(vane)
        eventually(lambda: is_gone(old), "the old process ends")
        time.sleep(0.1)
    equal(len(vane.events("server.replaced")), 10)
    for client in load:
        client.stop()
    total = sum(client.good for client in load)
    eventually(lambda: used(vane) == total, "one ledger has counted every request of all eleven processes")
    equal(vane.page("/readyz").status, 200)
    finish(vane)


def test_a_request_that_runs_is_finished_by_the_old_process():
    held = threading.Event()

    def answer(request, connection):
        if request.target == "/v1/slow":
            held.wait(10)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    backend = Backend(answer)
    vane = Vane(CONFIG, {"backend": backend.address, "workers": 1})
    slow = http.client.HTTPConnection("127.0.0.1", vane.port, timeout=20)
    slow.request("GET", "/v1/slow")
    eventually(lambda: any(r.target == "/v1/slow" for r in backend.requests), "it is under way")
    old = upgrade(vane)
    time.sleep(0.5)  # longer than drain.delay
    true(not is_gone(old), "the old process waits for it")
    fresh = http.client.HTTPConnection("127.0.0.1", vane.port, timeout=20)
    fresh.request("GET", "/v1/a")
    equal(fresh.getresponse().read(), b"ok")
    held.set()
    answered = slow.getresponse()
    equal((answered.status, answered.getheader("Connection"), answered.read()), (200, "close", b"ok"))
    eventually(lambda: is_gone(old), "the old process ends")
    fresh.close()
    finish(vane)


def test_an_upgrade_that_fails_changes_nothing():
    backend = Backend()
    vane = Vane(CONFIG, {"backend": backend.address, "workers": 1})
    with open(vane.file, encoding="utf-8") as file:
        good = file.read()
    vane.write(good + "nonsense: 1\n")
    vane.kill(signal.SIGUSR2)
    failed = eventually(lambda: vane.events("server.upgrade_failed"), "it is told")
    contains("this one goes on", failed[0]["message"])
    client = http.client.HTTPConnection("127.0.0.1", vane.port, timeout=20)
    client.request("GET", "/v1/a")
    equal(client.getresponse().status, 200)
    client.close()
    vane.write(good)
    upgrade(vane)
    eventually(lambda: vane.process.poll() == 0, "the first process ends well")
    finish(vane)


if __name__ == "__main__":
    main()
