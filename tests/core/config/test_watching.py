import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from interlock.config import load
from interlock.config.watching import period, seconds
from interlock.errors import ConfigError


def test_nothing_has_to_be_said_to_watch_every_day() -> None:
    watch = load({}).watch
    assert (watch.every_seconds, watch.baseline_seconds, watch.level) == (86_400, 28 * 86_400, 0.05)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("1 day", 86_400), ("12h", 43_200), ("2 Weeks", 1_209_600), ("3days", 259_200), ("1 hours", 3_600)],
)
def test_a_period_is_a_number_with_its_unit(said: str, meant: float) -> None:
    assert load({"watch": {"every": said}}).watch.every_seconds == meant


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"every": "2 dayz"}, "watch.every: .*Did you mean 'day"),
        ({"every": 1}, "watch.every: expected a number of hours, days or weeks"),
        ({"every": "0 days"}, "watch.every: expected from 1 hour to a year"),
        ({"every": "53 weeks"}, "watch.every: expected from 1 hour to a year"),
        ({"evry": "1 day"}, "watch.evry: there is no such key. Did you mean 'every'"),
        ({"level": 1}, "watch.level"),
        ({"least": 0}, "watch.least"),
    ],
)
def test_what_is_no_cadence_is_named_with_the_way_out(given: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load({"watch": given})


@given(st.text() | st.integers() | st.none() | st.lists(st.integers()))
def test_any_value_is_a_period_or_is_refused(value: object) -> None:
    try:
        said = period(value)
    except PydanticCustomError:
        return
    assert 3_600 <= seconds(said) <= 366 * 86_400
    assert period(said) == said


def test_the_cadence_changes_no_answer_and_so_no_digest() -> None:
    from interlock import Router

    deployments = [{"id": "a", "model": "openai/gpt-5.5", "provider": "openai", "api_key": "k"}]
    with (
        Router.from_config({"deployments": deployments}) as one,
        Router.from_config({"deployments": deployments, "watch": {"every": "2 days"}}) as other,
    ):
        assert one.digest == other.digest
