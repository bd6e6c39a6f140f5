"""Where the real inputs are, and how a test is skipped when they are not there."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples"
CORPUS = Path(__file__).parent / "corpus"


def sample(path: str) -> Path:
    found = SAMPLES / path
    if not found.exists():
        pytest.skip(f"the real inputs are not beside the repository ({path})")
    return found
