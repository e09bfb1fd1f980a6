"""Three effects under guards of exactly-once on SQLite: with its default, or a prober where `way` says so."""

from acting import Life, act, at, find
from exactly_once import ProbeResult, QuarantinedError, Store, Verdict, check_then_decide, once, quarantine
from points import STEPS

PERSON = 3


def live(life: Life) -> int:
    store = Store.sqlite(f"{life['folder']}/effects.db")

    def looks(key: str) -> ProbeResult:
        found = find(life, key)
        return ProbeResult(Verdict.COMMITTED, found[0]) if found else ProbeResult(Verdict.NOT_COMMITTED)

    policy = check_then_decide(looks) if life["way"] == "prober" else quarantine

    for step in range(STEPS):
        key = f"{life['run']}/{step}"
        try:
            with once(store, key=key, policy=policy) as guard:
                if guard.fresh:
                    guard.result = act(life, step, guard.key)
        except QuarantinedError:
            print(f"asked {life['run']}-{step}")
            return PERSON
        at(life, "end", step)
    return 0
