"""The door to detection: which rules there are, and one pass of each over a text."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from interlock.types.findings import Finding
from interlock_privacy.detection import cards, ibans, labelled, numbering, papers
from interlock_privacy.detection.candidate import Candidate, resolved
from interlock_privacy.detection.countries import NATIONAL
from interlock_privacy.detection.emails import emails
from interlock_privacy.detection.folding import folded
from interlock_privacy.detection.keys import FORMS, secrets
from interlock_privacy.detection.network import network
from interlock_privacy.detection.numbers import Numbers
from interlock_privacy.detection.papers import machine_readable

__all__ = ["KINDS", "RULES", "Detector"]

KINDS: Mapping[str, str] = {
    "email": "An e-mail address.",
    "phone": "A telephone number, international or as a country writes its own.",
    "iban": "An IBAN, or a Polish account number without its country.",
    "bank_account": "A bank account or a bank in the form of one country.",
    "card": "The number of a payment card.",
    "national_id": "A number that a state gives to a person, social security's among them.",
    "health_id": "A number that a health service gives to a person.",
    "tax_id": "A number of a taxpayer, VAT numbers among them.",
    "company_id": "A number in a register of companies; a sole trader's is a person's.",
    "id_card": "The number of an identity card.",
    "passport": "The number of a passport, or its machine-readable zone.",
    "driving_licence": "The number of a driving licence.",
    "ip_address": "An IP address, of either version.",
    "mac_address": "The address of a network interface.",
    "secret": "A key, a token, a password, or an address with a password in it.",
}

NUMBERS = (*cards.RULES, *ibans.RULES, *NATIONAL, *papers.RULES, *numbering.RULES)
# Every rule's name, with its kind.
RULES: Mapping[str, str] = {
    **{each.name: each.kind for each in NUMBERS},
    **labelled.RULES,
    "email": "email",
    "iban": "iban",
    "phone.international": "phone",
    "ip_address.v4": "ip_address",
    "ip_address.v6": "ip_address",
    "mac_address": "mac_address",
    "passport.mrz": "passport",
    "id_card.mrz": "id_card",
    **{f"secret.{name}": "secret" for name, _ in FORMS},
    "secret.private_key": "secret",
    "secret.bearer": "secret",
    "secret.assigned": "secret",
}
_COUNTRIES = frozenset(each.country for each in NUMBERS if each.country)


class Detector:
    """Finds the values of certain kinds and countries: all of them where nothing is said.

    Kinds are those of KINDS, countries two letters in lower case ("pl", "uk"). Naming countries leaves out
    the numbers of others, and believes numbers in their official groups without a word beside them. Raises
    ValueError for a kind or a country that no rule knows. Holds no state: any threads may share one.
    """

    def __init__(
        self, kinds: Collection[str] | None = None, countries: Collection[str] | None = None
    ) -> None:
        self.kinds = _known("kind", kinds, KINDS)
        self.countries = _known("country", countries, _COUNTRIES)
        chosen = [
            each
            for each in NUMBERS
            if each.kind in self.kinds and (not each.country or each.country in self.countries)
        ]
        self._numbers = Numbers(
            chosen,
            ibans="iban" in self.kinds,
            phones="phone" in self.kinds,
            declared=countries is not None,
        )
        self._papers = not self.kinds.isdisjoint(("passport", "id_card"))
        self._network = not self.kinds.isdisjoint(("ip_address", "mac_address"))

    def find(self, text: str) -> list[Finding]:
        """What is in the text, in its order; no two overlap."""
        plain = folded(text)
        seen: list[Candidate] = self._numbers.find(plain)
        if "email" in self.kinds:
            seen += emails(plain)
        if self._network:
            seen += network(plain)
        if self._papers:
            seen += machine_readable(plain)
        if "secret" in self.kinds:
            seen += secrets(plain)
        return resolved([each for each in seen if each.kind in self.kinds])


def _known(noun: str, asked: Collection[str] | None, known: Iterable[str]) -> frozenset[str]:
    names = frozenset(known)
    if asked is None:
        return names
    if isinstance(asked, str):
        raise ValueError(f"several {noun} names are wanted, not the string {asked!r}")  # noqa: TRY004 - the one error that callers are told of
    for each in asked:
        if each not in names:
            near = get_close_matches(each, names, n=1)
            raise ValueError(f"unknown {noun} {each!r}" + (f": did you mean {near[0]!r}?" if near else ""))
    return frozenset(asked)
