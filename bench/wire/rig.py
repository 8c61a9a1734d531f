"""What the benches share: builds vane and the bench's programs, starts subjects pinned to cores, asks them with the load
generator. Python 3, standard library only."""
import atexit
import json
import os
import platform
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time

WIRE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(WIRE))
PEERS = os.environ.get("VANE_PEERS", os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "vane-peers"))
CONTRACT = os.path.join(WIRE, "contract.yaml")
scratch = tempfile.mkdtemp(prefix="vane-bench-")
atexit.register(shutil.rmtree, scratch, ignore_errors=True)


def build(folder=None, targets=("vane", "bench_load", "bench_backend", "bench_floor")):
    """Builds into `folder` (default build/bench) and returns it."""
    folder = folder or os.environ.get("VANE_BENCH_BUILD") or os.path.join(ROOT, "build", "bench")
    for words in (["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DVANE_BENCH=ON", "-DVANE_TESTS=OFF"],
                  ["ninja", "-C", folder, *targets]):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            sys.exit(done.stdout.decode()[-4000:] + f"\n{' '.join(words)} failed")
    return folder


def messages():
    """The folder with the bench's messages, made once."""
    folder = os.path.join(scratch, "messages")
    if not os.path.exists(folder):
        subprocess.run([sys.executable, os.path.join(WIRE, "messages.py"), folder], check=True)
    return folder


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def descendants(pid):
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                for child in children.read().split():
                    found += descendants(int(child))
    except OSError:
        pass
    return found


def resident(pid, which="Rss:"):
    """Resident bytes of a process, a line of /proc/PID/smaps_rollup: "Anonymous:" is what is its own, no file's."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith(which))


class Process:
    """Something that listens, pinned to a core, ended by stop()."""

    def __init__(self, words, where, core=None, environment=None, patience=15):
        self.where, self.log = where, tempfile.TemporaryFile()
        pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=pin,
                                        env=dict(os.environ, **(environment or {})), start_new_session=True)
        until = time.monotonic() + patience
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > until:
                told = self.told()
                self.stop()
                raise RuntimeError(f"{words[0]} does not listen on {where}\n{told}")
            time.sleep(0.02)

    def listens(self):
        unix = self.where.startswith("unix:")
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as s:
            return s.connect_ex(self.where[5:] if unix else ("127.0.0.1", int(self.where))) == 0

    def told(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")[-2000:]

    def pids(self):
        return descendants(self.process.pid)

    def pin(self, core):
        for pid in self.pids():
            for task in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(task), {core})

    def stop(self):
        for number, patience in ((signal.SIGTERM, 8), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return
            try:
                self.process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                pass


def backend(folder, core=None):
    """The bench's backend from the build `folder`, with the answers of messages(); its address is "127.0.0.1:PORT"."""
    made, port = messages(), free_port()
    answers = [os.path.join(made, f"answer-{size}.json") for size in ("1k", "16k", "256k")]
    started = Process([os.path.join(folder, "bench", "backend"), str(port), *answers], str(port), core)
    started.messages, started.address = made, f"127.0.0.1:{port}"
    return started


def orders(folder, size, count=8):
    """The files of the requests of a size, from messages()."""
    return [os.path.join(folder, f"order-{size}-{n}.json") for n in range(count)]


def vane(binary, config, backend, core=None, names=None, before=(), patience=15):
    """vane with a configuration file of which $NAMEs are filled in from its environment; `before`: words before it."""
    port, folder = free_port(), tempfile.mkdtemp(dir=scratch)
    environment = {"LISTEN": f"127.0.0.1:{port}", "BACKEND": backend, "FOLDER": folder, "CONTRACT": CONTRACT, **(names or {})}
    started = Process([*before, binary, "run", config], str(port), core, environment, patience)
    started.folder = folder
    return started


class Subject:
    """A proxy that is measured: how it is started, and which path stands before the bench's."""

    def __init__(self, name, start, prefix="/v1", slow=False, program=None):
        self.name, self.start, self.prefix, self.slow, self.program = name, start, prefix, slow, program
        self.process = self.missing = None


def filled(file, folder, backend, port):
    """A subject's configuration with its $NAMEs replaced, in `folder`."""
    with open(os.path.join(WIRE, "subjects", file), encoding="utf-8") as template:
        text = string.Template(template.read()).substitute(FOLDER=folder, BACKEND=backend, PORT=port, LISTEN=f"127.0.0.1:{port}")
    path = os.path.join(folder, file)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def peer(program, file, words, environment=None):
    def start(backend, core):
        found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:" + PEERS)
        if not found:
            raise FileNotFoundError(program)
        port, folder = free_port(), tempfile.mkdtemp(dir=scratch)
        config = filled(file, folder, backend, port)
        return Process([found] + [word.replace("@", config) for word in words], str(port), core, environment)
    return start


