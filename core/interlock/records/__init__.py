"""Records: of a call that goes on, the last ones in memory, and as plain values for stores and readers."""

from interlock.records.encoding import record_to_json
from interlock.records.outcomes import outcome_to_plain
from interlock.records.plain import Unreadable, record_from_plain, record_to_plain, silent
from interlock.records.summary import attempts_to_plain, decision_to_plain, response_to_plain, usage_to_plain

__all__ = [
    "Unreadable",
    "attempts_to_plain",
    "decision_to_plain",
    "outcome_to_plain",
    "record_from_plain",
    "record_to_json",
    "record_to_plain",
    "response_to_plain",
    "silent",
    "usage_to_plain",
]
