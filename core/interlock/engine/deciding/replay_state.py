"""The world as it was when a recorded decision was made: health, keys, rules that cannot be asked again."""

from collections.abc import Callable, Sequence

from interlock.engine.deciding.exclusions import SEEN, UNAVAILABLE, Exclusion, Finding
from interlock.health import Grade, Standing
from interlock.health.load import Ranking
from interlock.protocols import Constraint
from interlock.types.decisions import Decision
from interlock.types.facts import Facts


class ReplayState:
    """What a record says about each deployment beside what the configuration says.

    `standings` are those of deployments that were not simply good, by their ids. `unchecked` gathers rules
    that could not be asked about a deployment that the record does not know.
    """

    def __init__(self, decision: Decision, facts: Facts) -> None:
        self.needs = facts.needs
        self.unchecked: set[str] = set()
        self._listed = {candidate.deployment for candidate in decision.shortlist}
        self._sentences = decision.excluded
        self._rules = facts.rules
        self._seals = facts.seals
        self.standings = {
            name: Standing(Grade(each.verdict), each.sentence, each.high_error_rate)
            for name, each in facts.conditions.items()
        }
        self._first = facts.first
        self._places = {candidate.deployment: at for at, candidate in enumerate(decision.shortlist)}

    def rank(self, deployments: Sequence[str]) -> Ranking | None:
        """The order in which their load put deployments of one model; those that are new come last."""
        places, end = self._places, len(self._places)
        # What led its twins did so before the request's preference moved one of them to the front.
        order = sorted(deployments, key=lambda name: (name not in self._first, places.get(name, end)))
        why = self._first.get(order[0])
        return None if why is None else Ranking(order, why)

    def verdict(
        self,
        rule: Constraint,
        later: Sequence[str],
        deployment: str,
        ask: Callable[[], Finding | None],
    ) -> Finding | None:
        """What `rule` says about a deployment; `later` names the rules that are heard after it.

        Keys and plugins count as they did then, where it is known that they were no obstacle. A rule that
        reads no more of a request than a record keeps is asked; any other says what it said then. Of what is
        new, nothing was seen.
        """
        name = rule.name
        if name in UNAVAILABLE:
            return None if self._passed(deployment, later) else ask()
        if getattr(rule, "fixed", False) or getattr(rule, "replays", False):
            return ask()
        if self._rules.get(deployment) == name:
            return Exclusion(name, self._sentences[deployment])
        if (seal := self._seals.get(deployment)) is not None and seal.rule == name:
            return seal
        if name not in SEEN and not self._passed(deployment, later):
            self.unchecked.add(name)
        return None

    def _passed(self, deployment: str, later: Sequence[str]) -> bool:
        """Whether the rule was asked and said nothing, since a later one was heard or none excluded."""
        rule = self._rules.get(deployment)
        return deployment in self._listed if rule is None else rule == "health" or rule in later
