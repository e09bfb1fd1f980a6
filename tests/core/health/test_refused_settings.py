"""What is remembered of refused settings, and for how long."""

from interlock import Request, Settings
from interlock.health.settings import RefusedSettings, without
from interlock.testing import FakeClock


def asked(**settings: object) -> Request:
    return Request("hi", settings=settings)


def test_a_setting_is_remembered_for_its_deployment_whatever_its_value() -> None:
    known = RefusedSettings(FakeClock())
    known.learn("a", "temperature", asked(temperature=0.0))
    assert known.among("a", asked(temperature=1.5)) == ("temperature",)
    assert known.among("b", asked(temperature=0.0)) == ()
    assert known.among("a", asked(top_p=0.5)) == ()


def test_an_effort_is_remembered_by_its_value_and_whether_there_were_tools() -> None:
    tools = ({"name": "f", "parameters": {"type": "object"}},)
    known = RefusedSettings(FakeClock())
    known.learn("a", "reasoning_effort", asked(reasoning_effort="minimal"))
    assert known.among("a", asked(reasoning_effort="minimal")) == ("reasoning_effort",)
    assert known.among("a", asked(reasoning_effort="high")) == ()
    assert known.among("a", Request("hi", settings={"reasoning_effort": "minimal"}, tools=tools)) == ()


def test_it_is_forgotten_after_some_hours() -> None:
    clock = FakeClock()
    known = RefusedSettings(clock)
    known.learn("a", "seed", asked(seed=1))
    clock.advance(5 * 3600)
    assert known.among("a", asked(seed=1)) == ("seed",)
    clock.advance(3600)
    assert known.among("a", asked(seed=1)) == ()


def test_what_callers_make_up_does_not_grow_without_end() -> None:
    known = RefusedSettings(FakeClock())
    for number in range(1000):
        known.learn("a", "reasoning_effort", asked(reasoning_effort=f"level {number}"))
    assert len(known._until["a"]) <= 64
    assert known.among("a", asked(reasoning_effort="level 999")) == ("reasoning_effort",)


def test_a_request_without_a_setting_keeps_the_others() -> None:
    request = asked(temperature=0.0, seed=3, stop="x")
    assert without(request, ("temperature",)).settings == Settings(seed=3, stop=("x",))
