"""A large request is looked into a slice at a time, and the same is found in it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock import Message, Request
from interlock.protocols import GuardCall
from interlock.requests.passages import passages
from interlock.types.findings import Finding
from interlock.types.passages import Passage
from interlock_privacy import Privacy
from interlock_privacy.detection import Detector
from interlock_privacy.scanning import Finder, pieces, scan, scan_in_slices

DETECTOR = Detector()
PIECES = ("ada@example.com", "4111-1111-1111-1111", "card 4111 1111 1111 1111", "It rained, and then ", "\n")


class Watched:
    """A detector that says how much it is given at a time."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def find(self, text: str) -> Sequence[Finding]:
        self.sizes.append(len(text))
        return DETECTOR.find(text)


def sliced(finder: Finder, given: Sequence[Passage]) -> Any:
    work = scan_in_slices(finder, given)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def passage(text: str) -> Passage:
    return Passage(phase="request", where="messages[0].parts[0]", text=text)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 400)), min_size=1, max_size=12))
def test_slices_find_what_the_whole_has(pieces: list[tuple[str, int]]) -> None:
    given_text = [passage(" ".join(f"{piece} " * times for piece, times in pieces))]
    assert sliced(DETECTOR, given_text) == scan(DETECTOR, given_text)


async def test_others_have_their_turn_while_a_large_request_is_looked_into() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    watched = Watched()
    request = Request([Message("user", "It rained. " * 20_000), *(Message("user", "Hm. " * 100),) * 400])
    await Privacy(finder=watched).inspect(GuardCall(passages=passages(request), request=request))  # type: ignore[misc]
    counting.cancel()
    assert max(watched.sizes) < 10_000
    assert turns > 20


def test_pieces_are_the_whole_and_cut_no_token() -> None:
    text = "<EMAIL_k7q2abcd> and " * 5_000 + "x" * 30_000
    cut = [text[start:end] for start, end in pieces(text)]
    assert "".join(cut) == text
    assert sum(piece.count("<EMAIL_k7q2abcd>") for piece in cut) == 5_000
    assert max(map(len, cut)) <= 16_000


def test_a_value_that_a_slice_would_cut_is_found_whole() -> None:
    text = "x" * 7_990 + " ada@example.com " + "y" * 60_000
    (only,) = sliced(DETECTOR, [passage(text)])
    assert [text[each.start : each.end] for each in only[1]] == ["ada@example.com"]


@pytest.mark.parametrize("lines", [10, 200])
def test_a_block_of_many_lines_is_in_one_slice(lines: int) -> None:
    class Keys:
        def find(self, text: str) -> Sequence[Finding]:
            start, end = text.find("-----BEGIN"), text.find("-----END KEY-----")
            if start < 0 or end < 0:
                return ()
            return [Finding(kind="secret", rule="key", start=start, end=end + 17, value="")]

    key = "-----BEGIN KEY-----\n" + "c2VjcmV0\n" * lines + "-----END KEY-----"
    text = "x " * 3_990 + key + " y" * 30_000
    (only,) = sliced(Keys(), [passage(text)])
    assert [text[each.start : each.end] for each in only[1]] == [key]
