"""Business partners: customers, suppliers, and who else there is."""

from collections.abc import Iterable

from interlock_sap.fields import Field
from interlock_sap.options import SapOptions
from interlock_sap.rows import Items, changing, creating, listing, reading
from interlock_tools import Operation

_PARTNER = Field("business_partner", "BusinessPartner", says="its number", required=True, longest=10)
_NAME = Field("name", "BusinessPartnerFullName", says="a part of it", longest=81, operator="contains")
_CATEGORY = Field(
    "category", "BusinessPartnerCategory", says="1 a person, 2 an organization, 3 a group", longest=1
)
_KEPT = (
    *("BusinessPartner", "Customer", "Supplier", "BusinessPartnerCategory", "BusinessPartnerFullName"),
    *("BusinessPartnerGrouping", "BusinessPartnerIsBlocked"),
)
_ADDRESS = (
    Field("street", "StreetName", longest=60),
    Field("house_number", "HouseNumber", longest=10),
    Field("postal_code", "PostalCode", longest=10),
    Field("city", "CityName", longest=40),
    Field("country", "Country", says="two letters", required=True, longest=3),
)
_NAMES = (
    Field("organization", "OrganizationBPName1", says="an organization's name", longest=40),
    Field("first_name", "FirstName", longest=40),
    Field("last_name", "LastName", longest=40),
    Field("search_term", "SearchTerm1", longest=20),
)


def partners(options: SapOptions) -> Iterable[Operation]:
    """Operations on business partners."""
    entity, settles = options.entity("business_partner"), options.settles_within
    yield listing(
        entity,
        "sap_find_suppliers",
        "Finds suppliers by a part of their name; without one, lists all of them.",
        by=[_NAME],
        kept=_KEPT,
        always="Supplier ne ''",
    )
    yield listing(
        entity,
        "sap_list_business_partners",
        "Lists business partners, customers and suppliers among them, by a part of their name or by "
        "category.",
        by=[_NAME, _CATEGORY],
        kept=_KEPT,
    )
    yield reading(
        entity,
        "sap_read_business_partner",
        "Reads one business partner with its addresses, and whether it is blocked.",
        key=[_PARTNER],
        kept=(
            *_KEPT,
            *("OrganizationBPName1", "FirstName", "LastName", "SearchTerm1", "items/StreetName"),
            *("items/HouseNumber", "items/PostalCode", "items/CityName", "items/Country"),
        ),
    )
    yield creating(
        entity,
        "sap_create_business_partner",
        "Creates a business partner, with addresses. Look for one of that name first: what is there twice is "
        "hard to take apart.",
        fields=[
            Field(
                "category",
                "BusinessPartnerCategory",
                says="1 a person, 2 an organization, 3 a group",
                required=True,
                longest=1,
            ),
            Field("grouping", "BusinessPartnerGrouping", longest=4),
            *_NAMES,
        ],
        items=Items(argument="addresses", fields=_ADDRESS, required=False, most=5),
        kept=(*_KEPT, "items/CityName", "items/Country"),
        settles_within=settles,
    )
    yield changing(
        entity,
        "sap_update_business_partner",
        "Changes names or the search term of a business partner, or blocks it. Takes the etag that reading "
        "it gave, and changes nothing where somebody else has changed it since.",
        key=[_PARTNER],
        fields=[*_NAMES, Field("blocked", "BusinessPartnerIsBlocked", kind="boolean")],
        settles_within=settles,
    )
