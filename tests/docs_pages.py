"""The pages of docs/ that are made from the code: `python -m tests.docs_pages` writes them, a test compares them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "*This page is written by `python -m tests.docs_pages`, from the code itself; a test compares them.*"


def events_page() -> str:
    """Every kind of event that the ledger takes."""
    from maillon.kernel import events

    kinds = [kind for name, kind in sorted(events.registered().items()) if name in _of_apps()]
    lines = [
        "# The events of the ledger",
        "",
        NOTE,
        "",
        "Each event also holds its stream and number in it, its subject, its instant, when it was recorded, who (a "
        "person or an API key, by identifier) and for which organisation: [ledger.md](ledger.md). No field holds a "
        "person's name.",
        "",
        "| kind | what the history says | fields |",
        "| --- | --- | --- |",
    ]
    lines += [f"| `{kind.name}` | {kind.sentence} | {', '.join(_fields(kind)) or '-'} |" for kind in kinds]
    return _page(lines)


def _of_apps() -> set[str]:
    """The kinds of the platform; benches and tests register others."""
    files = (DOCS.parent / "src" / "maillon").rglob("events.py")
    return {name for file in files for name in re.findall(r'^register\(\s*"([^"]+)"', file.read_text(), re.MULTILINE)}


def _fields(kind: Any) -> Iterator[str]:
    for name, field in kind.fields.items():
        choices = [str(value) for value in kind.labels.get(name, {}) if value is not None]
        yield f"`{name}` {field.value}" + (f" ({', '.join(choices)})" if choices else "")


def roles_page() -> str:
    """Who may do what, and where it is asked."""
    from maillon.territory.roles import PERMISSIONS, ROLES_OF_KIND, TOKEN_SCOPES, Role

    permissions = sorted(set().union(*PERMISSIONS.values()))
    lines = [
        "# Roles and permissions",
        "",
        NOTE,
        "",
        "A role is held in one organisation. Its permissions apply to what that organisation sees: a workshop its own "
        "machines and lots, a donor what it gave, a coordination those of its whole territory. The table in the code "
        "is `src/maillon/territory/roles.py`.",
        "",
        f"| permission | {' | '.join(str(role.label) for role in Role)} |",
        f"| --- |{' :-: |' * len(Role)}",
    ]
    for permission in permissions:
        held = ["●" if permission in PERMISSIONS[role] else "" for role in Role]
        lines.append(f"| `{permission}` | {' | '.join(held)} |")
    lines += ["", "## Roles that an organisation can give", "", "| kind of organisation | roles |", "| --- | --- |"]
    lines += [
        f"| {kind} | {', '.join(str(Role(role).label) for role in roles)} |" for kind, roles in ROLES_OF_KIND.items()
    ]
    lines += ["", "## What an API key may be allowed", "", "| scope | in words |", "| --- | --- |"]
    lines += [f"| `{scope}` | {words} |" for scope, words in TOKEN_SCOPES.items()]
    lines += ["", _OWN_SCOPES]
    lines += ["", "## What each address asks for", "", _ADDRESSES, "", "| address | who |", "| --- | --- |"]
    lines += [f"| `/{route}` | {rule} |" for route, rule in sorted(_rules())]
    return _page(lines)


_OWN_SCOPES = (
    "`needs.identity` counts only in a key that a member of that very organisation made: a coordination reads no name, "
    "and makes no key that does. Every other scope is given by a coordination, or by someone of the key's own "
    "organisation who may do as much."
)

_ADDRESSES = (
    "A view that states nothing is refused, whoever asks. Commands ask for the permission again, and a step of a "
    "machine's life for its own: `/machines/<code>/etape/<name>/` is shown to who sees the machine, and the step is "
    "taken by who holds the permission that `workshop/life.py` names."
)


def _rules() -> Iterator[tuple[str, str]]:
    from django.urls import URLPattern, get_resolver

    from maillon.kernel.access import EVERYONE, SIGNED_IN

    words = {EVERYONE: "everyone", SIGNED_IN: "anyone signed in"}

    def walk(patterns: Any, prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if route.startswith(("compte/", "api/")):  # sign-in decides for itself; the API asks for a key's scope
                continue
            if not isinstance(pattern, URLPattern):
                yield from walk(pattern.url_patterns, route)
                continue
            rule = getattr(pattern.callback, "access", "")
            yield route, words.get(rule, f"`{rule}`")

    return walk(get_resolver().url_patterns, "")


def _page(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


PAGES = {"events.md": events_page, "roles.md": roles_page}


def main() -> None:
    from django.utils.translation import override

    with override("en"):
        for name, page in PAGES.items():
            (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    django.setup()
    main()
