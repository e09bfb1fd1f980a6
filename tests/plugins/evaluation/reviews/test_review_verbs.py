"""`interlock eval review`: what its verbs print, keep and refuse."""

import asyncio
import csv
import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from browsing import Browser
from interlock.cli.app import app
from interlock_evaluation.outcomes import read_outcomes
from interlock_evaluation.store import Store
from reviewing import asked, judge, served, waiting

URL = "sqlite:///eval.db"
PROGRAM = (sys.executable, "-c", "from interlock_start import main; main()")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("INTERLOCK_EVAL_STORE", URL)
    Path("interlock.yaml").write_text("deployments: []")

    async def begin() -> None:
        store = Store.open(URL)
        await asked(store, prompts=10)
        await store.aclose()

    asyncio.run(begin())

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["eval", "review", *arguments])

    return invoke


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def judged(links: dict[str, str], choice: str = "left", comment: str = "") -> None:
    """Everybody judges all of theirs."""
    store = Store.open(URL)
    with served(store) as site:
        for link in links.values():
            browser = site.joined(link.rpartition("/")[2])
            while waiting(browser):
                judge(browser, choice, comment)
    asyncio.run(store.aclose())


def test_from_a_run_to_experts_marks(run: Any) -> None:
    opened = told(
        run("open", "spring", "--reviewers", "anna, ben", "--share", "0.5", "--seed", "3", "--json")
    )
    assert (opened["review"]["drawn"], opened["review"]["of"], opened["review"]["seed"]) == (5, 10, 3)
    assert list(opened["links"]) == ["anna", "ben"]
    assert all(each.startswith("http://127.0.0.1:8792/join/") for each in opened["links"].values())
    (state,) = told(run("status", "--json"))
    assert [(each["name"], each["link"], each["done"]) for each in state["reviewers"]] == [
        ("anna", "new", 0),
        ("ben", "new", 0),
    ]
    assert "waits for its link to be used" in run("status", "spring").stdout
    assert "Nobody has said anything yet." in run("results", "spring").stderr
    judged(opened["links"], comment="=1+1")
    shown = run("results", "spring")
    assert "cannot tell" in shown.stdout
    assert "alpha" in shown.stderr
    figures = told(run("results", "spring", "--json"))
    assert (figures["prompts"], figures["votes"]) == (5, 10)
    for name in ("review.html", "review.md"):
        assert run("results", "spring", "-o", name).exit_code == 0
        assert "cannot tell" in Path(name).read_text("utf-8")
    closed = run("close", "spring")
    assert "experts have marked 10 answers" in closed.stderr
    CliRunner().invoke(app, ["eval", "outcomes", "spring", "-o", "table.csv"])
    table = read_outcomes(Path("table.csv"))
    assert (len(table.prompts), len(table.models)) == (5, 2)
    assert run("reopen", "spring").exit_code == 0
    refused = CliRunner().invoke(app, ["eval", "outcomes", "spring"])
    assert "has no answer that was marked" in refused.stderr


def test_votes_are_exported_with_the_models_that_they_were_about(run: Any) -> None:
    opened = told(run("open", "spring", "--reviewers", "anna", "--share", "0.2", "--json"))
    judged(opened["links"], "right", "=1+1")
    printed = list(csv.DictReader(io.StringIO(run("export", "spring").stdout)))
    assert len(printed) == 2
    assert printed[0]["preferred"] == printed[0]["right"]
    assert printed[0]["comment"] == "'=1+1"
    for name in ("votes.jsonl", "votes.json", "votes.csv"):
        assert run("export", "spring", "-o", name).exit_code == 0
    lines = [json.loads(each) for each in Path("votes.jsonl").read_text().splitlines()]
    assert lines == json.loads(Path("votes.json").read_text())
    assert lines[0]["comment"] == "=1+1"
    assert {lines[0]["left"], lines[0]["right"]} == {"zhipu/glm-5.2", "openai/gpt-5.5"}


