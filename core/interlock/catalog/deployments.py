"""The deployments of one router: those that are listed, and those that requests ask for by name."""

from collections.abc import Iterable, Iterator, Mapping

from interlock.errors import RequestError
from interlock.types.models import Deployment

MOST = 512
"""How many deployments requests may add. Names come from callers, and memory is finite."""


class Deployments(Mapping[str, Deployment]):
    """By id. Iterating gives those that are listed, in the order of the configuration.

    What requests add is found by its id and never listed: no other request hears of it. It is kept for as
    long as the router lives, so that its health, its origin and its records have one deployment to speak of.
    Safe to share between threads.
    """

    def __init__(self, listed: Iterable[Deployment]) -> None:
        self._listed = {deployment.id: deployment for deployment in listed}
        self._asked: dict[str, Deployment] = {}

    def __getitem__(self, name: str) -> Deployment:
        found = self._listed.get(name)
        return self._asked[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def __contains__(self, name: object) -> bool:
        return name in self._listed or name in self._asked

    @property
    def listed(self) -> Mapping[str, Deployment]:
        return self._listed

    def add(self, deployment: Deployment) -> Deployment:
        """Keep a deployment that is not listed. Raises RequestError when there are too many."""
        if len(self._asked) >= MOST and deployment.id not in self._asked:
            what = f"{MOST} models were asked for by their vendors' names; list what you use as deployments."
            raise RequestError(what, key="model")
        return self._asked.setdefault(deployment.id, deployment)
