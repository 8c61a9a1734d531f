"""What the tests of packages share: skipping with a reason, running scripts/package, waiting. Standard library only.

They run as root, take minutes, and are no part of the ordinary run: scripts/test --package. Exit code 77: skipped.
"""
import os
import shutil
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 20
CACHE = os.environ.get("VANE_STATIC_CACHE", os.path.expanduser("~/.cache/vane-static"))
MIRROR = os.environ.get("VANE_MIRROR", "http://deb.debian.org/debian")


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def needs_root(*tools):
    if os.geteuid() != 0:
        skip("this needs root")
    for tool in tools:
        if not shutil.which(tool):
            skip("%s is missing" % tool)


def run(*words, code=0, **options):
    """Standard output of a command that ends with `code`."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, check=False, **options)
    if done.returncode != code:
        sys.exit("%s ended with %d, not %d:\n%s" % (" ".join(words), done.returncode, code, done.stdout))
    return done.stdout


def package(*words, root=ROOT, **environment):
    """The file that scripts/package made."""
    return run(os.path.join(root, "scripts", "package"), *words, env=dict(os.environ, **environment)).strip().split("\n")[-1]


def own_network():
    """This process in a network namespace of its own, with loopback only."""
    if os.environ.get("VANE_OWN_NETWORK"):
        return
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        skip("this machine does not let us make network namespaces")
    os.environ["VANE_OWN_NETWORK"] = "1"
    os.execvp("unshare", ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(condition, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    sys.exit("not within %d s: %s" % (PATIENCE, what))


def true(condition, what):
    if not condition:
        sys.exit("not so: %s" % what)


def codename():
    with open("/etc/os-release", encoding="ascii") as file:
        return dict(line.strip().split("=", 1) for line in file if "=" in line)["VERSION_CODENAME"]


def debian(folder):
    """The smallest Debian, kept as an archive between runs."""
    kept = os.path.join(CACHE, "debian-%s.tar" % codename())
    if not os.path.exists(kept):
        os.makedirs(CACHE, exist_ok=True)
        run("debootstrap", "--variant=minbase", codename(), folder, MIRROR)
        run("tar", "-C", folder, "--one-file-system", "--exclude=./proc/*", "--exclude=./sys/*", "-cf", kept + ".new", ".")
        os.rename(kept + ".new", kept)
    else:
        run("tar", "-C", folder, "-xpf", kept)
    os.chmod(folder, 0o755)  # its / is everybody's
    shutil.copy("/etc/resolv.conf", os.path.join(folder, "etc", "resolv.conf"))


def inside(root, *words, **options):
    return run("chroot", root, *words, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                                            "LC_ALL": "C"}, **options)
