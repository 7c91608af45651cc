"""A node and its probe that measure nothing: for the arithmetic of the rows."""

import gzip
from types import SimpleNamespace

from fleet.bench.cpu import CpuTime
from fleet.bench.load import Load, Target
from fleet.bench.plan import QUICK
from kickoff.testing.http import Answer


class PretendProbe:
    """Answers each command with what it was given for it, or calls it."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def ask(self, command, *arguments, **how):
        self.asked.append((command, *arguments))
        answer = self.answers.get(command)
        return answer(*arguments) if callable(answer) else answer

    def tell(self, command, *arguments):
        self.asked.append((command, *arguments))

    def answer(self):
        return self.answers["watch"]


class PretendNode:
    def __init__(self, pages=None):
        self.pages = pages or {}
        self.site_pids = [1, 2]
        self.headers = {}
        self.cpu = CpuTime(0.0, 0.0)
        self.web = SimpleNamespace(log=lambda: "last words")

    def page(self, path, **headers):
        return self.pages.get(path, b"")

    def asked(self, target):
        page = self.pages.get(target.paths[0], b"")
        headers = {"Content-Encoding": "gzip", "Age": "0"} | self.headers
        return Answer(200, headers, gzip.compress(page))

    def front_cpu(self):
        self.cpu = CpuTime(self.cpu.user_s + 0.1, self.cpu.system_s + 0.2)
        return self.cpu

    def serve_statically(self, page):
        self.pages["/static/page.html"] = page
        return "/static/page.html"

    def in_front(self, *paths, headers=None):
        return Target("127.0.0.2", 80, "localhost", paths, headers)

    def past_the_cache(self, *paths, headers=None):
        return Target("127.0.0.2", 80, "web1.localhost", paths, headers)


class PretendLoad:
    p99_ms = iter(())

    def __init__(self, target, seconds, clients, **how):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def result(self):
        return Load(100, 100.0, 1.0, next(self.p99_ms, 1.0))


def world(node, probe, plan=QUICK, **more):
    return SimpleNamespace(plan=plan, node=node, match_day=probe, **more)
