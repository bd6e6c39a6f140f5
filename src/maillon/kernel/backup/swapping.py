"""Putting new files in the place of present ones, in a way that can be undone."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Swaps:
    """Present files and folders are moved aside under their name with `.before-restore-STAMP`, or dropped."""

    def __init__(self, stamp: str) -> None:
        self._stamp = stamp
        self._undo: list[Callable[[], object]] = []
        self._dropped: list[Path] = []
        self.aside: list[Path] = []

    def put(self, new: Path, present: Path, *, keep: bool) -> None:
        """keep: whether the present one, when there is one, stays aside once all is done."""
        if present.exists():
            aside = present.with_name(f"{present.name}.before-restore-{self._stamp}")
            present.rename(aside)
            self._undo.append(lambda: aside.rename(present))
            (self.aside if keep else self._dropped).append(aside)
        new.rename(present)
        self._undo.append(lambda: remove(present))

    def undo(self) -> None:
        for step in reversed(self._undo):
            step()

    def drop(self) -> None:
        for path in self._dropped:
            remove(path)


@contextmanager
def swaps(stamp: str) -> Iterator[Swaps]:
    """All swaps made within are undone when the block does not end well."""
    made = Swaps(stamp)
    try:
        yield made
    except BaseException:
        made.undo()
        raise
    made.drop()


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
