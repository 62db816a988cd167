"""The process that reads one file: it is asked on stdin and answers on stdout."""

import resource
import sys

import msgspec

from ledger.tables.reading import Asked, Found, cpu_seconds_max, memory_bytes_max
from ledger.tables.reading.files import found_in


def main() -> None:
    """Read what is asked for, within limits."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds_max, cpu_seconds_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    found: Found = found_in(asked)
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


if __name__ == "__main__":
    main()
