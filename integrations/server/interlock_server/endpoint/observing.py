"""What the router tells of the request that it serves: the task, who answered, what it cost."""

from typing import TYPE_CHECKING

from interlock import hookimpl
from interlock_server.facts import CURRENT

if TYPE_CHECKING:
    from interlock import Decision
    from interlock.protocols import Responded


class Observer:
    """A plugin for the server's router, which fills in the facts of each request."""

    @hookimpl
    def interlock_decided(self, decision: "Decision") -> None:
        facts = CURRENT.get()
        # What classifiers and arbiters ask on the way is decided later, and is no request of the client's.
        if facts is not None and facts.task is None:
            facts.task, facts.estimate = decision.task, decision.input_tokens

    @hookimpl
    def interlock_responded(self, responded: "Responded") -> None:
        facts = CURRENT.get()
        if facts is None:
            return
        record, response = responded.record, responded.response
        facts.record, facts.cost, facts.task = record.id, record.cost, record.decision.task
        # Nobody has answered a call that was left; who was answering when it was is known already.
        if record.deployment is not None or record.cancelled is None:
            facts.deployment, facts.model = record.deployment, record.model
        usage = None if response is None else response.usage
        # Vectors are no response in words, and their call has ended well all the same.
        wordless = response is None and record.error is None
        if (record.cancelled is not None or wordless) and record.attempts:
            usage = record.attempts[-1].usage
        if usage is not None:
            facts.input_tokens, facts.output_tokens = usage.input_tokens, usage.output_tokens
