"""150 made-up customers, their contracts and their pull requests, each with one planted fault."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KINDS = ("security", "concurrency", "migration", "refactoring")
LANGUAGES = {"python": "py", "typescript": "ts", "go": "go", "java": "java"}

# Who may see a customer's code, worked out by hand from the contracts: the servers are held against it.
ALLOWED = {
    "open": {"gpt", "claude-eu", "mistral-eu", "deepseek", "glm-house"},
    "no_training": {"gpt", "claude-eu", "mistral-eu", "glm-house"},
    "eu_only": {"claude-eu", "mistral-eu", "glm-house"},
    "eu_law": {"mistral-eu", "glm-house"},
    "on_premise": {"glm-house"},
}
VENDORS = {"openai": "gpt", "deepseek": "deepseek"}
_CONTRACTS = (
    ("open",) * 70 + ("no_training",) * 30 + ("eu_only",) * 25 + ("eu_law",) * 15 + ("on_premise",) * 10
)

FAULTS = {
    ("security", "python"): 'rows = db.execute(f"SELECT * FROM notes WHERE owner = {owner}")',
    ("security", "typescript"): "element.innerHTML = request.query.comment;",
    ("security", "go"): 'out, err := exec.Command("sh", "-c", "convert "+name).Output()',
    ("security", "java"): "Object session = new ObjectInputStream(body).readObject();",
    ("concurrency", "python"): "balance = account.balance; await audit(); account.balance = balance - amount",
    (
        "concurrency",
        "typescript",
    ): "if (!cache.has(key)) { cache.set(key, await load(key)); open.delete(key); }",
    ("concurrency", "go"): "go func() { totals[key] += value }()",
    ("concurrency", "java"): "if (instance == null) { instance = new Registry(); }",
    ("migration", "python"): 'op.alter_column("orders", "total", nullable=False)',
    ("migration", "typescript"): 'await knex.schema.table("orders", t => t.dropColumn("legacy_id"));',
    ("migration", "go"): 'db.Exec("CREATE INDEX orders_customer ON orders (customer)")',
    ("migration", "java"): 'jdbc.update("UPDATE orders SET state = ?", state);',
    ("refactoring", "python"): "def pages(items=[], size=20):",
    ("refactoring", "typescript"): "const due = invoices.sort((a, b) => a.due - b.due)[0];",
    ("refactoring", "go"): "for i := 0; i <= len(rows); i++ {",
    ("refactoring", "java"): 'if (state == "paid") {',
}
_WHAT = {
    "security": "untrusted input",
    "concurrency": "race",
    "migration": "locks or loses data",
    "refactoring": "behaves otherwise",
}
_AROUND = ("// as before", "log(start)", "check(limit)", "value = read(key)", "report(value)", "log(done)")


@dataclass(frozen=True, kw_only=True)
class Customer:
    """`denied` are vendors that the customer has ruled out by name."""

    id: str
    contract: str
    denied: tuple[str, ...]

    @property
    def allowed(self) -> set[str]:
        return ALLOWED[self.contract] - {VENDORS[each] for each in self.denied}

    @property
    def constraints(self) -> dict[str, Any]:
        return {"sensitivity": [self.contract], **({"deny_vendors": [*self.denied]} if self.denied else {})}


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """A change with one fault, which stands in `line` of `file`."""

    id: str
    customer: Customer
    kind: str
    language: str
    file: str
    line: int
    diff: str

    @property
    def prompt(self) -> str:
        return (
            f"Review change {self.id} of customer {self.customer.id}, in {self.language}. It has one fault: "
            f"answer as JSON with its file, line and kind ({', '.join(_WHAT.values())}).\n\n{self.diff}"
        )

    @property
    def fault(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "kind": _WHAT[self.kind]}

    @property
    def missed(self) -> dict[str, Any]:
        """What one says who has seen nothing of it."""
        return {"file": self.file, "line": self.line % len(_AROUND) + 1, "kind": "style"}

    @property
    def row(self) -> dict[str, Any]:
        """As a suite has it."""
        return {
            "id": self.id,
            "prompt": self.prompt,
            "task": f"review_{self.kind}",
            "reference": self.fault,
            "grader": "schema",
            "constraints": self.customer.constraints,
            "max_tokens": 60,
            "tags": [self.customer.id, self.language],
        }


def customers() -> list[Customer]:
    dice = random.Random("customers")
    contracts = list(_CONTRACTS)
    dice.shuffle(contracts)
    return [
        Customer(
            id=f"c{number:03}",
            contract=contract,
            denied=("openai",) if number % 25 == 0 else ("deepseek",) if number % 10 == 0 else (),
        )
        for number, contract in enumerate(contracts, 1)
    ]


def pull_requests(month: str, each: int = 2) -> Iterator[PullRequest]:
    """Of every customer so many, and of every other one more; another `month` has others."""
    dice = random.Random(month)
    kinds = list(KINDS)
    for at, customer in enumerate(customers()):
        for number in range(each + at % 2):
            if not kinds:
                kinds = list(KINDS)
            kind = kinds.pop(dice.randrange(len(kinds)))
            yield _pull_request(dice, f"{month}-{customer.id}-{number + 1}", customer, kind)


def _pull_request(dice: random.Random, name: str, customer: Customer, kind: str) -> PullRequest:
    language = dice.choice(list(LANGUAGES))
    lines = dice.sample(_AROUND, len(_AROUND) - 1)
    line = dice.randint(1, len(lines) + 1)
    lines.insert(line - 1, FAULTS[kind, language])
    file = f"{'migrations' if kind == 'migration' else 'src'}/{customer.id}.{LANGUAGES[language]}"
    diff = "\n".join([f"+++ {file}", f"@@ -0,0 +1,{len(lines)} @@", *(f"+{each}" for each in lines)])
    return PullRequest(
        id=name, customer=customer, kind=kind, language=language, file=file, line=line, diff=diff
    )
