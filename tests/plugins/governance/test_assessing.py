"""Assessments: what answers come to, whoever gave them."""

from datetime import date
from pathlib import Path

import pytest

from interlock import Router
from interlock.errors import RequestError
from interlock_governance.assessing import (
    Answer,
    Answers,
    assess,
    assess_case,
    cases_text,
    checked,
    parse_answers,
    policy_text,
    read_questions,
    standard_questions,
)
from interlock_governance.use_cases import UseCase

QUESTIONS = {each.id: each for each in standard_questions()}
NOTHING = {"personal_data": "none", "procurement": "none", "contract": "none", "insurance": "none"}
HANDLING = {"stored": "eu", "operator": "fr", "parent": "fr", "agreements": ["dpa"], "training": False}
UNION = {"id": "union", "model": "mistral/mistral-large-3", "provider": "vllm", "region": "eu"}
UNION |= {"base_url": "http://10.0.0.5:8000/v1", "handling": HANDLING | {"retention_days": 30}}
STATES = {"id": "states", "model": "openai/gpt-5.5", "provider": "vllm", "region": "us"}
STATES |= {"base_url": "http://10.0.0.6:8000/v1", "handling": {"operator": "us", "parent": "us"}}


def given(**said):
    return {
        name: Answer(options=checked(QUESTIONS[name], [text] if isinstance(text, str) else text, name))
        for name, text in said.items()
    }


def test_all_questions_have_their_wording_and_law_has_its_source_and_day():
    assert len(QUESTIONS) == 5
    for question in QUESTIONS.values():
        assert question.text.endswith("?")
        assert question.counts
        for rule in (rule for option in question.options for rule in option.rules):
            assert rule.as_of == "2026-11-29" or "your" in rule.source or "data" in rule.source


def test_nothing_known_is_allowed_with_measures_that_are_to_find_out():
    found = assess_case(UseCase(name="Letters"))
    assert found.verdict == "allowed with measures"
    assert [each.id for each in found.unknown] == list(QUESTIONS)
    assert sum(each.what.startswith("Find out: ") for each in found.measures) == 5
    assert "agreed on: dpa" in [each.told() for each in found.requirements]


def test_nothing_asked_for_is_allowed():
    found = assess_case(UseCase(name="Reports"), answers=given(**NOTHING, residency="anywhere"))
    assert (found.verdict, found.measures, found.requirements) == ("allowed", (), ())
    assert found.reasons == ("Nothing in the answers asks for anything.",)


def test_the_row_answers_and_its_words_are_shown():
    case = UseCase(
        name="Letters",
        sensitivity=("personal",),
        subjects_jurisdictions=("de", "uk", "us", "jp"),
        residency=("eu",),
        words={"subjects_jurisdictions": "People: Germany, Britain, America, Japan"},
    )
    answers = {name: answer for name, (_, answer) in assess_case(case).answers.items()}
    people = answers["personal_data"]
    assert people.told() == "eu, uk, california, elsewhere"
    assert (people.origin, people.words) == ("row", "People: Germany, Britain, America, Japan")
    assert answers["residency"].told() == "places=eu"
    assert answers["residency"].words == "residency: eu"


@pytest.mark.parametrize(
    ("case", "told", "words"),
    [
        (UseCase(sensitivity=()), "none", "sensitivity: none"),
        (UseCase(subjects_jurisdictions=()), "none", "subjects_jurisdictions: none"),
        (UseCase(sensitivity=("personal",)), "unknown", "sensitivity: personal, and not whose"),
        (UseCase(sensitivity=("internal",)), "unknown", ""),
        (UseCase(sensitivity=(), data_classes=("age",)), "unknown", "data_classes: age, and not whose"),
        (UseCase(sensitivity=("personal",), subjects_jurisdictions=()), "unknown", "sensitivity: personal; "),
        (UseCase(subjects_jurisdictions=("no",)), "eu", "subjects_jurisdictions: no"),
        (UseCase(subjects_jurisdictions=("ch",)), "elsewhere", "subjects_jurisdictions: ch"),
        (UseCase(subjects_jurisdictions=("us-ca",)), "california", "subjects_jurisdictions: us-ca"),
    ],
)
def test_of_people_the_row_says_no_more_than_it_says(case, told, words):
    _, answer = assess_case(case).answers["personal_data"]
    assert answer.told() == told
    assert answer.words.startswith(words)


