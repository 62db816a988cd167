"""Settings are one catalogue: known names are read, any other LEDGER_ name is an error."""

import pytest

from ledger.errors import Misuse
from ledger.settings import Settings, load, names


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LEDGER_KAFKA_BOOSTRAP", "x:1", "did you mean LEDGER_KAFKA_BOOTSTRAP"),
        ("LEDGER_QZX", "1", "LEDGER_QZX is set but is not a setting$"),
        ("LEDGER_METRICS_PORT", "http", "LEDGER_METRICS_PORT cannot be read"),
        ("LEDGER_METRICS_PORT", "70000", "LEDGER_METRICS_PORT cannot be read"),
        ("LEDGER_REFUSALS_MAX", "5", "LEDGER_REFUSALS_MAX cannot be read"),
        ("LEDGER_KAFKA_SECURITY_PROTOCOL", "TLS", "LEDGER_KAFKA_SECURITY_PROTOCOL cannot"),
    ],
)
def test_a_slip_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    """A name that is no setting and a value that cannot be are refused by name."""
    monkeypatch.setenv(name, value)

    with pytest.raises(Misuse, match=expected):
        load()


def test_values_are_read_and_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value arrives with its type; an empty one leaves the default."""
    monkeypatch.setenv("LEDGER_METRICS_PORT", "9999")
    monkeypatch.setenv("LEDGER_REFUSALS_MAX", "")

    settings = load()

    assert (settings.metrics_port, settings.refusals_max) == (9999, 0.05)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a password nor a database address with one appears in a representation."""
    monkeypatch.setenv("LEDGER_KAFKA_PASSWORD", "hush")
    monkeypatch.setenv("LEDGER_DATABASE_URL", "postgresql://ledger:hush@db/ledger")

    assert "hush" not in repr(load())


def test_every_setting_is_described() -> None:
    """Each name that may be set says what it is for."""
    assert len(Settings.model_fields) < len(names())
    assert [name for name, about in names().items() if not about] == []
