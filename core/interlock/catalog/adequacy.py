"""Where the Commission has decided that personal data may go, as rules of policies ask for it."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any


def adequate_places(on: date) -> Mapping[str, str]:
    """Each place of which a decision holds on a day, to the name of what covers a recipient there, such as
    `dpf`; empty where the place alone decides it.
    """
    return {
        row["place"]: row["condition"] if row["conditional"] else ""
        for row in _rows()
        if on <= date.fromisoformat(row.get("until", date.max.isoformat()))
    }


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((files(__package__) / "adequacy.toml").read_text("utf-8"))[
        "adequacy"
    ]
    return rows
