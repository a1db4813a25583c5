"""What `deploy/` holds fits the program: each metric that is named exists, and each one is explained."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from bot import running
from bot.health.meters import Meters
from bot.health.signs import BEHIND

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OTHERS = {"up"}
"""Made by Prometheus itself."""
LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')


def series() -> dict[str, set[str]]:
    """What `/metrics` can tell: the labels of each series, with `le` for buckets."""
    found: dict[str, set[str]] = {name: {"job"} for name in OTHERS}
    registry = Meters().registry
    found |= {sample.name: {"job"} for family in registry.collect() for sample in family.samples}
    for meter, names in registry._collector_to_names.items():
        labels = {"job", "instance", *getattr(meter, "_labelnames", ())}
        for name in names:
            found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return {name: labels for name, labels in found.items() if not name.endswith("_created")}


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[tuple[str, str]]:
    dashboard = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    return [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]]


def selected(node: Any) -> Iterator[tuple[str, set[str]]]:
    """Each series that a parsed expression selects, with the labels that it asks for."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name or "", {matcher.name for matcher in node.matchers.matchers}
    parts = [getattr(node, name, None) for name in ("expr", "lhs", "rhs", "vector_selector", "param")]
    for part in [*parts, *(getattr(node, "args", None) or [])]:
        if part is not None and not isinstance(part, str):
            yield from selected(part)


EXPRESSIONS = [(rule["alert"], rule["expr"]) for rule in rules()] + panels()


@pytest.mark.parametrize(("name", "expression"), EXPRESSIONS, ids=lambda each: str(each)[:40])
def test_rules_and_panels_ask_for_what_is_measured(name: str, expression: str) -> None:
    known, found = series(), list(selected(promql_parser.parse(expression)))
    assert found, name
    assert {metric for metric, _ in found} == set(
        re.findall(r"\b(?:openspace|process)_\w+|\bup\b", expression)
    )
    for metric, labels in found:
        assert metric in known, f"{name} asks for {metric}"
        assert labels <= known[metric], f"{name} asks {metric} for {labels - known[metric]}"


def test_every_metric_is_explained() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(openspace_\w+)", text, re.MULTILINE))
    told = {name for name in series() if name.startswith("openspace_")}
    told = {re.sub(r"_(bucket|count|sum)$", "", name) for name in told}
    told -= {name.removesuffix("_total") for name in told if name.endswith("_total")}
    assert explained == told
    for name, labels in series().items():
        base = re.sub(r"_(bucket|count|sum)$", "", name)
        if name.startswith("openspace_") and (line := re.search(rf"^\| `{base}[`{{].*", text, re.MULTILINE)):
            shown = re.search(r"`\w+{([\w, ]*)}`", line[0])
            assert set(shown[1].split(", ") if shown else []) == labels - {"job", "instance", "le"}, name


def test_every_metric_is_on_the_dashboard() -> None:
    drawn = " ".join(expression for _, expression in panels())
    for name in {re.sub(r"_(bucket|count|sum)$", "", name) for name in series()} - OTHERS:
        if name.startswith("openspace_") and f"{name}_total" not in series():
            assert name in drawn, name


def test_every_alert_is_explained_to_operators() -> None:
    text = (ROOT / "docs" / "operate.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(OpenSpace\w+)` \|", text, re.MULTILINE))
    assert explained == {rule["alert"] for rule in rules()}
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(LABEL.findall(rule["annotations"]["summary"])) == set()


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads((DEPLOY / "grafana.json").read_text("utf-8"))["panels"]:
        at = panel["gridPos"]
        here = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not taken & here, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= here


# ------------------------------------------------------------------------------- container and service


