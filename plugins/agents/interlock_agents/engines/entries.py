"""What the journal has of a run, inside transactions of the store."""

from sqlalchemy import Connection, insert, select

from interlock_agents.engines.kept import Kept, KeptStep, Position
from interlock_agents.engines.leases import Leases
from interlock_agents.engines.outcomes import Outcome
from interlock_agents.engines.tables import runs, steps, strands


class Entries:
    """What is kept is kept with the lease, in one transaction, or not at all."""

    def __init__(self, *, lease: float) -> None:
        self.leases = Leases(runs, seconds=lease)

    def kept(self, connection: Connection, run: str) -> Kept:
        """All of it."""
        taken = select(steps.c.path, steps.c.number, steps.c.name, steps.c.result).where(steps.c.run == run)
        done = select(strands.c.path, strands.c.outcome).where(strands.c.run == run)
        return Kept(
            steps={
                (path, number): KeptStep(name=name, result=result)
                for path, number, name, result in connection.execute(taken)
            },
            ended={path: Outcome.kept(outcome) for path, outcome in connection.execute(done)},
        )

    def outcome(self, connection: Connection, run: str) -> Outcome:
        """How the run's own strand has ended."""
        own = select(strands.c.outcome).where(strands.c.run == run, strands.c.path == "")
        return Outcome.kept(connection.execute(own).scalar_one())

    def keep_step(
        self, connection: Connection, run: str, epoch: int, *, at: Position, step: KeptStep
    ) -> None:
        """Raises LeaseLost."""
        self.leases.keep(connection, run, epoch)
        path, number = at
        values = {"run": run, "path": path, "number": number, "name": step.name, "result": step.result}
        connection.execute(insert(steps).values(values))

    def keep_outcome(
        self, connection: Connection, run: str, epoch: int, *, path: str, outcome: Outcome
    ) -> None:
        """That of the run's own strand ends the run. Raises LeaseLost."""
        if path:
            self.leases.keep(connection, run, epoch)
        else:
            self.leases.leave(connection, run, epoch, "ended")
        connection.execute(insert(strands).values(run=run, path=path, outcome=outcome.text))
