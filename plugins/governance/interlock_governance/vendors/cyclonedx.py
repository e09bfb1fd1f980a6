"""Sheets as a CycloneDX 1.7 bill: vendors, models that they serve, and what is said of each as attestations.

The questions are a standard's requirements; what is said is a claim with its evidence; a gap is a requirement
without a claim, of which nobody is confident. Nothing is scored for being good or bad.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from interlock_governance.vendors.questions import QUESTIONS
from interlock_governance.vendors.sheets import Answer, Sheet, Statement

if TYPE_CHECKING:
    from interlock import Deployment

_SPACE = UUID("6f6a3a3e-6a51-4b0a-9f4d-5a2f6a1f9b52")
_STANDARD = "interlock-vendor-questions"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]+(/[\w.~!$&'()*+,;=:@/?#-]*)?", re.ASCII)


def to_cyclonedx(
    sheets: Iterable[Sheet], *, deployments: "Iterable[Deployment]" = (), today: date | None = None
) -> dict[str, Any]:
    """The bill, ready for `json.dump`; the same sheets and day give the same bill.

    Args:
        sheets: what is known of each vendor.
        deployments: whose models stand in the bill, each with its card's published results; those of other
            vendors are left out.
        today: the day of the bill; that of the first sheet by default.
    """
    told = tuple(sheets)
    day = today or (told[0].today if told else datetime.now(UTC).date())
    assessor = "assessor:interlock"
    said = [
        (sheet, answer, at, statement)
        for sheet in told
        for answer in sheet.answers
        for at, statement in enumerate(answer.valued)
    ]
    served = {provider: sheet for sheet in told for provider in sheet.providers}
    models = [each for each in deployments if each.provider in served]
    serial = uuid5(_SPACE, repr((day, told, [each.id for each in models])))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"timestamp": _moment(day), "lifecycles": [{"phase": "operations"}]},
        "components": [_model(each, served[each.provider]) for each in models],
        "services": [_service(each) for each in told],
        "declarations": {
            "assessors": [
                {"bom-ref": assessor, "thirdParty": True, "organization": {"name": "interlock-governance"}}
            ],
            "attestations": [_attestation(each, assessor) for each in told],
            "claims": [_claim(*each) for each in said],
            "evidence": [_evidence(*each) for each in said],
            "targets": {
                "organizations": [{"bom-ref": _of(each, "organization"), "name": each.name} for each in told]
            },
        },
        "definitions": {"standards": [_standard()]},
    }


def _standard() -> dict[str, Any]:
    return {
        "bom-ref": _STANDARD,
        "name": "Questions to vendors of models",
        "version": "1",
        "owner": "Interlock",
        "requirements": [
            {
                "bom-ref": f"{_STANDARD}:{question.id}",
                "identifier": question.id,
                "text": question.asks,
                "descriptions": [question.section],
            }
            for question in QUESTIONS
        ],
    }


def _service(sheet: Sheet) -> dict[str, Any]:
    return {
        "bom-ref": _of(sheet, "service"),
        "provider": {"name": sheet.name},
        "name": sheet.name,
        "x-trust-boundary": True,
        "properties": [{"name": "interlock:provider", "value": each} for each in sheet.providers],
    }


def _model(deployment: "Deployment", sheet: Sheet) -> dict[str, Any]:
    card = deployment.card
    analysis = [{"type": each.benchmark, "value": f"{each.value:g}"} for each in card.scores]
    considerations: dict[str, Any] = {"useCases": list(card.strengths)} if card.strengths else {}
    model: dict[str, Any] = {"modelParameters": {"task": "text generation"}}
    if analysis:
        model["quantitativeAnalysis"] = {"performanceMetrics": analysis}
    if considerations:
        model["considerations"] = considerations
    component: dict[str, Any] = {
        "bom-ref": f"deployment:{deployment.id}",
        "type": "machine-learning-model",
        "supplier": {"name": sheet.name},
        "manufacturer": {"name": card.maker or card.vendor},
        "name": card.id,
        "description": card.summary,
        "modelCard": model,
        "properties": [
            {"name": "interlock:deployment", "value": deployment.id},
            {"name": "interlock:name", "value": deployment.name},
            {"name": "interlock:processed", "value": deployment.region},
            {"name": "interlock:stored", "value": deployment.handling.stored},
        ],
    }
    return component


def _attestation(sheet: Sheet, assessor: str) -> dict[str, Any]:
    counted = f"{sheet.count('stated')} stated, {sheet.count('old')} old, {sheet.count('gap')} gaps"
    return {
        "summary": f"{sheet.name}: {counted}, of {len(QUESTIONS)} questions.",
        "assessor": assessor,
        "map": [
            {
                "requirement": f"{_STANDARD}:{answer.question.id}",
                "claims": [_claim_id(sheet, answer, at) for at in range(len(answer.valued))],
                "confidence": _confidence(answer),
            }
            for answer in sheet.answers
        ],
    }


def _confidence(answer: Answer) -> dict[str, Any]:
    """How sure it is that the answer is known, which says nothing of the answer."""
    if answer.state == "gap":
        looked = "; ".join(each.note for each in answer.statements)
        return {"score": 0, "rationale": f"Nobody has said. {looked}" if looked else "Nobody has said."}
    if answer.state == "old":
        newest = max(each.as_of for each in answer.valued)
        return {"score": 0.5, "rationale": f"What is said is old, as of {newest}, or holds no more."}
    return {"score": 1, "rationale": "Said by whom the evidence names."}


def _claim(sheet: Sheet, answer: Answer, at: int, statement: Statement) -> dict[str, Any]:
    claim = {
        "bom-ref": _claim_id(sheet, answer, at),
        "target": _of(sheet, "organization"),
        "predicate": f"{answer.question.asks} {statement.told}",
        "evidence": [f"evidence:{sheet.vendor}:{answer.question.id}:{at}"],
    }
    about = "; ".join(part for part in (statement.scope, statement.note) if part)
    return claim | ({"reasoning": about} if about else {})


def _evidence(sheet: Sheet, answer: Answer, at: int, statement: Statement) -> dict[str, Any]:
    address = statement.evidence
    data: dict[str, Any] = {"name": address}
    if _ADDRESS.fullmatch(address):
        data["contents"] = {"url": address}
    evidence: dict[str, Any] = {
        "bom-ref": f"evidence:{sheet.vendor}:{answer.question.id}:{at}",
        "propertyName": answer.question.id,
        "data": [data],
        "created": _moment(statement.as_of),
        "author": {"name": statement.by},
    }
    if statement.valid_until is not None:
        evidence["expires"] = _moment(statement.valid_until)
    return evidence


def _claim_id(sheet: Sheet, answer: Answer, at: int) -> str:
    return f"claim:{sheet.vendor}:{answer.question.id}:{at}"


def _of(sheet: Sheet, what: str) -> str:
    return f"{what}:{sheet.vendor}"


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()
