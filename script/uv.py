"""Print the path of a usable `uv`: the one on the PATH, or a pinned one fetched from PyPI and checked.

A fresh Debian has Python but neither pip nor venv; a wheel is a zip archive, so the standard library is enough.
"""

import hashlib
import http.client
import io
import os
import platform
import re
import shutil
import ssl
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

VERSION = "0.13.9"
WHEELS = {  # machine -> (name of the wheel, its SHA-256)
    "x86_64": (
        f"uv-{VERSION}-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    "aarch64": (
        f"uv-{VERSION}-py3-none-manylinux_2_28_aarch64.whl",
        "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    ),
}
INDEX = os.environ.get("UV_DEFAULT_INDEX", "https://pypi.org/simple")
KEPT = Path(__file__).resolve().parent.parent / "var" / "tools" / f"uv-{VERSION}"


def main() -> int:
    found = shutil.which("uv")
    if not found and not KEPT.exists():
        fetch(KEPT)
    print(found or KEPT)
    return 0


def fetch(target: Path) -> None:
    if sys.platform != "linux" or platform.machine() not in WHEELS:
        sys.exit("uv is needed: install it (https://docs.astral.sh/uv/), then run this again.")
    name, sha256 = WHEELS[platform.machine()]
    page = get(f"{INDEX.rstrip('/')}/uv/").decode()
    link = re.search(rf'href="([^"#]*{re.escape(name)})[#"]', page)
    if link is None:
        sys.exit(f"{name} was not found on PyPI. Install uv (https://docs.astral.sh/uv/), then run this again.")
    data = get(urllib.parse.urljoin(f"{INDEX.rstrip('/')}/uv/", link[1]))
    if hashlib.sha256(data).hexdigest() != sha256:
        sys.exit("The copy of uv that was fetched is damaged: run this again.")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        binary = archive.read(member)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    partial.write_bytes(binary)
    partial.chmod(0o755)
    partial.rename(target)


def get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=300) as answer:
            data: bytes = answer.read()
    except (OSError, http.client.HTTPException) as error:  # no network, refused, or cut in the middle
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            sys.exit(f"{url}: its certificate is not trusted here. On Debian and Ubuntu: apt install ca-certificates.")
        sys.exit(f"{url} could not be read ({reason}). Maillon is installed from there: check the network, try again.")
    return data


if __name__ == "__main__":
    sys.exit(main())
