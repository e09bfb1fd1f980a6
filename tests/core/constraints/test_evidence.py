"""A vendor's word about where it processed a request, as it is kept and held against what is allowed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.constraints import breach, contradicts, told
from interlock.types.models import Deployment, ModelCard
from interlock.types.request import Constraints

US = Constraints(residency=frozenset({"us"}))


def there(region: str) -> Deployment:
    card = ModelCard(id="maker/m", maker="maker", jurisdiction="us")
    return Deployment(id="there", region=region, card=card, provider="vendor", name="m")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, None),
        ("us", "us"),
        (" US ", "us"),
        ("eu-central-1", "eu-central-1"),
        ("The prompt was: hello", "unrecognised"),
        ("", "unrecognised"),
        ("x" * 200, "unrecognised"),
        # Nobody's server runs in this process.
        ("local", "unrecognised"),
        ("Local", "unrecognised"),
        ("local+us", "unrecognised"),
    ],
)
def test_what_is_kept_of_a_vendors_word_is_a_name_or_nothing_of_it(said, kept):
    assert told(said) == kept


@given(st.text())
def test_no_words_are_kept_and_none_of_them_opens_a_residency_by_being_strange(said):
    kept = told(said)
    assert kept is not None
    assert re.fullmatch(r"[a-z0-9_.:/@+=~#-]{1,128}", kept)
    inside = breach(kept, there("us"), US) is None
    assert not inside or kept.replace("_", "-").strip("+").startswith(("us", "california"))


def test_a_place_inside_the_residency_is_none_to_speak_of():
    assert breach("us-west-1", there("us"), US) is None
    assert breach("de", there("eu"), Constraints(residency=frozenset({"eu"}))) is None
    assert breach("global", there("global"), Constraints()) is None


@pytest.mark.parametrize(
    ("evidenced", "sentence"),
    [
        (
            "global",
            "processed anywhere by the vendor's own word, and declared as us; the residency allows",
        ),
        ("uk", "processed in uk by the vendor's own word"),
        ("nowhere", "processed in nowhere by"),
        ("atlantis", "processed in atlantis by"),
        ("unrecognised", "processed in a place that nobody knows by"),
    ],
)
def test_any_other_place_is_told_in_a_sentence(evidenced, sentence):
    assert breach(evidenced, there("us"), US).startswith(sentence)


def test_two_residencies_without_a_place_in_common_allow_no_place():
    assert breach("us", there("us"), Constraints(residency=frozenset({"nowhere"}))) is not None


@pytest.mark.parametrize(
    ("declared", "evidenced", "contradicted"),
    [
        ("us", "us", False),
        ("us-east-1", "us", False),
        ("eu", "de", False),
        ("global", "cn", False),
        ("us", "global", True),
        ("eu", "uk", True),
        ("us", "unrecognised", True),
    ],
)
def test_what_is_declared_is_contradicted_by_what_lies_outside_it(declared, evidenced, contradicted):
    assert contradicts(evidenced, there(declared)) is contradicted
