"""What a runner says is written down, and copied until it is there."""

from pathlib import Path

from batchyard.client.s3 import S3Uri
from batchyard.errors import Unreachable
from batchyard.runner.storage import Storage
from batchyard.runner.telling import Telling, file_of


class Away(Storage):
    """S3, which may be away."""

    def __init__(self) -> None:
        super().__init__({})
        self.away = False
        self.kept: dict[str, str] = {}

    def put(self, file: Path, uri: S3Uri) -> None:
        if self.away:
            raise Unreachable("made up")
        self.kept[uri] = file.read_text()


def test_an_hour_has_a_file_by_its_utc_name() -> None:
    assert file_of(0) == "Task Runner.log.1970-01-01-00"
    assert file_of(3600 * 25 - 1) == "Task Runner.log.1970-01-02-00"


def test_what_was_not_copied_is_copied_later_and_what_was_is_not_copied_again(
    tmp_path: Path,
) -> None:
    storage, said = Away(), list[str]()
    telling = Telling(tmp_path, said.append, storage, S3Uri("s3://lab/x"))
    telling.tell("one")
    storage.away = True
    telling.copy()
    assert said[0] == "one"
    assert "made up" in said[1]
    storage.away = False
    telling.copy()
    (copied,) = storage.kept.items()
    assert copied[0].startswith("s3://lab/x/Task Runner.log.")
    assert copied[1].endswith(" one\n")
    storage.kept.clear()
    telling.copy()
    assert storage.kept == {}


def test_a_disk_that_cannot_be_written_to_keeps_nobody_from_hearing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    said = list[str]()
    telling = Telling(file, said.append, Away(), S3Uri("s3://lab/x"))
    telling.tell("one")
    assert said == ["one"]
    telling.copy()
