"""The guardrail: seals what is found in a request, and puts it back in what answers it."""

from collections.abc import Awaitable, Collection, Generator, Iterable, Sequence
from functools import cached_property

from interlock import Request, Verdict
from interlock.http import at_once, in_turns
from interlock.protocols import API, Detector, GuardCall, Release, ReleaseCall, RestoreCall
from interlock.types.messages import Audio, Document, Image, Part, Reasoning, ToolResult
from interlock.types.passages import PHASES, Passage
from interlock_privacy.actions import OPEN
from interlock_privacy.aside import Turns
from interlock_privacy.combining import Combined
from interlock_privacy.options import Options
from interlock_privacy.restoring import Restorer
from interlock_privacy.scanning import AT_ONCE, Finder, ScanFailed, let_go, pieces, scan, scan_in_slices
from interlock_privacy.sealing import Sealing, without_tokens
from interlock_privacy.spreading import spread
from interlock_privacy.tokens import Kept

__all__ = ["Privacy"]


class Privacy:
    """Works by its options; as the plugin offers it, by their defaults.

    `finder` is what looks for personal data, where it is not the detector that the options make; it may say
    which other `kinds` it knows. `detectors` are those that the options name.
    """

    api = API
    name = "privacy"
    phases = PHASES
    rewrites = True
    listed = True
    options = Options

    def __init__(
        self,
        options: Options | None = None,
        *,
        finder: Finder | None = None,
        detectors: Sequence[Detector] = (),
    ) -> None:
        self._options = options or Options()
        self._given = finder
        self._beside = detectors
        self._sealing = Sealing(self._options)
        self._turns = Turns()
        self.detectors = self._options.detectors
        self.timeout = 30.0 if self.detectors else 10.0  # a model is loaded in some of the former

    def configured(self, options: Options) -> "Privacy":
        made = Privacy(options, finder=self._given)
        return made if options.detectors else _ready(made)

    def detecting(self, detectors: Sequence[Detector]) -> "Privacy":
        """Asking these besides. Raises ConfigError for a kind that neither the rules nor they find."""
        self._options.check_kinds({kind for each in detectors for kind in each.kinds})
        return _ready(Privacy(self._options, finder=self._given, detectors=detectors))

    def __repr__(self) -> str:
        return "Privacy()"

    def inspect(self, call: GuardCall) -> Verdict | Awaitable[Verdict]:
        if self.detectors and call.answer is None:
            return self._turns.take(self._asked(call, sliced=True))
        sliced = _is_large(call.passages)
        work = self._asked(call, sliced=sliced) if call.answer is None else self._answered(call)
        return in_turns(work) if sliced else at_once(work)

    def restore(self, call: RestoreCall) -> str:
        kept: Kept | None = call.kept
        if kept is None:
            return call.text
        return self._restorer.restored(call.text, kept.spelled, exact=call.kind == "reasoning")

    def release(self, call: ReleaseCall) -> Release:
        kept: Kept | None = call.kept
        if kept is None:
            return Release(upto=len(call.text))
        exact = call.kind == "reasoning"
        if call.final:
            text = self._restorer.restored(call.text, kept.spelled, exact=exact)
            return Release(upto=len(call.text), text=text)
        upto, text = self._restorer.released(call.text, kept.spelled, exact=exact)
        return Release(upto=upto, text=text)

    def kinds_of(self, passages: Iterable[Passage]) -> frozenset[str]:
        """The kinds of data that texts hold, whatever is done with them. Raises ScanFailed."""
        given = tuple(passages)
        # In slices, for the sake of other threads.
        found = (
            at_once(scan_in_slices(self._finder, given)) if _is_large(given) else scan(self._finder, given)
        )
        return frozenset(each.kind for _, several in found for each in several)

    @property
    def kinds(self) -> frozenset[str]:
        """All that can be found."""
        from interlock_privacy.detection import KINDS  # noqa: PLC0415 - as said below

        others: Iterable[str] = getattr(self._given, "kinds", ())
        beside = (kind for each in self._beside for kind in each.kinds)
        return frozenset(self._options.kinds) or frozenset((*KINDS, *others, *beside))

    def sealable(self, kinds: Collection[str]) -> bool:
        """Whether of a request that holds these kinds nothing would leave as it is, and the call go on."""
        return not any(self._options.action(kind) in OPEN for kind in kinds)

    # Rules and patterns take a while to make, which who has the plugin and does not use it need not wait for.
    @cached_property
    def _finder(self) -> Finder:
        rules = self._given or self._options.detector
        if len(self._beside) < len(self.detectors):
            raise RuntimeError("the detectors that the options name were not given")
        return Combined(rules, self._beside, self._options.kinds) if self._beside else rules

    @cached_property
    def _restorer(self) -> Restorer:
        return Restorer(self.kinds)

    def _asked(self, call: GuardCall, *, sliced: bool) -> Generator[None, None, Verdict]:
        if self._options.unseen == "block" and (part := _unseen(call.request, call.passages)):
            why = f"nobody can look into {part} for personal data; guardrails.privacy.unseen: pass lets it go"
            return Verdict(action="block", category="unseen", reason=why)
        try:
            if sliced:
                found = yield from scan_in_slices(self._finder, call.passages)
            else:
                found = scan(self._finder, call.passages)
        except ScanFailed as error:
            if not error.lacks:
                raise
            return Verdict(action="block", category="detector", reason=error.lacks.rstrip("."))
        if call.kept is not None:
            found = yield from without_tokens(found, call.kept)
        if not found:
            return Verdict(kept=call.kept)
        found = yield from spread(found, call.passages)
        verdict = yield from self._sealing.verdict(call, found)
        yield from let_go(found)
        return verdict

    def _answered(self, call: GuardCall) -> Generator[None, None, Verdict]:
        """Whether an answer has tokens that nothing can be put back for."""
        spelled = {} if call.kept is None else call.kept.spelled
        said = () if call.answer is None else call.answer.parts
        thoughts = {f"parts[{at}]" for at, part in enumerate(said) if isinstance(part, Reasoning)}
        count, where = 0, None
        for passage in call.passages:
            for start, end in pieces(passage.text):
                exact = passage.where in thoughts
                more = self._restorer.unknown(passage.text[start:end], spelled, exact=exact)
                count, where = count + more, where or (passage.where if more else None)
                yield
        if not count:
            return Verdict(kept=call.kept)
        return Verdict(action="flag", category=f"unknown_token:{count}", where=where, kept=call.kept)


def _ready(privacy: Privacy) -> Privacy:
    privacy._finder, privacy._restorer  # noqa: B018, SLF001 - made now, so that no call waits for it
    return privacy


def _is_large(passages: Iterable[Passage]) -> bool:
    """Whether texts are looked into a slice at a time."""
    return sum(len(each.text) for each in passages) > AT_ONCE


def _unseen(request: Request, passages: Iterable[Passage]) -> str | None:
    """Where the first part stands that no passage has the content of."""
    read = {each.where for each in passages if each.where.endswith(".data")}
    places = (
        (f"messages[{at}].parts[{number}]", part)
        for at, message in enumerate(request.messages)
        if not isinstance(message.content, str)
        for number, part in enumerate(message.content)
    )
    for where, part in places:
        for within, inner in _parts(where, part):
            if isinstance(inner, (Image, Audio, Document)) and f"{within}.data" not in read:
                return within
    return None


def _parts(where: str, part: Part) -> Iterable[tuple[str, Part]]:
    if isinstance(part, ToolResult) and not isinstance(part.content, str):
        return [(f"{where}.parts[{number}]", each) for number, each in enumerate(part.content)]
    return [(where, part)]
