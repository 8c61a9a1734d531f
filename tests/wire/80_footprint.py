"""What a request and a connection cost, as far as it does not depend on the machine's mood: system calls, instructions,
allocations, bytes (design, section 16). Each limit is the goal with a tenth of room; a goal that is not reached
yet stands beside the limit that holds today. Only of a release build: others are slower by design."""
import json
import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

from harness import BINARY, ROOT, main, true

sys.path.insert(0, os.path.join(ROOT, "bench", "wire"))
import rig  # noqa: E402

BUILD = os.environ.get("VANE_BUILD", os.path.dirname(BINARY))
MODE = {mode: os.path.join(rig.WIRE, "subjects", f"vane-{mode}.yaml") for mode in ("plain", "report", "enforce")}
ROOM = 1.1
# name: (goal, what holds today where the goal does not)
LIMITS = {
    "system calls, 1 connection, GET": (6.0, None),
    "system calls, 32 connections, GET": (4.5, None),
    "system calls, 1 connection, POST 1 KiB": (6.0, None),
    "system calls, 32 connections, POST 1 KiB": (4.5, None),
    "system calls, 1 connection, POST 16 KiB": (6.0, None),
    "system calls, 32 connections, POST 16 KiB": (4.5, None),
    "instructions, GET": (13000, None),
    "instructions per judged byte, 1 KiB": (15, None),
    "instructions per judged byte, 16 KiB": (15, None),
    "instructions with 10,000 operations over those with 10": (1.03, None),
    "instructions of a start with a contract of 50 KB": (36e6, None),  # about 6 ms by the clock, of the 10 that are allowed
    "allocations, GET": (0.005, None),
    "allocations, POST 1 KiB": (0.005, None),
    "allocations, POST 16 KiB": (0.005, None),
    "bytes per idle connection": (1024, None),
    "memory with 9,900 idle connections": (14e6, None),
    "memory idle, contract of 50 KB, resident": (4e6, 7.2e6),  # most are pages of shared libraries; the static binary keeps it
    "memory idle, contract of 50 KB, our own": (4e6, None),
    "memory idle, contract of 7 MB": (60e6, None),
    "size of the program": (1.3e6, None),
}


def within(name, figure):
    goal, today = LIMITS[name]
    limit = (today or goal) * (ROOM if "over those" not in name else 1)
    print(f"  {name}: {figure:,.2f} (goal {goal:,g}, limit {limit:,.4g}{'' if today is None else ', the goal is not reached yet'})")
    true(figure <= limit, f"{name}: {figure:,.2f}, limit {limit:,.4g}")


def skip(why):
    print(f"  skipped: {why}")


