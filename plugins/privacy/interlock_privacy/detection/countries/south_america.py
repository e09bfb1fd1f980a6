"""Brazil, Argentina, Chile, Colombia and their neighbours."""

from operator import mul

from interlock_privacy.detection.checksums import digits, luhn, weighted
from interlock_privacy.detection.rules import Alone, rule

__all__ = ["RULES"]


_CPF = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
_CPF_FIRST = _CPF[1:]
_CNPJ = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
# From the right.
_RUT = (2, 3, 4, 5, 6, 7, 2, 3)
_NIT = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47)


def two_elevens(value: str, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Two check digits, each 11 less the rest, or 0."""
    for weights in (first, second):
        rest = weighted(value, weights) % 11
        if (0 if rest < 2 else 11 - rest) != int(value[len(weights)]):
            return False
    return True


def cpf(value: str) -> bool:
    """Eleven digits, not all alike."""
    return two_elevens(value, _CPF_FIRST, _CPF) and len(set(value)) > 1


def cnpj(value: str) -> bool:
    """Twelve characters, since 2026 letters too, and two check digits."""
    # A letter counts for what its code is more than a nought's.
    numbers = value.encode()
    for weights in _CNPJ:
        rest = (sum(map(mul, numbers, weights)) - 48 * sum(weights)) % 11
        if (0 if rest < 2 else 11 - rest) != numbers[len(weights)] - 48:
            return False
    return len(set(value[:8])) > 1


def pis(value: str) -> bool:
    """Ten digits by eleven."""
    rest = weighted(value, (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return len(set(value)) > 1 and (0 if rest < 2 else 11 - rest) == int(value[10])


def cuit(value: str) -> bool:
    """Kind, number, check digit."""
    if value[:2] not in ("20", "23", "24", "25", "26", "27", "30", "33", "34", "50", "51", "55"):
        return False
    return "012345678990"[11 - weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11] == value[10]


def cbu(value: str) -> bool:
    """Bank and branch with a check digit, account with another."""
    return (
        -weighted(value[:7], (7, 1, 3, 9, 7, 1, 3)) % 10 == int(value[7])
        and -weighted(value[8:21], (3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)) % 10 == int(value[21])
        and len(set(value)) > 2
    )


def rut(value: str) -> bool:
    """Seven or eight digits and a digit or K."""
    rest = weighted(value[-2::-1], _RUT)
    return int(value[:-1]) > 99_999 and "0K987654321"[rest % 11] == value[-1]


def nit(value: str) -> bool:
    """Weighted by primes."""
    return "01987654321"[weighted(value[-2::-1], _NIT) % 11] == value[-1]


def ruc(value: str) -> bool:
    """Peru's taxpayers."""
    total = weighted(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))
    return value[:2] in ("10", "15", "16", "17", "20") and (11 - total % 11) % 10 == int(value[10])


def cedula_ec(value: str) -> bool:
    """Ecuador: province, serial number, Luhn's digit."""
    return (1 <= int(value[:2]) <= 24 or value[:2] in ("30", "50")) and value[2] <= "6" and luhn(value)


def rif(value: str) -> bool:
    """Venezuela: a letter of the kind, eight digits, a check digit."""
    if value[0] not in "VEJPG":
        return False
    kind = {"V": 4, "E": 8, "J": 12, "P": 16, "G": 20}[value[0]]
    return "00987654321"[(kind + weighted(value[1:], (3, 2, 7, 6, 5, 4, 3, 2))) % 11] == value[9]


def cedula_uy(value: str) -> bool:
    """Uruguay: seven digits and their check digit."""
    return -weighted(value, (2, 9, 8, 7, 6, 3, 4)) % 10 == int(value[7])


def unchecked(value: str) -> bool:
    """Nothing is published to check."""
    return len(set(digits(value))) > 2


RULES = (
    rule("br.cpf", "national_id", "11", cpf, "cpf", Alone.PLAIN, "3-3-3-2"),
    rule("br.cnpj", "company_id", "14 12c2n", cnpj, "cnpj", Alone.PLAIN, "2-3-3-4-2", marks="./-"),
    rule("br.pis", "national_id", "11", pis, "pis pasep nis nit", Alone.GROUPED, "3-5-2-1", marks=".-"),
    rule("ar.cuit", "tax_id", "11", cuit, "cuit cuil", Alone.GROUPED, "2-8-1", marks="-"),
    rule("ar.cbu", "bank_account", "22", cbu, "cbu cvu", Alone.PLAIN),
    rule(
        "ar.dni",
        "national_id",
        "7 8",
        unchecked,
        "dni documento+identidad documento+nacional",
        groups="2-3-3 1-3-3",
        named=True,
    ),
    rule(
        "cl.rut",
        "national_id",
        "8 9 7n1a 8n1a",
        rut,
        "rut",
        Alone.GROUPED,
        "2-3-3-1 1-3-3-1",
        marks=".-",
    ),
    rule("co.nit", "tax_id", "9 10", nit, "nit", Alone.GROUPED, "3-3-3-1", marks=".-"),
    rule(
        "co.cedula",
        "national_id",
        "8 10",
        unchecked,
        "cédula cedula ciudadanía ciudadania",
        groups="1-3-3-3 2-3-3",
        named=True,
    ),
    rule("pe.ruc", "tax_id", "11", ruc, "ruc"),
    rule("pe.dni", "national_id", "8", unchecked, "dni", named=True),
    rule("ec.cedula", "national_id", "10", cedula_ec, "cédula cedula", Alone.LABELLED, "9-1"),
    rule("ve.rif", "tax_id", "1a9n", rif, "rif", Alone.GROUPED, "1-8-1", marks="-"),
    rule("uy.cedula", "national_id", "8", cedula_uy, "cédula cedula", Alone.GROUPED, "1-3-3-1", marks=".-"),
    rule("do.cedula", "national_id", "11", luhn, "cédula cedula", Alone.GROUPED, "3-7-1", marks="-"),
)
