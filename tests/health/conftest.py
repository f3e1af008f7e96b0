"""The small carrier."""

from tests.small_carrier import archive, bench, enrolled_home, home

__all__ = ["archive", "bench", "enrolled_home", "home"]
