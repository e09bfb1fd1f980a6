"""Suites drawn by lot from recorded calls: which are drawn, and under what."""

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from interlock import Constraints, RequestError, Router
from interlock.cli.app import app
from interlock.testing import scripted_router
from interlock.types.records import Record
from interlock_evaluation.suites import Drawn, draw, read_suite, read_words, to_row


def records(*calls: tuple[str, dict[str, Any]]) -> list[Record]:
    router = scripted_router(
        {"here": ["Yes."] * len(calls)},
        deployments={"here": {"region": "de"}},
        policies={
            "default": "internal",
            "rules": [{"id": "all", "level": ["internal", "personal"], "permit": "any"}],
        },
    )
    for prompt, options in calls:
        router.complete_sync(prompt, **options)
    found = list(router.records)
    router.close_sync()
    return found


def drawn(*calls: tuple[str, dict[str, Any]], **options: Any) -> Drawn:
    found = records(*calls)
    words = {
        each.id: ({"role": "user", "content": prompt},)
        for each, (prompt, _) in zip(found, calls, strict=True)
    }
    return draw(found, words, **{"count": 100, **options})


def test_a_prompt_is_drawn_under_what_its_call_was_bound_to() -> None:
    bound = {"residency": ["eu"], "deny_vendors": ["deepseek"], "sensitivity": ["personal"]}
    (sample,) = drawn(
        ("What is it?", {"constraints": bound, "task": "quantitative", "settings": {"max_tokens": 9}})
    ).samples
    assert sample.constraints == Constraints(**{key: frozenset(value) for key, value in bound.items()})
    assert (sample.task, sample.settings) == ("quantitative", {"max_tokens": 9})
    (free,) = drawn(("What is it?", {})).samples
    assert free.constraints == Constraints(sensitivity={"internal"}), "as the policies took it"


def test_a_prompt_of_two_calls_is_drawn_once_under_what_either_was_bound_to() -> None:
    found = drawn(
        ("Which?", {"constraints": {"residency": ["eu"]}, "task": "conversational"}),
        (
            "Which?",
            {"constraints": {"deny_vendors": ["deepseek"], "residency": ["de"]}, "task": "eu_regulated"},
        ),
        ("Why?", {"constraints": {"residency": ["de"]}}),
        ("Why?", {"constraints": {"residency": ["de"]}}),
    )
    which, why = sorted(found.samples, key=lambda each: each.text)
    assert (which.text, why.text) == ("Which?", "Why?")
    assert (which.constraints.residency, which.constraints.deny_vendors) == ({"de"}, {"deepseek"})
    assert which.task == "eu_regulated"
    assert found.without == {"they are asked by another call, too": 2}


def test_calls_that_contradict_each_other_are_not_drawn() -> None:
    (one, other) = records(("Which?", {"constraints": {"residency": ["de"]}}), ("Which?", {}))
    facts = other.decision.facts
    assert facts is not None
    object.__setattr__(facts, "constraints", Constraints(residency={"us"}))
    said = ({"role": "user", "content": "Which?"},)
    found = draw([one, other], {one.id: said, other.id: said}, count=9)
    assert not found.samples
    assert found.without["they are asked by calls that contradict each other on where they may go"] == 1


def test_the_lot_is_the_same_for_the_same_seed_and_even_over_tasks_on_wish() -> None:
    found = records(
        *[(f"{number}?", {"task": "quantitative"}) for number in range(40)],
        *[(f"{number}!", {"task": "conversational"}) for number in range(4)],
        ("of an evaluation", {"metadata": {"evaluation": "run"}}),
    )
    words = {each.id: ({"role": "user", "content": each.id},) for each in found}
    one, same, other = (draw(found, words, count=10, seed=seed).samples for seed in (1, 1, 2))
    assert [each.id for each in one] == [each.id for each in same] != [each.id for each in other]
    even = draw(reversed(found), words, count=8, by_task=True)
    assert sorted(each.task for each in even.samples) == ["conversational"] * 4 + ["quantitative"] * 4
    assert (even.calls, dict(even.tasks)) == (44, {"quantitative": 40, "conversational": 4})
    assert "drawn by lot, seed 0, of 44 calls" in even.samples[0].tags


