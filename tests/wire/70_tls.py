"""TLS on both sides, with openssl and curl as real peers (RFC 9325; RFC 9112, 9.8). Skips where openssl is
not installed."""
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time

from harness import (BINARY, OK, PATIENCE, Backend, Client, Vane, contains, equal, eventually, get, main, scratch, sha256, true)

if not shutil.which("openssl"):
    print("SKIP: openssl is not installed")
    raise SystemExit(77)


def openssl(*words, text=b""):
    done = subprocess.run(["openssl", *words], input=text, capture_output=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr


def path(name):
    return os.path.join(scratch, name)


def authority(name):
    equal(openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                  "-keyout", path(name + ".key"), "-out", path(name + ".pem"), "-subj", f"/CN={name}",
                  "-addext", "keyUsage=critical,keyCertSign,cRLSign")[0], 0)


def certificate(name, names, by="ca", days="30", kind="ec"):
    """A key and a certificate `name`.pem for `names` (a subjectAltName), signed by `by`."""
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] if kind == "ec" else ["-newkey", "rsa:2048"]
    equal(openssl("req", *new, "-nodes", "-keyout", path(name + ".key"), "-out", path(name + ".csr"), "-subj", f"/CN={name}")[0], 0)
    with open(path(name + ".ext"), "w", encoding="ascii") as out:
        out.write(f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\n")  # strict readers want to be told
    code, said = openssl("x509", "-req", "-in", path(name + ".csr"), "-CA", path(by + ".pem"), "-CAkey", path(by + ".key"),
                         "-CAcreateserial", "-days", days, "-extfile", path(name + ".ext"), "-out", path(name + ".pem"))
    equal(code, 0, said)


authority("ca")
authority("other")
certificate("server", "DNS:localhost,DNS:a.test,IP:127.0.0.1")
certificate("second", "DNS:b.test,DNS:*.c.test", kind="rsa")
certificate("client", "URI:spiffe://mesh/orders-client,DNS:client.test")
certificate("stranger", "DNS:stranger.test", by="other")

SERVER = f"tls: {{cert: '{path('server.pem')}', key: '{path('server.key')}'%s}}\n"


def secure(backend, tls="", more="", backend_more=""):
    """A vane that speaks TLS."""
    return Vane(SERVER % tls + f"versions: {{v1: {{backend: {{address: '{backend.address}'{backend_more}}}}}}}\n{more}\n")


def context(ca="ca", cert=None, **limits):
    c = ssl.create_default_context(cafile=path(ca + ".pem"))
    if cert:
        c.load_cert_chain(path(cert + ".pem"), path(cert + ".key"))
    for name, value in limits.items():
        setattr(c, name, value)
    return c


def connect(vane, name="localhost", **how):
    raw = socket.create_connection(("127.0.0.1", vane.port), PATIENCE)
    return context(**how).wrap_socket(raw, server_hostname=name)


def ask(sock, target="/", body=b""):
    method = "POST" if body else "GET"
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    sock.sendall(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{length}Connection: close\r\n\r\n".encode() + body)
    answer = b""
    while piece := sock.recv(65536):
        answer += piece
    return answer


def test_curl_is_served_and_the_backend_is_told():
    backend = Backend()
    vane = secure(backend)
    done = subprocess.run(["curl", "-sS", "--cacert", path("ca.pem"), "-w", "%{http_code}", "-o", "/dev/null",
                           f"https://localhost:{vane.port}/x"], capture_output=True, timeout=PATIENCE, check=False) \
        if shutil.which("curl") else None
    if done:
        equal((done.returncode, done.stdout), (0, b"200"), done.stderr)
    else:
        contains(b"200 OK", ask(connect(vane), "/x"))
    equal(backend.one().get("x-forwarded-proto"), "https")
    vane.stop()


def test_bodies_pass_byte_for_byte_both_ways():
    """Larger than a record, than a read buffer, and than a socket's queue."""
    backend = Backend()
    vane = secure(backend)
    body = os.urandom(3_000_000)
    with connect(vane) as sock:
        answer = ask(sock, "/big", body)
    contains(b"200 OK", answer)
    contains(sha256(body).encode(), answer)
    vane.stop()


def test_a_large_answer_arrives_whole():
    body = os.urandom(5_000_000)
    backend = Backend(answer=b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    vane = secure(backend)
    with connect(vane) as sock:
        answer = ask(sock)
    equal(sha256(answer.split(b"\r\n\r\n", 1)[1]), sha256(body))
    vane.stop()


def test_alpn_offers_http_1_1():
    vane = secure(Backend())
    code, said = openssl("s_client", "-connect", f"127.0.0.1:{vane.port}", "-alpn", "h2,http/1.1", "-CAfile", path("ca.pem"),
                         text=b"Q\n")
    contains(b"ALPN protocol: http/1.1", said)
    contains(b"Verify return code: 0 (ok)", said)
    equal(code, 0)
    vane.stop()


def test_the_floor_is_1_2():
    vane = secure(Backend())
    for old in ("-tls1", "-tls1_1"):
        code, said = openssl("s_client", "-connect", f"127.0.0.1:{vane.port}", old, "-cipher", "ALL:@SECLEVEL=0", text=b"Q\n")
        true(code != 0 or b"Cipher is (NONE)" in said, said)
    vane.stop()


def has_13():
    """Whether this vane is linked with an mbedTLS that has TLS 1.3."""
    said = subprocess.run([BINARY, "version"], capture_output=True, timeout=PATIENCE, check=True).stdout
    return b"mbedTLS 2." not in said


def test_1_3_where_the_library_has_it():
    only = f"tls: {{cert: '{path('server.pem')}', key: '{path('server.key')}', min_version: '1.3'}}\nversions: {{v1: {{backend: '%s'}}}}\n"
    if not has_13():
        refused(only % "127.0.0.1:9", "has no TLS 1.3")
        return
    backend = Backend(answer=OK)
    vane = secure(backend)
    with connect(vane) as sock:
        equal(sock.version(), "TLSv1.3")
        contains(b"200 OK", ask(sock))
    vane.stop()
    vane = Vane(only % backend.address)
    for version, wanted in (("-tls1_3", b"Verify return code: 0 (ok)"), ("-tls1_2", b"Cipher is (NONE)")):
        said = openssl("s_client", "-connect", f"127.0.0.1:{vane.port}", version, "-CAfile", path("ca.pem"), text=b"Q\n")[1]
        contains(wanted, said)
    vane.stop()


def test_only_modern_suites():
    """No CBC, no static RSA, no DHE (RFC 9325, 4.2)."""
    vane = secure(Backend())
    for suite in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384",
                  "DHE-RSA-AES128-GCM-SHA256"):
        code, said = openssl("s_client", "-connect", f"127.0.0.1:{vane.port}", "-tls1_2", "-cipher", suite + ":@SECLEVEL=0",
                             text=b"Q\n")
        true(code != 0 or b"Cipher is (NONE)" in said, (suite, said))
    vane.stop()


def test_sessions_are_resumed_by_ticket():
    vane = secure(Backend())
    c = context()
    c.maximum_version = ssl.TLSVersion.TLSv1_2
    raw = socket.create_connection(("127.0.0.1", vane.port), PATIENCE)
    with c.wrap_socket(raw, server_hostname="localhost") as first:
        contains(b"200 OK", ask(first))
        session = first.session
    raw = socket.create_connection(("127.0.0.1", vane.port), PATIENCE)
    with c.wrap_socket(raw, server_hostname="localhost", session=session) as second:
        true(second.session_reused)
        contains(b"200 OK", ask(second))
    vane.stop()


class Joined:
    """A client that sends its request together with the last bytes of its handshake."""

    def __init__(self, vane, version, session=None):
        c = context(minimum_version=version, maximum_version=version) if not session else session[0]
        self.raw = socket.create_connection(("127.0.0.1", vane.port), PATIENCE)
        self.context, self.came, self.goes = c, ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = c.wrap_bio(self.came, self.goes, server_hostname="localhost", session=session and session[1])
        self.drive(self.tls.do_handshake)

    def drive(self, step):
        """Does a step as far as what came allows; what has to be sent after its end is kept."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.raw.sendall(self.goes.read())
                piece = self.raw.recv(65536)
                if not piece:
                    self.came.write_eof()
                self.came.write(piece)

    def ask(self, target):
        self.tls.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.raw.sendall(self.goes.read())  # with the end of the handshake, if this is the first
        return self.drive(lambda: self.tls.read(65536))


def test_a_request_that_comes_with_the_end_of_the_handshake():
    vane = secure(Backend(answer=OK))
    first = Joined(vane, ssl.TLSVersion.TLSv1_2)
    contains(b"200 OK", first.ask("/"))
    again = Joined(vane, ssl.TLSVersion.TLSv1_2, (first.context, first.tls.session))
    true(again.tls.session_reused, "with a ticket the client's end of the handshake is the last")
    contains(b"200 OK", again.ask("/"))
    contains(b"200 OK", again.ask("/"))
    if has_13():
        contains(b"200 OK", Joined(vane, ssl.TLSVersion.TLSv1_3).ask("/"))
    vane.stop()


def test_sni_chooses_the_certificate():
    more = f", certificates: [{{cert: '{path('second.pem')}', key: '{path('second.key')}'}}]"
    vane = secure(Backend(), more)
    for name, wanted in (("a.test", "server"), ("b.test", "second"), ("x.c.test", "second")):
        with connect(vane, name) as sock:
            equal(dict(part[0] for part in sock.getpeercert()["subject"])["commonName"], wanted)
    with_default = context()
    with_default.check_hostname = False
    raw = socket.create_connection(("127.0.0.1", vane.port), PATIENCE)
    with with_default.wrap_socket(raw, server_hostname="unknown.test") as sock:
        equal(dict(part[0] for part in sock.getpeercert()["subject"])["commonName"], "server")
    vane.stop()


def test_a_client_certificate_is_the_consumer():
    more = f", client_ca: '{path('ca.pem')}', client_auth: optional"
    vane = secure(Backend(), more, "consumers: {from: [{mtls: san}]}")
    with connect(vane, cert="client") as sock:
        contains(b"200 OK", ask(sock, "/with"))
    with connect(vane) as sock:
        contains(b"200 OK", ask(sock, "/without"))
    eventually(lambda: len(vane.access()) == 2, "two lines")
    equal([line["vane.consumer"] for line in vane.access()], ["spiffe://mesh/orders-client", "_unknown"])
    vane.stop()


def test_a_certificate_of_a_stranger_names_nobody():
    """`optional` lets it in, but an unverified name must not become a consumer."""
    more = f", client_ca: '{path('ca.pem')}', client_auth: optional"
    vane = secure(Backend(), more, "consumers: {from: [{mtls: san}]}")
    with connect(vane, cert="stranger") as sock:
        contains(b"200 OK", ask(sock))
    eventually(lambda: len(vane.access()) == 1, "its line")
    equal(vane.access()[0]["vane.consumer"], "_unknown")
    vane.stop()


def test_a_client_certificate_can_be_required():
    more = f", client_ca: '{path('ca.pem')}', client_auth: require"
    backend = Backend()
    vane = secure(backend, more)
    with connect(vane, cert="client") as sock:
        contains(b"200 OK", ask(sock))
    for cert in (None, "stranger"):
        try:
            with connect(vane, cert=cert) as sock:
                equal(ask(sock), b"")
        except (ssl.SSLError, ConnectionError):
            pass
    equal(len(backend.requests), 1)
    vane.stop()


def test_rubbish_instead_of_a_handshake_is_closed():
    vane = secure(Backend())
    for rubbish in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 70000, os.urandom(2000)):
        with Client(vane) as client:
            try:
                client.send(rubbish)
            except ConnectionError:
                pass
            client.closes()
    with connect(vane) as sock:
        contains(b"200 OK", ask(sock))
    eventually(lambda: len(vane.access()) == 1, "one exchange, and no more")
    vane.stop()


def test_many_handshakes_at_once():
    vane = secure(Backend(answer=OK))
    failed = []

    def one():
        try:
            with connect(vane) as sock:
                contains(b"200 OK", ask(sock))
        except Exception as error:  # noqa: BLE001 (told below)
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    equal(failed, [])
    vane.stop()


def test_a_client_that_leaves_within_the_handshake():
    """The connection is closed while a thread still works on it."""
    vane = secure(Backend())
    c = context()
    for _ in range(30):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        half = c.wrap_bio(incoming, outgoing, server_hostname="localhost")
        try:
            half.do_handshake()
        except ssl.SSLWantReadError:
            pass
        with Client(vane) as client:
            client.send(outgoing.read())
            client.reset()
    with connect(vane) as sock:
        contains(b"200 OK", ask(sock))
    vane.stop()


def refused(config, *parts):
    """The configuration is an error with these words, and its place."""
    vane = Vane(config, wait=False)
    equal(vane.process.wait(PATIENCE), 2)
    vane.stop(code=2)
    text = vane.stderr.decode()
    for part in (*parts, "vane.yaml:"):
        contains(part, text)


def test_wrong_files_are_errors_at_load():
    versions = "versions: {v1: {backend: '127.0.0.1:9'}}\n"
    good = path("server.pem")
    refused(f"tls: {{cert: '/nonexistent.pem', key: '{path('server.key')}'}}\n" + versions, "/nonexistent.pem")
    refused(f"tls: {{cert: '{good}', key: '{path('client.key')}'}}\n" + versions, "does not belong")
    refused(f"tls: {{cert: '{path('server.key')}', key: '{path('server.key')}'}}\n" + versions, "server.key")
    refused(f"tls: {{cert: '{good}'}}\n" + versions, "both cert and key")
    refused(f"tls: {{cert: '{good}', key: '{path('server.key')}', client_auth: require}}\n" + versions, "client_ca")


def test_an_expired_certificate_is_an_error_at_load():
    code, said = openssl("x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
                         "-CAcreateserial", "-days", "0", "-out", path("old.pem"))
    equal(code, 0, said)
    time.sleep(2)  # it was good for this second
    refused(f"tls: {{cert: '{path('old.pem')}', key: '{path('server.key')}'}}\nversions: {{v1: {{backend: '127.0.0.1:9'}}}}\n",
            "expired on")


def test_a_renewed_certificate_is_used_without_a_restart():
    """The files are watched; connections that are open keep theirs."""
    certificate("first", "DNS:localhost")
    certificate("renewed", "DNS:localhost,DNS:renewed.test")
    for kind in ("pem", "key"):
        shutil.copy(path("first." + kind), path("live." + kind))
    vane = Vane(f"tls: {{cert: '{path('live.pem')}', key: '{path('live.key')}'}}\n"
                f"versions: {{v1: {{backend: '{Backend(answer=OK).address}'}}}}\n")
    old = connect(vane)
    for kind in ("pem", "key"):
        shutil.copy(path("renewed." + kind), path("live." + kind))

    def name():
        with connect(vane) as sock:
            return dict(part[0] for part in sock.getpeercert()["subject"])["commonName"]

    eventually(lambda: name() == "renewed", "the new certificate is shown")
    contains(b"200 OK", ask(old))
    old.close()
    vane.stop()


# ---- TLS towards the backend ----


class SecureBackend:
    """An HTTP/1.1 backend that speaks TLS: one answer for each connection's request."""

    def __init__(self, cert="server", client_ca=None, answer=OK, notify=True):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(path(cert + ".pem"), path(cert + ".key"))
        if client_ca:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(path(client_ca + ".pem"))
        self.answer, self.notify, self.subjects = answer, notify, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            raw, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            sock = self.context.wrap_socket(raw, server_side=True)
            self.subjects.append(sock.getpeercert())
            while b"\r\n\r\n" in (head := sock.recv(65536)):
                sock.sendall(self.answer)
                if b"Content-Length" not in self.answer:
                    if self.notify:
                        sock.unwrap()
                    break
            del head
            raw.close()
            sock.close()
        except (OSError, ssl.SSLError):
            raw.close()


def towards(port, tls, host="localhost"):
    return Vane(f"versions: {{v1: {{backend: {{address: '{host}:{port}', tls: {tls}, timeout: {{connect: 3s}}}}}}}}\n")


def test_a_backend_is_spoken_to_by_tls():
    backend = SecureBackend()
    vane = towards(backend.port, f"{{ca: '{path('ca.pem')}'}}")
    with Client(vane) as client:
        for _ in range(3):
            equal(client.ask(get()).body, b"ok")
    equal(len(backend.subjects), 1)  # one connection, kept
    vane.stop()


def test_a_backend_whose_authority_is_unknown_is_502():
    backend = SecureBackend("stranger")
    vane = towards(backend.port, f"{{ca: '{path('ca.pem')}', name: stranger.test}}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 502)
    equal(vane.next_outcome(0), ["backend_unreachable"])
    vane.stop()


def test_a_backend_with_another_name_is_502():
    backend = SecureBackend("second")
    vane = towards(backend.port, f"{{ca: '{path('ca.pem')}'}}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 502)
    vane.stop()
    vane = towards(backend.port, f"{{ca: '{path('ca.pem')}', name: b.test}}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
    vane.stop()


def test_verification_can_be_left_out():
    vane = towards(SecureBackend("stranger").port, "{verify: false}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
    vane.stop()


def test_a_backend_is_shown_a_certificate():
    backend = SecureBackend(client_ca="ca")
    vane = towards(backend.port, f"{{ca: '{path('ca.pem')}', cert: '{path('client.pem')}', key: '{path('client.key')}'}}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 200)
    contains(("URI", "spiffe://mesh/orders-client"), backend.subjects[0]["subjectAltName"])
    vane.stop()


def test_the_end_of_a_tls_answer_must_be_declared():
    """A close-delimited answer without close_notify may have been cut (RFC 9112, 9.8)."""
    whole = SecureBackend(answer=b"HTTP/1.1 200 OK\r\n\r\nall of it")
    vane = towards(whole.port, f"{{ca: '{path('ca.pem')}'}}")
    with Client(vane) as client:
        equal(client.ask(get()).body, b"all of it")
    equal(vane.next_outcome(0), ["ok"])
    vane.stop()
    cut = SecureBackend(answer=b"HTTP/1.1 200 OK\r\n\r\nhalf of", notify=False)
    vane = towards(cut.port, f"{{ca: '{path('ca.pem')}'}}")
    with Client(vane) as client:
        client.send(get())
        eventually(lambda: vane.outcomes() == ["backend_cut"], "it counts as cut")
    vane.stop()


def test_a_plain_backend_behind_tls_is_502():
    plain = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            connection, _ = plain.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.close()

    threading.Thread(target=serve, daemon=True).start()
    vane = towards(plain.getsockname()[1], f"{{ca: '{path('ca.pem')}'}}")
    with Client(vane) as client:
        equal(client.ask(get()).status, 502)
    vane.stop()


def test_the_end_comes_while_handshakes_run():
    """They run on other threads, and the last of them end when all that their connections used has gone."""
    outgoing = ssl.MemoryBIO()
    half = context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="b.test")
    try:
        half.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    for _ in range(3):
        vane = Vane(f"tls: {{cert: '{path('second.pem')}', key: '{path('second.key')}'}}\n"
                    "versions: {v1: {backend: 127.0.0.1:1}}\nworkers: 2\ndrain: {delay: 0s}\n")
        clients = [socket.create_connection(("127.0.0.1", vane.port), PATIENCE) for _ in range(150)]
        for client in clients:
            client.sendall(hello)
        vane.stop()
        for client in clients:
            client.close()


main()
