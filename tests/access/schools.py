"""Who may use each URL of schools."""

from schools.roles import NATIONAL
from tests.access.table import Line, page
from tests.factories import GiasImportFactory

TABLE: dict[str, Line] = {
    "import-list": page(NATIONAL),
    "import-detail": page(NATIONAL, args=lambda side: [GiasImportFactory().pk]),
}
