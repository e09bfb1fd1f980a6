"""No constraint is forgotten where they are passed on: a field that is lost is a rule that is relaxed."""

from dataclasses import fields
from typing import Any

import pytest
import yaml

from interlock.config import ConstraintsConfig, load
from interlock.types.request import Constraints

FIELDS = [field.name for field in fields(Constraints)]
each_field = pytest.mark.parametrize("name", FIELDS)


def asking(name: str) -> Any:
    """A value that asks for something, in words that each field takes."""
    return True if isinstance(getattr(Constraints(), name), bool) else frozenset({"cn"})


@each_field
def test_who_asks_for_it_is_not_free(name: str) -> None:
    assert not Constraints(**{name: asking(name)}).is_free


@each_field
@pytest.mark.parametrize("other", FIELDS)
def test_it_stays_when_two_are_put_together(name: str, other: str) -> None:
    ours, theirs = Constraints(**{name: asking(name)}), Constraints(**{other: asking(other)})
    for both in (ours.tightened(theirs), theirs.tightened(ours)):
        assert getattr(both, name) == asking(name)
        assert getattr(both, other) == asking(other)


def test_the_configuration_has_each() -> None:
    assert list(ConstraintsConfig.model_fields) == FIELDS


@each_field
@pytest.mark.parametrize("other", FIELDS)
def test_it_stays_when_two_sources_are_put_together(name: str, other: str, tmp_path) -> None:
    value = asking(name)
    written = value if value is True else sorted(value)
    file = tmp_path / "interlock.yaml"
    file.write_text(yaml.safe_dump({"constraints": {name: written}}))
    said = "true" if asking(other) is True else "cn"
    whole = load(file, {f"INTERLOCK_CONSTRAINTS__{other.upper()}": said}).constraints.constraints()
    assert (getattr(whole, name), getattr(whole, other)) == (value, asking(other))
