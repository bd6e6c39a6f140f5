"""Values that vendors leave in place of facts. One place turns them into None."""

import re
from functools import lru_cache

_JUNK = re.compile(
    r"^(?:to be filled(?: by o\.?e\.?m\.?)?|default(?: string)?|system (?:product name|manufacturer|version|serial number)"
    r"|not (?:specified|available|applicable|present|provided|set)|n/?a|none|null|unknown|undefined|empty|oem|o\.e\.m\.?"
    r"|[0.\-_ x]*|0x0+|(?:0?123456789(?:0|abcdef)?)|chassis serial number|base board serial number|<?bad index>?"
    r"|x{2,}|\.{1,}|f{8,})$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def clean(value: str | None) -> str | None:
    """The value without its padding, or None when it is filler."""
    if value is None:
        return None
    value = " ".join(value.split())
    return None if _JUNK.match(value) else value
