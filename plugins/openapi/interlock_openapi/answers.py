"""What a model is told of a reply: the fields that the document declares, in JSON, of a bounded length."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from interlock import Audio, Image, ToolOutcome
from interlock import Document as File
from interlock.http import HttpReply, json_in, outcome_for
from interlock.types.tools import ToolEffect
from interlock_openapi.document import Document, Operation, mapping, sequence, text
from interlock_openapi.paging import next_of
from interlock_openapi.parameters import Parameter
from interlock_openapi.schemas import shortened

_DEEPEST = 12
_PARTS = 32
_WORDS = 500
_LARGEST_FILE = 5 * 1024 * 1024
# Items of each list, characters of each text, levels: the first at which an answer is short enough.
_CUTS: Final = ((200, 4_000, 16), (50, 2_000, 12), (20, 1_000, 9), (10, 400, 7), (5, 150, 5), (3, 80, 4))
# What is wrong, in words: names in lower case, without underlines, and how deep they are looked for.
_SAID: Final = (
    *("message", "errormessage", "errorsummary", "errordescription", "longmessage", "detail", "details"),
    *("error", "title", "description", "reason", "msg", "faultstring", "fault", "value", "errors"),
)
_NESTED: Final = 4
_STRANGE: Final = re.compile(r"[^a-z]")
_NAMES: Final = (
    "id",
    "uuid",
    "gid",
    "key",
    "number",
    "name",
    "sid",
    "self",
    "href",
    "url",
    "html_url",
    "etag",
)
_MEDIA: Final = re.compile(
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(\s*;[ -+\--~]*)?", re.ASCII
)
_ASKED: Final = 4  # types


class Answers:
    """Reads the replies to one operation."""

    def __init__(
        self,
        document: Document,
        operation: Operation,
        parameters: Sequence[Parameter],
        *,
        effect: ToolEffect,
        keyed: bool,
        most: int,
    ) -> None:
        self._document = document
        self._operation = operation
        self._parameters = parameters
        self._effect = effect
        self._keyed = keyed
        self._most = most

    @property
    def accept(self) -> str:
        """What is asked for: the kinds of JSON in which a success is documented, before anything else."""
        said = self._responses()
        good = [status for status in said if status.startswith("2")] or ["default"]
        types = [media for status in good for media in self._types(mapping(said.get(status)))]
        if self._document.swagger:
            node = self._operation.node
            types = list(map(text, sequence(node.get("produces", self._document.root.get("produces")))))
        types = [each for each in dict.fromkeys(types) if _MEDIA.fullmatch(each) and "*" not in each]
        wanted = [each for each in types if "json" in each.lower()][:_ASKED]
        return ", ".join([*(wanted or ([] if types else ["application/json"])), "*/*;q=0.1"])

    def outcome(self, reply: HttpReply, arguments: Mapping[str, Any]) -> ToolOutcome:
        """What came of the run."""
        told = json_in(reply.body) if reply.body else None
        failed = outcome_for(reply, says=_words(told), keyed=self._keyed)
        if failed is not None:
            return failed
        if not reply.body:
            return ToolOutcome(outcome="done", content="done", receipt=self._receipt(None, reply))
        declared = self._declared(reply.status)
        if told is None and reply.body.strip() != b"null":
            if declared and self._effect != "read" and "html" in reply.headers.get("content-type", ""):
                return ToolOutcome(
                    outcome="unknown", content="the service sent a page, not what it documents"
                )
            return self._other(reply)
        kept = self._kept(told, declared, 0)
        content, cut = _cut(kept, self._most)
        query = {each.name: each.argument for each in self._parameters if each.place == "query"}
        more = next_of(told, reply, query, arguments)
        return ToolOutcome(
            outcome="done",
            content=content,
            receipt=self._receipt(told, reply),
            truncated=cut or more is not None,
            more=more,
        )

    def _responses(self) -> Mapping[str, Any]:
        return {
            str(status): self._document.whole(node)
            for status, node in mapping(self._operation.node.get("responses")).items()
        }

    def _declared(self, status: int) -> Mapping[str, Any]:
        said = self._responses()
        found: Mapping[str, Any] = {}
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in said:
                found = said[key]
                break
        if self._document.swagger:
            return mapping(found.get("schema"))
        types = mapping(found.get("content"))
        media = next((each for each in types if "json" in each), next(iter(types), ""))
        return mapping(self._document.whole(types.get(media)).get("schema"))

    def _types(self, node: Mapping[str, Any]) -> Sequence[str]:
        return [text(each) for each in mapping(node.get("content"))]

    def _kept(self, value: Any, node: Any, depth: int) -> Any:
        """The declared fields of it; all of them where none is declared, or none of those is there."""
        if depth >= _DEEPEST or not isinstance(value, dict | list):
            return value
        fields, items, is_open = self._fields(node)
        if isinstance(value, list):
            return [self._kept(each, items, depth + 1) for each in value]
        names = (
            value
            if is_open or not fields.keys() & value.keys()
            else [each for each in value if each in fields]
        )
        return {name: self._kept(value[name], fields.get(name), depth + 1) for name in names}

    def _fields(self, node: Any) -> tuple[Mapping[str, Any], Any, bool]:
        """What properties a schema has, what its items are, and whether it may have other properties."""
        fields: dict[str, Any] = {}
        items: Any = None
        is_open = False
        waiting, seen = [node], 0
        while waiting and seen < _PARTS:
            part = self._document.whole(waiting.pop(0))
            seen += 1
            for name, each in mapping(part.get("properties")).items():
                fields.setdefault(name, each)
            items = items if items is not None else part.get("items")
            is_open = is_open or bool(part.get("additionalProperties"))
            for key in ("allOf", "oneOf", "anyOf"):
                waiting += sequence(part.get(key))
        return fields, items, is_open or bool(waiting)

    def _other(self, reply: HttpReply) -> ToolOutcome:
        """What is no JSON: text, a picture, or bytes."""
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        receipt = self._receipt(None, reply)
        family = kind.partition("/")[0]
        if family in ("image", "audio") or kind == "application/pdf":
            part = {"image": Image, "audio": Audio}.get(family, File)
            if len(reply.body) <= _LARGEST_FILE:
                whole = (part(data=reply.body, media_type=kind),)
                return ToolOutcome(outcome="done", content=whole, receipt=receipt)
            return ToolOutcome(outcome="done", content=_bytes(reply, kind), receipt=receipt, truncated=True)
        try:
            said = reply.body.decode("utf-8")
        except UnicodeDecodeError:
            if family != "text":
                return ToolOutcome(outcome="done", content=_bytes(reply, kind), receipt=receipt)
            said = reply.body.decode("latin-1")
        cut = len(said) > self._most
        return ToolOutcome(outcome="done", content=said[: self._most], receipt=receipt, truncated=cut)

    def _receipt(self, told: Any, reply: HttpReply) -> Mapping[str, Any] | None:
        """What names the thing that was made or changed."""
        if self._effect == "read":
            return None
        found: dict[str, Any] = {}
        inside = [told, *([mapping(told).get(name) for name in ("data", "result", "item")])]
        for each in inside:
            if isinstance(each, dict) and not found:
                found = {
                    name: each[name]
                    for name in _NAMES
                    if isinstance(each.get(name), str | int) and len(str(each[name])) <= _WORDS
                }
        for header in ("location", "etag"):
            if header in reply.headers:
                found.setdefault(header, reply.headers[header][:_WORDS])
        return found or None


def _words(told: Any) -> str | None:
    """The service's own words on what is wrong."""
    for _ in range(_NESTED):
        if isinstance(told, str) and told.strip():
            return shortened(told, _WORDS)
        if isinstance(told, list):
            told = told[0] if told else None
            continue
        said = {_STRANGE.sub("", name.lower()): value for name, value in mapping(told).items()}
        told = next((said[name] for name in _SAID if said.get(name)), None)
    return shortened(told, _WORDS) if isinstance(told, str) and told.strip() else None


def _cut(value: Any, most: int) -> tuple[str, bool]:
    """As JSON of so many characters at most, and whether something is missing."""
    whole = _dumped(value)
    if len(whole) <= most:
        return whole, False
    for items, characters, depth in _CUTS:
        shorter = _dumped(_shorter(value, items, characters, depth))
        if len(shorter) <= most:
            return shorter, True
    return f"{shorter[: max(0, most - 1)]}…", True


def _shorter(value: Any, items: int, characters: int, depth: int) -> Any:
    if isinstance(value, str):
        over = len(value) - characters
        return f"{value[:characters]}… [{over} more characters]" if over > 0 else value
    if isinstance(value, dict):
        return (
            {name: _shorter(each, items, characters, depth - 1) for name, each in value.items()}
            if depth
            else "{…}"
        )
    if not isinstance(value, list):
        return value
    if not depth:
        return f"[… {len(value)} items]"
    kept = [_shorter(each, items, characters, depth - 1) for each in value[:items]]
    return [*kept, f"[{len(value) - items} more]"] if len(value) > items else kept


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _bytes(reply: HttpReply, kind: str) -> str:
    return f"[{len(reply.body):,} bytes of {kind or 'something without a type'}]"
