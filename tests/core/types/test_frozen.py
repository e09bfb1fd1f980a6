import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from interlock.types.frozen import quick_init
from interlock.types.response import Answer, Delta


def both(**options):
    """One class twice: as dataclasses make it, and with a quick constructor."""

    def made():
        @dataclass(frozen=True, slots=True, **options)
        class Stop:
            name: str
            line: str | None = None
            doors: tuple[str, ...] = ()
            seen: list[str] = field(default_factory=list)

            def __post_init__(self):
                object.__setattr__(self, "doors", tuple(self.doors))

        return Stop

    return made(), quick_init(made())


@pytest.mark.parametrize("options", [{}, {"kw_only": True}])
def test_a_quick_constructor_has_the_signature_of_the_one_that_it_replaces(options):
    plain, quick = both(**options)
    assert str(inspect.signature(quick)) == str(inspect.signature(plain))
    assert quick.__init__.__qualname__ == plain.__init__.__qualname__
    assert quick.__init__.__module__ == plain.__init__.__module__
    for wrong in ({}, {"nmae": "a"}, {"name": "a", "bus": 1}):
        with pytest.raises(TypeError) as complaint:
            plain(**wrong)
        with pytest.raises(TypeError) as same:
            quick(**wrong)
        assert str(same.value) == str(complaint.value)


def test_every_field_has_what_was_given_or_its_default():
    plain, quick = both()
    for given in ({"name": "a"}, {"name": "a", "line": "4", "doors": ["l"], "seen": ["x"]}):
        assert repr(quick(**given)) == repr(plain(**given))
    assert quick("a").seen is not quick("a").seen
    assert quick("a", "4") == quick(name="a", line="4")


def test_what_is_made_quickly_stays_frozen():
    _, quick = both()
    stop = quick("a")
    with pytest.raises(FrozenInstanceError):
        stop.name = "b"
    assert replace(stop, name="b", doors=["l"]) == quick("b", doors=("l",))


def test_a_class_below_is_made_in_the_same_way():
    class Local(Delta):
        pass

    @dataclass(frozen=True, slots=True)
    class Placed(Delta):
        place: str = ""

    assert Local("a", reasoning="b").reasoning == "b"
    assert Placed("a", place="here") == Placed(text="a", place="here")


def test_answers_are_copied_and_pickled_as_before():
    answer = Answer(parts=[], finish_reason="stop", extra={"a": 1})
    assert answer.parts == ()
    assert pickle.loads(pickle.dumps(answer)) == answer == copy.deepcopy(answer)
    assert hash(Delta("a")) == hash(Delta("a")) != hash(Delta("b"))


def test_an_object_of_a_derived_class_is_one():
    plain, quick = both()

    class Terminus(quick):
        pass

    stop = Terminus("a", doors=["l"])
    assert type(stop) is Terminus
    assert (stop.name, stop.line, stop.doors, stop.seen) == ("a", None, ("l",), [])
    with pytest.raises(FrozenInstanceError):
        stop.name = "b"
    with pytest.raises(TypeError, match="derived"):
        quick_init(dataclass(frozen=True, slots=True)(type("Terminus", (plain,), {})))


def test_an_object_is_never_seen_while_it_is_open():
    seen = []

    @quick_init
    @dataclass(frozen=True, slots=True)
    class Stop:
        name: str

        def __post_init__(self):
            seen.append(type(self))

    assert type(Stop("a")) is Stop
    assert seen == [Stop]
