"""Estimates of tokens: near the true count (o200k, counted beforehand), bounded, and whole for requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.classifiers.tokens import MEDIA_TOKENS, estimate_request_tokens, estimate_tokens
from interlock.types.messages import Image, Message, Text, ToolCall, ToolResult
from interlock.types.request import Request, ToolSpec

COUNTED = [
    (
        (
            "The bridge was closed for repairs in spring, and the ferry took twice as long as anybody had "
            "expected. Drivers complained to the council, which promised a second boat and a list of "
            "departures for every weekend until the works are finished."
        ),
        46,
    ),
    (
        (
            "Die Brücke wurde im Frühjahr wegen Reparaturen gesperrt, und die Fähre brauchte doppelt "
            "so lange, wie alle erwartet hatten. Die Fahrer beschwerten sich bei der Gemeinde, die ein "
            "zweites Boot und einen Fahrplan für jedes Wochenende versprach."
        ),
        54,
    ),
    (
        (
            "Le pont a été fermé au printemps pour des réparations, et le bac a mis deux fois plus de "
            "temps que prévu. Les conducteurs se sont plaints à la mairie, qui a promis un second "
            "bateau et des horaires pour chaque fin de semaine."
        ),
        51,
    ),
    (
        (
            "El puente se cerró en primavera por reparaciones y el transbordador tardó el doble de lo "
            "que todos esperaban. Los conductores se quejaron al ayuntamiento, que prometió un segundo "
            "barco y un horario para cada fin de semana."
        ),
        52,
    ),
    (
        (
            "Il ponte è stato chiuso in primavera per riparazioni e il traghetto ha impiegato il "
            "doppio del previsto. Gli automobilisti si sono lamentati con il comune, che ha promesso "
            "una seconda barca e gli orari per ogni fine settimana."
        ),
        54,
    ),
    (
        (
            "A ponte foi fechada na primavera para reparações, e a balsa demorou o dobro do que todos "
            "esperavam. Os condutores queixaram-se à câmara, que prometeu um segundo barco e um "
            "horário para cada fim de semana."
        ),
        51,
    ),
    (
        (
            "De brug werd in het voorjaar gesloten voor reparaties en de veerpont deed er twee keer zo lang "
            "over als verwacht. De bestuurders klaagden bij de gemeente, die een tweede boot en een "
            "dienstregeling voor elk weekend beloofde."
        ),
        50,
    ),
    (
        (
            "大桥在春天因维修而关闭,渡轮所用的时间比大家预计的多了一倍。司机们向市政府投诉,市政府承诺增加第"
            "二艘船,并公布每个周末的班次。"
        ),
        51,
    ),
    (
        (
            "橋は春に修理のため閉鎖され、フェリーは予想の二倍の時間がかかりました。運転手たちは役所に苦情を申"
            "し立て、役所は二隻目の船と週末ごとの時刻表を約束しました。"
        ),
        65,
    ),
    (
        (
            "다리는 봄에 수리를 위해 폐쇄되었고, 배는 모두가 예상한 것보다 두 배나 오래 "
            "걸렸습니다. 운전자들은 시청에 항의했고, 시청은 두 번째 배와 주말마다의 시간표를 "
            "약속했습니다."
        ),
        58,
    ),
    (
        (
            'def departures(boats, start, end):\n    """Yield each departure between two times."""\n    for '
            "boat in boats:\n        current = start\n        while current < end:\n            if "
            "boat.runs_on(current.weekday()):\n                yield current, boat.name\n            current "
            "+= boat.interval\n"
        ),
        58,
    ),
    (
        (
            '{"ferry": {"name": "Marta II", "capacity": 42, "departures": ["07:30", "09:15", "11:00"], '
            '"weekend": true, "price": 3.5}}'
        ),
        51,
    ),
]


@pytest.mark.parametrize(("text", "tokens"), COUNTED)
def test_near_the_true_count(text: str, tokens: int):
    assert estimate_tokens(text) == pytest.approx(tokens, rel=0.22)


@pytest.mark.parametrize(
    ("text", "tokens"), [("a " * 60_000, 60_001), ("word " * 60_000, 60_001), ("12345 " * 3_000, 9_000)]
)
def test_monotonous_text(text: str, tokens: int):
    assert estimate_tokens(text) == pytest.approx(tokens, rel=0.2)


def test_a_long_text_is_its_sample_many_times_over():
    prose = COUNTED[0][0] + " "
    once = estimate_tokens(prose * 10)
    assert estimate_tokens(prose * 5_000) == pytest.approx(500 * once, rel=0.05)


def test_empty_and_tiny():
    assert estimate_tokens("") == 0
    assert estimate_tokens("?") == 1


@given(st.text(st.characters(), max_size=400))
def test_any_text_has_a_count(text: str):
    assert estimate_tokens(text) >= (1 if text else 0)


def test_a_request_counts_everything_that_is_sent():
    bare = estimate_request_tokens(Request("Hello there"))
    tool = ToolSpec(name="search", description="Finds pages on the web", parameters={"type": "object"})
    assert estimate_request_tokens(Request("Hello there", tools=(tool,))) > bare + 8
    messages = [
        Message("user", (Text("Hello there"), Image(url="https://example.org/a.png"))),
        Message("assistant", (ToolCall(id="1", name="search", arguments={"query": "trains " * 50}),)),
        Message("tool", (ToolResult(id="1", content="rail " * 100),)),
        Message(
            "tool",
            (ToolResult(id="2", content=(Text("rail " * 100), Image(url="https://example.org/b.png"))),),
        ),
    ]
    assert estimate_request_tokens(Request(messages)) == pytest.approx(2 * MEDIA_TOKENS + 270, rel=0.1)


def test_many_turns_are_sampled_and_the_longest_is_not_missed():
    short = [Message("user", "Where is my order, please?")] * 2_000
    each = estimate_tokens("Where is my order, please?") + 4
    assert estimate_request_tokens(Request(short)) == pytest.approx(2_000 * each, rel=0.05)
    long = [*short, Message("user", "word " * 60_000)]
    assert estimate_request_tokens(Request(long)) == pytest.approx(2_000 * each + 60_000, rel=0.06)
