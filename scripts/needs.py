"""Name what a machine is missing, with the way to get it; exit 1 when something is."""

import shutil
import subprocess
import sys


def python() -> str | None:
    """Python 3.11 to 3.14."""
    if (3, 11) <= sys.version_info[:2] <= (3, 14):
        return None
    return f"Python 3.11 to 3.14, found [{sys.version.split()[0]}]: make PYTHON=python3.12 …"


def java() -> str | None:
    """Java 17 or newer, for Spark."""
    way = "Java 17+ (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17)"
    if shutil.which("java") is None:
        return way
    text = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    digits = text.split('"')[1].split(".")[0] if '"' in text else "0"
    return None if digits.isdigit() and int(digits) >= 17 else f"{way}; found [{digits}]"


def chromium() -> str | None:
    """A Chromium with its driver, for the report's tests."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if browser and shutil.which("chromedriver"):
        return None
    return "Chromium and its driver (Debian: apt-get install chromium chromium-driver)"


if __name__ == "__main__":
    missing = [text for name in sys.argv[1:] if (text := globals()[name]()) is not None]
    for text in missing:
        print(f"missing: {text}", file=sys.stderr)
    sys.exit(1 if missing else 0)
