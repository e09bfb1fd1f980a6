"""How a command ends: exit codes, and errors in a line with the next step."""

from typing import Final

from interlock.errors import (
    AllAttemptsFailed,
    AttemptTimeout,
    AuthenticationError,
    ConfigError,
    ConnectionFailed,
    ContextLengthExceeded,
    InterlockError,
    ModelNotFound,
    NoDeployment,
    PermissionDenied,
    PluginError,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    RequestError,
    StreamInterrupted,
    TotalTimeout,
)

FAILED: Final = 1
WRONG: Final = 2
NOWHERE: Final = 3
INTERRUPTED: Final = 130
CLOSED: Final = 141

# Each paragraph begins with \b, which keeps its lines as they are.
EPILOG: Final = """\b
Exit codes:
  0    done
  1    the call failed, or the answer broke off
  2    wrong usage or configuration
  3    no deployment may serve the request
  130  interrupted
  141  whoever read the output has gone
"""


class NotThere(InterlockError):
    """Something on this machine is in the way of a command; the message says what and what to do."""


def exit_code(error: InterlockError) -> int:
    if isinstance(error, ConfigError | RequestError | PluginError):
        return WRONG
    return NOWHERE if isinstance(error, NoDeployment) else FAILED


def describe(error: InterlockError) -> str:
    """The error, what was tried where that is not in its words already, and the next step."""
    lines = [f"Error: {_sentence(error)}"]
    if isinstance(error, StreamInterrupted | TotalTimeout):
        lines += [f"  {each.deployment}: {each.error}" for each in error.attempts if each.error is not None]
    if step := _next_step(error):
        lines.append(step)
    return "\n".join(lines)


def _sentence(error: InterlockError) -> str:
    if isinstance(error, StreamInterrupted):
        return "the answer broke off and could not be completed; what was printed is not whole."
    text = str(error)
    if isinstance(error, ProviderError) and error.deployment and not text.startswith(f"{error.deployment}:"):
        return f"{error.deployment}: {text}"
    return text


_STEPS: Final[tuple[tuple[type[InterlockError], str], ...]] = (
    (
        NoDeployment,
        "`interlock explain` shows the whole decision, `interlock doctor` what each deployment lacks.",
    ),
    (AllAttemptsFailed, "`interlock doctor` tests each deployment."),
    (AuthenticationError, "`interlock doctor` shows where each key comes from."),
    (PermissionDenied, "Ask the vendor for access to this model, or name another with --model."),
    (QuotaExceeded, "Top up the account at the vendor, or name another model with --model."),
    (
        ModelNotFound,
        "Set the deployment's `name` to what the vendor calls the model, and see that `base_url` is whole.",
    ),
    (ContextLengthExceeded, "Shorten the prompt, or choose a larger window from `interlock models`."),
    (ConnectionFailed, "`interlock doctor` tests the connection."),
    (
        AttemptTimeout,
        "`timeouts` in the configuration says how long to wait; `interlock doctor` tests the connection.",
    ),
    (TotalTimeout, "`timeouts.total` in the configuration says how long a call may take."),
)


def _next_step(error: InterlockError) -> str:
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return f"The vendor asks to wait {error.retry_after:g} s."
    return next((step for kind, step in _STEPS if isinstance(error, kind)), "")
