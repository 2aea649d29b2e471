"""The settings of the server: each stands in one place, from which the command line and the library have it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from partnergraph.cli.commands.serve import serve, settings_of, settings_options
from partnergraph.server import ServerSettings, application
from partnergraph.server.audit import Audit
from partnergraph.server.settings import LOCAL_HOSTS, option

NAMES = [setting.name for setting in fields(ServerSettings)]


def test_the_options_are_the_settings_in_their_order_with_their_defaults() -> None:
    options = [parameter for parameter in serve.params if parameter.name not in ("graph", "help")]
    assert [parameter.name for parameter in options] == NAMES
    assert len(NAMES) > 8
    values = {parameter.name: parameter.get_default(click.Context(serve)) for parameter in options}
    values |= {"hosts": (), "origins": ()}
    assert settings_of(ServerSettings, values) == ServerSettings()


def test_the_help_says_all_of_a_setting() -> None:
    text = " ".join(CliRunner().invoke(serve, ["--help"]).output.split())
    for setting in fields(ServerSettings):
        assert setting.metadata["option"].help in text
    assert "--memory INTEGER RANGE Megabytes for a query. [default: 2000; 256<=x<=1000000000]" in text
    assert "--timeout FLOAT RANGE Seconds for a query. [default: 10.0; 0.1<=x<=60]" in text


@dataclass(frozen=True)
class _Extended(ServerSettings):
    """A server with one setting of each kind more."""

    spares: int = field(default=3_000, metadata=option("Thousands of spares.", unit=1000, bounds=(0, 9)))
    pause: float = field(default=0.5, metadata=option("Seconds between them.", bounds=(0.1, 2)))
    names: tuple[str, ...] = field(default=("a",), metadata=option("A name.", flags=("--name", "-n"), metavar="NAME"))
    eager: bool = field(default=False, metadata=option("At once."))
    log_file: Path | None = field(default=None, metadata=option("A log."))


def _run(*arguments: str) -> tuple[str, list[_Extended]]:
    """What a command with the options of the extended settings prints, and the settings that it gets."""
    got = []

    @click.command()
    @settings_options(_Extended)
    def command(**values: Any) -> None:
        got.append(settings_of(_Extended, values))

    return CliRunner().invoke(command, arguments).output, got


def test_a_new_setting_is_written_in_one_place() -> None:
    assert _run()[1] == [_Extended()]
    given = ("--spares", "2", "--pause", "0.2", "-n", "b", "--name", "c", "--eager", "--log-file", "x", "--host", "h")
    expected = _Extended(
        spares=2_000, pause=0.2, names=("a", "b", "c"), eager=True, log_file=Path("x"), hosts=(*LOCAL_HOSTS, "h")
    )
    assert _run(*given)[1] == [expected]
    text = " ".join(_run("--help")[0].split())
    assert "--spares INTEGER RANGE Thousands of spares. [default: 3; 0<=x<=9]" in text
    assert "-n, --name NAME A name." in text
    assert "--log-file FILE A log." in text


@pytest.mark.parametrize("given", [("--spares", "10"), ("--pause", "0.05"), ("--pause", "nan"), ("--memory", "255")])
def test_a_value_out_of_bounds_is_refused(given: tuple[str, str]) -> None:
    output, got = _run(*given)
    assert f"{given[1]} is not in the range" in output
    assert not got


def test_an_application_takes_settings_or_single_values(keele: Path) -> None:
    audit = io.BytesIO()
    settings = ServerSettings(workers=2, queue=7, aside=1, timeout=3, memory=300_000_000, hosts=("x.org",))
    for app in (
        application(keele, settings, audit=audit),
        application(
            *(keele,), workers=2, queue=7, aside=1, timeout=3, memory=300_000_000, hosts=("x.org",), audit=audit
        ),
        application(keele, ServerSettings(workers=9), **{name: getattr(settings, name) for name in NAMES}),
    ):
        assert (app.pool.size, app.pool.waiting.limit, app.pool.max_slow, app.pool.memory) == (2, 7, 1, 300_000_000)
        assert app.endpoint.timeout == 3
        assert app.admission.hosts == {"x.org"}
    with pytest.raises(TypeError, match="no_such"):
        application(keele, no_such=1)


def test_the_record_of_the_settings_is_written(keele: Path, tmp_path: Path) -> None:
    app = application(keele, audit=None, workers=1)
    assert app.endpoint.record is None
    app = application(keele, ServerSettings(audit=tmp_path / "record.jsonl"))
    assert isinstance(app.endpoint.record, Audit)
    app.endpoint.record({"outcome": "answered"})
    app.endpoint.record.file.close()
    assert json.loads((tmp_path / "record.jsonl").read_text()) == {"outcome": "answered"}


def test_the_command_line_and_query_processes_do_not_load_the_http_server() -> None:
    code = (
        "import sys, partnergraph.cli.commands.serve, partnergraph.server.view_worker\n"
        "print(sorted({'uvicorn', 'httptools', 'starlette', 'asyncio'} & set(sys.modules)))\n"
        "from partnergraph.server import application\n"
        "print('uvicorn' in sys.modules, application.__name__)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.splitlines() == ["[]", "True application"]


@pytest.mark.parametrize("package", ["uvicorn", "httptools", "starlette"])
def test_a_missing_package_is_named_with_its_extra(keele: Path, package: str) -> None:
    code = f"import sys\nsys.modules['{package}'] = None\nfrom partnergraph.cli import main\nmain()"
    command = [sys.executable, "-c", code, "serve", "--graph", str(keele), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"This needs {package}, which is not installed" in done.stderr
    assert "partnergraph[serve]" in done.stderr
