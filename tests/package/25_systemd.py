"""The units under a systemd of their own: a small Debian with the package in it is booted by systemd-nspawn, without a network. The
socket is held by systemd, the hardened service serves and refuses by a pattern that PCRE2 has to match without machine code, is
reloaded, replaced by SIGUSR2, restarted and stopped; how exposed it is, is asked there, too."""
import os
import shutil
import subprocess
import sys
import tempfile

from stage import debian, inside, needs_root, package, skip, true

BACKEND = """
import http.server
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 9001), Answers).serve_forever()
"""
CONFIG = """listen: fd:http
versions:
  v1: {backend: 127.0.0.1:9001, contract: /etc/vane/contract.yaml}
validate: {requests: enforce}
usage: {ledger: /var/lib/vane/usage.db}
admin: {listen: 127.0.0.1:9900}
drain: {delay: 1s, timeout: 5s}
"""
CONTRACT = """openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /a/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string, pattern: '^(?=.*[0-9])[a-z0-9]+$'}}]
      responses: {'200': {description: ok}}
"""
# Each line of the result is a name and what was seen.
SCRIPT = """
exec >/root/result 2>&1
ask() { curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/v1/a/$1; }
python3 /root/backend.py &
until curl -s -o /dev/null http://127.0.0.1:9001/; do sleep 0.1; done
systemctl start vane.socket vane.service
echo "state $(systemctl is-active vane.service)"
systemctl is-active -q vane.service || journalctl --no-pager -u vane.service | tail -n 20
echo "good $(ask b1)"
echo "bad $(ask bb)"
first=$(systemctl show -p MainPID --value vane)
echo "rights $(sed -n 's/^\\(CapEff\\|NoNewPrivs\\|Seccomp\\):[[:space:]]*//p' /proc/$first/status | tr '\\n' ' ')"
echo "user $([ "$(stat -c %u /proc/$first)" != 0 ] && echo another)"
systemctl reload vane && echo "reloaded $(ask b2)"
systemctl restart vane.service
echo "restarted $(ask b3)"
first=$(systemctl show -p MainPID --value vane)
systemctl kill -s USR2 --kill-whom=main vane
for _ in $(seq 100); do [ "$(systemctl show -p MainPID --value vane)" = "$first" ] || break; sleep 0.1; done
[ "$(systemctl show -p MainPID --value vane)" != "$first" ] && echo "replaced $(ask b4) $(systemctl is-active vane.service)"
systemctl stop vane.service
systemctl start vane.service
systemctl stop vane.service vane.socket
echo "stopped $(systemctl show -p Result --value vane.service)"
echo "ledger $(stat -c %a /var/lib/private/vane/usage.db)"
echo "exposure $(systemd-analyze security --no-pager vane.service | sed -n 's/.*exposure level for vane.service: \\([0-9.]*\\).*/\\1/p')"
"""
UNIT = """[Unit]
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/bash /root/try.sh
ExecStopPost=/bin/systemctl --no-block poweroff
TimeoutStartSec=120
"""
WANTED = {"state": "active", "good": "200", "bad": "400", "rights": "0000000000000000 1 2", "user": "another", "reloaded": "200",
          "restarted": "200", "replaced": "200 active", "stopped": "success", "ledger": "600"}


def write(root, name, text):
    with open(os.path.join(root, name), "w", encoding="utf-8") as file:
        file.write(text)


def prepare(root, deb):
    debian(root)
    shutil.copy(deb, os.path.join(root, "tmp/package.deb"))
    inside(root, "apt-get", "-q", "update")
    inside(root, "apt-get", "-q", "install", "-y", "--no-install-recommends", "systemd", "systemd-sysv", "dbus", "curl", "python3",
           "/tmp/package.deb")
    write(root, "root/backend.py", BACKEND)
    write(root, "root/try.sh", SCRIPT)
    write(root, "etc/vane/vane.yaml", CONFIG)
    write(root, "etc/vane/contract.yaml", CONTRACT)
    write(root, "etc/systemd/system/try.service", UNIT)
    os.makedirs(os.path.join(root, "etc/systemd/system/multi-user.target.wants"), exist_ok=True)
    os.symlink("/etc/systemd/system/try.service", os.path.join(root, "etc/systemd/system/multi-user.target.wants/try.service"))


def boot(root):
    """What the machine saw, line by line; it powers itself off."""
    words = ["systemd-nspawn", "-q", "-D", root, "--register=no", "--keep-unit", "--private-network", "--boot"]
    try:
        told = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
                              check=False).stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as why:
        told = (why.stdout or b"").decode(errors="replace")
    result = os.path.join(root, "root/result")
    if not os.path.exists(result):
        skip("systemd-nspawn cannot boot here: %s" % told.strip()[-300:])
    with open(result, encoding="utf-8") as file:
        return file.read()


def main():
    needs_root("debootstrap", "systemd-nspawn", "cpack", "fakeroot")
    deb = package("deb")
    root = tempfile.mkdtemp(prefix="systemd-root-")
    try:
        prepare(root, deb)
        seen = boot(root)
        print(seen, end="")
        rows = dict(line.partition(" ")[::2] for line in seen.splitlines())
        for name, wanted in WANTED.items():
            true(rows.get(name, "").strip() == wanted, "%s: %s, not %s" % (name, rows.get(name), wanted))
        true(0 < float(rows.get("exposure") or 0) <= 1.5, "exposure %s" % rows.get("exposure"))
    finally:
        shutil.rmtree(root, ignore_errors=True)


main()
