"""`interlock panel`: several answers beside one another, and what became of them."""

import json
from typing import Any

import pytest

from interlock import Answer, Request, Text, Unavailable, Usage, hookimpl
from interlock.cli.panel_view import panel_data, show_panel
from interlock.cli.status import told
from interlock.protocols import ArbitrateCall, Ruling
from interlock.testing import scripted_router
from interlock.types.panels import PanelProgress

PRICE = {"price": {"input": 1_000_000, "output": 1_000_000}}


class Best:
    """Asks its model once, and takes the second."""

    api = 1
    name = "best"
    asks = True
    own = False

    @hookimpl
    def interlock_arbiters(self) -> list[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        written = await call.ask(Request("Which?"))
        return Ruling(
            chosen=("B",),
            answer=written if self.own else None,
            scores={"A": 0.25, "B": 0.75},
            agreement=0.5,
            dissent=("A",),
            reason="It is the capital.",
            summaries={"A": "says Lyon"},
            flags=("addresses-judge",),
            flips=1,
        )


def say(text: str, finish: Any = "stop") -> Answer:
    return Answer(parts=(Text(text),), finish_reason=finish, usage=Usage(input_tokens=1, output_tokens=1))


def data(own: bool = False, **more: Any) -> dict[str, Any]:
    scripts = {"lyon": [say("Lyon")], "paris": [say("Paris")], "judge": [say("Both.")], **more}
    arbiter = Best()
    arbiter.own = own
    router = scripted_router(
        scripts, deployments=dict.fromkeys(("lyon", "paris", "judge"), PRICE), plugins=[arbiter]
    )
    members = [name for name in scripts if name != "judge"]
    asked = {"members": members, "mode": "best", "arbiter": "judge"}
    return panel_data(router.complete_sync("Which?", ensemble=asked))


def test_everything_about_a_panel_is_in_its_data() -> None:
    found = data(down=[Unavailable("503")], cut=[say("Pa", "length")])
    members = found["members"]
    assert [(each["label"], each["text"], each["chosen"], each["how"]) for each in members] == [
        ("A", "Lyon", None, "answered"),
        ("B", "Paris", "chosen", "answered"),
        ("C", None, None, "failed (Unavailable)"),
        ("D", "Pa", None, "was cut off at a length"),
    ]
    assert [each["cost"] for each in members[:2]] == [2, 2]
    assert found["arbiters"] == [found["arbiters"][0] | {"deployment": "judge", "calls": 1, "cost": 2}]
    assert (found["reason"], members[0]["summary"], found["flips"]) == ("It is the capital.", "says Lyon", 1)
    assert json.loads(json.dumps(found)) == found


def test_the_costs_add_up_to_the_total() -> None:
    found = data()
    assert found["cost"] == sum(each["cost"] for each in (*found["members"], *found["arbiters"])) == 6


def shown(monkeypatch: pytest.MonkeyPatch, capsys: Any, columns: int, found: dict[str, Any]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    show_panel(found)
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= columns for line in lines)
    return list(lines)


def test_answers_stand_side_by_side_where_there_is_room(monkeypatch: Any, capsys: Any) -> None:
    lines = shown(monkeypatch, capsys, 100, data())
    assert "─ A lyon ─" in lines[0]
    assert "─ B paris ─" in lines[0]
    assert "Lyon" in lines[1]
    assert "Paris" in lines[1]
    assert "✓ chosen · score 0.75" in lines[2]
    assert lines[-8:-2] == [
        "Chosen     B paris, by best",
        "Reason     It is the capital.",
        "Agreement  50%",
        "Dissent    A lyon: says Lyon",
        "Flags      addresses-judge",
        "Flips      1: a judge said otherwise when it was asked again",
    ]
    assert lines[-2].startswith("Arbiter    judge · 1 call · ")
    assert lines[-2].endswith(" · $2.00")
    assert lines[-1].startswith("Total")
    assert lines[-1].endswith(" · $6.00")


def test_and_below_one_another_where_there_is_none(monkeypatch: Any, capsys: Any) -> None:
    lines = shown(monkeypatch, capsys, 50, data())
    assert "A lyon" in lines[0]
    assert "B paris" in lines[3]


def test_what_an_arbiter_wrote_stands_below_what_it_used(monkeypatch: Any, capsys: Any) -> None:
    told = "\n".join(shown(monkeypatch, capsys, 100, data(own=True)))
    assert "─ Answer ─" in told
    assert "│ Both." in told
    assert "✓ used" in told
    assert "Written    by best, out of B paris" in told


def test_no_answer_moves_the_cursor(monkeypatch: Any, capsys: Any) -> None:
    found = data(evil=[say("\x1b[2J\x1b]0;title\x07[bold]gone[/bold]")])
    told = "\n".join(shown(monkeypatch, capsys, 100, found))
    assert "\x1b" not in told
    assert "[bold]gone[/bold]" in told


def test_members_may_be_named_on_the_spot(configured: Any, run: Any) -> None:
    configured("good", "fine", "down")
    result = run("panel", "Hi", "--member", "good,fine", "--member", "down")
    assert result.exit_code == 0
    assert "failed (Unavailable)" in result.stdout
    assert "Chosen     A good, by vote; B fine says the same" in result.stdout
    assert result.stderr == ""


def test_an_ensemble_is_asked_by_its_name(configured: Any, run: Any) -> None:
    configured("good", "fine", extra="ensembles: {both: {members: [good, fine]}}")
    found = json.loads(run("panel", "Hi", "--ensemble", "both", "--json").stdout)
    assert (found["ensemble"], found["chosen"], found["agreement"]) == ("both", ["A", "B"], 1)
    assert [each["text"] for each in found["members"]] == ["Hello there."] * 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--ensemble: name an ensemble, or ask --member MODEL twice or more"),
        (("--member", "good"), "members: expected 2 to 26, not 1"),
        (("--member", "good,fine", "--ensemble", "both"), "--member: give an ensemble's name or members"),
        (("--ensemble", "both", "--mode", "vote"), "--mode: it goes with --member"),
        (("--ensemble", "both", "--arbiter", "good"), "--arbiter: it goes with --member"),
        (("--ensemble", "bothh"), "Did you mean 'both'"),
        (("--member", "good,fien"), "Did you mean 'fine'"),
        (("--member", "good,fine", "--mode", "vott"), "Did you mean 'vote'"),
    ],
)
def test_what_cannot_be_meant_is_refused(configured: Any, run: Any, arguments: Any, words: str) -> None:
    configured("good", "fine", extra="ensembles: {both: {members: [good, fine]}}")
    result = run("panel", "Hi", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_when_nobody_answers_each_cause_is_told(configured: Any, run: Any) -> None:
    configured("down")
    result = run("panel", "Hi", "--member", "down,down")
    assert result.exit_code == 1
    assert "A (down)" in result.stderr
    assert "B (down)" in result.stderr


def test_the_status_line_says_who_has_ended() -> None:
    step = PanelProgress(label="B", member="zhipu/glm-5.2", outcome="late", answered=1, of=3)
    assert told(step) == "1 of 3 have answered · B zhipu/glm-5.2 was not back in time"
    assert told(PanelProgress(answered=2, of=3)) == "2 of 3 have answered · arbitrating …"
