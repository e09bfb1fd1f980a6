"""What becomes of a request in which something was found, a little at a time."""

from collections.abc import Generator, Mapping, Sequence
from typing import Final

from interlock import Verdict
from interlock.protocols import GuardCall
from interlock.types.findings import Finding
from interlock.types.passages import Passage
from interlock_privacy.actions import ENDING, REPLACING, Action, masked, redacted
from interlock_privacy.forms import EXACT
from interlock_privacy.options import Options
from interlock_privacy.scanning import STEP, Found, pieces
from interlock_privacy.tokens import Kept, Minting, codes_in, session_key

__all__ = ["INSTRUCTIONS", "Sealing", "without_tokens"]

INSTRUCTIONS: Final = (
    "Tokens such as <KIND_code> in this conversation stand for values that you are not shown. Where you mean "
    "such a value, write its token exactly as it stands; do not translate, shorten or invent tokens."
)
_PLAIN: Final = (".id", ".name", ".url")  # places that take letters, digits and few signs
_LONGEST: Final = 100
_TOKENS: Final = 100  # that are made at once


class Sealing:
    """Treats what was found in a request as the options say. Its work is divided by yields."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._key = None if options.key is None else options.key.reveal().encode()

    def verdict(self, call: GuardCall, found: Found) -> Generator[None, None, Verdict]:
        kinds = sorted((yield from _kinds(found)))
        named = "+".join(kinds)[:_LONGEST] or None
        actions = {kind: self._options.action(kind) for kind in kinds}
        if any(action in ENDING for action in actions.values()):
            stop = yield from self._stop(found, actions)
            if stop is not None:
                return stop
        replaced = [each for each in found if any(actions[it.kind] in REPLACING for it in each[1])]
        if replaced:
            texts, kept = yield from self._rewritten(call, replaced)
            told = "tokenise" in actions.values() and self._options.instruct
            instructions = INSTRUCTIONS if told else ""
            return Verdict(
                action="rewrite", category=named, texts=texts, instructions=instructions, kept=kept
            )
        if "flag" in actions.values():
            return Verdict(action="flag", category=named, kept=call.kept)
        return Verdict(kept=call.kept)

    @staticmethod
    def _stop(found: Found, actions: Mapping[str, Action]) -> Generator[None, None, Verdict | None]:
        for passage, several in found:
            for number, each in enumerate(several, 1):
                action = actions[each.kind]
                if action == "refuse" or (action in REPLACING and not passage.rewritable):
                    at = passage.where
                    where = at if action == "refuse" else f"{at}, where nothing else may stand"
                    why = f"personal data ({each.kind}) stands in {where}"
                    return Verdict(action="block", category=each.kind, where=at, reason=why)
                if number % STEP == 0:
                    yield
            yield
        return None

    def _rewritten(
        self, call: GuardCall, found: Found
    ) -> Generator[None, None, tuple[dict[str, str], Kept | None]]:
        session = call.request.metadata.get(self._options.session, call.request.run)
        taken: set[str] = set()
        for passage in call.passages:
            for start, end in pieces(passage.text):
                taken |= codes_in(passage.text[start:end])
                yield
        minting = Minting(session_key(self._key, session), call.kept, taken)
        texts = {}
        for passage, several in found:
            texts[passage.where] = yield from self._sealed(passage, several, minting)
            yield
        return texts, minting.kept()

    def _sealed(
        self, passage: Passage, found: Sequence[Finding], minting: Minting
    ) -> Generator[None, None, str]:
        text, end = passage.text, 0
        made: list[str] = []
        plain = passage.where.endswith(_PLAIN)
        for number, each in enumerate(found, 1):
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
            if number % _TOKENS == 0:
                yield
        return "".join([*made, text[end:]])


def without_tokens(found: Found, kept: Kept) -> Generator[None, None, Found]:
    """What was found and is no token of the call's: one without brackets may pass for a password."""
    left = []
    for passage, several in found:
        mine = []
        for number, each in enumerate(several, 1):
            if not _is_token(passage.text[each.start : each.end], kept):
                mine.append(each)
            if number % STEP == 0:
                yield
        yield
        if mine:
            left.append((passage, mine))
    return left


def _kinds(found: Found) -> Generator[None, None, frozenset[str]]:
    kinds: set[str] = set()
    for _, several in found:
        for start in range(0, len(several), STEP):
            kinds.update(each.kind for each in several[start : start + STEP])
            yield
    return frozenset(kinds)


def _is_token(spelled: str, kept: Kept) -> bool:
    found = EXACT.fullmatch(f"<{spelled.strip('<>')}>")
    return found is not None and found[1] in kept.spelled
