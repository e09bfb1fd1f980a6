"""What the words beside a value say of it."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["AGAINST", "REACH", "Labels"]

# How many characters before and after a value are read.
REACH = 60
# The bit of words that say it is something else; and how many words from the value they may be.
AGAINST = 1
_NEAR = 3

_OTHER = (
    "order orders order* invoice* ref reference ticket sku tracking isbn issn ean doi version ver build "
    "revision commit sha md5 hash uuid guid timestamp epoch batch lot part serial item article model "
    "transaction txn shipment parcel zamówien* zamowien* faktur* seria partia artykuł* indeks wersja "
    "bestell* rechnung* auftrag* artikel* sendung* commande* facture* référence pedido* factura* ordine "
    "fattura* articolo bestilling* ordre заказ* счёт счет накладн* 订单 单号 流水 运单 快递 版本 编号 "
    "批次 訂單 注文 伝票 주문 송장 amount price total sum cena kwota suma betrag preis prix importe 金额 "
    "价格"
)
# Scripts that put spaces between words, and those that put none: 身份证pesel is two words.
_WORD = re.compile(r"[A-Za-z\u00c0-\u0dff]+|[^\W\d_A-Za-z\u00c0-\u0dff]+")
_NO_ACCENT = str.maketrans("łøđı", "lodi")


def _plain(word: str) -> str:
    """The word as it is written where there are no accents."""
    parts = unicodedata.normalize("NFKD", word.translate(_NO_ACCENT))
    return "".join(each for each in parts if not unicodedata.combining(each))


class Labels:
    """Words in lower case, each with the bits of what it says; one that ends in * begins words."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self._words: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        # Scripts that put no space between words: by two characters, the labels that begin with them.
        self._runs: dict[str, list[tuple[str, int]]] = {}
        for word, bit in (*words, *((each, AGAINST) for each in _OTHER.split())):
            bare = word.rstrip("*")
            if bare[0] >= "\u0e00":
                self._runs.setdefault(bare[:2], []).append((bare, bit))
                continue
            for each in {bare, _plain(bare)}:
                table = self._stems if word.endswith("*") else self._words
                table[each] = table.get(each, 0) | bit
        self._sizes = sorted({len(each) for each in self._stems}, reverse=True)

    def of(self, word: str) -> int:
        """The bits of one word, of the last label in it where words run together."""
        bits = self._words.get(word, 0)
        if word[0] >= "\u0e00":
            for place in range(len(word) - 2, -1, -1):
                for label, bit in self._runs.get(word[place : place + 2], ()):
                    if word.startswith(label, place):
                        bits |= bit
                if bits:
                    return bits
            return bits
        for size in self._sizes:
            if size <= len(word) and word[:size] in self._stems:
                return bits | self._stems[word[:size]]
        return bits

    def beside(self, text: str, start: int, end: int) -> tuple[int, int, bool]:
        """The bits of the nearest label before, of all around, and whether it is said to be another thing."""
        near = around = 0
        against = False
        before = _WORD.findall(text[max(0, start - REACH) : start].lower())
        for count, word in enumerate(reversed(before)):
            bits = self.of(word)
            if bits:
                if not near:
                    near, against = bits, bits == AGAINST and count < _NEAR
                around |= bits
        for word in _WORD.findall(text[end : end + REACH].lower()):
            around |= self.of(word)
        return near, around & ~AGAINST, against
