"""Every operation against an org in memory, and what is there afterwards."""

import pytest
from org_changes import CHANGES, READS

from fault_proxy import AFTER
from interlock import ConfigError, Router, ToolCall


def test_every_tool_is_known_here(box):
    offered = {each.name.removeprefix("salesforce_"): each.tool for each in box.toolbox.tools_sync()}
    assert {name for name, each in offered.items() if each.effect == "read"} == READS
    assert set(offered) == READS | set(CHANGES)
    assert len(offered) == 21
    assert all(len(each.spec.description) <= 300 for each in offered.values())


@pytest.mark.parametrize("tool", CHANGES)
async def test_what_is_asked_for_happens_once(box, org, tool):
    case = CHANGES[tool](org)
    assert case.shows() == 0
    outcome = await box.run(tool, **case.arguments)
    assert (outcome.outcome, case.shows()) == ("done", 1), outcome


@pytest.mark.parametrize("tool", CHANGES)
async def test_without_fields_for_references_each_happens_once_or_says_what_is_missing(boxed, org, tool):
    case = CHANGES[tool](org)
    outcome = await boxed().run(tool, **case.arguments)
    due = ("refused", 0) if tool == "composite" else ("done", 1)
    assert (outcome.outcome, case.shows()) == due, outcome


async def test_a_preview_shows_what_would_be_sent_and_sends_nothing(box, org, proxy):
    for tool in ("create_record", "composite"):
        call = ToolCall(id="c", name=f"salesforce_{tool}", arguments=CHANGES[tool](org).arguments)
        preview = (await box.toolbox.asking(call)).preview
        assert "/sobjects/Account/Run__c/reference-of-the-run" in preview.text
    assert proxy.requests == []


async def test_a_creation_that_nothing_names_goes_to_a_person(boxed):
    (tool,) = [each.tool for each in await boxed().toolbox.tools() if each.name == "salesforce_create_record"]
    assert tool.repeat.way == "none"


async def test_three_pages_are_followed_and_the_rest_is_a_call_away(box, org, proxy):
    for number in range(1_250):
        org.make("Account", {"Name": f"Acme {number:04}"})
    query = "SELECT Name FROM Account ORDER BY Name"
    first = await box.run("query", query=query)
    assert first.truncated
    assert len(proxy.reached("/query")) == 5
    seen = await box.told("query", query=query)
    rest = await box.told("query", query=query, cursor=first.more.removeprefix("cursor="))
    assert len(seen) == 1_000
    assert [each["Name"] for each in seen + rest] == [f"Acme {number:04}" for number in range(1_250)]


async def test_a_position_that_was_never_given_is_refused(box, org):
    for cursor in ("../sobjects/Account", "01gnever-200", "x?y", ""):
        outcome = await box.run("query", query="SELECT Id FROM Account", cursor=cursor)
        assert outcome.outcome == "refused"


async def test_records_are_read_by_id_and_by_external_id(box, org):
    acme = org.make("Account", {"Name": "Acme", "Number__c": "a/b 7"})
    contact = org.make("Contact", {"LastName": "Ada", "AccountId": acme})
    read = await box.told("get_record", object="Account", id=acme, fields=["Name"])
    assert read == {"Name": "Acme", "Id": acme, "LastModifiedDate": read["LastModifiedDate"]}
    same = await box.told("get_record", object="account", id="a/b 7", external_id_field="Number__c")
    assert (same["Id"], same["Industry"]) == (acme, None)
    related = await box.told("get_record", object="Contact", id=contact, fields=["Account.Name"])
    assert related["Account"] == {"Name": "Acme"}
    absent = await box.run("get_record", object="Account", id=acme[:-4] + "9AAA")
    assert (absent.outcome, "may not see" in absent.content) == ("refused", True)


