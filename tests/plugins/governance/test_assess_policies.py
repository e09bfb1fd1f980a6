"""Policies that assessments write: accepted, tested, and never looser for a stricter answer."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from interlock import Router
from interlock.cli.app import app
from interlock.errors import RequestError
from interlock_governance.assessing import (
    Answer,
    Answers,
    assess,
    checked,
    parse_answers,
    policy_rules,
    read_questions,
    standard_questions,
    write_answers,
)
from interlock_governance.use_cases import UseCase, write_use_cases

QUESTIONS = standard_questions()
PLACES = ("eu", "us", "cn", "de", "uk", "ch", "eea")
PLAIN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def deployment(name, region, *, own=False, **handling):
    return {
        "id": name,
        "model": "zhipu/glm-5.2",
        "provider": "vllm",
        "base_url": "http://10.0.0.5:8000/v1",
        "region": region,
        "on_premise": own,
        "handling": handling,
    }


FULL = {"training": False, "retention_days": 0, "agreements": ["dpa", "zdr", "baa", "pci", "soc2"]}
CONFIG = {
    "deployments": [
        deployment("union", "eu", stored="eu", operator="fr", parent="fr", **FULL),
        deployment("states", "us", stored="us", operator="us", parent="us", **FULL),
        deployment("clauses", "cn", stored="cn", operator="cn", parent="cn", agreements=["dpa", "scc"]),
        deployment("unknown", "global"),
        deployment("house", "de", own=True),
        deployment("lab", "us", own=True),
    ],
}
LEVELS = ["public", "internal", "personal", "regulated"]
OWN_RULES = [
    {"id": "inside", "level": "internal", "permit": "any"},
    {"id": "people", "level": "personal", "permit": {"training": False}},
]


@st.composite
def said(draw, question):
    """Texts that answer it; none where nobody knows."""
    options = draw(st.lists(st.sampled_from(question.options), unique_by=lambda each: each.id, max_size=4))
    if any(each.alone for each in options):
        options = options[:1]
    return [draw(valued(each)) for each in options]


@st.composite
def valued(draw, option):
    if option.takes == "places":
        held = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3))
    elif option.takes == "days":
        held = [str(draw(st.integers(0, 400)))]
    elif option.takes == "names":
        held = draw(st.lists(st.sampled_from(("soc2", "iso27001", "c5")), min_size=1))
    else:
        return option.id
    return f"{option.id}={'+'.join(held)}"


@st.composite
def answered(draw):
    return {each.id: draw(said(each)) for each in QUESTIONS}


def answers_of(texts):
    return {
        each.id: Answer(options=checked(each, texts[each.id], each.id), who="a person", origin="answer")
        for each in QUESTIONS
        if texts[each.id]
    }


def places(most):
    return st.none() | st.lists(st.sampled_from(PLACES), max_size=most, unique=True).map(tuple)


USE_CASES = st.builds(
    UseCase,
    id=st.none() | PLAIN,
    name=PLAIN,
    sensitivity=st.none() | st.sampled_from([(), ("personal",), ("internal", "personal"), ("secret",)]),
    residency=places(2),
    subjects_jurisdictions=places(3),
)


@pytest.fixture(scope="module")
def router():
    with Router.from_config(CONFIG) as made:
        yield made


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


@settings(max_examples=12, deadline=None, phases=[Phase.reuse, Phase.generate])
@given(st.lists(st.tuples(USE_CASES, answered()), min_size=1, max_size=6), st.booleans())
def test_every_policy_is_accepted_and_passes_its_cases(pairs, ruled):
    config = dict(CONFIG)
    if ruled:
        config["policies"] = {"levels": LEVELS, "default": "internal", "rules": OWN_RULES}
    Path("interlock.yaml").write_text(json.dumps(config), encoding="utf-8")
    numbered = [case for case, _ in pairs]
    write_use_cases(numbered, "cases.csv")
    write_answers(Answers(of={case.id or case.name: answers_of(texts) for case, texts in pairs}), "said.yaml")
    files = ("--policy", "made.yaml", "--cases", "made-cases.yaml")
    result = run("assess", "cases.csv", "--answers", "said.yaml", *files, "--json")
    # What was written of odd names may be read otherwise; then it is refused, and nothing is written.
    if result.exit_code == 2:
        assert "there is no use case" in result.stderr
        return
    found = json.loads(result.stdout)
    assert result.exit_code == (1 if any(each["verdict"] == "not allowed" for each in found) else 0)
    assert not [each for each in found if each["unknown"] and each["verdict"] == "allowed"]
    levels = [*LEVELS, *(each["level"] for each in found)]
    policies = {**config.get("policies", {}), "levels": levels, "files": ["made.yaml"]}
    Path("full.yaml").write_text(json.dumps({**config, "policies": policies}), encoding="utf-8")
    tested = run("--config", "full.yaml", "policy", "test", "made-cases.yaml")
    assert tested.exit_code == 0, tested.output


@settings(max_examples=60, deadline=None)
@given(answered(), st.data())
def test_a_stricter_answer_never_adds_a_deployment(router, texts, data):
    known = [each for each in QUESTIONS if texts[each.id]]
    assume(known)
    question = data.draw(st.sampled_from(known))
    more = data.draw(st.sampled_from([each for each in question.options if not each.alone]))
    before = [each.partition("=")[0] for each in texts[question.id]]
    # A list of places that grows permits more: it is another answer, and no stricter one.
    assume(more.id not in before)
    kept = [
        text for name, text in zip(before, texts[question.id], strict=True) if not question.option(name).alone
    ]
    stricter = {**texts, question.id: [*kept, data.draw(valued(more))]}
    case = UseCase(id="a")
    (first,) = assess([case], answers=Answers(of={"a": answers_of(texts)}), router=router)
    (then,) = assess([case], answers=Answers(of={"a": answers_of(stricter)}), router=router)
    assert set(then.satisfying) <= set(first.satisfying)
    assert first.verdict != "not allowed" or then.verdict == "not allowed"


@settings(max_examples=30, deadline=None)
@given(answered())
def test_rules_differ_in_their_ids_and_a_refused_use_case_permits_nothing(texts):
    cases = [UseCase(id="a"), UseCase(id="b", residency=("de",)), UseCase(id="c", residency=("us",))]
    found = assess(cases, answers=Answers(of={"*": answers_of(texts)}))
    rules = policy_rules(found)
    assert len({each["id"] for each in rules}) == len(rules)
    for each in found:
        own = [rule for rule in rules if each.level in rule["level"]]
        assert own
        if each.verdict == "not allowed":
            assert all(rule["permit"] == {"places": ["nowhere"]} for rule in own)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.from_regex(r"[a-z*&:{}\[\]\n\- ,=?|>'\"!%@]{0,60}", fullmatch=True))
def test_no_text_of_answers_breaks_the_reader(text):
    with suppress(RequestError):
        parse_answers(text, "a.yaml", QUESTIONS)


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=100)
    | st.from_regex(
        rb'(\[\[?(rules|questions)(\.[a-z]{1,3})?\]?\]\n|id="[a-z]"\n|rules=\["a"\]\n){0,8}', fullmatch=True
    )
)
def test_no_bytes_of_questions_break_the_reader(data):
    Path("own.toml").write_bytes(data)
    with pytest.raises(RequestError):
        read_questions("own.toml")
