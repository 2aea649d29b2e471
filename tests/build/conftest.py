"""The Keele folder built once without its page, and ways to make folders that differ from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.build import build
from partnergraph.store import Reader
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build of the Keele folder without its page. Not to be written to."""
    output = tmp_path_factory.mktemp("built") / "build"
    build(ROOT / "data", output)
    return output


@pytest.fixture(scope="session")
def graph(built: Path) -> Reader:
    """The published store of that build."""
    return Reader.at(built)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small graph folder of its own: two bodies, one relationship, one quotation; it builds in a moment."""
    return small_folder(tmp_path / "small")


def small_folder(path: Path, name: str = "Alpha") -> Path:
    """Write a small graph folder; `name` is the one thing in which two of them differ."""
    files: dict[str, str] = {
        "partnergraph.toml": 'id = "small"\ntitle = "Small"\nfocus = "alpha"\n'
        '[[document]]\nsource = "page"\npath = "documents/page.txt"\n',
        "documents/page.txt": "Alpha is a member of Beta. Beta pays for Alpha.\n",
        "tables/sources.csv": "id,title,publisher,kind\npage,A page,Alpha,document\n",
        "tables/evidence.csv": "id,source,words,basis,confidence\n"
        "e1,page,Alpha is a member of Beta,stated,high\ne2,page,Beta pays for Alpha,stated,high\n",
        "tables/organisations.csv": "id,name,form,type,evidence\n"
        f"alpha,{name},formal,university,e1\nbeta,Beta,collaboration,consortium,e1\n",
        "tables/relationships.csv": "id,kind,from,to,start,evidence\n"
        "m,membership,alpha,beta,,e1\nf,funding,beta,alpha,,e2\n",
    }
    for file, text in files.items():
        target = path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return path


@pytest.fixture
def keele_copy(tmp_path: Path) -> Callable[[str], Path]:
    """Copies of the Keele folder, each under a folder of the name given."""

    def copy(name: str) -> Path:
        target = tmp_path / name / "data"
        shutil.copytree(ROOT / "data", target)
        return target

    return copy
