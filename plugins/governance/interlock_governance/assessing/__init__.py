"""A pre-assessment of use cases: questions, a verdict, what is required, and the policy that sees to it."""

from interlock_governance.assessing.answer import UNKNOWN, Answer, checked
from interlock_governance.assessing.answer_files import (
    EVERY,
    Answers,
    parse_answers,
    read_answers,
    write_answers,
)
from interlock_governance.assessing.assessing import assess, assess_case
from interlock_governance.assessing.assessment import Assessment, Verdict
from interlock_governance.assessing.plain import plain
from interlock_governance.assessing.policy import cases_text, policy_rules, policy_text
from interlock_governance.assessing.question import DeploymentRule, Measure, Option, Question
from interlock_governance.assessing.question_files import read_questions, standard_questions
from interlock_governance.assessing.requirement import Requirement

__all__ = [
    "EVERY",
    "UNKNOWN",
    "Answer",
    "Answers",
    "Assessment",
    "DeploymentRule",
    "Measure",
    "Option",
    "Question",
    "Requirement",
    "Verdict",
    "assess",
    "assess_case",
    "cases_text",
    "checked",
    "parse_answers",
    "plain",
    "policy_rules",
    "policy_text",
    "read_answers",
    "read_questions",
    "standard_questions",
    "write_answers",
]
