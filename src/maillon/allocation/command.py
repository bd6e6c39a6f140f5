"""`maillon allocate` decides who receives which machine; `maillon check` verifies a decision. No database, no settings.

docs/allocation.md defines the files. `check` hands over to the independent checker, which shares nothing with what
decided; it only reads Parquet tables for it.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Any

from maillon.hardware.messages import Message

OK, REFUSED, WRONG_USE = 0, 1, 2
EPOCH = date(1970, 1, 1).toordinal()  # Parquet tables count days from here


def allocate(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon allocate",
        description=_(
            "Decide who receives which machine, by published rules, with the proof that nothing better exists."
        ),
        epilog=_("""\
The problem, the plan and its certificate are defined in docs/allocation.md; examples/allocation/problem.json is one to
start from. The same problem gives the same plan, whatever the order of its lines.

Exit code: 0 decided, 1 the problem was refused (with every reason), 2 wrong use.

Examples:
  maillon allocate problem.json -o plan.json
  maillon check problem.json plan.json
"""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help=_("the problem, in JSON"))
    parser.add_argument(
        "-o", "--output", metavar="PLAN", type=Path, help=_("where to write the plan (default: standard output)")
    )
    parser.add_argument(
        "--seed", metavar="TEXT", help=_("the seed of the lottery, when the problem does not reveal it")
    )
    options = parser.parse_args(argv)
    problem = _read(options.problem, "allocate")
    if problem is None:
        return REFUSED
    seed = options.seed if options.seed is not None else problem.get("seed") if isinstance(problem, dict) else ""
    if not isinstance(seed, str):
        _complain(
            "allocate", _("%(file)s does not reveal its seed. Give it with --seed TEXT.") % {"file": options.problem}
        )
        return WRONG_USE
    from maillon.allocation.core import api, files  # a second of imports, not needed to say what is wrong above

    try:
        plan = api.solve(problem, seed, tables=options.problem.parent)
    except api.Refused as refused:
        for refusal in refused.refusals:
            _complain("allocate", f"{options.problem}: {refusal.place}: {_said(refusal.reason)}")
        return REFUSED
    if options.output is None:
        files.write(plan, sys.stdout)
        return OK
    with _replacing(options.output) as file:
        files.write(plan, file)
    print(_summary(plan))  # noqa: T201
    return OK


def check(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon check",
        description=_(
            "Verify that a plan follows its problem's rules, and that no other plan does better, from its certificate."
        ),
        epilog=_("Exit code: 0 proved, 1 refused (with the reason), 2 wrong use."),
    )
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help=_("the problem, in JSON"))
    parser.add_argument("plan", metavar="PLAN", type=Path, help=_("the plan, in JSON"))
    options = parser.parse_args(argv)
    problem, plan = _read(options.problem, "check"), _read(options.plan, "check")
    if problem is None or plan is None:
        return REFUSED
    from maillon.allocation import check as checker

    try:
        checked = checker.check(problem, plan, _tables(problem, options.problem.parent))
    except checker.Refused as refused:
        _complain("check", f"{options.plan}: {refused}")
        return REFUSED
    print(checked)  # noqa: T201
    return OK


# --- Files ------------------------------------------------------------------------------------------------------------


def _read(path: Path, command: str) -> Any:
    """A JSON document; None when it is not one, said on the error output."""
    from maillon.allocation.core import files

    try:
        return files.load(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        _complain(
            command,
            _("%(file)s, line %(line)d, column %(column)d: this is not JSON (%(reason)s).")
            % {"file": path, "line": error.lineno, "column": error.colno, "reason": error.msg},
        )
    except UnicodeDecodeError as error:
        _complain(
            command,
            _("%(file)s, byte %(at)d: this is not UTF-8. Save the file in UTF-8.") % {"file": path, "at": error.start},
        )
    except RecursionError:
        _complain(command, _("%(file)s: too many lists within lists.") % {"file": path})
    except ValueError as error:
        _complain(
            command, _("%(file)s: the key “%(key)s” comes twice. Keep one.") % {"file": path, "key": error.args[0]}
        )
    return None


def _tables(problem: Any, folder: Path) -> Mapping[str, Any]:
    """The columns of a problem's Parquet tables, as its JSON would have them, by the name of the table.

    Raises the checker's Refused for a file that is absent, unreadable, or not the one the problem was made with.
    """
    from maillon.allocation import check as checker

    found = {}
    for name in ("devices", "requests"):
        table = problem.get(name) if isinstance(problem, dict) else None
        table = table if isinstance(table, dict) else {}
        uri = table.get("uri")
        if isinstance(uri, str) and Path(uri).name == uri:
            import pyarrow as pa
            import pyarrow.parquet as pq

            try:
                data = (folder / uri).read_bytes()
                if hashlib.sha256(data).hexdigest() != table.get("sha256"):
                    raise checker.Refused(
                        _("%(file)s is not the table this problem was made with: its SHA-256 differs.") % {"file": uri}
                    )
                columns = pq.read_table(pa.BufferReader(data)).to_pydict()
                if name == "requests":
                    columns["since"] = [str(date.fromordinal(EPOCH + day)) for day in columns["since"]]
            except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
                raise checker.Refused(
                    _("%(file)s can not be read (%(error)s).") % {"file": uri, "error": error}
                ) from error
            found[name] = columns
    return found


@contextmanager
def _replacing(path: Path) -> Iterator[Any]:
    """Write beside, then put in place: a plan is whole or is not there."""
    from maillon.kernel import trouble

    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with trouble.writing(path, beside):
        try:
            with beside.open("w", encoding="utf-8") as file:
                yield file
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


# --- Words ------------------------------------------------------------------------------------------------------------


def _said(message: Message) -> str:
    said = _(message.text)
    return said % message.values if message.values else said


def _summary(plan: Mapping[str, Any]) -> str:
    machines, served = len(plan["assign"]["device"]), len(set(plan["assign"]["request"]))
    asked = len(plan["reasons"]["request"])
    lines = [
        ngettext("%(machines)d machine given", "%(machines)d machines given", machines) % {"machines": machines}
        + ", "
        + ngettext("%(served)d request served of %(asked)d", "%(served)d requests served of %(asked)d", served)
        % {"served": served, "asked": asked}
        + "."
    ]
    lines += [
        _("%(node)s: %(received)d machines for a floor of %(floor)d.") % shortfall for shortfall in plan["shortfalls"]
    ]
    unproved = [stage["stage"] for stage in plan["certificate"]["groups"]["stages"] if stage["value"] != stage["bound"]]
    if unproved:
        lines.append(
            _("The choice of groups was stopped before its proof: %(stages)s.") % {"stages": ", ".join(unproved)}
        )
    return "\n".join(lines)


def _complain(command: str, text: str) -> None:
    sys.stderr.write(f"maillon {command}: {text}\n")
