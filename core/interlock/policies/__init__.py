"""Policies: what an organisation allows to be done with data of which sensitivity.

A request has levels: those that were declared and those of what guardrails found in it, else the default.
Each rule of each of its levels must hold of a deployment. Rules have no order, what is unknown is denied,
what is forbidden outweighs what is permitted, and a level of which no rule permits anything permits nothing.
"""

from interlock.policies.cases import Case, CaseReport, CaseResult, Miss, run_cases
from interlock.policies.constraint import NAME, PolicyConstraint
from interlock.policies.permissions import Permission, Permissions
from interlock.policies.policies import Denial, Judgement, Policies, check_levels
from interlock.policies.rules import ANY, CLAUSES, Forbidden, Origin, Permitted, Rule, Sealing
from interlock.policies.sets import RuleSet, rule_sets

__all__ = [
    "ANY",
    "CLAUSES",
    "NAME",
    "Case",
    "CaseReport",
    "CaseResult",
    "Denial",
    "Forbidden",
    "Judgement",
    "Miss",
    "Origin",
    "Permission",
    "Permissions",
    "Permitted",
    "Policies",
    "PolicyConstraint",
    "Rule",
    "RuleSet",
    "Sealing",
    "check_levels",
    "rule_sets",
    "run_cases",
]
