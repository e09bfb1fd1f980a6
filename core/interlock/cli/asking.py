"""What `ask` and `explain` are asked: a prompt, and the options that come to a request."""

import inspect
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from functools import wraps
from typing import Annotated, Any, Final

import typer

from interlock.cli.inputs import conversation, pairs, parted, read_prompt
from interlock.errors import RequestError
from interlock.types.request import DEMANDS, Constraints


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Prompt and options as the router's verbs take them; `options` are their keyword arguments."""

    messages: list[dict[str, str]]
    constraints: Constraints
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spelling:
    """How a constraint is written here, where its own name and the words of its class are not the best."""

    flag: str = ""
    metavar: str | None = None
    help: str = ""


_SPELLINGS: Final = {
    "residency": _Spelling(
        metavar="PLACE", help="Where the request may be processed, e.g. eu. Repeat it or use commas."
    ),
    "storage": _Spelling(
        metavar="PLACE", help="Where what is kept of the request may be kept. Repeat it or use commas."
    ),
    "on_premise": _Spelling(help="Allow only what runs on your own ground."),
    "deny_vendors": _Spelling(
        flag="--deny",
        metavar="VENDOR",
        help="A vendor that must not see the request. Repeat it or use commas.",
    ),
    "sensitivity": _Spelling(
        metavar="LEVEL", help="A level of the policies that the prompt has. Repeat it or use commas."
    ),
    "deny_laws": _Spelling(
        metavar="PLACE",
        help="A jurisdiction whose law must not reach the request. Repeat it or use commas.",
    ),
}
_FREE: Final = Constraints()
_RULES: Final = tuple(each.name for each in fields(Constraints))


def asking(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that takes `asked`, as one of the command line that takes what an `Asked` is made of.

    Raises RequestError, when it is called, for a prompt or an option that cannot be used.
    """
    own = inspect.signature(verb)
    taken = [
        each
        for parameter in own.parameters.values()
        for each in (_PARAMETERS if parameter.name == "asked" else [parameter])
    ]

    @wraps(verb)
    def read(**given: Any) -> None:
        ours = {each.name: given.pop(each.name) for each in _PARAMETERS}
        verb(asked=_asked(**ours), **given)

    vars(read)["__signature__"] = own.replace(parameters=taken)
    read.__annotations__ = {each.name: each.annotation for each in taken}
    return read


def _asked(
    *,
    prompt: str | None,
    file: list[str] | None,
    system: str | None,
    temperature: float | None,
    max_tokens: int | None,
    metadata: Iterable[str] | None,
    demand: Iterable[str] | None,
    **given: Any,
) -> Asked:
    text = read_prompt(prompt, file)
    if temperature is not None and not math.isfinite(temperature):
        raise RequestError("expected a number.", key="--temperature")
    rules: dict[str, Any] = {name: given.pop(name) for name in _RULES}
    for name in filter(_takes_names, rules):
        rules[name] = frozenset(parted(rules[name]))
    constraints = Constraints(**rules)
    options = {
        **given,
        "constraints": constraints,
        "demands": parted(demand),
        "settings": {"temperature": temperature, "max_tokens": max_tokens},
        "metadata": pairs(metadata),
    }
    return Asked(messages=conversation(text, system), constraints=constraints, options=options)


def _takes_names(rule: str) -> bool:
    return isinstance(getattr(_FREE, rule), frozenset)


def _rule(name: str, kind: Any) -> inspect.Parameter:
    spelling = _SPELLINGS.get(name, _Spelling())
    option = typer.Option(
        spelling.flag or f"--{name.replace('_', '-')}",
        metavar=spelling.metavar,
        help=spelling.help or _said_of(name),
    )
    if _takes_names(name):
        return _parameter(name, Annotated[list[str] | None, option])
    return _parameter(name, Annotated[kind, option], getattr(_FREE, name))


def _said_of(name: str) -> str | None:
    """What the docstring of `Constraints` says of one."""
    found = re.search(rf"^    {name}: (.*(?:\n        .*)*)", inspect.getdoc(Constraints) or "", re.MULTILINE)
    words = " ".join(found[1].split()) if found else ""
    return f"{words[:1].upper()}{words[1:]}" or None


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_PARAMETERS: Final = [
    _parameter(
        "prompt",
        Annotated[
            str | None,
            typer.Argument(
                metavar="PROMPT",
                show_default=False,
                help="The prompt; - or nothing reads it from standard input.",
            ),
        ],
    ),
    _parameter(
        "file",
        Annotated[
            list[str] | None,
            typer.Option(
                "-f",
                "--file",
                metavar="FILE",
                help="A text file, put after the prompt under its name; - is standard input. "
                "May be repeated.",
            ),
        ],
    ),
    _parameter(
        "task",
        Annotated[
            str | None, typer.Option(metavar="TASK", help="Name the task instead of having it recognised.")
        ],
    ),
    _parameter(
        "model",
        Annotated[str | None, typer.Option(metavar="NAME", help="Allow this model or deployment alone.")],
    ),
    _parameter(
        "ensemble",
        Annotated[
            str | None,
            typer.Option(metavar="NAME", help="Ask the members of this ensemble, and arbitrate."),
        ],
    ),
    *(_rule(each.name, each.type) for each in fields(Constraints)),
    _parameter(
        "demand",
        Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME",
                help=f"What to rank by before the task, and exclude nothing: {', '.join(DEMANDS)}.",
            ),
        ],
    ),
    _parameter(
        "system", Annotated[str | None, typer.Option(metavar="TEXT", help="Instructions for the model.")]
    ),
    _parameter(
        "temperature",
        Annotated[float | None, typer.Option(min=0, metavar="NUMBER", help="How freely to word the answer.")],
    ),
    _parameter(
        "max_tokens",
        Annotated[int | None, typer.Option(min=1, metavar="COUNT", help="The longest answer, in tokens.")],
    ),
    _parameter(
        "metadata",
        Annotated[
            list[str] | None,
            typer.Option(
                "--metadata",
                metavar="KEY=VALUE",
                help="Goes into the record, and says whose budget it is. May be repeated.",
            ),
        ],
    ),
    _parameter(
        "run",
        Annotated[
            str | None, typer.Option(metavar="ID", help="The run that the call belongs to, for its record.")
        ],
    ),
    _parameter(
        "step", Annotated[str | None, typer.Option(metavar="ID", help="Its step in that run, likewise.")]
    ),
    _parameter(
        "estimated_tokens",
        Annotated[
            int | None,
            typer.Option(
                min=0, metavar="COUNT", help="How long the request is at least, if you know better."
            ),
        ],
    ),
]
