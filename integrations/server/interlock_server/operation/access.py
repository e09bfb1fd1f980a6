"""A line for each request: who asked, who answered, how long it took and what it cost; no content."""

from typing import Final

from interlock.logs import redact
from interlock_server.facts import Facts
from interlock_server.operation.lines import Lines
from interlock_server.operation.service import Scope

LEFT: Final = 499
"""The status of a request whose client had gone."""

_LONGEST: Final = 200


def access(lines: Lines, scope: Scope, facts: Facts, *, status: int, seconds: float, whole: bool) -> None:
    """Write the line. Where an answer had begun and did not become whole, it says `broken`."""
    told = {
        "request": facts.request,
        "key": facts.key,
        "deployment": facts.deployment,
        "task": facts.task,
        "record": facts.record,
        "input_tokens": facts.input_tokens,
        "output_tokens": facts.output_tokens,
        "cost": None if facts.cost is None else round(facts.cost, 8),
        "code": facts.code,
        "streamed": facts.streamed or None,
        "broken": None if whole or facts.left else True,
    }
    method, path, ms = scope["method"], scope["path"], 1_000 * seconds
    if path != facts.route:
        path = _shown(path)
    if lines.as_json:
        asked = {"event": "request", "method": method, "path": path, "status": status, "ms": round(ms, 1)}
        lines.add(asked | told)
        return
    words = [
        f" {name}" if value is True else f" {name}={value}"
        for name, value in told.items()
        if value is not None
    ]
    lines.add_text(f"{method} {path} {status} {ms:.1f} ms{''.join(words)}")


def _shown(path: str) -> str:
    """A path that is no route may be anything: a key, or what a terminal would obey."""
    return redact(path[:_LONGEST]).encode("unicode_escape").decode("ascii")
