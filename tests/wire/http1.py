"""A strict HTTP/1.1 reader for tests (RFC 9112): what it accepts is exactly one well-formed message, so that whatever
vane writes, to a backend or to a client, is held against the letter. It shares no code with vane."""
import re
import socket

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([!-~]+) HTTP/(1\.[01])")
STATUS_LINE = re.compile(rb"HTTP/(1\.[01]) ([1-5][0-9][0-9]) ([\t -~\x80-\xff]*)")
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*")


class BadMessage(Exception):
    """The bytes are no well-formed message."""


class CutShort(BadMessage):
    """The connection ended within a message. `message` is what there was of it (None within the head)."""

    def __init__(self, why, message=None):
        super().__init__(why)
        self.message = message


class Message:
    """A head with its body. Fields are a list of (name, value) pairs of bytes, in order, as they stood."""

    def __init__(self):
        self.fields, self.trailers, self.body, self.raw = [], [], b"", b""
        self.method = self.target = self.version = self.status = self.reason = None
        self.interim, self.framing, self.chunks = [], None, []
        self.upgraded = b""

    def all(self, name):
        name = name.lower().encode()
        return [v.decode("latin-1") for n, v in self.fields if n.lower() == name]

    def get(self, name, default=None):
        values = self.all(name)
        if len(values) > 1:
            raise BadMessage(f"{name} stands {len(values)} times")
        return values[0] if values else default

    def trailer(self, name):
        name = name.lower().encode()
        values = [v.decode("latin-1") for n, v in self.trailers if n.lower() == name]
        return values[0] if len(values) == 1 else (values or None)

    def __repr__(self):
        return f"<{self.method or self.status} {self.target or ''} {self.fields} body={self.body[:60]!r}>"


class Reader:
    """Bytes from a socket, with what has been read and not used yet."""

    def __init__(self, sock):
        self.sock, self.buffer, self.ended = sock, bytearray(), False

    def more(self):
        if self.ended:
            return False
        data = self.sock.recv(262144)
        if not data:
            self.ended = True
        self.buffer += data
        return bool(data)

    def take(self, count):
        out = bytes(self.buffer[:count])
        del self.buffer[:count]
        return out

    def exactly(self, count, message=None):
        while len(self.buffer) < count:
            if not self.more():
                raise CutShort(f"{len(self.buffer)} of {count} bytes", message)
        return self.take(count)

    def line(self, message=None):
        at = self.buffer.find(b"\n")
        while at < 0:
            if not self.more():
                raise CutShort(f"within a line: {bytes(self.buffer)!r}", message)
            at = self.buffer.find(b"\n")
        line = self.take(at + 1)
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise BadMessage(f"bad line end: {line!r}")
        return line[:-2]

    def section(self, message, into):
        while True:
            line = self.line()
            message.raw += line + b"\r\n"
            if not line:
                return
            match = FIELD.fullmatch(line)
            if not match:
                raise BadMessage(f"bad field line: {line!r}")
            into.append((match[1], match[2]))

    def chunked(self, message):
        while True:
            line = self.line(message)
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", line):
                raise BadMessage(f"bad chunk size line: {line!r}")
            size = int(line, 16)
            if size == 0:
                break
            while size:
                if not self.buffer and not self.more():
                    raise CutShort("within a chunk", message)
                part = self.take(min(size, len(self.buffer)))
                size -= len(part)
                message.chunks.append(part)
            if self.line(message):
                raise BadMessage("a chunk is longer than it says")
        message.body = b"".join(message.chunks)
        self.section(message, message.trailers)

    def body(self, message, none=False, until_close=False):
        """The body by its framing (RFC 9112, 6.3); `none`: there is none whatever the fields say."""
        codings, lengths = message.all("transfer-encoding"), message.all("content-length")
        if len(codings) > 1 or (codings and codings[0].lower() != "chunked"):
            raise BadMessage(f"transfer-encoding {codings}")
        if len(lengths) > 1 or (lengths and not re.fullmatch("[0-9]+", lengths[0])):
            raise BadMessage(f"content-length {lengths}")
        if codings and (lengths or message.version == "1.0"):
            raise BadMessage("transfer-encoding with content-length, or in HTTP/1.0")
        if none:
            message.framing = "none"
        elif codings:
            message.framing = "chunked"
            try:
                self.chunked(message)
            finally:
                message.body = b"".join(message.chunks)
        elif lengths:
            message.framing = "length"
            left = int(lengths[0])
            parts = []
            while left:
                if not self.buffer and not self.more():
                    message.body = b"".join(parts)
                    raise CutShort(f"{left} bytes are missing", message)
                parts.append(self.take(min(left, len(self.buffer))))
                left -= len(parts[-1])
            message.body = b"".join(parts)
        elif until_close:
            message.framing = "close"
            try:
                while self.more():
                    pass
            except ConnectionResetError as error:
                message.body = self.take(len(self.buffer))
                raise CutShort("reset before the end", message) from error
            message.body = self.take(len(self.buffer))
        else:
            message.framing = "none"

    def request_head(self):
        m = Message()
        line = self.line()
        m.raw = line + b"\r\n"
        match = REQUEST_LINE.fullmatch(line)
        if not match:
            raise BadMessage(f"bad request line: {line!r}")
        m.method, m.target, m.version = (part.decode() for part in match.groups())
        self.section(m, m.fields)
        if len(m.all("host")) != 1:
            raise BadMessage(f"host stands {len(m.all('host'))} times")
        return m

    def request(self):
        """One request; None where the connection ended before its first byte."""
        if not self.buffer and not self.more():
            return None
        m = self.request_head()
        self.body(m)
        return m

    def response(self, method="GET"):
        """One final answer to a request with that method; interim ones before it are in .interim."""
        interim = []
        while True:
            m = Message()
            line = self.line()
            m.raw = line + b"\r\n"
            match = STATUS_LINE.fullmatch(line)
            if not match:
                raise BadMessage(f"bad status line: {line!r}")
            m.version, m.status, m.reason = match[1].decode(), int(match[2]), match[3].decode("latin-1")
            self.section(m, m.fields)
            if m.status >= 200 or m.status == 101:
                break
            self.body(m, none=True)
            if m.get("content-length") or m.get("transfer-encoding"):
                raise BadMessage("an interim answer is framed")
            interim.append(m)
        m.interim = interim
        none = method == "HEAD" or m.status in (101, 204, 304)
        if m.status in (101, 204) and (m.get("content-length") or m.get("transfer-encoding")):
            raise BadMessage(f"a {m.status} is framed")
        self.body(m, none=none, until_close=True)
        return m


def closes(reader, seconds=10):
    """True when the other side ends the connection without another byte."""
    reader.sock.settimeout(seconds)
    try:
        return not reader.buffer and not reader.more()
    except (ConnectionResetError, BrokenPipeError):
        return True
    except (TimeoutError, socket.timeout):
        return False
