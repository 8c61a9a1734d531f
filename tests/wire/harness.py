"""Drives the real vane over sockets: starts it with a configuration, plays its clients and its backends byte by byte,
reads its log. A test is a plain function test_* in a file NN_topic_*.py that ends with harness.main(); @each(rows) makes
one test of each row. What is started is stopped at the end of the file, and a vane that crashed, leaked, tripped a
sanitizer or wrote a log line that is not JSON fails the file."""
import atexit
import collections
import hashlib
import inspect
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from http1 import BadMessage, CutShort, Message, Reader, closes  # noqa: F401 (for the test files)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("VANE", os.path.join(ROOT, "build", "release", "vane"))
PATIENCE = 20.0  # seconds for what should take milliseconds: the machine may be busy
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

running, checks = [], unittest.TestCase()
scratch = tempfile.mkdtemp(prefix="vane-wire-")
atexit.register(shutil.rmtree, scratch, ignore_errors=True)
equal, true, contains = checks.assertEqual, checks.assertTrue, checks.assertIn
checks.maxDiff = 4000


def eventually(condition, what, seconds=PATIENCE):
    """Waits until condition() is true and returns what it returned."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.005)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# ---- vane ----


class Vane:
    """One process. `config` is YAML without `listen` and `admin`, which are given here, with `%(name)s` from `names`."""

    def __init__(self, config, names=None, listen=None, wait=True, environment=None):
        self.port = free_port()
        self.listen = listen or f"127.0.0.1:{self.port}"
        self.directory = tempfile.mkdtemp(dir=scratch)
        self.file = os.path.join(self.directory, "vane.yaml")
        self.admin = os.path.join(self.directory, "admin")
        text = f"listen: {json.dumps(self.listen)}\nadmin: {{listen: 'unix:{self.admin}'}}\n"
        if "drain:" not in config:
            text += "drain: {delay: 0s, timeout: 2s}\n"
        self.write(text + (config % names if names else config))
        environment = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1",
                           ASAN_OPTIONS="quarantine_size_mb=8", **(environment or {}))  # memory is measured
        self.process = subprocess.Popen([BINARY, "run", self.file], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        cwd=self.directory, env=environment)
        self.lines, self.faults, self.stderr, self.stopped = [], [], b"", False
        self.threads = [threading.Thread(target=self.read_log, daemon=True),
                        threading.Thread(target=self.read_stderr, daemon=True)]
        for thread in self.threads:
            thread.start()
        running.append(self)
        if wait:
            eventually(lambda: self.events("server.started") or self.process.poll() is not None, "vane starts")
            if self.process.poll() is not None:
                time.sleep(0.2)
                raise AssertionError(f"vane did not start: {self.process.returncode}\n{self.stderr.decode()}")

    def write(self, text):
        with open(self.file, "w", encoding="utf-8") as out:
            out.write(text)

    def read_log(self):
        for line in self.process.stdout:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.faults.append(f"no JSON in the log: {line!r}")

    def read_stderr(self):
        for line in self.process.stderr:
            self.stderr += line

    def events(self, name):
        return [line for line in list(self.lines) if line.get("event.action") == name]

    def access(self):
        return self.events("access")

    def outcomes(self):
        return [line["vane.outcome"] for line in self.access()]

    def outcome_of(self, response):
        """The outcome word of the exchange that got this answer."""
        name = response.get("x-request-id")
        found = eventually(lambda: [line for line in self.access() if line.get("http.request.id") == name], "its access line")
        equal(len(found), 1, found)
        return found[0]["vane.outcome"]

    def outcome_at(self, path):
        """The outcome word of the only exchange with this path."""
        found = eventually(lambda: [line for line in self.access() if line["url.path"] == path], "its access line")
        equal(len(found), 1, found)
        return found[0]["vane.outcome"]

    def next_outcome(self, before, count=1):
        """The outcome words of the `count` exchanges after the first `before`."""
        eventually(lambda: len(self.access()) >= before + count, "an access line")
        return self.outcomes()[before:before + count]

    def page(self, target, more=""):
        """An answer of the admin port."""
        with Client("unix:" + self.admin) as client:
            return client.ask(get(target, more=more))

    def scrape(self):
        return self.page("/metrics").body.decode()

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def kill(self, number):
        self.process.send_signal(number)

    def stop(self, code=0, number=signal.SIGTERM):
        """Ends it and fails unless it ends as it should."""
        if self.stopped:
            return
        self.stopped = True
        if self.process.poll() is None and number:
            self.kill(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.faults.append("it did not end")
        for thread in self.threads:
            thread.join(PATIENCE)
        text = self.stderr.decode("utf-8", "replace")
        if "Sanitizer" in text or "runtime error" in text or "CHECK" in text:
            self.faults.append("sanitizer or check report")
        if self.process.returncode != code:
            self.faults.append(f"exit code {self.process.returncode}, not {code}")
        if self.faults:
            raise AssertionError("; ".join(self.faults) + "\n" + text)


CONFIG = "versions: {v1: {backend: '%(backend)s'}}\n"


def sidecar(backend, more="", backend_more="", **options):
    """A vane with one version in front of one backend. `more`: further YAML; `backend_more`: keys of the backend."""
    keys = f"address: '{backend.address}'" + (", " + backend_more if backend_more else "")
    return Vane(f"versions: {{v1: {{backend: {{{keys}}}}}}}\n{more}\n", **options)


# ---- a client ----


class Client(Reader):
    """A raw connection to vane."""

    def __init__(self, where, seconds=PATIENCE, receive_buffer=None):
        target = where.listen if isinstance(where, Vane) else where
        if isinstance(target, str) and target.startswith("unix:"):
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(seconds)
            sock.connect(target[5:])
        else:
            sock = socket.socket()
            if receive_buffer:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sock.settimeout(seconds)
            sock.connect(("127.0.0.1", where.port if isinstance(where, Vane) else where))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data, pause=None):
        """Sends bytes, or a list of pieces with `pause` seconds between them."""
        for piece in [data] if isinstance(data, bytes) else data:
            self.sock.sendall(piece)
            if pause:
                time.sleep(pause)
        return self

    def ask(self, data, method=None):
        """Sends one request and reads its answer."""
        self.send(data)
        return self.response(method or data.split(b" ", 1)[0].strip().decode("latin-1"))

    def closes(self, seconds=PATIENCE):
        return closes(self, seconds)

    def silent(self, seconds=0.3):
        """True when nothing comes for a while."""
        if self.buffer:
            return False
        self.sock.settimeout(seconds)
        try:
            self.more()
            return False
        except (TimeoutError, socket.timeout):
            return True
        finally:
            self.sock.settimeout(PATIENCE)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.sock.close()


def get(target="/", host="a.test", more=""):
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode("latin-1")


# ---- a backend ----


class Connection(Reader):
    """A connection that vane has made to a Backend, as its script sees it."""

    def __init__(self, backend, sock, number):
        super().__init__(sock)
        self.backend, self.number = backend, number

    def next(self):
        """Reads and records the next request; None where vane ends the connection instead."""
        request = self.request()
        if request:
            self.backend.record(request, self)
        return request

    def send(self, data):
        self.sock.sendall(data)
        return self

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


def echo(request, _connection):
    """An answer that tells what came."""
    told = json.dumps({"method": request.method, "target": request.target, "version": request.version,
                       "fields": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in request.fields],
                       "trailers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in request.trailers],
                       "framing": request.framing, "length": len(request.body), "sha256": sha256(request.body)}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(told) + told


class Backend:
    """A server behind vane. `script(connection)` plays a whole connection; without one, each request is answered with
    `answer`: bytes, or a function of (request, connection) that returns bytes, or None where it has done all itself.
    An answer that ends in CLOSE closes the connection. All requests that came are in `requests`."""

    CLOSE, RESET = b"\0close", b"\0reset"

    def __init__(self, answer=echo, script=None, path=None, backlog=128, receive_buffer=None):
        self.answer, self.script = answer, script
        self.requests, self.faults, self.connections = [], [], []
        self.lock = threading.Lock()
        self.path, self.receive_buffer = path, receive_buffer
        self.port = None if path else free_port()
        self.address = f"unix:{path}" if path else f"127.0.0.1:{self.port}"
        self.backlog, self.listener = backlog, None
        self.accepted = 0
        self.start()
        running.append(self)

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX if self.path else socket.AF_INET)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.receive_buffer:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.listener.bind(self.path or ("127.0.0.1", self.port))
        self.listener.listen(self.backlog)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            if not self.path:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.accepted += 1
                connection = Connection(self, sock, self.accepted)
                self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            (self.script or self.answer_all)(connection)
        except BadMessage as fault:
            if not isinstance(fault, CutShort):
                self.faults.append(fault)
            connection.backend.record_fault(fault)
        except OSError:
            pass
        finally:
            with self.lock:
                if connection in self.connections:
                    self.connections.remove(connection)
            if connection.sock.fileno() >= 0:
                connection.close()

    def answer_all(self, connection):
        while True:
            answer = self.answer
            request = connection.next()
            if request is None:
                return
            answer = self.answer
            out = answer(request, connection) if callable(answer) else answer
            if out is None:
                continue
            for end in (self.CLOSE, self.RESET):
                if out.endswith(end):
                    connection.send(out[:-len(end)])
                    return connection.close() if end is self.CLOSE else connection.reset()
            connection.send(out)

    def record(self, request, connection):
        request.connection = connection.number
        with self.lock:
            self.requests.append(request)

    def record_fault(self, fault):
        self.cut = fault

    def forget(self):
        """Drops what was recorded and every connection, so that the next test begins afresh."""
        with self.lock:
            connections, self.connections = self.connections, []
            self.requests.clear()
            self.cut = None
        for connection in connections:
            connection.close()

    def one(self):
        """The only request since forget()."""
        eventually(lambda: self.requests, "a request at the backend")
        equal(len(self.requests), 1, self.requests)
        return self.requests[0]

    def stop(self):
        """Stops listening and closes every connection: the service is gone."""
        if self.listener:
            try:
                self.listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self.listener.close()
            self.listener = None
        self.forget()
        if self.path and os.path.exists(self.path):
            os.unlink(self.path)
        if self.faults:
            raise AssertionError(f"what vane sent to the backend was malformed: {self.faults}")


# ---- what most tables of requests and answers ask ----


class Pair:
    """A vane in front of one backend, for files whose tests each look at one exchange."""

    def __init__(self, more="", backend_more="", answer=echo):
        self.backend = Backend(answer=answer)
        self.vane = sidecar(self.backend, more, backend_more)

    def client(self, **options):
        return Client(self.vane, **options)

    def passes(self, raw, answer=echo, pause=None):
        """The request is passed on: (what the backend got, what the client got). `raw`: bytes, or pieces of them."""
        self.backend.forget()
        self.backend.answer = answer
        with Client(self.vane) as client:
            client.send(raw, pause)
            whole = raw if isinstance(raw, bytes) else b"".join(raw)
            response = client.response(whole.lstrip(b"\r\n").split(b" ", 1)[0].decode("latin-1"))
        equal(len(self.backend.requests), 1, response)
        return self.backend.requests[0], response

    def refuses(self, raw, statuses, pause=None, outcome=None):
        """The request is answered by vane itself with one of these statuses, the connection is closed and the backend
        sees nothing whole of it. Returns the answer."""
        self.backend.forget()
        self.backend.answer = echo
        with Client(self.vane) as client:
            try:
                client.send(raw, pause)
            except (BrokenPipeError, ConnectionResetError):
                pass
            response = client.response()
            contains(response.status, statuses if isinstance(statuses, tuple) else (statuses,), response)
            equal(response.get("content-type"), "application/problem+json")
            equal(response.get("connection"), "close")
            true(client.closes(), "the connection is closed after a refusal")
        equal(self.backend.requests, [])
        word = self.vane.outcome_of(response)
        equal(word, json.loads(response.body)["type"].rsplit(":", 1)[1])
        if outcome:
            equal(word, outcome)
        return response

    def gets(self, answer, raw=None, then=None):
        """The backend answers these bytes to `raw` (a GET): (what the client got, the client's connection is kept)."""
        raw = raw or get()
        self.backend.forget()
        self.backend.answer = answer
        with Client(self.vane) as client:
            response = client.ask(raw)
            kept = response.framing != "close" and client.silent(0.02)
            if kept and then:
                then(client)
        return response, kept

    def bad_gateway(self, answer, raw=None):
        """The backend's answer is refused: 502, and the next request of the same client is served."""
        response, kept = self.gets(answer, raw)
        equal(response.status, 502, response)
        equal(response.get("content-type"), "application/problem+json")
        true(kept, "the client's connection is kept")
        return self.vane.outcome_of(response)


# ---- finding and running tests ----


def each(rows):
    """One test for each row: a tuple whose first element names it (with the section of the RFC that it is about)."""

    def mark(function):
        function.rows = rows
        return function

    return mark


class One(unittest.FunctionTestCase):
    def __init__(self, function, row=None):
        super().__init__((lambda: function(*row[1:])) if row else function)
        self.name = function.__name__[5:] + (f" [{row[0]}]" if row else "")

    def run(self, result=None):
        began = time.monotonic()
        super().run(result)
        if os.environ.get("VERBOSE") == "2" and time.monotonic() - began > 0.5:
            print(f"    {time.monotonic() - began:.1f} s", file=sys.stderr)

    def __str__(self):
        return self.name

    def id(self):
        return self.name

    def shortDescription(self):
        return None


def everything_stops():
    """Ends what the file has started; a fault of any of it is a failed test."""
    faults = []
    for thing in reversed(running):
        try:
            thing.stop()
        except AssertionError as fault:
            faults.append(str(fault))
    if faults:
        raise AssertionError("\n".join(faults))


def record_outcomes():
    """For 99_outcomes.py: every word that this file has brought about, in the folder that $VANE_OUTCOMES names."""
    folder = os.environ.get("VANE_OUTCOMES")
    if folder:
        os.makedirs(folder, exist_ok=True)
        words = {word for thing in running if isinstance(thing, Vane) for word in thing.outcomes()}
        with open(os.path.join(folder, os.path.basename(sys.argv[0]) + ".txt"), "w", encoding="ascii") as out:
            out.write("".join(word + "\n" for word in sorted(words)))


def main():
    module = sys.modules["__main__"]
    found = [f for n, f in vars(module).items() if n.startswith("test_") and inspect.isfunction(f)]
    found.sort(key=lambda f: f.__code__.co_firstlineno)
    wanted = sys.argv[1:]
    tests = []
    for function in found:
        for row in getattr(function, "rows", [None]):
            test = One(function, row)
            if not wanted or any(word in test.name for word in wanted):
                tests.append(test)
    names = collections.Counter(test.name for test in tests)
    double = [name for name, count in names.items() if count > 1]
    assert not double, f"tests of one name: {double}"
    suite = unittest.TestSuite(tests + [One(everything_stops)])
    result = unittest.TextTestRunner(verbosity=int(os.environ.get("VERBOSE", "1"))).run(suite)
    if not wanted:
        record_outcomes()
    for thing in running:
        if isinstance(thing, Vane) and thing.process.poll() is None:
            thing.process.kill()  # nothing is left behind, whatever went wrong
    sys.stdout.flush()
    os._exit(0 if result.wasSuccessful() else 1)  # threads of backends may still wait for bytes