def instructions() -> dict[str, list[str]]:
    text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := re.match(r"([A-Z]+) (.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


def test_the_container_has_what_it_needs_and_no_root() -> None:
    steps = instructions()
    [user] = steps["USER"]
    assert user.split(":")[0] == "10001"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    version = re.search(r"UV_VERSION := (\S+)", makefile)
    assert version
    runs = " ".join(steps["RUN"])
    assert f"uv=={version[1]}" in runs
    assert runs.count("uv sync --locked --no-dev") == 2
    assert "fonts-noto-color-emoji" in runs
    assert len(steps["FROM"]) == 2
    assert steps["ENTRYPOINT"] == ['["openspace"]']
    copied = {word for line in steps["COPY"] if "--from" not in line for word in line.split()[:-1]}
    for name in copied:
        assert (ROOT / name).exists(), name
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


def test_the_containers_check_of_health_speaks_to_the_port_that_is_open() -> None:
    steps = instructions()
    settings = " ".join(steps["ENV"])
    assert "OPENSPACE_HEALTH=127.0.0.1:9464" in settings
    assert "HEALTH_PORT=9464" in settings
    [check] = steps["HEALTHCHECK"]
    assert "/healthz" in check
    command = json.loads(check.partition("CMD")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "HEALTHCHECK", "exec")


def test_the_containers_of_compose_may_do_little() -> None:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    for name, service in found["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    bot = found["services"]["bot"]
    assert "ports" not in bot, "health is not for the public"
    assert bot["environment"]["DISCORD_TOKEN_FILE"] == "/run/secrets/token"  # noqa: S105 - where it is
    assert not any("token" in key.lower() and "FILE" not in key for key in bot["environment"])
    for service in found["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            made_by_the_operator = source == "./config.toml"
            assert source in found["volumes"] or made_by_the_operator or (DEPLOY / source).exists(), volume
    assert found["services"]["caddy"]["profiles"] == ["web"]


def unit() -> dict[str, list[str]]:
    parser: dict[str, list[str]] = {}
    for line in (DEPLOY / "openspace.service").read_text("utf-8").splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            parser.setdefault(name, []).append(value)
    return parser


def test_the_service_waits_longer_than_the_bot_does() -> None:
    settings = unit()
    assert settings["Type"] == ["notify"]
    assert settings["ExecStart"] == ["/opt/openspace/bin/openspace run"]
    assert settings["TimeoutStartSec"] == ["15min"]
    assert running.LOGIN + running.PATIENCE < 15 * 60
    assert settings["TimeoutStopSec"] == ["10s"]
    assert running.LEAVING < 10
    assert settings["WatchdogSec"] == ["60s"]
    assert BEHIND > 60, "a look that takes long is no reason to start afresh"
    assert settings["RestartPreventExitStatus"] == ["2"]
    assert settings["NoNewPrivileges"] == ["yes"]
    assert settings["ProtectSystem"] == ["strict"]


def test_the_service_lets_the_bot_see_what_its_own_metrics_are_read_from() -> None:
    """prometheus-client tells nothing of a process where it cannot read /proc/stat."""
    assert any("process_" in expression for _, expression in panels())
    assert unit().get("ProcSubset", ["all"]) == ["all"]


def test_what_is_deployed_is_linted(tmp_path: Path) -> None:
    """`make lint` does it; here that it finds something."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    lint = [str(tmp_path / "deploy" / "lint.sh"), str(ROOT / ".venv" / "bin")]
    fine = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert fine.returncode == 0, fine.stdout + fine.stderr
    wrong = tmp_path / "deploy" / "Dockerfile"
    wrong.write_text(wrong.read_text("utf-8").replace("USER 10001:10001", "USER root"), "utf-8")
    assert subprocess.run(lint, capture_output=True, check=False).returncode != 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_a_setting_that_systemd_does_not_know_is_found(tmp_path: Path) -> None:
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    service = tmp_path / "deploy" / "openspace.service"
    service.write_text(service.read_text("utf-8").replace("WatchdogSec", "WatchdogSecs"), "utf-8")
    lint = [str(tmp_path / "deploy" / "lint.sh"), str(ROOT / ".venv" / "bin")]
    found = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert "WatchdogSecs" in found.stdout
