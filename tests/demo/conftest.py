"""The written files of Sampleton, made once for all tests of the generator."""

from pathlib import Path

import pytest

from demo.write import write_all


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with every file of the district."""
    folder = tmp_path_factory.mktemp("demo") / "sampleton"
    write_all(folder)
    return folder
