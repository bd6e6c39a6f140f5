import os
from unittest.mock import patch

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from maillon.kernel.ledger import protection

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in the tests' thread


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
