"""Building the styles: once, complete, with nothing that is not ours to serve."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once


def _build(folder: Path) -> str:
    """Run the build into a folder; returns what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.assets"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "ASSETS_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1] if done.stdout else ""


def test_assets_are_built_once_for_the_same_sources(tmp_path: Path) -> None:
    first = _build(tmp_path)
    again = _build(tmp_path)

    assert (first, again) == ("Styles and scripts built.", "")


def test_assets_name_nothing_that_is_not_served(tmp_path: Path) -> None:
    _build(tmp_path)

    texts = {file: file.read_text() for file in [*tmp_path.glob("css/*.css"), *tmp_path.glob("js/*.js")]}
    assert [file.name for file, text in texts.items() if "sourceMappingURL" in text] == []
    # The font of gov.uk is licensed to gov.uk alone.
    assert [file.name for file, text in texts.items() if "GDS Transport" in text] == []
    assert (tmp_path / "fonts" / "inter-latin-wght-normal.woff2").stat().st_size > 10_000
