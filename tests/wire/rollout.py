"""What the files about canaries and revisions share: a vane whose admin port takes changes, moved by vane's own verbs, and
clients that ask all the time."""
import os
import subprocess
import threading

from harness import BINARY, Client, Vane, equal, get


class Steered(Vane):
    """Its admin port has a token."""

    def write(self, text):
        self.token = os.path.join(self.directory, "token")
        with open(self.token, "w", encoding="ascii") as out:
            out.write("secret-for-tests\n")
        self.text = text
        super().write(text.replace(f"'unix:{self.admin}'", f"'unix:{self.admin}', token_file: '{self.token}'", 1))

    def verb(self, *words, token=True):
        """Runs `vane WORDS` against this vane: (exit code, what it said)."""
        more = ["--token-file", self.token] if token else []
        ran = subprocess.run([BINARY, *words, "--admin", f"unix:{self.admin}", *more], capture_output=True, text=True,
                             timeout=60, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    def does(self, *words):
        code, said = self.verb(*words)
        equal(code, 0, said)
        return said

    def change(self, old, new):
        """Another configuration, in force when this returns."""
        assert old in self.text, old
        self.write(self.text.replace(old, new))
        self.does("reload")

    def value(self, name):
        """The sample of the scrape whose name and labels are exactly `name`; None where there is none."""
        for line in self.scrape().splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        return None


def named(name, status=200, body=None):
    """A backend's answer that tells which one it was."""
    body = body if body is not None else b"{}"
    return (b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nX-Served-By: %s\r\nContent-Length: %d\r\n\r\n" %
            (status, name.encode(), len(body))) + body


class Load:
    """Clients that ask one after the other on connections that are kept, until the block ends."""

    def __init__(self, vane, request=None, clients=4):
        self.vane, self.request, self.clients = vane, request or (lambda n: get("/v1/x")), clients
        self.answers, self.faults, self.stopping = [], [], False

    def ask(self, number):
        count = number
        try:
            with Client(self.vane) as client:
                while not self.stopping:
                    response = client.ask(self.request(count))
                    self.answers.append((response.status, response.get("x-served-by")))
                    count += self.clients
        except Exception as fault:  # pylint: disable=broad-except
            self.faults.append(repr(fault))

    def __enter__(self):
        self.threads = [threading.Thread(target=self.ask, args=(n,), daemon=True) for n in range(self.clients)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for thread in self.threads:
            thread.join(30)
        equal(self.faults, [])
