"""What an image would run.

The oracles: https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
(the table of exec forms) and https://pkg.go.dev/github.com/distribution/reference (references).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.images import Image, names, ran

PATHS = st.sampled_from(["align", "lab/align", "registry/lab/align", "registry:5000/lab/align"])
TAGS = st.sampled_from(["", ":2", ":latest"])
DIGESTS = st.sampled_from(["", "@sha256:" + "0" * 64])
WORDS = st.lists(st.sampled_from(["a", "b", ""]), max_size=3).map(tuple)


@given(WORDS, WORDS, WORDS)
def test_the_entry_point_stands_before_the_jobs_command_or_else_the_images(
    entrypoint: tuple[str, ...], command: tuple[str, ...], own: tuple[str, ...]
) -> None:
    found = ran(own, "align", {"align": Image(entrypoint, command)})
    assert found == entrypoint + (own or command)


@given(PATHS, TAGS, DIGESTS, WORDS)
def test_of_an_image_that_is_not_known_only_the_jobs_command_runs(
    path: str, tag: str, digest: str, own: tuple[str, ...]
) -> None:
    others = ("other", f"{path}s", f"{path}:1", path.rpartition("/")[0] or "lab", path[:-1])
    known = dict.fromkeys(others, Image(("never",)))
    assert ran(own, path + tag + digest, known) == own


@given(PATHS, TAGS, DIGESTS)
def test_an_image_is_known_with_and_without_its_tag_and_digest(
    path: str, tag: str, digest: str
) -> None:
    wanted = [path + tag + digest, path + tag, path + digest, path]
    assert list(names(path + tag + digest)) == wanted
    known = {name: Image((name,)) for name in wanted}
    for name in dict.fromkeys(wanted):
        assert ran((), path + tag + digest, known) == (name,)  # the most exact one that is left
        del known[name]


@pytest.mark.parametrize("image", ["", "@", ":", "a:b:c", "/", "registry:5000/"])
def test_whatever_a_definition_names_has_names(image: str) -> None:
    assert next(names(image)) == image
