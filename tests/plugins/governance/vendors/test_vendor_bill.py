"""The export to CycloneDX 1.7, held against its schema without a network."""

import json
from datetime import date

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Router
from interlock_governance.vendors import QUESTIONS, Answer, Sheet, Statement, to_cyclonedx, vendor_sheets

TODAY = date(2026, 11, 29)
OPENAI = {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "no-real-key"}
LLAMA = {
    "id": "house",
    "model": "meta/llama-4-ultra",
    "provider": "openai-compatible",
    "base_url": "http://10.0.0.5:8000/v1",
    "region": "de",
}


@pytest.fixture(scope="module")
def validator():
    return JsonStrictValidator(SchemaVersion.V1_7)


def refs(bill):
    stack, found = [bill], []
    while stack:
        each = stack.pop()
        if isinstance(each, dict):
            found += [each["bom-ref"]] if "bom-ref" in each else []
            stack += each.values()
        elif isinstance(each, list):
            stack += each
    return found


@pytest.fixture(scope="module")
def bill():
    router = Router.from_config({"deployments": [OPENAI, LLAMA]})
    names = ["openai", "mistral", "zhipu", "deepseek"]  # a bill of all takes the schema many seconds
    return to_cyclonedx(vendor_sheets(router, names, today=TODAY), deployments=router.deployments.values())


def test_a_bill_of_vendors_keeps_to_the_schema(validator, bill):
    assert validator.validate_str(json.dumps(bill)) is None


def test_every_reference_is_made_once_and_leads_somewhere(bill):
    made = refs(bill)
    assert len(made) == len(set(made))
    declared = bill["declarations"]
    used = [claim["target"] for claim in declared["claims"]]
    used += [ref for claim in declared["claims"] for ref in claim["evidence"]]
    for attestation in declared["attestations"]:
        used += [attestation["assessor"]]
        for each in attestation["map"]:
            used += [each["requirement"], *each["claims"]]
    assert set(used) <= set(made)


def test_a_gap_is_a_requirement_without_a_claim_and_no_is_a_claim(bill):
    deepseek = next(each for each in bill["declarations"]["attestations"] if "DeepSeek" in each["summary"])
    mapped = {each["requirement"].rpartition(":")[2]: each for each in deepseek["map"]}
    assert list(mapped) == [each.id for each in QUESTIONS]
    assert mapped["dpa"]["claims"] == []
    assert mapped["dpa"]["confidence"]["score"] == 0
    claims = {each["bom-ref"]: each for each in bill["declarations"]["claims"]}
    assert claims[mapped["gpai_code"]["claims"][0]]["predicate"].endswith("? no")
    assert all("conformance" not in each for each in deepseek["map"])


def test_models_of_deployments_are_components_with_their_cards(bill):
    (model,) = bill["components"]
    assert (model["type"], model["name"]) == ("machine-learning-model", "openai/gpt-5.5")
    assert model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert "no-real-key" not in json.dumps(bill)


def test_the_same_sheets_give_the_same_bill():
    made = [to_cyclonedx(vendor_sheets(None, ["mistral"], today=TODAY)) for _ in range(2)]
    assert made[0] == made[1]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
_SAID = st.builds(
    Statement,
    value=st.booleans() | _TEXTS | st.floats(0, 9) | st.tuples(_TEXTS, _TEXTS),
    evidence=_TEXTS | _TEXTS.map("https://x.example/{}".format),
    as_of=st.dates(date(2000, 1, 1), TODAY),
    by=_TEXTS,
    valid_until=st.none() | st.dates(TODAY),
    scope=st.text(st.characters(exclude_categories=["Cs"])),
)


@settings(max_examples=8, deadline=None)  # the schema takes its time
@given(_TEXTS, st.lists(_SAID, min_size=1, max_size=3))
def test_whatever_people_write_keeps_to_the_schema(validator, name, said):
    answers = tuple(Answer.of(each, said if each.kind == "text" else (), TODAY) for each in QUESTIONS[:6])
    sheet = Sheet(vendor=name, name=name, providers=(name,), answers=answers, today=TODAY)
    assert validator.validate_str(json.dumps(to_cyclonedx([sheet]))) is None
