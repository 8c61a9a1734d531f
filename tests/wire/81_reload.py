"""Reload and the end of a process: what runs is never broken by it (design, sections 5, 12)."""
import os
import signal
import socket
import threading
import time

import harness
from harness import OK, PATIENCE, Backend, Client, Vane, contains, equal, eventually, get, main, scratch, sidecar, true


def answers(word):
    body = word.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def text(vane, versions):
    return (f"listen: '{vane.listen}'\nadmin: {{listen: 'unix:{vane.admin}'}}\ndrain: {{delay: 0s, timeout: 2s}}\n"
            f"versions: {versions}\n")


def reloads(vane):
    return len(vane.events("config.reloaded"))


def reload(vane, content=None, how=None):
    """Writes the file by renaming, as editors and tools do, and waits for the reload."""
    before = reloads(vane)
    if content is not None:
        with open(vane.file + ".new", "w", encoding="utf-8") as out:
            out.write(content)
        os.rename(vane.file + ".new", vane.file)
    if how:
        vane.kill(how)
    eventually(lambda: reloads(vane) > before, "it is reloaded")


def body(client, **options):
    return client.ask(get(**options)).body


def test_sighup_reloads():
    one, two = Backend(answer=answers("one")), Backend(answer=answers("two"))
    vane = sidecar(one)
    with Client(vane) as client:
        equal(body(client), b"one")
        reload(vane, text(vane, f"{{v1: {{backend: '{two.address}'}}}}"), signal.SIGHUP)
        equal(body(client), b"two")  # on the connection that was open before
    vane.stop()


def test_a_changed_file_is_reloaded_by_itself():
    one, two = Backend(answer=answers("one")), Backend(answer=answers("two"))
    vane = sidecar(one)
    reload(vane, text(vane, f"{{v1: {{backend: '{two.address}'}}}}"))
    with Client(vane) as client:
        equal(body(client), b"two")
    vane.stop()


def test_a_configmap_swap_is_a_change():
    """Kubernetes writes a new folder and swaps the symbolic link ..data (the file itself never changes)."""
    one, two = Backend(answer=answers("one")), Backend(answer=answers("two"))
    vane = sidecar(one)
    folder = os.path.join(scratch, "mounted")
    os.makedirs(os.path.join(folder, "..1"))
    first = text(vane, f"{{v1: {{backend: '{one.address}'}}}}")
    vane.stop()
    with open(os.path.join(folder, "..1", "vane.yaml"), "w", encoding="utf-8") as out:
        out.write(first)
    os.symlink("..1", os.path.join(folder, "..data"))
    os.symlink("..data/vane.yaml", os.path.join(folder, "vane.yaml"))
    process = MountedVane(os.path.join(folder, "vane.yaml"), vane)
    with Client(process) as client:
        equal(body(client), b"one")
        os.makedirs(os.path.join(folder, "..2"))
        with open(os.path.join(folder, "..2", "vane.yaml"), "w", encoding="utf-8") as out:
            out.write(text(vane, f"{{v1: {{backend: '{two.address}'}}}}"))
        os.symlink("..2", os.path.join(folder, "..data_tmp"))
        os.rename(os.path.join(folder, "..data_tmp"), os.path.join(folder, "..data"))
        eventually(lambda: reloads(process) == 1, "it is reloaded")
        equal(body(client), b"two")
    process.stop()


class MountedVane(Vane):
    """A vane whose configuration lies where somebody else has put it, with the addresses of `like`."""

    def __init__(self, path, like):
        self.path, self.like = path, like
        super().__init__("", listen=like.listen)

    def write(self, content):
        self.file, self.admin, self.port = self.path, self.like.admin, self.like.port


