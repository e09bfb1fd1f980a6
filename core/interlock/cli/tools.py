"""`interlock tools`: what connectors offer, and one run of one of them."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.cli import inputs, show
from interlock.cli.failures import FAILED
from interlock.cli.session import session
from interlock.errors import RequestError, UnknownTool
from interlock.types.messages import Text, ToolCall
from interlock.types.request import Constraints

if TYPE_CHECKING:
    from interlock.toolbox import OfferedTool, Toolbox
    from interlock.types.approvals import Grant
    from interlock.types.tools import ToolOutcome

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ResidencyOption = Annotated[
    list[str] | None,
    typer.Option(metavar="PLACE", help="Where a connector may work, e.g. eu. Repeat it or use commas."),
]
StorageOption = Annotated[
    list[str] | None,
    typer.Option(metavar="PLACE", help="Where what it is sent may be kept. Repeat it or use commas."),
]
OnPremiseOption = Annotated[bool, typer.Option("--on-premise", help="Only what runs on your own ground.")]
DenyOption = Annotated[
    list[str] | None,
    typer.Option("--deny", metavar="VENDOR", help="A vendor that must see nothing. Repeat it or use commas."),
]
DenyLawsOption = Annotated[
    list[str] | None,
    typer.Option("--deny-laws", metavar="PLACE", help="A jurisdiction whose law must not reach it."),
]
NameArgument = Annotated[
    str, typer.Argument(metavar="TOOL", help="Its name, as `interlock tools list` has it.")
]
_NONE: Final = (
    "No connectors are configured. Write `connectors: [{id: …, connector: …}]` into the configuration; "
    "`interlock plugins` lists the kinds that are installed."
)


@app.callback()
def tools() -> None:
    """List, show and run the tools of connectors."""


@app.command("list")
def list_tools(
    context: typer.Context,
    *,
    residency: ResidencyOption = None,
    storage: StorageOption = None,
    on_premise: OnPremiseOption = False,
    deny: DenyOption = None,
    deny_laws: DenyLawsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the tools of the connectors that are allowed, and why the others are not.

    Their services are asked what they offer.
    """
    rules = {"residency": residency, "storage": storage, "deny_vendors": deny, "deny_laws": deny_laws}
    box = _toolbox(context, _constraints(rules, on_premise=on_premise))
    found = box.tools_sync()
    if as_json:
        excluded = [{"connector": name, "why": why} for name, why in box.excluded.items()]
        show.write_json({"tools": [_data(box, tool) for tool in found], "excluded": excluded})
        return
    rows = [_row(box, tool) for tool in found]
    if not (found or box.excluded):
        show.note(_NONE)
        return
    left = list(box.excluded.items())
    parts: tuple[Any, ...] = (
        (("Tool", "Connector", "Region", "Effect", "Repeats", "What it does"), rows),
        (("Left out", "Why"), left),
    )
    show.tables(*(part for part in parts if part[1]))


@app.command("show")
def show_tool(context: typer.Context, name: NameArgument, as_json: JsonOption = False) -> None:
    """Show one tool: what it does, what it takes, and what it does outside."""
    box = _toolbox(context, Constraints())
    data = _data(box, _tool(box, name))
    if as_json:
        show.write_json(data)
        return
    parameters = json.dumps(data.pop("parameters"), indent=2, ensure_ascii=False)
    repeat = data.pop("repeat")
    rows = [(key.replace("_", " "), str(value)) for key, value in data.items()]
    show.tables((("Tool", data["name"]), [*rows[1:], ("repeats", repeat["way"])]))
    typer.echo(show.printable(parameters))


