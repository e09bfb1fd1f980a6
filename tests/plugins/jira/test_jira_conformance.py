"""Jira's tools against Interlock's rules for connectors, on both servers."""

from typing import ClassVar

import pytest
from jira_places import CLOUD_KEY, OWN_KEY, CloudAccount, OwnAccount, OwnProxy
from jira_writes import READS, WRITES

from interlock.testing import ConnectorConformance, Received, Reply
from interlock_jira import Jira, JiraOptions
from jira_cloud import CloudSite

BOARDS = ("jira_list_boards", "jira_list_sprints")
OF = {"jira_search_issues": {"jql": "project = SHOP"}, "jira_find_users": {"query": "a"}}
OF |= {name: {"project": "SHOP"} for name in ("jira_list_issue_types", "jira_list_boards")}
OF["jira_list_sprints"] = {"board": 1}
OF["jira_list_fields"] = {"project": "SHOP", "type": "10001"}
WRONG = {"jira_create_issue": {"type": "Task", "summary": "x", "project": "no key"}}


class Rules(ConnectorConformance):
    kind = Jira()
    wrong: ClassVar = WRONG

    def arranged(self, there):
        self.cases = {tool: make(there) for tool, make in WRITES.items()}
        key = {"issue": there.issue()}
        of_issue = dict.fromkeys(("jira_get_issue", "jira_list_comments", "jira_list_transitions"), key)
        self.arguments = {tool: {**of_issue.get(tool, {}), **OF.get(tool, {})} for tool in READS}
        self.arguments |= {tool: case.arguments for tool, case in self.cases.items()}

    def effects(self, name: str, arguments: object) -> int:
        return self.cases[name].shows()


class OfSite:
    site: ClassVar[CloudSite]

    def __call__(self, request: Received) -> Reply:
        return self.site.answer(request)


class TestCloud(Rules):
    options = JiraOptions(settles_within=0.05)
    key = CLOUD_KEY
    service = OfSite
    cannot: ClassVar = dict.fromkeys(BOARDS, "our stand-in has no boards")

    @pytest.fixture(autouse=True)
    def _there(self, site: CloudSite) -> None:
        OfSite.site = site
        self.arranged(CloudAccount(site))


class OfServer:
    url = ""

    def __init__(self) -> None:
        self._proxy = OwnProxy(self.url)

    def __call__(self, request: Received) -> Reply:
        return self._proxy.forward(request)


class TestDataCenter(Rules):
    options = JiraOptions(hosting="data_center", settles_within=0.05)
    key = OWN_KEY
    service = OfServer

    @pytest.fixture(autouse=True)
    def _there(self, own_server: str) -> None:
        OfServer.url = own_server
        self.arranged(OwnAccount(own_server))
