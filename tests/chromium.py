"""Which browser the tests look with, and how it is started."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
is_missing = not Path(CHROMIUM).exists() and not os.environ.get("CI")
WHY = "no Chromium here: install Debian's `chromium`, or name one in CHROMIUM"
needs_chromium = pytest.mark.skipif(is_missing, reason=WHY)
