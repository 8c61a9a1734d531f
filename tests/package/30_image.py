"""The image, run as a pod would: a service and vane in one network namespace, each in a container of runc; vane with 16 MiB, no
capability, a read-only root and another user. Traffic, a reload by swapping ..data, a drain that breaks no request."""
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from stage import ROOT, eventually, needs_root, own_network, package, run, skip, true

LIMIT = 16 << 20
LARGEST = 3500000
SERVICE = """
import http.server, time
class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    def do_GET(self):
        if "slow" in self.path:
            time.sleep(2)
        body = b'{"path": "%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 256
Server(("127.0.0.1", 9001), Service).serve_forever()
"""
CONTRACT = """openapi: 3.1.0
info: {title: T, version: %d.0.0}
paths:
  /{version}/{name}:
    parameters:
      - {name: version, in: path, required: true, schema: {type: string}}
      - {name: name, in: path, required: true, schema: {type: string, maxLength: 20}}
    get:
      responses:
        '200':
          description: an echo
          content: {application/json: {schema: {type: object, required: [path], properties: {path: {type: string}}}}}
"""
CONFIG = """api: t
listen: ":8080"
versions:
%s
validate: {requests: enforce, responses: enforce}
usage: {ledger: /var/lib/vane/usage.db}
admin: {listen: ":9900"}
drain: {delay: 2s, timeout: 10s}
"""


def get(path, port=8080):
    try:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        client.request("GET", path)
        return client.getresponse().status
    except OSError:
        return 0


class Traffic(threading.Thread):
    """A client with kept connections; it stops when vane says that it is not ready, as a load balancer would."""

    def __init__(self, goes_on, path="/v1/a"):
        super().__init__(daemon=True)
        self.goes_on, self.path, self.good, self.broken = goes_on, path, 0, []
        self.start()

    def run(self):
        client = http.client.HTTPConnection("127.0.0.1", 8080, timeout=15)
        while self.goes_on():
            try:
                client.request("GET", self.path)
                answer = client.getresponse()
                answer.read()
                if answer.status != 200:
                    self.broken.append(answer.status)
                self.good += 1
            except (OSError, http.client.HTTPException) as why:
                self.broken.append(repr(why))
                client.close()


def bundle(folder, root, args, mounts, limit=None, user=0, readonly=True):
    """An OCI runtime bundle: no capability, the network of this process."""
    os.makedirs(folder)
    config = {
        "ociVersion": "1.0.2", "root": {"path": root, "readonly": readonly},
        "process": {"terminal": False, "user": {"uid": user, "gid": user}, "args": args, "cwd": "/", "noNewPrivileges": True,
                    "env": ["PATH=/usr/bin:/bin"], "capabilities": {}},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}] + mounts,
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")] +
                                [{"type": "network", "path": "/proc/%d/ns/net" % os.getpid()}],
                  "cgroupsPath": "/vane-test-%d-%s" % (os.getpid(), os.path.basename(folder)),
                  "resources": {"memory": {"limit": limit}} if limit else {}}}
    with open(os.path.join(folder, "config.json"), "w", encoding="ascii") as file:
        json.dump(config, file)
    return folder


def bind(source, target, mode="ro"):
    return {"destination": target, "type": "none", "source": source, "options": ["rbind", mode]}


def service_bundle(folder):
    """This machine's Python in a root of its own."""
    root = os.path.join(folder, "service-root")
    os.makedirs(os.path.join(root, "usr"))
    for name in ("bin", "lib", "lib64"):
        if os.path.islink("/" + name):
            os.symlink("usr/" + name, os.path.join(root, name))
    for name in ("proc", "app"):
        os.mkdir(os.path.join(root, name))
    os.mkdir(os.path.join(folder, "app"))
    with open(os.path.join(folder, "app", "service.py"), "w", encoding="ascii") as file:
        file.write(SERVICE)
    python = "/usr/bin/python3"
    if not os.path.exists(python):
        skip("python3 of Debian is missing")
    return bundle(os.path.join(folder, "service"), root, [python, "/app/service.py"],
                  [bind("/usr", "/usr"), bind(os.path.join(folder, "app"), "/app")])


def mount_config(folder, generation, versions):
    """What the kubelet does to a mounted ConfigMap: a new folder, and ..data swapped in one step."""
    new = os.path.join(folder, "..%d" % generation)
    os.makedirs(new)
    rows = ""
    for n in versions:
        rows += "  v%d: {backend: 127.0.0.1:9001, contract: v%d.yaml}\n" % (n, n)
        with open(os.path.join(new, "v%d.yaml" % n), "w", encoding="ascii") as file:
            file.write(CONTRACT % n)
    with open(os.path.join(new, "vane.yaml"), "w", encoding="ascii") as file:
        file.write(CONFIG % rows)
    os.symlink(os.path.basename(new), os.path.join(folder, "..next"))
    os.rename(os.path.join(folder, "..next"), os.path.join(folder, "..data"))
    for name in os.listdir(new):
        if not os.path.lexists(os.path.join(folder, name)):
            os.symlink("..data/" + name, os.path.join(folder, name))


def image_root(tar):
    """The image unpacked, and how it says that it is run."""
    container = run("buildah", "from", "-q", "oci-archive:" + tar).strip().split("\n")[-1]
    told = json.loads(run("buildah", "inspect", "--type", "container", container))["OCIv1"]["config"]
    root = run("buildah", "mount", container).strip().split("\n")[-1]
    return container, told, root


