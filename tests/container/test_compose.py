"""What compose.yaml promises: one way in, with TLS and a login, and no right that nobody needs."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.container.dockerfile import ROOT, environment, instructions, named, seen

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
SERVER, PROXY = SERVICES["pedestal"], SERVICES["proxy"]
FOUND = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")


def default(value: Any) -> str:
    """Of a setting that the environment may change."""
    return DEFAULT.sub(r"\1", str(value))


def sources(service: dict[str, Any]) -> list[str]:
    return [volume.split(":")[0] for volume in service["volumes"]]


def test_the_proxy_is_the_only_way_in() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert all("network_mode" not in service for service in SERVICES.values())
    assert SERVER["networks"] == PROXY["networks"]
    assert f"reverse_proxy pedestal:{named(FOUND, 'EXPOSE')[0].text}\n" in CADDYFILE
    assert PROXY["depends_on"]["pedestal"]["condition"] == "service_healthy"


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_service_has_the_rights_it_needs(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert not any("docker.sock" in one for one in service["volumes"])


def test_all_that_is_named_is_there() -> None:
    for service in SERVICES.values():
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        for source in sources(service):
            assert source in COMPOSE["volumes"] or (source[0] == "." and (ROOT / source).is_dir())
    assert {source for one in SERVICES.values() for source in sources(one)} > {*COMPOSE["volumes"]}
    assert "./deploy:/etc/caddy:ro" in PROXY["volumes"]


def test_what_is_kept_lies_on_a_volume() -> None:
    assert SERVER["volumes"] == [f"data:{environment(FOUND)['PEDESTAL_DATA']}"]


def test_the_login_comes_from_a_file_that_is_nowhere_else() -> None:
    (given,) = SERVER["secrets"]
    file = COMPOSE["secrets"][given["source"]]["file"].removeprefix("./")
    assert given["target"] == f"{named(FOUND, 'WORKDIR')[0].text}/{file}"
    assert f"/{file}" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert not seen(file)
    example = (ROOT / file).with_name("secrets.example.toml").read_text(encoding="utf-8")
    assert {"auth", "access"} == tomllib.loads(example).keys()


def test_the_models_fit_into_the_memory() -> None:
    given = SERVER["environment"]
    models = float(default(given["PEDESTAL_WORKER_MEMORY"])) * float(
        default(given["PEDESTAL_WORKERS"])
    )
    assert models + 2 <= float(default(SERVER["mem_limit"]).removesuffix("g"))


def test_the_settings_are_known() -> None:
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in SERVER["environment"])
    assert all(f"{{${name}}}" in CADDYFILE for name in PROXY["environment"])


def test_the_proxy_takes_what_the_server_takes() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert f"max_size {settings['server']['maxUploadSize']}MiB\n" in CADDYFILE
