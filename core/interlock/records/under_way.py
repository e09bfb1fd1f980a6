"""Calls that go on, for whoever wants to see them."""

from interlock.forks import anew
from interlock.records.draft import RecordDraft
from interlock.types.records import CallUnderWay


class CallsUnderWay:
    """The drafts of one router's calls that have not ended. Safe to read while calls begin and end."""

    def __init__(self) -> None:
        self._drafts: dict[str, RecordDraft] = {}
        # Nothing goes on in a forked child.
        anew(self._drafts_anew)

    def begins(self, draft: RecordDraft) -> None:
        self._drafts[draft.id] = draft

    def ended(self, draft: RecordDraft) -> None:
        self._drafts.pop(draft.id, None)

    def snapshot(self) -> tuple[CallUnderWay, ...]:
        """The one that has gone on longest first."""
        return tuple(draft.under_way() for draft in tuple(self._drafts.values()))

    def _drafts_anew(self) -> None:
        self._drafts = {}
