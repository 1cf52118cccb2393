"""Types commands, as people do."""

import subprocess

from tests.acceptance.yards import BATCHYARD, PATIENCE, RunningYard


class Terminal:
    """Types commands that go to a yard."""

    def __init__(self, yard: RunningYard) -> None:
        self.batch = yard.client("batch")
        self.where = f"→ yard 127.0.0.1:{yard.port}\n"
        self.env = yard.env()

    def type(self, *words: str, given: str = "", **variables: str) -> tuple[int, str, str]:
        """Run a command; give its exit code and what it said on stdout and stderr."""
        return typed(self.env | variables, *words, given=given)

    def reads(self, *words: str, given: str = "") -> str:
        """Run a command that succeeds and says nothing on stderr."""
        code, out, err = self.type(*words, given=given)
        assert (code, err) == (0, "")
        return out

    def changes(self, *words: str, given: str = "") -> str:
        """Run a command that succeeds and says where it went."""
        code, out, err = self.type(*words, given=given)
        assert (code, err) == (0, self.where)
        return out

    def refused(self, *words: str, given: str = "") -> str:
        """Run a command that is wrong; give the line that says why."""
        code, out, err = self.type(*words, given=given)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
        return err


def typed(env: dict[str, str], *words: str, given: str = "") -> tuple[int, str, str]:
    done = subprocess.run(
        [BATCHYARD, *words],
        env=env,
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
