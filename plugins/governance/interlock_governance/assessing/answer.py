"""Answer: what somebody, or a row of an inventory, says to a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.assessing.question import Option, Question
from interlock_governance.use_cases.values import Unreadable, value_of

UNKNOWN: Final = "unknown"
Origin = Literal["row", "answer", "everywhere", ""]
"""Who says it: the row of the inventory, an answer about the use case, one about all, nobody."""
_MOST_DAYS: Final = 36_500
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to one question.

    Attributes:
        options: id of each option that holds -> what it holds beside; empty where nobody knows.
        words: those of the row that say so, or say something without answering.
        remark: what is to be known about it, such as that the row says otherwise.
    """

    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origin: Origin = ""
    who: str = ""
    when: date | None = None
    evidence: str = ""
    words: str = ""
    remark: str = ""

    @property
    def known(self) -> bool:
        return bool(self.options)

    def told(self) -> str:
        """The options and what they hold, in a line."""
        parts = [f"{name}={'+'.join(held)}" if held else name for name, held in self.options.items()]
        return ", ".join(parts) or UNKNOWN


def checked(
    question: Question, given: Sequence[str | tuple[str, str]], key: str
) -> dict[str, tuple[str, ...]]:
    """Options with what they hold, out of texts such as `eu` and `places=eu+ch`, or pairs. Empty for
    `unknown`.

    Raises:
        RequestError: an option that there is not, a value that is none, an answer that contradicts itself.
    """
    found: dict[str, tuple[str, ...]] = {}
    parts = [each if isinstance(each, tuple) else _parted(each) for each in given]
    if [name for name, _ in parts] in ([], [UNKNOWN]):
        return {}
    known = [each.id for each in question.options]
    for name, value in parts:
        option = question.option(name)
        if option is None:
            what = f"{name!r:.80} is no answer to {question.id}; there are {', '.join(known)}, and {UNKNOWN}."
            raise RequestError(what, key=key, suggestion=nearest(name, [*known, UNKNOWN]))
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *_values(option, value, key))))
        if option.takes == "days" and len(found[name]) > 1:
            raise RequestError(f"{name} is one number of days, not {' and '.join(found[name])}.", key=key)
    for name in found:
        option = question.option(name)
        if option is not None and option.alone and len(found) > 1:
            rest = ", ".join(each for each in found if each != name)
            raise RequestError(f"{name!r} rules out every other answer, and {rest} is given, too.", key=key)
    return found


def _parted(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower().replace("-", "_") if name.strip() else text, value.strip()


def _values(option: Option, value: str, key: str) -> tuple[str, ...]:
    parts = [
        each.strip().lower() for each in value.replace(";", "+").replace(",", "+").split("+") if each.strip()
    ]
    if not option.takes:
        if parts:
            raise RequestError(f"{option.id} stands alone, without {value!r:.60}.", key=key)
        return ()
    if not parts:
        example = {"places": "eu+ch", "days": "30", "names": "soc2+iso27001"}[option.takes]
        raise RequestError(f"{option.id} needs {option.takes}: {option.id}={example}.", key=key)
    if option.takes == "days":
        if (
            len(parts) != 1
            or not (parts[0].isascii() and parts[0].isdecimal())
            or len(parts[0]) > len(str(_MOST_DAYS))
        ):
            raise RequestError(f"{option.id} is a whole number of days, not {value!r:.60}.", key=key)
        return (str(int(parts[0])),)
    if option.takes == "names":
        for each in parts:
            if len(each) > _LONGEST or not each.isprintable():
                raise RequestError(f"{each!r:.80} is no name.", key=key)
        return tuple(parts)
    return _places(parts, key)


def _places(parts: list[str], key: str) -> tuple[str, ...]:
    try:
        found = value_of("residency", parts)
    except Unreadable as error:
        raise RequestError(f"{str(error).rstrip('.')}.", key=key) from None
    if not found:
        raise RequestError(f"{' '.join(parts)!r:.60} is no place.", key=key)
    return tuple(found)
