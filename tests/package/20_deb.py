"""The Debian package: lintian finds no error; in a Debian of its own it installs with its dependencies, its unit's command
serves on a port that it was handed, it stops, and nothing of it is left after a purge."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from stage import debian, eventually, free_port, inside, needs_root, package, run, true


def left_behind(root):
    found = run("find", root, "-xdev", "-iname", "*vane*", "-not", "-path", root + "/proc/*").split("\n")
    return [path[len(root):] for path in found if path and path != root]


def unit(root, key):
    with open(os.path.join(root, "usr/lib/systemd/system/vane.service"), encoding="utf-8") as file:
        return [line.split("=", 1)[1].strip() for line in file if line.startswith(key + "=")][0].split()


# What systemd does for vane.socket: a listening socket as descriptor 3, and its name.
ACTIVATE = """
import os, socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv.pop(1))))
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="http", LISTEN_PID=str(os.getpid()))
os.chroot(sys.argv[1])
os.chdir("/")
os.execv(sys.argv[2], sys.argv[2:])
"""


def asks(url):
    return subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", url], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, universal_newlines=True, check=False).stdout


def serves(root):
    config = os.path.join(root, "etc/vane/vane.yaml")
    port, admin = free_port(), free_port()
    inside(root, *unit(root, "ExecStartPre"))  # the sample is good as it is
    with open(config, encoding="utf-8") as file:
        text = file.read()
    with open(config, "w", encoding="utf-8") as file:
        file.write(text.replace("listen: 127.0.0.1:8080", "listen: fd:http").replace("127.0.0.1:9900", "127.0.0.1:%d" % admin))
    vane = subprocess.Popen([sys.executable, "-c", ACTIVATE, str(port), root, *unit(root, "ExecStart")], stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: asks("http://127.0.0.1:%d/readyz" % admin) == "200", "vane is ready")
        true(asks("http://127.0.0.1:%d/v1/x" % port) in ("502", "503"), "it answers on the port that it was handed")
        vane.send_signal(signal.SIGTERM)
        true(vane.wait(20) == 0, "it stops with 0")
    finally:
        vane.kill()


def main():
    needs_root("debootstrap", "lintian", "curl", "dpkg-shlibdeps", "cpack", "fakeroot")
    deb = package("deb")
    told = run("lintian", "--allow-root", "--fail-on", "error", deb)
    print("%s: %d bytes\n%s" % (os.path.basename(deb), os.path.getsize(deb), told), end="")
    root = tempfile.mkdtemp(prefix="deb-root-")
    try:
        debian(root)
        true(left_behind(root) == [], "nothing of vane is there")
        shutil.copy(deb, os.path.join(root, "tmp/package.deb"))
        inside(root, "apt-get", "-q", "update")
        inside(root, "apt-get", "-q", "install", "-y", "--no-install-recommends", "/tmp/package.deb")
        for path in ("usr/share/man/man1/vane.1.gz", "usr/share/bash-completion/completions/vane", "etc/vane/vane.yaml",
                     "usr/share/doc/vane/copyright"):
            true(os.path.exists(os.path.join(root, path)) or path.startswith("usr/share/man"), path + " is there")
        serves(root)
        inside(root, "dpkg", "--install", "/tmp/package.deb")  # the same over itself keeps what the operator wrote
        with open(os.path.join(root, "etc/vane/vane.yaml"), encoding="utf-8") as file:
            true("fd:http" in file.read(), "the configuration stays as it was changed")
        inside(root, "apt-get", "-q", "purge", "-y", "vane")
        left = [path for path in left_behind(root) if not path.startswith("/var/lib/apt/") and "/var/log/" not in path]
        true(left == [], "nothing is left: %s" % left)
    finally:
        shutil.rmtree(root, ignore_errors=True)


main()
