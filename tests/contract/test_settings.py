"""Settings are one catalogue: known names are read, any other is an error, whoever sets it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ledger.errors import Misuse
from ledger.settings import Settings, catalogue, load, masked, names, told
from tests.commanding import ledger, refused

NONSENSE = {
    "LEDGER_DATABASE_URL": "nonsense",
    "LEDGER_KAFKA_BOOTSTRAP": "nonsense",
    "LEDGER_KAFKA_SASL_MECHANISM": "nonsense",
    "LEDGER_KAFKA_SECURITY_PROTOCOL": "TLS",
    "LEDGER_KAFKA_SESSION_SECONDS": "5.9",
    "LEDGER_LOG_FORMAT": "xml",
    "LEDGER_LOG_LEVEL": "INFO",
    "LEDGER_METRICS_PORT": "http",
    "LEDGER_REFUSALS_MAX": "nan",
    "LEDGER_WEB_PORT": "70000",
}
"""What a setting cannot be; any other one cannot have two lines."""
CATALOGUE = {setting.name: setting for setting in catalogue()}


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_value_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each setting with nonsense in it is refused by name, with what it may be instead."""
    value = NONSENSE.get(name, "two\nlines")
    monkeypatch.setenv(name, value)

    with pytest.raises(Misuse) as refusal:
        load()

    said = str(refusal.value)
    assert said.startswith(name)
    assert f"set it to {CATALOGUE[name].kind}." in said
    assert (value not in said) is (CATALOGUE[name].secret or "\n" in value)


def test_a_value_of_a_file_is_refused_as_one_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nonsense of every kind that TOML knows is refused for every setting; the file is named."""
    config = tmp_path / "ledger.toml"
    monkeypatch.setenv("LEDGER_CONFIG", str(config))
    for field in Settings.__struct_fields__:
        for value in ("true", "[1]", "{a = 1}", "2026-11-30", "nan", '"two\\nlines"'):
            config.write_text(f"{field} = {value}")

            with pytest.raises(Misuse, match=f"^LEDGER_{field.upper()}\\b.*from the file {config}"):
                load()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LEDGER_KAFKA_BOOSTRAP", "is not a setting; did you mean LEDGER_KAFKA_BOOTSTRAP?"),
        ("LEDGER_KAFKA_PASSWORD_FIL", "did you mean LEDGER_KAFKA_PASSWORD_FILE?"),
        ("LEDGER_web_port", "did you mean LEDGER_WEB_PORT?"),
        ("LEDGER_QZX", "LEDGER_QZX is set but is not a setting"),
    ],
)
def test_a_slip_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str, expected: str) -> None:
    """A name that is no setting is refused, with the nearest one that is."""
    monkeypatch.setenv(name, "1")

    with pytest.raises(Misuse) as refusal:
        load()

    assert str(refusal.value).endswith(expected)


def test_values_are_read_and_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value arrives with its type; an empty one leaves the default."""
    monkeypatch.setenv("LEDGER_METRICS_PORT", "9999")
    monkeypatch.setenv("LEDGER_REFUSALS_MAX", "")
    monkeypatch.setenv("LEDGER_HOME", "/somewhere")
    monkeypatch.setenv("LEDGER_CONFIG", "")

    settings = load()

    assert (settings.metrics_port, settings.refusals_max) == (9999, 0.05)
    assert settings.home == Path("/somewhere")


FILES: list[tuple[str, dict[str, str], object]] = [
    ("web_port = 9", {}, (9, "file CONFIG")),
    ('web_port = "9"', {}, (9, "file CONFIG")),
    ("web_port = 9", {"LEDGER_WEB_PORT": "10"}, (10, "environment")),
    ("web_port = 9", {"LEDGER_WEB_PORT": ""}, (9, "file CONFIG")),
    ('metrics_host = ""', {}, (8000, "default")),
    ("web_prt = 9", {}, "web_prt is not a setting; did you mean web_port?"),
    ("LEDGER_WEB_PORT = 9", {}, "LEDGER_WEB_PORT is not a setting; did you mean web_port?"),
    ("[web]\nport = 9", {}, "web is not a setting"),
    ('config = "x"', {}, "config names this file, and is set in the environment alone."),
    ("web_port = ", {}, "is not TOML"),
    ("fault_rounds = 9", {}, "fault_rounds is not a setting"),
    ("", {"LEDGER_REQUIRE_ALL": "1"}, (8000, "default")),
    ("web_port = 9\nweb_port = 9", {}, "is not TOML"),
]


