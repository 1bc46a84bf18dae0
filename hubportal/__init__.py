"""Hub Portal: settings, addresses, background processes, the core and the dashboards."""

from hubportal.celery import app as celery_app

__all__ = ["celery_app"]