def check_image(told, root, tar):
    labels = told["Labels"]
    for name in ("title", "description", "licenses", "version", "revision", "created"):
        true(labels.get("org.opencontainers.image." + name), "label " + name)
    true(told["User"] == "65532:65532", "user 65532")
    files = {name: os.path.getsize(os.path.join(root, name)) for name in os.listdir(root) if os.path.isfile(os.path.join(root, name))}
    true(set(files) == {"vane", "vane.spdx.json", "LICENSE"}, "one binary, its SBOM and its licence: %s" % files)
    true(sum(files.values()) <= LARGEST and os.path.getsize(tar) <= LARGEST, "at most %d bytes: %s" % (LARGEST, files))
    with open(os.path.join(root, "vane.spdx.json"), encoding="utf-8") as file:
        sbom = json.load(file)
    true(sbom["spdxVersion"] == "SPDX-2.3" and len(sbom["packages"]) >= 9, "the SBOM names what is linked")
    print("image: %d bytes unpacked, %d as an archive" % (sum(files.values()), os.path.getsize(tar)))


class Container:
    def __init__(self, name, folder, log):
        self.name = "vane-test-%d-%s" % (os.getpid(), name)
        self.process = subprocess.Popen(["runc", "run", "--bundle", folder, self.name], stdout=log, stderr=log,
                                        stdin=subprocess.DEVNULL)

    def memory(self):
        told = subprocess.run(["runc", "events", "--stats", self.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return json.loads(told.stdout)["data"]["memory"] if told.returncode == 0 and told.stdout else {}

    def peak(self):
        usage = self.memory().get("usage", {})
        return usage.get("max") or usage.get("usage", 0)

    def end(self):
        if self.process.poll() is None:
            subprocess.run(["runc", "kill", self.name, "KILL"], stderr=subprocess.DEVNULL, check=False)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        subprocess.run(["runc", "delete", "-f", self.name], stderr=subprocess.DEVNULL, check=False)


def try_runc(folder, log):
    """Whether this machine lets us run containers at all."""
    service = Container("service", service_bundle(folder), log)
    time.sleep(0.5)
    if service.process.poll() is not None:
        log.flush()
        with open(log.name, encoding="utf-8", errors="replace") as file:
            told = file.read()
        service.end()
        skip("runc cannot run here: %s" % told.strip()[-300:])
    return service


def drive(vane, config):
    eventually(lambda: get("/readyz", 9900) == 200, "vane is ready")
    eventually(lambda: get("/v1/a") == 200, "traffic passes")
    true(get("/v1/a-name-that-is-much-too-long") == 400, "the contract is enforced")
    true(get("/v2/a") == 404, "there is no v2 yet")
    ready = [True]
    clients = [Traffic(lambda: ready[0]) for _ in range(8)]
    time.sleep(1)
    mount_config(config, 2, (1, 2))
    eventually(lambda: get("/v2/a") == 200, "the swapped ConfigMap is in force")
    slow = [Traffic(lambda: ready[0], "/v1/slow") for _ in range(4)]
    time.sleep(0.5)
    peak = vane.peak()
    run("runc", "kill", vane.name, "TERM")
    eventually(lambda: get("/readyz", 9900) != 200, "a draining vane is not ready")
    ready[0] = False
    for client in clients + slow:
        client.join(20)
        true(not client.is_alive(), "every client ends")
        true(client.broken == [], "no request is broken: %s" % client.broken[:5])
    true(all(client.good for client in clients + slow), "every client was served")
    true(vane.process.wait(20) == 0, "vane ends with 0")
    print("%d requests, none broken; peak %d KiB of %d KiB" % (sum(c.good for c in clients + slow), peak >> 10, LIMIT >> 10))
    true(peak < LIMIT, "the peak stays below the limit")


def main():
    needs_root("buildah", "runc", "unshare", "ip", "tclsh", "dpkg-source")
    if not os.environ.get("VANE_OWN_NETWORK"):
        os.environ["VANE_IMAGE"] = package("image")
    own_network()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder, containers, image = tempfile.mkdtemp(prefix="vane-image-"), [], None
    os.chmod(folder, 0o755)
    log_path = os.path.join(folder, "log")
    try:
        with open(log_path, "w", encoding="utf-8") as log:
            image, told, root = image_root(os.environ["VANE_IMAGE"])
            check_image(told, root, os.environ["VANE_IMAGE"])
            containers.append(try_runc(folder, log))
            config = os.path.join(folder, "config")
            mount_config(config, 1, (1,))
            state = {"destination": "/var/lib/vane", "type": "tmpfs", "source": "tmpfs", "options": ["uid=65532", "mode=0700"]}
            # The image has no folder to mount on: a runtime makes them, in a layer above.
            for name in ("proc", "etc/vane", "var/lib/vane"):
                os.makedirs(os.path.join(root, name), exist_ok=True)
            vane = Container("vane", bundle(os.path.join(folder, "vane"), root, told["Entrypoint"] + told["Cmd"],
                                            [bind(config, "/etc/vane"), state], LIMIT, 65532), log)
            containers.append(vane)
            drive(vane, config)
    except SystemExit as why:
        if why.code not in (0, 77) and os.path.exists(log_path):
            with open(log_path, encoding="utf-8", errors="replace") as file:
                lines = [line for line in file if "http.request" not in line]
            print("".join(lines[-15:]))
        raise
    finally:
        for container in containers:
            container.end()
        if image:
            subprocess.run(["buildah", "rm", image], stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)


main()
