"""The numbers that states give to people, companies and papers, a file for each group of countries."""

from interlock_privacy.detection.countries import (
    british,
    central,
    east_asia,
    eastern,
    germanic,
    nordic,
    north_america,
    poland,
    romance,
    south_america,
    south_asia,
    southern,
)

__all__ = ["NATIONAL"]

NATIONAL = (
    *poland.RULES,
    *germanic.RULES,
    *romance.RULES,
    *british.RULES,
    *nordic.RULES,
    *central.RULES,
    *eastern.RULES,
    *north_america.RULES,
    *south_america.RULES,
    *east_asia.RULES,
    *south_asia.RULES,
    *southern.RULES,
)
