"""A line for each request: who asked, who answered, how long it took and what it cost; no content."""

from operator import attrgetter
from typing import Final

from interlock.logs import redact
from interlock_server.facts import Facts
from interlock_server.operation.lines import Lines
from interlock_server.operation.service import Scope

LEFT: Final = 499
"""The status of a request whose client had gone."""

_LONGEST: Final = 200
_TOLD: Final = ("request", "key", "deployment", "task", "record", "input_tokens", "output_tokens")
_told = attrgetter(*_TOLD)


def access(lines: Lines, scope: Scope, facts: Facts, *, status: int, seconds: float, whole: bool) -> None:
    """Write the line. Where an answer had begun and did not become whole, it says `broken`."""
    told = [(name, value) for name, value in zip(_TOLD, _told(facts), strict=True) if value is not None]
    if facts.cost is not None:
        told.append(("cost", round(facts.cost, 8)))
    if facts.code is not None:
        told.append(("code", facts.code))
    if facts.streamed:
        told.append(("streamed", True))
    if not whole and not facts.left:
        told.append(("broken", True))
    method, path, ms = scope["method"], _shown(scope["path"], facts.route), 1_000 * seconds
    if lines.as_json:
        asked = {"event": "request", "method": method, "path": path, "status": status, "ms": round(ms, 1)}
        lines.add(asked | dict(told))
        return
    words = "".join([f" {name}" if value is True else f" {name}={value}" for name, value in told])
    lines.add_text(f"{method} {path} {status} {ms:.1f} ms{words}")


def _shown(path: str, route: str | None) -> str:
    """A path that is no route may be anything: a key, or what a terminal would obey."""
    return path if path == route else redact(path[:_LONGEST]).encode("unicode_escape").decode("ascii")
