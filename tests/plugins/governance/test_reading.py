"""Inventories as organisations publish and write them: what each row becomes, and what is complained of."""

import datetime as dt
from pathlib import Path

import pytest

from interlock.errors import RequestError
from interlock_governance.use_cases import FIELDS, UnknownForm, read_bytes, read_use_cases

OMB_2025 = (
    "\ufeffagency,agency_name,id,use_case_name,agency_bureau,contact_email,development_stage,is_high_impact,"
    "classification,problem_solved,vendor_name,has_pii,demographic_features,pia_url,benefits\r\n"
)
OMB_2024 = (
    "Use Case Name,Agency,Bureau,What is the intended purpose and expected benefits of the AI?,"
    '"Is the AI use case rights-impacting, safety-impacting, both, or neither?",Stage of Development,'
    "Does this AI use case involve personally identifiable information (PII) that is maintained by the "
    'agency?,"If Other, please explain.","If Other, please explain.","If Other, please explain."\r\n'
)


def one(text, file="cases.csv", **how):
    found = read_bytes(text if isinstance(text, bytes) else text.encode(), file, **how)
    assert len(found.use_cases) == 1
    return found.use_cases[0], found.complaints


def table(header, *rows):
    return "\n".join([header, *rows])


def test_a_row_of_the_american_inventory_of_2025():
    row = (
        "HHS,Department of Health,35,Triage of letters,NIH,ai@example.org,Pre-deployment,High-impact,"
        "Generative AI,\"Letters\npile up\",Acme,Yes,\"['b) Sex', 'c) Age']\",No,Faster answers"
    )
    case, complaints = one(OMB_2025 + row)
    assert not complaints
    assert (case.id, case.name, case.owner) == ("35", "Triage of letters", "ai@example.org")
    assert (case.unit, case.purpose, case.vendor) == ("HHS / NIH", "Letters\npile up", "Acme")
    assert (case.technique, case.stage, case.annex_iii) == ("generative", "development", "possible")
    assert (case.sensitivity, case.data_classes) == (("personal",), ("Sex", "Age"))
    assert case.words["sensitivity"] == "has_pii: Yes"
    assert case.words["stage"] == "development_stage: Pre-deployment"
    assert case.evidence is None
    assert case.words["evidence"] == "pia_url: No"
    assert case.extra == {"agency_name": "Department of Health", "benefits": "Faster answers"}
    assert (case.source.file, case.source.row) == ("cases.csv", 2)


def test_what_a_row_leaves_empty_is_unknown_and_never_no():
    case, complaints = one(OMB_2025 + "HHS,,,Name,,,,,,,Not available,,[],,")
    assert not complaints
    assert set(case.gaps) == set(FIELDS) - {"name", "unit"}
    assert case.words["vendor"] == "vendor_name: Not available"


def test_no_personal_data_is_no_level_and_not_high_impact_leaves_annex_iii_open():
    case, _ = one(OMB_2025 + "HHS,,,Name,,,Deployed,Not High-impact,,,,No,,,")
    assert case.sensitivity == ()
    assert case.annex_iii is None
    assert case.words["annex_iii"] == "is_high_impact: Not High-impact"


def test_a_row_of_the_american_inventory_of_2024_in_the_encoding_of_windows():
    row = "Dr. Müller’s tool,Department X,B,Reads – fast,Both,Initiated,No,one,,three"
    case, complaints = one(f"{OMB_2024}{row}\r\n".encode("cp1252"))
    assert [str(each) for each in complaints] == [
        "cases.csv: is no UTF-8; it was read as cp1252 (Windows, Western European)."
    ]
    assert (case.name, case.purpose) == ("Dr. Müller’s tool", "Reads – fast")
    assert (case.unit, case.stage, case.annex_iii) == ("Department X / B", "planned", "possible")
    assert case.sensitivity is None  # the agency maintains none; the use case may see some
    assert case.extra == {"If Other, please explain.": "one", "If Other, please explain. (3)": "three"}


