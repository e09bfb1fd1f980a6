"""Telling a cloud's region from a jurisdiction."""

import pytest

from interlock.types.jurisdictions import is_cloud_region


@pytest.mark.parametrize(
    "region", ["eu-central-1", " EU_Central_1", "europe-west4", "westeurope", "cn-beijing"]
)
def test_a_clouds_own_region(region: str) -> None:
    assert is_cloud_region(region)


@pytest.mark.parametrize("region", ["", "eu", "de", "germany", "global", "local", "eu-central-9"])
def test_anything_else(region: str) -> None:
    assert not is_cloud_region(region)
