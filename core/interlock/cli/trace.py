"""`interlock trace`: what the last call did, as a tree, for people without a collector."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.cli import kept, memory, show
from interlock.cli.failures import NotThere
from interlock.cli.session import session
from interlock.types.records import AttemptRecord, GuardrailRecord, Record
from interlock.types.stores import RecordQuery

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

_STYLES = {"answer": "green", "error": "red", "left": "yellow", "lost": ""}
_ACTIONS = {"block": "red", "failed": "red", "ask": "yellow", "skipped": "yellow", "flag": "yellow"}
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show what a call did.")


@app.callback()
def trace() -> None:
    """Show what a call did."""


@app.command()
def last(
    context: typer.Context,
    *,
    count: Annotated[
        int, typer.Option("-n", "--count", metavar="COUNT", min=1, help="So many of the last calls.")
    ] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the record as one JSON object, or a list with --count.")
    ] = False,
) -> None:
    """Print the last call: its decision, each attempt, and why one failed.

    It is read from where the configuration's `records` keeps calls, else from what `interlock ask` kept of
    its own last twenty.
    """
    records = _records(context, count)
    if not records:
        raise NotThere(
            "no call is known. `interlock ask` keeps its last ones; `records:` in the configuration keeps "
            "those of every program that uses it."
        )
    if as_json:
        from interlock.records import record_to_plain

        plain = [record_to_plain(record) for record in records]
        show.write_json(plain[0] if count == 1 else plain)
    else:
        show.trees(*(drawn(record) for record in records))


def _records(context: typer.Context, count: int) -> list[Record]:
    """The last calls, oldest first."""
    wiring = session(context).router().wiring
    if not wiring.config.records:
        return memory.recall()[-count:]

    async def stored() -> list[Record]:
        async with kept.opened(wiring) as store:
            return [record async for record in kept.found(store, RecordQuery(limit=count), count)]

    return asyncio.run(stored())[::-1]


def drawn(record: Record) -> "Tree":
    """A call as a tree."""
    from rich.tree import Tree

    decision = record.decision
    when = datetime.fromtimestamp(record.started).astimezone()
    tree = Tree(
        _line(
            show.piece("call", "bold"),
            f"{when:%Y-%m-%d %H:%M:%S}",
            "streamed" if record.streamed else "",
            show.piece(show.result(record), _STYLES[record.outcome]),
            _seconds(record.latency),
            show.dollars(record.cost),
        )
    )
    reason = f"{decision.task} ({decision.confidence:.0%}, {decision.stage})"
    tree.add(_line("decided", reason, decision.reason))
    for entry in record.guardrails:
        tree.add(_guardrail(entry))
    nodes: dict[int, Any] = {}
    for attempt in record.attempts:
        above = tree if attempt.parent is None else nodes.get(attempt.parent, tree)
        nodes[attempt.id] = above.add(_attempt(attempt))
    tried = {attempt.deployment for attempt in record.attempts}
    spare = [each.deployment for each in decision.shortlist if each.deployment not in tried]
    if spare:
        tree.add(_line("not needed", ", ".join(spare)))
    for deployment, rule in decision.excluded.items():
        tree.add(_line("excluded", deployment, rule))
    return tree


def _guardrail(entry: GuardrailRecord) -> "Text":
    of = "" if entry.attempt is None else f"of attempt {entry.attempt + 1}"
    return _line(
        "guardrail",
        show.piece(entry.guardrail, "bold"),
        " ".join(each for each in (entry.phase, of) if each),
        show.piece(entry.action, _ACTIONS.get(entry.action, "")),
        entry.category or "",
        "" if entry.score is None else f"{entry.score:.2f}",
        entry.error or "",
        "" if entry.role == "answer" else f"for a {entry.role}",
    )


def _attempt(attempt: AttemptRecord) -> "Text":
    name = attempt.deployment
    if attempt.model != name:
        name += f" ({attempt.model})"
    first = "" if attempt.first_token is None else f"first token {_seconds(attempt.first_token)}"
    served = attempt.served_model or ""
    return _line(
        attempt.role,
        show.piece(name, "bold"),
        show.piece(attempt.cancelled or str(attempt.error or "answered"), _STYLES[attempt.outcome]),
        _seconds(attempt.latency),
        first,
        show.tokens(attempt.usage),
        show.dollars(attempt.cost),
        f"served as {served}" if served and not attempt.model.endswith(served) else "",
        f"pinned to {attempt.pinned}" if attempt.pinned else "",
        f"processed in {attempt.evidenced}" if attempt.evidenced else "",
        *attempt.adjusted,
        show.piece(f"incident: {attempt.incident}", "red") if attempt.incident else "",
    )


def _line(*parts: "str | Text") -> "Text":
    """The parts that say something, with dots between them."""
    return show.piece(" · ").join(
        show.piece(part) if isinstance(part, str) else part for part in parts if part
    )


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
