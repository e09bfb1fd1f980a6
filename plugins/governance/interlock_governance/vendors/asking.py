"""Sheets of vendors, out of what plugins, shipped files and the user's own files say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.vendors.offered import offered
from interlock_governance.vendors.questions import QUESTIONS
from interlock_governance.vendors.reading import VendorFacts, read_folder, read_text
from interlock_governance.vendors.sheets import Answer, Sheet, Statement

if TYPE_CHECKING:
    from interlock import Router


def vendor_sheets(
    router: "Router | None" = None,
    names: Iterable[str] = (),
    *,
    facts: Iterable[Path | str] = (),
    today: date | None = None,
) -> tuple[Sheet, ...]:
    """A sheet for each vendor, or for those named, in the order of their names.

    To a question that a file of `facts` answers, nothing else is heard; else the shipped sheet comes first,
    and then the rows of the plugins that `router` has. Nothing is sent.

    Args:
        router: whose plugins say where vendors process what; without one, only sheets are read.
        names: vendors, by their id, their name or what the configuration's `provider` calls them.
        facts: TOML files, or folders of them.
        today: on which day ages are judged; the current one by default, in UTC.

    Raises:
        ConfigError: a file cannot be used; it names the file and the key.
        RequestError: there is no vendor of a name.
    """
    day = today or datetime.now(UTC).date()
    known = {sheet.vendor: sheet for sheet in shipped(day)}
    own: dict[str, list[VendorFacts]] = {}
    for each in read_folder(map(Path, facts), today=day):
        own.setdefault(each.vendor, []).append(each)
    rows = {} if router is None else offered(router)
    served = {provider for sheet in known.values() for provider in sheet.providers}
    served |= {provider for written in own.values() for each in written for provider in each.providers}
    vendors = sorted({*known, *own, *(provider for provider in rows if provider not in served)})
    sheets = tuple(_sheet(each, known.get(each), own.get(each, ()), rows, day) for each in vendors)
    return _named(sheets, tuple(names))


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    folder = files("interlock_governance.vendors").joinpath("facts")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple((name, folder.joinpath(name).read_text("utf-8")) for name in names)


def shipped(today: date) -> tuple[VendorFacts, ...]:
    """The sheets that come with the package, without what they say since a day after `today`."""
    found = tuple(read_text(text, name, today=date.max, origin="sheet") for name, text in _texts())
    return tuple(replace(each, facts=_until(each.facts, today)) for each in found)


def _until(facts: Mapping[str, tuple[Statement, ...]], today: date) -> dict[str, tuple[Statement, ...]]:
    kept = {id_: tuple(each for each in said if each.as_of <= today) for id_, said in facts.items()}
    return {id_: said for id_, said in kept.items() if said}


def _sheet(
    vendor: str,
    known: VendorFacts | None,
    own: Iterable[VendorFacts],
    rows: Mapping[str, Mapping[str, tuple[Statement, ...]]],
    today: date,
) -> Sheet:
    written = [*own, *([known] if known else [])]
    providers = tuple(dict.fromkeys(name for each in written for name in each.providers)) or (vendor,)
    answers = []
    for question in QUESTIONS:
        yours = [said for each in own for said in each.facts.get(question.id, ())]
        theirs = [*(known.facts.get(question.id, ()) if known else ())]
        theirs += [said for name in providers for said in rows.get(name, {}).get(question.id, ())]
        answers.append(Answer.of(question, yours or theirs, today))
    return Sheet(
        vendor=vendor,
        name=next((each.name for each in written if each.name), vendor),
        providers=providers,
        answers=tuple(answers),
        today=today,
    )


def _named(sheets: tuple[Sheet, ...], names: tuple[str, ...]) -> tuple[Sheet, ...]:
    if not names:
        return sheets
    called = {
        name.lower(): sheet for sheet in sheets for name in (*sheet.providers, sheet.name, sheet.vendor)
    }
    wanted: dict[str, Sheet] = {}
    for name in names:
        sheet = called.get(name.strip().lower())
        if sheet is None:
            there = ", ".join(each.vendor for each in sheets)
            what = f"there is no vendor {name!r}; there are {there}."
            raise RequestError(what, key="NAME", suggestion=nearest(name, called))
        wanted[sheet.vendor] = sheet
    return tuple(wanted.values())
