"""Verbs that plugins offer: listed, run with what the program's own have, and kept from breaking others."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.cli.app import app
from interlock.types.commands import COMMANDS

VERB = """
import sys
from interlock import hookimpl
from interlock.errors import NoDeployment, RequestError
from interlock.protocols import CommandOffer

def load():
    from typing import Annotated
    import typer
    from interlock.commands import note, session, tables, write_json

    def count(
        context: typer.Context,
        of: Annotated[str, typer.Option(help="What to count.")] = "deployments",
        as_json: Annotated[bool, typer.Option("--json")] = False,
    ) -> None:
        if of == "nothing":
            raise RequestError("there is nothing to count.", key="--of")
        if of == "rooms":
            raise NoDeployment("no room is free.", excluded={})
        found = len(session(context).router().deployments)
        note("Counted.")
        if as_json:
            write_json({of: found})
        else:
            tables((("What", "Count"), [(of, str(found))]))

    return count

@hookimpl
def interlock_commands():
    return [CommandOffer(name="count", help="Count what there is.", load=load)]
"""


def offering(name, load="raise AssertionError('not used, and still loaded')"):
    return (
        "from interlock import hookimpl\n"
        "from interlock.protocols import CommandOffer\n"
        f"def load():\n    {load}\n"
        "@hookimpl\n"
        f"def interlock_commands():\n    return [CommandOffer(name={name!r}, help='Do it.', load=load)]\n"
    )


def test_the_plugin_of_the_authors_page_does_what_the_page_says(run, publish, configured):
    page = (Path(__file__).parents[3] / "docs" / "write-a-plugin.md").read_text("utf-8")
    section = page.partition("### interlock_commands\n")[2]
    publish("regions", section.partition("```python\n")[2].partition("```\n")[0])
    path = configured("good", "long")
    assert "  region-count  Count the deployments in each region.\n" in run("--help").stdout
    table = run("--config", str(path), "region-count")
    assert (table.stdout.split()[-2:], table.stderr) == (["eu", "2"], "Regions: 1.\n")
    assert json.loads(run("region-count", "--json", "--config", str(path)).stdout) == {"eu": 2}


def test_known_verbs_are_those_that_the_program_has():
    own = {each.name or each.callback.__name__ for each in app.registered_commands}
    own |= {each.name for each in app.registered_groups}
    assert own == {name for name, owner in COMMANDS.items() if owner == "interlock"}


def test_it_is_listed_behind_the_programs_own_and_not_loaded(run, publish):
    publish("zeal", offering("zeal"))
    publish("another", offering("another"))
    listed = run("--help")
    assert listed.exit_code == 0
    words = [line.split()[0] for line in listed.stdout.splitlines() if line.startswith("  ") and line.split()]
    assert words.index("init") < words.index("another") < words.index("zeal")
    assert re.search(r"^  zeal +Do it\.$", listed.stdout, re.MULTILINE)


def test_it_prints_tables_and_json_as_the_others_do(run, publish, configured):
    publish("count", VERB)
    configured("good", "long")
    table = run("count")
    assert (table.exit_code, table.stdout.split()[-2:], table.stderr) == (
        0,
        ["deployments", "2"],
        "Counted.\n",
    )
    assert json.loads(run("count", "--of", "places", "--json").stdout) == {"places": 2}


@pytest.mark.parametrize("place", ["before", "after"])
def test_what_is_said_for_the_whole_program_may_stand_on_either_side(
    run, publish, configured, tmp_path, place
):
    publish("count", VERB)
    configured("good", "long").rename(tmp_path / "other.yaml")
    said = ["-vv", "--config", "other.yaml"]
    result = run(*said, "count", "--json") if place == "before" else run("count", *said, "--json")
    assert json.loads(result.stdout) == {"deployments": 2}, result.stderr


@pytest.mark.parametrize(
    ("of", "code", "line"),
    [("nothing", 2, "Error: --of: there is nothing to count."), ("rooms", 3, "Error: no room is free.")],
)
def test_what_it_raises_is_a_line_and_an_exit_code(run, publish, of, code, line):
    publish("count", VERB)
    result = run("count", "--of", of)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (code, line)


def test_verbs_of_its_own(run, publish):
    publish(
        "fruit",
        offering(
            "fruit",
            "import typer; app = typer.Typer(); app.command('peel')(lambda: print('peeled')); "
            "app.command('eat')(lambda: print('eaten')); return app",
        ),
    )
    assert run("fruit", "eat").stdout == "eaten\n"
    assert "peel" in run("fruit", "--help").stdout


def test_two_distributions_that_claim_a_verb_are_both_named(run, publish, tmp_path):
    publish("left", offering("turn"))
    publish("right", offering("turn", "return lambda: print('right')"))
    result = run("turn")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "'turn' is offered by interlock-left and by interlock-right" in result.stderr
    assert "is offered by interlock-left" in run("--help").stdout
    (tmp_path / "interlock.yaml").write_text("plugins: {disabled: [interlock-left]}\n")
    assert run("turn").stdout == "right\n"


@pytest.mark.parametrize("name", ["explain", "drill"])
def test_a_name_that_belongs_to_another_stays_there(run, publish, name):
    publish("greedy", offering(name))
    assert run(name, "--help").exit_code == 0
    (greedy,) = [each for each in json.loads(run("plugins", "--json").stdout) if each["name"] == "greedy"]
    assert greedy["distribution"] == "interlock-greedy"
    assert greedy["failures"] == [
        f"interlock_commands offered {name!r}: this name belongs to {COMMANDS[name]}"
    ]


@pytest.mark.parametrize("name", ["raises_at_import", "leaves_at_import", "unknown_hook", "wrong_arguments"])
def test_a_broken_plugin_leaves_every_verb_as_it_was(run, publish, name):
    publish(name)
    publish("count", VERB)
    listed = run("--help")
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert "count" in listed.stdout
    assert json.loads(run("count", "--json").stdout)["deployments"] > 0
    assert "interlock plugins" in run("verb-of-the-broken-one").stderr
    assert name in run("plugins").stdout


def test_strict_plugins_do_not_stand_in_the_way_of_a_list(run, publish, monkeypatch):
    publish("raises_at_import")
    monkeypatch.setenv("INTERLOCK_STRICT_PLUGINS", "1")
    assert "drill" in run("--help").stdout
    assert run("drill", "--help").exit_code == 0


BAD = {
    "raise RuntimeError('no licence')": "RuntimeError: no licence",
    "import an_sdk_that_is_not_here": "ModuleNotFoundError: No module named 'an_sdk_that_is_not_here'",
    "raise SystemExit(7)": "SystemExit: 7",
    "return 5": "TypeError: load gave a int; give a function or a typer.Typer",
    "import asyncio; return asyncio.sleep": "load gave a coroutine function",
}


@pytest.mark.parametrize("load", BAD)
def test_a_verb_that_cannot_be_loaded_says_whose_it_is(run, publish, load):
    publish("bad", offering("bad", load))
    result = run("bad", "--config", "nowhere.yaml", "-v")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: interlock-bad offers the verb 'bad', which cannot be loaded: ")
    assert BAD[load] in line
    assert run("--help").exit_code == 0


def test_an_offer_that_cannot_stand_in_a_list_is_reported(run, publish):
    publish("shouting", offering("Shout it"))
    text = run("plugins").stdout
    assert "ValueError: name: 'Shout it' is no verb" in text
    assert "Shout it" not in run("--help").stdout


def without(monkeypatch, distribution):
    from interlock.plugins import host

    found = host.entry_points

    def installed(**where):
        return [each for each in found(**where) if each.dist.name != distribution]

    monkeypatch.setattr(host, "entry_points", installed)


def test_a_known_verb_without_its_plugin_says_what_to_install(run, monkeypatch):
    without(monkeypatch, "interlock-drill")
    result = run("drill", "--scale", "0.1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: no plugin offers the verb 'drill': pip install interlock-drill\n"
    assert "Did you mean 'drill'?" in run("dril").stderr


@pytest.mark.parametrize("where", ["environment", "configuration"])
def test_a_verb_that_is_switched_off_says_so(run, monkeypatch, tmp_path, where):
    if where == "environment":
        monkeypatch.setenv("INTERLOCK_DISABLED_PLUGINS", "drill")
    else:
        (tmp_path / "interlock.yaml").write_text("plugins: {disabled: [interlock-drill]}\n")
    result = run("drill", "--only", "3")
    assert result.stderr == "Error: no plugin offers the verb 'drill': interlock-drill is switched off\n"


def completed(start, words, environ=None):
    asked = {
        "_INTERLOCK_COMPLETE": "complete_bash",
        "COMP_WORDS": f"interlock {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    output, errors = start(env=os.environ | asked | (environ or {})).communicate(timeout=30)
    assert errors == ""
    return output.split()


def test_shells_complete_it_and_its_options(start):
    assert completed(start, "dri") == ["drill"]
    assert completed(start, "drill --sc") == ["--scale"]
    assert completed(start, "drill --sc", {"INTERLOCK_DISABLED_PLUGINS": "drill"}) == []


def loaded_by(*arguments):
    program = (
        "import sys\nfrom interlock.cli.app import app\n"
        f"app({list(arguments)!r}, standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_a_list_loads_nothing_heavy_and_the_programs_own_verbs_no_plugin():
    heavy = {"aiohttp", "interlock_drill.verb", "jsonschema", "numpy", "pydantic", "rich", "yaml"}
    assert not heavy & loaded_by("--help")
    assert not {"interlock_drill", "interlock_openai"} & loaded_by("explain", "--help")
