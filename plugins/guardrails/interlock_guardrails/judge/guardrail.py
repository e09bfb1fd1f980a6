"""The guardrail: asks a model of the call's own shortlist whether a text breaks a policy."""

import json
from collections.abc import Iterator

from interlock import Verdict
from interlock.protocols import API, GuardCall
from interlock_guardrails.judge.asking import judged, question
from interlock_guardrails.judge.options import JudgeOptions

__all__ = ["Judge"]


class Judge:
    """Works by its options, which name a policy.

    Where the model cannot be asked, or says something else than a verdict, nobody has judged: that ends the
    call, unless the configuration says `on_error: pass`.
    """

    api = API
    name = "judge"
    listed = True
    options = JudgeOptions
    timeout = 20.0

    def __init__(self, options: JudgeOptions | None = None) -> None:
        self._options = options
        self.phases: frozenset[str] = frozenset(options.phases if options else ("request",))

    def configured(self, options: JudgeOptions) -> "Judge":
        return Judge(options)

    async def inspect(self, call: GuardCall) -> Verdict:
        """Raises RuntimeError without a policy or anybody to ask, ValueError for what is no verdict."""
        options = self._options
        if options is None or call.ask is None:
            raise RuntimeError("the judge has no policy, or nobody to ask")
        texts = [(what, text) for what, text in self._shown(call) if text.strip()]
        if not texts:
            return Verdict()
        answer = await call.ask(question(options, texts))
        found = judged(options, answer.text)
        if found.score < options.threshold:
            return Verdict(score=found.score)
        return Verdict(
            action=options.action,
            category=f"judge.{found.category}",
            score=found.score,
            reason="a model finds that it breaks the policy",
        )

    def _shown(self, call: GuardCall) -> Iterator[tuple[str, str]]:
        if call.answer is None:
            if "request" in self.phases:
                said = (each.text for each in reversed(call.request.messages) if each.role == "user")
                yield "What the user says", next(said, "")
            results = [each.text for each in call.passages if each.phase == "tool_result"]
            yield "What tools gave back", "\n".join(results)
            return
        if "answer" in self.phases:
            yield "The answer", call.answer.text
        if "tool_arguments" in self.phases:
            calls = [
                f"{each.name} {json.dumps(each.arguments, ensure_ascii=False)}"
                for each in call.answer.tool_calls
            ]
            yield "What the answer asks tools to do", "\n".join(calls)