def test_a_wrong_file_keeps_the_last_good():
    backend = Backend(answer=answers("one"))
    vane = sidecar(backend)
    with open(vane.file, "w", encoding="utf-8") as out:
        out.write(text(vane, "{v1: {bakend: 'x'}}"))
    eventually(lambda: vane.events("config.reload_failed"), "the failure is told")
    contains("bakend", str(vane.events("config.reload_failed")[0]))
    with Client(vane) as client:
        equal(body(client), b"one")
    contains("vane_config_last_reload_successful 0", vane.scrape())
    reload(vane, text(vane, f"{{v1: {{backend: '{backend.address}', connections: 7}}}}".replace(
        f"'{backend.address}', connections: 7", f"{{address: '{backend.address}', connections: 7}}")))
    contains("vane_config_last_reload_successful 1", vane.scrape())
    vane.stop()


def test_a_newer_format_keeps_the_last_good():
    one = Backend(answer=answers("one"))
    vane = sidecar(one)
    with open(vane.file, "w", encoding="utf-8") as out:
        out.write("format: 2\nbackends: [whatever]\n")
    vane.kill(signal.SIGHUP)
    refused, = eventually(lambda: vane.events("config.reload_failed"), "the refusal")
    contains("this configuration is written in format 2; this vane reads format 1", str(refused))
    with Client(vane) as client:
        equal(body(client), b"one")
    vane.stop()


def test_a_touched_file_changes_nothing():
    vane = sidecar(Backend(answer=OK))
    os.utime(vane.file)
    with open(vane.file, encoding="utf-8") as now:
        content = now.read()
    vane.write(content)
    time.sleep(1)
    equal(reloads(vane), 0)
    vane.stop()


def test_an_exchange_keeps_the_configuration_it_began_with():
    """Begun before the reload, ended after it, by the old backend."""
    gate = threading.Event()

    def slow(_request, _connection):
        gate.wait(PATIENCE)
        return answers("old")

    old, new = Backend(answer=slow), Backend(answer=answers("new"))
    vane = sidecar(old)
    with Client(vane) as waiting, Client(vane) as other:
        waiting.send(get("/slow"))
        eventually(lambda: old.requests, "the old backend has it")
        reload(vane, text(vane, f"{{v1: {{backend: '{new.address}'}}}}"), signal.SIGHUP)
        equal(body(other), b"new")
        gate.set()
        equal(waiting.response().body, b"old")
        equal(body(waiting), b"new")
    vane.stop()


