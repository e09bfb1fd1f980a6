"""Topics that may be talked of, and topics that may not, by words and by regular expressions."""

from interlock_guardrails.topics.guardrail import Topics
from interlock_guardrails.topics.options import Topic, TopicsOptions

__all__ = ["Topic", "Topics", "TopicsOptions"]