def test_what_somebody_answered_goes_before_the_row_and_the_row_before_what_holds_everywhere():
    case = UseCase(id="a", sensitivity=(), residency=("eu",))
    answers = Answers(
        of={
            "a": given(personal_data="eu") | {"contract": Answer()},
            "*": given(residency="anywhere", contract="none", insurance="notice"),
        }
    )
    (found,) = assess([case], answers=answers)
    told = {name: (answer.told(), answer.origin) for name, (_, answer) in found.answers.items()}
    assert told["personal_data"][0] == "eu"
    assert "The row says otherwise: sensitivity: none." in found.answers["personal_data"][1].remark
    assert told["residency"] == ("places=eu", "row")
    assert told["contract"] == ("none", "everywhere")
    assert told["insurance"] == ("notice", "everywhere")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"contract": "no_ai"}, "A contract forbids it"),
        ({"insurance": "ai_excluded"}, "The insurance does not cover it"),
        ({"procurement": "prohibited"}, "AI Act Art. 5"),
        ({"residency": "places=eu", "procurement": "us_defence"}, "us and eu have no place in common"),
    ],
)
def test_what_is_refused_is_not_allowed_and_its_policy_permits_nothing(said, reason):
    with Router.from_config({"deployments": [UNION, STATES]}) as router:
        found = assess_case(UseCase(id="a"), answers=given(**NOTHING | said), router=router)
        assert found.verdict == "not allowed"
        assert reason in found.reasons[0]
        assert found.satisfying == ()
        assert reason in found.deployments["union"].why
        assert "expect: nobody" in cases_text([found], router)
    assert "places: [nowhere]" in policy_text([found])


def test_configured_deployments_are_held_against_what_is_required():
    with Router.from_config({"deployments": [UNION, STATES]}) as router:
        said = NOTHING | {"personal_data": "eu", "contract": "retention=30"}
        found = assess_case(UseCase(id="a"), answers=given(**said), router=router)
        assert found.satisfying == ("union",)
        assert "GDPR Art. 28(3)" in found.deployments["states"].why
        assert "assess-contract-retention=30" in found.deployments["states"].unmet
        stricter = assess_case(
            UseCase(id="a"), answers=given(**said | {"contract": "retention=7"}), router=router
        )
    assert stricter.satisfying == ()
    assert stricter.verdict == "allowed with measures"
    assert "Configure a deployment" in stricter.measures[-1].what


def test_the_configurations_own_rules_stay_in_force():
    rules = [
        {"id": "open", "level": ["internal", "personal"], "permit": "any"},
        {"id": "us", "level": "personal", "permit": {"places": ["us"]}},
    ]
    config = {"deployments": [UNION, STATES], "policies": {"default": "internal", "rules": rules}}
    with Router.from_config(config) as router:
        found = assess_case(
            UseCase(id="a", sensitivity=("personal",)), answers=given(**NOTHING), router=router
        )
        assert found.deployments["union"].configured.startswith("policy us")
        assert found.satisfying == ("states",)
        assert "sensitivity: [personal, case-a]" in cases_text([found], router)
        other = assess_case(UseCase(id="a", sensitivity=()), answers=given(**NOTHING), router=router)
        assert other.satisfying == ("union", "states")
        assert "sensitivity: [internal, case-a]" in cases_text([other], router)


