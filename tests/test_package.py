"""What an installed package holds: the wheel's files, laid out as the build would, without the network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import load_config

ROOT = Path(__file__).parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def installed(tmp_path: Path) -> Run:
    """The command line of a package that lies alone, as `pip install` leaves it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    site, here = tmp_path / "site-packages", tmp_path / "here"
    here.mkdir()
    for package in wheel["packages"]:
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    for source, place in wheel["force-include"].items():
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, site / place)
    program = f"import sys; sys.path.insert(0, {str(site)!r}); from bot.cli import main; main()"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=False, timeout=60)

    return run


def test_an_installed_package_brings_the_configuration_to_start_from(installed: Run, tmp_path: Path) -> None:
    lost = installed("status")
    assert lost.returncode == 2
    assert lost.stderr.endswith("config.toml: no such file; `openspace config config.toml` writes one\n")
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    assert installed("config").stdout == example
    written = installed("config", "config.toml")
    assert (written.returncode, written.stderr) == (0, "")
    assert (tmp_path / "here" / "config.toml").read_text(encoding="utf-8") == example
    assert load_config(tmp_path / "here" / "config.toml").programme().windows
    again = installed("config", "config.toml")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert "No such file" in installed("config", "no/such/place.toml").stderr


def test_every_file_of_the_wheel_is_in_the_source_package() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    included = set(build["targets"]["sdist"]["include"])
    wheel = build["targets"]["wheel"]
    assert {*wheel["force-include"], *wheel["packages"]} <= included


def test_the_container_is_given_every_file_of_the_wheel() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    parts = {Path(source).parts[0] for source in wheel["targets"]["wheel"]["force-include"]}
    copies = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").split()
    allowed = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    for part in sorted({*parts, "hatch_build.py"}):
        assert part in copies, f"{part} is not copied"
        assert f"!{part}" in allowed, f"{part} is left out"
