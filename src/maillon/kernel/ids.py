"""Keys that any machine can make offline without clashes, in order of time: UUIDv7 (RFC 9562)."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()
