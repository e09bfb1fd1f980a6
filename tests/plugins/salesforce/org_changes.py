"""Every operation that changes something: what it is run on, and how often it shows in the org."""

from collections.abc import Callable, Mapping
from typing import Any

from acme import name

from due import Case
from salesforce_org import Org


def case(shows: Callable[[], int], **arguments: Any) -> Case:
    return Case(arguments=arguments, shows=shows)


def named(org: Org, object_: str, field: str, value: str) -> int:
    return sum(str(each[field]).startswith(value) for each in org.all(object_))


def create(org: Org) -> Case:
    called = name()
    return case(
        lambda: named(org, "Account", "Name", called),
        object="Account",
        fields={"Name": called, "Industry": "Ink"},
    )


def upsert(org: Org) -> Case:
    called = name()
    return case(
        lambda: named(org, "Account", "Name", called),
        object="Account",
        external_id_field="Number__c",
        external_id=f"a/{called}",
        fields={"Name": called},
    )


def update(org: Org) -> Case:
    called = name()
    made = org.make("Account", {"Name": "Before"})
    return case(
        lambda: named(org, "Account", "Name", called),
        object="Account",
        id=made,
        last_modified=org.get("Account", made)["LastModifiedDate"],
        fields={"Name": called, "AnnualRevenue": 12, "Active__c": True, "Industry": None},
    )


def delete(org: Org) -> Case:
    made = org.make("Account", {"Name": name()})
    return case(lambda: int(made in org.deleted), object="Account", id=made)


def create_case(org: Org) -> Case:
    called = name()
    return case(lambda: named(org, "Case", "Subject", called), subject=called, description="No ink")


def comment(org: Org) -> Case:
    made = org.make("Case", {"Subject": "Ink"})
    return case(
        lambda: sum(each["ParentId"] == made for each in org.all("CaseComment")),
        case_id=made,
        text="Which colour?",
    )


def task(org: Org) -> Case:
    called = name()
    return case(lambda: named(org, "Task", "Subject", called), subject=called, description="Call back")


def composite(org: Org) -> Case:
    called = name()
    parts = [
        {"name": "acme", "do": "create", "object": "Account", "fields": {"Name": called}},
        {
            "name": "ink",
            "do": "upsert",
            "object": "Case",
            "external_id_field": "Number__c",
            "external_id": called,
            "fields": {"Subject": called, "AccountId": "@{acme.id}"},
        },
        {"name": "seen", "do": "get", "object": "Account", "id": "@{acme.id}"},
    ]

    def shows() -> int:
        return max(named(org, "Account", "Name", called), named(org, "Case", "Subject", called))

    return case(shows, parts=parts)


def load(org: Org) -> Case:
    called = name()
    return case(
        lambda: named(org, "Account", "Name", called),
        object="Account",
        operation="upsert",
        external_id_field="Number__c",
        records=[{"Number__c": called, "Name": called, "Phone": None, "Active__c": True}],
    )


CHANGES: Mapping[str, Callable[[Org], Case]] = {
    "create_record": create,
    "upsert_record": upsert,
    "update_record": update,
    "delete_record": delete,
    "create_case": create_case,
    "comment_on_case": comment,
    "log_task": task,
    "composite": composite,
    "load_records": load,
}
READS = {
    *("query", "search", "describe", "get_record", "get_limits", "find_accounts", "find_contacts"),
    *("find_cases", "find_opportunities", "start_query_job", "get_job", "get_job_rows"),
}
AGAIN = {"upsert_record", "delete_record", "composite", "load_records"}
"""Those that are sent again where nobody knows, and to no harm."""
SILENT = {"update_record", "delete_record"}
"""Those of which Salesforce says no more than 204: there is nothing in the answer to be cut."""
