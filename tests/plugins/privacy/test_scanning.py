"""A large request is looked into a slice at a time, and the same is found in it."""

import asyncio
import gc
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
from turns import Turns

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


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from((*PIECES, "NIP 526-000-12-46", "+48 601 234 567")), st.integers(0, 90))
    ),
    st.integers(0, 1_600),
)
def test_a_value_that_stands_across_a_slices_end_is_found(values: list[tuple[str, int]], before: int) -> None:
    """Between two values so many signs that some lie where a slice ends, whatever its size."""
    told = "".join(f"{value} {'so it is ' * (gap // 9)}" for value, gap in values)
    given_text = [passage("It rained " * (before // 10) + "x" * (before % 10) + " " + told * 8)]
    assert sliced(DETECTOR, given_text) == scan(DETECTOR, given_text)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 400)), min_size=1, max_size=12))
def test_slices_find_what_the_whole_has(pieces: list[tuple[str, int]]) -> None:
    given_text = [passage(" ".join(f"{piece} " * times for piece, times in pieces))]
    assert sliced(DETECTOR, given_text) == scan(DETECTOR, given_text)


def asked(text: str, **more: Any) -> GuardCall:
    request = Request([Message("user", text), *(Message("user", "Hm. " * 100),) * 400])
    return GuardCall(passages=passages(request), request=request, **more)


async def test_others_have_their_turns_while_a_large_request_is_looked_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    watched = Watched()
    with Turns() as turns:
        await Privacy(finder=watched).inspect(asked("It rained. " * 20_000))  # type: ignore[misc]
    assert max(watched.sizes) < 10_000
    assert turns.count > 400


async def test_others_have_their_turns_while_a_request_full_of_values_is_sealed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Values that stand close together take longer, and so less is looked into at once."""
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    watched = Watched()
    text = " ".join(f"ada{at}@example.com +48 601 {at:06}" for at in range(2_000))
    call = asked(text)
    with Turns() as turns:
        verdict: Any = await Privacy(finder=watched).inspect(call)  # type: ignore[misc]
    assert max(watched.sizes) < 2_500
    assert turns.count > 2 * len(watched.sizes)
    at_once = scan(DETECTOR, call.passages)
    (sealed,) = verdict.texts.values()
    assert verdict.action == "rewrite"
    assert sum(len(several) for _, several in at_once) == sealed.count("<")


async def test_a_call_that_is_cancelled_looks_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.http.turns._TURN", 0.0)
    watched = Watched()
    waited: Any = Privacy(finder=watched).inspect(asked("It rained on ada@example.com. " * 5_000))
    task = asyncio.ensure_future(waited)
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    looked = len(watched.sizes)
    await asyncio.sleep(0)
    assert 0 < looked == len(watched.sizes) < 10
    assert gc.isenabled()


def test_a_small_request_is_looked_into_without_a_loop() -> None:
    request = Request("It rained on ada@example.com. " * 80)
    verdict: Any = Privacy().inspect(GuardCall(passages=passages(request), request=request))
    assert verdict.action == "rewrite"


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
