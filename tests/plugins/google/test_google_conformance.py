"""The conformance kit over the Gemini API."""

from interlock_google.conformance import Gemini


class TestGoogle(Gemini):
    pass
