"""What a request carries is held to the model, and a refusal names field, value and limit."""

import json
from typing import Any

import msgspec
import pytest

from batchyard.errors import Fault
from batchyard.wire import Request, Service
from tests.wire.samples import MODELS, SERVICES, Json, sample
from tests.wire.toy import TOY

STRICT = Service(TOY)
LOOSE = Service(TOY, loose_enums=frozenset({"Mood"}))


def put(body: object, service: Service = STRICT) -> Json:
    sent = json.dumps(body).encode()
    return service.decode(Request("PUT", "/v1/a/of/b", "", {}, sent)).params


ALLOWED = [
    {"code": "a1"},
    {"code": "abcd"},
    {"odd": "whatever Python cannot read is no constraint: 1"},
    {"few": ["a"]},
    {"few": ["a", "b"]},
    {"tags": {}},  # AWS takes it, and Airflow's BatchOperator sends it
    {"tags": {"a": "", "b": ""}},
    {"ratio": 0},
    {"ratio": 1.0},
    {"narrow": -(2**31)},
    {"narrow": 2**31 - 1},
    {"wide": -(2**63)},
    {"wide": 2**63 - 1},
    {"mood": "SAD"},
    {"moods": {"SAD": "GLAD"}},
]

MUST = "failed to satisfy constraint: Member must"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"code": "a"}, f"Value 'a' at 'code' {MUST} have length greater than or equal to 2"),
    ({"code": "abcde"}, f"Value 'abcde' at 'code' {MUST} have length less than or equal to 4"),
    ({"code": "A1"}, rf"Value 'A1' at 'code' {MUST} satisfy regular expression pattern: [a-z\d]*"),
    ({"code": "a\n"}, "at 'code'"),
    ({"code": "a\u0661"}, "at 'code'"),  # \d is ASCII for AWS
    ({"few": []}, f"Value '[]' at 'few' {MUST} have length greater than or equal to 1"),
    ({"few": ["a", "b", "c"]}, f"at 'few' {MUST} have length less than or equal to 2"),
    ({"tags": {"a": "", "b": "", "c": ""}}, f"at 'tags' {MUST} have length less than or equal"),
    ({"ratio": -0.1}, f"Value '-0.1' at 'ratio' {MUST} have value greater than or equal to 0"),
    ({"ratio": 1.1}, f"Value '1.1' at 'ratio' {MUST} have value less than or equal to 1"),
    ({"narrow": 2**31}, f"Value '{2**31}' at 'narrow' {MUST} have value less than or equal to"),
    ({"narrow": -(2**31) - 1}, f"at 'narrow' {MUST} have value greater than or equal to"),
    ({"wide": 2**63}, f"at 'wide' {MUST} have value less than or equal to"),
    ({"mood": "sad"}, f"Value 'sad' at 'mood' {MUST} satisfy enum value set: [GLAD, SAD]"),
    ({"moods": {"MAD": "SAD"}}, f"Value 'MAD' at 'moods (key)' {MUST} satisfy enum"),
    ({"moods": {"SAD": "MAD"}}, f"Value 'MAD' at 'moods.SAD' {MUST} satisfy enum"),
    ({"mood": "x", "code": ""}, "2 validation errors detected: "),
    ({"mood": 1}, "Invalid type for parameter mood, value: 1, "),
    ({"wide": True}, "Expected `int | null`, got `bool` - at `$.wide`"),
    ({"some": False}, "Value 'False' at 'some'"),
    ({"wide": 1.5}, "Invalid type for parameter wide, value: 1.5, "),
    ({"few": [None]}, "Invalid type for parameter few[0], value: None, "),
    ({"tags": {"a": None}}, "Invalid type for parameter tags.a, value: None, "),
    ({"tags": []}, "Invalid type for parameter tags, value: [], "),
    ({"tree": "x"}, "Invalid type for parameter tree, value: x, "),
]


@pytest.mark.parametrize("body", ALLOWED, ids=str)
def test_what_keeps_a_limit_is_taken(body: dict[str, Any]) -> None:
    ((member, value),) = body.items()
    assert getattr(put(body), member) == value


