"""`interlock tools`, against a connector whose service is a loopback server."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from drawers import KEY, Plugin
from interlock import Router
from interlock.testing import Reply, Upstream

TICKETS = Path(__file__).parents[2] / "third_party" / "tickets"


@pytest.fixture
def service():
    with Upstream(always=Reply.json({"tickets": [{"id": 1, "title": "No ink"}], "next": 2})) as upstream:
        yield upstream


@pytest.fixture
def desk(monkeypatch, tmp_path, service):
    """A configuration with the tickets' connector, whose plugin is installed as far as can be seen."""
    monkeypatch.syspath_prepend(str(TICKETS))
    kind = import_module("interlock_tickets").Tickets()
    made = Router.from_config.__func__

    def installed(cls, source=None):
        return made(cls, source, plugins=[Plugin(kind)])

    monkeypatch.setattr(Router, "from_config", classmethod(installed))
    entry = {"id": "it", "connector": "tickets", "base_url": service.url, "api_key": KEY, "region": "eu"}
    (tmp_path / "interlock.yaml").write_text(json.dumps({"connectors": [entry]}))
    yield entry
    sys.modules.pop("interlock_tickets")


def test_the_tools_are_listed_with_what_they_do_outside(desk, run):
    result = run("tools", "list")
    assert result.exit_code == 0
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert "Lists open tickets" in lines["list_tickets"]
    assert "write" in lines["open_ticket"]
    (first, _) = json.loads(run("tools", "list", "--json").stdout)["tools"]
    assert (first["name"], first["connector"], first["effect"]) == ("list_tickets", "it", "read")


def test_what_the_constraints_forbid_is_listed_with_the_reason(desk, run, service):
    result = run("tools", "list", "--residency", "us")
    assert result.exit_code == 0
    assert "processed in eu; the residency allows us only" in result.stdout
    assert run("tools", "call", "list_tickets", "--residency", "us").exit_code == 2
    assert not service.requests


def test_one_is_shown_with_what_it_takes(desk, run):
    result = run("tools", "show", "open_ticket")
    assert result.exit_code == 0
    assert '"title"' in result.stdout
    missing = run("tools", "show", "open_tickets")
    assert missing.exit_code == 2
    assert "Did you mean 'open_ticket'?" in missing.stderr


def test_a_read_is_run_without_asking(desk, run):
    result = run("tools", "call", "list_tickets", "page=1")
    assert (result.exit_code, result.stdout) == (0, "#1: No ink\n")
    assert "ask again with page=2" in result.stderr
    data = json.loads(run("tools", "call", "list_tickets", "--json").stdout)
    assert (data["outcome"], data["more"]) == ("done", "page=2")


@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_a_write_asks_first(desk, run, service, said, code):
    service.reply(Reply.json({"id": 7}, status=201))
    result = run("tools", "call", "open_ticket", 'title="No ink"', stdin=said)
    assert result.exit_code == code
    assert len(service.requests) == (code == 0)
    assert "open_ticket is write" in result.stderr
    assert "No ink" in result.stderr


def test_yes_answers_for_whoever_cannot_be_asked(desk, run, service):
    service.reply(Reply.json({"id": 7}, status=201))
    result = run("tools", "call", "open_ticket", "title=No ink", "--yes", "--key", "run-1")
    assert (result.exit_code, result.stdout) == (0, "opened #7\n")
    (request,) = service.requests
    assert (request.json(), request.headers["idempotency-key"]) == ({"title": "No ink"}, "run-1")


@pytest.mark.parametrize(
    ("status", "word"), [(403, "refused (refused)"), (500, "nobody knows whether it has happened")]
)
def test_what_did_not_work_ends_with_one_and_shows_no_key(desk, run, service, status, word):
    service.reply(Reply.json({"error": f"not with {KEY}"}, status=status))
    result = run("tools", "call", "open_ticket", "title=x", "--yes")
    assert result.exit_code == 1
    assert word in result.stderr
    assert KEY not in result.output


@pytest.mark.parametrize("verb", [("list",), ("call", "now"), ("show", "now")])
def test_without_a_connector_it_says_what_to_write(run, verb):
    result = run("tools", *verb)
    assert result.exit_code == (0 if verb == ("list",) else 2)
    assert "No connectors are configured. Write `connectors:" in result.stderr


@pytest.mark.parametrize("argument", ["page", "=1"])
def test_an_argument_without_its_name_is_refused(desk, run, argument):
    result = run("tools", "call", "list_tickets", argument)
    assert result.exit_code == 2
    assert "expected NAME=VALUE" in result.stderr


def test_the_doctor_says_where_each_connectors_key_is_and_what_is_missing(desk, run, tmp_path, monkeypatch):
    both = [desk, desk | {"id": "hr", "api_key": "env:HR_DESK"}]
    (tmp_path / "interlock.yaml").write_text(json.dumps({"connectors": both}))
    found = json.loads(run("doctor", "--json").stdout)
    connectors = {each["connector"]: each for each in found if "connector" in each}
    assert (connectors["it"]["ready"], connectors["it"]["credential"]) == (True, "configuration")
    assert (connectors["hr"]["ready"], connectors["hr"]["next_step"]) == (False, "HR_DESK is not set.")
    shown = run("doctor")
    assert "HR_DESK is not set." in shown.stdout
    assert KEY not in shown.output
