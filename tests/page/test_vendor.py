"""What is vendored is what the manifest says, and carries its licence."""

from __future__ import annotations

import hashlib
import json

import partnergraph.page
from tests.conftest import ROOT

VENDOR = ROOT / "src" / "partnergraph" / "page" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text("utf-8"))


def test_every_vendored_file_is_in_the_manifest_with_its_hash() -> None:
    files = {path.name for path in VENDOR.iterdir()} - {"manifest.json"}
    assert files == set(MANIFEST)
    for name, entry in MANIFEST.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_every_library_has_a_version_a_licence_and_its_text() -> None:
    libraries = {name: entry for name, entry in MANIFEST.items() if name.endswith(".js")}
    assert libraries
    for name, entry in libraries.items():
        assert entry["version"] in (VENDOR / name).read_text("utf-8")[:2000]
        assert "MIT" in entry["licence"]
        assert "Permission is hereby granted" in (VENDOR / entry["licence_file"]).read_text("utf-8")


def test_the_version_of_a_page_changes_with_its_parts() -> None:
    first = partnergraph.page.version()
    assert len(first) == 16
    assert first == partnergraph.page.version()