async def test_accounts_contacts_cases_and_opportunities_are_found_by_what_is_said_of_them(box, org):
    acme = org.make("Account", {"Name": "O'Neill & 100% Söhne_"})
    org.make("Account", {"Name": "O'Neill & 100 Söhne"})
    org.make("Contact", {"LastName": "Ada", "Email": "ada@acme.example", "AccountId": acme})
    case = org.make("Case", {"Subject": "No \\ ink", "AccountId": acme})
    sale = {"Name": "Ink", "StageName": "Prospecting", "CloseDate": "2026-12-01", "AccountId": acme}
    org.make("Opportunity", sale)
    assert [each["Id"] for each in await box.told("find_accounts", name="100% söhne_")] == [acme]
    (ada,) = await box.told("find_contacts", email="ADA@acme.example", account_id=acme)
    assert (ada["Name"], ada["Account"]) == ("Ada", {"Name": "O'Neill & 100% Söhne_"})
    assert [each["Id"] for each in await box.told("find_cases", subject="\\", closed=False)] == [case]
    assert await box.told("find_cases", status="Closed") == []
    (ink,) = await box.told("find_opportunities", stage="Prospecting", closed=False)
    assert ink["Owner"] == {"Name": "Integration User"}
    nothing = await box.run("find_accounts")
    assert (nothing.outcome, nothing.reason) == ("refused", "not_sent")


async def test_a_search_finds_words_that_mean_something_to_it(box, org):
    acme = org.make("Account", {"Name": 'Acme "C++" {Söhne} & Co?'})
    found = await box.told("search", words='"C++" {Söhne} & Co?')
    assert found == [{"object": "Account", "Id": acme, "Name": 'Acme "C++" {Söhne} & Co?'}]
    assert await box.told("search", words="C++", objects=["Case", "Lead"]) == []
    outcome = await box.run("search", words="x y", objects=["Account(Id) LIMIT 1\n"])
    assert (outcome.outcome, outcome.reason) == ("refused", "not_sent")


async def test_objects_and_their_fields_are_described(box):
    assert {"name": "Case", "label": "Case", "queryable": True} in await box.told("describe")
    fields = {each["name"]: each for each in await box.told("describe", object="Contact")}
    assert fields["AccountId"]["referenceTo"] == ["Account"]
    assert "nillable" not in fields["LastName"]
    assert (await box.told("get_limits"))["DailyApiRequests"]["Max"] == 15_000


async def test_a_record_is_changed_in_the_version_that_was_read(box, org):
    acme = org.make("Account", {"Name": "Acme"})
    before = (await box.told("get_record", object="Account", id=acme))["LastModifiedDate"]
    change = {"object": "Account", "id": acme, "last_modified": before}
    assert (await box.run("update_record", **change, fields={"Name": "Mine"})).outcome == "done"
    late = await box.run("update_record", **change, fields={"Name": "Late"})
    assert (late.outcome, late.reason) == ("refused", "conflict")
    assert org.get("Account", acme)["Name"] == "Mine"
    change["last_modified"] = "yesterday, at about ten"
    vague = await box.run("update_record", **change, fields={"Name": "x"})
    assert (vague.outcome, vague.reason) == ("refused", "not_sent")


async def test_a_change_after_which_somebody_wrote_something_else_is_left_to_a_person(box, org, proxy):
    acme = org.make("Account", {"Name": "Acme"})
    before = org.get("Account", acme)["LastModifiedDate"]
    change = {"object": "Account", "id": acme, "last_modified": before, "fields": {"Name": "Mine"}}
    proxy.fail(AFTER[0], at="PATCH ")
    assert (await box.run("update_record", key="run-7", **change)).outcome == "unknown"
    call = ToolCall(id="c", name="salesforce_update_record", arguments=change)
    assert (await box.toolbox.find(call, key="run-7")).outcome == "done"
    org.change("Account", acme, {"Name": "Hers"})
    assert (await box.toolbox.find(call, key="run-7")).outcome == "unknown"


async def test_an_external_id_of_several_records_is_a_conflict(box, org):
    for _ in range(2):
        org.make("Account", {"Name": "Twin", "Number__c": "7"})
    asked = {"object": "Account", "external_id_field": "Number__c", "external_id": "7"}
    outcome = await box.run("upsert_record", **asked, fields={"Name": "Which?"})
    assert (outcome.outcome, outcome.reason) == ("refused", "conflict")
    assert "several records" in outcome.content


async def test_what_is_deleted_stays_deleted_when_that_is_asked_again(box, org):
    acme = org.make("Account", {"Name": "Acme"})
    for _ in range(2):
        assert (await box.run("delete_record", object="Account", id=acme)).outcome == "done"
    read = await box.run("get_record", object="Account", id=acme)
    assert (read.outcome, read.content) == ("refused", "the record was deleted")


