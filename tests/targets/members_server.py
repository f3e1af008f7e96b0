"""A board for members alone: ``members_server.py PORT``. User 見張り番, password ``pass word+&é1``.

``/board/list`` shows three entries to whoever is in by the form of ``/login`` (with a hidden token that counts once),
and a login form with status 200 to others. ``/forgetful/list`` throws everybody out after two pages. ``/api/list``
wants ``Authorization: Bearer key-0123456789`` and shows the key, in bodies and in a header; ``/query/list`` wants it as
``?key=``. ``/cookie/list`` wants a cookie ``member=cookie-0123456789``. Its log shows what it was sent.
"""

import gzip
import secrets
import sys
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

USER, PASSWORD, KEY, COOKIE = "見張り番", "pass word+&é1", "key-0123456789", "cookie-0123456789"
FORM = """<html><body><form action="/search"><input name="q"><input type="submit" value="go"></form>
<p>会員専用です。ログインしてください。</p>
<form method="post" action="/enter"><input type="hidden" name="csrf" value="{token}">
<input name="name"><input type="PASSWORD" name="word"><input type="checkbox" name="remember" value="1" checked>
<button name="do" value="login">ログイン</button></form></body></html>"""
tokens: set[str] = set()
sessions: dict[str, int] = {}


class Handler(BaseHTTPRequestHandler):
    """Answers by the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # http.server's name
        """A page, for whoever may see it."""
        self.tell(b"")
        way = urlsplit(self.path).path.split("/")[1]
        if self.path == "/robots.txt":
            self.send("User-agent: *\nDisallow: /login", kind="text/plain")
        elif way == "login":
            self.login()
        elif way == "api":
            self.entries(shows=self.headers.get("Authorization", "") == f"Bearer {KEY}")
        elif way == "query":
            self.entries(
                shows=parse_qs(urlsplit(self.path).query).get("key") == [KEY] or not self.path.endswith("list")
            )
        elif way == "cookie":
            self.entries(shows=self.cookie("member") == COOKIE)
        else:
            self.entries(shows=self.is_in(forgets=way == "forgetful"))

    def do_POST(self) -> None:  # http.server's name
        """Whoever knows the password and the form's token is in."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.tell(body)
        sent = dict(parse_qsl(body.decode()))
        token = sent.pop("csrf", "")
        if token in tokens and sent == {"name": USER, "word": PASSWORD, "remember": "1", "do": "login"}:
            tokens.discard(token)
            session = secrets.token_hex(16)
            sessions[session] = 2
            self.send("", 303, Location="/board/list", Set_Cookie=f"session={session}; Path=/; HttpOnly")
        else:
            self.login()

    def tell(self, body: bytes) -> None:
        """Write down what came."""
        sent = {name.lower(): value for name, value in self.headers.items()}
        print("GET", self.path, "HTTP/1.1", body.decode(), sent.get("cookie", ""), flush=True)  # noqa: T201  # its log

    def cookie(self, name: str) -> str:
        """A cookie that was sent."""
        found = SimpleCookie(self.headers.get("Cookie", "")).get(name)
        return found.value if found else ""

    def is_in(self, *, forgets: bool) -> bool:
        """Whether the session holds; some hold for two pages."""
        session = self.cookie("session")
        if session not in sessions or (forgets and sessions[session] <= 0):
            return False
        sessions[session] -= forgets
        return True

    def login(self) -> None:
        """The form, with a token of its own."""
        token = secrets.token_hex(8)
        tokens.add(token)
        self.send(FORM.format(token=token))

    def entries(self, *, shows: bool) -> None:
        """Three entries, or the form."""
        if not shows:
            self.login()
        elif urlsplit(self.path).path.endswith("list"):
            rows = "".join(f'<li><a href="{n}">題名 {n}</a></li>' for n in (1, 2, 3))
            self.send(f"<p>ようこそ {USER} さん</p><ul>{rows}</ul>")
        else:
            self.send(f"読める。架空 花子 {self.path} your key: {KEY} {COOKIE}", kind="text/plain", X_Key=KEY)

    def send(self, text: str, status: int = 200, kind: str = "text/html", **headers: str) -> None:
        """A whole answer, packed."""
        data = gzip.compress(text.encode())
        self.send_response(status)
        for name, value in {"Content_Type": f"{kind}; charset=utf-8", "Content_Encoding": "gzip", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Nothing beside our own lines."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.daemon_threads = True
    server.serve_forever()
