"""The deployment files are checked here without docker, against what they must agree with."""

import ast
import importlib
import json
import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.main import get_command

from ledger import settings
from tests.deploying import (
    COMPOSE,
    DEPLOY,
    OURS,
    PROCESSES,
    ROOT,
    SERVICES,
    command_lines,
    dockerfile,
)  # fmt: skip


def test_compose_file_fits_the_schema() -> None:
    """docker-compose.yml is valid by the schema of the Compose Specification."""
    schema = json.loads((ROOT / "deploy" / "compose-schema" / "compose-spec.json").read_text())

    assert list(jsonschema.Draft7Validator(schema).iter_errors(COMPOSE)) == []


def test_the_schema_finds_a_slip() -> None:
    """The same check refuses a misspelt key, so silence above means something."""
    schema = json.loads((ROOT / "deploy" / "compose-schema" / "compose-spec.json").read_text())
    slip = {"services": {"kafka": {"imagee": "apache/kafka"}}}

    assert len(list(jsonschema.Draft7Validator(schema).iter_errors(slip))) == 1


@pytest.mark.parametrize("arguments", command_lines(), ids=shlex.join)
def test_command_lines_are_the_ledgers(arguments: list[str]) -> None:
    """Each command line is read by the real command line, which then runs nothing."""
    assert read_by_the_command_line(arguments)


def test_a_wrong_command_line_is_noticed() -> None:
    """An option that does not exist is refused by the same reading."""
    with pytest.raises(Exception, match="--onyl"):
        read_by_the_command_line(["run", "--onyl", "ingest"])


def test_every_process_runs_once() -> None:
    """The services are the five processes, one each, and the making of the topics."""
    only = [SERVICES[name]["command"][-1] for name in OURS if name != "topics"]

    assert set(OURS) == PROCESSES | {"topics"}
    assert sorted(only) == sorted(PROCESSES)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_are_pinned(name: str) -> None:
    """No service runs whatever is newest on the day."""
    _, _, tag = SERVICES[name]["image"].partition(":")

    assert tag
    assert tag != "latest"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_environment_names_are_settings(name: str) -> None:
    """Every LEDGER_ name in the file is a setting, and ours carry no other."""
    environment = SERVICES[name].get("environment", {})
    ledger_names = {key for key in environment if key.startswith("LEDGER_")}

    assert ledger_names <= set(settings.names()) - set(settings.TEST_NAMES)
    assert name not in OURS or ledger_names == set(environment)


def given(name: str) -> dict[str, str]:
    """What the image and the compose file set for a service of ours."""
    lines = [value for word, value in dockerfile() if word == "ENV"]
    pairs = [pair for line in lines for pair in shlex.split(line) if pair.startswith("LEDGER_")]
    environment: dict[str, str] = SERVICES[name]["environment"]
    return dict(pair.split("=", 1) for pair in pairs) | environment


@pytest.fixture
def made_secrets(tmp_path: Path) -> Path:
    """What deploy/compose/make-secrets makes."""
    folder = tmp_path / "secrets"
    subprocess.run([DEPLOY / "compose" / "make-secrets", folder], check=True)
    return folder


@pytest.mark.parametrize("name", OURS)
def test_environment_values_are_accepted(
    monkeypatch: pytest.MonkeyPatch, made_secrets: Path, name: str
) -> None:
    """The settings read every value that the compose file and the image give a service."""
    mounted = {f"/run/secrets/{each}": each for each in SERVICES[name]["secrets"]}
    for variable, value in given(name).items():
        found = str(made_secrets / mounted[value]) if value in mounted else value
        monkeypatch.setenv(variable, found)

    loaded = settings.load()

    assert loaded.kafka_bootstrap == "kafka:9092"
    assert len(loaded.kafka_password or "") == 48
    if name != "topics":
        assert loaded.metrics_host == "0.0.0.0"  # noqa: S104 - within the containers' own network
        password = (made_secrets / "database_password").read_text()
        assert loaded.database_url == f"postgresql://ledger:{password}@postgres:5432/ledger"


def test_secrets_are_files_and_made_once(made_secrets: Path) -> None:
    """Those that the compose file names, in a folder of one's own; no password stands in it."""
    before = {file.name: file.read_text() for file in made_secrets.iterdir()}
    subprocess.run([DEPLOY / "compose" / "make-secrets", made_secrets], check=True)
    text = (ROOT / "docker-compose.yml").read_text()

    assert {file.name: file.read_text() for file in made_secrets.iterdir()} == before
    assert before.keys() == COMPOSE["secrets"].keys()
    assert len(set(before.values())) == len(before)
    assert stat.S_IMODE(made_secrets.stat().st_mode) == 0o700
    for name, place in COMPOSE["secrets"].items():
        assert place == {"file": f"./deploy/compose/secrets/{name}"}
    used = {each for service in SERVICES.values() for each in service.get("secrets", [])}
    assert used == COMPOSE["secrets"].keys()
    assert "${" not in text
    assert [line for line in text.splitlines() if "PASSWORD:" in line] == []


