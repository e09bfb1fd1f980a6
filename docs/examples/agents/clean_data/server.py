"""An MCP server with what cleans a table of orders: every rule is here, and no model changes a value.

What rules cannot decide is a doubt, for a person. What was written goes to `work`.
"""

import csv
import json
import os
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from interlock_privacy.detection import Detector

HERE = Path(__file__).parent
WORK = HERE / "work"
COLUMNS = ["order", "date", "customer", "country", "currency", "amount", "quantity", "note"]
COUNTRIES = ["DE", "FR", "GB", "US"]
CURRENCIES = {"EUR": "EUR", "EURO": "EUR", "€": "EUR", "USD": "USD", "US$": "USD", "GBP": "GBP", "£": "GBP"}
# A form of dates is told by what stands between its numbers.
DATES = {"-": "%Y-%m-%d", ".": "%d.%m.%Y", "/": "%m/%d/%Y"}
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 3, 31)
MOST = 1000
CHUNK = 10

server = MCPServer("data")
detector = Detector()


@server.tool()
def profile(file: str) -> dict[str, Any]:
    """What is in a table: rows, empty and distinct values by column, spellings of countries, and chunks."""
    rows = read(file)
    columns = {
        name: {"empty": sum(not row[name] for row in rows), "distinct": len({row[name] for row in rows})}
        for name in COLUMNS
    }
    spellings = sorted({row["country"] for row in rows} - {*COUNTRIES})
    chunks = [{"first": at, "last": min(at + CHUNK, len(rows))} for at in range(0, len(rows), CHUNK)]
    return {"rows": len(rows), "columns": columns, "countries": spellings, "chunks": chunks}


@server.tool()
def clean(file: str, first: int, last: int, spellings: list[str], countries: list[str]) -> dict[str, Any]:
    """Rows from `first` to before `last`, cleaned, each with what was changed and what no rule decides."""
    known = {code: code for code in COUNTRIES} | dict(zip(spellings, countries, strict=True))
    rows = []
    for row in read(file)[first:last]:
        order, now = row["order"], dict(row)
        changes, doubts = [], []
        for name, rule in RULES.items():
            cleaned = rule(row[name], known)
            if cleaned is None:
                doubts.append({"order": order, "field": name, "value": row[name]})
            elif cleaned != row[name]:
                was = row[name] if name != "note" else cleaned  # what was personal is kept nowhere
                changes.append({"order": order, "field": name, "was": was, "now": cleaned, "by": "rule"})
                now[name] = cleaned
        rows.append({"row": now, "changes": changes, "doubts": doubts})
    return {"rows": rows}