async def test_duplicates_locks_and_values_that_are_taken_are_conflicts(boxed, org):
    box = boxed()
    lead = {"object": "Lead", "fields": {"LastName": "Ada", "Email": "ada@acme.example"}}
    assert (await box.run("create_record", **lead)).outcome == "done"
    assert (await box.run("create_record", **lead)).reason == "conflict"
    acme = org.make("Account", {"Name": "Acme", "Run__c": "one"})
    org.locked.add(acme)
    assert (await box.run("delete_record", object="Account", id=acme)).reason == "conflict"
    taken = await box.run("create_record", object="Account", fields={"Name": "B", "Run__c": "one"})
    assert (taken.reason, "DUPLICATE_VALUE" in taken.content) == ("conflict", True)


async def test_a_comment_carries_the_mark_of_its_run_and_no_other(box, org):
    made = org.make("Case", {"Subject": "Ink"})
    text = "See below\n\n[interlock:aaaaaaaaaaaaaaaaaaaaaaaaaa]"
    assert (await box.run("comment_on_case", key="run-1", case_id=made, text=text)).outcome == "done"
    (comment,) = org.all("CaseComment")
    assert comment["CommentBody"].startswith(
        "See below\n\n(interlock:aaaaaaaaaaaaaaaaaaaaaaaaaa)\n\n[interlock:"
    )
    long = await box.run("comment_on_case", case_id=made, text="ü" * 2_000)
    assert (long.outcome, long.reason) == ("refused", "not_sent")


async def test_fields_that_are_not_to_be_written_are_refused_before_anything_is_sent(box, proxy):
    before = len(proxy.requests)
    wrong = [
        {"object": "Account", "fields": {"Id": "x"}},
        {"object": "Account", "fields": {"run__C": "mine"}},
        {"object": "Account", "fields": {"attributes": "x"}},
        {"object": "Account", "fields": {"Name\n": "x"}},
        {"object": "Account\n", "fields": {"Name": "x"}},
        {"object": "Account", "fields": {"Name": "\ud800"}},
        {"object": "Contact", "fields": {"LastName": "Ada"}},
    ]
    for arguments in wrong:
        outcome = await box.run("create_record", **arguments)
        assert (outcome.outcome, outcome.reason) == ("refused", "not_sent"), arguments
    both = await box.run("create_case", subject="x", description="y", fields={"subject": "z"})
    assert (both.outcome, len(proxy.requests)) == ("refused", before)


async def test_a_record_is_made_with_a_related_one_by_its_external_id(boxed, org):
    acme = org.make("Account", {"Name": "Acme", "Number__c": "7"})
    fields = {"LastName": "Ada", "Account": {"Number__c": "7"}}
    assert (await boxed().run("create_record", object="Contact", fields=fields)).outcome == "done"
    assert org.all("Contact")[0]["AccountId"] == acme


@pytest.mark.parametrize("host", ["login.salesforce.com", "acme.lightning.force.com"])
def test_an_address_for_browsers_is_refused_with_the_one_that_is_meant(host):
    entry = {"id": "salesforce", "connector": "salesforce", "api_key": "k:s", "region": "eu"}
    with pytest.raises(ConfigError, match=r"acme\.my\.salesforce\.com"):
        Router.from_config({"connectors": [{**entry, "base_url": f"https://{host}"}]}).toolbox().specs_sync()


@pytest.mark.parametrize(
    "options",
    [
        {"auth": "jwt"},
        {"version": "66"},
        {"settles_within": -1},
        {"references": {"Case": "Run c"}},
        {"token_path": "https://login.salesforce.com"},
    ],
)
def test_options_that_fit_nothing_are_refused_by_name(options):
    entry = {"id": "salesforce", "connector": "salesforce", "api_key": "k:s", "options": options}
    entry |= {"base_url": "https://acme.my.salesforce.com", "region": "eu"}
    with pytest.raises(Exception, match=r"consumer_key|version|settles_within|references|token_path"):
        Router.from_config({"connectors": [entry]}).toolbox().specs_sync()
