"""A plugin that offers what nobody can use, and one provider that is in order."""

from types import SimpleNamespace

from interlock import ModelCard, hookimpl
from interlock.protocols import ProviderFacts
from interlock.testing import ScriptedProvider


class Half:
    """No provider: it lacks `stream`."""

    api = 1
    facts = ProviderFacts(name="half")

    async def complete(self, call): ...


class Prickly:
    """Says no to every question."""

    @property
    def api(self):
        raise RuntimeError("do not ask")


class Future(ScriptedProvider):
    api = 2


class Named:
    """A classifier with any name."""

    api = 1

    def __init__(self, name):
        self.name = name

    def classify(self, call):
        return None


def provider(facts):
    made = ScriptedProvider([], "unnamed")
    made.facts = facts
    return made


@hookimpl
def interlock_providers():
    return [
        42,
        ScriptedProvider,
        Half(),
        Prickly(),
        Future([], "future"),
        provider("acme"),
        provider(SimpleNamespace(name="looks-right")),
        provider(ProviderFacts(name=["a", "list"])),
        ScriptedProvider([], "useful"),
        ScriptedProvider([], "useful"),
    ]


@hookimpl
def interlock_classifiers():
    return [Named(["a", "list"]), Named(None), Named("fine")]


@hookimpl
def interlock_model_cards():
    return [ModelCard(id="openai/gpt-5.5", maker="Somebody else", jurisdiction="us")]


@hookimpl
def interlock_constraints():
    raise ZeroDivisionError("the hook itself fails")


@hookimpl
def interlock_stores():
    return None