def test_answers_are_read_with_who_when_and_evidence():
    text = """
letters:
  contract: {answer: [no_training, {retention: 30}], who: legal, when: 2026-11-20, evidence: contract 12}
  residency: {places: [Germany, ch]}
  personal_data: [eu, uk]
  insurance: unknown
"*":
  procurement: none
"""
    answers = parse_answers(text, "answers.yaml", standard_questions())
    contract = answers.of["letters"]["contract"]
    assert contract.told() == "no_training, retention=30"
    assert (contract.who, contract.when, contract.evidence) == ("legal", date(2026, 11, 20), "contract 12")
    assert answers.of["letters"]["residency"].options == {"places": ("de", "ch")}
    assert answers.of["letters"]["personal_data"].told() == "eu, uk"
    assert not answers.of["letters"]["insurance"].known
    assert answers.of["*"]["procurement"].told() == "none"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: {residency: [place=eu]}", "a.yaml:1: residency: 'place' is no answer to residency"),
        ("a: {residency: [place=eu]}", "Did you mean 'places'?"),
        ("a: {residency: places}", "residency: places needs places: places=eu+ch"),
        ("a: {residency: places=atlantis}", "'atlantis' is no known jurisdiction"),
        ("a: {residency: places=global}", "is no jurisdiction"),
        ("a: {residency: [anywhere, places=eu]}", "'anywhere' rules out every other answer"),
        ("a: {contract: retention=soon}", "retention is a whole number of days"),
        ("a: {contract: [retention=3, retention=4]}", "one number of days"),
        ("a: {contract: no_ai=eu}", "stands alone"),
        ("a: {contrakt: none}", "there is no question 'contrakt'"),
        ("a: {contract: {answer: none, when: soon}}", "a.yaml:1: when: 'soon' is no day"),
        ("a: {contract: {answer: none, whom: me}}", "'whom' is none of answer, who, when, evidence. Did you"),
        ("a: {contract: none, contract: none}", "stands there twice"),
        ("a: &x {contract: none}\nb: *x", "anchors and aliases are not read"),
        ("- a", "a mapping from use cases"),
        ("a: none", "a mapping from questions"),
        ("a: {contract: [[[[[[none]]]]]]}", "nested too deeply"),
        ("a: [", "is not readable YAML"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_line(text, complaint):
    with pytest.raises(RequestError) as caught:
        parse_answers(text, "a.yaml", standard_questions())
    assert complaint in str(caught.value)


OWN = """
[rules.house-only]
source = "memo 7"
permit = { on_premise = true }

[[questions]]
id = "insurance"
title = "Insurance"
text = "Is it insured?"
until_known = ["no"]

[[questions.options]]
id = "no"
text = "No"
rules = ["house-only", "gdpr-processor"]

[[questions]]
id = "works_council"
title = "Works council"
text = "Has the works council agreed?"
ask = "human resources"

[[questions.options]]
id = "yes"
text = "Yes"
alone = true
"""


def test_questions_of_ones_own_stand_beside_or_in_place_of_the_five():
    Path("own.toml").write_text(OWN, encoding="utf-8")
    questions = read_questions("own.toml")
    assert [each.id for each in questions] == [*QUESTIONS, "works_council"]
    found = assess_case(UseCase(id="a"), questions=questions)
    assert "on your own ground" in [each.told() for each in found.requirements]
    assert [each.who for each in found.measures if "works council" in each.what] == ["human resources"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("on_premise = true", "on_premis = true", "own.toml.rules.house-only.permit.on_premis"),
        ("on_premise = true", 'places = ["atlantis"]', "own.toml.rules.house-only.permit.places"),
        ("on_premise = true", 'places = "{value}"', "needs a value; say what it takes"),
        ('"house-only", "gdpr', '"hous-only", "gdpr', "there is no rule 'hous-only'"),
        ('until_known = ["no"]', 'until_known = ["yes"]', "there is no option 'yes'"),
        ('text = "Is it insured?"', "text = 7", "questions.0.text: a text is expected"),
        ('text = "Is it insured?"', 'txt = "x"', "own.toml: questions.0.txt: is no key"),
        ('id = "works_council"', 'id = "insurance"', "two have the id 'insurance'"),
        ('id = "works_council"', 'id = "Works council"', "has letters from a to z"),
        ("alone = true", 'alone = "yes"', "true or false is expected"),
        ("[rules.house-only]", "[rules.house-only", "is not readable TOML"),
    ],
)
def test_a_wrong_question_is_refused_with_its_key(old, new, complaint):
    assert old in OWN
    Path("own.toml").write_text(OWN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        read_questions("own.toml")
    assert complaint in str(caught.value)


def test_an_agreement_that_resembles_a_known_one_is_refused_as_the_configuration_would():
    with (
        Router.from_config({"deployments": [UNION]}) as router,
        pytest.raises(RequestError, match="Did you mean 'dpa'"),
    ):
        assess_case(UseCase(id="a"), answers=given(insurance="evidence=dpaa"), router=router)
