"""A package of which only a part is needed stays whole for everybody else."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
CLIENT = "lance_namespace_urllib3_client"


def output_of(code, path=HERE):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=path,
        env={"PYTHONPATH": str(HERE)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_other_users_of_the_package_find_all_of_it():
    names = f"import {CLIENT}; print(*sorted(vars({CLIENT})))"
    lazily = output_of(
        "import sys\nfrom search.storage.lance import preload\npreload()\n"
        f"import {CLIENT} as client\n"
        f"assert '{CLIENT}.api' not in sys.modules, 'the REST clients were imported'\n"
        "assert not hasattr(client, 'nonsense')\n"
        f"from {CLIENT} import ApiClient, TableApi\n"
        "TableApi(ApiClient())\n"
        f"from {CLIENT}.models import QueryTableRequest\n"
        "assert client.QueryTableRequest is QueryTableRequest\n"
        "print(*sorted(vars(client)))\n"
    )
    # Python adds each submodule that was imported to the names of its package.
    assert set(output_of(names).split()) <= set(lazily.split())


def test_a_package_that_is_there_already_is_left_alone():
    code = f"import {CLIENT} as client\nfrom search.storage.lance import preload\npreload()\n"
    ends = f"import sys; print(sys.modules['{CLIENT}'] is client)"
    assert output_of(code + ends) == "True\n"


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "part.py").write_text("VALUE = 1\n")
    (folder / "__init__.py").write_text(
        "import time\nprint('runs')\nfrom . import part\ntime.sleep(0.2)\nNAME = part.VALUE + 1\n"
    )
    return tmp_path


BEGIN = "from search.lazy_package import import_lazily\nimport_lazily('made')\n"


class TestLazyPackage:
    def test_submodules_come_without_the_package(self, package):
        assert output_of(BEGIN + "from made.part import VALUE; print(VALUE)", package) == "1\n"

    def test_it_runs_once_for_all_threads(self, package):
        code = (
            "import made, threading\nfound = []\n"
            "ask = lambda: found.append(made.NAME)\n"
            "threads = [threading.Thread(target=ask) for _ in range(8)]\n"
            "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
            "print(found)"
        )
        assert output_of(BEGIN + code, package) == f"runs\n{[2] * 8}\n"

    def test_its_names_are_listed(self, package):
        assert "NAME" in output_of(BEGIN + "import made; print(dir(made))", package)

    def test_an_error_in_its_code_is_met_each_time(self, package):
        (package / "made" / "__init__.py").write_text("raise ValueError('broken')\n")
        code = (
            "import made\nfor _ in range(2):\n    try:\n        made.NAME\n"
            "    except ValueError as error:\n        print(error)\n"
        )
        assert output_of(BEGIN + code, package) == "broken\nbroken\n"

    def test_what_is_not_installed_is_not_imported(self, package):
        code = "from search.lazy_package import import_lazily\nimport_lazily('nonsense')\n"
        assert (
            output_of(code + "import sys; print('nonsense' in sys.modules)", package) == "False\n"
        )


PART = "from search.package_part import import_part\npart = import_part('made', 'part')\n"


class TestPartOfAPackage:
    def test_it_comes_without_the_package(self, package):
        code = PART + "import sys; print(part.VALUE, 'made' in sys.modules)"
        assert output_of(code, package) == "1 False\n"

    def test_the_package_is_imported_later_with_this_part(self, package):
        code = PART + "import made; from made import part as same; print(made.NAME, same is part)"
        assert output_of(code, package) == "runs\n2 True\n"

    def test_a_package_that_is_there_already_gives_its_own(self, package):
        code = "import made\n" + PART + "print(made.part is part)"
        assert output_of(code, package) == "runs\nTrue\n"

    @pytest.mark.parametrize("name", ["'made', 'nonsense'", "'nonsense', 'part'"])
    def test_what_is_not_there_is_told(self, package, name):
        code = (
            "from search.package_part import import_part\n"
            f"try:\n    import_part({name})\nexcept ImportError as error:\n    print(error)"
        )
        whole = name.replace("', '", ".")
        assert output_of(code, package) == f"No module named {whole}\n"

    def test_an_error_in_its_code_is_met_each_time(self, package):
        (package / "made" / "part.py").write_text("raise ValueError('broken')\n")
        code = (
            "from search.package_part import import_part\nfor _ in range(2):\n"
            "    try:\n        import_part('made', 'part')\n"
            "    except ValueError as error:\n        print(error)\n"
        )
        assert output_of(code, package) == "broken\nbroken\n"
