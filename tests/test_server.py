"""`maillon serve` as an operator meets it: first start, second start, two at once, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from maillon import serve
from maillon.demo import load as demo
from maillon.territory.commands import found_territory
from maillon.territory.models import Organisation, User

PATIENCE = 180  # seconds given to a busy machine; nothing here is judged by its speed


@pytest.fixture
def data(tmp_path):
    """A folder with a space and an accent, ready for `start`."""
    folder = tmp_path / "données de l'atelier"
    folder.mkdir()
    return folder


@contextmanager
def start(data, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLON_", "DATABASE_URL"))}
    told = {"MAILLON_DATA": str(data), "MAILLON_DEMO": "0", "MAILLON_COORDINATOR": "ada@exemple.fr", **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "maillon.cli", "serve", "--workers=1", *arguments],
        env={**kept, **told},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
        process.stdout.close()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(port, process):
    """Wait until the start page is served there."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as page:
                return page.status == 200
        except OSError:
            time.sleep(0.05)
    raise AssertionError(process.stdout.read())


def family(process):
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout
    return [int(pid) for pid in found.split()]


def all_gone(pids):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        states = subprocess.run(["ps", "-o", "stat=", *(f"-p{pid}" for pid in pids)], capture_output=True, text=True)
        if all(state.startswith("Z") for state in states.stdout.split()):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.pure
def test_two_at_once_on_one_new_folder_both_serve_and_stop_without_orphans(data):
    first, second = free_port(), free_port()
    with start(data, f"--port={first}") as one, start(data, f"--port={second}") as other:
        assert answers(first, one) and answers(second, other)
        children = family(one) + family(other)
        assert len(children) >= 4  # a web process and a worker each
        one.send_signal(signal.SIGTERM)
        assert one.wait(PATIENCE) == 0
        other.send_signal(signal.SIGINT)
        assert other.wait(PATIENCE) == 0
        assert all_gone(children)
        said = one.stdout.read() + other.stdout.read()
    assert "Traceback" not in said
    assert said.count("ada@exemple.fr can now sign in") == 1  # one of them prepared, the other waited


@pytest.mark.pure
def test_killed_by_force_it_leaves_nobody_behind(data):
    port = free_port()
    with start(data, f"--port={port}") as process:
        assert answers(port, process)
        children = family(process)
        process.kill()
        process.wait(PATIENCE)
        assert children and all_gone(children)
    assert serve.port_refusal("127.0.0.1", port) == ""


@pytest.mark.pure
def test_a_taken_port_is_told_before_anything_is_made(data):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with start(data, f"--port={port}") as process:
            assert process.wait(PATIENCE) == serve.REFUSED
            assert f"port {port} is taken by another program. Choose another: --port" in process.stdout.read()
    assert list(data.iterdir()) == []


@pytest.mark.pure
@pytest.mark.parametrize(("email", "told"), [("", "Set MAILLON_COORDINATOR"), ("ada", "“ada” is not an e-mail")])
def test_an_empty_platform_where_nobody_can_be_asked_says_what_to_set(data, email, told):
    with start(data, f"--port={free_port()}", MAILLON_COORDINATOR=email) as process:
        assert process.wait(PATIENCE) == serve.WRONG_USE
        said = process.stdout.read()
        assert told in said and "Preparing" not in said  # it is asked for before the long work


@pytest.mark.django_db
def test_the_first_coordinator_is_asked_for_at_a_terminal(settings, monkeypatch, capsys):
    settings.DEMO = False
    monkeypatch.setenv(serve.FIRST_COORDINATOR, "")
    with patch("sys.stdin.isatty", return_value=True), patch("builtins.input", return_value=" ada@exemple.fr "):
        assert serve.people_refusal() == ""
    assert not User.objects.exists()
    serve.prepare_people()
    assert User.objects.get().email == "ada@exemple.fr"
    assert "printed here" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [True, False])
def test_the_data_decide_whether_it_is_a_demonstration(settings, asked):
    settings.DEMO = asked
    found_territory(email="ada@exemple.fr")
    if not asked:
        Organisation.objects.update(fictitious=True)
    assert "MAILLON_DEMO=0" in serve.people_refusal()


@pytest.mark.django_db
def test_a_demonstration_interrupted_in_the_middle_is_made_again(settings, monkeypatch):
    settings.DEMO = True

    def interrupted(_draw):
        assert Organisation.objects.exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(demo.stock, "announced", interrupted)
        with pytest.raises(KeyboardInterrupt):
            demo.load(16)
    assert not Organisation.objects.exists()
    demo.load(16)
    assert serve.people_refusal() == ""


def test_an_address_of_another_machine_is_refused_with_what_to_try():
    assert "Try --host 0.0.0.0" in serve.port_refusal("192.0.2.1", 8000)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_the_pages_of_contributors_are_served_to_no_network(settings, capsys, host):
    settings.DEBUG = True
    assert "MAILLON_DEBUG" in serve.debug_refusal(host)
    assert serve.debug_refusal("127.0.0.1") == serve.debug_refusal("::1") == serve.debug_refusal("localhost") == ""
    assert "WARNING: MAILLON_DEBUG=1" in capsys.readouterr().err
    settings.BEHIND_PROXY = True
    assert "proxy" in serve.debug_refusal("127.0.0.1")
    settings.DEBUG = False
    assert serve.debug_refusal(host) == ""


AS_THE_DEMONSTRATION_DOES = """
import multiprocessing
import granian, typst
from maillon import serve

def draw():
    typst.compile(b"a page")

class Pages:  # starts its process as Granian does
    def __init__(self, *_given, **_named):
        pass

    def serve(self):
        page = multiprocessing.get_context(multiprocessing.get_start_method()).Process(target=draw)
        page.start()
        page.join(60)
        print("drawn" if page.exitcode == 0 else "stuck", flush=True)
        page.kill()

if __name__ == "__main__":
    import os, django
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillon.config.settings")
    django.setup()
    draw()  # a document of the demonstration, before anything is served
    granian.Granian = Pages
    serve.serve("127.0.0.1", 0, 1, with_worker=False)
"""


@pytest.mark.pure
def test_pages_make_documents_after_the_demonstration_made_some(tmp_path):
    script = tmp_path / "served.py"
    script.write_text(AS_THE_DEMONSTRATION_DOES, encoding="utf-8")
    told = {**os.environ, "MAILLON_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, str(script)], env=told, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.strip() == "drawn", done.stderr
