"""A request's options are declared twice, as fields and as what callers may write; the two agree."""

from dataclasses import fields
from typing import get_type_hints

from interlock.types.request import Options, Request


def test_there_is_an_option_for_each_field_and_no_other():
    assert list(get_type_hints(Options)) == [
        field.name for field in fields(Request) if field.name != "messages"
    ]
