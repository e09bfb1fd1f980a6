"""What `model=` may say, and which deployments are meant by it."""

import re
from collections.abc import Mapping
from typing import Protocol

from interlock.catalog import Catalog
from interlock.catalog.deployments import Deployments
from interlock.errors import RequestError
from interlock.types.models import Deployment
from interlock.types.names import nearest

_PLAIN = re.compile(r"[\w.:/@+-]{1,128}", re.ASCII)


class Maker(Protocol):
    """Makes deployments of models that nobody has listed, where keys alone say what may be called."""

    def id_of(self, name: str) -> str | None:
        """`provider:name` for a name that says which vendor's model it is; None for any other.

        Raises RequestError for a provider that can be asked only as its deployment says.
        """
        ...

    def make(self, id_: str) -> Deployment:
        """The deployment of such an id. It may lack its key."""
        ...


class Names:
    """Names of one router's deployments, the strongest first: a card's id; a deployment's id; an alias; and
    then, side by side, a card's id without its maker, where one maker alone has a model of that name, and
    what the vendor calls a deployment's model, with or without `provider:` or `provider/` before it.

    `aliases` lead to names that are none. With a `maker`, a request may also name what is not listed.
    """

    def __init__(
        self,
        catalog: Catalog,
        deployments: Deployments,
        aliases: Mapping[str, str],
        maker: Maker | None = None,
    ) -> None:
        self.deployments = deployments
        self._aliases = aliases
        self._maker = maker
        listed = deployments.listed
        models: dict[str, set[str]] = {card: set() for card in catalog.cards}
        for deployment in listed.values():
            models.setdefault(deployment.model, set()).add(deployment.id)
        meant: dict[str, set[str]] = {bare: set(models[card]) for bare, card in catalog.aliases.items()}
        for deployment in listed.values():
            vendors, provider = deployment.name, deployment.provider
            for name in (vendors, f"{provider}:{vendors}", f"{provider}/{vendors}"):
                meant.setdefault(name, set()).add(deployment.id)
        meant |= {card: ids for card, ids in models.items() if not ids}
        meant |= {id_: {id_} for id_ in listed}
        meant |= {card: ids for card, ids in models.items() if ids}
        self._meant = {name: frozenset(ids) for name, ids in meant.items()}

    def listed(self, name: str) -> frozenset[str] | None:
        """The ids of the listed deployments of this name, perhaps none; None when nothing is called so."""
        return self._meant.get(self._aliases.get(name, name))

    def asked(self, name: str, *, keyless: bool = False) -> tuple[frozenset[str], Deployment | None]:
        """The ids of the deployments that a request may mean, and the one among them that is not listed.

        Raises:
            RequestError: nothing is called so; or its vendor's key is missing, unless that does not matter.
        """
        meant = self._aliases.get(name, name)
        found = self._meant.get(meant)
        if found:
            return found, None
        id_ = self._maker.id_of(meant) if self._maker else None
        if id_ is None or self._maker is None:
            if found is None:
                raise self.unknown(name)
            return found, None
        if listed := self._meant.get(id_):
            return listed, None
        made = self.deployments.get(id_) or self._maker.make(id_)
        if not keyless:
            credential = made.credential
            if credential.needed and credential.secret is None:
                what = f"{name!r} is a model of {made.provider}'s: {credential.hint or 'its key is missing'}."
                raise RequestError(what, key="model")
            made = self.deployments.add(made)
        return frozenset([id_]), made

    def check_one(self, name: str, capability: str) -> None:
        """Raises RequestError where a name means several models of a capability: which of them would be asked
        may change from call to call.
        """
        found = (self.deployments.get(id_) for id_ in self.asked(name)[0])
        cards = {each.model for each in found if each is not None and capability in each.card.capabilities}
        if len(cards) > 1:
            what = f"{name!r} means several models, {', '.join(sorted(cards))}; name one"
            raise RequestError(what, key="model")

    def knows(self, name: str) -> bool:
        """Whether a request may say so, were every key at hand."""
        try:
            self.asked(name, keyless=True)
        except RequestError:
            return False
        return True

    def nearest(self, name: str, *, served: bool = False) -> str | None:
        """The name that was probably meant; of those alone that some listed deployment has, if `served`."""
        names = {each for each, ids in self._meant.items() if ids or not served}
        return nearest(name, sorted(names | self._aliases.keys()))

    def unknown(self, name: str) -> RequestError:
        """The error about a name that is none, with the way out."""
        near = self.nearest(name)
        what = f"there is no model or deployment {name!r}"
        if self._maker is not None:
            what += "; `interlock models` lists both, and provider:NAME names any model of a provider's"
        elif _PLAIN.fullmatch(name):
            target = self.nearest(name, served=True) or next(iter(self.deployments.listed), "")
            what += f"; to have it mean another, write  models: {{aliases: {{{name}: {target}}}}}"
        return RequestError(f"{what}.", key="model", suggestion=near)