def test_what_cannot_be_asked_again_is_left_out_and_counted() -> None:
    tool = {"name": "f", "parameters": {"type": "object", "properties": {}}}
    found = records(("one", {}), ("two", {"tools": [tool]}), ("three", {}), ("four", {}))
    said = ({"role": "user", "content": "x"},)
    words = {found[0].id: said, found[1].id: said, found[2].id: ()}
    drawing = draw(found, words, count=9)
    assert [each.id for each in drawing.samples] == [found[0].id]
    assert drawing.without == {
        "they came with tools, pictures or sound": 2,
        "their words are not in the file": 1,
    }


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "residency": st.sets(st.sampled_from(["eu", "de", "us"])),
            "storage": st.sets(st.sampled_from(["eu", "us"])),
            "on_premise": st.booleans(),
            "deny_vendors": st.sets(st.sampled_from(["openai", "zhipu"])),
            "deny_laws": st.sets(st.sampled_from(["us", "cn"])),
            "sensitivity": st.sets(st.sampled_from(["a", "b"])),
        },
    ),
    st.text(min_size=1).filter(str.strip),
    st.booleans(),
)
def test_whatever_is_drawn_is_read_as_it_was(
    tmp_path_factory: Any, constraints: dict[str, Any], text: str, system: bool
) -> None:
    path = tmp_path_factory.mktemp("drawn") / "suite.jsonl"
    from interlock_evaluation.suites import Sample

    said = {"role": "user", "content": text}
    messages = ({"role": "system", "content": text}, said) if system else (said,)
    sample = Sample(
        id="a", messages=messages, task="quantitative", constraints=Constraints(**constraints), tags=("x",)
    )
    path.write_text(json.dumps(to_row(sample)))
    assert read_suite(path).samples == (sample,)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.jsonl", '{"call": "a"}', "line 1: has neither `prompt` nor `messages`"),
        ("a.jsonl", '{"prompt": "a"}', "line 1, call: expected the id"),
        ("a.jsonl", '{"call": "a", "messages": [1]}', "line 1, messages.0: expected a mapping"),
        ("a.json", '{"entries": []}', "has no call's words"),
        (
            "a.json",
            '{"entries": [{"kind": "decision", "hash": "", "personal": {"request": [1]}}]}',
            "row 1: is no",
        ),
        ("a.txt", "", "ends in none of"),
    ],
)
def test_words_that_make_no_sense_are_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RequestError, match=told):
        read_words(tmp_path / name)


@pytest.fixture
def run() -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(app, words)


CONFIG: dict[str, Any] = {
    "deployments": [{"id": "here", "model": "local/smollm2-135m", "provider": "local"}],
    "records": "sqlite:///calls.db",
    "log": {
        "url": "audit+sqlite:///audit.db",
        "options": {
            "key": "file:audit.key",
            "sealing": "file:audit-sealing.key",
            "checkpoints": ["checkpoints.jsonl"],
        },
        "personal": ["request"],
    },
}


def test_a_suite_is_drawn_from_records_with_the_words_of_an_opened_audit_log(run: Any) -> None:
    assert run("audit", "init").exit_code == 0
    Path("interlock.yaml").write_text(json.dumps(CONFIG))

    async def ask() -> None:
        async with Router.from_config("interlock.yaml") as router:
            await router.complete("Hello, how are you today?", constraints={"residency": ["de"]})
            await router.complete([{"role": "system", "content": "Be brief."}, "And you?"])

    asyncio.run(ask())
    nothing = run("eval", "sample", "-o", "prompts.jsonl")
    assert nothing.exit_code == 1
    assert "conversational" in nothing.stdout
    assert "Records hold no words of prompts. Give --texts FILE" in nothing.stderr
    assert not Path("prompts.jsonl").exists()
    opened = run("audit", "export", "--open", "--by", "ann", "-o", "opened.json")
    assert opened.exit_code == 0, opened.output
    found = run("eval", "sample", "-o", "prompts.jsonl", "--texts", "opened.json", "--since", "1h", "--json")
    assert found.exit_code == 0, found.output
    assert (json.loads(found.stdout)["drawn"], json.loads(found.stdout)["without"]) == (2, {})
    suite = {each.text: each for each in read_suite(Path("prompts.jsonl"))}
    assert suite["Hello, how are you today?"].constraints.residency == {"de"}
    assert [each["role"] for each in suite["And you?"].messages] == ["system", "user"]
    assert stat.S_IMODE(Path("prompts.jsonl").stat().st_mode) == 0o600
    planned = run("eval", "plan", "prompts.jsonl")
    assert planned.exit_code == 0, planned.output
    none = run("eval", "sample", "-o", "none.jsonl", "--texts", "opened.json", "--until", "1h")
    assert (none.exit_code, "No such call is recorded." in none.stderr) == (1, True)


def test_a_configuration_without_records_says_what_to_write(run: Any) -> None:
    Path("interlock.yaml").write_text(json.dumps({"deployments": CONFIG["deployments"]}))
    result = run("eval", "sample", "-o", "prompts.jsonl")
    assert result.exit_code == 2
    assert "Write `records: sqlite:///interlock.db`" in result.stderr
    assert run("eval", "sample", "-o", "prompts.csv").exit_code == 2
    assert "--until" in run("eval", "sample", "-o", "prompts.jsonl", "--until", "soon").stderr
