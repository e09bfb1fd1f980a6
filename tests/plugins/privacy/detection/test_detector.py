from interlock_privacy.detection import Detector


def test_findings_come_in_order_with_exact_places():
    text = "Write to Ada.L@Example.com, card 4111-1111-1111-1111."
    found = Detector().find(text)
    assert [(each.kind, text[each.start : each.end], each.value) for each in found] == [
        ("email", "Ada.L@Example.com", "ada.l@example.com"),
        ("card", "4111-1111-1111-1111", "4111111111111111"),
    ]
