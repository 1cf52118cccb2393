"""What a yard's options and its file say of images."""

from pathlib import Path

import pytest

from batchyard.batch.images import Image
from batchyard.errors import Refused
from batchyard.server.images import images_of
from batchyard.server.options import Options

FILE = """
[align]
entrypoint = ["python3", "/opt/my tools/align.py"]
command = "--help 'me now'"

["registry:5000/lab/census:2"]
command = ["python3", "-m", "census"]
"""


def test_options_are_split_as_a_shell_splits_words_and_no_more() -> None:
    found = images_of(["lab/a:1=sh -c 'echo $HOME; date' #x"], ["b=env A=b"], None)
    assert found == {
        "lab/a:1": Image(command=("sh", "-c", "echo $HOME; date", "#x")),
        "b": Image(entrypoint=("env", "A=b")),
    }


def test_entry_point_and_command_of_one_image_go_together_and_the_later_one_wins() -> None:
    assert images_of(["a=x", "a=y"], ["a=z"], None) == {"a": Image(("z",), ("y",))}


def test_a_file_says_the_same_of_many_and_options_win_over_it(tmp_path: Path) -> None:
    file = tmp_path / "images.toml"
    file.write_text(FILE)
    found = images_of(["align=date"], [], file)
    assert found == {
        "align": Image(("python3", "/opt/my tools/align.py"), ("date",)),
        "registry:5000/lab/census:2": Image(command=("python3", "-m", "census")),
    }
    assert images_of([], [], file)["align"].command == ("--help", "me now")


NOTHING = ["", "busybox", "busybox=", "busybox=  ", "=date", " =date", "a='"]


@pytest.mark.parametrize("text", NOTHING)
def test_a_text_that_says_nothing_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused, match=r"^--image-command ") as refusal:
        images_of([text], [], None)
    assert repr(text) in str(refusal.value)
    with pytest.raises(Refused, match=r"^--image-entrypoint ") as refusal:
        images_of([], [text], None)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        "[align",
        "align = 'date'",
        "[align]",
        "[align]\ncmd = 'date'",
        "[align]\ncommand = []",
        "[align]\ncommand = ''",
        "[align]\ncommand = 7",
        "[align]\ncommand = ['a', 7]",
        '[align]\nentrypoint = "\'"',
        "[lab.align]\ncommand = 'date'",
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "images.toml"
    file.write_text(content)
    with pytest.raises(Refused, match="--images") as refusal:
        Options(data_dir=tmp_path, images=file).check()
    assert str(file) in str(refusal.value)


def test_a_file_that_is_not_there_or_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for file in (tmp_path / "nowhere.toml", tmp_path / "binary", tmp_path):
        with pytest.raises(Refused, match="cannot be read"):
            images_of([], [], file)
