"""Sheets out of TOML: the shipped ones, and a user's own.

vendor = "acme"
name = "Acme AI"
providers = ["acme"]

[sources.dpa]
evidence = "https://acme.example/dpa"
as_of = 2026-11-02
by = "Acme AI"

[facts.dpa]
value = true
source = "dpa"
"""

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from interlock.errors import ConfigError
from interlock.types.names import nearest
from interlock_governance.vendors.questions import BY_ID, Question
from interlock_governance.vendors.sheets import Statement, Value

_LARGEST: Final = 4 * 1024 * 1024
_LARGEST_NUMBER: Final = 10**15
_TOP: Final = ("vendor", "name", "providers", "sources", "facts")
_SOURCE: Final = ("evidence", "as_of", "by", "valid_until")
_FACT: Final = ("value", "source", *_SOURCE, "scope", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFacts:
    """A file: what it says of one vendor, by question."""

    vendor: str
    name: str = ""
    providers: tuple[str, ...] = ()
    facts: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)


def read_folder(paths: Iterable[Path], *, today: date) -> tuple[VendorFacts, ...]:
    """The sheets of files, and of every `.toml` file of folders, in the order of their names.

    Raises:
        ConfigError: naming the file and the key.
    """
    found: list[VendorFacts] = []
    for path in paths:
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not files:
            raise ConfigError("there is no .toml file in this folder.", source=str(path))
        found += [read_file(each, today=today) for each in files]
    return tuple(found)


def read_file(path: Path, *, today: date) -> VendorFacts:
    """One sheet of a user's. Raises ConfigError that names the file and the key."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"is larger than {_LARGEST // 1024**2} MiB.", source=str(path))
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else "it is no UTF-8 text"
        raise ConfigError(f"cannot be read: {what}.", source=str(path)) from None
    return read_text(text, str(path), today=today, origin="yours")


def read_text(
    text: str, source: str, *, today: date, origin: Literal["sheet", "yours"] = "yours"
) -> VendorFacts:
    """A sheet. `source` names it in errors; what is dated later than `today` is refused.

    Raises:
        ConfigError: naming the source and the key.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigError(f"is no TOML: {what}", source=source) from None
    return _Sheet(source, today, origin).read(data)


