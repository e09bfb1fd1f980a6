"""What an API offers: every operation by its name, and the tool of one as soon as somebody asks for it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from threading import Lock

from interlock import ProtocolError
from interlock.protocols import ConnectorCall, Tool
from interlock.types.request import ToolSpec
from interlock_openapi.document import Document, Operation
from interlock_openapi.naming import LONGEST, names_of, words_of
from interlock_openapi.options import OpenApiOptions
from interlock_openapi.schemas import size
from interlock_openapi.searching import Index
from interlock_openapi.security import TOKEN, Security
from interlock_openapi.servers import Servers
from interlock_openapi.tool import OpenApiTool
from interlock_tools import ClientCredentials

_CHARACTERS = 3.5  # of JSON in a token; what is not ASCII counts as one each
_KEPT = 512  # tools
_NEAR = 20  # names among which a mistaken one is looked for


class Catalog:
    """The operations of one document that the options take. It does no I/O; threads may share it.

    Attributes:
        withheld: names of operations that cannot be called, each with the reason.
        verbs: what the tools are called by which others are found and called.
    """

    def __init__(
        self,
        document: Document,
        call: ConnectorCall,
        options: OpenApiOptions,
        *,
        tokens: ClientCredentials | None = None,
    ) -> None:
        """Raises ProtocolError for options that do not fit the document."""
        self._sign_in = tokens
        self._document = document
        self._options = options
        self.title = document.title
        servers = Servers(document, call.destination.base_url, options)
        self._security = Security(
            document,
            call.key if tokens is None else TOKEN,
            chosen=options.security,
            credentials=options.credentials,
        )
        if strange := self._security.unknown:
            there = ", ".join(self._security.known) or "none"
            raise ProtocolError(f"the document has no security scheme {strange[0]!r}; it has {there}")
        self.verbs = _verbs(call.id)
        every = list(document.operations())
        taken = [each for each in every if options.takes(each)]
        names = names_of(taken, self.verbs)
        self.withheld: dict[str, str] = {}
        self._operations: dict[str, Operation] = {}
        self._roots: dict[str, str] = {}
        for each in taken:
            name, root = names[each.place], servers.of(each)
            if root is None:
                self.withheld[name] = "its server is at another origin than the connector's base_url"
                continue
            self._operations[name] = each
            self._roots[name] = root
        if not every:
            self.withheld["*"] = "the document describes no operation"
        elif not taken:
            raise ProtocolError("no operation of the document fits include and exclude")
        self._tools: dict[str, OpenApiTool] = {}
        self._index: Index | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._operations)

    @property
    def names(self) -> Sequence[str]:
        return list(self._operations)

    def tags(self) -> Mapping[str, int]:
        """How many operations have each tag, the most frequent first."""
        counted: dict[str, int] = {}
        for each in self._operations.values():
            for tag in each.tags:
                counted[tag] = counted.get(tag, 0) + 1
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))

    def operation(self, name: str) -> Operation:
        return self._operations[name]

    def tool(self, name: str) -> OpenApiTool | None:
        """The operation's tool; None where none is called so."""
        operation = self._operations.get(name)
        if operation is None:
            return None
        found = self._tools.get(name)
        if found is None:
            found = OpenApiTool(
                self._document,
                operation,
                name,
                root=self._roots[name],
                security=self._security,
                tokens=self._sign_in,
                most=self._options.most_characters,
                trust_methods=self._options.trust_methods,
            )
            with self._lock:
                if len(self._tools) >= _KEPT:
                    self._tools.pop(next(iter(self._tools)))
                self._tools[name] = found
        return found

    def every(self) -> Sequence[Tool] | None:
        """All of them as tools; None where they are more than may be offered."""
        if len(self._operations) > self._options.most_tools:
            return None
        tools: list[Tool] = []
        left = float(self._options.most_tokens)
        for name in self._operations:
            tool = self.tool(name)
            if tool is None or (left := left - tokens(tool.spec)) < 0:
                return None
            tools.append(tool)
        return tools

    def prepare(self) -> None:
        """Make the search, which takes seconds where there are thousands of operations."""
        with self._lock:
            if self._index is None:
                self._index = Index(list(self._operations.values()), self._document)

    def find(self, query: str, most: int) -> Sequence[str]:
        """Names of the operations that fit best, best first. One that is named so comes first."""
        if self._index is None:
            self.prepare()
        names = list(self._operations)
        named = [each for each in (query.strip(), words_of(query.strip())) if each in self._operations]
        found = [] if self._index is None else [names[at] for at in self._index.best(query, most)]
        return list(dict.fromkeys([*named, *found]))[:most]

    def nearest(self, name: str) -> str | None:
        """The name that is most like it."""
        plain = words_of(name)
        near = get_close_matches(plain, self.find(plain.replace("_", " "), _NEAR), n=1, cutoff=0.7)
        return near[0] if near else None


def tokens(spec: ToolSpec) -> int:
    """What a tool's definition takes, by estimate."""
    strange = sum(not letter.isascii() for letter in spec.description)
    characters = len(spec.name) + len(spec.description) + size(dict(spec.parameters)) - strange
    return strange + round(characters / _CHARACTERS) + 8


def _verbs(connector: str) -> tuple[str, str]:
    plain = connector[: LONGEST - 7]
    return f"{plain}_search", f"{plain}_call"