def test_images_are_pinned_by_a_script(tmp_path: Path) -> None:
    """Each image that is not built here, and the base of ours, by the digest that docker tells."""
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\n[ "$1" = pull ] && exit 0\nfor image; do :; done\n'
        'printf "%s@sha256:%s\\n" "${image%:*}" "$(printf %s "$image" | sha256sum | cut -c1-64)"\n'
    )
    docker.chmod(0o755)
    target = tmp_path / "pinned.yml"
    subprocess.run(
        [DEPLOY / "compose" / "pin-images", target], check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    pinned = yaml.safe_load(target.read_text())["services"]

    assert pinned.keys() == SERVICES.keys()
    base = next(rest for word, rest in dockerfile() if word == "ARG").removeprefix("BASE=")
    for name, service in SERVICES.items():
        found = pinned[name]["build"]["args"]["BASE"] if name in OURS else pinned[name]["image"]
        image, _, digest = found.partition("@sha256:")
        assert image == (base if name in OURS else service["image"])
        assert len(digest) == 64
    docker.write_text("#!/bin/sh\nexit 1\n")
    again = subprocess.run(
        [DEPLOY / "compose" / "pin-images", tmp_path / "none.yml"], check=False,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert again.returncode != 0
    assert not (tmp_path / "none.yml").exists()


def test_nobody_looks_at_grafana_without_a_password() -> None:
    """Anonymous access is off, also where somebody publishes the port to others."""
    environment = SERVICES["grafana"]["environment"]
    files = {value for name, value in environment.items() if name.endswith("__FILE")}

    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert files == {"/run/secrets/grafana_password"}


def test_clients_use_the_advertised_listener() -> None:
    """The broker tells clients the very address that they were given."""
    text = (DEPLOY / "compose" / "kafka.properties").read_text()
    advertised = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)[
        "advertised.listeners"
    ]
    asked = {SERVICES[name]["environment"]["LEDGER_KAFKA_BOOTSTRAP"] for name in OURS}

    assert {advertised.rpartition("://")[2]} == asked


def test_mounts_exist() -> None:
    """Every file that is mounted is in the checkout, every named volume is declared."""
    sources = [
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    ]
    files = {source for source in sources if source.startswith(".")}

    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []
    assert set(sources) - files == set(COMPOSE["volumes"])


def test_dependencies_are_services_with_a_health_check() -> None:
    """Whoever waits for another's health waits for a service that has some."""
    for service in SERVICES.values():
        for name, needs in service.get("depends_on", {}).items():
            assert name in SERVICES
            if needs["condition"] == "service_healthy":
                assert "test" in SERVICES[name]["healthcheck"]


def test_ports_are_published_on_loopback_only() -> None:
    """Nothing can be reached from another machine unless somebody decides so."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_prometheus_scrapes_every_process() -> None:
    """Each process is a target, at the port that it serves its metrics on."""
    config = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text())
    targets = {
        target
        for job in config["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
    }

    expected = {
        f"{name}:{SERVICES[name]['environment']['LEDGER_METRICS_PORT']}" for name in PROCESSES
    }
    assert targets == expected


def test_the_image_copies_what_exists() -> None:
    """Every source of a COPY is in the checkout and let through by the ignore file."""
    sources = [
        source for word, rest in dockerfile() if word == "COPY" for source in rest.split()[:-1]
    ]
    ignore = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    let_through = {line.removeprefix("!") for line in ignore if line.startswith("!")}

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert set(sources) == let_through


def test_the_image_runs_as_nobody_special() -> None:
    """The last USER is not root, and everything installed was named by a hash."""
    steps = dockerfile()
    users = [rest for word, rest in steps if word == "USER"]
    installs = [rest for word, rest in steps if word == "RUN" and "pip install" in rest]

    assert users[-1] not in {"root", "0"}
    assert installs
    assert all({"--require-hashes", "--no-deps"} & set(line.split()) for line in installs)


def test_the_health_check_is_python() -> None:
    """The image's health check, the one program in it that is not the ledger, can be read."""
    check = next(rest for word, rest in dockerfile() if word == "HEALTHCHECK")
    program = json.loads(check[check.index("[") :])

    assert program[:2] == ["python", "-c"]
    ast.parse(program[2])


def read_by_the_command_line(arguments: list[str]) -> bool:
    """Give the arguments to the real command line with every command's work taken out.

    True when a command was reached, with all its parameters read and checked.
    """
    reached: list[str] = []
    # By name, so that the rest of this file does not wait for the whole ledger to be imported.
    program = get_command(importlib.import_module("ledger.__main__").app)
    _disarm(program, reached)
    program(args=list(arguments), prog_name="ledger", standalone_mode=False)
    return bool(reached)


def _disarm(command: Any, reached: list[str]) -> None:
    commands = getattr(command, "commands", None)
    if commands is None:
        command.callback = lambda **_: reached.append(command.name)
        return
    command.callback = None
    for one in commands.values():
        _disarm(one, reached)