@pytest.mark.parametrize("body,words", REFUSED, ids=str)
def test_what_breaks_a_limit_is_refused_by_name_and_value(body: dict[str, Any], words: str) -> None:
    with pytest.raises(Fault) as refused:
        put(body)
    assert words in refused.value.message
    assert (refused.value.code, refused.value.status) == ("ValidationException", 400)


@pytest.mark.parametrize("value", ["GLAD", "glad", "gLaD"])
def test_a_loose_enum_is_taken_in_any_case_and_kept_as_given(value: str) -> None:
    assert put({"mood": value}, LOOSE).mood == value


@pytest.mark.parametrize("value", ["GLADLY", "", "G|SAD", "GLAD\n"])
def test_a_loose_enum_is_still_an_enum(value: str) -> None:
    with pytest.raises(Fault, match=r"at 'mood' .* enum value set: \[GLAD, SAD\]"):
        put({"mood": value}, LOOSE)


def test_an_enum_is_loose_only_where_it_is_said_to_be() -> None:
    for loose in (frozenset[str](), frozenset({"Few"})):
        with pytest.raises(Fault, match="at 'mood'"):
            put({"mood": "glad"}, Service(TOY, loose_enums=loose))


def test_a_refusal_does_not_accuse_a_loose_enum_of_its_case() -> None:
    with pytest.raises(Fault, match=r"1 validation error detected: .* at 'few'"):
        put({"mood": "glad", "few": []}, LOOSE)


def test_a_message_stays_short_however_long_the_value_is() -> None:
    for wrong in ("x" * 1_000_000, 1, ["y" * 1_000_000], {"z" * 1_000_000: 1}):
        with pytest.raises(Fault) as refused:
            put({"code": wrong, "mood": wrong, "tree": wrong, "few": [wrong]})
        assert len(refused.value.message) <= 2048


def test_data_pipelines_text_may_hold_all_of_unicode_and_no_control_characters() -> None:
    # Its pattern is written for UTF-16: [\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF…]
    service = Service(MODELS["datapipeline"])
    headers = {"x-amz-target": "DataPipeline.DeletePipeline"}

    def delete(name: str) -> Json:
        sent = json.dumps({"pipelineId": name}).encode()
        return service.decode(Request("POST", "/", "", headers, sent)).params.pipeline_id

    for taken in ("é", "\U0001f600", "a\r\n\tb"):
        assert delete(taken) == taken
    for refused in ("\x00", "a\x1bb", "\uffff"):
        with pytest.raises(Fault, match=r"InvalidRequestException: .*pipelineId"):
            delete(refused)


def inputs() -> list[tuple[str, str]]:
    return [
        (name, operation)
        for name in SERVICES
        for operation in Service(MODELS[name]).operations
        if MODELS[name]["shapes"][MODELS[name]["operations"][operation]["input"]["shape"]].get(
            "required"
        )
    ]


@pytest.mark.parametrize("name,operation", inputs())
def test_what_is_required_and_absent_is_named(name: str, operation: str) -> None:
    service, model = Service(MODELS[name]), MODELS[name]
    shape = model["operations"][operation]["input"]["shape"]
    whole = sample(model["shapes"], shape)
    in_body = [
        member
        for member in model["shapes"][shape]["required"]
        if "location" not in model["shapes"][shape]["members"][member]
    ]
    for absent in in_body:
        for without in ({**whole, absent: None}, {k: v for k, v in whole.items() if k != absent}):
            with pytest.raises(Fault) as refused:
                service.decode(asking(model, operation, without))
            words = f'Missing required parameter in input: "{absent}"'
            assert refused.value.message == words
            assert refused.value.status == 400


def asking(model: dict[str, Any], operation: str, params: dict[str, Any]) -> Request:
    http = model["operations"][operation]["http"]
    target = f"{model['metadata'].get('targetPrefix')}.{operation}"
    path = http["requestUri"].replace("{resourceArn}", "arn")
    return Request(http["method"], path, "", {"x-amz-target": target}, msgspec.json.encode(params))