def test_what_is_exported_can_be_imported_and_says_the_same(run: Any) -> None:
    opened = told(
        run("open", "spring", "--reviewers", "anna,ben", "--share", "1", "--again", "0.2", "--json")
    )
    judged(opened["links"], "right", "because")
    before = told(run("results", "spring", "--json"))
    for name in ("votes.csv", "votes.jsonl"):
        run("export", "spring", "-o", name)
        assert "Read 24 votes" in run("import", "spring", name, "--name", name).stderr
        after = told(run("results", name, "--json"))
        same = ("prompts", "votes", "pairs", "ranking", "neither", "agreement", "reviewers", "twice", "same")
        assert [after[each] for each in same] == [before[each] for each in same]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"prompt": "p99"}, "line 1, left: the run has no prompt 'p99'"),
        ({"left": "zhipu/glm-5.3"}, "zhipu/glm-5.2"),
        ({"right": "zhipu/glm-5.2"}, "compared with itself"),
        ({"reviewer": ""}, "line 1, reviewer: is missing"),
        ({"choice": "lefd"}, "expected left, right, both, neither, not 'lefd'"),
        ({"choice": "", "preferred": "nobody"}, "line 1, preferred"),
        ({"at": "yesterday"}, "line 1, at: expected a time"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_a_vote_that_makes_no_sense_is_named_with_its_line(
    run: Any, row: dict[str, str], message: str
) -> None:
    whole = {
        "prompt": "p1",
        "reviewer": "a",
        "left": "zhipu/glm-5.2",
        "right": "openai/gpt-5.5",
        "choice": "left",
    }
    Path("votes.jsonl").write_text(json.dumps(whole | row))
    refused = run("import", "spring", "votes.jsonl")
    assert refused.exit_code == 2
    assert message in refused.stderr.replace("\n", " ")
    Path("votes.jsonl").write_text(f"{json.dumps(whole)}\n{json.dumps(whole)}")
    assert "line 2" in run("import", "spring", "votes.jsonl").stderr


def test_a_link_is_renewed_and_taken_back(run: Any) -> None:
    first = told(run("open", "spring", "--reviewers", "anna", "--json"))["links"]["anna"]
    again = told(run("link", "spring", "anna", "--origin", "https://reviews.example/", "--json"))["links"][
        "anna"
    ]
    assert again.startswith("https://reviews.example/join/")
    assert first.rpartition("/")[2] != again.rpartition("/")[2]
    assert run("link", "spring", "carla").exit_code == 0
    assert run("revoke", "spring", "anna").exit_code == 0
    (state,) = told(run("status", "spring", "--json"))
    assert [(each["name"], each["link"]) for each in state["reviewers"]] == [
        ("anna", "void"),
        ("carla", "new"),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("open", "sprig", "--reviewers", "a"), "there is no run 'sprig'; there are spring"),
        (("open", "spring", "--reviewers", " , "), "--reviewers: expected NAME,NAME"),
        (("open", "spring", "--reviewers", "a\x07"), "printable characters"),
        (("open", "spring", "--reviewers", "a", "--pairs", "zhipu/glm-5.2,openai/gpt-5.6"), "openai/gpt-5.5"),
        (("open", "spring"), "--reviewers"),
        (("open", "spring", "--reviewers", "a", "--share", "0"), "--share"),
        (("results", "spring"), "there is no review 'spring'; none was opened yet"),
        (("export", "spring", "-o", "votes.xlsx"), "ends in none of .csv, .jsonl, .json"),
        (("link", "spring", "anna"), "there is no review"),
        (("revoke", "spring", "anna"), "there is no review"),
        (("close", "spring"), "there is no review"),
        (("serve", "--host", "0.0.0.0"), "put https before it"),
        (("serve", "--origin", "reviews.example"), "expected https://NAME"),
        (("sprig",), "there is no run 'sprig'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_refused(run: Any, words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert message in result.stderr.replace("\n", " ")


def test_a_review_is_opened_once_and_nobody_joins_what_is_closed(run: Any) -> None:
    assert run("open", "spring", "--reviewers", "anna").exit_code == 0
    assert "there is a review 'spring'" in run("open", "spring", "--reviewers", "anna").stderr
    assert run("open", "spring", "--reviewers", "anna", "--name", "second").exit_code == 0
    assert "'carla'" in run("revoke", "spring", "carla").stderr
    run("close", "spring")
    refused = run("link", "spring", "anna")
    assert (refused.exit_code, "reopen spring" in refused.stderr) == (2, True)


def test_one_command_opens_and_serves_a_review(run: Any) -> None:
    command = [*PROGRAM, "eval", "review", "spring", "--reviewers", "anna", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        link = ""
        while not link:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            link = next(iter(re.findall(r"http://\S+", line)), "")
        origin, _, secret = link.partition("/join/")
        browser = Browser(origin)
        assert "Begin as anna" in browser.get(f"/join/{secret}").text
        assert browser.submit(f"/join/{secret}").status == 303
        judge(browser)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    (state,) = told(run("status", "--json"))
    assert state["reviewers"][0]["done"] == 1
