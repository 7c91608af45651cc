"""`python -m kickoff.health.tests.site.serving PORT`: config.wsgi, a thread for each connection."""

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from config.wsgi import application


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 100


class Handler(WSGIRequestHandler):
    def log_message(self, format, *args):
        """Requests are not logged."""


make_server("127.0.0.1", int(sys.argv[1]), application, Server, Handler).serve_forever()
