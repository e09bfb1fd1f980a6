"""An assessment as JSON has it."""

from typing import Any

from interlock_governance.assessing.answer import Answer
from interlock_governance.assessing.assessment import Assessment
from interlock_governance.assessing.requirement import Requirement


def plain(made: Assessment) -> dict[str, Any]:
    """Lists for tuples, ISO dates; `deployments` is None without a configuration."""
    case = made.use_case
    return {
        "id": case.id,
        "name": case.name,
        "source": None if case.source is None else {"file": case.source.file, "row": case.source.row},
        "verdict": made.verdict,
        "reasons": list(made.reasons),
        "level": made.level,
        "answers": {name: _answer(answer) for name, (_, answer) in made.answers.items()},
        "unknown": [each.id for each in made.unknown],
        "requirements": [_rule(each) for each in made.requirements],
        "refusals": [_rule(each) for each in made.refusals],
        "treat": dict(made.treat),
        "measures": [
            {"who": each.who, "what": each.what, "source": each.source, "because": each.because}
            for each in made.measures
        ],
        "deployments": None
        if made.deployments is None
        else {
            name: {
                "verdict": each.verdict,
                "why": each.why,
                "unmet": sorted(each.unmet),
                "configured": each.configured,
            }
            for name, each in made.deployments.items()
        },
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "options": {name: list(held) for name, held in answer.options.items()},
        "origin": answer.origin or None,
        "who": answer.who or None,
        "when": None if answer.when is None else answer.when.isoformat(),
        "evidence": answer.evidence or None,
        "words": answer.words or None,
        "remark": answer.remark or None,
    }


def _rule(each: Requirement) -> dict[str, Any]:
    return {
        "id": each.id,
        "source": each.source,
        "permit": dict(each.rule.permit),
        "forbid": dict(each.rule.forbid),
        "because": list(each.because),
    }
