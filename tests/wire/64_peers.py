"""Who is believed, who is left alone: forwarding fields by trust (RFC 7239), passive ejection, sockets that the service
manager hands over (sd_listen_fds(3))."""
import os
import socket
import sys

import harness
from harness import OK, Backend, Client, Vane, contains, equal, eventually, free_port, get, main, scratch, sidecar, true

SPOKEN = "X-Forwarded-For: 203.0.113.9, 10.0.0.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\n"


def test_a_believed_peer_is_added_to():
    """Loopback is `private`, which is believed by default."""
    backend = Backend()
    vane = sidecar(backend)
    with Client(vane) as client:
        equal(client.ask(get(more=SPOKEN)).status, 200)
    request = backend.one()
    equal(request.get("x-forwarded-for"), "203.0.113.9, 10.0.0.7, 127.0.0.1")
    equal((request.get("x-forwarded-proto"), request.get("x-forwarded-host")), ("https", "shop.test"))
    eventually(vane.access, "the line")
    equal(vane.access()[0]["client.address"], "203.0.113.9")  # the last one that is not believed itself
    vane.stop()


def test_others_are_not():
    backend = Backend()
    vane = sidecar(backend, "forwarded: {trust: [192.0.2.0/24, '2001:db8::/32']}")
    with Client(vane) as client:
        equal(client.ask(get(more=SPOKEN + "Forwarded: for=203.0.113.9\r\n")).status, 200)
    request = backend.one()
    equal(request.get("x-forwarded-for"), "127.0.0.1")
    equal((request.get("x-forwarded-proto"), request.get("x-forwarded-host")), ("http", "a.test"))
    equal(request.get("forwarded"), None)
    eventually(vane.access, "the line")
    equal(vane.access()[0]["client.address"], "127.0.0.1")
    vane.stop()


def test_forwarded_can_be_spoken_instead():
    backend = Backend()
    vane = sidecar(backend, "forwarded: {trust: any, send: forwarded}")
    with Client(vane) as client:
        equal(client.ask(get(more="Forwarded: for=203.0.113.9\r\n")).status, 200)
    request = backend.one()
    equal(request.get("forwarded"), 'for=203.0.113.9, for=127.0.0.1;proto=http;host="a.test"')
    equal(request.get("x-forwarded-for"), None)
    vane.stop()


def test_nothing_can_be_told():
    backend = Backend()
    vane = sidecar(backend, "forwarded: {send: 'off'}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
    request = backend.one()
    equal((request.get("x-forwarded-for"), request.get("x-forwarded-host"), request.get("forwarded")), (None, None, None))
    vane.stop()


def test_a_wrong_network_is_an_error_with_its_place():
    vane = Vane("forwarded: {trust: [10.0.0.0/33]}\nversions: {v1: {backend: '127.0.0.1:9'}}\n", wait=False)
    equal(vane.process.wait(harness.PATIENCE), 2)
    vane.stop(code=2)
    contains("this is no network", vane.stderr.decode())
    contains("vane.yaml:4:", vane.stderr.decode())


def test_an_address_that_fails_is_left_alone_for_a_while():
    """Passive ejection, as long as another address is left."""
    good = Backend(answer=OK)
    dead = free_port()
    vane = Vane(f"versions: {{v1: {{backend: {{addresses: ['127.0.0.1:{dead}', '{good.address}'], "
                "eject: {after: 2, for: 30s}}}}\n")
    with Client(vane) as client:
        for _ in range(12):
            client.ask(get())
        eventually(lambda: vane.events("backend.down"), "it is told")
        contains(str(dead), vane.events("backend.down")[0]["message"])
        before = len(good.requests)
        for _ in range(10):
            equal(client.ask(get()).status, 200)
        equal(len(good.requests), before + 10)
    vane.stop()


HANDS_OVER = """#!{python}
import os, socket, sys
s = socket.create_server(("127.0.0.1", {port}))
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="http")
os.execv({binary!r}, [{binary!r}] + sys.argv[1:])
"""


def test_a_socket_is_taken_from_the_service_manager():
    port = free_port()
    manager = os.path.join(scratch, "manager")
    with open(manager, "w", encoding="utf-8") as out:
        out.write(HANDS_OVER.format(python=sys.executable, port=port, binary=harness.BINARY))
    os.chmod(manager, 0o755)
    harness.BINARY, whole = manager, harness.BINARY
    try:
        vane = Vane(f"versions: {{v1: {{backend: '{Backend(answer=OK).address}'}}}}\n", listen="fd:http")
    finally:
        harness.BINARY = whole
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(get())
        true(sock.recv(1000).startswith(b"HTTP/1.1 200"))
    vane.stop()


def test_a_socket_that_was_not_handed_over_is_an_error():
    vane = Vane("versions: {v1: {backend: '127.0.0.1:9'}}\n", listen="fd:nobody", wait=False)
    equal(vane.process.wait(harness.PATIENCE), 2)
    vane.stop(code=2)
    contains("fd:nobody", vane.stderr.decode())


main()