class _Sheet:
    """Reads one file; every error names it and the dotted key."""

    def __init__(self, source: str, today: date, origin: Literal["sheet", "yours"]) -> None:
        self._source = source
        self._today = today
        self._origin = origin

    def read(self, data: Mapping[str, Any]) -> VendorFacts:
        self._keys(data, _TOP, "")
        sources = self._table(data.get("sources", {}), "sources")
        known = {name: self._table(each, f"sources.{name}") for name, each in sources.items()}
        for name, each in known.items():
            self._keys(each, _SOURCE, f"sources.{name}")
        facts = self._table(data.get("facts", {}), "facts")
        self._keys(facts, tuple(BY_ID), "facts")
        return VendorFacts(
            vendor=self._text(data, "vendor", "vendor").lower(),
            name=self._text(data, "name", "name", default=""),
            providers=self._texts(data.get("providers", []), "providers"),
            facts={
                id_: tuple(self._statements(facts[id_], BY_ID[id_], known)) for id_ in BY_ID if id_ in facts
            },
        )

    def _statements(
        self, written: Any, question: Question, sources: Mapping[str, Mapping[str, Any]]
    ) -> Iterable[Statement]:
        key = f"facts.{question.id}"
        if not isinstance(written, list):
            yield self._statement(self._table(written, key), key, question, sources)
            return
        for at, each in enumerate(written):
            yield self._statement(self._table(each, f"{key}.{at}"), f"{key}.{at}", question, sources)

    def _statement(
        self,
        fact: Mapping[str, Any],
        key: str,
        question: Question,
        sources: Mapping[str, Mapping[str, Any]],
    ) -> Statement:
        self._keys(fact, _FACT, key)
        if "source" in fact:
            name = self._text(fact, "source", f"{key}.source")
            if name not in sources:
                there = f"there are {', '.join(sources)}" if sources else "there are none"
                raise self._refused(
                    f"{key}.source", f"no [sources.{name}] here; {there}.", nearest(name, sources)
                )
            fact = {**sources[name], **fact}
        value = self._value(fact["value"], f"{key}.value", question) if "value" in fact else None
        note = self._text(fact, "note", f"{key}.note", default="")
        if value is None and not note:
            raise self._refused(
                f"{key}.value", "is required; without one, `note` says where it was looked for in vain."
            )
        as_of = self._date(fact, "as_of", key)
        until = self._date(fact, "valid_until", key) if "valid_until" in fact else None
        if as_of is None:
            raise self._refused(f"{key}.as_of", "is required: the day on which this was read.")
        if as_of > self._today:
            raise self._refused(f"{key}.as_of", f"{as_of} is later than today, {self._today}.")
        if until is not None and until < as_of:
            raise self._refused(f"{key}.valid_until", f"{until} is before as_of, {as_of}.")
        return Statement(
            value=value,
            evidence=self._text(fact, "evidence", f"{key}.evidence"),
            as_of=as_of,
            by=self._text(fact, "by", f"{key}.by"),
            valid_until=until,
            scope=self._text(fact, "scope", f"{key}.scope", default=""),
            note=note,
            origin=self._origin,
        )

    def _value(self, written: Any, key: str, question: Question) -> Value:
        if isinstance(written, bool):
            if question.kind == "yes/no" or not written:
                return written  # of what is asked in words, `false` says that there is none
            raise self._refused(key, "expected words, places or a number; false says that there is none.")
        if question.kind == "yes/no":
            raise self._refused(key, "expected true or false; conditions go into `note`.")
        if isinstance(written, list):
            if written:
                return self._texts(written, key)
            raise self._refused(key, "expected a list of texts; false says that there is none.")
        if isinstance(written, int | float) and abs(written) < _LARGEST_NUMBER:
            return written
        if isinstance(written, str) and written.strip():
            return self._line(written, key)
        raise self._refused(key, "expected words, a list of them, or a number.")

    def _date(self, fact: Mapping[str, Any], name: str, key: str) -> date | None:
        written = fact.get(name)
        if written is None:
            return None
        if isinstance(written, date) and not isinstance(written, datetime):
            return written
        with suppress(ValueError, TypeError):
            return date.fromisoformat(written)
        raise self._refused(f"{key}.{name}")

    def _text(self, data: Mapping[str, Any], name: str, key: str, *, default: str | None = None) -> str:
        written = data.get(name, default)
        if written is None:
            raise self._refused(key, "is required.")
        if not isinstance(written, str) or (not written.strip() and default is None):
            raise self._refused(key, "expected text.")
        return self._line(written, key)

    def _texts(self, written: Any, key: str) -> tuple[str, ...]:
        if not isinstance(written, list) or not all(
            isinstance(each, str) and each.strip() for each in written
        ):
            raise self._refused(key, "expected a list of texts.")
        return tuple(self._line(each, key) for each in written)

    def _line(self, written: str, key: str) -> str:
        """On one line. What would command a terminal is refused."""
        line = " ".join(written.split())
        if not line.isprintable():
            raise self._refused(key, "holds characters that cannot be printed.")
        return line

    def _table(self, written: Any, key: str) -> Mapping[str, Any]:
        if not isinstance(written, Mapping):
            raise self._refused(key, "expected a table of keys and values.")
        return written

    def _keys(self, data: Mapping[str, Any], valid: Iterable[str], key: str) -> None:
        names = tuple(valid)
        for name in data:
            if name not in names:
                where = f"{key}.{name}" if key else name
                raise self._refused(
                    where, f"there is no such key; there are {', '.join(names)}.", nearest(name, names)
                )

    def _refused(
        self, key: str, message: str = "expected a date such as 2026-11-29.", suggestion: str | None = None
    ) -> ConfigError:
        return ConfigError(message, key=key, source=self._source, suggestion=suggestion)
