"""Certificate authorities of tests: made by openssl in a folder, gone with it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

_CONFIGURED = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:false
subjectAltName = DNS:{name}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
_NEW = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
HOST = "localhost"


class Authority(NamedTuple):
    """An authority's certificate, and what a server that it vouches for as `localhost` has.

    `server` is key and certificate in one file, `key` and `certificate` each alone; all PEM.
    """

    file: Path
    server: Path
    key: Path
    certificate: Path


def authority(folder: Path, name: str) -> Authority:
    """Make one; the test is skipped without openssl, and fails where nothing may be skipped."""
    program = shutil.which("openssl")
    if program is None:
        said = "certificates of tests are made by openssl: apt-get install openssl"
        (pytest.fail if os.environ.get("LEDGER_REQUIRE_ALL") == "1" else pytest.skip)(said)
    place = folder / name
    place.mkdir(parents=True)
    made = Authority(*(place / f"{each}.pem" for each in ("ca", "server", "key", "certificate")))
    signing = place / "signing.pem"
    for common, extensions, files in (
        (f"The authority {name}", "authority", ("-keyout", signing, "-out", made.file)),
        (
            HOST, "server",
            ("-CA", made.file, "-CAkey", signing, "-keyout", made.key, "-out", made.certificate),
        ),
    ):  # fmt: skip
        configured = place / f"{extensions}.cnf"
        configured.write_text(_CONFIGURED.format(name=common))
        subprocess.run(
            [program, "req", "-x509", "-config", configured, "-extensions", extensions,
             *_NEW, *files],
            check=True, capture_output=True,
        )  # fmt: skip
    made.server.write_bytes(made.key.read_bytes() + made.certificate.read_bytes())
    made.server.chmod(0o600)
    return made
