"""Every error of Interlock's is a problem, and none of them quotes anybody."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from interlock import AttemptRecord, ErrorRecord, Request, Verdict, errors
from interlock.testing.routers import scripted_router
from interlock_server.dialects.chat import CHAT
from interlock_server.dialects.events import json_bytes
from interlock_server.endpoint.failures import INTERNAL, problem_of
from interlock_server.principals import Principal

ROOT = Path(__file__).parents[4]
QUOTED = "what the prompt says"
TREE = [each for name in errors.__all__ if issubclass(each := getattr(errors, name), errors.InterlockError)]
STATUSES = {
    "RequestError": 400, "UnknownTool": 400, "NoDeployment": 503, "BudgetExceeded": 429, "CoolingDown": 429,
    "GuardrailError": 400, "ApprovalNeeded": 403, "LogUnavailable": 503, "StoreError": 503,
    "StreamInterrupted": 502, "AllAttemptsFailed": 502, "AllRateLimited": 429, "TotalTimeout": 504,
    "ProviderError": 502, "NoLongerAllowed": 502, "Overloaded": 503, "RouterOverloaded": 503,
    "AuthenticationError": 502, "PermissionDenied": 502, "QuotaExceeded": 502, "RateLimited": 429,
    "ModelNotFound": 502, "InvalidRequest": 400, "ContextLengthExceeded": 400, "PrefillRejected": 400,
    "SettingRefused": 400, "ContentPolicyViolation": 400, "Unavailable": 502, "ConnectionFailed": 502,
    "ProtocolError": 502, "AnswerTooLarge": 502, "OutputInvalid": 502, "ContentRejected": 502,
    "BlockedAnswer": 400, "EmptyAnswer": 502, "TruncatedAnswer": 502, "RefusedAnswer": 502,
    "MisplacedAnswer": 502, "AttemptTimeout": 504, "ConnectTimeout": 504, "FirstTokenTimeout": 504,
    "BetweenTokensTimeout": 504, "AnswerTimeout": 504,
    "InterlockError": 500, "ConfigError": 500, "PluginError": 500, "PermitError": 500,
}  # fmt: skip


def made(kind: type[errors.InterlockError]) -> errors.InterlockError:
    """One of its kind, whose words may quote a prompt unless the caller wrote it."""
    needed: dict[str, Any] = {
        "excluded": {"a": "it is in cn"},
        "guardrail": "strict",
        "verdict": Verdict(action="block", reason=QUOTED),
        "partial": None,
        "text": QUOTED,
        "causes": (),
    }
    parameters = inspect.signature(kind.__init__).parameters
    error = kind(QUOTED, **{name: value for name, value in needed.items() if name in parameters})
    failure = ErrorRecord(kind="Unavailable", message=QUOTED, status=500, code=QUOTED, quoted=True)
    error.attempts = (AttemptRecord(id=1, deployment="a", model="m", error=failure),)
    error.__cause__ = ValueError(QUOTED)
    return error


def test_the_table_names_the_whole_tree():
    assert {kind.__name__ for kind in TREE} == set(STATUSES)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_each_error_has_its_status_and_quotes_nobody(kind):
    problem = problem_of(made(kind))
    assert problem.status == STATUSES[kind.__name__]
    assert problem.code.isascii()
    if not issubclass(kind, errors.RequestError):  # which quotes its caller to its caller
        assert QUOTED not in json_bytes(CHAT.problem(problem)).decode()
    assert (problem is INTERNAL) == (problem.status == 500)


@pytest.mark.parametrize(
    "error", [ValueError(QUOTED), KeyError(QUOTED), RuntimeError(), MemoryError()], ids=repr
)
def test_whatever_else_is_a_fault_of_the_server(error):
    assert problem_of(error) is INTERNAL


def test_failures_of_one_kind_are_told_as_that_kind():
    long = errors.ContextLengthExceeded(QUOTED)
    silent = errors.FirstTokenTimeout(QUOTED)
    down = errors.Unavailable(QUOTED)

    def told(*causes):
        return problem_of(errors.AllAttemptsFailed(QUOTED, causes=causes)).code

    assert told(long, long) == "context_length_exceeded"
    assert told(silent, errors.AnswerTimeout("")) == "timeout"
    assert told(long, down) == told(down, down) == "upstream_failed"


def test_what_could_not_be_said_is_named_and_what_a_vendor_says_of_it_is_not():
    ours, theirs = "one cannot take audio: send a transcript", QUOTED
    unsaid = errors.InvalidRequest(ours, code="unsupported_part")
    refused = errors.InvalidRequest(theirs, code="unsupported_part", status=400)

    def told(*causes):
        error = errors.AllAttemptsFailed("", causes=causes)
        error.attempts = tuple(
            AttemptRecord(
                id=number,
                deployment="ab"[number],
                model="m",
                error=ErrorRecord(
                    kind="InvalidRequest",
                    message=cause.message,
                    status=cause.status,
                    code=cause.code,
                    quoted=cause is refused,
                ),
            )
            for number, cause in enumerate(causes)
        )
        return problem_of(error)

    assert told(unsaid).message.startswith(
        "whoever may serve the request cannot be told all that it holds (a: one"
    )
    for causes in ((unsaid, refused), (refused, unsaid), (refused,)):
        problem = told(*causes)
        assert (problem.status, problem.code) == (400, "invalid_request")
        assert problem.message.startswith("the vendor refuses the request's form")
        assert (ours in problem.message) == (unsaid in causes)
        assert QUOTED not in problem.message


def test_an_argument_that_cannot_be_used_is_400_and_named():
    problem = problem_of(errors.RequestError("expected text, not nothing", key="model"))
    assert (problem.status, problem.code, problem.param) == (400, "invalid_request", "model")


def test_what_is_called_a_setting_stands_at_the_top_of_a_body():
    assert problem_of(errors.RequestError("no", key="settings.top_p")).param == "top_p"
    assert problem_of(errors.RequestError("no", key="messages.0")).param == "messages.0"
    assert problem_of(errors.RequestError("no")).param is None


def test_what_is_interlocks_own_stands_below_its_name():
    assert (
        problem_of(errors.RequestError("no", key="constraints.residency")).param
        == "interlock.constraints.residency"
    )
    assert problem_of(errors.RequestError("no", key="interlock.task")).param == "interlock.task"


async def test_what_rules_forbid_is_told_from_what_cannot_be_had_now():
    async with scripted_router({"a": [], "b": []}) as router:
        request = Request("Hello.", constraints={"residency": "fr", "deny_vendors": ["a", "b", "scripted"]})
        decision = router.decide(request)
        assert not decision.shortlist
        error = errors.NoDeployment(QUOTED, excluded=decision.excluded)
        problem = problem_of(error, router=router, request=request)
        assert (problem.status, problem.code) == (403, "no_deployment")
        assert set(problem.rules) == {"a", "b"}
        # The same error where the rules would let somebody serve.
        free = problem_of(error, router=router, request=Request("Hello."))
        assert (free.status, free.code) == (503, "no_deployment")


async def test_a_key_hears_nothing_of_deployments_that_are_none_of_its():
    async with scripted_router({"a": [], "b": []}) as router:
        excluded = {"a": "it is in cn", "b": "it is in us"}
        for models in ({"a"}, {"scripted/a"}):
            ada = Principal(id="ada", models=frozenset(models))
            error = errors.NoDeployment("", excluded=excluded)
            error.attempts = tuple(
                AttemptRecord(
                    id=1, deployment=each, model="", error=ErrorRecord(kind="Unavailable", message="")
                )
                for each in "ab"
            )
            assert problem_of(error, router=router, principal=ada).rules == {"a": "it is in cn"}
            failed = errors.AllAttemptsFailed("")
            failed.attempts = error.attempts
            assert problem_of(failed, router=router, principal=ada).message.endswith("(a: Unavailable)")
        assert set(problem_of(error, router=router).rules) == {"a", "b"}


def test_how_long_to_wait_is_told():
    assert problem_of(errors.CoolingDown("", excluded={}, retry_after=2.5)).retry_after == 2.5
    assert problem_of(errors.NoDeployment("", excluded={}, retry_after=9)).status == 503


def test_the_page_has_every_code_and_no_other():
    page = (ROOT / "docs/server.md").read_text("utf-8")
    table = page.partition("\n| status | codes |\n")[2].partition("\n\n")[0]
    told = {code for line in table.splitlines()[1:] for code in re.findall(r"`([a-z_]+)`", line)}
    assert told - {"sees"} == set(written(ROOT / "integrations/server/interlock_server"))


def written(package):
    """The codes of problems in the source: beside a status, or as the argument of that name."""
    for node in (each for file in package.rglob("*.py") for each in ast.walk(ast.parse(file.read_text()))):
        keywords = node.keywords if isinstance(node, ast.Call) else []
        yield from (
            each.value.value
            for each in keywords
            if each.arg == "code" and isinstance(each.value, ast.Constant) and each.value.value
        )
        ordered = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        match [each.value for each in ordered[:2] if isinstance(each, ast.Constant)]:
            case [int(status), str(code)] if 400 <= status < 600 and re.fullmatch(r"[a-z_]+", code):
                yield code
