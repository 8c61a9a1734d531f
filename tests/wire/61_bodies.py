"""Large bodies: byte for byte the same in both directions, and back-pressure: a slow side holds the other back, so that
memory stays bounded (RFC 9112, 6 and 7)."""
import hashlib
import os
import sys
import threading
import time

from harness import BINARY, OK, PATIENCE, ROOT, Backend, Client, each, equal, get, main, sha256, sidecar, true

sys.path.insert(0, os.path.join(ROOT, "bench", "wire"))
import rig  # noqa: E402

MB = 1 << 20


class Flood:
    """An answer of `size` bytes, made as it is sent."""

    def __init__(self, size, chunked):
        self.size, self.chunked = size, chunked
        self.block = bytes(range(256)) * 1024  # 256 KiB

    def __call__(self, _request, connection):
        framing = b"Transfer-Encoding: chunked" if self.chunked else b"Content-Length: %d" % self.size
        connection.send(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
        for _ in range(self.size // len(self.block)):
            connection.send(b"40000\r\n" + self.block + b"\r\n" if self.chunked else self.block)
        if self.chunked:
            connection.send(b"0\r\n\r\n")

    def sha256(self):
        return repeated(self.block, self.size // len(self.block))


def repeated(block, count):
    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(block)
    return digest.hexdigest()


def drain(client, chunked, size, pause=None, watch=None):
    """Reads an answer of that size without keeping it: its digest."""
    while client.line():
        pass
    digest, got = hashlib.sha256(), 0
    while got < size:
        left = size - got if not chunked else int(client.line(), 16)
        while left:
            true(client.buffer or client.more(), "it ends early")
            part = client.take(min(left, len(client.buffer)))
            digest.update(part)
            left -= len(part)
            got += len(part)
            if pause and got // (8 * MB) != (got - len(part)) // (8 * MB):
                time.sleep(pause)
                watch()
        if chunked:
            equal(client.line(), b"")
    if chunked:
        equal((client.line(), client.line()), (b"0", b""))
    return digest.hexdigest()


@each([("by length", False), ("chunked", True)])
def test_a_slow_reader_holds_the_backend_back(chunked):
    """200 MB pass through, and vane never holds more than a little of them."""
    flood = Flood(200 * MB, chunked)
    backend = Backend(answer=flood)
    vane = sidecar(backend)
    with Client(vane) as client:
        before, most = vane.memory(), [0]

        def watch():
            most[0] = max(most[0], vane.memory() - before)

        client.send(get())
        time.sleep(0.3)
        watch()
        equal(drain(client, chunked, flood.size, 0.01, watch), flood.sha256())
        true(most[0] < 24 * MB, f"grew by {most[0]} bytes")
        equal(client.ask(b"HEAD / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n").status, 200)
    vane.stop()


@each([("by length", False), ("chunked", True)])
def test_a_slow_backend_holds_the_client_back(chunked):
    size, block = 200 * MB, bytes(range(256)) * 1024
    result = []

    def script(connection):
        head = connection.request_head()
        time.sleep(0.3)
        digest, got = hashlib.sha256(), 0
        while got < size:
            left = int(connection.line(), 16) if chunked else size
            while left:
                if not connection.buffer and not connection.more():
                    return
                part = connection.take(min(left, len(connection.buffer)))
                digest.update(part)
                left -= len(part)
                got += len(part)
                if got // (16 * MB) != (got - len(part)) // (16 * MB):
                    time.sleep(0.01)
            if chunked:
                connection.line()
        if chunked:
            equal((connection.line(), connection.line()), (b"0", b""))
        result.append((head, digest.hexdigest()))
        connection.send(OK)
        connection.more()

    backend = Backend(script=script)
    vane = sidecar(backend, more="limits: {body: 1GiB}")
    with Client(vane, seconds=60) as client:
        before, most = vane.memory(), 0
        framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
        client.send(f"POST /up HTTP/1.1\r\nHost: a.test\r\n{framing}\r\n\r\n".encode())
        for i in range(size // len(block)):
            client.send(b"40000\r\n" + block + b"\r\n" if chunked else block)
            if i % 64 == 0:
                most = max(most, vane.memory() - before)
        if chunked:
            client.send(b"0\r\n\r\n")
        equal(client.response().body, b"ok")
        true(most < 24 * MB, f"grew by {most} bytes")
    equal(result[0][1], repeated(block, size // len(block)))
    vane.stop()


@each([(f"{up} up, {down} down", up, down) for up in ("length", "chunked") for down in ("length", "chunked")])
def test_both_directions_at_once(up, down):
    """The answer begins before the request has ended, and both are whole."""
    data = os.urandom(8 * MB)

    def script(connection):
        head = connection.request_head()
        connection.send(b"HTTP/1.1 200 OK\r\n" + (
            b"Transfer-Encoding: chunked" if down == "chunked" else b"Content-Length: %d" % len(data)) + b"\r\n\r\n")
        got, taken = 0, head.get("transfer-encoding")
        while got < len(data):
            left = int(connection.line(), 16) if taken else len(data)
            while left:
                if not connection.buffer and not connection.more():
                    return
                part = connection.take(min(left, len(connection.buffer)))
                connection.send(b"%x\r\n%s\r\n" % (len(part), part) if down == "chunked" else part)
                left -= len(part)
                got += len(part)
            if taken:
                connection.line()
        if taken:
            connection.section(head, head.trailers) if connection.line() == b"0" else None
        if down == "chunked":
            connection.send(b"0\r\n\r\n")
        connection.more()

    backend = Backend(script=script)
    vane = sidecar(backend)
    with Client(vane) as client:
        framing = "Transfer-Encoding: chunked" if up == "chunked" else f"Content-Length: {len(data)}"

        def sender():
            client.send(f"POST /both HTTP/1.1\r\nHost: a.test\r\n{framing}\r\n\r\n".encode())
            for i in range(0, len(data), 100000):
                part = data[i:i + 100000]
                client.send(b"%x\r\n%s\r\n" % (len(part), part) if up == "chunked" else part)
            if up == "chunked":
                client.send(b"0\r\n\r\n")

        thread = threading.Thread(target=sender)
        thread.start()
        response = client.response("POST")
        thread.join(PATIENCE)
        equal((response.status, sha256(response.body)), (200, sha256(data)))
    equal(vane.next_outcome(0), ["ok"])
    vane.stop()


@each([(mode, mode) for mode in ("plain", "report", "enforce")])
def test_many_large_ones_at_once(mode):
    """More is there to be read than the loop's buffer holds: asked by the bench's own programs, which are fast enough for that."""
    build = os.environ.get("VANE_BUILD", os.path.dirname(BINARY))
    backend = rig.backend(build)
    vane = rig.vane(BINARY, os.path.join(rig.WIRE, "subjects", f"vane-{mode}.yaml"), backend.address)
    load = rig.Load(build, None)
    try:
        for path, size, expect in (("/big", None, MB), ("/orders", "256k", 256 * 1024), ("/orders", "16k", 16 * 1024)):
            got = load.ask(vane.where, "/v1" + path, requests=300, connections=32, warm=0, seconds=60, expect=expect,
                           bodies=rig.orders(backend.messages, size) if size else [])
            true(got["errors"] == 0 and got["requests"] >= 300, f"{path}: {got}")
    finally:
        vane.stop()
        backend.stop()


if __name__ == "__main__":
    main()
