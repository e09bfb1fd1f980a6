"""Every vendor that speaks chat completions, one frozen row each.

Rows differ by data alone. What a row does not name, the vendor does not take: a hint (seed, penalties,
effort) is then left out, a part of the conversation is refused by name.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from interlock.protocols import ProviderFacts
from interlock.types.traits import UNKNOWN, Traits

Ask = Literal["none", "reasoning_effort", "reasoning", "thinking", "enable_thinking", "template"]
Return = Literal["never", "with_tool_calls", "always"]
ReasoningForm = Literal["reasoning_content", "reasoning", "reasoning_details", "thinking_parts"]
OutputMode = Literal["json_schema", "json_object", "words"]
DocumentForm = Literal["none", "file", "document_url", "file_url"]
AudioForm = Literal["none", "object", "string"]
CallIds = Literal["any", "short", "nine"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vendor:
    """What is particular to a vendor; the defaults are what most servers take. A row equals itself alone, so
    that what is worked out for it is found again quickly.

    Attributes:
        name: as written in a deployment's `provider`.
        max_tokens: the parameter's name; likewise `seed` and `user`, None where there is none.
        penalties, logprobs, top_k, parallel: whether the vendor takes these settings.
        names: whether a message may carry its author's name.
        forces_tools: whether `tool_choice` may be `required` or name a tool; otherwise the model is told in
            words, and an answer without the call is an error.
        forbids_tools: whether `tool_choice` may be `none`; otherwise the tools are left out.
        required: how the vendor spells `required`.
        strict: whether tools and schemas may carry `strict`.
        refusals: whether a past turn may carry `refusal`; otherwise its words are text.
        wordless: whether a message may be without a word.
        user_after_tool: whether the user may speak right after a tool's result.
        ask: how reasoning is asked for.
        reasoning_form: how a past turn carries its reasoning, and `reasoning_back` when it must.
        reasoning_owed: which past turns need the field, those of other vendors and without a thought too.
        think_tags: the server may leave `<think>` blocks at the head of the text.
        output: the strictest response format; `output_with_tools` whether it goes together with tools.
        system_first: the server's templates take a system message only at the start.
        images: whether images are taken at all.
        image_urls, document_urls: whether the vendor fetches these itself.
        tool_media: whether a tool's result may hold images itself.
        call_ids: what a tool call's id may be: any text, up to 40 characters, or nine letters and digits.
        cache_marks: whether text may be marked as the end of a cached prefix.
        schema_in_streams: whether a schema as response format goes into streams.
        stops: how many stop sequences it takes; None where nobody says.
        families: whether what is known of models by their names holds here; not where the vendor puts right
            by itself what a model does not take.
        traits: what holds of all of its models, as far as nothing else is known.
        auth: the header that carries the key.
        embeddings: whether it makes vectors of texts; `dimensions` is what it calls their length.
        azure: whether the URL names the deployment, as Azure's classic endpoint does.
    """

    facts: ProviderFacts
    max_tokens: str = "max_tokens"
    seed: str | None = "seed"
    user: str | None = "user"
    penalties: bool = True
    logprobs: bool = True
    top_k: bool = False
    parallel: bool = True
    names: bool = False
    forces_tools: bool = True
    forbids_tools: bool = True
    required: str = "required"
    strict: bool = False
    refusals: bool = False
    wordless: bool = True
    user_after_tool: bool = True
    stream_usage: bool = True
    ask: Ask = "none"
    reasoning_form: ReasoningForm = "reasoning_content"
    reasoning_back: Return = "never"
    reasoning_owed: Return = "never"
    think_tags: bool = False
    output: OutputMode = "json_schema"
    output_with_tools: bool = True
    schema_in_streams: bool = True
    stops: int | None = None
    families: bool = True
    traits: Traits = UNKNOWN
    system_first: bool = False
    images: bool = True
    image_urls: bool = True
    documents: DocumentForm = "none"
    document_urls: bool = False
    audio: AudioForm = "none"
    tool_media: bool = False
    call_ids: CallIds = "any"
    cache_marks: bool = False
    auth: Literal["bearer", "api-key"] = "bearer"
    embeddings: bool = True
    dimensions: str = "dimensions"
    azure: bool = False
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.facts.name)


def _cloud(name: str, env: str, base_url: str, region: str, hint: str) -> ProviderFacts:
    return ProviderFacts(
        name=name, env=(env,), base_url=base_url, region=region, offers=_offers(name), hint=hint
    )


def _offers(name: str) -> str:
    return f"interlock_openai:offers/{name}.toml"


def _server(name: str, base_url: str, hint: str, passes_on: tuple[str, ...] = ()) -> ProviderFacts:
    """A server on this machine: what it is sent goes no further than an in-process model's prompt does,
    but for the models that it `passes_on`.
    """
    return ProviderFacts(
        name=name,
        env=(f"{name.upper()}_API_KEY",),
        base_url=base_url,
        region="local",
        needs_key=False,
        on_premise=True,
        passes_on=passes_on,
        hint=hint,
    )


OPENAI = Vendor(
    facts=_cloud(
        "openai",
        "OPENAI_API_KEY",
        "https://api.openai.com/v1",
        "global",
        "Set OPENAI_API_KEY to a key from platform.openai.com/api-keys.",
    ),
    max_tokens="max_completion_tokens",
    names=True,
    strict=True,
    refusals=True,
    ask="reasoning_effort",
    documents="file",
    audio="object",
    call_ids="short",
    stops=4,
)

AZURE = replace(
    OPENAI,
    facts=ProviderFacts(
        name="azure",
        env=("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
        hint="Set AZURE_API_KEY, base_url to https://<resource>.openai.azure.com, the resource's region and "
        "the deployment_type.",
        takes_query=True,
        offers=_offers("azure"),
    ),
    auth="api-key",
    azure=True,
)

ZHIPU = Vendor(
    facts=_cloud(
        "zhipu",
        "ZHIPU_API_KEY",
        "https://api.z.ai/api/paas/v4",
        "cn+sg",
        "Set ZHIPU_API_KEY to a key from z.ai; keys of the mainland platform need "
        "base_url: https://open.bigmodel.cn/api/paas/v4.",
    ),
    seed=None,
    user="user_id",
    penalties=False,
    logprobs=False,
    parallel=False,
    forces_tools=False,
    forbids_tools=False,
    wordless=False,
    ask="thinking",
    reasoning_back="always",
    output="json_object",
    documents="file_url",
    document_urls=True,
    traits=Traits(temperature=(0.0, 1.0)),
)

ALIBABA = Vendor(
    facts=_cloud(
        "alibaba",
        "DASHSCOPE_API_KEY",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "cn",
        "Set DASHSCOPE_API_KEY to a key from Alibaba Cloud Model Studio; international keys need "
        "base_url: https://dashscope-intl.aliyuncs.com/compatible-mode/v1.",
    ),
    user=None,
    top_k=True,
    ask="enable_thinking",
    reasoning_back="with_tool_calls",
    output="json_object",
    audio="object",
    cache_marks=True,
    traits=Traits(refuses_while_reasoning=frozenset({"json", "forced_tools", "unstreamed"})),
)

DEEPSEEK = Vendor(
    facts=_cloud(
        "deepseek",
        "DEEPSEEK_API_KEY",
        "https://api.deepseek.com",
        "cn",
        "Set DEEPSEEK_API_KEY to a key from platform.deepseek.com.",
    ),
    seed=None,
    user=None,
    parallel=False,
    names=True,
    ask="thinking",
    reasoning_back="always",
    reasoning_owed="always",
    output="json_object",
    stops=16,
    traits=Traits(refuses_while_reasoning=frozenset({"forced_tools", "logprobs"})),
    embeddings=False,
)

MISTRAL = Vendor(
    facts=_cloud(
        "mistral",
        "MISTRAL_API_KEY",
        "https://api.mistral.ai/v1",
        "global",
        "Set MISTRAL_API_KEY to a key from console.mistral.ai.",
    ),
    seed="random_seed",
    user=None,
    logprobs=False,
    required="any",
    strict=True,
    wordless=False,
    user_after_tool=False,
    stream_usage=False,
    ask="reasoning_effort",
    reasoning_form="thinking_parts",
    reasoning_back="always",
    system_first=True,
    documents="document_url",
    document_urls=True,
    audio="string",
    tool_media=True,
    call_ids="nine",
    dimensions="output_dimension",
)

GROQ = Vendor(
    facts=_cloud(
        "groq",
        "GROQ_API_KEY",
        "https://api.groq.com/openai/v1",
        "global",
        "Set GROQ_API_KEY to a key from console.groq.com.",
    ),
    max_tokens="max_completion_tokens",
    logprobs=False,
    ask="reasoning_effort",
    reasoning_form="reasoning",
    reasoning_back="with_tool_calls",
    output="json_object",
    output_with_tools=False,
    stops=4,
    schema_in_streams=False,
    embeddings=False,
)

TOGETHER = Vendor(
    facts=_cloud(
        "together",
        "TOGETHER_API_KEY",
        "https://api.together.ai/v1",
        "global",
        "Set TOGETHER_API_KEY to a key from api.together.ai.",
    ),
    user=None,
    top_k=True,
    ask="reasoning_effort",
    reasoning_form="reasoning",
)

OPENROUTER = Vendor(
    facts=_cloud(
        "openrouter",
        "OPENROUTER_API_KEY",
        "https://openrouter.ai/api/v1",
        "global",
        "Set OPENROUTER_API_KEY to a key from openrouter.ai/keys.",
    ),
    top_k=True,
    names=True,
    strict=True,
    ask="reasoning",
    reasoning_form="reasoning_details",
    reasoning_back="always",
    documents="file",
    document_urls=True,
    audio="object",
    cache_marks=True,
    families=False,
)

HUGGINGFACE = Vendor(
    facts=_cloud(
        "huggingface",
        "HF_TOKEN",
        "https://router.huggingface.co/v1",
        "global",
        "Set HF_TOKEN to a token from huggingface.co/settings/tokens that may call inference providers.",
    ),
    user=None,
    ask="reasoning_effort",
    system_first=True,
    embeddings=False,
)

OLLAMA = Vendor(
    facts=_server(
        "ollama",
        "http://127.0.0.1:11434/v1",
        "Start it with `ollama serve` and fetch a model with `ollama pull`.",
        passes_on=("-cloud", ":cloud"),
    ),
    user=None,
    parallel=False,
    logprobs=False,
    ask="reasoning_effort",
    reasoning_form="reasoning",
    think_tags=True,
    system_first=True,
    image_urls=False,
)

VLLM = Vendor(
    facts=_server("vllm", "http://127.0.0.1:8000/v1", "Start it with `vllm serve <model>`."),
    top_k=True,
    ask="template",
    reasoning_form="reasoning",
    reasoning_back="with_tool_calls",
    think_tags=True,
    system_first=True,
    audio="object",
)

LLAMACPP = replace(
    VLLM,
    facts=_server(
        "llamacpp", "http://127.0.0.1:8080/v1", "Start it with `llama-server -m <model.gguf> --jinja`."
    ),
    reasoning_form="reasoning_content",
)

COMPATIBLE = Vendor(
    facts=ProviderFacts(
        name="openai-compatible",
        env=("OPENAI_COMPATIBLE_API_KEY",),
        needs_key=False,
        hint="Set base_url to the server's root, version included, and region to where it stands.",
    ),
    ask="reasoning_effort",
    reasoning_back="with_tool_calls",
    think_tags=True,
    system_first=True,
    documents="file",
    audio="object",
)

VENDORS: tuple[Vendor, ...] = (
    OPENAI,
    COMPATIBLE,
    ZHIPU,
    ALIBABA,
    DEEPSEEK,
    MISTRAL,
    GROQ,
    TOGETHER,
    OPENROUTER,
    HUGGINGFACE,
    OLLAMA,
    VLLM,
    LLAMACPP,
    AZURE,
)
