"""Candidates as JSON has them, and figures in words."""

from typing import Any

from interlock_governance.candidates.candidate import Candidate, CaseCandidates
from interlock_governance.candidates.figures import Range

_DIGITS = 4
_CENTS = 100.0


def plain(found: CaseCandidates) -> dict[str, Any]:
    case, classified, current = found.use_case, found.classified, found.current
    return {
        "id": case.id,
        "name": case.name,
        "unit": case.unit,
        "source": case.plain()["source"],
        "skipped": found.skipped,
        "task": classified
        and {
            "name": classified.task,
            "confidence": round(classified.confidence, _DIGITS),
            "stage": classified.stage,
            "evidence": list(classified.evidence),
        },
        "volume_month": case.volume_month,
        "tokens_in": case.tokens_in,
        "tokens_out": case.tokens_out,
        "latency": case.latency,
        "current": current
        and {
            "words": current.words,
            "model": current.card and current.card.id,
            "deployments": dict(found.current_verdicts),
            "price": _price(current.price),
            "month": _range(found.month),
            "context_window": current.card and current.card.context_window,
        },
        "candidates": [_candidate(each) for each in found.candidates],
        "denied": dict(found.denied),
        "unchecked": found.unchecked,
        "gaps": dict(found.gaps),
        "notes": list(found.notes),
    }


def _candidate(each: Candidate) -> dict[str, Any]:
    return {
        "deployment": each.deployment,
        "model": each.model,
        "region": each.region,
        "verdict": each.verdict,
        "why": each.why,
        "lacks": each.lacks,
        "routed": each.routed,
        "own_ground": each.own_ground,
        "price": _price(each.price),
        "month": _range(each.month),
        "saving_month": _range(each.saving_month),
        "saving_thousand": None if each.saving_thousand is None else round(each.saving_thousand, _DIGITS),
        "saving_share": _range(each.saving_share),
        "context_window": each.context_window,
        "scores": [
            {"benchmark": one.benchmark, "value": one.value, "now": one.now, "source": one.source}
            for one in each.scores
        ],
        "gains": list(each.gains),
        "losses": list(each.losses),
    }


def _price(price: Any) -> dict[str, Any] | None:
    if price is None:
        return None
    return {"input": price.input, "output": price.output, "source": price.source, "as_of": price.as_of}


def _range(found: Range | None) -> dict[str, float] | None:
    return None if found is None else {"low": round(found.low, _DIGITS), "high": round(found.high, _DIGITS)}


def dollars(found: Range | None, unknown: str = "unknown") -> str:
    """US dollars: one figure, or from and to."""
    if found is None:
        return unknown
    low, high = _money(found.low), _money(found.high)
    return low if low == high else f"{low} to {high}"


def _money(amount: float) -> str:
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    return f"{sign}${size:,.0f}" if size >= _CENTS else f"{sign}${size:,.2f}"
