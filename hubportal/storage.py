"""How files are named for serving: by their content, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise has no types
    """Hashed names everywhere, inside script modules' imports too, so that browsers may keep every file for good."""

    support_js_module_import_aggregation = True
