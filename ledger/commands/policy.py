"""`ledger policy`: how long the audit waits and where it draws its lines."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.commands.options import spread
from ledger.commands.output import say
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.rules.policy import Policy
    from ledger.settings import Settings


@spread(Printing)
def policy(printing: Printing) -> None:
    """Show the policy in force: LEDGER_POLICY's values over those built in.

    Waits are in seconds, shares are fractions of one.

    Example: ledger policy --format json
    """
    from ledger.rules.policy import default_policy
    from ledger.settings import load

    settings = load()
    found, built_in = policy_of(settings), default_policy()
    rows = [
        {
            "name": name,
            "value": _plain(name, getattr(found, name)),
            "default": _plain(name, getattr(built_in, name)),
        }
        for name in found.__struct_fields__
    ]
    data = {row["name"]: row["value"] for row in rows} | {"digest": found.digest()}
    print_list(rows, printing, data=data)
    say(f"From {settings.policy or 'the built-in values'}; digest {found.digest()[:12]}.")


def policy_of(settings: "Settings") -> "Policy":
    """The policy that the settings name; raises Misuse where its file cannot be read."""
    from ledger.rules.policy import default_policy, read_policy

    if settings.policy is None:
        return default_policy()
    try:
        text = settings.policy.read_text("utf-8")
    except OSError as error:
        raise Misuse(f"LEDGER_POLICY={settings.policy} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Misuse(f"LEDGER_POLICY={settings.policy} is no text in UTF-8.") from None
    try:
        return read_policy(text, default_policy())
    except Misuse as error:
        raise Misuse(f"LEDGER_POLICY={settings.policy}: {error}") from None


_IN_MICROS = ("grace_", "clock_skew", "double_shot")


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, frozenset):
        return [day.isoformat() for day in sorted(value) if isinstance(day, date)]
    if isinstance(value, Decimal):
        return str(value)
    return value / 1e6 if name.startswith(_IN_MICROS) else value
