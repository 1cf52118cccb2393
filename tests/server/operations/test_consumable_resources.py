"""Source: https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html."""

from typing import Any

import pytest
from msgspec.structs import replace

from batchyard.batch import consumables
from tests.server.operations.resources_yard import ARN, PLACE, Yard


def described(yard: Yard, reference: str = "licence") -> dict[str, Any]:
    return yard.ask("DescribeConsumableResource", consumableResource=reference)


def names(yard: Yard, *values: str) -> list[str]:
    filters = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": list(values)}]
    found = yard.ask("ListConsumableResources", filters=filters)["consumableResources"]
    return [one["consumableResourceName"] for one in found]


def test_a_resource_is_shown_as_it_was_created() -> None:
    yard = Yard()
    arn = yard.consumable(totalQuantity=7, tags={"a": "b"})
    assert arn == f"{ARN}consumable-resource/licence"
    shown = {
        "consumableResourceName": "licence",
        "consumableResourceArn": arn,
        "totalQuantity": 7,
        "inUseQuantity": 0,
        "availableQuantity": 7,
        "resourceType": "REPLENISHABLE",
        "createdAt": yard.engine.at,
        "tags": {"a": "b"},
    }
    assert described(yard) == described(yard, arn) == shown


def test_what_jobs_hold_is_in_use_and_not_available() -> None:
    yard = Yard()
    yard.consumable("again", totalQuantity=7)
    yard.consumable("once", totalQuantity=7, resourceType="NON_REPLENISHABLE")
    for name in ("again", "once"):
        held = replace(yard.shelf.consumables[name], in_use=3)
        yard.engine.put(PLACE, held)
    available = [described(yard, name)["availableQuantity"] for name in ("again", "once")]
    assert available == [4, 7]  # what is used up has been taken off the total already
    assert described(yard, "again")["inUseQuantity"] == 3


def test_resources_are_listed_by_name_without_what_a_listing_leaves_out() -> None:
    yard = Yard()
    arns = [yard.consumable(name, totalQuantity=1) for name in ("b", "a")]
    first = yard.ask("ListConsumableResources", maxResults=1)
    rest = yard.ask("ListConsumableResources", maxResults=1, nextToken=first["nextToken"])
    assert first["consumableResources"] == [
        {
            "consumableResourceArn": arns[1],
            "consumableResourceName": "a",
            "totalQuantity": 1,
            "inUseQuantity": 0,
            "resourceType": "REPLENISHABLE",
        }
    ]
    assert [one["consumableResourceName"] for one in rest["consumableResources"]] == ["b"]


def test_a_filter_compares_names_in_any_case_and_by_their_beginning() -> None:
    yard = Yard()
    for name in ("Matlab", "matlab-2", "ansys"):
        yard.consumable(name)
    assert names(yard, "MATLAB") == ["Matlab"]
    assert names(yard, "matlab*") == ["Matlab", "matlab-2"]
    assert names(yard, "nothing", "an*") == ["ansys"]


@pytest.mark.parametrize(
    "operation, quantity, total", [("SET", 2, 2), ("ADD", 2, 7), ("REMOVE", 2, 3), ("REMOVE", 5, 0)]
)
def test_an_update_sets_adds_or_removes(operation: str, quantity: int, total: int) -> None:
    yard = Yard()
    arn = yard.consumable(totalQuantity=5)
    asked = {"consumableResource": arn, "operation": operation, "quantity": quantity}
    answer = {
        "consumableResourceName": "licence",
        "consumableResourceArn": arn,
        "totalQuantity": total,
    }
    assert yard.ask("UpdateConsumableResource", **asked) == answer
    assert described(yard)["totalQuantity"] == total


def test_the_same_update_with_the_same_token_happens_once_within_eight_hours() -> None:
    yard = Yard()
    yard.consumable(totalQuantity=5)

    def add(quantity: int, token: str) -> int:
        asked = {"consumableResource": "licence", "operation": "ADD", "quantity": quantity}
        answer = yard.ask("UpdateConsumableResource", **asked, clientToken=token)
        total: int = answer["totalQuantity"]
        return total

    assert [add(1, "t"), add(1, "t"), add(1, "u"), add(2, "t")] == [6, 6, 7, 9]
    yard.engine.at += consumables.TOKEN_LIFE - 1
    assert add(1, "t") == 9
    yard.engine.at += 1
    assert add(1, "t") == 10
    assert len(yard.shelf.consumables["licence"].requests) == 1  # the others are forgotten


@pytest.mark.parametrize(
    "params, words",
    [
        ({"consumableResourceName": "a b"}, "'a b'"),
        ({"consumableResourceName": "taken"}, "Object already exists"),
        ({"totalQuantity": -1}, "totalQuantity -1"),
        ({"resourceType": "RENEWABLE"}, "'RENEWABLE'"),
        ({"tags": {"aws:x": "y"}}, "aws:x"),
    ],
)
def test_a_refused_resource_names_the_value_and_leaves_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    yard.consumable("taken")
    asked = {"consumableResourceName": "new", **params}
    assert words in yard.refusal("CreateConsumableResource", **asked)
    assert list(yard.shelf.consumables) == ["taken"]


@pytest.mark.parametrize(
    "params, words",
    [
        ({"consumableResource": "nope"}, "consumable-resource/nope does not exist"),
        ({"operation": "DOUBLE"}, "operation 'DOUBLE'"),
        ({"operation": None}, "operation is missing"),
        ({"quantity": None}, "quantity is missing"),
        ({"quantity": -1}, "quantity -1"),
        ({"operation": "REMOVE", "quantity": 6}, "quantity 6"),
        ({"quantity": 2**63 - 1}, "between 0 and"),
    ],
)
def test_a_refused_update_names_the_value_and_changes_nothing(
    params: dict[str, Any], words: str
) -> None:
    yard = Yard()
    yard.consumable(totalQuantity=5)
    before = yard.shelf.consumables["licence"]
    asked = {"consumableResource": "licence", "operation": "ADD", "quantity": 1, **params}
    given = {name: value for name, value in asked.items() if value is not None}
    assert words in yard.refusal("UpdateConsumableResource", **given)
    assert yard.shelf.consumables == {"licence": before}


@pytest.mark.parametrize(
    "filters, words",
    [
        ([{"name": "NAME", "values": ["a"]}], "'NAME' is none of CONSUMABLE_RESOURCE_NAME"),
        ([{"name": "CONSUMABLE_RESOURCE_NAME", "values": []}], "at least one value"),
        ([{"name": "CONSUMABLE_RESOURCE_NAME", "values": ["a"]}] * 2, "more than once"),
    ],
)
def test_a_refused_filter_is_named(filters: list[dict[str, Any]], words: str) -> None:
    assert words in Yard().refusal("ListConsumableResources", filters=filters)


def test_a_deleted_resource_is_gone() -> None:
    yard = Yard()
    arn = yard.consumable()
    yard.ask("DeleteConsumableResource", consumableResource=arn)
    yard.ask("DeleteConsumableResource", consumableResource="licence")
    assert arn in yard.refusal("DescribeConsumableResource", consumableResource="licence")
    assert not yard.shelf.consumables
