"""What the files in deploy/ say: services, the image, units, manifests, and their command lines."""

import json
import re
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
PROCESSES = {"ingest", "projector", "auditor", "publisher", "web"}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/seal-ledger/bin/ledger"
"""Of the units; the image's entry point and the containers' arguments stand for it elsewhere."""


def dockerfile() -> list[tuple[str, str]]:
    """Read deploy/Dockerfile as pairs of instruction and the rest, lines joined."""
    text = (DEPLOY / "Dockerfile").read_text()
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", " ", kept).splitlines()
    return [(word, rest.strip()) for word, _, rest in (ln.partition(" ") for ln in lines if ln)]


@cache
def manifests() -> list[dict[str, Any]]:
    """The Kubernetes objects, as kustomize makes them; without kubectl as they stand."""
    folder = DEPLOY / "kubernetes"
    if shutil.which("kubectl") is None:
        files = [folder / name for name in yaml.safe_load(
            (folder / "kustomization.yaml").read_text())["resources"]]  # fmt: skip
        text = "---\n".join(file.read_text() for file in files)
    else:
        text = subprocess.run(
            ["kubectl", "kustomize", str(folder)], check=True, capture_output=True, text=True
        ).stdout
    return [one for one in yaml.safe_load_all(text) if one]


def containers() -> list[dict[str, Any]]:
    """Every container of ours in the manifests."""
    return [
        container
        for one in manifests()
        if "template" in one.get("spec", {})
        for container in one["spec"]["template"]["spec"]["containers"]
    ]


def command_lines() -> list[list[str]]:
    """Every command line of the ledger in all of it, each once."""
    image = dict(dockerfile())
    assert json.loads(image["ENTRYPOINT"]) == ["ledger"]
    found = [json.loads(image["CMD"]), *(SERVICES[name]["command"] for name in OURS)]
    found += [one["args"] for one in containers()]
    for unit in UNITS:
        (line,) = re.findall(r"^ExecStart=(.+)$", unit.read_text(), flags=re.MULTILINE)
        program, *words = shlex.split(line)
        assert program == PROGRAM
        for process in sorted(PROCESSES - {"ingest"}) if "%i" in line else [""]:
            found.append([word.replace("%i", process) for word in words])
    return [list(one) for one in dict.fromkeys(map(tuple, found))]
