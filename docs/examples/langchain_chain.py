"""A chain, and the same chain while its primary is down: `uv run python docs/examples/langchain_chain.py`.

Runs on this machine alone: the primary's address is one where nobody listens, and the local model takes over.
"""

from langchain_core.messages import AIMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable

from langchain_interlock import ChatInterlock

LOCAL = {"id": "here", "model": "local/smollm2-135m", "provider": "local"}
PRIMARY = {
    "id": "primary",
    "model": "openai/gpt-5.5",
    "provider": "openai-compatible",
    "base_url": "http://127.0.0.1:9/v1",
    "region": "eu",
}
HEALTHY = {"deployments": [LOCAL]}
PRIMARY_DOWN = {"deployments": [PRIMARY, LOCAL], "retries": {"max": 0}}

PROMPT = ChatPromptTemplate.from_messages(
    [("system", "You answer in one short sentence."), ("human", "What is {thing}?")]
)


def chain_over(model: ChatInterlock) -> Runnable[dict[str, str], AIMessage]:
    return PROMPT | model


def told(message: AIMessage) -> str:
    """The answer, and under it what was tried for it."""
    attempts = message.response_metadata["interlock"]["attempts"]
    tried = [f"  {each['deployment']}: {(each['error'] or {}).get('kind', 'answered')}" for each in attempts]
    return "\n".join([str(message.text).strip(), *tried])


def main() -> None:
    for configuration in (HEALTHY, PRIMARY_DOWN):
        model = ChatInterlock(config=configuration, temperature=0, max_tokens=24)
        print(told(chain_over(model).invoke({"thing": "a railway signal"})))
        model.router.close_sync()


if __name__ == "__main__":
    main()
