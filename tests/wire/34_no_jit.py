"""Where memory may not be made executable (systemd's MemoryDenyWriteExecute, SELinux): PCRE2 cannot compile to machine code, and its
interpreter gives the same verdicts. This process forbids it to itself and to all that it starts (PR_SET_MDWE, Linux 6.3)."""
import ctypes
import mmap
import os

from harness import OK, Backend, Client, Vane, equal, main, scratch, true

PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
# The first is quick without PCRE2; the others need it.
PATTERNS = {"plain": ("^[A-Z]{3}-[0-9]{4}$", "ABC-0001", "ABC-001"), "words": ("^(?:[a-z]+-)*[a-z]+$", "one-two-three", "one--two"),
            "back": (r"^(\w+) \1$", "ab ab", "ab ba"), "ahead": (r"^(?=.*\d)(?!.*\s).{3,8}$", "abc1", "abcd"),
            "letters": (r"^\p{Lu}\p{Ll}+$", "Ärger", "ärger")}
CONTRACT = """openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /a:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
%s
      responses: {'200': {description: ok}}
"""

if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
    print("SKIP: this kernel has no PR_SET_MDWE")
    raise SystemExit(77)


def post(vane, body):
    with Client(vane) as client:
        head = "POST /v1/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        return client.ask(head.encode() + body).status


def test_memory_is_not_made_executable_here():
    try:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return
    true(False, "the kernel lets memory be written and executed")


def test_the_same_verdicts():
    contract = os.path.join(scratch, "patterns.yaml")
    rows = "".join("                %s: {type: string, pattern: '%s'}\n" % (name, row[0]) for name, row in PATTERNS.items())
    with open(contract, "w", encoding="utf-8") as out:
        out.write(CONTRACT % rows.rstrip("\n"))
    vane = Vane("versions: {v1: {backend: '%(backend)s', contract: '%(contract)s'}}\nvalidate: {requests: enforce}\n",
                {"backend": Backend(answer=OK).address, "contract": contract})
    for name, (_, good, bad) in PATTERNS.items():
        equal((name, post(vane, ('{"%s": "%s"}' % (name, good)).encode())), (name, 200))
        equal((name, post(vane, ('{"%s": "%s"}' % (name, bad)).encode())), (name, 400))
    vane.stop()


if __name__ == "__main__":
    main()
