"""Slack's tools against Interlock's rules for connectors, in the emulated workspace."""

from typing import ClassVar

import pytest
from workspace import TOKEN, Workspace
from writes import WRITES

from fault_proxy import FaultProxy
from interlock.testing import ConnectorConformance, Received, Reply
from interlock_slack import Slack, SlackOptions


class Emulated:
    """The workspace, as the rules want a service."""

    url = ""

    def __init__(self) -> None:
        self._proxy = FaultProxy(self.url)

    def __call__(self, request: Received) -> Reply:
        return self._proxy.forward(request)


class TestSlack(ConnectorConformance):
    kind = Slack()
    options = SlackOptions(settles_within=0.05)
    service = Emulated
    root = "/api"
    key = TOKEN
    wrong: ClassVar = {"slack_post_message": {"channel": "#general", "text": "Hello"}}

    @pytest.fixture(autouse=True)
    def _there(self, emulated: str) -> None:
        Emulated.url = emulated
        there = Workspace(emulated)
        channel = there.channel()
        ts = there.post(channel, "Here")
        # Creating a channel twice is refused: there is one of a name.
        self.cases = {tool: make(there) for tool, make in WRITES.items() if tool != "slack_create_channel"}
        self.arguments = {tool: case.arguments for tool, case in self.cases.items()} | {
            "slack_read_channel": {"channel": channel},
            "slack_read_thread": {"channel": channel, "thread_ts": ts},
            "slack_get_permalink": {"channel": channel, "ts": ts},
            "slack_list_channels": {"kinds": ["public_channel", "im"]},
            "slack_get_channel": {"channel": channel},
            "slack_list_members": {"channel": channel},
            "slack_find_user": {"email": "user1@example.com"},
            "slack_get_user": {"user": there.user(1)},
            "slack_list_users": {},
        }

    def effects(self, name: str, arguments: object) -> int:
        return self.cases[name].shows()