@app.command("call")
def call_tool(
    context: typer.Context,
    *,
    name: NameArgument,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]…", help="Its arguments; a value is JSON, or else text."),
    ] = None,
    residency: ResidencyOption = None,
    storage: StorageOption = None,
    on_premise: OnPremiseOption = False,
    deny: DenyOption = None,
    deny_laws: DenyLawsOption = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Names the effect; the same one when a doubtful run is repeated."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Run what changes something without asking.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run one tool, once. What changes something is asked about first.

    The exit code is 0 when it is done, and 1 when it was refused, when nobody knows whether it has happened,
    or when you say no.
    """
    rules = {"residency": residency, "storage": storage, "deny_vendors": deny, "deny_laws": deny_laws}
    box = _toolbox(context, _constraints(rules, on_premise=on_premise))
    _tool(box, name)
    call = ToolCall(id="interlock-tools-call", name=name, arguments=_arguments(arguments or ()))
    outcome = box.run_sync(call, key=key, grant=_grant(box, call, yes=yes))
    if as_json:
        show.write_json(_outcome(outcome))
    else:
        _tell(outcome, call)
    if outcome.outcome != "done":
        raise typer.Exit(FAILED)


def _toolbox(context: typer.Context, constraints: Constraints) -> "Toolbox":
    router = session(context).router()
    inputs.check_denied(constraints.deny_vendors, router.wiring.vendors)
    context.call_on_close(router.close_sync)
    return router.toolbox(constraints=constraints)


def _constraints(names: Mapping[str, Iterable[str] | None], *, on_premise: bool) -> Constraints:
    given: dict[str, Any] = {rule: frozenset(inputs.parted(said)) for rule, said in names.items()}
    return Constraints(on_premise=on_premise, **given)


def _tool(box: "Toolbox", name: str) -> "OfferedTool":
    """The tool of that name; where there are none at all, the error says what to do."""
    found = {tool.name: tool for tool in box.tools_sync()}
    if name in found:
        return found[name]
    if not (found or box.excluded):
        raise RequestError(_NONE, key="TOOL")
    try:
        return box.tool_sync(name)
    except UnknownTool:
        for connector, why in box.excluded.items():
            show.note(f"{connector} is left out: {why}.")
        raise


def _arguments(pairs: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (sign and name):
            raise RequestError(f"expected NAME=VALUE, not {pair!r}.", key="ARGUMENTS")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _grant(box: "Toolbox", call: ToolCall, *, yes: bool) -> "Grant | None":
    """The consent of whoever sits here; None where the tool only reads. Raises what ends the command."""
    from getpass import getuser

    asked = box.asking_sync(call)
    if asked.effect == "read":
        return None
    if not yes:
        shown = f"{asked.tool} is {asked.effect}, with {asked.shown}."
        preview = "" if asked.preview is None else f"\n{asked.preview.text}"
        if not typer.confirm(show.printable(f"{shown}{preview}\nRun it?"), err=True):
            show.note("It was not run.")
            raise typer.Exit(FAILED)
    return asked.grant(approver=getuser())


def _row(box: "Toolbox", tool: "OfferedTool") -> tuple[str, ...]:
    known = box.effect_of(tool)
    region = tool.source.destination.region
    return (tool.name, tool.connector, region, known.effect, known.repeat.way, _line(tool.spec.description))


def _line(text: str) -> str:
    return " ".join(text.split("\n\n", 1)[0].split())


def _data(box: "Toolbox", tool: "OfferedTool") -> dict[str, Any]:
    known, spec = box.effect_of(tool), tool.spec
    return {
        "name": tool.name,
        "connector": tool.connector,
        "kind": tool.source.kind,
        "region": tool.source.destination.region,
        "description": spec.description,
        "effect": known.effect,
        "repeat": {"way": known.repeat.way, "retention": known.repeat.retention},
        "settles_within": known.settles_within,
        "parameters": dict(spec.parameters),
    }


def _outcome(outcome: "ToolOutcome") -> dict[str, Any]:
    content = outcome.content
    return {
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "content": content if isinstance(content, str) else [_part(part) for part in content],
        "receipt": None if outcome.receipt is None else dict(outcome.receipt),
        "truncated": outcome.truncated,
        "more": outcome.more,
        "retry_after": outcome.retry_after,
        "error": None if outcome.error is None else type(outcome.error).__name__,
    }


def _part(part: Any) -> Any:
    return part.text if isinstance(part, Text) else {"type": type(part).__name__.lower()}


def _tell(outcome: "ToolOutcome", call: ToolCall) -> None:
    content = outcome.content
    texts = [content] if isinstance(content, str) else [str(_part(part)) for part in content]
    if outcome.outcome == "done":
        typer.echo(show.printable("\n".join(texts)))
    else:
        why = outcome.reason or "nobody knows whether it has happened"
        show.complain(f"{call.name}: {outcome.outcome} ({why}): {show.printable(' '.join(texts))}")
    if outcome.truncated or outcome.more:
        show.note(f"This is not all{f'; ask again with {outcome.more}' if outcome.more else ''}.")
