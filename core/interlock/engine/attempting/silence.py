"""What may leave an attempt: no secret of its destination, neither in what was said nor in frames."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from traceback import format_tb

from interlock.errors import InterlockError, ProviderError
from interlock.http import Masker, public_in, secrets_in, secrets_of
from interlock.types.models import Destination
from interlock.types.response import Answer

_LONGEST_NOTE = 4_000  # characters
_MOST_USUAL = 64


class Silence:
    """Masks by value, for the destinations of one router; works out what to mask when it is first needed."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def over(self, destination: Destination, sent: Mapping[str, str]) -> Masker:
        """For a reply to a request with the headers `sent`, which may hold what was made for it alone."""
        known = self._known.get(destination.id)
        if known is None:
            known = self._known[destination.id] = _Known(destination)
        return known.over(sent)


class _Known:
    """One destination's secrets, and the headers that hold no other: most are the same in every request."""

    __slots__ = ("_mask", "_public", "_secrets", "_usual")

    def __init__(self, destination: Destination) -> None:
        self._secrets = secrets_of(destination)
        self._public = public_in(destination)
        self._mask = Masker(self._secrets, self._public)
        self._usual: set[tuple[str, str]] = set()

    def over(self, sent: Mapping[str, str]) -> Masker:
        if self._usual.issuperset(sent.items()):
            return self._mask
        made: set[str] = set()
        for item in sent.items():
            if item not in self._usual:
                others = secrets_in(dict([item])) - self._secrets
                if not others and len(self._usual) < _MOST_USUAL:
                    self._usual.add(item)
                made |= others
        return Masker(self._secrets | made, self._public) if made else self._mask


def masked_answer(mask: Masker, answer: Answer) -> Answer:
    """The answer with its ids masked. What the model said is the caller's, whatever it is."""
    served, id_ = answer.served_model and mask(answer.served_model), answer.id and mask(answer.id)
    if served == answer.served_model and id_ == answer.id:
        return answer
    return replace(answer, served_model=served, id=id_)


def masked(mask: Masker, text: str | None) -> str | None:
    return None if text is None else mask(text)


def silence(error: BaseException, mask: Masker, outer: BaseException | None = None) -> None:
    """Mask everything that an error and its causes say, and let go of the frames that they came through.

    Frames hold the request as it was sent, and whoever prints or reports their variables would show it. An
    error that no provider may raise keeps the lines of code that it came through, as a note. `outer` was
    being handled when the attempt began: it is the caller's, and left alone.
    """
    if isinstance(error, Exception) and not isinstance(error, InterlockError):
        error.add_note("raised in the provider:\n" + "".join(format_tb(error.__traceback__))[-_LONGEST_NOTE:])
    for link in _chain(error, outer):
        link.__traceback__ = None
        link.args = tuple(mask(part) if isinstance(part, str) else part for part in link.args)
        if isinstance(link, InterlockError):
            link.message = mask(link.message)
        if isinstance(link, ProviderError):
            link.code, link.vendor_message = masked(mask, link.code), masked(mask, link.vendor_message)
            # An id with a hole is nobody's.
            if link.request_id is not None and mask(link.request_id) != link.request_id:
                link.request_id = None


def _chain(error: BaseException, outer: BaseException | None) -> Iterator[BaseException]:
    """The error and what stands behind it, up to `outer`."""
    seen = {id(outer)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += (link.__cause__, link.__context__)
            waiting += link.exceptions if isinstance(link, BaseExceptionGroup) else ()
