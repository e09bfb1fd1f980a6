"""Sentence vectors, where interlock-embeddings is installed."""

from collections.abc import Callable, Sequence

from interlock_evaluation.statistics import Numbers

Told = Callable[[int], None]


def sight() -> Callable[..., Numbers] | None:
    """What gives one row of length 1 for each text, and may tell how many there are so far; None without it.

    It loads its weights when it is first called, which takes one or two seconds.
    """
    try:
        from interlock_embeddings.encoder import encoder  # noqa: PLC0415 - may not be installed
    except ImportError:
        return None
    return encoder.vectors


def vectors_of(texts: Sequence[str], told: Told | None = None) -> Numbers | None:
    """Of some texts; None where nothing gives any."""
    seeing = sight()
    return None if seeing is None else seeing(texts, told)
