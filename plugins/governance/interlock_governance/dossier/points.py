"""The points of Annex IV of Regulation (EU) 2024/1689, in words of our own, with what people have to write.

Their numbers are those of the Regulation as it was published; the Official Journal prevails.
"""

from dataclasses import dataclass
from typing import Final

REGULATION: Final = "Regulation (EU) 2024/1689, Article 11(1) and Annex IV"
ADDRESS: Final = "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32024R1689#anx_IV"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A point, and the prompts for what no configuration knows."""

    number: str
    title: str
    prompts: tuple[str, ...] = ()
    inner: tuple["Heading", ...] = ()


def _at(number: str, title: str, *prompts: str) -> Heading:
    return Heading(number=number, title=title, prompts=prompts)


HEADINGS: Final = (
    Heading(
        number="1",
        title="General description",
        inner=(
            _at(
                "1(a)",
                "Intended purpose, provider, version",
                "Name the provider of the system as the Regulation means it, with its address.",
                "Name the version of the system, and how it follows from the one before.",
                "Write for whom it is meant, for what it must not be used, and what misuse is foreseeable.",
            ),
            _at(
                "1(b)",
                "How it interacts with hardware and other software",
                "Describe the systems that call it, and those that act on what it says.",
            ),
            _at(
                "1(c)",
                "Versions of software, and what updates require",
                "Write the versions of your own application, and who decides on an update, after which "
                "tests.",
            ),
            _at(
                "1(d)",
                "Forms in which it is put into service",
                "Say how users reach it: a page, an application, an interface for programs.",
            ),
            _at(
                "1(e)",
                "Hardware on which it runs",
                "Describe the machines on your own ground, your application's among them.",
            ),
            _at(
                "1(f)",
                "Products of which it is a part",
                "If it is part of a product, add pictures of its outside, its marking and its inner layout; "
                "else write that it is none.",
            ),
            _at("1(g)", "User interface", "Describe what the deployer's people see, with a picture."),
            _at("1(h)", "Instructions for use", "Attach the instructions for use (Article 13)."),
        ),
    ),
    Heading(
        number="2",
        title="Elements and development",
        inner=(
            _at(
                "2(a)",
                "How it was developed, and what of others it is built on",
                "Describe the steps of development: prompts, retrieval, fine-tuning; who did what.",
            ),
            _at(
                "2(b)",
                "Design, general logic, choices",
                "Give the reasons for the main choices, what the system is to optimise, and which "
                "compromises "
                "were made.",
            ),
            _at(
                "2(c)",
                "Architecture and computing",
                "Draw how your application, the router and what it calls fit together, and name the "
                "computing "
                "that development and tests used.",
            ),
            _at(
                "2(d)",
                "Data",
                "Describe your own data: examples, documents that are retrieved, data for fine-tuning; where "
                "they come from, how they were chosen, labelled and cleaned.",
            ),
            _at(
                "2(e)",
                "Human oversight: what is needed",
                "Assess which oversight Article 14 asks for here, who exercises it, and what helps them to "
                "understand the output.",
            ),
            _at(
                "2(f)",
                "Changes that were determined beforehand",
                "List the changes that are planned, such as a model's successor, and how conformity is kept.",
            ),
            _at(
                "2(g)",
                "Validation and tests",
                "Attach the reports of tests, dated and signed by who is responsible, with the data that "
                "they "
                "used and what they say of discrimination.",
            ),
            _at(
                "2(h)",
                "Cybersecurity",
                "Write the threat model of your application, and what is done against each threat.",
            ),
        ),
    ),
    _at(
        "3",
        "Monitoring, functioning and control",
        "State how accurate the system is for the people on whom it is used, and for groups of them.",
        "Name the foreseeable unintended outcomes, and the risks to health, safety and fundamental rights.",
        "Say which input the system needs, and of which quality.",
    ),
    _at("4", "Why these metrics", "Explain why the metrics are right for this system."),
    _at(
        "5",
        "Risk management",
        "Attach the risk management system of Article 9: risks, measures, what remains.",
    ),
    _at(
        "6",
        "Changes through the lifecycle",
        "List the relevant changes of the system so far, with their dates.",
    ),
    _at(
        "7",
        "Standards",
        "List the harmonised standards that were applied, in full or in part; where none were, describe "
        "what was "
        "done to meet the requirements.",
    ),
    _at("8", "Declaration of conformity", "Attach a copy of the EU declaration of conformity (Article 47)."),
    _at(
        "9",
        "After it is put into service",
        "Attach the plan for post-market monitoring (Article 72(3)), and say who reads its figures how "
        "often.",
    ),
)
