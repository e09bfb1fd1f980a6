"""Names for answers, drawn for each question, so that no answer can name itself."""

from collections.abc import Callable, Iterable

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_MANY = len(_LETTERS) ** 2 * len(_DIGITS) ** 2


def drawn(number: int, random: Callable[[], float], data: Iterable[str]) -> tuple[str, ...]:
    """So many labels, such as `KQ47`, none of which stands in the data while there is one that does not."""
    said = "\n".join(data).upper()
    labels: list[str] = []
    while len(labels) < number:
        place = min(int(random() * _MANY), _MANY - 1)
        for step in range(_MANY):
            label = _label((place + step) % _MANY)
            if label not in labels and (label not in said or step == _MANY - 1):
                labels.append(label)
                break
        else:
            labels.append(_label(place))
    return tuple(labels)


def _label(place: int) -> str:
    place, first = divmod(place, len(_LETTERS))
    place, second = divmod(place, len(_LETTERS))
    place, third = divmod(place, len(_DIGITS))
    return _LETTERS[first] + _LETTERS[second] + _DIGITS[third] + _DIGITS[place]
