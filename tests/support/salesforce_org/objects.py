"""What objects there are, and of which fields."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field.

    Attributes:
        kind: as `describe` says it.
        refers: to which object, of a `reference`.
        system: written by Salesforce alone.
    """

    name: str
    kind: str = "string"
    length: int = 255
    external: bool = False
    unique: bool = False
    needed: bool = False
    refers: str = ""
    system: bool = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One object.

    Attributes:
        prefix: the first three characters of its records' ids.
        alike: a field in which two records may not be alike, by a rule for duplicates.
    """

    name: str
    prefix: str
    fields: Mapping[str, Field]
    alike: str = ""


def _kind(name: str, prefix: str, *fields: Field, alike: str = "") -> Kind:
    system = (
        Field(name="Id", kind="id", length=18, system=True),
        Field(name="CreatedDate", kind="datetime", system=True),
        Field(name="LastModifiedDate", kind="datetime", system=True),
        Field(name="SystemModstamp", kind="datetime", system=True),
        Field(name="OwnerId", kind="reference", length=18, refers="User"),
        Field(name="Run__c", length=40, external=True, unique=True),
        Field(name="Number__c", length=40, external=True),
    )
    if name in ("Task", "CaseComment", "User"):  # which have no external ids
        system = system[:5]
    every = {each.name.casefold(): each for each in (*system, *fields)}
    return Kind(name=name, prefix=prefix, fields=every, alike=alike)


def _text(*names: str, **how: object) -> tuple[Field, ...]:
    return tuple(Field(name=each, **how) for each in names)  # type: ignore[arg-type]


def _to(name: str, refers: str, *, needed: bool = False) -> Field:
    return Field(name=name, kind="reference", length=18, refers=refers, needed=needed)


_LONG = {"kind": "textarea", "length": 32_000}
_KINDS = (
    _kind("User", "005", *_text("Name", "Username", "Email")),
    _kind(
        "Account",
        "001",
        Field(name="Name", needed=True),
        *_text("Type", "Industry", "Phone", "Website", "BillingCity", "BillingCountry"),
        Field(name="AnnualRevenue", kind="currency"),
        Field(name="Active__c", kind="boolean"),
        *_text("Description", **_LONG),
    ),
    _kind(
        "Contact",
        "003",
        Field(name="LastName", needed=True, length=80),
        *_text("FirstName", "Name", "Email", "Phone", "Title"),
        _to("AccountId", "Account"),
    ),
    _kind(
        "Lead", "00Q", Field(name="LastName", needed=True), *_text("Name", "Company", "Email"), alike="Email"
    ),
    _kind(
        "Opportunity",
        "006",
        Field(name="Name", needed=True),
        Field(name="StageName", needed=True),
        Field(name="CloseDate", kind="date", needed=True),
        Field(name="Amount", kind="currency"),
        Field(name="Probability", kind="percent"),
        Field(name="IsClosed", kind="boolean", system=True),
        Field(name="IsWon", kind="boolean", system=True),
        _to("AccountId", "Account"),
    ),
    _kind(
        "Case",
        "500",
        Field(name="CaseNumber", system=True),
        *_text("Subject", "Status", "Priority", "Origin"),
        *_text("Description", **_LONG),
        Field(name="IsClosed", kind="boolean", system=True),
        _to("AccountId", "Account"),
        _to("ContactId", "Contact"),
    ),
    _kind(
        "CaseComment",
        "00a",
        _to("ParentId", "Case", needed=True),
        *_text("CommentBody", kind="textarea", length=4_000),
        Field(name="IsPublished", kind="boolean"),
    ),
    _kind(
        "Task",
        "00T",
        *_text("Subject", "Status", "Priority"),
        *_text("Description", **_LONG),
        Field(name="ActivityDate", kind="date"),
        _to("WhatId", ""),
        _to("WhoId", ""),
    ),
)
KINDS: Mapping[str, Kind] = {each.name.casefold(): each for each in _KINDS}
