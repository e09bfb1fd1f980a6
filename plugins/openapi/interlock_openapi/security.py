"""How a request says who asks: by the document's security schemes, with the keys that the user gives."""

import base64
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from interlock.types.models import Secret
from interlock_openapi.document import Document, Operation, mapping, text

TOKEN: Final = Secret("a token that is got first")
"""In place of a key: a bearer's token, which is got when a request is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What goes with a request. Values are secret, and none prints.

    Attributes:
        token: whether a bearer's token, which is got first, goes with it too.
    """

    token: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    """`way` is bearer, basic, header, query or cookie; `name` of the last three."""

    way: str
    name: str = ""


class Security:
    """The schemes of a document, and the user's keys for them."""

    def __init__(
        self, document: Document, key: Secret | None, *, chosen: str, credentials: Mapping[str, Secret]
    ) -> None:
        self._document = document
        self._key = key
        self._chosen = chosen
        self._credentials = credentials
        parts = document.root if document.swagger else mapping(document.root.get("components"))
        said = mapping(parts.get("securityDefinitions" if document.swagger else "securitySchemes"))
        found = {name: _scheme(document.whole(node)) for name, node in said.items()}
        self._schemes = {name: each for name, each in found.items() if each is not None}

    @property
    def secrets(self) -> Sequence[str]:
        """The user's keys beside the connector's own, and as they are sent."""
        values = [key.reveal() for key in self._credentials.values()]
        return [*values, *(base64.b64encode(value.encode()).decode() for value in values if ":" in value)]

    @property
    def unknown(self) -> Sequence[str]:
        """Names of schemes that the user gives keys for and the document has not."""
        named = [*self._credentials, *([self._chosen] if self._chosen else [])]
        return [name for name in named if name not in self._schemes]

    def way(self, name: str) -> str:
        """How a scheme says who asks: bearer, basic, header, query or cookie."""
        return self._schemes[name].way

    @property
    def known(self) -> Sequence[str]:
        return list(self._schemes)

    def login(self, operation: Operation) -> Login:
        """By the first of the operation's requirements for which there are keys; by nothing where none is."""
        if not self._schemes:
            # Of a document that says nothing of security, the key is a bearer's.
            return Login() if self._key is None else _login([(_Scheme(way="bearer"), self._key)])
        for wanted in sorted(self._wanted(operation), key=lambda each: not each):
            keys = self._keys(wanted)
            if keys is not None:
                return _login([(self._schemes[name], key) for name, key in keys.items()])
        return Login()

    def fills(self, operation: Operation) -> Container[tuple[str, str]]:
        """Where a key goes, as places and names, headers' in lower case: no parameter is filled in there."""
        login = self.login(operation)
        return {
            *(("header", name.lower()) for name in login.headers),
            *(("query", name) for name in login.query),
            *(("cookie", name) for name in login.cookies),
        }

    def _wanted(self, operation: Operation) -> Sequence[Sequence[str]]:
        said = operation.node.get("security", self._document.root.get("security"))
        if isinstance(said, list):
            return [list(each) for each in said if isinstance(each, dict)]
        # Many documents name their schemes and forget to say where they are needed.
        return [[name] for name in self._schemes]

    def _keys(self, wanted: Sequence[str]) -> Mapping[str, Secret] | None:
        found: dict[str, Secret] = {}
        own = self._schemes.get(self._chosen)  # what the connector's key is for, and its like
        for name in wanted:
            scheme, key = self._schemes.get(name), self._credentials.get(name)
            if key is None and own in (None, scheme):
                key, own = self._key, scheme
            if key is None or scheme is None or (key is TOKEN and scheme.way != "bearer"):
                return None
            found[name] = key
        return found


def _login(found: Sequence[tuple[_Scheme, Secret]]) -> Login:
    placed: dict[str, dict[str, str]] = {"header": {}, "query": {}, "cookie": {}}
    token = False
    for scheme, key in found:
        if key is TOKEN:
            token = True
            continue
        value = key.reveal()
        if scheme.way == "bearer":
            placed["header"]["authorization"] = f"Bearer {value}"
        elif scheme.way == "basic":
            placed["header"]["authorization"] = f"Basic {base64.b64encode(value.encode()).decode()}"
        else:
            placed[scheme.way][scheme.name] = value
    return Login(token=token, headers=placed["header"], query=placed["query"], cookies=placed["cookie"])


def _scheme(node: Mapping[str, object]) -> _Scheme | None:
    kind, name, place = text(node.get("type")), text(node.get("name")), text(node.get("in"))
    if kind == "apiKey" and place in ("header", "query", "cookie") and name:
        return _Scheme(way=place, name=name)
    if kind in ("oauth2", "openIdConnect"):
        return _Scheme(way="bearer")
    scheme = text(node.get("scheme")).lower() if kind == "http" else kind
    return _Scheme(way=scheme) if scheme in ("bearer", "basic") else None
