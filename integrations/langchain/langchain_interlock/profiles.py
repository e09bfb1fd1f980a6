"""What LangChain may count on, whichever of a router's models answers."""

from collections.abc import Mapping

from langchain_core.language_models import ModelProfile

from interlock import Deployment, Router

_INPUTS: Mapping[str, str] = {"images": "image_inputs", "audio": "audio_inputs", "documents": "pdf_inputs"}


def profile_of(router: Router, model: str | None) -> ModelProfile:
    """Tools and structured output are there for every model, natively or through the codecs.

    A medium or a length counts when one of the deployments takes it: a request goes to those that do.
    """
    deployments = [each for each in router.deployments.values() if model in (None, each.id, each.model)]
    profile = ModelProfile(tool_calling=True, structured_output=True, tool_choice=True)
    windows = [each.card.context_window for each in deployments if each.card.context_window]
    if windows and len(windows) == len(deployments):
        profile["max_input_tokens"] = max(windows)
    outputs = [each.card.max_output for each in deployments if each.card.max_output]
    if outputs and len(outputs) == len(deployments):
        profile["max_output_tokens"] = max(outputs)
    for capability, key in _INPUTS.items():
        if _known(deployments):
            profile[key] = any(capability in each.card.capabilities for each in deployments)  # type: ignore[literal-required]  # _INPUTS holds its keys
    return profile


def _known(deployments: list[Deployment]) -> bool:
    return bool(deployments) and all(each.card.capabilities for each in deployments)
