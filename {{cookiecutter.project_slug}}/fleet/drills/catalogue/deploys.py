"""A new release, node by node."""

from __future__ import annotations

import shutil
from pathlib import Path

from fleet.drills.catalogue.nodes import BACK_LIMIT_S, wait_for_the_last
from fleet.drills.drill import Drill
from fleet.drills.promises import NO_ERROR, FactAtLeast, FactAtMost
from fleet.drills.scene import DrillError, Scene
from fleet.up.release import give_away, make_release
from fleet.up.servers import WebNode

# A page object gets a field, and a page shows it: what the old code has put into the cache has no
# such field, and what the new code puts there has one too many for the old.
PAGE_OBJECT, FIELD = (
    "fantasy/pages/match.py",
    ("    ground: str\n", "    ground: str\n    number: int\n"),
)
TEMPLATE = "fantasy/templates/fantasy/_match_state.html"
NEW_PART = 'data-number="'
NEW_TEMPLATE = f'<span {NEW_PART}{{{{ match.number }}}}"></span>\n'
NEW, OLD = "nodes with the new page", "nodes with the old page"


def node_by_node(scene: Scene) -> None:
    fleet = scene.fleet
    release = _new_release(scene)
    scene.broken()
    for done, node in enumerate(fleet.nodes, start=1):
        _deploy(scene, node, release)
        shown = [_shows_new(scene, other) for other in fleet.nodes]
        if shown != [number < done for number in range(len(fleet.nodes))]:
            raise DrillError(f"after {node.name} the new page is shown by {shown}")
    for refresher in fleet.refreshers:
        refresher.stop()
        refresher.start()
    scene.mended()
    shown = [_shows_new(scene, node) for node in fleet.nodes]
    scene.facts[NEW], scene.facts[OLD] = sum(shown), len(shown) - sum(shown)


def _deploy(scene: Scene, node: WebNode, release: Path) -> None:
    """As docs/deploy.md says."""
    scene.undo.callback(node.drain_file.unlink, missing_ok=True)
    scene.fleet.manage("drain", node=node)
    scene.wait_until(lambda: not scene.is_up(node.name), f"{node.name} drained", BACK_LIMIT_S)
    wait_for_the_last(scene, node)
    node.stop()
    node.switch_to(release)
    node.start()
    scene.fleet.manage("undrain", node=node)
    scene.wait_until(lambda: scene.is_up(node.name), f"{node.name} back in", BACK_LIMIT_S)


def _new_release(scene: Scene) -> Path:
    """Another commit of the same project, with its static files."""
    first = scene.fleet.release
    release = first.with_name("second")
    make_release(release, {**scene.fleet.site.variables, "RELEASE": "second"})
    shutil.copytree(first / "staticfiles", release / "staticfiles")
    before, after = FIELD
    page_object = release / PAGE_OBJECT
    text = page_object.read_text(encoding="utf-8")
    assert text.count(before) == 1, "the drill does not know this page object any more"
    page_object.write_text(text.replace(before, after), encoding="utf-8")
    template = release / TEMPLATE
    template.write_text(template.read_text(encoding="utf-8") + NEW_TEMPLATE, encoding="utf-8")
    give_away(release)
    return release


def _shows_new(scene: Scene, node: WebNode) -> bool:
    answer = node.direct("/")
    if answer.status != 200:
        raise DrillError(f"{node.name} answers {answer.status}")
    return NEW_PART in answer.body.decode()


DRILLS = [
    Drill(
        "deploy",
        "a new release with a changed page object, node by node",
        node_by_node,
        [
            NO_ERROR,
            FactAtLeast(NEW, 3, "all nodes show the new page"),
            FactAtMost(OLD, 0, "none the old one"),
        ],
        behind_s=4.0,
    ),
]
