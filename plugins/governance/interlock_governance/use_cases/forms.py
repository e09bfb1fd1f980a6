"""The forms of tables that are known, and which field each column of theirs fills."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from interlock_governance.use_cases.use_case import FIELDS
from interlock_governance.use_cases.values import (
    Unreadable,
    is_unknown,
    known,
    listed,
    truth,
    value_of,
)

MORE: Final = "…"
"""Ends the name of a column of which the beginning is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`read` makes the value of a cell that is not blank; None for what the words do not tell.

    Attributes:
        verbatim: whether the value is the words themselves, so that they need not be kept beside it.
    """

    field: str
    read: Callable[[str], Any]
    verbatim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Attributes:
    needs: columns without which a table is not of this form.
    columns: name, folded -> what it fills.
    """

    name: str
    needs: frozenset[str]
    columns: Mapping[str, Column] = field(default_factory=dict)

    def column(self, header: str) -> Column | None:
        key = _key(folded(header), self.columns)
        return None if key is None else self.columns[key]


@lru_cache(maxsize=4096)
def folded(header: str) -> str:
    """A column's name without what differs from one export of the same table to the next."""
    return " ".join(re.findall(r"[^\W_]+", header.casefold()))


def _key(name: str, keys: Mapping[str, Any]) -> str | None:
    if name in keys:
        return name
    return next((key for key in keys if key.endswith(MORE) and name.startswith(key[:-1])), None)


def own_column(name: str) -> Column:
    """The column of a stranger's table for a field, in the words that this package knows."""
    return Column(field=name, read=lambda text: value_of(name, text), verbatim=name in _VERBATIM)


_VERBATIM: Final = frozenset({"id", "name", "owner", "unit", "purpose", "task", "current_model", "vendor"})
OWN: Final = Form(
    name="interlock",
    needs=frozenset(),
    columns={folded(name): replace(own_column(name), verbatim=True) for name in FIELDS},
)
_LEAST_OWN: Final = 2


def form_of(headers: Iterable[str]) -> Form | None:
    """The form whose columns these are, or None."""
    there = {folded(each) for each in headers}
    for form in PUBLIC:
        if form.needs <= there:
            return form
    ours = there & OWN.columns.keys()
    return OWN if len(ours) >= _LEAST_OWN and ours & {"id", "name", "purpose"} else None


def _text(field: str) -> Column:
    return Column(field=field, read=lambda text: None if is_unknown(text) else text.strip(), verbatim=True)


def _chosen(field: str, values: Mapping[str, Any]) -> Column:
    """One of the source's own words. None among `values` is what says nothing about the field."""

    def read(text: str) -> Any:
        key = _key(folded(text), values)
        if key is not None:
            return values[key]
        if is_unknown(text):
            return None
        raise Unreadable(f"is none of the words that are known for {field}")

    return Column(field=field, read=read)


def _personal(text: str) -> tuple[str, ...] | None:
    said = truth(text)
    if said is None and not is_unknown(text):
        raise Unreadable("says neither yes nor no")
    return None if said is None else ("personal",) if said else ()


def _personal_if_yes(text: str) -> tuple[str, ...] | None:
    # The question is about what the agency maintains; a no leaves open what else the use case sees.
    return _personal(text) or None


def _demographic(text: str) -> tuple[str, ...] | None:
    parts = [re.sub(r"^[a-z]\) ", "", part) for part in listed(text)]
    said = [part for part in parts if not part.casefold().startswith("not applicable")]
    if not said or known(tuple(said)) is None:
        return None
    return tuple(part for part in said if not part.casefold().startswith("none"))


def _addresses(text: str) -> tuple[str, ...] | None:
    return tuple(re.findall(r"https?://[^\s,;\"'<>)]+", text)) or None


def _overseen(text: str) -> bool | None:
    # "Can the AI carry out a decision without direct human involvement?"
    said = truth(text)
    return None if said is None or is_unknown(text) else not said


def _effect(text: str) -> str | None:
    said = truth(text)
    return None if said is None else "informs" if said else "none"


_OMB_2025: Final = Form(
    name="omb-2025",
    needs=frozenset({"use case name", "agency", "development stage", "is high impact"}),
    columns={
        "id": _text("id"),
        "use case name": _text("name"),
        "contact email": _text("owner"),
        "agency": _text("unit"),
        "agency bureau": _text("unit"),
        "problem solved": _text("purpose"),
        "vendor name": _text("vendor"),
        "development stage": _chosen(
            "stage",
            {
                "pre deployment": "development",
                "pilot": "pilot",
                "deployed": "production",
                "retired": "retired",
            },
        ),
        "classification": _chosen(
            "technique",
            {
                "classical ml": "classical",
                "generative ai": "generative",
                "nlp": "language",
                "computer vision": "vision",
                "agentic ai": "agentic",
                "reinforcement learning": "reinforcement",
                "other": "other",
            },
        ),
        "is high impact": _chosen(
            "annex_iii",
            {
                "high impact": "possible",
                "presumed high impact but not high impact": "possible",
                "not high impact": None,
            },
        ),
        "has pii": Column(field="sensitivity", read=_personal),
        "demographic features": Column(field="data_classes", read=_demographic),
        "pia url": Column(field="evidence", read=_addresses),
        "link to data": Column(field="evidence", read=_addresses),
        "code url": Column(field="evidence", read=_addresses),
    },
)

_OMB_2024: Final = Form(
    name="omb-2024",
    needs=frozenset({"use case name", "agency", "stage of development"}),
    columns={
        "use case name": _text("name"),
        "agency": _text("unit"),
        "bureau": _text("unit"),
        "what is the intended purpose and expected benefits of the ai": _text("purpose"),
        "stage of development": _chosen(
            "stage",
            {
                "initiated": "planned",
                "planned": "planned",
                "ideation": "planned",
                "acquisition and or development": "development",
                "implementation and assessment": "pilot",
                "operation and maintenance": "production",
                "in production": "production",
                "in mission": "production",
                "retired": "retired",
            },
        ),
        f"is the ai use case rights impacting safety impacting{MORE}": _chosen(
            "annex_iii",
            {
                "rights impacting": "possible",
                "safety impacting": "possible",
                "both": "possible",
                "neither": None,
                f"no use case is too new to fully assess impacts{MORE}": None,
            },
        ),
        f"does this ai use case involve personally identifiable information{MORE}": Column(
            field="sensitivity", read=_personal_if_yes
        ),
        f"for this particular use case can the ai carry out a decision{MORE}": Column(
            field="human_oversight", read=_overseen
        ),
        f"is the ai used to significantly influence or inform decisions{MORE}": Column(
            field="decision_effect", read=_effect
        ),
    },
)

_ATRS: Final = Form(
    name="uk-atrs",
    needs=frozenset({"publishing body", "tool name"}),
    columns={
        "publishing body": _text("unit"),
        "tool name": _text("name"),
        "url": Column(field="evidence", read=_addresses),
    },
)

PUBLIC: Final = (_OMB_2025, _OMB_2024, _ATRS)
"""Published inventories, as they are: of the United States' agencies for 2025 and 2024, consolidated, and of
the United Kingdom's Algorithmic Transparency Recording Standard."""
FORMS: Final = (OWN.name, *(form.name for form in PUBLIC))
