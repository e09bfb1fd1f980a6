"""What goes wrong between an engine and the program that it executes.

    InterlockError
    └── EngineError         the program, or what it gave, is not what an engine can keep
        ├── NotDeterministic    executed again, it took another step than the one that was kept: run, path
        ├── StrandFailed        a strand of the run has ended by an exception: path, kind
        └── NotJson             a result that is no JSON value

Where nothing could be kept, StoreError of Interlock itself is raised.
"""

from interlock import InterlockError


class EngineError(InterlockError):
    """The program, or what it gave, is not what an engine can keep."""


class NotDeterministic(EngineError):
    """Executed again, a program took another step than the one that was kept in that place.

    Its steps changed while the run was under way, or they depend on what is no step. Nothing of the run is
    lost: the program that began it can end it.

    Attributes:
        run: the id of the run.
        path: the strand in which it happened.
    """

    def __init__(self, message: str, *, run: str, path: str) -> None:
        super().__init__(message)
        self.run = run
        self.path = path


def another_step(
    run: str, path: str, *, kept: str, asked: str, number: int | None = None
) -> NotDeterministic:
    """What to raise when a step is asked for by another name than the one under which it was kept.

    `number`: how many steps the strand has taken before.
    """
    step = "a step" if number is None else f"step {number}"
    return NotDeterministic(
        f"in the strand {path!r} of the run {run!r}, {step} was {kept!r} when it was kept, and is "
        f"{asked!r} now: the program is not the same, or not deterministic between its steps",
        run=run,
        path=path,
    )


class StrandFailed(EngineError):
    """A strand of the run has ended by an exception, which is its `__cause__` in the process that met it.

    Attributes:
        path: of the strand.
        kind: the name of the exception's class; its message is this error's.
    """

    def __init__(self, message: str, *, path: str, kind: str) -> None:
        super().__init__(message)
        self.path = path
        self.kind = kind


class NotJson(EngineError):
    """A step or a strand gave what is no JSON value."""
