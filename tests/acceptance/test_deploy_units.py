"""systemd units and Kubernetes manifests, checked by the programs and schemas made for them."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from ledger import settings
from tests.deploying import DEPLOY, PROCESSES, PROGRAM, UNITS, containers, manifests

SYSTEMD = DEPLOY / "systemd"
exposure_max = 20
"""Of 100: what `systemd-analyze security` calls safe ends at 20."""
VERSION = "1.31"
"""The oldest Kubernetes that the manifests are for; the newest is whatever the schemas have."""
INSTANCES = {"seal-ledger@.service": "projector", "seal-ledger-ingest@.service": "1"}


@pytest.fixture
def analyze(tmp_path: Path) -> Any:
    """Ask systemd-analyze about units as installed, the ledger's program being one that exists."""
    program = shutil.which("systemd-analyze")
    if program is None:
        (pytest.fail if os.environ.get("LEDGER_REQUIRE_ALL") == "1" else pytest.skip)(
            "units are checked by systemd-analyze: apt-get install systemd"
        )
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
        beside = tmp_path / f"{unit.name}.d"
        beside.mkdir()
        shutil.copy(SYSTEMD / "hardening.conf", beside)

    def ask(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [program, "--no-pager", *words], check=False, capture_output=True, text=True,
            env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return ask


def names() -> list[str]:
    """The units as they are started: a template by an instance of it."""
    return [
        unit.name.replace("@", f"@{INSTANCES[unit.name]}") if "@" in unit.name else unit.name
        for unit in UNITS
    ]


@pytest.mark.parametrize("name", names())
def test_units_are_right_and_may_do_little(analyze: Any, name: str) -> None:
    """Nothing in a unit is unknown or out of place, and its exposure is small."""
    code, said = analyze("verify", "--man=no", "--recursive-errors=no", name)
    assert (code, [line for line in said.splitlines() if "seal-ledger" in line]) == (0, [])

    code, said = analyze("security", "--offline=true", f"--threshold={exposure_max}", name)
    assert code == 0, said[-500:]


def test_a_slip_in_a_unit_is_noticed(analyze: Any, tmp_path: Path) -> None:
    """The same checks find a misspelt word, and a unit that may do everything."""
    (tmp_path / "loose.service").write_text("[Service]\nExecStart=/bin/true\nRestrt=always\n")

    assert "Restrt" in analyze("verify", "--man=no", "--recursive-errors=no", "loose.service")[1]
    loose = analyze("security", "--offline=true", f"--threshold={exposure_max}", "loose.service")
    assert loose[0] != 0


def test_settings_of_units_are_settings() -> None:
    """Every LEDGER_ name in units and their files is one, and each unit reads the file."""
    known = set(settings.names())
    for file in [*UNITS, SYSTEMD / "settings.env"]:
        found = set(re.findall(r"\b(LEDGER_[A-Z_]+)=", file.read_text()))
        assert found <= known, file.name
    assert all("EnvironmentFile=/etc/seal-ledger/settings.env" in u.read_text() for u in UNITS)


@pytest.mark.parametrize("version", [VERSION, kubernetes_validate.latest_version()])
def test_manifests_fit_the_published_schemas(version: str) -> None:
    """Each object by the schema of its kind, strictly: no name that the schema does not have."""
    kinds = []
    for one in manifests():
        kinds.append(one["kind"])
        kubernetes_validate.validate(one, version, strict=True)

    assert kinds.count("Deployment") == 4
    assert {"Namespace", "ConfigMap", "StatefulSet", "Job", "Service", "NetworkPolicy"} <= {*kinds}
    slip = next(one for one in manifests() if one["kind"] == "StatefulSet")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            {**slip, "spec": {**slip["spec"], "replica": 2}}, version, strict=True
        )


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kustomize comes with kubectl")
def test_containers_may_do_little_and_know_their_settings() -> None:
    """As nobody, on a file system that is read only; every setting is one, secrets are files."""
    made = manifests()
    (configured,) = (one["data"] for one in made if one["kind"] == "ConfigMap")
    known = set(settings.names())

    assert configured.keys() <= known
    assert not {name for name in configured if name in {"LEDGER_DATABASE_URL",
                                                        "LEDGER_KAFKA_PASSWORD"}}  # fmt: skip
    found = containers()
    assert len(found) == len(PROCESSES) + 1
    for container in found:
        may = container["securityContext"]
        assert may["readOnlyRootFilesystem"]
        assert not may["allowPrivilegeEscalation"]
        assert may["capabilities"] == {"drop": ["ALL"]}
        assert {one["name"] for one in container.get("env", [])} <= known
        assert container["resources"].keys() == {"requests", "limits"}
    for one in made:
        if "template" in one.get("spec", {}):
            pod = one["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"]
            assert not pod["automountServiceAccountToken"]
