"""What a newcomer's first answer is like: fifty prompts to the embedded model, through a router without keys.

    uv run python tests/benchmarks/first_answer.py [--show]

Prints how many answers end by themselves, how many repeat themselves, and how long they and the waits are. An
answer counts as repeating itself when less than two thirds of its runs of four words (four characters, where
there are few spaces) are different ones; a text that people write stands above nine tenths.
"""

import statistics
import sys
import time
from collections.abc import Iterator

from interlock import Response, Router

PROMPTS = (
    "Say hello in five words",
    "hello",
    "Who are you?",
    "What can you do?",
    "Tell me a joke.",
    "Draft a two-line reminder for an unpaid invoice.",
    "What is the capital of Portugal?",
    "Write a haiku about trains.",
    "Explain recursion to a child.",
    "List three fruits.",
    "Translate 'good morning' into French.",
    "What is 17 plus 25?",
    "Write a Python function that reverses a string.",
    "Summarise in one sentence: The meeting was moved to Thursday because the room was taken.",
    "Give me five names for a coffee shop.",
    "Why is the sky blue?",
    "Write a short poem about the sea.",
    "How do I boil an egg?",
    "What does HTTP stand for?",
    "Write an email asking for a day off.",
    "Name a famous painter.",
    "What's the difference between a list and a tuple in Python?",
    "Count from one to ten.",
    "Write a tagline for a bakery.",
    "Is water wet?",
    "Bonjour, comment vas-tu ?",
    "Schreibe einen kurzen Gruß an einen Kunden.",
    "¿Qué hora es en Madrid?",
    "Tell me a story about a dragon.",
    "What should I cook tonight?",
    "Explain compound interest.",
    "Give me a regular expression for an email address.",
    "Write a SQL query that counts orders by customer.",
    "What is a contract?",
    "Give me tips for a job interview.",
    "Describe the colour red.",
    "Who wrote Romeo and Juliet?",
    "What is machine learning?",
    "Make a to-do list for moving house.",
    "Rewrite politely: Send me the file now.",
    "Is this review positive or negative? 'The food was cold.'",
    "Extract the date: The delivery arrives on 3 March 2026.",
    "Finish this sentence: The best way to learn is",
    "What are the days of the week?",
    "Give me a random number between 1 and 100.",
    "Write a product description for a wooden chair.",
    "What is the meaning of life?",
    "Test",
    "Show me some emojis.",
    "Thanks!",
)


def main(*, show: bool) -> None:
    seconds: list[float] = []
    answers: list[Response] = []
    with Router.from_config({"deployments": [LOCAL]}) as router:
        router.complete_sync("hi", settings={"max_tokens": 1})
        for prompt in PROMPTS:
            began = time.perf_counter()
            answers.append(router.complete_sync(prompt))
            seconds.append(time.perf_counter() - began)
            if show:
                print(f"--- {prompt}\n{answers[-1].text}\n[{answers[-1].finish_reason}, {seconds[-1]:.1f} s]")
    tokens = [answer.usage.output_tokens or 0 for answer in answers]
    print(f"answers                  {len(answers)}")
    print(f"ended by themselves      {sum(answer.finish_reason == 'stop' for answer in answers)}")
    print(f"repeat themselves        {sum(variety(answer.text) < 2 / 3 for answer in answers)}")
    print(f"empty                    {sum(not answer.text.strip() for answer in answers)}")
    print(f"tokens, median and most  {statistics.median(tokens):.0f}, {max(tokens)}")
    print(f"seconds, median and most {statistics.median(seconds):.1f}, {max(seconds):.1f}")


LOCAL = {"id": "local", "model": "local/smollm2-135m", "provider": "local"}


def variety(text: str) -> float:
    """The share of runs of four that stand there once."""
    words = text.split()
    units = words if len(words) > len(text) / 20 else list(text)
    runs = list(_runs(units))
    return len(set(runs)) / len(runs) if runs else 1.0


def _runs(units: list[str]) -> Iterator[tuple[str, ...]]:
    for index in range(len(units) - 3):
        yield tuple(units[index : index + 4])


if __name__ == "__main__":
    main(show="--show" in sys.argv)
