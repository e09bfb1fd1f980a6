"""What went wrong, as a client is told of it, before a dialect puts it into its own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A refusal or a failure.

    Attributes:
        status: of HTTP.
        code: what programs look at, such as `model_not_found`, `no_deployment` or `budget_exceeded`; the same
            in every dialect.
        message: for people. No prompt, no answer, no key, and no vendor's words that may quote them.
        param: the key of the body that is to blame.
        rules: deployment id to the rule that excluded it, in words.
        retry_after: seconds after which it may be worth another try.
    """

    status: int
    code: str
    message: str
    param: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None


class Rejected(Exception):
    """A request that is answered with a problem, with `headers` of its own, and with nothing else."""

    def __init__(self, problem: Problem, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        super().__init__(problem.code)
        self.problem, self.headers = problem, headers
