"""The machine-readable zone of passports and identity cards, after ICAO 9303."""

import re
from collections.abc import Iterator

from interlock_privacy.detection.candidate import Candidate
from interlock_privacy.detection.rules import rule

__all__ = ["RULES", "machine_readable"]

_TD3 = re.compile(
    r"P[A-Z<][A-Z<]{42}\s{0,3}([A-Z0-9<]{9})([0-9])([A-Z<]{3})([0-9]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z0-9<]{14}[0-9<][0-9]"
)
_TD1 = re.compile(
    r"[IAC][A-Z<][A-Z<]{3}([A-Z0-9<]{9})([0-9])[A-Z0-9<]{15}\s{0,3}([0-9]{6})([0-9])[MFX<]([0-9]{6})([0-9])[A-Z<]{3}[A-Z0-9<]{11}[0-9]\s{0,3}[A-Z<]{30}"
)
_SCORE = 70


def _check(value: str) -> int:
    """Weights 7, 3, 1; < is zero, letters go on from ten."""
    return (
        sum((0 if each == "<" else int(each, 36)) * (7, 3, 1)[place % 3] for place, each in enumerate(value))
        % 10
    )


def machine_readable(text: str) -> Iterator[Candidate]:
    """Every zone in a folded text whose check digits are right."""
    if "<<" not in text:
        return
    for pattern in (_TD3, _TD1):
        for found in pattern.finditer(text):
            parts = found.groups()
            pairs = ((parts[0], parts[1]), (parts[-4], parts[-3]), (parts[-2], parts[-1]))
            if all(_check(body) == int(digit) for body, digit in pairs):
                kind = "passport" if pattern is _TD3 else "id_card"
                yield Candidate(
                    _SCORE, found.start(), found.end(), kind, f"{kind}.mrz", "".join(found[0].split())
                )


def serial(value: str) -> bool:
    """Mostly digits, and not one digit alone: no country publishes more that all have in common."""
    return sum(map(str.isdigit, value)) >= 5 and len(set(value)) > 2


_PASSPORTS = (
    "passport passport* passeport* pasaporte* passaporto passaporte* reisepass* paszport* pasport* паспорт* "
    "paspoort* pasnummer* passnummer* passnr* pass+nummer passin+numero paso+numeris pases+numurs "
    "pasaport* διαβατηρίου διαβατήριο útlevél* pașaport* 护照 護照 旅券 여권 "
    "דרכון جواز"
)
_LICENCES = (
    "driving+licence driving+license driver+licence driver+license drivers+licence drivers+license "
    "driverslicense* driverslicence* driverlicense* drivinglicence* drivers+lic driver+lic "
    "prawo+jazdy prawa+jazdy prawem+jazdy "
    "führerschein* fuhrerschein* permis+de+conduire permis+conduire permis+auto permiso+de+conducir "
    "licencia+de+conducir licencia+conducir carnet+de+conducir carné+de+conducir patente+di+guida "
    "mia+patente "
    "rijbewijs* körkort* førerkort* kørekort* ajokort* carta+de+condução carteira+de+motorista "
    "carteira+de+habilitação permis+de+conducere řidičsk*+průkaz* vodičsk*+preukaz* "
    "водительск*+удостоверен* водительск*+прав* водійськ*+посвідчення посвідчення+водія 驾驶证 驾照 駕照 "
    "運転免許 免許証 운전면허"
)
# Where a word says what it is, the forms that countries' papers have.
RULES = (
    rule(
        "passport",
        "passport",
        "7 8 9 10 1a6n 1a7n 1a8n 2a5n 2a6n 2a7n 2a8n 3a5n 3a6n 2n2a5n 9c 10c",
        serial,
        _PASSPORTS,
        named=True,
    ),
    rule(
        "driving_licence",
        "driving_licence",
        "7 8 9 10 11 12 13 1a6n 1a7n 1a8n 1a9n 1a12n 1a13n 1a14n 2a5n 2a6n 2a7n 2a8n 3a6n 2n2a6n 9c "
        "10c 11c 16c",
        serial,
        _LICENCES,
        named=True,
    ),
)
