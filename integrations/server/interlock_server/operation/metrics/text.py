"""The text form of Prometheus, version 0.0.4."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition(instruments: Iterable[Mapping[str, Any]]) -> str:
    """Plain values as text: each name with what it means, its kind and its series."""
    return "".join(f"{line}\n" for each in instruments for line in _lines(each))


def _lines(instrument: Mapping[str, Any]) -> Iterator[str]:
    name, names = instrument["name"], instrument["labels"]
    yield f"# HELP {name} {_escaped(instrument['text'])}"
    yield f"# TYPE {name} {instrument['kind']}"
    for labels, value in instrument["values"]:
        pairs = list(zip(names, labels, strict=True))
        if instrument["kind"] != "histogram":
            yield f"{name}{_labels(pairs)} {_number(value)}"
            continue
        bounds = [*map(_number, instrument["bounds"]), "+Inf"]
        total = 0
        for bound, total in zip(bounds, accumulate(value["counts"]), strict=True):
            yield f"{name}_bucket{_labels([*pairs, ('le', bound)])} {total}"
        yield f"{name}_sum{_labels(pairs)} {_number(value['sum'])}"
        yield f"{name}_count{_labels(pairs)} {total}"


def _labels(pairs: Iterable[tuple[str, str]]) -> str:
    inner = ",".join(f'{name}="{_quoted(value)}"' for name, value in pairs)
    return f"{{{inner}}}" if inner else ""


def _quoted(value: str) -> str:
    return _escaped(value).replace('"', '\\"')


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
