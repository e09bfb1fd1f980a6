"""Whatever a file holds: rows, complaints, or one error that names the file."""

from hypothesis import example, given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock_governance.use_cases import read_bytes
from interlock_governance.use_cases.forms import PUBLIC
from interlock_governance.use_cases.use_case import FIELDS

HEADERS = st.sampled_from([b"id,name,stage,residency,review_date,words,extra,source_row\n", *(
    ",".join(f'"{name.removesuffix("…")}"' for name in form.columns).encode() + b"\n" for form in PUBLIC
)])  # fmt: skip
PIECES = st.sampled_from(
    [b",", b'"', b"\n", b"\r", b"\0", b";", b"[", b"{", b"'", b"yes", b"n/a", b"\xff", b"\x81", b"9" * 5000]
)
BODIES = st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join)


def tried(data):
    try:
        return read_bytes(data, "some.csv"), None
    except RequestError as error:
        return None, error


def read(data):
    found, error = tried(data)
    if found is None:
        assert "some.csv" in str(error)
        return
    for each in found.use_cases:
        assert each.source.file
        assert all(getattr(each, name) is not None for name in FIELDS if name not in each.gaps)
    assert all(each.file == "some.csv" and each.done for each in found.complaints)


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"\xff\xfe\x00")
@example(b"- a: !!python/object:os.system x")
@example(b"%YAML 9.9\n---\n- a")
@example(b"- a: &x b\n- *x")
def test_any_bytes(data):
    read(data)


@given(HEADERS, BODIES)
def test_any_rows_below_a_known_header(header, body):
    read(header + body)


@given(
    st.lists(
        st.sampled_from(["- ", "name: ", "  stage: ", "\n", "a", "[", "]", "{", "}", ":", "&", "*", "|", "#"])
    )
)
def test_any_yaml(parts):
    read("".join(["- ", *parts]).encode())


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), min_size=1, max_size=8))
def test_no_cell_is_lost(cells):
    header = "name,purpose,stage,residency,owner,other,other"
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found, _ = tried(f"{header}\n{row}\n".encode())
    if found is None:
        return
    told = " ".join(str(each.plain()) for each in found.use_cases)
    for cell in cells:
        for word in cell.replace("\0", "").split():
            assert word.casefold() in told.casefold() or repr(word)[1:-1].casefold() in told.casefold()
