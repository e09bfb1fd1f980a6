"""What routes are refined by, as a file of arrays alone."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.learning.refining import Refinement
from interlock_evaluation.learning.wording import Wording

FORMAT: Final = "interlock-words/1"
LARGEST: Final = 64 * 1024**2
"""Bytes that all arrays together may have."""
_WORDS: Final = "wording."
_MOST: Final = 2.0


def to_bytes(refinement: Refinement) -> bytes:
    """An `.npz`, the same for the same arrays."""
    arrays: dict[str, NDArray[Any]] = {
        "format": np.array(FORMAT),
        "tasks": np.array(refinement.tasks),
        "models": np.array(refinement.models),
        "leads": refinement.leads.astype(np.int32),
        "base": refinement.base.astype(np.float32),
        "costs": refinement.costs.astype(np.float32),
        "allowed": refinement.allowed,
        "columns": refinement.columns.astype(np.int32),
        **{f"{_WORDS}{name}": array for name, array in refinement.wording.to_arrays().items()},
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type] # its stubs take `allow_pickle` for one
    return buffer.getvalue()


def from_bytes(content: bytes) -> Refinement:
    """What `to_bytes` gave. No object is loaded, and nothing is executed.

    Raises:
        ValueError: it is no such file, too large, or holds what makes no sense; says what.
    """
    try:
        arrays = _arrays(content)
        words = {name.removeprefix(_WORDS): each for name, each in arrays.items() if name.startswith(_WORDS)}
        _check(arrays)
        made = Refinement(
            tasks=tuple(map(str, arrays["tasks"])),
            models=tuple(map(str, arrays["models"])),
            leads=arrays["leads"].astype(np.int64),
            base=arrays["base"].astype(np.float64),
            costs=arrays["costs"].astype(np.float64),
            allowed=arrays["allowed"],
            columns=arrays["columns"].astype(np.int64),
            wording=Wording.from_arrays(words),
        )
    except KeyError as error:
        raise ValueError(f"has no array {error.args[0]!r}.") from None
    except Exception as error:
        # What decompresses raises what it likes.
        if isinstance(error, ValueError):
            raise
        raise ValueError(f"is no file of arrays: {type(error).__name__}.") from None
    if made.wording.words.shape[1] != len(made.columns):
        raise ValueError("`columns` and the words' weights are not as many.")
    return made


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        size = sum(each.file_size for each in file.infolist())
    if size > LARGEST:
        raise ValueError(f"holds {size:,} bytes of arrays; {LARGEST:,} are the most.")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return {name: np.asarray(file[name]) for name in file.files}


def _check(arrays: Mapping[str, NDArray[Any]]) -> None:
    if str(arrays["format"]) != FORMAT:
        raise ValueError(f"is no file of words of the format {FORMAT}.")
    shape = (arrays["tasks"].size, arrays["models"].size)
    wanted: dict[str, tuple[str, tuple[int, ...]]] = {
        "tasks": ("U", shape[:1]),
        "models": ("U", shape[1:]),
        "leads": ("i", shape[:1]),
        "base": ("f", shape),
        "costs": ("f", shape),
        "allowed": ("b", shape),
        "columns": ("i", arrays["columns"].shape[:1]),
    }
    for name, (kind, size) in wanted.items():
        array = arrays[name]
        if array.dtype.kind != kind or array.shape != size:
            raise ValueError(f"`{name}` is {array.dtype} of {array.shape}, and does not fit the others.")
        if kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"`{name}` holds what is no number.")
    for name in ("leads", "columns"):
        if (arrays[name] < 0).any() or (arrays[name] >= shape[1]).any():
            raise ValueError(f"`{name}` names what is no model.")
    if not all(shape) or len(set(map(str, arrays["models"]))) < shape[1]:
        raise ValueError("has no task, no model, or one twice.")
    if (np.abs(arrays["base"]) > _MOST).any() or (arrays["costs"] < 0).any():
        raise ValueError("`base` or `costs` is out of bounds.")