@server.tool()
def merge(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Chunks as one table: of rows that are the same once they are cleaned, the first."""
    kept: dict[str, dict[str, str]] = {}
    duplicates: list[str] = []
    doubts: list[dict[str, str]] = []
    changes: list[dict[str, str]] = []
    for part in parts:
        for cleaned in part["rows"]:
            row, order = cleaned["row"], cleaned["row"]["order"]
            if kept.get(order) == row:
                duplicates.append(order)
                continue
            if order in kept:
                raise ToolError(f"two different rows are of order {order}")
            kept[order] = row
            doubts += cleaned["doubts"]
            changes += cleaned["changes"]
    told = [f"{each['order']}: {each['field']} is {each['value']}" for each in doubts]
    question = "\n".join(
        [
            "No rule decides these. Say for each order the field as it should be, or drop, such as",
            '{"1000": {"date": "2026-01-02"}, "1001": "drop"}:',
            *told,
        ]
    )
    return {
        "rows": [*kept.values()],
        "changes": changes,
        "duplicates": duplicates,
        "doubts": doubts,
        "question": question,
    }


@server.tool()
def validate(profiled: int, merged: dict[str, Any], decided: dict[str, Any]) -> dict[str, Any]:
    """The table with a person's decisions, each row held against every rule, and a report of the numbers."""
    doubts = {each["order"]: each["field"] for each in merged["doubts"]}
    if decided.keys() != doubts.keys():
        raise ToolError(f"decisions are wanted for {', '.join(doubts)}, and given for {', '.join(decided)}")
    changes, rows, dropped = list(merged["changes"]), [], []
    for row in merged["rows"]:
        decision = decided.get(row["order"])
        if decision == "drop":
            dropped.append(row["order"])
            continue
        for name, value in (decision or {}).items():
            changes.append(
                {"order": row["order"], "field": name, "was": row[name], "now": value, "by": "person"}
            )
            row[name] = str(value)
        rows.append(row)
    for row in rows:
        for name, rule in RULES.items():
            if rule(row[name], {code: code for code in COUNTRIES}) != row[name]:
                raise ToolError(f"order {row['order']}: {name} cannot be {row[name]!r}")
    if len(rows) + len(merged["duplicates"]) + len(dropped) != profiled:
        raise ToolError("rows are missing, or are there twice")
    report = told(profiled, rows, changes, merged["duplicates"], dropped)
    return {"rows": rows, "changes": changes, "report": report}


@server.tool()
def write_rows(rows: list[dict[str, str]], changes: list[dict[str, str]], report: str) -> str:
    """Write the table and what was changed. Written twice, it is the same."""
    WORK.mkdir(exist_ok=True)
    part = WORK / f".{os.getpid()}"
    with part.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    part.replace(WORK / "clean.csv")
    (WORK / "changes.json").write_text(json.dumps(changes, indent=1, ensure_ascii=False), "utf-8")
    return report


def read(file: str) -> list[dict[str, str]]:
    """The rows of a table of this folder, without blanks around values."""
    place = (HERE / file).resolve()
    if place.parent != HERE.resolve() or not place.is_file():
        raise ToolError(f"there is no file {file} here")
    with place.open(encoding="utf-8", newline="") as lines:
        return [{name: row[name].strip() for name in COLUMNS} for row in csv.DictReader(lines)]


def as_date(value: str, _: dict[str, str]) -> str | None:
    sign = re.search(r"\D", value)
    try:
        day = datetime.strptime(value, DATES[sign[0] if sign else ""]).date()  # noqa: DTZ007 - days alone
    except (ValueError, KeyError):
        return None
    return day.isoformat() if FIRST_DAY <= day <= LAST_DAY else None


def as_amount(value: str, _: dict[str, str]) -> str | None:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return f"{amount:.2f}" if amount.is_finite() and amount > 0 else None


def as_quantity(value: str, _: dict[str, str]) -> str | None:
    return value if value.isascii() and value.isdigit() and 0 < int(value) <= MOST else None


def as_note(value: str, _: dict[str, str]) -> str:
    """Without personal data: its kind stands in its place."""
    for found in sorted(detector.find(value), key=lambda each: each.start, reverse=True):
        value = f"{value[: found.start]}<{found.kind}>{value[found.end :]}"
    return value


def as_country(value: str, known: dict[str, str]) -> str | None:
    code = known.get(value)
    return code if code in COUNTRIES else None


def as_currency(value: str, _: dict[str, str]) -> str | None:
    return CURRENCIES.get(value.upper())


RULES = {
    "date": as_date,
    "country": as_country,
    "currency": as_currency,
    "amount": as_amount,
    "quantity": as_quantity,
    "note": as_note,
}


def told(
    profiled: int,
    rows: list[dict[str, str]],
    changes: list[dict[str, str]],
    duplicates: list[str],
    dropped: list[str],
) -> str:
    """What was done, in five lines."""
    by_rule = Counter(each["field"] for each in changes if each["by"] == "rule")
    kinds = sorted(
        re.findall(r"<(\w+)>", " ".join(each["now"] for each in changes if each["field"] == "note"))
    )
    corrected = sorted({each["order"] for each in changes if each["by"] == "person"})
    forms = f"{by_rule['date']} dates, {by_rule['currency']} currencies, {by_rule['country']} countries"
    decisions = (
        f"{len(corrected)} corrected ({', '.join(corrected)}), {len(dropped)} left out ({', '.join(dropped)})"
    )
    return "\n".join(
        [
            f"{len(rows)} of {profiled} rows are in work/clean.csv.",
            f"Duplicates left out: {len(duplicates)} ({', '.join(sorted(duplicates))}).",
            f"Put into one form: {forms}.",
            f"Personal data taken out of notes: {len(kinds)} ({', '.join(kinds)}).",
            f"Decided by a person: {decisions}.",
        ]
    )


if __name__ == "__main__":
    server.run()
