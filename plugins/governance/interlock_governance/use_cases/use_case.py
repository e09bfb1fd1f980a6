"""UseCase: what an organisation does with AI in one place, as far as anybody has written it down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final, Literal, get_args

Stage = Literal["planned", "development", "pilot", "production", "retired"]
Technique = Literal["generative", "agentic", "language", "vision", "classical", "reinforcement", "other"]
"""What kind of AI it is. The first three are what language models are for."""
Latency = Literal["low", "normal", "batch"]
"""low asks the router for `low_latency`; batch may wait for hours."""
Effect = Literal["none", "informs", "decides"]
"""What its output does to decisions about people: nothing, a person weighs it, or it is the decision."""
Likelihood = Literal["yes", "possible", "no"]
"""Whether it is of Annex III of the AI Act: somebody said so, something hints at it, somebody said no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """Where a use case was read. `row` counts as a spreadsheet does, the header being 1; of a YAML file it is
    the line.
    """

    file: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One use of AI. None is unknown, and unknown is never no; an empty tuple is known to be none.

    Attributes:
        owner: who answers for it: a person, a role or an address.
        unit: the part of the organisation that it belongs to, the widest first: `HHS / NIH`.
        technique: what kind of AI it is.
        task: one of the router's tasks, where somebody has named it; else it is classified.
        sensitivity: levels of the configuration's policies that its data have. Where they have none, `()`,
            the policies' default counts.
        residency: jurisdictions in which it may be processed; any one of them will do.
        subjects_jurisdictions: where the people live whose data it holds; `us-ca` is California.
        data_classes: kinds of data about people.
        volume_month: how many requests a month.
        tokens_in, tokens_out: tokens of one request and of its answer, on average.
        current_model: what serves it now: a card's id, a deployment's, or whatever words there are.
        human_oversight: whether a person looks at what it says before that has an effect.
        annex_iii: a hint for whoever assesses it, and no assessment.
        evidence: addresses and names of documents.
        words: field -> the column and the words that its value was made of, where the value is not the words
            themselves; of a field that is None, words that could not be read.
        extra: the source's columns that are no field of this, as they are.
    """

    id: str | None = None
    name: str | None = None
    owner: str | None = None
    unit: str | None = None
    purpose: str | None = None
    technique: Technique | None = None
    task: str | None = None
    stage: Stage | None = None
    sensitivity: tuple[str, ...] | None = None
    residency: tuple[str, ...] | None = None
    subjects_jurisdictions: tuple[str, ...] | None = None
    data_classes: tuple[str, ...] | None = None
    volume_month: int | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency: Latency | None = None
    current_model: str | None = None
    vendor: str | None = None
    human_oversight: bool | None = None
    decision_effect: Effect | None = None
    annex_iii: Likelihood | None = None
    evidence: tuple[str, ...] | None = None
    review_date: date | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    source: SourceRow | None = None

    @property
    def title(self) -> str:
        """Its name, else its id, else where it stands: what to call it in a list."""
        if self.name or self.id:
            return self.name or self.id or ""
        return "unnamed" if self.source is None else f"unnamed ({self.source.file}, row {self.source.row})"

    @property
    def gaps(self) -> tuple[str, ...]:
        """The fields that nobody has filled in, in their order."""
        return tuple(name for name in FIELDS if getattr(self, name) is None)

    def plain(self) -> dict[str, Any]:
        """As JSON has it: None for what is unknown, lists for tuples, ISO dates."""
        values: dict[str, Any] = {name: _plain(getattr(self, name)) for name in FIELDS}
        values["words"] = dict(self.words)
        values["extra"] = dict(self.extra)
        values["source"] = None if self.source is None else {"file": self.source.file, "row": self.source.row}
        return values


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


_ABOUT: Final = ("words", "extra", "source")
FIELDS: Final = tuple(each.name for each in fields(UseCase) if each.name not in _ABOUT)
"""What may be known of a use case, and may be a gap."""

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "technique": get_args(Technique),
    "stage": get_args(Stage),
    "latency": get_args(Latency),
    "decision_effect": get_args(Effect),
    "annex_iii": get_args(Likelihood),
}
"""Field -> the words that it may hold."""
LISTS: Final = frozenset({"sensitivity", "residency", "subjects_jurisdictions", "data_classes", "evidence"})
NUMBERS: Final = frozenset({"volume_month", "tokens_in", "tokens_out"})
FLAGS: Final = frozenset({"human_oversight"})
DATES: Final = frozenset({"review_date"})
