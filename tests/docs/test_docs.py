"""The documents name what exists: states, endings, files."""

import json
import re
from pathlib import Path

from viridian.core.ending import ENDINGS
from viridian.core.lease import GIVE_BACK, lease_key
from viridian_cdk.machine import read_machine

PROJECT = Path(__file__).parents[2]
STATES = read_machine("standby")["States"] | read_machine("deploy")["States"]
README = (PROJECT / "README.md").read_text()
RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text()
DOCUMENTS = [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")]


def test_the_picture_in_the_readme_shows_every_state_and_no_other() -> None:
    picture = README.split("```mermaid")[1].split("```")[0].split("classDef")[0]
    drawn = set(
        re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b", re.sub(r"--[^>]*-->", "-->", picture))
    )

    assert drawn - {"TD"} == set(STATES)


def test_the_runbook_has_an_entry_for_every_ending() -> None:
    endings = {n for n, s in STATES.items() if s["Type"] in ("Succeed", "Fail")}

    assert endings == set(ENDINGS)
    assert endings <= set(re.findall(r"^### ([A-Z]\w+)$", RUNBOOK, re.M))


def test_the_runbook_gives_a_lease_back_as_the_core_says() -> None:
    key = {name: {"S": value} for name, value in lease_key("shop").items()}

    assert f"--key '{json.dumps(key)}'" in RUNBOOK
    assert f'--update-expression "{GIVE_BACK.update}"' in RUNBOOK
    assert f'--condition-expression "{GIVE_BACK.condition}"' in RUNBOOK


def anchors(document: Path) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    prose = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
    headings = re.findall(r"^#+ (.+)$", prose, re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_link_between_documents_leads_to_a_file_and_a_heading() -> None:
    links = [
        (document, (document.parent / path).resolve() if path else document, anchor)
        for document in DOCUMENTS
        for path, _, anchor in (
            link.partition("#")
            for link in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text())
        )
    ]

    assert links
    assert [link for link in links if not link[1].exists()] == []
    assert [link for link in links if link[2] and link[2] not in anchors(link[1])] == []


def test_the_readme_links_every_page() -> None:
    pages = {f"docs/{page.name}" for page in (PROJECT / "docs").glob("*.md")}

    assert pages - set(re.findall(r"\]\(([^)#]+)\)", README)) == set()
