"""The event journal as its readers have it: server-sent events with a checkpoint of the reader's own, resumed after any
absence; what was pruned is told; many readers, and one that never reads, are nobody's trouble (design, section 13)."""
import http.client
import json
import os
import socket
import sqlite3
import tempfile
import threading
import time

from harness import OK, Backend, Client, Vane, contains, each, equal, eventually, get, main, running, scratch, true

CONFIG = """
api: orders
consumers: {from: [{header: X-Consumer}], max: 100000}
usage: {ledger: '%(ledger)s'}
versions:
  v1: {backend: '%(backend)s', deprecated: 2020-01-01}
"""
backend = Backend(answer=OK)


def start(ledger):
    return Vane(CONFIG, {"backend": backend.address, "ledger": ledger})


def folder():
    return os.path.join(tempfile.mkdtemp(dir=scratch), "usage.db")


def call(vane, names):
    with Client(vane) as client:
        for name in names:
            equal(client.ask(get("/v1/x", more=f"X-Consumer: {name}\r\n")).status, 200)


class Reader:
    """A reader of the stream. `after`: its checkpoint, the last event that it has whole."""

    def __init__(self, vane, after=None, seconds=20, query=""):
        self.connection = http.client.HTTPConnection("a")
        self.connection.sock = socket.socket(socket.AF_UNIX)
        self.connection.sock.settimeout(seconds)
        self.connection.sock.connect(vane.admin)
        fields = {"Last-Event-ID": str(after)} if after is not None else {}
        self.connection.request("GET", "/api/events" + query, headers=fields)
        self.answer = self.connection.getresponse()
        equal((self.answer.status, self.answer.getheader("Content-Type")), (200, "text/event-stream"))

    def next(self):
        """The next event: (id or None, type, data)."""
        number, kind, data = None, None, None
        while True:
            line = self.answer.readline()
            if not line:
                raise EOFError
            line = line.decode().rstrip("\n")
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and data is not None:
                return number, kind, data

    def close(self):
        self.connection.sock.close() if self.connection.sock else None
        self.answer.close()


def consumers_of(events):
    return [data["consumer"] for _, kind, data in events if kind == "version.deprecated_used"]


def test_a_reader_that_is_killed_sees_every_event_once():
    """Killed in the middle of an event too, while events come, and over a restart of vane."""
    ledger = folder()
    vane = start(ledger)
    names = [f"c{number}" for number in range(600)]
    caller = threading.Thread(target=lambda: [call(vane, names[at:at + 10]) or time.sleep(0.02) for at in range(0, 300, 10)])
    caller.start()
    seen, after, lives = [], 0, 0

    def live(count):
        """One life of the reader: `count` events, then death with the next one half read."""
        nonlocal after
        reader = Reader(vane, after)
        for _ in range(count):
            event = reader.next()
            after = event[0]
            seen.append(event)
        reader.answer.readline()
        reader.close()
    while len(consumers_of(seen)) < 250:
        lives += 1
        live(1 + lives * 7 % 40)
    caller.join()
    vane.stop()
    vane = start(ledger)
    call(vane, names[300:])
    reader = Reader(vane, after)
    while len(consumers_of(seen)) < len(names):
        seen.append(reader.next())
    reader.close()
    equal(sorted(consumers_of(seen)), sorted(names))
    numbers = [number for number, _, _ in seen]
    equal(numbers, list(range(1, len(numbers) + 1)))
    true(lives > 5, lives)


def test_an_event_is_a_cloud_event():
    vane = start(folder())
    call(vane, ["erp"])
    reader = Reader(vane)
    while True:
        number, kind, data = reader.next()
        if kind == "version.deprecated_used":
            break
    reader.close()
    equal((data["specversion"], data["type"], data["id"], data["consumer"], data["apiversion"]),
          ("1.0", kind, str(number), "erp", "v1"))
    contains("orders", data["source"])
    true(data["time"].endswith("Z") and len(data["traceid"]) == 32, data)
    equal(json.loads(vane.page("/api/events?limit=1000").body)["events"][-1]["id"], str(number))


def test_what_was_pruned_is_told():
    ledger = folder()
    vane = start(ledger)
    call(vane, [f"c{number}" for number in range(20)])
    vane.stop()
    database = sqlite3.connect(ledger)
    database.execute("DELETE FROM event WHERE seq <= 10")
    database.commit()
    database.close()
    vane = start(ledger)
    reader = Reader(vane, 4)
    number, kind, data = reader.next()
    equal((number, kind, data), (None, "journal.pruned", {"after": 4, "first": 11}))
    equal(reader.next()[0], 11)
    reader.close()
    page = json.loads(vane.page("/api/events?after=4&limit=5").body)
    equal((page["pruned"], page["first"], [int(e["id"]) for e in page["events"]]), (True, 11, [11, 12, 13, 14, 15]))
    page = json.loads(vane.page("/api/events?after=10&limit=5").body)
    equal((page["pruned"], int(page["events"][0]["id"])), (False, 11))
    equal(json.loads(vane.page("/api/events?after=12&limit=1").body)["pruned"], False)


def test_a_checkpoint_of_another_journal():
    vane = start(folder())
    call(vane, ["erp"])
    eventually(lambda: json.loads(vane.page("/api/events?limit=100").body)["last"], "events")
    reader = Reader(vane, 1000)
    _, kind, data = reader.next()
    equal((kind, data["after"]), ("journal.restarted", 1000))
    equal(reader.next()[0], 1)
    reader.close()


@each([("no number", "Last-Event-ID: abc\r\n", ""), ("a negative one", "Last-Event-ID: -1\r\n", ""), ("in the query", "", "?after=x")])
def test_a_wrong_checkpoint(more, query):
    vane = running_vane()
    equal(vane.page("/api/events" + query, more).status, 400)


def running_vane():
    if not hasattr(running_vane, "vane"):
        running_vane.vane = start(folder())
    return running_vane.vane


def rate(vane, count=2000):
    began = time.monotonic()
    call(vane, ["busy"] * count)
    return count / (time.monotonic() - began)


def test_ten_readers_and_one_that_does_not_read():
    vane = start(folder())
    before = rate(vane)
    readers = [Reader(vane) for _ in range(10)]
    asleep = Reader(vane)
    events = [[] for _ in readers]

    def read(number):
        while "last" not in consumers_of(events[number][-1:]):
            events[number].append(readers[number].next())
    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(10)]
    for thread in threads:
        thread.start()
    during = rate(vane)
    memory = vane.memory()
    call(vane, [f"c{number}" for number in range(3000)])
    call(vane, ["last"])
    for thread in threads:
        thread.join(30)
        true(not thread.is_alive(), "a reader did not see the last event")
    for one in events:
        equal([e[0] for e in one], list(range(1, len(one) + 1)))
        equal(len(consumers_of(one)), 3002)
    true(vane.memory() - memory < 48 << 20, (memory, vane.memory()))  # a sanitizer keeps as much again around it
    print(f"\n{before:.0f} requests/s by one client without readers, {during:.0f} with ten")
    # An end of vane ends the streams.
    vane.stop()
    asleep.close()
    for reader in readers:
        try:
            while True:
                reader.next()
        except (EOFError, OSError, http.client.HTTPException):
            pass
        reader.close()


if __name__ == "__main__":
    main()
