"""vane starts, listens, answers, and ends: exit codes and messages (design, sections 6, 14)."""
import os
import re
import signal
import socket
import subprocess
import threading
import time

from harness import (BINARY, OK, PATIENCE, Backend, Client, Vane, contains, equal, eventually, free_port, get, main, scratch,
                     sidecar, true)


def run(*words, text=None):
    """vane with these words; (exit code, stdout, stderr)."""
    if text is not None:
        path = os.path.join(scratch, f"{free_port()}.yaml")
        with open(path, "wb") as out:
            out.write(text)
        words += (path,)
    done = subprocess.run([BINARY, *words], capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_starts_listens_answers():
    backend = Backend()
    vane = sidecar(backend)
    with Client(vane) as client:
        equal(client.ask(get("/hello")).status, 200)
    equal(backend.one().target, "/hello")
    equal(vane.next_outcome(0), ["ok"])
    line = vane.access()[0]
    equal((line["http.request.method"], line["url.path"], line["http.response.status_code"]), ("GET", "/hello", 200))
    equal(line["vane.backend"], backend.address)
    vane.stop()


def test_occupied_port_is_exit_2_and_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        vane = Vane("versions: {v1: {backend: '127.0.0.1:9'}}\n", listen=where, wait=False)
        equal(vane.process.wait(PATIENCE), 2)
        vane.stop(code=2)
        contains(where, vane.stderr.decode())
        contains("address already in use", vane.stderr.decode())


def test_missing_file_is_exit_2_and_named():
    code, _, err = run("run", "/nonexistent/vane.yaml")
    equal(code, 2)
    contains("/nonexistent/vane.yaml", err)
    contains("no such file", err.lower())


def test_a_directory_is_no_configuration():
    code, _, err = run("run", "/tmp")
    equal(code, 2)
    contains("/tmp", err)


def test_broken_yaml_has_its_place():
    code, _, err = run("run", text=b"versions: {v1: {backend: '127.0.0.1:9'}\n")
    equal(code, 2)
    true(re.search(r"\.yaml:\d+:\d+: error: ", err), err)


def test_unknown_key_gets_the_nearest_name():
    code, _, err = run("run", text=b"lisen: 127.0.0.1:1\nversions: {v1: {backend: '127.0.0.1:9'}}\n")
    equal(code, 2)
    true(re.search(r"\.yaml:1:1: error: ", err), err)
    contains("listen", err)


def test_all_faults_are_told_in_one_run():
    text = b"listen: 127.0.0.1:99999\ntimeouts: {idle: 5}\nversions: {v1: {backend: 'nowhere'}}\n"
    code, _, err = run("run", text=text)
    equal(code, 2)
    equal(len(re.findall(r": error: ", err)), 3, err)


def test_no_backend_is_told():
    code, _, err = run("run", text=b"versions: {v1: {}}\n")
    equal(code, 2)
    contains("backend", err)


def test_sigterm_lets_an_exchange_finish():
    gate = threading.Event()

    def slow(_request, connection):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")
        gate.wait(PATIENCE)
        connection.send(b"lf")

    backend = Backend(answer=slow)
    vane = sidecar(backend, more="drain: {delay: 0s, timeout: 20s}")
    with Client(vane) as client, Client(vane) as idle:
        client.send(get())
        backend.one()
        vane.kill(signal.SIGTERM)
        eventually(lambda: vane.events("server.draining"), "draining is told")
        true(idle.closes(), "an idle connection is closed by the drain")
        eventually(lambda: refused(vane.port), "the listener closes")
        gate.set()
        equal(client.response().body, b"half")
        true(client.closes())
    vane.stop(number=None)
    equal(vane.outcomes(), ["ok"])


def refused(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) != 0


def test_draining_answers_say_close_while_listeners_stay():
    backend = Backend(answer=OK)
    vane = sidecar(backend, more="drain: {delay: 3s, timeout: 20s}")
    with Client(vane) as client:
        equal(client.ask(get()).get("connection"), None)
        vane.kill(signal.SIGTERM)
        eventually(lambda: vane.events("server.draining"), "draining is told")
        time.sleep(0.2)
        with Client(vane) as late:
            answer = late.ask(get())
            equal((answer.status, answer.get("connection")), (200, "close"))
            true(late.closes())
    vane.kill(signal.SIGTERM)
    vane.stop(number=None)


def test_drain_timeout_ends_what_does_not_finish():
    backend = Backend(answer=lambda *_: time.sleep(PATIENCE))
    vane = sidecar(backend, more="drain: {delay: 0s, timeout: 300ms}")
    with Client(vane) as client:
        client.send(get())
        backend.one()
        vane.kill(signal.SIGTERM)
        true(client.closes(5))
    vane.stop(number=None)


def test_second_signal_ends_at_once():
    backend = Backend(answer=lambda *_: time.sleep(PATIENCE))
    vane = sidecar(backend, more="drain: {delay: 60s, timeout: 60s}")
    with Client(vane) as client:
        client.send(get())
        backend.one()
        vane.kill(signal.SIGTERM)
        eventually(lambda: vane.events("server.draining"), "draining is told")
        vane.kill(signal.SIGINT)
        true(client.closes(5))
    vane.stop(number=None)


def test_unix_sockets_on_both_sides():
    path = os.path.join(scratch, "b.sock")
    backend = Backend(path=path)
    listen = "unix:" + os.path.join(scratch, "l.sock")
    vane = sidecar(backend, listen=listen)
    with Client(vane) as client:
        for _ in range(3):
            equal(client.ask(get("/u")).status, 200)
    equal([r.connection for r in backend.requests], [1, 1, 1])
    equal(backend.requests[0].all("x-forwarded-for"), [])
    vane.next_outcome(0)
    equal(vane.access()[0]["client.address"], "unix")
    vane.stop()
    again = sidecar(backend, listen=listen)  # the file of the one before is no obstacle
    with Client(again) as client:
        equal(client.ask(get("/u")).status, 200)
    again.stop()


def test_two_workers_share_a_port():
    backend = Backend(answer=OK)
    vane = sidecar(backend, more="workers: 2")
    for _ in range(40):
        with Client(vane) as client:
            equal(client.ask(get()).status, 200)
    vane.stop()
    equal(vane.outcomes(), ["ok"] * 40)


def test_several_listeners():
    backend = Backend(answer=OK)
    ports = [free_port(), free_port()]
    path = os.path.join(scratch, "several.yaml")
    with open(path, "w", encoding="ascii") as out:
        out.write(f"listen: ['127.0.0.1:{ports[0]}', '127.0.0.1:{ports[1]}']\nadmin: {{listen: 'unix:{scratch}/sa'}}\n"
                  f"drain: {{delay: 0s}}\nversions: {{v1: {{backend: '{backend.address}'}}}}\n")
    process = subprocess.Popen([BINARY, "run", path], stdout=subprocess.PIPE)
    try:
        eventually(lambda: not refused(ports[0]) and not refused(ports[1]), "both listen")
        for port in ports:
            with Client(port) as client:
                equal(client.ask(get()).status, 200)
    finally:
        process.terminate()
        process.communicate()
    equal(process.returncode, 0)


if __name__ == "__main__":
    main()