@pytest.mark.parametrize(("text", "besides", "expected"), FILES)
def test_a_file_gives_what_the_environment_leaves_open(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str,
    besides: dict[str, str],
    expected: object,
) -> None:
    """A key counts where the environment does not say otherwise; what is wrong names the file."""
    config = tmp_path / "ledger.toml"
    config.write_text(text)
    for name, value in {"LEDGER_CONFIG": str(config), **besides}.items():
        monkeypatch.setenv(name, value)

    if isinstance(expected, str):
        with pytest.raises(Misuse) as refusal:
            load()
        assert str(refusal.value).startswith(f"LEDGER_CONFIG={config}")
        assert expected in str(refusal.value)
        return
    settings, origins = told()

    found = (settings.web_port, origins["web_port"].replace(str(config), "CONFIG"))
    assert found == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "cannot be read: No such file"), (b"\xff", "is not TOML"), (b"#" * 300_000, "longer")],
)
def test_a_file_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    """A file that is missing, no text or endless is refused by its name."""
    config = tmp_path / "ledger.toml"
    if content is not None:
        config.write_bytes(content)
    monkeypatch.setenv("LEDGER_CONFIG", str(config))

    with pytest.raises(Misuse, match=f"^LEDGER_CONFIG={config} .*{expected}"):
        load()


