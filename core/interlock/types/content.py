"""What is made of answers that came whole and are still not what a caller can use."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal["accept", "retry", "fall_back", "fail"]
MisplacedRule = Literal["accept", "fall_back", "fail"]
InvalidRule = Literal["repair", "retry", "fall_back", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRules:
    """A rule for each kind: hand it over, ask the same deployment again, ask another, or end the call.

    Attributes:
        empty: no text, no tool call and no media; or no tool call though one was required.
        truncated: the vendor stopped at a length.
        refused: the model declined, in an answer or in a vendor's error. To fall back is then to ask another
            model, not another deployment of the same one.
        invalid: structured output that does not fit its schema; `repair` shows it to its model once.
        misplaced: by its vendor's own word it was processed outside the request's residency. Whatever the
            rule, the attempt's record has the incident.
    """

    empty: Rule = "accept"
    truncated: Rule = "accept"
    refused: Rule = "accept"
    invalid: InvalidRule = "repair"
    misplaced: MisplacedRule = "accept"
