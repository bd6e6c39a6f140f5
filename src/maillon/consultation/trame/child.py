"""Reads one document from its standard input and writes its lines and tables as JSON: run by `reading`, in a process
of its own.

A document is a program for its reader: a few kilobytes may ask for more memory or time than there is. So this process
is expendable, and its memory and time are bounded by the kernel.
"""

import json
import sys
import zipfile
from typing import Any

from maillon.consultation.trame.original import Original, to_json


def bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    kind, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    data = sys.stdin.buffer.read()
    bound(memory, seconds)
    answer: dict[str, Any]
    try:
        answer = _answer(kind, data)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, IndexError) as error:
        answer = {"damaged": f"{type(error).__name__}: {error}"[:500]}
    json.dump(answer, sys.stdout)


def _answer(kind: str, data: bytes) -> dict[str, Any]:
    if kind == "pdf":
        from maillon.consultation.trame.readers import pdf

        if (carried := pdf.attached(data)) is not None:
            return {"restitution": carried}
        try:
            return {"original": to_json(pdf.read(data))}
        except pdf.TooLongError as error:
            return {"pages": error.pages}
        except pdf.NoTextError:
            return {"pictures": True}
        except pdf.LockedError:
            return {"locked": True}
    return {"original": to_json(_read(kind, data))}


def _read(kind: str, data: bytes) -> Original:
    if kind == "docx":
        from maillon.consultation.trame.readers import docx

        return docx.read(data)
    if kind == "odt":
        from maillon.consultation.trame.readers import odt

        return odt.read(data)
    if kind == "html":
        from maillon.consultation.trame.readers import html

        return html.read(data.decode())
    from maillon.consultation.trame.readers import markdown

    return markdown.read(data.decode())


if __name__ == "__main__":
    main()
