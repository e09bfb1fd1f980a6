"""CommandConformance: a verb that breaks a rule fails that rule's test."""

from pathlib import Path
from typing import Annotated, Any, ClassVar
from unittest import SkipTest

import pytest
import typer
from typer.core import TyperGroup

from interlock.commands import session, write_json
from interlock.errors import RequestError
from interlock.protocols import CommandOffer
from interlock.testing import CommandConformance, rules_of

RULES = rules_of(CommandConformance)
CONFIGURATION = "deployments: [{id: only, model: zhipu/glm-5.2, provider: zhipu}]\n"


def names(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Name the deployments."""
    found = list(session(context).router().deployments)
    if as_json:
        write_json(found)
    else:
        print(*found)


def talks(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    print("Here you are: [1]")


def refuses(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    raise RequestError("there is nothing to say.")


def leaves(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    raise typer.Exit(3)


def loud(loud: Annotated[bool, typer.Option("-v")] = False) -> None: ...


def helpless() -> typer.Typer:
    program = typer.Typer()
    program.callback(invoke_without_command=True, add_help_option=False)(lambda: None)
    return program


class Deaf(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [])


def deaf() -> typer.Typer:
    program = typer.Typer(cls=Deaf)
    program.callback(invoke_without_command=True)(lambda: None)
    return program


def offer(verb: Any = names, **changes: Any) -> CommandOffer:
    return CommandOffer(**{"name": "names", "help": "Name the deployments.", "load": lambda: verb, **changes})


class Kit(CommandConformance):
    runs: ClassVar = ((), ("--json",))
    configuration = CONFIGURATION

    def __init__(self, command: Any, **changes: Any) -> None:
        self.command = command
        vars(self).update(changes)


@pytest.mark.parametrize("rule", RULES)
def test_a_verb_that_keeps_the_contract_passes(rule: str) -> None:
    getattr(Kit(offer()), rule)()


@pytest.mark.parametrize(
    ("command", "rule", "sentence"),
    [
        (names, "is_a_command", "is no CommandOffer"),
        (offer(name="ask"), "is_a_command", "'ask' is a verb of Interlock's own"),
        (offer(help="Name them. " * 9), "is_told_in_a_line", "its line has 99 characters; 70 fit"),
        (offer(5), "loads", "load gave a int"),
        (offer(loud), "leaves_options_of_the_program_alone", "-v: these options are the program's"),
        (offer(helpless()), "shows_help", "--help ends with 2, not with 0"),
        (offer(deaf()), "refuses_what_it_does_not_know", "an unknown option ends with 0, not with 2"),
        (offer(refuses), "runs", "names --json raised RequestError: there is nothing to say."),
        (offer(leaves), "runs", "names --json ends with 3"),
        (offer(talks), "prints_json_alone", "standard output is not JSON: 'Here you are"),
    ],
)
def test_a_breach_is_named(command: Any, rule: str, sentence: str) -> None:
    with pytest.raises(AssertionError) as failure:
        getattr(Kit(command, runs=(("--json",),)), f"test_{rule}")()
    assert sentence in str(failure.value)


@pytest.mark.parametrize("rule", ["runs", "prints_json_alone"])
def test_without_a_harmless_run_nothing_is_run(rule: str) -> None:
    with pytest.raises(SkipTest):
        getattr(Kit(offer(refuses), runs=()), f"test_{rule}")()


def test_runs_find_no_other_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "interlock.yaml").write_text("mistaken: true\n")
    monkeypatch.setenv("INTERLOCK_CONFIG", str(tmp_path / "interlock.yaml"))
    Kit(offer()).test_runs()
