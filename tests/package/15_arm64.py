"""The static binary for the other processor: cross-built, small, and run by qemu-user: it says its version, checks a configuration,
routes, and serves a request that keeps its contract while it refuses one that does not."""
import http.client
import http.server
import os
import shutil
import signal
import subprocess
import tempfile
import threading

from stage import ROOT, eventually, free_port, needs_root, package, run, true

COMPILER, EMULATOR, LARGEST = "aarch64-linux-gnu-gcc", "qemu-aarch64-static", 3000000
CONFIG = """listen: 127.0.0.1:%d
versions:
  v1: {backend: 127.0.0.1:%d, contract: openapi-v1.yaml}
validate: {requests: enforce, responses: enforce}
usage: {ledger: usage.db}
admin: {listen: 127.0.0.1:%d}
"""


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_):
        pass


def get(path, port):
    try:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        client.request("GET", path)
        return client.getresponse().status
    except OSError:
        return 0


def main():
    needs_root(COMPILER, EMULATOR, "dpkg-source", "tclsh", "ninja")
    binary = package("static", "arm64")
    size = os.path.getsize(binary)
    print("%s: %d bytes" % (os.path.basename(binary), size))
    true(size <= LARGEST, "at most %d bytes" % LARGEST)
    with open(binary, "rb") as file:
        head = file.read(20)
    true(head[:4] == b"\x7fELF" and head[18] == 183, "it is a program for AArch64")
    true("vane " in run(EMULATOR, binary, "version"), "it says its version")
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    port, admin = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="vane-arm64-") as folder:
        shutil.copy(os.path.join(ROOT, "conf", "examples", "openapi-v1.yaml"), folder)
        with open(os.path.join(folder, "vane.yaml"), "w", encoding="ascii") as file:
            file.write(CONFIG % (port, backend.server_address[1], admin))
        true("good" in run(EMULATOR, binary, "check", cwd=folder), "vane check says good")
        true("listOrders" in run(EMULATOR, binary, "route", "GET /v1/orders", cwd=folder), "vane route finds the operation")
        vane = subprocess.Popen([EMULATOR, binary, "run"], cwd=folder, stdout=subprocess.DEVNULL)
        try:
            eventually(lambda: get("/readyz", admin) == 200, "vane is ready")
            true(get("/v1/orders?limit=3", port) == 200, "a request is served")
            true(get("/v1/orders?limit=0", port) == 400, "the contract is enforced")
            vane.send_signal(signal.SIGTERM)
            true(vane.wait(30) == 0, "it ends with 0")
            true(os.path.getsize(os.path.join(folder, "usage.db")) > 0, "the ledger was written")
        finally:
            vane.kill()


main()
