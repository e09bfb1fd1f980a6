"""Kits for what ships no data of its own: the rules that need none are run, the others say so."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from interlock.protocols import Arbiter, Classifier, Connector, Guardrail, Provider, RecordStore, Tool
from interlock.testing.arbiter_rules import ArbiterConformance
from interlock.testing.classifier_rules import ClassifierConformance
from interlock.testing.connector_rules import ConnectorConformance
from interlock.testing.guardrail_rules import GuardrailConformance
from interlock.testing.provider_rules import ProviderConformance
from interlock.testing.rules import not_applicable
from interlock.testing.store_rules import StoreConformance
from interlock.testing.upstream import Reply
from interlock.types.records import Record
from interlock.types.request import Request

NO_DATA = "not run: the plugin ships no conformance data"


class BareProvider(ProviderConformance):
    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def reply(self, scenario: str, *, streamed: bool = False) -> Reply:  # noqa: ARG002 - there is none
        not_applicable(NO_DATA)

    def check_refused(self, request: Request, what: str, flag: str) -> None:  # noqa: ARG002 - see above
        """Nobody said what it can do, and so it may also do this."""
        not_applicable(NO_DATA)


class BareClassifier(ClassifierConformance):
    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier


class BareArbiter(ArbiterConformance):
    def __init__(self, arbiter: Arbiter) -> None:
        self.arbiter = arbiter


class BareGuardrail(GuardrailConformance):
    def __init__(self, guardrail: Guardrail) -> None:
        self.guardrail = guardrail


class BareConnector(ConnectorConformance):
    """Runs no tool: what a stranger's tool does with made-up arguments, nobody knows."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def harmless(self) -> list[Tool]:
        not_applicable(NO_DATA)


class BareStore(StoreConformance):
    """Puts no record into a store that may be somebody's."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    def open(self) -> RecordStore:
        return self._store

    def kept(self, use: Callable[[RecordStore], Awaitable[Any]]) -> Sequence[Record]:  # noqa: ARG002 - see above
        not_applicable(NO_DATA)
