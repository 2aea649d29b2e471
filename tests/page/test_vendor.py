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


def test_a_library_that_was_built_names_its_packages_with_their_licences_and_how_it_was_made() -> None:
    built = {name: entry for name, entry in MANIFEST.items() if "how" in entry}
    assert set(built) == {"sigma.min.js"}
    for name, entry in built.items():
        text, licences = ((VENDOR / file).read_text("utf-8") for file in (name, entry["licence_file"]))
        assert licences.count("Permission is hereby granted") == len(entry["packages"])
        for package, of in entry["packages"].items():
            assert f"{package} {of['version']}" in text[:300]
            assert f"==== {package} {of['version']} ====" in licences
            assert of["integrity"].startswith("sha512-")
        assert "Permission is hereby granted" in text[:3000]  # a page carries the library, so also its licence
        assert text.count("globalThis.sigma={") == 1
        assert entry["how"]["tool"].startswith("esbuild ")
        assert any("globalThis.sigma" in line for line in entry["how"]["entry"])


def test_the_version_of_a_page_changes_with_its_parts() -> None:
    first = partnergraph.page.version()
    assert len(first) == 16
    assert first == partnergraph.page.version()
