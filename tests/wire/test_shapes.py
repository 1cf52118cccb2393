"""What the generated structs promise to those who fill and read them."""

import json
from typing import Any

import msgspec
import pytest

from batchyard.errors import Fault
from batchyard.wire import Request, Service
from tests.wire.samples import MODELS, SERVICES, Json
from tests.wire.toy import TOY


@pytest.fixture(scope="module")
def toy() -> Service:
    return Service(TOY)


@pytest.fixture(scope="module")
def batch() -> Service:
    return Service(MODELS["batch"])


def put(service: Service, **body: object) -> Json:
    sent = json.dumps(body).encode()
    return service.decode(Request("PUT", "/v1/a/of/b", "", {}, sent)).params


def test_nothing_is_generated_before_it_is_asked_for() -> None:
    service = Service(MODELS["batch"])
    assert service._shapes._structs == {}  # noqa: SLF001 - the promise is about what is inside
    assert service.types.JobTimeout
    assert set(service._shapes._structs) == {"JobTimeout"}  # noqa: SLF001 - as above


def test_a_shape_has_one_class_however_it_is_asked_for(batch: Service) -> None:
    assert batch.types.JobDetail is batch.type("JobDetail")
    assert batch.types.JobDetail.__name__ == "JobDetail"


def test_a_shape_that_is_not_in_the_model_is_named(batch: Service) -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        batch.types.Nothing  # noqa: B018 - getting it is the test
    with pytest.raises(KeyError, match="Nothing"):
        batch.type("Nothing")


def test_values_are_frozen(batch: Service) -> None:
    detail = batch.types.JobDetail(job_id="a")
    with pytest.raises(AttributeError):
        detail.job_id = "b"


def test_what_is_none_is_left_out_and_what_is_empty_is_kept(batch: Service) -> None:
    detail = batch.types.JobDetail(job_id="a", tags={}, attempts=[], job_name="", started_at=0)
    assert json.loads(batch.encode("DescribeJobs", detail).body) == {
        "jobId": "a",
        "tags": {},
        "attempts": [],
        "jobName": "",
        "startedAt": 0,
    }


def test_an_answer_may_lack_what_its_shape_requires(batch: Service) -> None:
    # JobDetail requires startedAt; a job that waits has none:
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
    assert "startedAt" in MODELS["batch"]["shapes"]["JobDetail"]["required"]
    assert batch.types.JobDetail(job_id="a").started_at is None


def test_an_answers_enums_are_not_checked(toy: Service) -> None:
    answer = toy.types.Answer(mood="NEW")
    assert json.loads(toy.encode("PutAll", answer).body) == {"mood": "NEW"}
    assert msgspec.json.decode(b'{"mood":"NEW"}', type=toy.types.Answer) == answer


def test_encoded_fragments_are_joined_as_they_are(batch: Service) -> None:
    types = batch.types
    whole = types.JobDetail(job_id="a", container=types.ContainerDetail(command=["x"]))
    item = msgspec.Raw(msgspec.json.encode(whole))
    member = types.JobDetail(job_id="a", container=msgspec.Raw(b'{"command":["x"]}'))
    bodies = {
        batch.encode("DescribeJobs", types.DescribeJobsResponse(jobs=[job, whole])).body
        for job in (whole, item, member)
    }
    assert bodies == {b'{"jobs":[' + b",".join([bytes(item)] * 2) + b"]}"}


def test_a_shape_can_hold_itself(toy: Service) -> None:
    tree = {"name": "a", "branches": [{"branches": [{"name": "c"}]}, {"name": "d"}]}
    params = put(toy, tree=tree)
    assert params.tree.branches[0].branches[0].name == "c"
    assert msgspec.to_builtins(params.tree) == tree
    with pytest.raises(Fault, match=r"tree\.branches\[0\]\.branches\[0\]\.name"):
        put(toy, tree={"branches": [{"branches": [{"name": 1}]}]})


def test_a_shape_that_holds_itself_too_often_is_a_fault(toy: Service) -> None:
    tree: dict[str, Any] = {"name": 1}
    for _ in range(300):
        tree = {"branches": [tree]}
    with pytest.raises(Fault, match="ValidationException"):
        put(toy, tree=tree)


def test_blobs_are_bytes_and_timestamps_seconds(toy: Service) -> None:
    params = put(toy, blob="AGJsb2I=", at=1.5)
    assert params.blob == b"\x00blob"
    assert params.at == 1.5
    assert put(toy, at=1).at == 1.0
    assert json.loads(toy.encode("PutAll", params).body)["blob"] == "AGJsb2I="
    with pytest.raises(Fault, match="blob"):
        put(toy, blob="!")
    for never in (1e300, "1e300", "2020-01-01T00:00:00Z", 253_402_300_800):
        with pytest.raises(Fault, match=r"startTimestamp|at"):
            put(toy, at=never)


def test_a_union_has_exactly_one_member(toy: Service) -> None:
    assert put(toy, choice={"left": "a", "right": None}).choice.left == "a"
    for wrong in ({}, {"left": "a", "right": "b"}, {"middle": "c"}):
        with pytest.raises(Fault, match="choice"):
            put(toy, choice=wrong)


def test_a_keyword_gets_an_underscore(toy: Service) -> None:
    assert put(toy, **{"from": "a"}).from_ == "a"


def test_null_is_the_same_as_absent_and_unknown_members_are_ignored(toy: Service) -> None:
    assert put(toy, mood=None, unknown={"a": [1]}) == put(toy)
    assert put(toy, tree={"unknown": 1}).tree == toy.types.Tree()


@pytest.mark.parametrize("name", SERVICES)
def test_every_shape_can_be_generated(name: str) -> None:
    service = Service(MODELS[name])
    for shape in MODELS[name]["shapes"]:
        assert service.type(shape) is not None
        msgspec.json.Decoder(service.type(shape))
