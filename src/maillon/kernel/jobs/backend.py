from django_tasks.backends.immediate import ImmediateBackend


class DatabaseBackend(ImmediateBackend):
    """Placeholder of the first commit; see the next ones."""
