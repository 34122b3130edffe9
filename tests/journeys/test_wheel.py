"""`pip install .` gives a wheel that carries everything, and whose `ngayso demo` works from any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.ground.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# The folders beside the code that a wheel carries, and a file of each that must be there.
CARRIED = {
    "templates": "layouts/page.html",
    "static": "css/app.css",
    "locales": "en/kernel.po",
    "migrations": "kernel/kernel_0001_ground.py",
    "sample": "week.yaml",
}

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the project as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "-w", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    return next(folder.glob("ngayso-*.whl"))


def test_the_wheel_carries_every_file(wheel: Path):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("app/_bundled/")}
    assert {f"app/_bundled/{folder}/{file}" for folder, file in CARRIED.items()} <= inside
    tracked = subprocess.run(["git", "ls-files", *CARRIED], cwd=ROOT, check=False, capture_output=True, text=True)
    missing = {f"app/_bundled/{name}" for name in tracked.stdout.split("\n") if name} - inside
    assert missing == set()


def test_the_demo_of_an_installed_wheel_runs_in_any_folder(wheel: Path, tmp_path: Path):
    """A stranger installs the wheel, stands in an empty folder, and has the Week before them."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    # The libraries of this environment; its .pth files, one of which points into the checkout, are not followed.
    (Path(sysconfig.get_path("purelib", vars={"base": str(home)})) / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", "-q", str(wheel)],
        check=True,
        capture_output=True,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("NGAYSO_", "PYTHON"))}
    asked = "import app, app.kernel.paths as p; print(app.__file__); print(p.TEMPLATES)"
    said = subprocess.run(
        [str(home / "bin" / "python"), "-c", asked], cwd=elsewhere, env=environment, check=True, capture_output=True, text=True
    )
    assert all(line.startswith(str(home)) for line in said.stdout.splitlines()), said.stdout

    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(home / "bin" / "ngayso"), "demo", "--port", str(port)], cwd=elsewhere, env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail((tmp_path / "log").read_text())
            time.sleep(0.1)
        page = httpx.get(f"http://127.0.0.1:{port}/2026/programme")
        assert page.status_code == 200
        assert "Hải Đăng" in page.text
        style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
        assert httpx.get(f"http://127.0.0.1:{port}{style}").status_code == 200
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(elsewhere, ignore_errors=True)
