"""What `ask` and `explain` take beside the prompt: an option for each constraint that there is."""

import inspect
from dataclasses import fields
from typing import get_args

import pytest
import typer
from typer.testing import CliRunner

from interlock.cli import asking as module
from interlock.cli.asking import Asked, asking
from interlock.types.request import Constraints, Request

FREE = Constraints()
FLAGS = {"deny_vendors": "--deny"}
each_rule = pytest.mark.parametrize("name", [field.name for field in fields(Constraints)])


def asked(*arguments):
    """What a verb is given for these arguments."""
    taken, app = [], typer.Typer()

    @app.command()
    @asking
    def verb(*, asked: Asked, quiet: bool = False) -> None:
        taken.append(asked)

    result = CliRunner().invoke(app, [*arguments, "Hi"])
    assert result.exit_code == 0, result.output
    return taken[0]


@each_rule
def test_each_constraint_is_an_option(name):
    flag = FLAGS.get(name, f"--{name.replace('_', '-')}")
    takes_names = isinstance(getattr(FREE, name), frozenset)
    given = [flag, "CN, de", flag, "fr"] if takes_names else [flag]
    expected = Constraints(**{name: {"cn", "de", "fr"} if takes_names else True})
    assert asked(*given).options["constraints"] == asked(*given).constraints == expected


def test_nothing_is_asked_for_by_itself():
    assert asked().constraints.is_free
    assert Request("Hi", **asked().options).demands == frozenset()


def test_a_demand_is_an_option():
    given = asked("--demand", "low_latency").options
    assert Request("Hi", **given).demands == {"low_latency"}


def help_of(parameter):
    return get_args(parameter.annotation)[1].help


@each_rule
def test_each_says_what_it_does(name):
    options = inspect.signature(asking(lambda asked: None)).parameters
    assert help_of(options[name]).endswith(".")


@each_rule
def test_without_words_of_its_own_it_has_those_of_the_class(name, monkeypatch):
    monkeypatch.setattr(module, "_SPELLINGS", {})
    said = help_of(module._rule(name, bool)).lower()
    assert said in " ".join(Constraints.__doc__.split()).lower()
    assert len(said) > 20
