"""No wrong answer, ever: numbered, checksummed requests and answers through random segments, framings, pauses, early
ends and restarts on both sides. What a client gets is the whole answer to its own request, a problem
of vane's own, or visibly cut; what a backend gets is a whole request or visibly cut. CHAOS_SEED repeats a run."""
import json
import os
import random
import threading
import time

from harness import Backend, BadMessage, Client, CutShort, Vane, each, eventually, main, scratch, sha256, true

SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
SECONDS = float(os.environ.get("CHAOS_SECONDS", "3"))
print(f"CHAOS_SEED={SEED}", flush=True)


def chunked(r, data):
    out, at = [], 0
    while at < len(data):
        size = min(len(data) - at, r.choice((1, 7, 100, 5000, 100000)))
        out.append(b"%x%s\r\n%s\r\n" % (size, r.choice((b"", b"", b";x=y", b' ; z="1"')), data[at:at + size]))
        at += size
    trailers = b"X-Sum: %s\r\n" % sha256(data).encode() if r.random() < 0.3 else b""
    return b"".join(out) + b"0\r\n" + trailers + b"\r\n"


def pieces(r, raw):
    """The bytes in segments of random sizes."""
    if r.random() < 0.4:
        return [raw]
    at, out = 0, []
    while at < len(raw):
        size = r.choice((1, 2, 50, 1000, 20000, 70000, 400000)) if len(out) < 40 else len(raw)
        out.append(raw[at:at + size])
        at += size
    return out


