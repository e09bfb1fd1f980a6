"""Labels of one question: drawn, different, and in none of the answers."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from interlock_panels.judging.labels import drawn


@given(st.integers(2, 26), st.floats(0, 1, exclude_max=True), st.lists(st.text(), max_size=3))
def test_labels_differ_whatever_chance_says(number: int, chance: float, data: list[str]) -> None:
    labels = drawn(number, lambda: chance, data)
    assert len(set(labels)) == number


def test_an_answer_cannot_name_itself() -> None:
    random = Random(1)
    said = " ".join(drawn(20, random.random, []))
    for seed in range(200):
        assert not set(drawn(4, Random(seed).random, [said.lower()])) & set(said.split())


def test_labels_are_others_in_each_question() -> None:
    random = Random(1)
    assert len({drawn(2, random.random, []) for _ in range(50)}) == 50
