"""The guardrail against Interlock's rules for guardrails, and for options."""

from interlock_privacy.conformance import PrivacyConformance, PrivacyOptions, RefusingConformance


class TestPrivacy(PrivacyConformance):
    pass


class TestRefusing(RefusingConformance):
    pass


class TestOptions(PrivacyOptions):
    pass
