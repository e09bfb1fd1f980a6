"""What a report holds, before it is written as anything."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from interlock.errors import RequestError
from interlock_reports.blocks import Block
from interlock_reports.prose import Prose

__all__ = ["Document", "Placed", "Section", "placed"]

_ID: Final = re.compile(r"[A-Za-z0-9][\w-]*", re.ASCII)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what belongs to it, sections below it among that.

    Raises:
        RequestError: an id that has other characters than letters, digits, `-` and `_`.

    Attributes:
        id: what a `Link` names to lead here; left out, made of the title as GitHub makes it.
    """

    title: str
    blocks: Sequence[Block] = ()
    id: str = ""
    sections: Sequence["Section"] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", tuple(self.blocks))
        object.__setattr__(self, "sections", tuple(self.sections))
        if self.id and not _ID.fullmatch(self.id):
            raise RequestError(f"{self.id!r} is no id of a section: letters, digits, - and _.", key="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The fields of a report."""

    title: str
    sections: Sequence[Section]
    made_at: datetime
    summary: Prose = ""
    facts: Sequence[tuple[str, Prose]] = ()
    made_by: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sections", tuple(self.sections))
        object.__setattr__(self, "facts", tuple(self.facts))
        if self.made_at.tzinfo is None:
            raise RequestError("made_at has no time zone; give it one, such as UTC.", key="made_at")
        if not _LANGUAGE.fullmatch(self.language):
            raise RequestError(f"{self.language!r} is no language, such as en or de-CH.", key="language")
        given = [section.id for section in _flat(self.sections) if section.id]
        for twice in (each for each in given if given.count(each) > 1):
            raise RequestError(f"two sections have the id {twice!r}; give one another.", key="id")


@dataclass(frozen=True, slots=True)
class Placed:
    """A section where it stands: with an id that no other has, and the level of its heading."""

    section: Section
    id: str
    level: int
    inner: Sequence["Placed"]


def placed(document: Document) -> list[Placed]:
    taken = {section.id for section in _flat(document.sections)}
    return [_placed(section, 2, taken) for section in document.sections]


def _placed(section: Section, level: int, taken: set[str]) -> Placed:
    name = section.id or _free(section.title, taken)
    inner = [_placed(each, min(level + 1, _DEEPEST), taken) for each in section.sections]
    return Placed(section, name, level, inner)


def _free(title: str, taken: set[str]) -> str:
    """Of a title what GitHub makes of it, numbered where it is taken."""
    name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-").strip("-_") or "section"
    number = 0
    while (free := f"{name}-{number}" if number else name) in taken:
        number += 1
    taken.add(free)
    return free


def _flat(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _flat(section.sections)
