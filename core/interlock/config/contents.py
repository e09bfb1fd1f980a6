"""Which answers are accepted."""

from interlock.config.schema import Part
from interlock.types.content import ContentRules, InvalidRule, Rule


class ContentConfig(Part):
    """What follows an answer that is empty, truncated or refused, or whose structured output does not fit."""

    empty: Rule = "accept"
    truncated: Rule = "accept"
    refused: Rule = "accept"
    invalid: InvalidRule = "repair"

    def rules(self) -> ContentRules:
        return ContentRules(**dict(self))
