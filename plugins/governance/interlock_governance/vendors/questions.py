"""What every vendor is asked: the same facts in the same order, whoever it is and wherever it is from."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["yes/no", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact.

    Attributes:
        id: as written in a sheet.
        section: the heading below which it stands.
        asks: the question, in a sentence.
        kind: whether its answer is yes or no, or words, places, a number.
    """

    id: str
    section: str
    asks: str
    kind: Kind = "text"


def _section(section: str, *rows: tuple[str, Kind, str]) -> tuple[Question, ...]:
    return tuple(Question(id=id_, section=section, asks=asks, kind=kind) for id_, kind, asks in rows)


QUESTIONS: Final = (
    *_section(
        "Identity",
        ("entity", "text", "Which company is the contract with?"),
        ("parent", "text", "Which is its ultimate parent?"),
        ("home", "text", "In which jurisdiction is the company at home?"),
        ("owners", "text", "Who owns more than 25 % of it?"),
        ("restrictions", "text", "Which public lists of restrictions or sanctions name it?"),
    ),
    *_section(
        "Place",
        ("processing", "text", "Where are requests processed?"),
        ("storage", "text", "Where is something of a request kept?"),
        ("support_access", "text", "From where may its staff reach what is kept?"),
        ("subprocessors", "yes/no", "Does it publish who else processes requests for it?"),
        ("change_notice", "text", "How long beforehand does it tell of a new place or sub-processor?"),
    ),
    *_section(
        "Data",
        ("training", "yes/no", "Does it train on requests, unless told otherwise?"),
        ("training_opt_out", "yes/no", "Can training on requests be refused?"),
        ("retention", "text", "For how many days are requests kept, unless agreed otherwise?"),
        ("zero_retention", "yes/no", "Can it be agreed that nothing is kept?"),
        ("human_review", "text", "When may people read requests?"),
        ("deletion", "text", "How soon is it deleted when the customer asks?"),
        ("encryption", "text", "How is it encrypted, on its way and at rest?"),
        ("key_control", "yes/no", "Can the customer hold the keys?"),
    ),
    *_section(
        "Contract",
        ("dpa", "yes/no", "Does it offer an agreement on data processing (GDPR Art. 28)?"),
        ("transfer_clauses", "yes/no", "Does it offer standard contractual clauses, or an addendum to them?"),
        ("baa", "yes/no", "Does it sign a business associate agreement (HIPAA)?"),
        ("audit_right", "yes/no", "May the customer audit it?"),
        ("liability", "text", "Up to what is it liable?"),
        ("exit", "text", "What happens to data and service when the contract ends?"),
    ),
    *_section(
        "Model",
        (
            "training_summary",
            "yes/no",
            "Is there a public summary of training content (AI Act Art. 53(1)(d))?",
        ),
        ("copyright_policy", "yes/no", "Is there a policy on copyright (AI Act Art. 53(1)(c))?"),
        ("licence", "text", "Under which licence or terms are its models used?"),
        ("known_gaps", "text", "Which limits of its models does it state itself?"),
        ("version_pinning", "text", "Can a version be kept, and how long beforehand is its end told?"),
    ),
    *_section(
        "Robustness",
        ("red_team", "yes/no", "Is there a public report of attacks that were tried?"),
        ("attack_results", "text", "Which results are published for jailbreaks and prompt injection?"),
        ("evaluation_cards", "yes/no", "Are there public cards with the results of evaluations?"),
        ("incidents", "text", "Which incidents are known?"),
        ("uptime", "text", "Which uptime is promised or published?"),
    ),
    *_section(
        "Standards",
        ("iso_27001", "yes/no", "Is it certified for ISO/IEC 27001?"),
        ("iso_42001", "yes/no", "Is it certified for ISO/IEC 42001?"),
        ("soc_2", "yes/no", "Is there a SOC 2 Type II report?"),
        ("fedramp", "text", "Which FedRAMP level has it?"),
        ("national_schemes", "text", "Which national schemes attest it, such as C5 or SecNumCloud?"),
        ("gpai_code", "yes/no", "Has it signed the EU's code of practice for general-purpose AI?"),
    ),
    *_section(
        "Law",
        ("compelled_access", "text", "Which authorities may compel it to hand data over, by which law?"),
        ("transparency_report", "yes/no", "Does it publish how often authorities asked?"),
    ),
)

SECTIONS: Final = tuple(dict.fromkeys(question.section for question in QUESTIONS))
BY_ID: Final = {question.id: question for question in QUESTIONS}
