"""Only this computer's own browser is answered, and told what it may do."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import HOME, PORT

SCRIPTS = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
POLICY = SCRIPTS + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_the_names_of_this_computer_are_answered(page: TestClient, name: str) -> None:
    assert page.get("/", headers={"host": f"{name}:{PORT}"}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        f"127.0.0.1.evil.example:{PORT}",
        f"localhost.:{PORT}",
        "localhost:1",
        "localhost",
        f"0.0.0.0:{PORT}",
        f"127.0.0.2:{PORT}",
        f"localhost:{PORT}@evil.example",
        "",
    ],
)
def test_another_name_is_refused(page: TestClient, host: str) -> None:
    assert page.get("/?task=task", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("mode", ["no-cors", "cors", "same-origin"])
def test_another_site_may_not_load_the_page_into_itself(page: TestClient, mode: str) -> None:
    asked = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}
    assert page.get("/?task=task", headers=asked).status_code == 403


def test_another_site_may_link_to_the_page(page: TestClient) -> None:
    asked = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert page.get("/?task=task&gpu-mem=24", headers=asked).status_code == 200


def test_a_static_file_is_guarded_too(page: TestClient) -> None:
    assert page.get("/static/app.js", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_is_allowed(page: TestClient, method: str) -> None:
    answer = page.request(method, "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_no_body(page: TestClient) -> None:
    answer = page.head("/?task=task&gpu-mem=24")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("address", "status"),
    [("/", 200), ("/?task=nothing", 422), ("/nowhere", 404), ("/static/app.css", 200)],
)
def test_every_answer_carries_the_policy(page: TestClient, address: str, status: int) -> None:
    answer = page.get(address)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_page_is_not_stored(page: TestClient) -> None:
    assert page.get("/").headers["cache-control"] == "no-store"


def test_a_long_question_is_refused(page: TestClient) -> None:
    assert page.get("/?task=" + "a" * 9000).status_code == 414


def test_too_many_fields_are_refused(page: TestClient) -> None:
    assert page.get("/?" + "&".join(f"f{n}=1" for n in range(300))).status_code == 422


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"]
)
def test_files_outside_the_folder_are_not_there(page: TestClient, path: str) -> None:
    assert page.get(path).status_code == 404


def test_the_scripts_name_no_other_address(page: TestClient) -> None:
    for name in ("app.js", "app.css", "charts.css"):
        assert "//" not in page.get(f"/static/{name}").text.replace("// ", "")


def test_a_page_names_no_other_address_to_load(page: TestClient) -> None:
    text = page.get("/?task=task&gpu-mem=24").text
    assert 'src="http' not in text
    assert 'rel="stylesheet" href="http' not in text


def test_an_address_goes_to_this_page(page: TestClient) -> None:
    answer = page.get("/?task=task&gpu=&gpu-mem=24")
    assert answer.headers["location"] == "/?task=task&gpu-mem=24"
    assert HOME.startswith("http://127.0.0.1")
