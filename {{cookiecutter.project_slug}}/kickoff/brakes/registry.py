"""The rules, and running them over a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.results import Check, Result, Rule, Severity, Status
from kickoff.brakes.values import DoesNotApplyError, NotFoundError

RULES: dict[str, Rule] = {}

FAILED = "This could not be worked out, please report it"

ERROR = Severity.ERROR
WARNING = Severity.WARNING


def rule(
    id: str,
    severity: Severity,
    title: str,
    *,
    reads: str,
    why: str,
    mend: str,
    is_live: bool = False,
) -> Callable[[Check], Check]:
    """Register the decorated function as a rule. `title` says what holds when all is well."""

    def register(check: Check) -> Check:
        if id in RULES:
            raise ValueError(f"Two rules are called {id}.")
        RULES[id] = Rule(id, title, severity, reads, why, mend, check, is_live)
        return check

    return register


def run(site: Configuration, rules: Iterable[Rule] | None = None) -> list[Result]:
    """A result for each rule, never an exception of what is wrong with the site."""
    chosen = RULES.values() if rules is None else rules
    chosen = sorted(chosen, key=lambda rule: rule.id)
    return [apply(rule, site) for rule in chosen if site.is_live or not rule.is_live]


def apply(rule: Rule, site: Configuration) -> Result:
    """What the rule says. One that fails itself says so: the others are not lost for it."""
    try:
        outcome = rule.check(site)
    except NotFoundError as error:
        return Result(rule, Status.UNKNOWN, (), str(error))
    except DoesNotApplyError as error:
        return Result(rule, Status.IDLE, (), str(error))
    except Exception as error:
        return Result(rule, Status.UNKNOWN, (), failure(error))
    status = Status.OK if outcome.holds else Status(rule.severity.value)
    return Result(rule, status, tuple(str(value) for value in outcome.found), outcome.expected)


def failure(error: Exception) -> str:
    """What is said of something that nobody had thought of."""
    return f"{FAILED}: {type(error).__name__}: {error}"
