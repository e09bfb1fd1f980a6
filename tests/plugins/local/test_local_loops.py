"""An answer that goes round in circles is cut, and nothing that people write is taken for one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.protocols import ProviderCall
from interlock_local import LocalProvider
from interlock_local.loops import Loop
from interlock_local.provider import MAX_TOKENS

PROSE = """## Terms

------------------------------------------------------------

| item | price |
|------|-------|
| chair | 10 |
| table | 20 |
| lamp | 30 |

1. Ship on Monday.
2. Ship on Tuesday.

Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream......

```python
xs = [0, 0, 0, 0, 0, 0, 0, 0]
print("ha" * 8)
```
"""


def pieces(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@given(start=st.text(max_size=300), unit=st.text(min_size=1, max_size=200), size=st.integers(1, 50))
def test_any_text_that_says_the_same_again_and_again_is_noticed(start: str, unit: str, size: int) -> None:
    loop = Loop()
    assert any(loop.add(piece) for piece in pieces(start + unit * 1000, size)[:3000])
    assert loop.found


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_people_write_is_no_loop(size: int) -> None:
    loop = Loop()
    assert not any(loop.add(piece) for piece in pieces(PROSE, size))


def test_a_list_that_goes_on_counting_is_one() -> None:
    loop = Loop()
    assert any(loop.add(f"{number}. A lovely name for a shop.\n") for number in range(1, 20))


async def test_a_model_that_repeats_itself_is_cut_and_said_to_be(
    provider: LocalProvider, ask: Callable[..., ProviderCall]
) -> None:
    call = ask("Laugh.", settings={"max_tokens": MAX_TOKENS, "extra": {"grammar": 'root ::= "ha " root'}})
    plain = await provider.complete(call)
    assert (plain.finish_reason, plain.extra["cut"]) == ("length", "repetition")
    assert len(plain.text) < 200
    text = "".join([delta.text async for delta in provider.stream(call)])
    assert text == plain.text
