"""Which browser the tests look with, and how it is started."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
# Of several such lists Chromium heeds the last: these are Playwright's.
LEFT_OUT = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "OptimizationHints"),
    *(
        "ThirdPartyStoragePartitioning",
        "AvoidCorsURLLoaderRestartOnRedirect",
        "NetworkTimeServiceQuerying",
        "AimEnabled",
    ),
    # The address bar's list is a page of its own in every window, and costs as much as the page that is tested.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "PreloadTopChromeWebUI"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += [f"--disable-features={','.join(LEFT_OUT)}"]
is_missing = not Path(CHROMIUM).exists() and not os.environ.get("CI")
WHY = "no Chromium here: install Debian's `chromium`, or name one in CHROMIUM"
needs_chromium = pytest.mark.skipif(is_missing, reason=WHY)
