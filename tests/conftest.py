import os
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation

from maillon.kernel.ledger import protection

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in the tests' thread


def pytest_configure(config):
    """Pages are tested without collecting static files first; a test of its own collects and weighs them."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
