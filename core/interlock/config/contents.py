"""Which answers are accepted."""

from interlock.config.schema import Limit, Part
from interlock.types.content import ContentRules, InvalidRule, MisplacedRule, Rule
from interlock.types.models import LARGEST_ANSWER


class ContentConfig(Part):
    """What follows an answer that is empty, truncated or refused, whose structured output does not fit, or
    that was made outside the residency; and how much one may hold: `largest_answer` in bytes of a plain body,
    characters of a stream.
    """

    empty: Rule = "accept"
    truncated: Rule = "accept"
    refused: Rule = "accept"
    invalid: InvalidRule = "repair"
    misplaced: MisplacedRule = "accept"
    largest_answer: Limit = LARGEST_ANSWER

    def rules(self) -> ContentRules:
        return ContentRules(
            empty=self.empty,
            truncated=self.truncated,
            refused=self.refused,
            invalid=self.invalid,
            misplaced=self.misplaced,
        )
