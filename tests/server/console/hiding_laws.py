"""What is called like a secret is never shown; what is not, is, but for passwords in addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines.secrets import HIDDEN
from batchyard.server.console.hiding import shown

SECRET = [
    "API_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "DB_PASSWORD",
    "db.passwd",
    "KEY",
    "SSH_KEY",
    "apikey",
    "privateKey",
    "GITHUB_CREDENTIALS",
]
PLAIN = ["REGION", "MONKEY", "KEYBOARD", "CENSUS_YEAR", "PATH", "turkeys", "HOCKEY_TEAM"]


@pytest.mark.parametrize("name", SECRET)
@given(value=st.text(min_size=1))
def test_secrets_are_hidden_whatever_they_hold(name: str, value: str) -> None:
    assert shown(name, value) == HIDDEN


@pytest.mark.parametrize("name", PLAIN)
@given(value=st.text(st.characters(exclude_characters="@")))
def test_what_is_no_secret_is_shown(name: str, value: str) -> None:
    assert shown(name, value) == value


@given(user=st.text("abc", max_size=3), password=st.text("xyz:?#", min_size=1))
def test_of_an_address_everything_is_shown_but_its_password(user: str, password: str) -> None:
    given_, told = f"postgres://{user}:{password}@db:5432/census", f"postgres://{user}:{HIDDEN}@db"
    assert shown("DATABASE_URL", given_) == f"{told}:5432/census"