class Rig:
    """A vane between the bench's backend and its load generator."""

    def __init__(self, mode, **options):
        self.backend = rig.backend(BUILD)
        self.vane = rig.vane(BINARY, mode, self.backend.address, **options)
        self.load = rig.Load(BUILD, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.vane.stop()
        self.backend.stop()

    def ask(self, requests, connections=1, size=None, **more):
        got = self.load.ask(self.vane.where, "/v1/orders" if size else "/v1/orders/8731", requests=requests, connections=connections,
                            bodies=rig.orders(self.backend.messages, size) if size else [], warm=0, seconds=100, **more)
        true(got["errors"] == 0, got)
        return got["requests"]


# ---- system calls ----


def system_calls(mode, connections, size):
    """Of vane, for each of 3,000 requests on warm connections to the backend."""
    with Rig(MODE[mode]) as it:
        it.ask(300, connections, size)
        out = os.path.join(it.vane.folder, "strace")
        trace = subprocess.Popen(["strace", "-f", "-c", "-S", "calls", "-o", out, "-p", str(it.vane.process.pid)], stderr=subprocess.PIPE)
        first = trace.stderr.readline()
        if b"attached" not in first:
            trace.wait()
            return None
        done = it.ask(3000, connections, size)
        trace.send_signal(2)
        trace.communicate()
        calls = 0
        with open(out, encoding="ascii") as table:
            for line in table:
                cells = line.split()
                if len(cells) >= 5 and cells[3].isdigit() and cells[-1] != "total":
                    calls += int(cells[3])
        return calls / done


def test_system_calls():
    if not shutil.which("strace"):
        return skip("strace is not installed")
    for mode, size, what in (("plain", None, "GET"), ("enforce", "1k", "POST 1 KiB"), ("enforce", "16k", "POST 16 KiB")):
        for connections in (1, 32):
            figure = system_calls(mode, connections, size)
            if figure is None:
                return skip("strace may not trace here")
            within(f"system calls, {connections} connection{'s' if connections > 1 else ''}, {what}", figure)


# ---- instructions ----


def instructions(mode, size, requests, contract=rig.CONTRACT):
    """Of a vane that started, served so many requests on one connection, and ended."""
    out = os.path.join(tempfile.mkdtemp(dir=rig.scratch), "callgrind")
    with Rig(MODE[mode], before=["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"], patience=90,
             names={"CONTRACT": contract}) as it:
        done = it.ask(requests, 1, size)
    with open(out, encoding="utf-8") as profile:
        total = re.search(r"^(?:summary|totals): (\d+)", profile.read(), re.M)
    return int(total[1]), done


def per_request(mode, size, contract=rig.CONTRACT):
    (before, few), (after, many) = instructions(mode, size, 200, contract), instructions(mode, size, 1200, contract)
    return (after - before) / (many - few)


def with_operations(count):
    """The bench's contract with so many more operations, as JSON."""
    path = os.path.join(rig.scratch, f"{count}-operations.json")
    with open(path, "w", encoding="utf-8") as out:
        extra = {f"/things{n}/{{id}}/parts": {"get": {"parameters": [{"name": "id", "in": "path", "required": True,
                                                                     "schema": {"type": "string"}}],
                                                     "responses": {"200": {"description": "done"}}}} for n in range(count)}
        json.dump({"openapi": "3.1.0", "info": {"title": "many", "version": "1.0.0"}, "servers": [{"url": "/v1"}],
                   "paths": {"/orders/{id}": {"get": {"parameters": [{"name": "id", "in": "path", "required": True,
                                                                      "schema": {"type": "string", "pattern": "^[0-9]+$"}}],
                                                      "responses": {"200": {"description": "done", "content": {
                                                          "application/json": {"schema": {"type": "object"}}}}}}}, **extra}}, out)
    return path


def test_instructions():
    if not shutil.which("valgrind"):
        return skip("valgrind is not installed")
    within("instructions, GET", per_request("plain", None))
    for size, what, judged in (("1k", "1 KiB", 2048), ("16k", "16 KiB", 32768)):
        within(f"instructions per judged byte, {what}", (per_request("enforce", size) - per_request("plain", size)) / judged)


def test_operations():
    if not shutil.which("valgrind"):
        return skip("valgrind is not installed")
    few, many = (per_request("enforce", None, with_operations(count)) for count in (10, 10000))
    within("instructions with 10,000 operations over those with 10", many / few)


def test_start():
    if not shutil.which("valgrind"):
        return skip("valgrind is not installed")
    path = os.path.join(rig.scratch, "50k.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(contract_of(50000))
    within("instructions of a start with a contract of 50 KB", instructions("enforce", None, 1, path)[0])


# ---- allocations ----


def test_allocations():
    counter = os.path.join(BUILD, "tests", "libcount.so")
    if not os.path.exists(counter):
        return skip(f"{counter} is not built")
    for mode, size, what in (("plain", None, "GET"), ("enforce", "1k", "POST 1 KiB"), ("enforce", "16k", "POST 16 KiB")):
        path = os.path.join(tempfile.mkdtemp(dir=rig.scratch), "counts")
        with open(path, "wb") as counts:
            counts.write(bytes(64 * 8))
        with Rig(MODE[mode], names={"LD_PRELOAD": counter, "VANE_COUNT": path}) as it:
            def counted():
                with open(path, "rb") as counts:
                    return struct.unpack("64Q", counts.read())
            true(sum(counted()) > 100, "the counter is loaded")
            it.ask(2000, 8, size)
            # a connection's coming and going allocates; what a request costs is the difference of long and short runs. Others
            # write logs and the ledger by time, and more of it where a run takes longer; what a request costs is in every try
            tries = []
            for _ in range(3):
                before = counted()
                few = it.ask(1000, 8, size)
                between = counted()
                many = it.ask(5000, 8, size)
                grown = [(c - b) - (b - a) for a, b, c in zip(before, between, counted())]
                tries.append(max(0, max(grown) / (many - few)))
            within(f"allocations, {what}", min(tries))


# ---- memory ----


def memory(process):
    return rig.resident(process.process.pid)


def test_idle_connections():
    count = 9900
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < count + 200:
        return skip(f"{count} files may not be open here")
    with Rig(MODE["plain"]) as it:
        it.ask(2000, 32)
        before = memory(it.vane)
        load = subprocess.Popen([it.load.program, "--idle", str(count), "--connections", "1", "--rate", "20", "--warm", "0", "--seconds", "4",
                                 it.vane.where, "/v1/orders/8731"], stdout=subprocess.PIPE)
        most = 0
        while load.poll() is None:
            open_files = len(os.listdir(f"/proc/{it.vane.process.pid}/fd"))
            if open_files >= count:
                most = memory(it.vane)
            time.sleep(0.2)
        got = json.loads(load.stdout.read())
        true(got["errors"] == 0 and most, f"all stay open: {got}")
        within("bytes per idle connection", (most - before) / count)
        within("memory with 9,900 idle connections", most)


def contract_of(size):
    """An OpenAPI document of about so many bytes, of the kind that services have."""
    with open(os.path.join(ROOT, "bench", "wire", "contract.yaml"), encoding="utf-8") as file:
        head, schemas = file.read().split("components:\n")
    paths, number = "", 0
    while len(head) + len(paths) + len(schemas) < size:
        paths += (f"  /things{number}/{{id}}:\n    put:\n      operationId: putThing{number}\n      parameters:\n"
                  "        - {name: id, in: path, required: true, schema: {type: string, pattern: '^[a-z]+$'}}\n"
                  "        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}\n"
                  "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema:\n"
                  "              type: object\n              required: [name, state]\n              properties:\n"
                  "                name: {type: string, minLength: 1, maxLength: 80}\n"
                  "                state: {type: string, enum: [new, old]}\n                place: {$ref: '#/components/schemas/Address'}\n"
                  "      responses:\n        '200': {description: done, content: {application/json: {schema: "
                  "{$ref: '#/components/schemas/Order'}}}}\n")
        number += 1
    return head + paths + "components:\n" + schemas


def test_memory_with_a_contract():
    path = os.path.join(rig.scratch, "50k.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(contract_of(50000))
    begin = time.monotonic()
    with Rig(MODE["enforce"], names={"CONTRACT": path}) as it:
        it.ask(1)
        print(f"  start to first answer, both programs' starts and the probing included: {(time.monotonic() - begin) * 1e3:.0f} ms")
        within("memory idle, contract of 50 KB, resident", memory(it.vane))
        within("memory idle, contract of 50 KB, our own", rig.resident(it.vane.process.pid, "Anonymous:"))


def github():
    for folder in (os.environ.get("VANE_TEST_DATA"), os.path.join(ROOT, "..", "shared", "data")):
        for top, _, files in os.walk(folder or "/nonexistent"):
            for name in files:
                if name.startswith("api.github.com") and os.path.getsize(os.path.join(top, name)) > 6e6:
                    return os.path.join(top, name)
    return None


def test_memory_with_a_large_contract():
    path = github()
    if not path:
        return skip("no document of 7 MB among the test data")
    with Rig(MODE["enforce"], names={"CONTRACT": path}, patience=60) as it:
        within("memory idle, contract of 7 MB", memory(it.vane))


def test_program():
    if not shutil.which("size"):
        return skip("size (binutils) is not installed")
    told = subprocess.run(["size", BINARY], stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")[1].split()
    within("size of the program", int(told[3]))


def release():
    try:
        with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
            text = cache.read()
        kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", text, re.M)  # without one, our CMakeLists takes Release
        return kind and kind[1] in ("", "Release") and "VANE_SANITIZE:BOOL=ON" not in text
    except OSError:
        return False


if __name__ == "__main__":
    if not release():
        print("skipped: only a release build is held against these limits")
        sys.exit(77)
    if not os.path.exists(os.path.join(BUILD, "bench", "load")):
        print("skipped: the bench's programs are not built")
        sys.exit(77)
    main()
