"""What Apache's cache in front of a site does, as far as the lab looks at it."""

import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

KEPT_S = 1


class StandInFront:
    """Passes requests on to a site and keeps its public answers for a second; those say their Age.

    With `keeps=False` it keeps nothing. `asked` is how often the site was.
    """

    def __init__(self, site_url, keeps=True):
        self.site_url, self.keeps = site_url, keeps
        self.asked = 0
        self._kept = {}
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body, age = front.answer(self.path, self.headers["Host"])
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                if age is not None:
                    self.send_header("Age", str(age))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path, host):
        body, since = self._kept.get(path, (b"", 0.0))
        age_s = time.monotonic() - since
        if body and age_s < KEPT_S:
            return body, int(age_s)
        self.asked += 1
        request = urllib.request.Request(self.site_url + path, headers={"Host": host})
        with urllib.request.urlopen(request) as response:
            body = response.read()
            if self.keeps and "public" in response.headers["Cache-Control"]:
                self._kept[path] = (body, time.monotonic())
        return body, None

    def close(self):
        self._server.shutdown()
        self._server.server_close()