def test_a_row_of_the_british_records():
    case, complaints = one(
        "publishing_body,tool_name,published,url\n"
        "DfE,Attendance reports,2025-11-27T15:37:24Z,https://example.org/records/attendance\n"
    )
    assert not complaints
    assert (case.unit, case.name) == ("DfE", "Attendance reports")
    assert case.evidence == ("https://example.org/records/attendance",)
    assert case.extra == {"published": "2025-11-27T15:37:24Z"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *((each, ("personal",)) for each in ("Yes", "YES", "yes", "Y", "TRUE", "Yes - some", "Yes, names")),
        *((each, ()) for each in ("No", "NO", "n", "False", "No – none", "no.")),
        *((each, None) for each in ("N/A", "n/a", "NA", "Not Applicable", "", " ", "-", "unknown")),
        *((each, None) for each in ("Not applicable.", "Blank/Not Provided", "TBD", "?")),
    ],
)
def test_yes_no_and_unknown_have_many_spellings(said, meant):
    case, complaints = one(OMB_2025 + f'HHS,,,Name,,,,,,,,"{said}",,,')
    assert case.sensitivity == meant
    assert not complaints


def test_words_that_nobody_knows_are_complained_of_and_kept():
    found = read_bytes(
        (OMB_2025 + "HHS,,,A,,,Someday,,,,,,,,\nHHS,,,B,,,,,,,,perhaps,,,\n").encode(), "x.csv"
    )
    first, second = found.use_cases
    assert first.stage is None
    assert first.words == {"stage": "development_stage: Someday"}
    assert second.words == {"sensitivity": "has_pii: perhaps"}
    assert [(each.row, each.column, each.value) for each in found.complaints] == [
        (2, "development_stage", "Someday"),
        (3, "has_pii", "perhaps"),
    ]


def test_ragged_rows_lose_nothing():
    found = read_bytes(b"id,name,owner\n1,A\n2,B,me,too,many\n", "x.csv")
    short, long = found.use_cases
    assert (short.name, short.owner) == ("A", None)
    assert long.extra == {"column 4": "too", "column 5": "many"}
    assert [each.row for each in found.complaints] == [2, 3]
    assert "has 5 cells, but the header has 3" in found.complaints[1].done


def test_nuls_byte_order_marks_and_blank_rows_are_taken_as_they_come():
    text = "id,name\n\n1,A\0B\n , \n2,C\n"
    for encoding in ("utf-8-sig", "utf-16"):
        found = read_bytes(text.encode(encoding), "x.csv")
        assert [(each.name, each.source.row) for each in found.use_cases] == [("AB", 3), ("C", 5)]
        assert [each.done for each in found.complaints] == ["has 1 NUL characters; they were left out."]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_may_be_separated_by_what_a_spreadsheet_writes(separator):
    case, complaints = one(
        table(separator.join(("id", "name", "stage")), separator.join(("1", "A", "Pilot")))
    )
    assert (case.id, case.name, case.stage) == ("1", "A", "pilot")
    assert not complaints


def test_a_table_of_ones_own():
    header = (
        "ID,Name,volume_month,tokens in,latency,sensitivity,residency,subjects_jurisdictions,human_oversight,"
        "review_date,evidence,decision_effect"
    )
    row = (
        '7,Letters,"12,000",1.2k,LOW,Personal; regulated,Germany+fr,"EU, California",yes,2026-12-01,a; b,none'
    )
    case, complaints = one(table(header, row))
    assert not complaints
    assert (case.volume_month, case.tokens_in, case.latency) == (12_000, 1_200, "low")
    assert case.sensitivity == ("personal", "regulated")
    assert case.residency == ("de", "fr")
    assert case.subjects_jurisdictions == ("eu", "us-ca")
    assert case.human_oversight is True
    assert case.review_date == dt.date(2026, 12, 1)
    assert case.evidence == ("a", "b")
    assert case.decision_effect == "none"


@pytest.mark.parametrize(
    ("field", "said", "complaint"),
    [
        ("volume_month", "many", "expected a whole number"),
        ("volume_month", "-5", "expected a whole number"),
        ("volume_month", "1.000", None),
        ("stage", "live", "expected one of planned, development, pilot, production, retired"),
        ("residency", "Germny", "Did you mean 'germany'?"),
        ("residency", "eu-central-1", "is no jurisdiction"),
        ("human_oversight", "sometimes", "expected yes or no"),
        ("review_date", "soon", "expected a date"),
        ("review_date", "2026-13-45", "expected a date"),
    ],
)
def test_a_value_that_cannot_be_meant_stays_unknown(field, said, complaint):
    case, complaints = one(table(f"name,{field}", f"A,{said}"))
    if complaint is None:
        assert not complaints
        return
    assert getattr(case, field) is None
    assert case.words == {field: f"{field}: {said}"}
    assert complaint in complaints[0].done


