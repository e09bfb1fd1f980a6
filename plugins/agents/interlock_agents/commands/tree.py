"""A run as a tree of its nodes, drawn once or kept drawn while it goes on."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from interlock.commands import note
from interlock_agents.approvals.seeing import cut, seen
from interlock_agents.budgets.spent import words
from interlock_agents.running.events import AgentEvent
from interlock_agents.running.state import Run

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

_MARKS: Final = {
    "pending": ("·", "dim"),
    "running": ("▶", "cyan"),
    "waiting": ("?", "yellow"),
    "done": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("-", "dim"),
    "needs_person": ("?", "yellow"),
    "over_budget": ("$", "yellow"),
    "cancelled": ("-", "dim"),
}
_WIDE: Final = 100  # characters of a goal or a reason in one line
_TIMES_A_SECOND: Final = 8


@dataclass(slots=True)
class Leaf:
    """A node as it is drawn. `began` and `ended` are in seconds since the epoch."""

    name: str
    state: str = "pending"
    does: str = ""
    now: str = ""
    why: str = ""
    began: float | None = None
    ended: float | None = None


@dataclass(slots=True)
class Picture:
    """What is drawn of a run: brought up to date by what is known of it, and by what happens in it."""

    run: str
    goal: str = ""
    state: str = "running"
    calls: int = 0
    limit: int = 0
    usd: float = 0.0
    began: float = field(default_factory=time.time)
    warning: str = ""
    leaves: dict[str, Leaf] = field(default_factory=dict)

    def know(self, run: Run) -> None:
        """Take over how it stands."""
        self.goal, self.state, self.calls, self.limit = run.goal, run.state, run.calls, run.limit
        self.usd, self.warning = run.spent.usd, run.warning
        for name, node in run.nodes.items():
            leaf = self.leaves.setdefault(name, Leaf(name))
            leaf.state, leaf.does, leaf.why = node.state, node.do, node.why
            leaf.began, leaf.ended = node.started, node.ended

    def happen(self, event: AgentEvent) -> None:
        """Take over what has happened."""
        facts = event.facts
        leaf = self.leaves.setdefault(event.node, Leaf(event.node)) if event.node else None
        match event.kind:
            case "call_started":
                self.calls += 1
            case "call_ended":
                self.usd += float(facts.get("usd") or 0.0)
            case "warning":
                self.warning = f"little is left: {', '.join(map(str, facts.get('near', ())))}"
            case "run_ended":
                self.state = str(facts.get("state", self.state))
        if leaf is not None:
            _happen(leaf, event)

    def head(self) -> str:
        """The run in a line."""
        spent = [f"{self.calls} of {self.limit} calls" if self.limit else words("calls", self.calls)]
        spent += [words("usd", self.usd)] if self.usd else []
        spent += [self.warning] if self.warning else []
        name = seen(self.run)
        return " · ".join([name, _short(self.goal), *spent] if self.goal else [name, *spent])

    def drawn(self) -> "Tree":
        """The whole of it."""
        from rich.text import Text
        from rich.tree import Tree

        mark, style = _MARKS.get(self.state, ("·", ""))
        tree = Tree(Text.assemble((f"{mark} ", style), self.head()))
        above: dict[str, Any] = {}
        for name, leaf in self.leaves.items():
            over = above.get(name.rpartition("[")[0], tree)
            above[name] = over.add(_leaf(leaf))
        return tree


def told(event: AgentEvent) -> str | None:
    """What has happened as a line for a log; None for what is no news there."""
    facts = event.facts
    where = seen(event.node)
    match event.kind:
        case "node_started":
            return f"{where}: begins"
        case "node_ended":
            why = facts.get("why")
            return f"{where}: {facts.get('state', 'done')}" + (f" ({seen(str(why))})" if why else "")
        case "approach":
            return f"{where}: another approach, {facts.get('rung')}"
        case "call_started" if facts.get("tool"):
            return f"{where}: calls {seen(str(facts['tool']))}"
        case "waiting":
            return f"{where or 'the run'}: waits, {facts.get('waits_for')}"
        case "planned":
            return f"planned, version {facts.get('version')}"
        case "warning":
            return f"little is left: {', '.join(map(str, facts.get('near', ())))}"
        case _:
            return None


class Live:
    """Shows a run while it goes on: as a tree on a terminal, else a line for each thing that happens."""

    def __init__(self, run: str, *, quiet: bool, goal: str = "", limit: int | None = None) -> None:
        self.picture = Picture(run, goal=goal, limit=limit or 0)
        self._quiet = quiet
        self._tree = not quiet and sys.stderr.isatty()

    def __call__(self, event: AgentEvent) -> None:
        self.picture.happen(event)
        if self._quiet or self._tree:
            return
        if (line := told(event)) is not None:
            note(line)

    def __rich__(self) -> "RenderableType":
        return self.picture.drawn()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show it until the block ends; what is left of it then is what a verb prints."""
        if not self._tree:
            yield
            return
        from rich.console import Console
        from rich.live import Live as Drawing

        with Drawing(self, console=Console(stderr=True), refresh_per_second=_TIMES_A_SECOND, transient=True):
            yield


def draw(run: Run, *, coloured: bool = False) -> str:
    """The run as text."""
    from io import StringIO

    from rich.console import Console

    picture = Picture(run.id)
    picture.know(run)
    console = Console(file=StringIO(), force_terminal=coloured, width=_width())
    console.print(picture.drawn())
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    return "\n".join(line.rstrip() for line in text.splitlines())


def _width() -> int:
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else 10_000


def _happen(leaf: Leaf, event: AgentEvent) -> None:
    facts = event.facts
    match event.kind:
        case "node_started":
            leaf.state, leaf.does, leaf.began, leaf.ended = (
                "running",
                str(facts.get("do", "")),
                event.at,
                None,
            )
            leaf.why = ""
        case "node_ended":
            leaf.state, leaf.now, leaf.ended = str(facts.get("state", "done")), "", event.at
            leaf.why = str(facts.get("why", ""))
        case "waiting":
            leaf.state, leaf.now, leaf.why = "waiting", "", f"waits: {facts.get('waits_for')}"
        case "call_started":
            leaf.now = str(facts.get("tool") or "asks a model")
        case "call_ended":
            leaf.now = ""
        case "approach":
            leaf.why = f"another approach: {facts.get('rung')}"


def _leaf(leaf: Leaf) -> Any:
    from rich.text import Text

    mark, style = _MARKS.get(leaf.state, ("·", ""))
    parts = [seen(leaf.name)]
    if leaf.does:
        parts.append(leaf.does)
    if leaf.began is not None and (leaf.ended or leaf.state == "running"):
        parts.append(_seconds((leaf.ended or time.time()) - leaf.began))
    if leaf.now:
        parts.append(seen(leaf.now))
    if leaf.why:
        parts.append(_short(leaf.why))
    return Text.assemble((f"{mark} ", style), " · ".join(parts))


def _short(text: str) -> str:
    begin, more = cut(seen(" ".join(text.split())), _WIDE)
    return f"{begin}…" if more else begin


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"
