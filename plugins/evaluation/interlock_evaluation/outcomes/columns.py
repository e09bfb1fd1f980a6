"""What the columns of a table of outcomes may be called, and how their values may be written."""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final

from interlock.errors import RequestError

NAMES: Final = (
    *("prompt", "model", "correct", "task", "answer", "cost", "confidence", "accepted", "length", "text"),
    *("error", "deployment", "served_model", "graded_by"),
)
_OTHER_NAMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("score", "mark", "accuracy", "is_correct", "quality"), "correct"),
    **dict.fromkeys(("prompt_id", "query_id", "question_id", "item_id", "query", "question"), "prompt"),
    **dict.fromkeys(("model_name", "model_id", "llm"), "model"),
    **dict.fromkeys(("task_name", "category", "subject"), "task"),
    **dict.fromkeys(("cost_usd", "usd", "price", "total_cost"), "cost"),
    **dict.fromkeys(("response", "output"), "answer"),
    **dict.fromkeys(("prompt_text", "query_text", "question_text"), "text"),
    **dict.fromkeys(("prompt_length", "characters"), "length"),
}
_TRUTHS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("true", "yes", "t", "y", "right", "correct", "pass", "passed"), 1.0),
    **dict.fromkeys(("false", "no", "f", "n", "wrong", "incorrect", "fail", "failed"), 0.0),
}
_NOTHING: Final = {"", "na", "n/a", "nan", "null", "none", "-"}
_MOST: Final = 1.0
_PER_CENT: Final = 100.0


def columns_of(given: Iterable[str], key: str) -> dict[str, str]:
    """Which column of a file is which of ours: name as given -> ours; others are left out.

    Case, blanks and hyphens do not matter. An id goes before the prompt's words, which then are its text.

    Raises:
        RequestError: two columns mean the same.
    """
    plain = {name: re.sub(r"[\s-]+", "_", name.strip().lower()) for name in given}
    found: dict[str, str] = {}
    for name, each in plain.items():
        meant = each if each in NAMES else _OTHER_NAMES.get(each)
        if meant is not None:
            found[name] = meant
    _settle_prompts(found, plain)
    for name, meant in found.items():
        twins = [other for other, same in found.items() if same == meant]
        if len(twins) > 1:
            raise RequestError(
                f"has {len(twins)} columns for {meant!r}: {', '.join(twins)}. Keep one of them.", key=key
            )
        del name
    return found


def _settle_prompts(found: dict[str, str], plain: Mapping[str, str]) -> None:
    """Where there are an id and words, `prompt` is the id and the words are its text."""
    prompts = [name for name, meant in found.items() if meant == "prompt"]
    ids = [name for name in prompts if plain[name].endswith("_id")]
    words = [name for name in prompts if not plain[name].endswith("_id")]
    if len(ids) == 1 and len(words) == 1:
        if "text" in found.values():
            del found[words[0]]
        else:
            found[words[0]] = "text"


def number(value: object, place: str, *, most: float = _MOST) -> float | None:
    """A number from 0 to `most`; None where none is given.

    Raises:
        RequestError: it is something else, such as a percentage.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = value.strip()
        if value.lower() in _NOTHING:
            return None
        found = _TRUTHS.get(value.lower())
        found = _written(value.removeprefix("$") if most != _MOST else value) if found is None else found
    else:
        found = _written(value)
    if not isfinite(found) or not 0.0 <= found <= most:
        raise RequestError(f"expected {_wanted(value, found, most)}, not {_shown(value)}.", key=place)
    return found


def _wanted(value: object, found: float, most: float) -> str:
    wanted = "0 to 1" if most == _MOST else "0 or more"
    if most == _MOST and (_MOST < found <= _PER_CENT or (isinstance(value, str) and value.endswith("%"))):
        return f"{wanted}; divide percentages by 100"
    if isinstance(value, str) and re.fullmatch(r"\d+,\d+", value):
        return f"{wanted}, with a decimal point"
    return wanted


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - enough to find it by


def _written(value: object) -> float:
    if not isinstance(value, (str, bool, int, float)):
        return float("nan")
    try:
        # Python takes digits in groups, such as 1_0, which nobody means.
        return float("nan") if isinstance(value, str) and "_" in value else float(value)
    except (ValueError, OverflowError):
        return float("nan")
