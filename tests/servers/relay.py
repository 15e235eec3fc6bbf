"""An HTTP relay in front of a real service, which at times answers in its place."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

Answer = tuple[int, dict[str, str], bytes]


class Relay:
    """Relays to ``target``. ``before`` may answer a request (method, path) itself, ``after`` change an answer."""

    def __init__(self, target: str, largest_page: int | None = None) -> None:
        self.requests: list[str] = []
        self.before: Callable[[str, str], Answer | None] = lambda method, path: None
        self.after: Callable[[bytes], bytes] = lambda body: body
        relay, client = self, httpx2.Client()

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                relay.requests.append(f"{self.command} {self.path}")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, content = relay.before(self.command, self.path) or self.relayed(body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(relay.after(content))

            def relayed(self, body: bytes) -> Answer:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                if largest_page and "count" in query:
                    query["count"] = str(min(int(query["count"]), largest_page))
                passed = {
                    name: value for name, value in self.headers.items() if name in ("Authorization", "Content-Type")
                }
                url = f"{target}{parts.path}?{urlencode(query)}"
                response = client.request(self.command, url, content=body, headers=passed)
                kind = {"Content-Type": response.headers.get("Content-Type", "")}
                return response.status_code, kind, response.content

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
