"""The suites of the W3C."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import need


@pytest.fixture(scope="session")
def w3c(shared: Path) -> Path:
    """The folder with the suites beside the checkout, or a visible skip."""
    need((shared / "w3c").is_dir(), "the folder ../shared/w3c")
    return shared / "w3c"
