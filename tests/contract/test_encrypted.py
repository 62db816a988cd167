"""TLS to webhooks and to PostgreSQL, each with an authority of the test's own."""

import os
import pwd
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from consumers.publisher import following, publisher
from consumers.publisher.hooks import read_hooks
from ledger.errors import Misuse
from ledger.log import Log
from ledger.log.embedded import SERVER_USER
from ledger.settings import Settings
from tests import publishing as p
from tests.authorities import HOST, Authority, authority
from tests.commanding import ledger, refused
from tests.databases import Cluster
from tests.ingesting import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for our servers."""
    return authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for nobody here."""
    return authority(tmp_path_factory.mktemp("authority"), "another")


def test_a_webhook_whose_certificate_is_believed_is_told(  # noqa: PLR0917 - fixtures
    log: Log, tmp_path: Path, ours: Authority, another: Authority,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Over HTTPS; others that are not believed hear nothing, and the log says why."""
    monkeypatch.setattr(following, "retry_seconds_min", 0.02)
    p.decide(log, p.a_life("L-7"))
    shutil.copy(ours.file, tmp_path / "ours.pem")
    stop = threading.Event()
    with p.listening(p.Listener(), ours.server) as hook, ThreadPoolExecutor(1) as threads:
        by_address = hook.url.replace(HOST, "127.0.0.1")
        path = p.listed(tmp_path, believed=hook.url, system=hook.url, other=hook.url,
                        address=by_address)  # fmt: skip
        authorities = {"believed": "ours.pem", "other": str(another.file), "address": "ours.pem"}
        text = path.read_text()
        for name, file in authorities.items():
            text = text.replace(f'name = "{name}"', f'name = "{name}"\nca_file = "{file}"')
        path.write_text(text)
        running = threads.submit(publisher.run, Settings(webhooks=path), log, stop)
        until(lambda: log.meta("publisher/webhook:believed") == "6")
        for name in ("system", "other", "address"):
            until(lambda name=name: f"webhook:{name}: " in caplog.text)  # type: ignore[misc]  # the loop's own
        stop.set()
        running.result()

    assert hook.taken() == p.ids(log)
    said = [each for each in caplog.text.splitlines() if "did not arrive" in each]
    assert all("its certificate is not believed: " in each for each in said)
    assert any("webhook:address" in each and "IP address mismatch" in each for each in said)
    assert not any("webhook:believed" in each for each in said)
    assert "hush" not in caplog.text


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file or directory"), ("", "holds no certificate"), ("x", "no certificate")],
)
def test_an_authority_that_is_none_is_refused(
    tmp_path: Path, content: str | None, said: str
) -> None:
    """Before anybody is told anything, by the name of the webhook."""
    path = p.listed(tmp_path, desk="https://desk.example/")
    path.write_text(path.read_text() + 'ca_file = "ca.pem"\n')
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)

    with pytest.raises(Misuse, match=rf"Webhook desk: .*{said}"):
        read_hooks(path)


class Encrypted(NamedTuple):
    """A database on a server that speaks TLS as localhost; its user's password."""

    dsn: str
    password: str

    def url(self, **more: str) -> str:
        """The setting, without the password."""
        parts = conninfo_to_dict(self.dsn)
        where = f"{parts['user']}@{HOST}:{parts['port']}/{parts['dbname']}"
        return f"postgresql://{where}?" + "&".join(f"{name}={one}" for name, one in more.items())


@pytest.fixture(scope="module")
def encrypted(ordinary_cluster: Cluster, ours: Authority) -> Iterator[Encrypted]:
    """A database on the ordinary server, which speaks TLS meanwhile."""
    with ordinary_cluster.database() as dsn:
        administrator = make_conninfo(dsn, user="postgres", dbname="postgres")
        with psycopg.connect(administrator, autocommit=True) as admin:
            row = admin.execute("SHOW data_directory").fetchone()
            assert row is not None
            data = Path(row[0])
            for name, source in (("our.key", ours.key), ("our.crt", ours.certificate)):
                shutil.copy(source, data / name)
                (data / name).chmod(0o600)
                if os.geteuid() == 0:
                    os.chown(data / name, pwd.getpwnam(SERVER_USER).pw_uid, -1)
            admin.execute("ALTER SYSTEM SET ssl_key_file = 'our.key'")
            admin.execute("ALTER SYSTEM SET ssl_cert_file = 'our.crt'")
            try:
                admin.execute("ALTER SYSTEM SET ssl = on")
            except psycopg.Error:
                said = "this PostgreSQL speaks no TLS: apt-get install postgresql"
                skip = os.environ.get("LEDGER_REQUIRE_ALL") != "1"
                (pytest.skip if skip else pytest.fail)(said)
            admin.execute("SELECT pg_reload_conf()")
            until(lambda: admin.execute("SHOW ssl").fetchone() == ("on",))
            yield Encrypted(dsn, str(conninfo_to_dict(dsn)["password"]))
            admin.execute("ALTER SYSTEM RESET ALL")
            admin.execute("SELECT pg_reload_conf()")


@pytest.fixture
def passwords(encrypted: Encrypted, tmp_path: Path) -> Path:
    """A password file, as PostgreSQL's own programs read it."""
    path = tmp_path / "passwords"
    path.touch(mode=0o600)
    path.write_text(f"{HOST}:*:*:ledger:{encrypted.password}\n")
    return path


def test_every_connection_to_the_database_is_encrypted(
    encrypted: Encrypted, ours: Authority, passwords: Path
) -> None:
    """The log and everything that reads beside it; the password comes from its file."""
    url = encrypted.url(sslmode="verify-full", sslrootcert=str(ours.file), passfile=str(passwords))

    done = ledger("catch-up", settings={"LEDGER_DATABASE_URL": url})
    with Log.open(url) as log, log.transaction() as rows:
        rows.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        alone = rows.fetchone()

    assert done.code == 0, done.said
    assert alone == (True,)


WRONG = [
    # what of the address is other than right, what is said
    ({"sslrootcert": "{another}"}, "certificate verify failed"),
    ({"sslrootcert": "{none}"}, "root certificate file"),
    ({"host": "127.0.0.1"}, 'does not match host name "127.0.0.1"'),
    ({"passfile": "{none}"}, "no password supplied"),
    ({"user": "nobody", "password": "hush"}, "password authentication failed"),
    ({"sslmode": "certainly"}, 'invalid sslmode value: "certainly"'),
]


@pytest.mark.parametrize(("changed", "said"), WRONG)
def test_what_is_wrong_is_said_in_a_sentence(  # noqa: PLR0917 - fixtures and a table's row
    encrypted: Encrypted, ours: Authority, another: Authority, passwords: Path,
    tmp_path: Path, changed: dict[str, str], said: str,
) -> None:  # fmt: skip
    """An authority, a name, a user or a password: one line, no traceback, no secret."""
    values = {"another": str(another.file), "none": str(tmp_path / "none")}
    right = encrypted.url(
        sslmode="verify-full", sslrootcert=str(ours.file), passfile=str(passwords)
    )
    url = make_conninfo(right, **{name: one.format(**values) for name, one in changed.items()})

    done = ledger("catch-up", settings={"LEDGER_DATABASE_URL": url})

    refused(done, 1, "The database cannot be reached", said)
    assert len(done.said.splitlines()) == 1
    assert encrypted.password not in done.said
    assert "hush" not in done.said
