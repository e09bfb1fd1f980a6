"""Kits for what ships no data of its own: the rules that need none are run, the others say so."""

from collections.abc import Mapping
from typing import Any

from interlock.config.options import needed
from interlock.protocols import (
    Arbiter,
    Classifier,
    CommandOffer,
    Configurable,
    Connector,
    ConnectorKind,
    Guardrail,
    LedgerKind,
    LimitsKind,
    LogKind,
    Provider,
    SharedHealthKind,
    StoreKind,
    Tool,
)
from interlock.testing.arbiter_rules import ArbiterConformance
from interlock.testing.classifier_rules import ClassifierConformance
from interlock.testing.command_rules import CommandConformance
from interlock.testing.connector_rules import ConnectorConformance
from interlock.testing.guardrail_rules import GuardrailConformance
from interlock.testing.health_rules import SharedHealthConformance
from interlock.testing.ledger_rules import LedgerConformance
from interlock.testing.limits_rules import LimitsConformance
from interlock.testing.log_rules import LogConformance
from interlock.testing.options_rules import OptionsConformance
from interlock.testing.provider_rules import ProviderConformance
from interlock.testing.rules import not_applicable
from interlock.testing.store_rules import StoreConformance
from interlock.testing.upstream import Reply
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace
from interlock.types.logs import LogCall
from interlock.types.request import Request
from interlock.types.stores import StoreCall

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


class BareOptions(OptionsConformance):
    """What must be written, only its author knows."""

    def __init__(self, offer: Configurable) -> None:
        self.offer = offer

    def test_what_must_be_written_is_named(self) -> None:
        if needed(self.offer.options):
            not_applicable(NO_DATA)

    def _read(self, written: Mapping[str, Any]) -> Any:
        if needed(self.offer.options):
            not_applicable(NO_DATA)
        return super()._read(written)


class BareCommand(CommandConformance):
    """Runs nothing but its help: what a stranger's verb does, nobody knows."""

    def __init__(self, command: CommandOffer) -> None:
        self.command = command


class BareConnector(ConnectorConformance):
    """Runs no tool: what a stranger's tool does with made-up arguments, nobody knows. What takes options is
    not opened, and what lies elsewhere is not asked.
    """

    def __init__(self, kind: ConnectorKind) -> None:
        self.kind = kind

    def connector(self) -> Connector:
        if self.kind.options is not None:
            not_applicable(NO_DATA)
        return super().connector()

    def tools(self) -> list[Tool]:
        if self.kind.facts.needs_address:
            not_applicable(NO_DATA)
        return super().tools()

    def readers(self) -> list[Tool]:
        not_applicable(NO_DATA)


class BareStore(StoreConformance):
    """Opens nothing: where records may be put for a trial, nobody knows."""

    def __init__(self, kind: StoreKind) -> None:
        self.kind = kind

    def place(self) -> StoreCall:
        not_applicable(NO_DATA)


class BareLog(LogConformance):
    """Opens nothing: where a log may be written for a trial, nobody knows."""

    def __init__(self, kind: LogKind) -> None:
        self.kind = kind

    def place(self) -> LogCall:
        not_applicable(NO_DATA)

    def broken(self) -> LogCall:
        not_applicable(NO_DATA)


class BareSharedHealth(SharedHealthConformance):
    """Opens nothing: where health may be shared for a trial, nobody knows."""

    def __init__(self, kind: SharedHealthKind) -> None:
        self.kind = kind

    def place(self) -> ShareCall:
        not_applicable(NO_DATA)


class BareLedger(LedgerConformance):
    """Opens nothing: where budgets may be counted for a trial, nobody knows."""

    def __init__(self, kind: LedgerKind) -> None:
        self.kind = kind

    def place(self) -> LedgerPlace:
        not_applicable(NO_DATA)


class BareLimits(LimitsConformance):
    """Opens nothing: where limits may be kept for a trial, nobody knows."""

    def __init__(self, kind: LimitsKind) -> None:
        self.kind = kind

    def place(self) -> LimitsPlace:
        not_applicable(NO_DATA)
