"""The static binary: small, the same bytes twice, and whole in an empty root: names from /etc/hosts and from DNS, a contract,
a ledger, TLS's random numbers, reload and drain."""
import hashlib
import http.client
import http.server
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading

from stage import ROOT, eventually, needs_root, own_network, package, run, true

CONFIG = """listen: 127.0.0.1:8080
versions:
  v1: {backend: "backend.hosts:9001", contract: openapi-v1.yaml}
  v2: {backend: "backend.dns:9001", contract: openapi-v2.yaml}
usage: {ledger: /data/usage.db}
admin: {listen: 127.0.0.1:9900}
"""


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_):
        pass


def serve_names():
    """A DNS server that knows one name: backend.dns is 127.0.0.1."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 53))

    def answer():
        while True:
            query, peer = s.recvfrom(512)
            end = query.index(b"\0", 12)
            asked, kind = query[12:end], struct.unpack("!H", query[end + 1:end + 3])[0]
            known = asked == b"\7backend\3dns"
            count = 1 if known and kind == 1 else 0
            head = query[:2] + struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, count, 0, 0)
            record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1])
            s.sendto(head + query[12:end + 5] + record * count, peer)

    threading.Thread(target=answer, daemon=True).start()


def get(path, port=8080):
    try:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", path)
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""


def is_same_twice(binary):
    """Another folder of sources, another folder for the build."""
    with tempfile.TemporaryDirectory(prefix="vane-again-") as folder:
        again = os.path.join(folder, "elsewhere")
        run("git", "clone", "-q", ROOT, again)
        for base in ("CMakeLists.txt", "proxy", "filters", "conf", "scripts"):  # also what is not committed yet
            run("cp", "-r", os.path.join(ROOT, base), again)
        other = package("static", root=again, VANE_BUILD=os.path.join(folder, "work"))
        first, second = (hashlib.sha256(open(file, "rb").read()).hexdigest() for file in (binary, other))
        true(first == second, "two builds have one digest: %s, %s" % (first, second))
        print("sha256 %s, twice" % first)


def runs_in_an_empty_root(binary):
    with tempfile.TemporaryDirectory(prefix="vane-root-") as root:
        for folder in ("etc", "data"):
            os.mkdir(os.path.join(root, folder))
        shutil.copy(binary, os.path.join(root, "vane"))
        for name in ("openapi-v1.yaml", "openapi-v2.yaml"):
            shutil.copy(os.path.join(ROOT, "conf", "examples", name), os.path.join(root, "etc"))
        for name, text in (("hosts", "127.0.0.1 backend.hosts\n"), ("resolv.conf", "nameserver 127.0.0.1\n"), ("vane.yaml", CONFIG)):
            with open(os.path.join(root, "etc", name), "w", encoding="ascii") as file:
                file.write(text)
        true("good" in run("/vane", "check", "/etc/vane.yaml", preexec_fn=lambda: os.chroot(root)), "vane check says good")
        vane = subprocess.Popen(["/vane", "run", "/etc/vane.yaml"], preexec_fn=lambda: (os.chroot(root), os.chdir("/")),
                                stdout=subprocess.DEVNULL)
        try:
            eventually(lambda: get("/readyz", 9900)[0] == 200, "vane is ready")
            true(get("/v1/orders") == (200, "[]"), "a name of /etc/hosts: %s %s" % get("/v1/orders"))
            true(get("/v2/orders") == (200, "[]"), "a name of DNS: %s %s" % get("/v2/orders"))
            vane.send_signal(signal.SIGHUP)
            true(get("/v1/orders")[0] == 200, "after a reload")
            with open("/proc/%d/status" % vane.pid, encoding="ascii") as status:
                peak = [int(line.split()[1]) for line in status if line.startswith("VmHWM")][0]
            print("%d KiB at most" % peak)
            true(peak <= 4096, "at most 4 MiB with two contracts: %d KiB" % peak)
            vane.send_signal(signal.SIGTERM)
            true(vane.wait(20) == 0, "it ends with 0")
            true(os.path.getsize(os.path.join(root, "data", "usage.db")) > 0, "the ledger was written")
        finally:
            vane.kill()


def main():
    needs_root("unshare", "ip", "dpkg-source", "tclsh", "ninja", "git")
    if not os.environ.get("VANE_OWN_NETWORK"):
        binary = os.environ["VANE_STATIC"] = package("static")  # with the network that fetches sources
        print("%s: %d bytes" % (os.path.basename(binary), os.path.getsize(binary)))
        is_same_twice(binary)
    own_network()
    serve_names()
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 9001), Answers)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    runs_in_an_empty_root(os.environ["VANE_STATIC"])


main()