def content(r):
    size = r.choice((0, 1, 2, 100, 3000, 9000, 66000, 300000)) + r.randrange(50)
    return b'{"d":"%s"}' % r.randbytes(size // 2).hex().encode()


class Chaos(Backend):
    """Answers every request with its target's number and the digest of its body, then content and the digest of that,
    in any framing; now and then it cuts, resets, closes between or says things that nobody asked for."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        super().__init__(script=self.play, backlog=512)

    def play(self, connection):
        r = random.Random(self.random.random())
        while True:
            request = connection.request()
            if request is None:
                return
            told = request.get("x-digest")
            if told is None or told != sha256(request.body):
                self.faults.append(f"a request came broken: {request}")
            if not self.answer_one(r, connection, request):
                return

    def answer_one(self, r, connection, request):
        """False where the connection has to end."""
        data = content(r) if request.method != "HEAD" else b""
        head = (f"HTTP/1.1 200 OK\r\nX-Number: {request.target}\r\nX-Asked: {request.get('x-digest')}\r\n"
                f"X-Digest: {sha256(data)}\r\nContent-Type: application/json\r\n").encode()
        way = r.choice(("length", "length", "chunked", "close") if request.method != "HEAD" else ("length",))
        if way == "length":
            raw = head + b"Content-Length: %d\r\n\r\n" % len(data) + data
        elif way == "chunked":
            raw = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(r, data)
        else:
            raw = head + b"\r\n" + data
        if way == "close" and len(raw) > 10000:  # a restart within it would look like its end
            raw, way = head + b"Content-Length: %d\r\n\r\n" % len(data) + data, "length"
        if way == "close":
            connection.send(raw)
            return False
        if r.random() < 0.1:
            raw = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + raw
        fate = r.random()
        if fate < 0.04:
            return False
        if fate < 0.10:
            raw = raw[:r.randrange(len(raw))]
            connection.send(raw)
            if r.random() < 0.5:
                connection.reset()
            return False
        if fate < 0.12 and len(raw) < 10000:
            # in one segment: an answer that comes after the next request has gone out is nobody's to tell apart
            connection.send(raw + b"HTTP/1.1 200 OK\r\nX-Number: evil\r\nContent-Length: 4\r\n\r\nevil")
            return True
        for piece in pieces(r, raw):
            connection.send(piece)
            if r.random() < 0.1:
                time.sleep(r.random() * 0.005)
        return fate < 0.95


class Counts:
    def __init__(self):
        self.good = self.problems = self.cut = 0
        self.wrong = []


def ask(r, number):
    """One request: (method, its bytes, the digest of its body)."""
    method = r.choice(("GET", "GET", "POST", "PUT", "HEAD", "DELETE"))
    data = b"" if method in ("GET", "HEAD") else content(r)
    head = f"{method} /{number} HTTP/1.1\r\nHost: a.test\r\nX-Digest: {sha256(data)}\r\n".encode()
    if not data:
        return method, head + b"\r\n", sha256(data)
    head += b"Content-Type: application/json\r\n"
    if r.random() < 0.5:
        return method, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(r, data), sha256(data)
    return method, head + b"Content-Length: %d\r\n\r\n" % len(data) + data, sha256(data)


def check(response, number, digest, method, counts):
    if response.status in (502, 503, 504):
        counts.problems += 1
        return
    if (response.status, response.get("x-number"), response.get("x-asked")) != (200, f"/{number}", digest):
        counts.wrong.append(("another's answer", number, response.fields))
    elif method != "HEAD" and response.get("x-digest") != sha256(response.body):
        counts.wrong.append(("broken content", number, response.fields, len(response.body)))
    else:
        counts.good += 1


def client(vane, seed, name, until, counts):
    r = random.Random(seed)
    number = 0
    while time.monotonic() < until:
        try:
            with Client(vane) as connection:
                for _ in range(r.randrange(1, 6)):
                    asked = []
                    for _ in range(r.choice((1, 1, 1, 2, 5))):
                        number += 1
                        asked.append((f"{name}-{number}",) + ask(r, f"{name}-{number}"))
                    raw = b"".join(each[2] for each in asked)
                    sender = threading.Thread(target=send, args=(r.random(), connection, raw))
                    sender.start()
                    if r.random() < 0.05:
                        time.sleep(r.random() * 0.01)
                        connection.reset() if r.random() < 0.5 else connection.close()
                        sender.join()
                        break
                    try:
                        for name_number, method, _, digest in asked:
                            check(connection.response(method), name_number, digest, method, counts)
                    finally:
                        sender.join(5)
        except CutShort:
            counts.cut += 1
        except BadMessage as bad:
            counts.wrong.append(("malformed", name, str(bad)))
        except OSError:
            counts.cut += 1


def send(seed, connection, raw):
    r = random.Random(seed)
    try:
        for piece in pieces(r, raw):
            connection.sock.sendall(piece)
            if r.random() < 0.1:
                time.sleep(r.random() * 0.005)
    except OSError:
        pass


MESSAGE = {"content": {"application/json": {"schema": {
    "type": "object", "required": ["d"], "properties": {"d": {"type": "string", "pattern": "^[0-9a-f]*$"}}}}}}
CONTRACT = {"openapi": "3.1.0", "info": {"title": "chaos", "version": "1.0.0"}, "paths": {"/{n}": {
    "parameters": [{"name": "n", "in": "path", "required": True, "schema": {"type": "string"}}],
    **{method: {"responses": {"200": dict(MESSAGE, description="it")},
                **({"requestBody": MESSAGE} if method in ("post", "put", "delete") else {})}
       for method in ("get", "head", "post", "put", "delete")}}}}


@each([
    ("streamed", "", ""),
    ("judged while it passes", "report", ""),
    ("judged before it goes on", "enforce", ""),
    ("too large to be judged", "enforce", ", max_body: 20KiB, too_large: skip"),
])
def test_no_wrong_answer(mode, more):
    backend = Chaos(SEED)
    contract = os.path.join(scratch, "chaos.json")
    with open(contract, "w", encoding="ascii") as out:
        json.dump(CONTRACT, out)
    validate = f"\nvalidate: {{requests: {mode}, responses: {mode}{more}}}" if mode else ""
    vane = Vane("limits: {body: 64MiB}\nlog: {access: off}\n"
                f"versions: {{v1: {{backend: {{address: '{backend.address}', connections: 12, "
                f"timeout: {{connect: 3s, response: 5s}}}}{', contract: ' + contract if mode else ''}}}}}{validate}\n")
    counts = Counts()
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=client, args=(vane, SEED + i, f"c{i}", until, counts)) for i in range(16)]
    for thread in threads:
        thread.start()
    r = random.Random(SEED - 1)
    while time.monotonic() < until:
        time.sleep(0.5 + r.random())
        if r.random() < 0.5:  # a restart
            backend.stop()
            time.sleep(r.random() * 0.2)
            backend.start()
    for thread in threads:
        thread.join(60)
    true(not any(thread.is_alive() for thread in threads), "a client hangs")
    print(f"{counts.good} right, {counts.problems} problems, {counts.cut} cut, {len(counts.wrong)} wrong", flush=True)
    true(not counts.wrong, counts.wrong[:5])
    true(not backend.faults, backend.faults[:5])
    true(counts.good > 50)
    eventually(lambda: vane.process.poll() is None, "it lives")
    vane.stop()


if __name__ == "__main__":
    main()
