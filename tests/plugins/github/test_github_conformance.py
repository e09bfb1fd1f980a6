"""GitHub's tools against Interlock's rules for connectors, in the emulated account."""

from typing import ClassVar

import pytest
from changes import CHANGES, READS
from repository import HERE, TOKEN, Account, GitHubProxy

from interlock.testing import ConnectorConformance, Received, Reply
from interlock_github import GitHub, GitHubOptions


class Emulated:
    """The account, as the rules want a service."""

    url = ""

    def __init__(self) -> None:
        self._proxy = GitHubProxy(self.url)

    def __call__(self, request: Received) -> Reply:
        return self._proxy.forward(request)


class TestGitHub(ConnectorConformance):
    kind = GitHub()
    options = GitHubOptions(settles_within=0.05)
    service = Emulated
    key = TOKEN
    wrong: ClassVar = {
        "github_create_issue": {"owner": "octo bot", "repo": "shop", "title": "x", "body": "x"}
    }

    @pytest.fixture(autouse=True)
    def _there(self, emulated: str) -> None:
        Emulated.url = emulated
        there = Account(emulated)
        pull = there.pull()
        number, issue = {"number": pull["number"]}, {"number": there.issue()["number"]}
        of = {
            "github_search_issues": {"query": "ink"},
            "github_get_issue": issue,
            "github_list_comments": issue,
            "github_get_pull_request": number,
            "github_list_pull_request_files": number,
            "github_list_reviews": number,
            "github_list_review_comments": number,
            "github_get_file": {"path": "README.md"},
            "github_get_branch": {"branch": "main"},
        }
        self.cases = {tool: make(there) for tool, make in CHANGES.items()}
        self.arguments = {tool: {**HERE, **of.get(tool, {})} for tool in READS} | {
            tool: case.arguments for tool, case in self.cases.items()
        }

    def effects(self, name: str, arguments: object) -> int:
        return self.cases[name].shows()
