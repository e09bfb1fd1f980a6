import pytest

from interlock.types.remembered import Remembered


def test_what_is_made_of_an_object_is_made_once():
    asked = []

    def made(key):
        asked.append(key)
        return len(key)

    remembered = Remembered(made)
    key = ["a"]
    assert [remembered(key), remembered(key)] == [1, 1]
    assert len(asked) == 1


def test_equal_objects_are_not_the_same():
    remembered = Remembered(list)
    one, other = ["a"], ["a"]
    assert remembered(one) is remembered(one)
    assert remembered(one) is not remembered(other)


def test_what_is_remembered_is_held_so_that_no_other_object_is_taken_for_it():
    remembered = Remembered(tuple)
    for number in range(200):
        assert remembered([number]) == (number,)  # gone at once but for who holds it


def test_no_more_is_remembered_than_may_be():
    asked = []
    remembered = Remembered(asked.append, most=2)
    keys = [["a"], ["b"], ["c"]]
    for key in [*keys, *keys]:
        remembered(key)
    assert len(asked) > len(keys)
    assert len(remembered._known) <= 2


def test_what_raises_is_asked_again():
    answers = iter([ValueError("not yet"), "there"])

    def made(_):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    remembered, key = Remembered(made), []
    with pytest.raises(ValueError, match="not yet"):
        remembered(key)
    assert remembered(key) == "there"
