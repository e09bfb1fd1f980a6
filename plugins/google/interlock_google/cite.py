"""Sources that the vendor names. It counts bytes of UTF-8, we count characters."""

from typing import Any

from interlock.fold import Growing
from interlock.http.payload import count_of, optional_text, text_of
from interlock.types.messages import Citation

_SOURCES = ("web", "retrievedContext", "maps", "image")


class Sources:
    """Gathers what a candidate says of its sources; of what is said again, the last counts. `grown` says how
    often something was added.
    """

    __slots__ = ("_cited", "_grounding", "grown")

    def __init__(self) -> None:
        self.grown = 0
        self._cited: list[dict[str, Any]] = []
        self._grounding: dict[str, Any] | None = None

    def add(self, candidate: dict[str, Any]) -> None:
        grounding = candidate.get("groundingMetadata")
        if isinstance(grounding, dict) and grounding.get("groundingChunks"):
            self._grounding = grounding
        metadata = candidate.get("citationMetadata")
        if isinstance(metadata, dict):
            self.grown += 1
            for key in ("citationSources", "citations"):
                self._cited.extend(_objects(metadata.get(key)))

    def citations(self, said: Growing) -> tuple[Citation, ...]:
        """The citations of a text; offsets that do not lie in it are left out."""
        if self._grounding is None and not self._cited:
            return ()
        text = str(said)
        data = text.encode("utf-8", "surrogatepass")
        found = [] if self._grounding is None else _grounded(self._grounding, text, data)
        for source in self._cited:
            start, end = _offsets(source, text, data)
            url, title = optional_text(source.get("uri")), optional_text(source.get("title"))
            found.append(Citation(url=url, title=title, start=start, end=end))
        return tuple(dict.fromkeys(found))


def _grounded(grounding: dict[str, Any], text: str, data: bytes) -> list[Citation]:
    chunks = grounding.get("groundingChunks")
    chunks = chunks if isinstance(chunks, list) else []
    found: list[Citation] = []
    used: set[int] = set()
    for support in _objects(grounding.get("groundingSupports")):
        segment = support.get("segment")
        start, end = _offsets(segment, text, data) if isinstance(segment, dict) else (None, None)
        indices = support.get("groundingChunkIndices")
        for index in indices if isinstance(indices, list) else ():
            if (at := count_of(index)) is not None and at < len(chunks):
                used.add(at)
                found.append(_source(chunks[at], start, end))
    found.extend(_source(chunk, None, None) for at, chunk in enumerate(chunks) if at not in used)
    return [citation for citation in found if citation.url or citation.title or citation.quote]


def _source(chunk: Any, start: int | None, end: int | None) -> Citation:
    source: Any = None
    if isinstance(chunk, dict):
        source = next((chunk[key] for key in _SOURCES if isinstance(chunk.get(key), dict)), None)
    if source is None:
        return Citation()
    return Citation(
        url=optional_text(source.get("uri")) or optional_text(source.get("sourceUri")),
        title=optional_text(source.get("title")),
        quote=optional_text(source.get("text")),
        start=start,
        end=end,
    )


def _offsets(span: dict[str, Any], text: str, data: bytes) -> tuple[int | None, int | None]:
    """Characters for bytes. Where the vendor says which words it means, they decide."""
    start, end = count_of(span.get("startIndex")) or 0, count_of(span.get("endIndex"))
    words = text_of(span.get("text"))
    if end is not None and start < end <= len(data):
        try:
            before, inside = data[:start].decode(), data[start:end].decode()
        except UnicodeDecodeError:
            before = inside = ""
        if inside and inside == (words or inside):
            return len(before), len(before) + len(inside)
    at = text.find(words) if words else -1
    return (at, at + len(words)) if at >= 0 else (None, None)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
