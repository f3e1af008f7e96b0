"""A proxy for tests, HTTP and SOCKS5 on one port: sends everything to one server and writes down what was asked for.

``proxy.py PORT TARGET_PORT``; prints ``http HOST:PORT PATH`` or ``socks5 HOST:PORT`` a connection, and
``user NAME:PASSWORD`` where it was given one.
"""

import base64
import socket
import struct
import sys
import threading
from urllib.parse import urlsplit

target = ("127.0.0.1", int(sys.argv[2]))


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy until the end."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(client: socket.socket, first: bytes = b"") -> None:
    """Connect a client with the target."""
    server = socket.create_connection(target)
    server.sendall(first)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def serve(client: socket.socket) -> None:
    """One connection (RFC 1928 when it begins with a 5)."""
    first = client.recv(65536)
    if first[0] == 5:  # the version of SOCKS
        client.sendall(b"\x05\x00")
        request = client.recv(65536)
        length = request[4]
        host = request[5 : 5 + length].decode() if request[3] == 3 else "an address"  # a name
        (port,) = struct.unpack(">H", request[-2:])
        print(f"socks5 {host}:{port}\n", end="", flush=True)  # noqa: T201  # its log, a line in one write
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        join(client)
        return
    line, _, rest = first.partition(b"\r\n")
    method, address, version = line.decode().split(" ")
    parts = urlsplit(address)
    sent = dict(one.split(b": ", 1) for one in rest.split(b"\r\n") if b": " in one)
    if b"Proxy-Authorization" in sent:
        print("user " + base64.b64decode(sent[b"Proxy-Authorization"].split()[1]).decode() + "\n", end="", flush=True)  # noqa: T201  # its log, a line in one write
    print(f"http {parts.hostname}:{parts.port or 80} {parts.path}\n", end="", flush=True)  # noqa: T201  # its log, a line in one write
    plain = rest.replace(b"Connection: keep-alive", b"Connection: close")
    join(client, f"{method} {parts.path} {version}\r\nConnection: close\r\n".encode() + plain)
    client.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
