"""Finding accounts, contacts, cases and opportunities: SOQL in which a model's words are words."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from interlock import RequestError
from interlock_salesforce.names import ID, schema
from interlock_salesforce.options import SalesforceOptions
from interlock_salesforce.paging import NextRecords, pages
from interlock_salesforce.reading import DATA, Rows, soql
from interlock_salesforce.soql import containing, quoted, select
from interlock_tools import Arguments, Call, Operation

Condition: TypeAlias = Callable[[Any, str], str]
_WORDS = {"type": "string", "pattern": "\\S", "maxLength": 255}
_YES = {"type": "boolean"}


def _equal(field: str) -> Condition:
    return lambda value, key: f"{field} = {quoted(value, key=key)}"


def _within(field: str) -> Condition:
    return lambda value, key: f"{field} LIKE {containing(value.strip(), key=key)}"


def _is(field: str) -> Condition:
    return lambda value, _: f"{field} = {'true' if value else 'false'}"


_FINDS: Mapping[str, tuple[str, tuple[str, ...], Mapping[str, tuple[Mapping[str, Any], Condition]]]] = {
    "accounts": (
        "Account",
        (
            *("Id", "Name", "Type", "Industry", "Phone", "Website", "BillingCity", "BillingCountry"),
            *("Owner.Name", "LastModifiedDate"),
        ),
        {
            "name": (_WORDS, _within("Name")),
            "website": (_WORDS, _within("Website")),
            "city": (_WORDS, _equal("BillingCity")),
        },
    ),
    "contacts": (
        "Contact",
        ("Id", "Name", "Email", "Phone", "Title", "AccountId", "Account.Name", "LastModifiedDate"),
        {
            "name": (_WORDS, _within("Name")),
            "email": (_WORDS, _equal("Email")),
            "account_id": (ID, _equal("AccountId")),
        },
    ),
    "cases": (
        "Case",
        (
            *("Id", "CaseNumber", "Subject", "Status", "Priority", "Origin", "IsClosed", "AccountId"),
            *("ContactId", "CreatedDate", "LastModifiedDate"),
        ),
        {
            "number": (_WORDS, _equal("CaseNumber")),
            "subject": (_WORDS, _within("Subject")),
            "account_id": (ID, _equal("AccountId")),
            "contact_id": (ID, _equal("ContactId")),
            "status": (_WORDS, _equal("Status")),
            "closed": (_YES, _is("IsClosed")),
        },
    ),
    "opportunities": (
        "Opportunity",
        (
            *("Id", "Name", "StageName", "Amount", "CloseDate", "Probability", "IsClosed", "IsWon"),
            *("AccountId", "Owner.Name", "LastModifiedDate"),
        ),
        {
            "name": (_WORDS, _within("Name")),
            "account_id": (ID, _equal("AccountId")),
            "stage": (_WORDS, _equal("StageName")),
            "closed": (_YES, _is("IsClosed")),
        },
    ),
}


def looking_rows(options: SalesforceOptions) -> tuple[Operation, ...]:
    """One for each of the four."""
    return tuple(_find(name, options) for name in _FINDS)


def _find(name: str, options: SalesforceOptions) -> Operation:
    source, fields, known = _FINDS[name]

    def request(asked: Arguments) -> Call:
        where = [condition(asked[key], key) for key, (_, condition) in known.items() if key in asked]
        if not where:
            raise RequestError(f"say which: {', '.join(known)}", key=next(iter(known)))
        return soql(options.root, select(fields, source, where, order="LastModifiedDate DESC", most=1_000))

    return Operation(
        name=f"salesforce_find_{name}",
        description=(
            f"Finds {name}, latest change first, by one or more of {', '.join(known)}. {DATA} "
            "It shows what was just written."
        ),
        parameters=schema({key: shown for key, (shown, _) in known.items()}),
        request=request,
        effect="read",
        answer=Rows(at="records", longest=500),
        pages=pages(NextRecords(root=options.root)),
    )
