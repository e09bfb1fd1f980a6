"""What `interlock eval learn` reads of prompts' words, with a bar on standard error."""

from interlock.commands import note
from interlock.errors import RequestError
from interlock_evaluation.commands.bars import counting
from interlock_evaluation.learning import Refinement
from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.refining import too_few
from interlock_evaluation.learning.sight import vectors_of
from interlock_evaluation.outcomes import Outcomes


def features_of(outcomes: Outcomes) -> Features | None:
    """Of the prompts' words; None, and a note, where they are too few to refine routes by."""
    count = len(outcomes.prompts)
    if not any(each.strip() for each in outcomes.texts):
        return None
    if why := too_few(outcomes.texts):
        note(why)
        return None
    with counting("Reading the prompts", count) as tell:
        vectors = vectors_of(outcomes.texts, tell)
    if vectors is None:
        note("Words alone are learned from; with interlock-embeddings, sentence vectors are as well.")
    return Features.of(outcomes.texts, vectors)


def features_for(refinement: Refinement, outcomes: Outcomes) -> Features | None:
    """Of the prompts' words, as a refinement needs them; None, and a note, where not all prompts have any.

    Raises:
        RequestError: sentence vectors are needed, and nothing gives any.
    """
    if not outcomes.texts or not all(each.strip() for each in outcomes.texts):
        note("The routes follow prompts' words, and the table has not all of them: held by task alone.")
        return None
    vectors = None
    if refinement.wording.sees:
        with counting("Reading the prompts", len(outcomes.texts)) as tell:
            vectors = vectors_of(outcomes.texts, tell)
        if vectors is None:
            raise RequestError("sentence vectors are needed: pip install interlock-embeddings", key="--words")
    return Features.of(outcomes.texts, vectors)