def test_paths_in_a_file_are_told_from_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A relative path in the file lies beside the file, wherever the ledger is started."""
    config = tmp_path / "ledger.toml"
    (tmp_path / "hush").write_text("hush\n")
    config.write_text('policy = "policy.toml"\nhome = "/h"\nkafka_password_file = "hush"')
    monkeypatch.setenv("LEDGER_CONFIG", str(config))

    settings = load()

    assert (settings.policy, settings.home) == (tmp_path / "policy.toml", Path("/h"))
    assert settings.kafka_password == "hush"  # noqa: S105 - what the test put there


SECRETS: list[tuple[str, str, str]] = [
    # the environment, with FILE for a file   the config                the outcome
    ("PASSWORD_FILE=FILE", "", "hush"),
    ("PASSWORD_FILE=FILE PASSWORD=other", "", "are both set, in the environment: keep one"),
    ("PASSWORD_FILE=/no/such", "", "cannot be read: No such file"),
    ("PASSWORD_FILE=/proc", "", "cannot be read: Is a directory"),
    ("PASSWORD_FILE=EMPTY", "", "is empty"),
    ("PASSWORD_FILE=BINARY", "", "is no text"),
    ("PASSWORD_FILE=LINES", "", "LEDGER_KAFKA_PASSWORD, from the secret file"),
    ("", 'kafka_password_file = "FILE"', "hush"),
    ("", 'kafka_password = "hush"', "hush"),
    ("", 'kafka_password = "a"\nkafka_password_file = "FILE"', "are both set, in the file"),
    ("PASSWORD=hush", 'kafka_password_file = "/no/such"', "hush"),
    ("PASSWORD_FILE=FILE", 'kafka_password = "other"', "hush"),
    ("", "kafka_password_file = 9", "set it to a path"),
]


@pytest.mark.parametrize(("environment", "config", "expected"), SECRETS)
def test_secrets_are_read_from_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: str, config: str, expected: str
) -> None:
    """A secret's file stands for it, its last line end left out; two ways at once are refused."""
    contents = {"FILE": b"hush\r\n", "EMPTY": b"\n", "BINARY": b"\xff", "LINES": b"a\nb"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        environment = environment.replace(f"={name}", f"={tmp_path / name}")
    (tmp_path / "ledger.toml").write_text(config)
    monkeypatch.setenv("LEDGER_CONFIG", str(tmp_path / "ledger.toml"))
    for pair in environment.split():
        name, _, value = pair.partition("=")
        monkeypatch.setenv(f"LEDGER_KAFKA_{name}", value)

    if expected == "hush":
        assert load().kafka_password == expected
        return
    with pytest.raises(Misuse, match=expected) as refusal:
        load()

    assert "hush" not in str(refusal.value)


MASKED = [
    ("database_url", "postgresql://u:hush@h/db", "postgresql://u:***@h/db"),
    ("database_url", "postgresql://u:hu@sh@h/db", "postgresql://u:***@h/db"),
    ("database_url", "postgresql://u@h/db?password=hush&a=b", "postgresql://u@h/db?password=***&a=b"),
    ("database_url", "host=h password='hu sh' user=u", "host=h password=*** user=u"),
    ("database_url", "postgresql://h/db", "postgresql://h/db"),
    ("database_url", None, None),
    ("kafka_password", "hush", "***"),
    ("kafka_password", None, None),
    ("kafka_username", "hush", "hush"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "expected"), MASKED)
def test_secrets_are_masked(field: str, value: str | None, expected: str | None) -> None:
    """A secret is not shown, and of an address of a database all but the password."""
    assert masked(field, value) == expected
    settings = Settings(**{field: value})  # type: ignore[arg-type]  # each of these is a text
    assert f"{field}={expected!r}" in repr(settings)


def test_every_setting_is_described() -> None:
    """Each name that may be set says what it is for, and each setting what it may be."""
    assert {one.name for one in catalogue()} < names().keys()
    assert [name for name, about in names().items() if not about] == []
    assert [one for one in catalogue() if not one.kind] == []
    assert {one.name for one in catalogue() if one.secret} == {
        name.removesuffix("_FILE") for name in names() if name.removesuffix("_FILE") in names()
        and name.endswith("_FILE")
    }  # fmt: skip


COMMANDS: list[tuple[Mapping[str, str], tuple[str, ...], str]] = [
    ({"LEDGER_DATABASE_URL": "nonsense"}, ("verify",), "LEDGER_DATABASE_URL"),
    ({"LEDGER_DATABASE_URL": "a=b"}, ("verify",), "LEDGER_DATABASE_URL"),
    ({"LEDGER_POLICY": "/no/such"}, ("policy",), "LEDGER_POLICY=/no/such"),
    ({"LEDGER_POLICY": "POLICY"}, ("policy",), "LEDGER_POLICY="),
    ({"LEDGER_WEBHOOKS": "/no/such"}, ("run", "--only", "publisher"), "LEDGER_WEBHOOKS=/no/such"),
    ({"LEDGER_METRICS_HOST": "a..b"}, ("run", "--only", "publisher"), "LEDGER_METRICS_HOST"),
    ({"LEDGER_METRICS_PORT": "65535"}, ("run",), "LEDGER_METRICS_PORT=65535"),
    ({"LEDGER_WEB_HOST": "no such host"}, ("run", "--only", "web"), "LEDGER_WEB_HOST"),
    ({"LEDGER_CONFIG": "/no/such"}, ("settings",), "LEDGER_CONFIG=/no/such"),
    ({"LEDGER_KAFKA_SCHEMA_IDS": "/no/such", "LEDGER_KAFKA_BOOTSTRAP": "127.0.0.1:1"},
     ("run", "--only", "ingest"), "LEDGER_KAFKA_SCHEMA_IDS=/no/such"),
    ({"LEDGER_KAFKA_PARTIES": "/no/such", "LEDGER_KAFKA_BOOTSTRAP": "127.0.0.1:1"},
     ("run", "--only", "ingest"), "LEDGER_KAFKA_PARTIES=/no/such"),
    ({"LEDGER_KAFKA_CA_FILE": "/no/such", "LEDGER_KAFKA_BOOTSTRAP": "127.0.0.1:1"},
     ("run", "--only", "ingest"), "LEDGER_KAFKA_CA_FILE"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "command", "expected"), COMMANDS)
def test_what_a_command_cannot_use_is_one_sentence(
    database: str, tmp_path: Path, settings: dict[str, str], command: tuple[str, ...], expected: str
) -> None:
    """A setting that only its use shows to be wrong is named too, with exit 2."""
    policy = tmp_path / "policy.toml"
    policy.write_text("nonsense = 1")
    given = {name: value.replace("POLICY", str(policy)) for name, value in settings.items()}
    ports = {"LEDGER_DATABASE_URL": database, "LEDGER_METRICS_PORT": "0", "LEDGER_WEB_PORT": "0"}

    done = ledger(*command, settings=ports | given)

    refused(done, 2, expected)


def test_settings_are_shown_with_where_they_come_from(tmp_path: Path) -> None:
    """`ledger settings` tells every value and its origin, and no secret, in every form."""
    config = tmp_path / "ledger.toml"
    secret = tmp_path / "secret"
    secret.write_text("postgresql://u:hush@h/db\n")
    config.write_text('web_port = 9\nkafka_password = "hush"\n')
    given = {
        "LEDGER_CONFIG": str(config), "LEDGER_DATABASE_URL_FILE": str(secret),
        "LEDGER_HOME": "/h",
    }  # fmt: skip
    forms = {
        form: ledger("settings", "--format", form, settings=given)
        for form in ("table", "json", "csv")
    }

    rows = {row["name"]: (row["value"], row["from"]) for row in json.loads(forms["json"].out)}
    assert rows["LEDGER_CONFIG"] == (str(config), "environment")
    assert rows["LEDGER_WEB_PORT"] == (9, f"file {config}")
    assert rows["LEDGER_KAFKA_PASSWORD"] == ("***", f"file {config}")
    assert rows["LEDGER_DATABASE_URL"] == ("postgresql://u:***@h/db", f"secret file {secret}")
    assert rows["LEDGER_HOME"] == ("/h", "environment")
    assert rows["LEDGER_METRICS_PORT"] == (9464, "default")
    assert rows.keys() == {name for name in CATALOGUE if name.removesuffix("_FILE") not in
                           CATALOGUE or not name.endswith("_FILE")}  # fmt: skip
    for done in forms.values():
        assert (done.code, "hush" in done.out + done.said) == (0, False)
        assert [name for name in rows if name not in done.out] == []
