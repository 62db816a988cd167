"""Turn each rule's `when` at its boundary, one at a time: the rule's own tables must notice.

By hand: `python -m tests.tidy.flip_when [M-16 ...]`; prints every change, exits 1 if one survives.
"""

import ast
import copy
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final, NamedTuple

import pytest

from ledger.rules.audit import RULES

TABLES: Final = Path("tests/domain/rules")
_WHOLE_SEASONS: Final = "test_audit.py"
"""Proves that conditions and rules agree on anything, so it is not a rule's own table."""
MAY_ALWAYS_HOLD: Final = {
    "M-31": "which parts of a lot's fitness fail is found by the check itself",
    "M-35": "which event comes last for each number is found by the check itself",
    "M-48": "which event said the same first is found by the check itself",
    "M-49": "what reverses nothing has no target to be found on",
}
"""Rules whose `when` only spares work: a check that is asked too often finds nothing more."""
HOLDS_MORE_OFTEN: Final = {
    "lot_unfit: all -> any",
    (
        "put_elsewhere: fact.first is not None and any((_elsewhere(other.fact, fact)"
        " for other in _sharing(fact, questions))) -> fact.first is not None or any((_elsewhere("
        "other.fact, fact) for other in _sharing(fact, questions)))"
    ),
}
"""Changes of those rules that make `when` hold more often, and so change nothing."""
SWAPPED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
}


class Flip(NamedTuple):
    """One function of a rule's `when`, and what stands in its place."""

    rule: str
    function: Any
    code: CodeType
    what: str


def _parsed(function: FunctionType) -> ast.FunctionDef:
    source = ast.parse(Path(function.__code__.co_filename).read_text("utf-8"))
    (found,) = [
        node
        for node in source.body
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__
    ]
    return found


def _compiled(function: FunctionType, changed: ast.FunctionDef) -> CodeType:
    space = dict(function.__globals__)
    tree = ast.fix_missing_locations(ast.Module(body=[changed], type_ignores=[]))
    exec(compile(tree, function.__code__.co_filename, "exec"), space)  # noqa: S102 -- our own
    code: CodeType = space[function.__name__].__code__
    return code


def _changes(node: ast.AST) -> Iterator[Callable[[Any], None]]:
    """What may be done to one node, each as a function of its copy."""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in SWAPPED.get(type(op), ()):
                yield partial(_put, place=place, other=other())
            numbers = not isinstance(node.left, ast.Tuple)
            if numbers and isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.NotEq):
                yield lambda of: setattr(of, "left", _one_more(of.left))
    if isinstance(node, ast.BoolOp):
        other_op = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield lambda of: setattr(of, "op", other_op())
    if isinstance(node, ast.Name) and node.id in ("bisect_right", "any", "all"):
        other_name = {"bisect_right": "bisect_left", "any": "all", "all": "any"}[node.id]
        yield lambda of: setattr(of, "id", other_name)


def _put(compare: ast.Compare, *, place: int, other: ast.cmpop) -> None:
    compare.ops[place] = other


def _one_more(value: ast.expr) -> ast.expr:
    """The value and one: a number more, or a day more."""
    return ast.Call(ast.Name("one_more", ast.Load()), [value], [])


def one_more(value: Any) -> Any:
    """The value that comes next."""
    return value + (timedelta(days=1) if isinstance(value, date) else 1)


def flips(rule: str, when: FunctionType) -> Iterator[Flip]:
    """Every change of a `when` and of the functions of its file that it is made of."""
    for name, body in (("never", "return None"), ("always", "return lambda *_: True")):
        if name == "always" and rule in MAY_ALWAYS_HOLD:
            continue
        changed = _parsed(when)
        changed.body = ast.parse(f"def f():\n    {body}").body[0].body  # type: ignore[attr-defined]
        yield Flip(rule, when, _compiled(when, changed), f"{when.__name__}: {name}")
    named = {node.id for node in ast.walk(_parsed(when)) if isinstance(node, ast.Name)}
    parts = [when.__globals__.get(name) for name in sorted(named)]
    own = [each for each in parts if isinstance(each, FunctionType)]
    for function in (when, *(each for each in own if each.__module__ == when.__module__)):
        tree = _parsed(function)
        for place, node in enumerate(ast.walk(tree)):
            for change in _changes(node):
                changed = copy.deepcopy(tree)
                at = list(ast.walk(changed))[place]
                before = ast.unparse(at)
                change(at)
                what = f"{function.__name__}: {before} -> {ast.unparse(at)}"
                if what not in HOLDS_MORE_OFTEN:
                    yield Flip(rule, function, _compiled(function, changed), what)


def tables_of(number: str) -> list[str]:
    """The tests named after a rule; where none is, the files that name it."""
    paths = [path for path in sorted(TABLES.glob("test_*.py")) if path.name != _WHOLE_SEASONS]
    named = number.replace("-", "").lower()
    own = [path for path in paths if f"{named}_" in path.read_text("utf-8")]
    if own:
        return ["-k", named, *map(str, own)]
    return [str(path) for path in paths if number in path.read_text("utf-8")]


def _run(*arguments: str) -> int:
    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *arguments]))


def _silent() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def killed(flip: Flip | None, tables: list[str]) -> bool:
    """Whether the tables fail under a change; None changes nothing."""
    child = os.fork()
    if child == 0:
        _silent()
        if flip is not None:
            flip.function.__globals__["one_more"] = one_more
            flip.function.__code__ = flip.code
        os._exit(_run(*tables))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == pytest.ExitCode.TESTS_FAILED


def main(asked: list[str]) -> int:
    """Try every change of every rule, or of those asked for."""
    survived = 0
    _run("--collect-only", "-qq", str(TABLES))  # read all of them once, for every fork
    for number, rule in sorted(RULES.items()):
        whens = [on.when for on in rule.subjects if isinstance(on.when, FunctionType)]
        if not whens or (asked and number not in asked):
            continue
        tables = tables_of(number)
        if killed(None, tables):
            sys.stdout.write(f"{number}: its tables fail as it stands\n")
            return 1
        for when in whens:
            for flip in flips(number, when):
                dead = killed(flip, tables)
                survived += not dead
                sys.stdout.write(f"{number} {'killed  ' if dead else 'SURVIVED'} {flip.what}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{survived} survived\n")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
