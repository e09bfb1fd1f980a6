"""What Salesforce says of its objects."""

from typing import Any

from salesforce_org.objects import KINDS, Kind


def everything() -> dict[str, Any]:
    told = [
        {
            "name": each.name,
            "label": each.name,
            "keyPrefix": each.prefix,
            "custom": False,
            "queryable": True,
        }
        for each in KINDS.values()
    ]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": told}


def described(kind: Kind) -> dict[str, Any]:
    fields = [
        {
            "name": each.name,
            "label": each.name,
            "type": each.kind,
            "length": each.length,
            "nillable": not each.needed,
            "createable": not each.system,
            "updateable": not each.system,
            "externalId": each.external,
            "unique": each.unique,
            "idLookup": each.external,
            "referenceTo": [each.refers] if each.refers else [],
            "picklistValues": [],
            "custom": each.name.endswith("__c"),
        }
        for each in kind.fields.values()
    ]
    return {"name": kind.name, "label": kind.name, "keyPrefix": kind.prefix, "fields": fields}
