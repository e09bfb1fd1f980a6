"""What things cost, measured by the verb `measure` and by the scripts that the page names."""

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Seconds of CPU where nothing else is said; `--set NAME=VALUE` replaces one.

    Attributes:
        request: a request at a process, its record and its budgets included; `event` one of a stream.
        round_trip: seconds from a process to its store and back, within one zone.
        flush: seconds until a commit is on PostgreSQL's disk.
        before: round trips of an exchange before it has locked its accounts, `locked` while it holds them.
        exchange: of PostgreSQL for an exchange, `item` for an attempt in it that is held and later settled.
        client: of the process for an exchange while it holds accounts, `client_item` for an attempt in it.
        script: of Valkey for an exchange of the ledger, `script_item` for an attempt in it.
        sync: of Valkey for an exchange of health, `page` for a deployment in it.
        record: of PostgreSQL for a record, which takes `record_bytes` there with its indexes.
        patience: seconds that an exchange may take.
        full: the share of a processor that is planned with.
        core_hour: US dollars for a processor and its memory, for an hour; `byte_month` for a byte on a disk.
    """

    request: float = 570e-6
    event: float = 28e-6
    round_trip: float = 0.5e-3
    flush: float = 0.5e-3
    before: float = 6.0
    locked: float = 1.5
    exchange: float = 290e-6
    item: float = 26e-6
    client: float = 0.7e-3
    client_item: float = 50e-6
    script: float = 50e-6
    script_item: float = 13.5e-6
    sync: float = 31e-6
    page: float = 8.3e-6
    record: float = 55e-6
    record_bytes: float = 2_255.0
    patience: float = 2.0
    full: float = 0.6
    core_hour: float = 0.05
    byte_month: float = 0.12e-9


def changed(costs: Costs, settings: list[str]) -> Costs:
    """With what `NAME=VALUE` says. Raises ValueError for a name that there is not, or what is no number."""
    values = {}
    for each in settings:
        name, _, value = each.partition("=")
        if name not in Costs.__dataclass_fields__:
            raise ValueError(f"there is no cost {name!r}: {', '.join(Costs.__dataclass_fields__)}")
        values[name] = float(value)
    return Costs(**{**{name: getattr(costs, name) for name in Costs.__dataclass_fields__}, **values})
