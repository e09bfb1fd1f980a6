"""Principals without a file: who may ask is said in the test, and may be changed while it runs."""

from dataclasses import dataclass, field

from interlock_server.principals import Principal


@dataclass
class Told:
    """Implements `Identities`; a principal's secret is its id. `fails` is raised instead of answering."""

    principals: dict[str, Principal] = field(default_factory=dict)
    fails: Exception | None = None

    @classmethod
    def of(cls, *principals: Principal) -> "Told":
        return cls({each.id: each for each in principals})

    @property
    def required(self) -> bool:
        return True

    def principal(self, secret: str | None) -> Principal | None:
        return None if secret is None else self.by_id(secret)

    def by_id(self, id_: str) -> Principal | None:
        if self.fails is not None:
            raise self.fails
        return self.principals.get(id_)
