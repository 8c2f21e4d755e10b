"""The Lambda asset: all that the functions import, and nothing that does not run there."""

import subprocess
import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest

from tests.infra.template import Assembly
from viridian_cdk.packaging import REQUIREMENTS, PackageUnfit, assemble, required_packages

IMPORT_EVERYTHING = """
import os, sys
sys.path = [p for p in sys.path if "site-packages" not in p]
sys.path.insert(0, ".")
import aws_lambda_powertools, jmespath, typing_extensions
import viridian.core.deployment, viridian.core.service.registration
assert all(m.__file__.startswith(os.getcwd()) for m in (aws_lambda_powertools, jmespath, viridian))
"""


@pytest.fixture(scope="module")
def asset(assembly: Assembly) -> Path:
    [asset] = assembly.folder.glob("asset.*")
    return asset


def test_the_import_root_is_the_functions_folder(asset: Path) -> None:
    assert {"viridian"} < {path.name for path in asset.iterdir()}


def test_nothing_in_it_was_made_for_this_machine(asset: Path) -> None:
    files = [path for path in asset.rglob("*") if path.is_file()]

    assert not {path.suffix for path in files} & {".pyc", ".so", ".pyd", ".dylib"}
    assert not [*asset.rglob("__pycache__"), *asset.glob("*.dist-info"), *asset.glob("bin")]


def test_it_imports_with_nothing_else_installed(asset: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", IMPORT_EVERYTHING],
        cwd=asset,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_same_files_make_the_same_asset(asset: Path, tmp_path: Path) -> None:
    assemble(tmp_path)

    assert contents(tmp_path) == contents(asset)


def test_byte_code_and_the_requirements_stay_behind(tmp_path: Path) -> None:
    sources = tmp_path / "functions"
    for name in ("viridian/plan.py", "viridian/__pycache__/plan.pyc", "requirements.txt"):
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).touch()
    assemble(tmp_path / "asset", sources, requirements(tmp_path, ""))

    assert contents(tmp_path / "asset") == {"viridian/plan.py": b""}


def test_a_packages_commands_are_not_written_beside_the_asset(tmp_path: Path) -> None:
    """jmespath brings `../../../bin/jp.py`."""
    (tmp_path / "functions").mkdir()
    asset = tmp_path / "some" / "where" / "deep" / "asset"
    pinned = requirements(tmp_path, f"jmespath=={version('jmespath')}")
    assemble(asset, tmp_path / "functions", pinned)

    assert [path.name for path in (tmp_path / "some").iterdir()] == ["where"]
    assert [path.name for path in asset.iterdir()] == ["jmespath"]


def test_requirements_are_complete() -> None:
    listed = {normal(name) for name, _ in required_packages(REQUIREMENTS)}
    needed = {
        normal(requirement)
        for name in listed
        for requirement in requires(name) or []
        if "extra ==" not in requirement
    }

    assert needed <= listed


def test_another_version_than_the_pinned_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageUnfit, match=r"jmespath: wanted 0\.1, found \d"):
        assemble(tmp_path / "asset", requirements=requirements(tmp_path, "jmespath==0.1"))


def test_compiled_packages_are_refused(tmp_path: Path) -> None:
    pinned = requirements(tmp_path, f"cryptography=={version('cryptography')}")
    with pytest.raises(PackageUnfit, match="cryptography: has compiled parts"):
        assemble(tmp_path / "asset", requirements=pinned)


def requirements(folder: Path, line: str) -> Path:
    file = folder / "requirements.txt"
    file.write_text(f"# pinned\n\n{line}  # why\n")
    return file


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def normal(requirement: str) -> str:
    name = requirement.partition(";")[0]
    for end in "<>=!~ ([":
        name = name.partition(end)[0]
    return name.lower().replace("_", "-")
