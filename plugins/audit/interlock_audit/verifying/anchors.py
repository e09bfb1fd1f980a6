"""Entries held against checkpoints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from interlock_audit.chaining import Heads
from interlock_audit.checkpoints.statement import Unreadable, Unsigned, checkpoint_in
from interlock_audit.keys import PublicKey
from interlock_audit.verifying.findings import Finding, Source, Used, shown
from interlock_audit.verifying.walk import Walk

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """That a checkpoint saw an entry with that hash at the end of a chain."""

    chain: str
    seq: int
    head: str
    at: int
    place: str
    own: bool  # whether the checkpoint is one of that chain's writer, and not somebody's who found it so


class Anchors:
    """What checkpoints say, and which entries they vouch for.

    Attributes:
        used: of each source, what there is of it.
        sworn: chain -> the last entry that a checkpoint of its own writer covers, from wherever that comes.
    """

    def __init__(
        self,
        walk: Walk,
        find: Callable[[str, int], str | None],
        sources: Sequence[Source],
        keys: Mapping[str, PublicKey],
    ) -> None:
        self._walk = walk
        self._findings: list[Finding] = []
        self.used: list[Used] = []
        self.sworn: dict[str, int] = {}
        self._wrong: dict[str, Seen] = {}  # chain -> the first that saw another entry there
        self._beyond: dict[str, Seen] = {}  # chain -> the last that saw more of it
        self._heads: dict[tuple[str, int], str] = {}
        self._times: dict[str, list[tuple[int, int, str]]] = {}  # chain -> its own: number, time and place
        for source in sources:
            for seen, outside in self._read(source, keys):
                self._hold(seen, find, outside=outside)
        for chain, state in walk.states.items():
            state.sworn = self.sworn.get(chain, -1)

    def against(self, roots: Heads) -> Iterator[Finding]:
        """What is not as a checkpoint saw it; `roots` are the ends of what was removed on purpose."""
        yield from self._findings
        yield from self._clocks()
        for chain, seen in self._beyond.items():
            state = self._walk.states.get(chain)
            if state is None and roots.get(chain, (-1, ""))[0] >= seen.seq:
                continue
            name, who = shown(chain), f"the checkpoint of {when(seen.at)} ({seen.place})"
            if state is None:
                what = f"Chain {name} is missing: {who} has seen it up to entry {seen.seq}."
                yield Finding(kind="chain_missing", chain=chain, seq=None, what=what)
            else:
                count = seen.seq - state.last
                gone = "1 entry is" if count == 1 else f"{count:,} entries are"
                what = (
                    f"Chain {name} ends at entry {state.last}, and {gone} missing there: {who} has seen it "
                    f"up to entry {seen.seq}."
                )
                yield Finding(kind="cut", chain=chain, seq=state.last + 1, what=what)
        for chain, seen in self._wrong.items():
            what = (
                f"Chain {shown(chain)} was rewritten: its entry {seen.seq} is not the one which the "
                f"checkpoint of {when(seen.at)} ({seen.place}) has seen."
            )
            yield Finding(kind="rewritten", chain=chain, seq=seen.seq, what=what)

    def _read(self, source: Source, keys: Mapping[str, PublicKey]) -> Iterator[tuple[Seen, bool]]:
        signed = unread = 0
        last: int | None = None
        for number, line in enumerate(source.lines, 1):
            if not line.strip() or not keys:
                continue
            place = f"{source.name}, line {number}"
            try:
                found = checkpoint_in(line, keys)
            except Unreadable:
                unread += 1
                continue
            except Unsigned as error:
                whose = f"which says that it is by key {error.key[:32]!r}"
                what = f"{place}: none of the given keys has signed this checkpoint, {whose}."
                self._findings.append(Finding(kind="checkpoint", chain="", seq=None, what=what))
                continue
            signed += 1
            self._times.setdefault(found.chain, []).append((found.seq, found.at, place))
            last = max(last or 0, found.at)
            for chain, (seq, head) in found.all_heads.items():
                yield Seen(chain, seq, head, found.at, place, chain == found.chain), source.outside
        self.used.append(
            Used(name=source.name, outside=source.outside, signed=signed, last=last, unread=unread)
        )

    def _clocks(self) -> Iterator[Finding]:
        """Each writer's checkpoints by what they cover: one that was sent again may come behind others'."""
        for chain, times in self._times.items():
            before = 0
            for seq, at, place in sorted(times):
                if at < before - self._walk.tolerance:
                    back = (before - at) / 1e6
                    what = (
                        f"{place}: it is {back:,.1f} s older than one that covers less: a clock was set back."
                    )
                    yield Finding(kind="clock", chain=chain, seq=seq, what=what)
                before = max(before, at)

    def _hold(self, seen: Seen, find: Callable[[str, int], str | None], *, outside: bool) -> None:
        chain, seq = seen.chain, seen.seq
        if self._heads.setdefault((chain, seq), seen.head) != seen.head:
            what = (
                f"Two checkpoints have seen different entries {seq} of chain {shown(chain)}: it was forked."
            )
            self._findings.append(Finding(kind="fork", chain=chain, seq=seq, what=what))
        state = self._walk.states.get(chain)
        if state is None or seq > state.last:
            if chain not in self._beyond or self._beyond[chain].seq < seq:
                self._beyond[chain] = seen
            return
        if seq < state.first:
            return  # what is gone at the front is held against what was pruned
        found = find(chain, seq)
        if found == seen.head:
            if seen.own:
                self.sworn[chain] = max(seq, self.sworn.get(chain, -1))
            if outside and seq > state.anchored:
                state.anchored, state.anchored_at = seq, seen.at
        elif found is not None and (chain not in self._wrong or self._wrong[chain].seq > seq):
            self._wrong[chain] = seen


def when(at: int) -> str:
    """A time in microseconds since the epoch, for people."""
    try:
        return f"{_EPOCH + timedelta(microseconds=at):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return "a time that no calendar has"
