"""A site that is nothing without its scripts: ``script_server.py PORT``, on 127.0.0.1 and on 127.0.0.2.

``/list`` is an empty frame that a script fills with three links, ``/1`` to ``/3`` frames that one fills with a text.
The script also asks for what no visitor's machine should give: this server's other address, by a redirect and by
itself, and the address where clouds keep their keys. Its log shows the address that was asked.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(sys.argv[1])
FRAME = (
    '<html><head><meta charset="utf-8"></head><body><div id="a"></div><script src="/script.js"></script></body></html>'
)
SCRIPT = f"""
for (const address of ["http://127.0.0.2:{PORT}/inside", "/leads-inside", "http://169.254.169.254/latest"])
    fetch(address).catch(() => null);
fetch("/data" + location.pathname).then(r => r.text()).then(t => {{ document.getElementById("a").innerHTML = t }});
"""
LINKS = "".join(f'<li><a href="/{n}">題名 {n}</a></li>' for n in (1, 2, 3))


class Handler(BaseHTTPRequestHandler):
    """Answers by the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # http.server's name
        """A frame, the script, what it asks for."""
        address = self.connection.getsockname()[0]
        print(f"{address} GET {self.path} HTTP/1.1\n", end="", flush=True)  # noqa: T201  # its log, a line in one write
        if self.path == "/robots.txt":
            self.send("", 404)
        elif self.path == "/script.js":
            self.send(SCRIPT, kind="text/javascript")
        elif self.path == "/leads-inside":
            self.send("", 302, Location=f"http://127.0.0.2:{PORT}/inside")
        elif self.path.startswith("/data/"):
            self.send(LINKS if self.path == "/data/list" else f"<p>読める。架空 花子 {self.path}</p>")
        else:
            self.send(FRAME)

    def send(self, text: str, status: int = 200, kind: str = "text/html", **headers: str) -> None:
        """A whole answer."""
        data = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": f"{kind}; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Nothing beside our own lines."""


if __name__ == "__main__":
    servers = [ThreadingHTTPServer((address, PORT), Handler) for address in ("127.0.0.1", "127.0.0.2")]
    for server in servers:
        server.daemon_threads = True
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    servers[0].serve_forever()
