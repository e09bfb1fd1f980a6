"""The guardrail: seals what is found in a request, and puts it back in what answers it."""

from collections.abc import Awaitable, Collection, Iterable
from functools import cached_property
from typing import Final

from interlock import Request, Verdict
from interlock.protocols import API, GuardCall, Release, ReleaseCall, RestoreCall
from interlock.types.findings import Finding
from interlock.types.messages import Audio, Document, Image, Part, ToolResult
from interlock.types.passages import PHASES, Passage
from interlock_privacy.actions import ENDING, OPEN, REPLACING, masked, redacted
from interlock_privacy.options import Options
from interlock_privacy.restoring import Restorer
from interlock_privacy.scanning import LARGE, Finder, Found, scan, scan_in_slices
from interlock_privacy.tokens import Kept, Minting, codes_in, session_key

__all__ = ["INSTRUCTIONS", "Privacy"]

INSTRUCTIONS: Final = (
    "Tokens such as <KIND_code> in this conversation stand for values that you are not shown. Where you mean "
    "such a value, write its token exactly as it stands; do not translate, shorten or invent tokens."
)
_OUT: Final = frozenset({"request", "tool_result"})
_PLAIN: Final = (".id", ".name", ".url")  # places that take letters, digits and few signs
_LONGEST: Final = 100


class Privacy:
    """Works by its options; as the plugin offers it, by their defaults.

    `finder` is what looks for personal data, where it is not the detector that the options make.
    """

    api = API
    name = "privacy"
    phases = PHASES
    rewrites = True
    listed = True
    timeout = 10.0
    options = Options

    def __init__(self, options: Options | None = None, *, finder: Finder | None = None) -> None:
        self._options = options or Options()
        self._given = finder
        key = self._options.key
        self._key = None if key is None else key.reveal().encode()

    def configured(self, options: Options) -> "Privacy":
        made = Privacy(options, finder=self._given)
        made._finder, made._restorer  # noqa: B018 - made now, so that no call waits for it
        return made

    def __repr__(self) -> str:
        return "Privacy()"

    def inspect(self, call: GuardCall) -> Verdict | Awaitable[Verdict]:
        if call.answer is not None:
            return self._looked_at(call)
        if sum(len(each.text) for each in call.passages) > LARGE:
            return self._slowly(call)
        return self._verdict(call, scan(self._finder, call.passages))

    def restore(self, call: RestoreCall) -> str:
        kept: Kept | None = call.kept
        return call.text if kept is None else self._restorer.restored(call.text, kept.spelled)

    def release(self, call: ReleaseCall) -> Release:
        kept: Kept | None = call.kept
        if kept is None:
            return Release(upto=len(call.text))
        if call.final:
            return Release(upto=len(call.text), text=self._restorer.restored(call.text, kept.spelled))
        upto, text = self._restorer.released(call.text, kept.spelled)
        return Release(upto=upto, text=text)

    def kinds_of(self, passages: Iterable[Passage]) -> frozenset[str]:
        """The kinds of data that texts hold, whatever is done with them. Raises ScanFailed."""
        return frozenset(each.kind for _, found in scan(self._finder, passages) for each in found)

    def sealable(self, kinds: Collection[str]) -> bool:
        """Whether of a request that holds these kinds nothing would leave as it is, and the call go on."""
        return not any(self._options.action(kind) in OPEN for kind in kinds)

    # Patterns take a while to make, which who has the plugin and does not use it need not wait for.
    @cached_property
    def _finder(self) -> Finder:
        return self._given or self._options.detector

    @cached_property
    def _restorer(self) -> Restorer:
        return Restorer()

    async def _slowly(self, call: GuardCall) -> Verdict:
        return self._verdict(call, await scan_in_slices(self._finder, call.passages))

    def _verdict(self, call: GuardCall, found: Found) -> Verdict:
        kinds = sorted({each.kind for _, several in found for each in several})
        named = "+".join(kinds)[:_LONGEST] or None
        if self._options.unseen == "block" and (part := _unseen(call.request, call.passages)):
            why = f"nobody can look into {part} for personal data; guardrails.privacy.unseen: pass lets it go"
            return Verdict(action="block", category="unseen", reason=why)
        for passage, several in found:
            for each in several:
                if refusal := self._refusal(passage, each):
                    return Verdict(action="block", category=each.kind, where=passage.where, reason=refusal)
        replaced = [each for each in found if any(self._replaces(it) for it in each[1])]
        kept: Kept | None = call.kept
        if replaced:
            return self._rewritten(call, replaced, named)
        if any(self._options.action(kind) == "flag" for kind in kinds):
            return Verdict(action="flag", category=named, kept=kept)
        return Verdict(kept=kept)

    def _refusal(self, passage: Passage, finding: Finding) -> str | None:
        """Why a call ends with a finding, if it does."""
        action, what = self._options.action(finding.kind), f"personal data ({finding.kind})"
        if action == "refuse":
            return f"{what} stands in {passage.where}"
        if action in ENDING and not passage.rewritable:
            return f"{what} stands in {passage.where}, where nothing else may stand"
        return None

    def _replaces(self, finding: Finding) -> bool:
        return self._options.action(finding.kind) in REPLACING

    def _rewritten(self, call: GuardCall, found: Found, named: str | None) -> Verdict:
        options, kept = self._options, call.kept
        session = call.request.metadata.get(options.session, call.request.run)
        taken = (code for each in call.passages for code in codes_in(each.text))
        minting = Minting(session_key(self._key, session), kept, taken)
        texts = {passage.where: self._sealed(passage, several, minting) for passage, several in found}
        tokens = any(options.action(each.kind) == "tokenise" for _, several in found for each in several)
        return Verdict(
            action="rewrite",
            category=named,
            texts=texts,
            instructions=INSTRUCTIONS if tokens and options.instruct else "",
            kept=minting.kept(),
        )

    def _sealed(self, passage: Passage, found: Iterable[Finding], minting: Minting) -> str:
        text, end = passage.text, 0
        made: list[str] = []
        plain = passage.where.endswith(_PLAIN)
        for each in found:
            action = self._options.action(each.kind)
            if action not in REPLACING:
                continue
            spelled = text[each.start : each.end]
            if action == "tokenise" or plain:
                put = minting.token(each.kind, each.value, spelled, bare=plain)
            else:
                put = redacted(each.kind) if action == "redact" else masked(each.kind, spelled)
            made += (text[end : each.start], put)
            end = each.end
        return "".join([*made, text[end:]])

    def _looked_at(self, call: GuardCall) -> Verdict:
        """Whether an answer has tokens that nothing can be put back for."""
        spelled = {} if call.kept is None else call.kept.spelled
        count = sum(self._restorer.unknown(each.text, spelled) for each in call.passages)
        if not count:
            return Verdict(kept=call.kept)
        return Verdict(action="flag", category=f"unknown_token:{count}", kept=call.kept)


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