def test_forty_reloads_in_five_seconds_under_load():
    """No broken connection, no wrong answer: every answer carries the number that was asked for."""

    def numbered(request, _connection):
        word = request.target.rsplit("/", 1)[1].encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(word) + word

    backend = Backend(answer=numbered)
    vane = sidecar(backend)
    stop, wrong, count = threading.Event(), [], [0]

    def load(number):
        try:
            with Client(vane) as client:
                asked = 0
                while not stop.is_set():
                    word = f"{number}-{asked}"
                    got = client.ask(get("/" + word))
                    if got.status != 200 or got.body != word.encode():
                        wrong.append((word, got.status, got.body))
                    asked += 1
                count[0] += asked
        except Exception as error:  # noqa: BLE001 (told below)
            wrong.append(error)

    threads = [threading.Thread(target=load, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for i in range(40):
        reload(vane, text(vane, f"{{v1: {{backend: {{address: '{backend.address}', connections: {10 + i}}}}}}}"), signal.SIGHUP)
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    equal(wrong[:3], [])
    true(count[0] > 100)
    vane.stop()


def test_pools_that_are_unchanged_survive_a_reload():
    backend = Backend(answer=OK)
    vane = sidecar(backend)
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
        keys = f"{{v1: {{backend: {{address: '{backend.address}'}}}}}}"
        reload(vane, text(vane, keys) + "api: renamed\n", signal.SIGHUP)
        equal(client.ask(get()).status, 200)
    equal(backend.accepted, 1)
    vane.stop()


def test_a_drain_says_so_and_ends_when_the_last_answer_is_out():
    gate = threading.Event()

    def slow(request, _connection):
        if request.target == "/slow":
            gate.wait(PATIENCE)
        return OK

    vane = sidecar(Backend(answer=slow), "drain: {delay: 700ms, timeout: 10s}")
    with Client(vane) as waiting, Client(vane) as idle:
        equal(idle.ask(get()).status, 200)
        equal(vane.page("/readyz").status, 200)
        waiting.send(get("/slow"))
        time.sleep(0.2)
        vane.kill(signal.SIGTERM)
        eventually(lambda: vane.page("/readyz").status == 503, "readiness fails")
        with Client(vane) as late:  # the listener stays open for drain.delay
            answer = late.ask(get())
            equal((answer.status, answer.get("connection")), (200, "close"))
        idle.closes()
        true(vane.process.poll() is None)
        gate.set()
        answer = waiting.response()
        equal((answer.status, answer.get("connection")), (200, "close"))
        waiting.closes()
    vane.process.wait(PATIENCE)
    vane.stop(number=None)


def test_a_drain_has_an_end():
    """What is not done within drain.timeout is cut."""
    vane = sidecar(Backend(answer=lambda *_: time.sleep(PATIENCE)), "drain: {delay: 0s, timeout: 300ms}")
    with Client(vane) as waiting:
        waiting.send(get("/never"))
        time.sleep(0.2)
        vane.kill(signal.SIGTERM)
        vane.process.wait(5)
    vane.stop(number=None)


def test_systemd_is_told():
    """READY=1 and STOPPING=1 as datagrams (sd_notify(3))."""
    name = os.path.join(scratch, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name)
        listener.settimeout(PATIENCE)
        vane = sidecar(Backend(answer=OK), environment={"NOTIFY_SOCKET": name})
        equal(listener.recv(100), b"READY=1")
        vane.kill(signal.SIGTERM)
        equal(listener.recv(100), b"STOPPING=1")
        vane.process.wait(PATIENCE)
    vane.stop(number=None)


def test_workers_share_a_port():
    """Every worker listens; a reload reaches all of them."""
    one, two = Backend(answer=answers("one")), Backend(answer=answers("two"))
    vane = sidecar(one, "workers: 3")
    clients = [Client(vane) for _ in range(30)]
    equal({body(client) for client in clients}, {b"one"})
    reload(vane, text(vane, f"{{v1: {{backend: '{two.address}'}}}}") + "workers: 3\n", signal.SIGHUP)

    def all_new():
        return {body(client) for client in clients} == {b"two"}

    eventually(all_new, "every worker uses the new backend")
    for client in clients:
        client.close()
    vane.stop()


def all_are_served(vane, first, later):
    """`first` clients are served at once; `later` ones wait, and are served when the first have gone."""
    clients = [Client(vane) for _ in range(first)]
    for client in clients:
        equal(client.ask(get()).status, 200)
    late = [Client(vane).send(get()) for _ in range(later)]
    true(all(client.silent(0.05) for client in late))
    for client in clients:
        client.close()
    for client in late:
        equal(client.response().status, 200)
        client.close()


def test_at_the_limit_of_connections_accepting_pauses():
    vane = sidecar(Backend(answer=OK), "limits: {connections: 5}")
    all_are_served(vane, 5, 5)
    vane.stop()


def test_before_descriptors_run_out_accepting_pauses():
    """A connection that is accepted without a descriptor to spare would be lost."""
    few = os.path.join(scratch, "few")
    with open(few, "w", encoding="ascii") as out:
        out.write(f'#!/bin/sh\nulimit -n 80\nexec "{harness.BINARY}" "$@"\n')
    os.chmod(few, 0o755)
    harness.BINARY, whole = few, harness.BINARY
    try:
        vane = sidecar(Backend(answer=OK))
    finally:
        harness.BINARY = whole
    clients = [Client(vane) for _ in range(60)]
    for client in clients:
        client.send(get())
    for client in clients:
        equal(client.response().status, 200)  # those that wait are taken when an earlier one has gone
        client.close()
    vane.stop()


main()