def prism(backend, core):
    found = os.path.join(PEERS, "prism", "node_modules", ".bin", "prism")
    if not os.path.exists(found):
        raise FileNotFoundError("prism")
    port = free_port()
    return Process([found, "proxy", CONTRACT, f"http://{backend}", "--errors", "--port", str(port), "--verboseLevel", "silent"],
                   str(port), core, {"NODE_ENV": "production"}, patience=40)


def wallarm(backend, core):
    found = os.path.join(PEERS, "api-firewall")
    if not os.path.exists(found):
        raise FileNotFoundError("api-firewall")
    port = free_port()
    return Process([found], str(port), core,
                   {"APIFW_URL": f"http://127.0.0.1:{port}", "APIFW_SERVER_URL": f"http://{backend}", "APIFW_API_SPECS": CONTRACT,
                    "APIFW_REQUEST_VALIDATION": "BLOCK", "APIFW_RESPONSE_VALIDATION": "BLOCK", "APIFW_LOG_LEVEL": "ERROR",
                    "APIFW_SERVER_MAX_CONNS_PER_HOST": "1024", "GOMAXPROCS": "1"})


def floor(folder):
    """What two reads and two writes cost: no proxy, a relay that looks at nothing (floor.c)."""
    def start(backend, core):
        port = free_port()
        return Process([os.path.join(folder, "bench", "floor"), str(port), backend.rsplit(":", 1)[1]], str(port), core)
    return start


def subjects(binary):
    def mode(name):
        return Subject(f"vane {name}", lambda backend, core: vane(binary, os.path.join(WIRE, "subjects", f"vane-{name}.yaml"), backend, core))
    return [mode("plain"), mode("report"), mode("enforce"),
            Subject("haproxy", peer("haproxy", "haproxy.cfg", ["-db", "-f", "@"]), program=["haproxy", "-v"]),
            Subject("nginx", peer("nginx", "nginx.conf", ["-c", "@"]), program=["nginx", "-v"]),
            Subject("h2o", peer("h2o", "h2o.conf", ["-c", "@"]), program=["h2o", "-v"]),
            Subject("caddy", peer("caddy", "Caddyfile", ["run", "--adapter", "caddyfile", "--config", "@"],
                                  {"GOMAXPROCS": "1"}), program=["caddy", "version"]),
            Subject("prism", prism, prefix="", slow=True),
            Subject("wallarm", wallarm, slow=True)]


class Load:
    """The load generator, pinned to a core."""

    def __init__(self, folder, core):
        self.program, self.core = os.path.join(folder, "bench", "load"), core

    def ask(self, where, path, pids=(), core=None, **options):
        """One run; what load prints, as a dict. `bodies`: a list of files; other options as load's words."""
        words = [self.program]
        for pid in pids:
            words += ["--pid", str(pid)]
        for name, value in options.items():
            if name == "bodies":
                for body in value:
                    words += ["--body", body]
            elif value is True:
                words.append(f"--{name}")
            elif value is not None and value is not False:
                words += [f"--{name}", str(value)]
        core = self.core if core is None else core
        pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
        done = subprocess.run(words + [where, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=pin, timeout=120, check=False)
        if not done.stdout:
            raise RuntimeError(f"load: {done.stderr.decode()}")
        return json.loads(done.stdout)


def first_line(words):
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10, check=False,
                              env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin"))
        return done.stdout.decode("utf-8", "replace").split("\n")[0].strip()
    except (OSError, subprocess.TimeoutExpired):
        return None


def machine():
    """What the figures were taken on."""
    model = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    virtual = first_line(["systemd-detect-virt"]) or "?"
    return {"processor": model, "processors": os.cpu_count(), "virtual": virtual, "kernel": platform.release(),
            "compiler": first_line(["gcc", "--version"]), "load_average": os.getloadavg(), "date": time.strftime("%Y-%m-%d %H:%M %Z")}


def quartiles(values):
    """Minimum, lower quartile, median, upper quartile; None without values."""
    if not values:
        return None
    rows = sorted(values)
    at = lambda share: rows[min(len(rows) - 1, int(share * (len(rows) - 1) + 0.5))]
    return {"min": rows[0], "q1": at(0.25), "median": at(0.5), "q3": at(0.75), "rounds": len(rows)}
