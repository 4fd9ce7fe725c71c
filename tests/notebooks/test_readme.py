"""The README's code does what it says, with the shipped curve as the device."""

import re
import shutil

import neurodyn as nd
from tests.conftest import REPOSITORY


def test_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(nd.default_iv(), tmp_path / "device.csv")
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.S)
    namespace = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    assert namespace["hopf"].criticality == "subcritical"
    assert namespace["bautin"].kind == "bautin"
    assert (tmp_path / "device" / "datasheet.html").exists()
    assert "accepted" in capsys.readouterr().out
