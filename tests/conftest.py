import os
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from maillon.kernel.ledger import protection

os.environ["LANGUAGE"] = "en"  # of the commands that tests run, whatever the session of whoever runs the tests
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in the tests' thread


TESTS = Path(__file__).resolve().parent
PURE = (
    "allocation/test_check.py",
    "allocation/test_command_allocate.py",
    "allocation/test_explanations.py",
    "allocation/test_flow.py",
    "allocation/test_oracles.py",
    "allocation/test_problem.py",
    "allocation/test_rules.py",
    "allocation/test_rules_of_thumb.py",
    "allocation/test_solver.py",
    "allocation/test_tampering.py",
    "consultation/test_moments.py",
    "consultation/test_reading.py",
    "consultation/test_sample.py",
    "consultation/test_typed.py",
    "consultation/test_writing.py",
    "distribution/test_ords.py",
    "hardware",
    "kernel/test_canonical.py",
    "kernel/test_codes.py",
    "kernel/test_documents.py",
    "kernel/test_ical.py",
    "kernel/test_labels.py",
    "kernel/test_masking.py",
    "kernel/test_merkle.py",
    "kernel/test_templatetags.py",
    "kernel/test_vendor.py",
    "needs/test_contacts.py",
    "observatory/test_flow.py",
    "security/test_photos.py",
    "security/test_settings.py",
    "security/test_spreadsheets.py",
    "territory/test_hours.py",
    "test_docs.py",
    "workshop/test_life.py",
)


def pytest_collection_modifyitems(items):
    """What needs no database is not repeated on the second one: see script/test."""
    for item in items:
        if any(item.path.is_relative_to(TESTS / place) for place in PURE):
            if item.get_closest_marker("django_db"):
                raise pytest.UsageError(f"{item.nodeid} uses the database: it can not be among those marked pure.")
            item.add_marker("pure")
        if "driver" in item.fixturenames:
            item.add_marker("browser")


def pytest_configure(config):
    """Pages are tested without collecting static files first; a test of its own collects and weighs them."""
    config.addinivalue_line("markers", "pure: uses no database, so it is run once whatever the databases")
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def driver():
    """What starts browsers, once for all: a process can not have two. Its tests are marked `browser` by it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(autouse=True, scope="session")
def ledger_emptied_between_tests():
    """Tests that commit end with a flush, which the ledger's triggers refuse, as they should: lifted for that alone."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def lifted(self, sql_list):
        protection.remove(self.connection)
        try:
            flush(self, sql_list)
        finally:
            protection.install(self.connection)

    with patch.object(BaseDatabaseOperations, "execute_sql_flush", lifted):
        yield flush


@pytest.fixture
def english():
    """Sentences as the sources write them: for tests that match their words."""
    with translation.override("en"):
        yield
