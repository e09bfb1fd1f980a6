"""Rules that are passed over because they have nothing to say change no decision."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from interlock.constraints import BUILTIN, needs
from interlock.engine.deciding.checker import ConstraintChecker
from interlock.protocols import ConstraintCall, ProviderFacts, SurveyCall
from interlock.types.messages import Image, Message, Text
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Constraints, Request, Settings

PROVIDERS = {"known": ProviderFacts(name="known")}
KEYED = Credential(secret=Secret("k"))

cards = st.builds(
    ModelCard,
    id=st.sampled_from(["zhipu/glm-5.2", "openai/gpt-5.5"]),
    maker=st.just("maker"),
    jurisdiction=st.just("us"),
    context_window=st.sampled_from([None, 100, 100_000]),
    capabilities=st.sampled_from([frozenset(), frozenset({"text"}), frozenset({"text", "images", "tools"})]),
)
deployments = st.builds(
    Deployment,
    id=st.just(""),
    card=cards,
    provider=st.sampled_from(["known", "strange"]),
    region=st.sampled_from(["eu", "us", "cn", "local", "global"]),
    name=st.just("name"),
    credential=st.sampled_from([KEYED, Credential(), Credential(needed=False)]),
    on_premise=st.booleans(),
)
requests = st.builds(
    Request,
    st.sampled_from(["hello", (Message("user", (Text("look"), Image(url="https://example.org/a.png"))),)]),
    model=st.sampled_from([None, "0", "openai/gpt-5.5", "glm-5.2"]),
    settings=st.builds(Settings, max_tokens=st.sampled_from([None, 90])),
)
demands = st.builds(
    Constraints,
    residency=st.sampled_from([frozenset(), frozenset({"eu"}), frozenset({"us", "cn"})]),
    on_premise=st.booleans(),
    deny_vendors=st.sampled_from([frozenset(), frozenset({"zhipu"}), frozenset({"maker"})]),
)


class Plain:
    """A rule that is always asked."""

    api = 1

    def __init__(self, rule):
        self.name = rule.name
        self.check = rule.check


@given(st.lists(deployments, min_size=1, max_size=4), requests, demands, st.integers(0, 200_000))
def test_idle_and_fixed_rules_decide_as_if_they_were_asked(made, request, constraints, tokens):
    named = {str(at): replace(deployment, id=str(at)) for at, deployment in enumerate(made)}
    quick = ConstraintChecker(BUILTIN, named, PROVIDERS)
    slow = ConstraintChecker([Plain(rule) for rule in BUILTIN], named, PROVIDERS)
    found, asked = (book.judge(request, constraints, tokens, needs(request)) for book in (quick, slow))
    for id_, deployment in named.items():
        assert found.get(id_) == asked.get(id_)
        assert found.get(id_) == quick.recheck(request, constraints, deployment, tokens)
        # What is not listed is asked about, whatever is known of another of its name.
        assert found.get(id_) == quick.recheck(request, constraints, replace(deployment), tokens)


class Moody:
    """Says that it is idle, or fails to; and changes its mind by the time of the attempt."""

    api = 1
    name = "moody"
    fixed = False

    def __init__(self, mood):
        self.mood = mood
        self.surveyed: list[SurveyCall] = []

    def idle(self, call):
        self.surveyed.append(call)
        if self.mood == "fails":
            raise ValueError("never shown")
        return self.mood == "idle"

    def check(self, call: ConstraintCall) -> str | None:
        return f"not {call.deployment.id}"


def one_rule(mood):
    rule = Moody(mood)
    card = ModelCard(id="a/b", maker="a", jurisdiction="us")
    deployment = Deployment(id="d", card=card, provider="known", region="us", name="b", credential=KEYED)
    book = ConstraintChecker([rule], {"d": deployment}, PROVIDERS)
    return rule, book, deployment


def test_a_rule_that_is_idle_is_asked_before_the_attempt_all_the_same():
    rule, book, deployment = one_rule("idle")
    assert book.judge(Request("hello"), Constraints(), 1, frozenset()).get("d") is None
    assert rule.surveyed[0].deployments == (deployment,)
    found = book.recheck(Request("hello"), Constraints(), deployment, 1)
    assert found is not None
    assert found.sentence == "not d"


def test_a_rule_that_fails_to_say_whether_it_is_idle_is_asked():
    _, book, _ = one_rule("fails")
    found = book.judge(Request("hello"), Constraints(), 1, frozenset()).get("d")
    assert found is not None
    assert found.sentence == "not d"


class Near:
    """Goes by a request's terms, and keeps what it was told of them."""

    api = 1
    name = "near"
    fixed = False
    by_terms = True

    def __init__(self) -> None:
        self.asked: list[ConstraintCall] = []

    def idle(self, call: SurveyCall) -> bool:
        raise AssertionError("nobody asks")

    def check(self, call: ConstraintCall) -> str | None:
        self.asked.append(call)
        return "not in the EU" if "eu" in call.constraints.residency else None


def test_a_rule_by_terms_is_asked_once_for_all_requests_of_the_same_terms_and_sees_no_more_of_them():
    rule, card = Near(), ModelCard(id="a/b", maker="a", jurisdiction="us")
    deployment = Deployment(id="d", card=card, provider="known", region="us", name="b", credential=KEYED)
    book = ConstraintChecker([rule], {"d": deployment}, PROVIDERS)
    for text in ("hello", "good-bye"):
        request = Request(text, metadata={"user": text})
        assert book.judge(request, Constraints(), len(text), needs(request)) == {}
        assert book.recheck(request, Constraints(), deployment, len(text)) is None
    assert [call.request for call in rule.asked] == [Request("")]


def test_an_attempt_is_checked_by_the_terms_as_they_stand_by_then():
    rule, card = Near(), ModelCard(id="a/b", maker="a", jurisdiction="us")
    deployment = Deployment(id="d", card=card, provider="known", region="us", name="b", credential=KEYED)
    book = ConstraintChecker([rule], {"d": deployment}, PROVIDERS)
    request, bound = Request("hello"), Constraints()
    assert book.judge(request, bound, 1, needs(request)) == {}
    object.__setattr__(bound, "residency", frozenset({"eu"}))  # whoever insists writes to what is frozen
    found = book.recheck(request, bound, deployment, 1)
    assert found is not None
    assert found.sentence == "not in the EU"
    assert book.judge(request, Constraints(), 1, needs(request)) == {}