def test_norway_is_a_jurisdiction():
    case, _ = one(table("name,residency", "A,no"))
    assert case.residency == ("no",)


def test_a_misspelt_column_is_kept_and_named():
    case, complaints = one(table("name,purpos,stage", "A,Answers,pilot"))
    assert case.extra == {"purpos": "Answers"}
    assert "did you mean 'purpose'?" in complaints[0].done


def test_a_table_of_no_known_form_says_what_it_has_and_what_is_known():
    with pytest.raises(UnknownForm) as raised:
        read_bytes(b"Title,Cost\nLetters,5\n", "x.csv")
    assert raised.value.headers == ("Title", "Cost")
    assert raised.value.forms == ("interlock", "omb-2025", "omb-2024", "uk-atrs")
    assert "It has: Title, Cost." in str(raised.value)
    assert "--map Title=name" in str(raised.value)


def test_the_user_may_say_what_columns_are():
    case, _ = one("Title,Cost,Stage\nLetters,5,pilot\n", columns={"title": "name"})
    assert (case.name, case.stage, case.extra) == ("Letters", "pilot", {"Cost": "5"})
    case, _ = one(OMB_2025 + "HHS,,,Name,,,,,,,,,,,Faster", columns={"benefits": "purpose"})
    assert case.purpose == "Faster"


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [({"Titel": "name"}, "Did you mean 'Title'?"), ({"Title": "nam"}, "Did you mean 'name'?")],
)
def test_a_column_or_a_field_that_there_is_not_is_refused(columns, complaint):
    with pytest.raises(RequestError, match=r"there is no column|is no field") as raised:
        read_bytes(b"Title,Cost\nLetters,5\n", "x.csv", columns=columns)
    assert complaint in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\0"])
def test_an_empty_file_is_said_to_be_empty(data):
    with pytest.raises(RequestError, match="is empty"):
        read_bytes(data, "x.csv")


def test_a_quote_that_does_not_end_is_found():
    with pytest.raises(RequestError, match=r"Does a quote begin there"):
        read_bytes(b'id,name\n1,"A\n' + b"2,B\n" * 60_000, "x.csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RequestError, match=r"nowhere\.csv: cannot be read"):
        read_use_cases(tmp_path / "nowhere.csv")
    with pytest.raises(RequestError, match="cannot be read"):
        read_use_cases(tmp_path)


def test_several_files_are_one_inventory_whatever_they_are_called(tmp_path):
    Path(tmp_path, "a.txt").write_text("id,name\n1,A\n", encoding="utf-8")
    Path(tmp_path, "b.csv").write_text("- name: B\n", encoding="utf-8")
    found = read_use_cases(tmp_path / "a.txt", tmp_path / "b.csv")
    assert [each.name for each in found.use_cases] == ["A", "B"]
    assert [(each.name, each.form, each.rows) for each in found.files] == [
        ("a.txt", "interlock", 1),
        ("b.csv", "interlock", 1),
    ]


@pytest.mark.parametrize(
    ("begins", "what"),
    [
        (b"PK\x03\x04rest", "is a workbook or an archive; save its sheet as CSV"),
        (b"%PDF-1.7\nrest", "is a PDF"),
    ],
)
def test_what_is_no_text_is_told_apart(begins, what):
    with pytest.raises(RequestError, match=what):
        read_bytes(begins, "cases.xlsx")


def test_a_column_need_be_in_one_of_several_files_alone(tmp_path):
    Path(tmp_path, "a.csv").write_text("Title,stage\nA,pilot\n", encoding="utf-8")
    Path(tmp_path, "b.csv").write_text("name,Why\nB,Answers\n", encoding="utf-8")
    files = tmp_path / "a.csv", tmp_path / "b.csv"
    found = read_use_cases(*files, columns={"Title": "name", "why": "purpose"})
    assert [(each.name, each.purpose) for each in found.use_cases] == [("A", None), ("B", "Answers")]
    with pytest.raises(RequestError, match="there is no column 'Titel'; there are Title, stage, name, Why"):
        read_use_cases(*files, columns={"Title": "name", "Why": "purpose", "Titel": "id"})
