"""Assessments as tables for a terminal: columns, and rows of texts."""

from collections import Counter
from collections.abc import Iterator, Sequence

from interlock_governance.assessing.answer import Answer
from interlock_governance.assessing.assessment import ALLOWED, NOT_ALLOWED, WITH_MEASURES, Assessment, Serving
from interlock_governance.assessing.requirement import Requirement

Part = tuple[Sequence[str], Sequence[Sequence[str]]]


def listed(found: Sequence[Assessment]) -> Part:
    columns = ("Use case", "Verdict", "Unknown", "Measures", "May serve")
    return columns, [
        (
            each.use_case.title,
            each.verdict,
            f"{len(each.unknown)} of {len(each.answers)}",
            str(len(each.measures)),
            served(each),
        )
        for each in found
    ]


def counted(found: Sequence[Assessment]) -> Part:
    verdicts = Counter(each.verdict for each in found)
    unknown = Counter(question.title for each in found for question in each.unknown)
    rows = [(name, f"{verdicts[name]:,} of {len(found):,}") for name in (ALLOWED, WITH_MEASURES, NOT_ALLOWED)]
    rows += [
        (f"not known: {name.lower()}", f"{count:,} of {len(found):,}") for name, count in unknown.items()
    ]
    return ("", "Use cases"), rows


def detailed(made: Assessment) -> Iterator[Part]:
    yield (made.use_case.title, made.verdict), [("why", each) for each in made.reasons]
    yield (
        ("Question", "Answer", "From"),
        [(question.title, answer.told(), origin(answer)) for question, answer in made.answers.values()],
    )
    if rules := (*made.refusals, *made.requirements):
        yield (
            ("Required of a deployment", "Ground"),
            [(told, "; ".join(dict.fromkeys(map(ground, alike)))) for told, alike in by_words(rules)],
        )
    if made.measures:
        yield ("Who", "Measure"), [(each.who, measure(each.what, each.source)) for each in made.measures]
    if made.deployments is not None:
        yield (
            ("Deployment", "Requests", "Why not"),
            [(name, each.verdict, why_not(made, each) or "-") for name, each in made.deployments.items()],
        )


def by_words(rules: Sequence[Requirement]) -> list[tuple[str, list[Requirement]]]:
    """Requirements that ask for the same, together, with what it is."""
    found: dict[str, list[Requirement]] = {}
    for each in rules:
        found.setdefault(each.told(), []).append(each)
    return list(found.items())


def ground(rule: Requirement) -> str:
    """Its source in few words, and whether it is asked for only because nobody knows an answer."""
    unknown = any(each.endswith(": not known") for each in rule.because)
    return f"{rule.ground} (not known)" if unknown else rule.ground


def why_not(made: Assessment, serving: Serving) -> str:
    """What it does not meet, in few words; `serving.why` has all of them."""
    unmet = dict.fromkeys(each.told() for each in made.rules if each.id in serving.unmet)
    parts = [f"not met: {'; '.join(unmet)}"] if unmet else []
    parts += [f"by the configuration: {serving.configured}"] if serving.configured else []
    return ". ".join(parts)


def served(made: Assessment) -> str:
    if made.deployments is None or made.satisfying is None:
        return "-"
    return f"{len(made.satisfying)} of {len(made.deployments)}"


def origin(answer: Answer) -> str:
    """Whose answer it is, since when and on which ground, and what the row says."""
    if answer.origin == "row":
        return f"the inventory ({answer.words})"
    if not answer.known:
        return f"nobody (the inventory says: {answer.words})" if answer.words else "nobody"
    about = [answer.who or "the answers", *([f"{answer.when}"] if answer.when else [])]
    about += [answer.evidence] if answer.evidence else []
    about += ["for every use case"] if answer.origin == "everywhere" else []
    told = ", ".join(about)
    return f"{told}. {answer.remark}" if answer.remark else told


def measure(what: str, source: str) -> str:
    return f"{what} ({source})" if source else what
