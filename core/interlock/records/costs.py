"""What an attempt has used and what that costs: the vendor's own figures, else our estimates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from interlock.classifiers.tokens import estimate_tokens
from interlock.types.models import Price
from interlock.types.response import Answer, Usage

_MILLION = 1_000_000
_LONG = 64 * 1024
# Looked at for an estimate of what calls hold: more would take longer than a loop may stand still.
_MOST_WORDS = 50_000


def estimated(usage: Usage, input_tokens: int, answer: Answer) -> Usage:
    """The vendor's counts where it gave them, our estimates where it did not."""
    called = chain.from_iterable(_words(call.arguments) for call in answer.tool_calls)
    return filled(usage, input_tokens, answer.text, answer.reasoning, *islice(called, _MOST_WORDS))


def filled(usage: Usage, input_tokens: int, *said: str) -> Usage:
    """The same for an answer that may be unfinished: `said` is all there is of it."""
    return replace(
        usage,
        input_tokens=input_tokens if usage.input_tokens is None else usage.input_tokens,
        output_tokens=_tokens(said) if usage.output_tokens is None else usage.output_tokens,
        estimated=True,
    )


def _words(arguments: Any) -> Iterator[str]:
    """About what a model wrote to say this, in no order."""
    waiting = [arguments]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            waiting += (*part.keys(), *part.values())
            yield "{}"
        elif isinstance(part, (list, tuple)):
            waiting += part
            yield "[]"
        else:
            yield part if isinstance(part, str) else str(part)
            yield "'', "


def _tokens(said: Sequence[str]) -> int:
    # What is long is not copied for this: that alone would keep every other task waiting.
    long = [words for words in said if len(words) > _LONG]
    short = "".join(words for words in said if len(words) <= _LONG)
    return sum(map(estimate_tokens, [*long, short]))


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """US dollars: what the vendor says, else tokens at their price; None when either is unknown. Cached input
    is billed at the cache's price.
    """
    if usage.cost is not None:
        return usage.cost
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    read, write = usage.cache_read or 0, usage.cache_write or 0
    rates = price.of(usage.input_tokens)
    fresh = max(0, usage.input_tokens - read - write)
    read_price = rates.input if rates.cache_read is None else rates.cache_read
    write_price = rates.input if rates.cache_write is None else rates.cache_write
    total = fresh * rates.input + read * read_price + write * write_price + usage.output_tokens * rates.output
    return total / _MILLION
