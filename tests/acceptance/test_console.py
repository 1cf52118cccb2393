"""The console in a real browser, on a yard of its own, with work that boto3 submits."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.browsers import at, chromium, errors_of, signed_in
from tests.acceptance.yards import PATIENCE, RunningYard, described, ended, reached, register
from tests.acceptance.yards import submit as submitted
from tests.server.operations.pipelines_yard import ONCE, sent

expect.set_options(timeout=PATIENCE * 1000)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(
        tmp_path_factory.mktemp("yard") / "data", "--ephemeral", "--minimum-timeout", "1"
    ) as yard:
        yield yard
        assert "Traceback" not in yard.stop()[1]


@pytest.fixture(scope="module")
def batch(shared: RunningYard) -> Any:
    return shared.client("batch")


@pytest.fixture(scope="module")
def page(browser: Browser, shared: RunningYard) -> Page:
    return signed_in(browser, shared)


def row(page: Page, name: str) -> Any:
    """The row of a job or an instance in a table."""
    return page.locator("[data-rows] > tr", has_text=name)


def test_a_job_appears_by_itself_and_moves_to_its_end(
    page: Page, shared: RunningYard, batch: Any
) -> None:
    errors = errors_of(page)
    page.goto(at(shared, "jobs"))
    expect(page.locator("#link")).to_have_text("live")
    definition = register(batch, "true", name="appears")
    batch.submit_job(jobName="appears-1", jobQueue="default", jobDefinition=definition)
    expect(row(page, "appears-1")).to_be_visible()
    expect(row(page, "appears-1").locator(".SUCCEEDED")).to_be_visible()
    page.goto(at(shared, ""))
    expect(page.locator("#queues")).to_contain_text("default")
    assert errors == []


def test_a_log_streams_and_is_searched_and_a_running_job_is_terminated(
    page: Page, shared: RunningYard, batch: Any, tmp_path: Any
) -> None:
    errors, mark = errors_of(page), tmp_path / "go"
    job = submitted(
        batch,
        "sh",
        "-c",
        f"echo one; while [ ! -e {mark} ]; do sleep 0.05; done; echo two; sleep 99",
    )
    page.goto(at(shared, f"jobs/{job}"))
    lines = page.locator("#text li")
    expect(lines).to_have_count(1)
    mark.touch()
    expect(lines).to_have_count(2)
    expect(lines.last).to_contain_text("two")
    page.locator("#find").fill("TWO")
    expect(lines).to_have_count(1)
    expect(page.locator("#text mark")).to_have_text("two")
    page.get_by_role("button", name="Terminate…").click()
    page.locator("#ask input").fill("seen enough")
    page.locator("#ask-yes").click()
    expect(page.locator("#head .state.FAILED")).to_be_visible()
    assert ended(batch, job)["statusReason"] == "seen enough"
    assert errors == []


def test_of_too_much_at_once_the_end_is_shown_and_a_gap_is_told(
    page: Page, shared: RunningYard, batch: Any, tmp_path: Any
) -> None:
    go = tmp_path / "go"
    wait = f"while [ ! -e {go} ]; do sleep 0.05; done"
    much = "yes a line of a job that prints much | head -c 20000000"
    job = submitted(batch, "sh", "-c", f"echo first; {wait}; {much}; echo; echo the end")
    page.goto(at(shared, f"jobs/{job}"))
    expect(page.locator("#text li")).to_have_count(1)
    go.touch()
    expect(page.locator("#text li").last).to_contain_text("the end")
    expect(page.locator("#text li.gap").first).to_contain_text("Download")
    ended(batch, job)


def test_a_page_that_nobody_sees_holds_no_connection_and_catches_up_when_it_is_seen(
    page: Page, shared: RunningYard, batch: Any
) -> None:
    page.goto(at(shared, "jobs"))
    expect(page.locator("#link")).to_have_text("live")
    show = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(show, arg=True)
    definition = register(batch, "true")
    unseen = {"jobQueue": "default", "jobDefinition": definition}
    job = batch.submit_job(jobName="unseen", **unseen)["jobId"]
    ended(batch, job)
    assert row(page, "unseen").count() == 0
    page.evaluate(show, arg=False)
    expect(row(page, "unseen").locator(".SUCCEEDED")).to_be_visible()


def test_a_selection_is_cancelled_with_the_keyboard_alone(
    page: Page, shared: RunningYard, batch: Any
) -> None:
    first = submitted(batch, "sleep", "99")
    definition = register(batch, "true")
    after = {"jobName": "held", "jobQueue": "default", "jobDefinition": definition}
    held = batch.submit_job(**after, dependsOn=[{"jobId": first}])["jobId"]
    page.goto(at(shared, "jobs"))
    expect(row(page, "held")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#selected")).to_have_text("1 selected")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(row(page, "held").locator(".FAILED")).to_be_visible()
    assert described(batch, held)["statusReason"] == "Terminated from the console"
    page.goto(at(shared, f"jobs/{held}"))
    expect(page.locator("#related")).to_contain_text("RUNNING")
    batch.terminate_job(jobId=first, reason="done")


def test_an_arrays_grid_fills_and_its_failed_children_run_again(
    page: Page, shared: RunningYard, batch: Any, tmp_path: Any
) -> None:
    go = tmp_path / "go"
    wait = f"while [ ! -e {go} ]; do sleep 0.05; done"
    fails = "[ $AWS_BATCH_JOB_ARRAY_INDEX != 2 ] || { echo no such lane; exit 3; }"
    definition = register(batch, "sh", "-c", f"{wait}; {fails}", name="grid")
    asked = {"jobQueue": "default", "jobDefinition": definition, "arrayProperties": {"size": 5}}
    array = batch.submit_job(jobName="grid", **asked)["jobId"]
    page.goto(at(shared, f"jobs/{array}"))
    expect(page.locator("#grid b")).to_have_count(5)
    go.touch()
    expect(page.locator("#grid b.S")).to_have_count(4)
    expect(page.locator("#grid b.F")).to_have_count(1)
    expect(page.locator("#grid b").first).to_have_class("F")
    page.get_by_label("failed first").uncheck()
    expect(page.locator("#grid b").nth(2)).to_have_class("F")
    expect(page.locator("#failed")).to_contain_text("no such lane")
    expect(page.locator("#head .state.FAILED")).to_be_visible()
    page.get_by_role("button", name="Submit the failed again").click()
    page.locator("#told a").click()
    expect(page.locator("#lines")).to_contain_text("no such lane")


def test_a_job_is_submitted_again_as_it_was(page: Page, shared: RunningYard, batch: Any) -> None:
    job = submitted(batch, "echo", "as before", tags={"team": "census"})
    ended(batch, job)
    page.goto(at(shared, f"jobs/{job}"))
    page.get_by_role("button", name="Submit again").click()
    page.locator("#told a").click()
    expect(page.locator("#text")).to_contain_text("as before")
    other = page.locator("[data-job]").first.get_attribute("data-job")
    assert other not in (None, job)
    assert described(batch, str(other))["tags"] == {"team": "census"}


def test_a_pipelines_instances_move_and_are_rerun(page: Page, shared: RunningYard) -> None:
    client = shared.client("datapipeline")
    pipeline = client.create_pipeline(name="moves", uniqueId="moves")["pipelineId"]
    assert not client.put_pipeline_definition(pipelineId=pipeline, **sent(ONCE))["errored"]
    page.goto(at(shared, f"pipelines/{pipeline}"))
    client.activate_pipeline(pipelineId=pipeline)
    expect(row(page, "Hi").locator(".WAITING_FOR_RUNNER")).to_be_visible()
    task = client.poll_for_task(workerGroup="g", hostname=HOSTILE[:60])["taskObject"]
    expect(row(page, "Hi").locator(".RUNNING")).to_be_visible()
    client.set_task_status(
        taskId=task["taskId"], taskStatus="FAILED", errorId="E", errorMessage=HOSTILE
    )
    expect(row(page, "Hi").locator(".FAILED")).to_be_visible()
    expect(row(page, "Hi")).to_contain_text(HOSTILE)
    expect(page.locator("#axis rect.FAILED")).to_have_count(1)
    row(page, "Hi").get_by_role("checkbox").check()
    page.get_by_role("button", name="Rerun").click()
    expect(row(page, "Hi").locator(".WAITING_FOR_RUNNER")).to_be_visible()
    row(page, "Hi").get_by_role("checkbox").check()
    page.get_by_role("button", name="Mark finished…").click()
    page.locator("#ask-yes").click()
    expect(row(page, "Hi").locator(".FINISHED")).to_be_visible()
    page.goto(at(shared, "runners"))
    expect(page.locator("#runners")).to_contain_text(HOSTILE[:60])
    assert page.title() == "Runners · batchyard"


def test_whatever_a_job_is_made_of_stays_text(
    page: Page, shared: RunningYard, batch: Any, tmp_path: Any
) -> None:
    errors, go = errors_of(page), tmp_path / "go"
    script = f'echo "$0" "$1"; while [ ! -e {go} ]; do sleep 0.05; done'
    command = ("sh", "-c", script, HOSTILE, "Ref::p")
    definition = register(batch, *command, name="hostile", parameters={"p": "v"})
    job = batch.submit_job(
        jobName="hostile",
        jobQueue="default",
        jobDefinition=definition,
        parameters={"p": HOSTILE, HOSTILE: "x"},
        tags={"<b>team": "<b>bold"},
        containerOverrides={
            "environment": [{"name": "X", "value": HOSTILE}, {"name": "A_TOKEN", "value": "t0p"}]
        },
    )["jobId"]
    held = batch.submit_job(
        jobName="held", jobQueue="default", jobDefinition=definition, dependsOn=[{"jobId": job}]
    )["jobId"]
    batch.terminate_job(jobId=held, reason=HOSTILE)
    reached(batch, held, "FAILED")
    go.touch()
    ended(batch, job)
    page.goto(at(shared, f"jobs/{job}"))
    expect(page.locator("#text")).to_contain_text(HOSTILE)
    page.locator("#find").fill("<script>")
    expect(page.locator("#text mark").first).to_have_text("<script>")
    content = page.content()
    assert "&lt;img" in content
    assert "t0p" not in content
    assert page.locator("main img, main script, main b", has_text="bold").count() == 0
    assert page.locator("main img, main script").count() == 0
    for path in ("", "jobs?state=FAILED", f"jobs/{held}", "jobs?name=%3Cscript%3E&tag=%3Cb%3Ex"):
        page.goto(at(shared, path))
        expect(page.locator("#link")).to_have_text("live")
        assert page.locator("main img, main script").count() == 0
        assert "owned" not in page.title()
    assert errors == []


def test_a_page_survives_a_restart_of_the_yard(browser: Browser, tmp_path: Any) -> None:
    with RunningYard(tmp_path / "data") as first:
        port = first.port
        batch = first.client("batch")
        job = submitted(batch, "sleep", "99")
        reached(batch, job, "RUNNING")
        page = signed_in(browser, first)
        page.goto(at(first, f"jobs/{job}"))
        expect(page.locator("#link")).to_have_text("live")
        first.stop()
        expect(page.locator("#link")).to_have_text("reconnecting")
        with RunningYard(tmp_path / "data", "--port", port) as second:
            assert second.port == port
            expect(page.locator("#link")).to_have_text("live")
            second.client("batch").terminate_job(jobId=job, reason="after the restart")
            expect(page.locator("#head")).to_contain_text("after the restart")
            page.reload()
            expect(page.locator("#head .state.FAILED")).to_be_visible()
