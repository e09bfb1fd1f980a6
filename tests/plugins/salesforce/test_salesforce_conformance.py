"""Salesforce's tools against Interlock's rules for connectors, in an org in memory."""

from typing import ClassVar

import pytest
from org_changes import CHANGES, READS

from interlock.testing import ConnectorConformance, Received, Reply
from interlock_salesforce import Salesforce, SalesforceOptions
from salesforce_org import KEY, SECRET, SalesforceOrg

REFERENCES = {"Account": "Run__c", "Case": "Run__c"}


class There:
    """The org, as the rules want a service; its endpoint for tokens takes no other key."""

    org = SalesforceOrg()

    def __call__(self, request: Received) -> Reply:
        return self.org.answer(request)


class TestSalesforce(ConnectorConformance):
    kind = Salesforce()
    options = SalesforceOptions(references=REFERENCES, settles_within=0.05)
    service = There
    key = f"{KEY}:{SECRET}"
    wrong: ClassVar = {"salesforce_create_record": {"object": "Account; DROP", "fields": {"Name": "x"}}}

    @pytest.fixture(autouse=True)
    def _there(self) -> None:
        There.org = SalesforceOrg()
        org = There.org.org
        acme = org.make("Account", {"Name": "Acme"})
        jobs = There.org.jobs
        query = jobs.make("query", {"operation": "query", "query": "SELECT Id FROM Account"})["id"]
        of = {
            "query": {"query": "SELECT Id FROM Account"},
            "search": {"words": "Acme"},
            "get_record": {"object": "Account", "id": acme},
            "start_query_job": {"query": "SELECT Id FROM Account"},
            "get_job": {"id": query, "job": "query"},
            "get_job_rows": {"id": query, "rows": "query"},
            "find_accounts": {"name": "Acme"},
            "find_contacts": {"name": "Ada"},
            "find_cases": {"status": "New"},
            "find_opportunities": {"stage": "Prospecting"},
        }
        self.cases = {f"salesforce_{tool}": make(org) for tool, make in CHANGES.items()}
        self.arguments = {f"salesforce_{tool}": of.get(tool, {}) for tool in READS} | {
            tool: case.arguments for tool, case in self.cases.items()
        }

    def effects(self, name: str, arguments: object) -> int:
        return self.cases[name].shows()


class TestSalesforceByMarks(TestSalesforce):
    """The same where no object has a field for references."""

    options = SalesforceOptions(settles_within=0.05)

    @pytest.fixture(autouse=True)
    def _without(self, _there: None) -> None:
        del self.cases["salesforce_composite"]
        self.cases["salesforce_composite"] = self.cases["salesforce_upsert_record"]
        asked = self.cases["salesforce_upsert_record"].arguments
        part = {"name": "one", "do": "upsert", **asked}
        self.arguments["salesforce_composite"] = {"parts": [part]}
