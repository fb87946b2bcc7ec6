"""The page of `minimig explore` in a real browser, as somebody uses it: by mouse, by keyboard, with a screen reader."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from support.browser import Noticed, chromium, violations
from support.databases import sqlite_in
from support.explored import served
from support.histories import add
from support.large_project import write_project
from support.projects import REPOSITORY, ProjectFolder

RENAMED = "blog.0004_rename_blog_notes_to_blog_comments"
DARK, LIGHT = "rgb(19, 21, 25)", "rgb(247, 247, 245)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for this file: it ends with it, so that its event loop is in no other test's way."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """The example project with a page; its database has had the first revisions."""
    folder = tmp_path_factory.mktemp("explore") / "example"
    ignored = shutil.ignore_patterns("__pycache__", "*.db*")
    shutil.copytree(REPOSITORY / "example_project", folder, ignore=ignored)
    project = ProjectFolder(folder, sqlite_in(folder).url)
    project.ok("migrate", "blog", "0003")
    project.ok("explore")
    return project


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, project: ProjectFolder) -> Iterator[Open]:
    """Open the page from its file; afterwards, that it asked for nothing else and complained about nothing."""
    noticed = Noticed()
    contexts = []

    def open_page(address: str = "", **options: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": 1360, "height": 840}, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(8000)
        noticed.watch(page)
        page.goto(f"{(project.path / 'minimig-explore.html').as_uri()}{address}")
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert noticed.complaints == []
    assert {url.partition("#")[0] for url in noticed.requests if not url.startswith("data:")} == {
        (project.path / "minimig-explore.html").as_uri()
    }


def shown(page: Any) -> dict[str, str]:
    """The tables in the diagram, each with its mark."""
    cards = page.locator(".card").all()
    return {card.locator(".head .label").text_content(): card.get_attribute("class")[5:].strip() for card in cards}


def here(page: Any) -> str:
    """The revision that the panel is about."""
    found: str = page.locator("#revision h2").text_content()
    return found


def address(page: Any, wanted: str) -> None:
    """Wait until the address says where the page is."""
    page.wait_for_function("wanted => location.hash === wanted", arg=wanted)


def test_it_begins_with_the_schema_of_today(opened: Open) -> None:
    """All tables at the last revision, and how far the database has come."""
    page = opened()
    assert here(page) == "shop.0004_add_note_to_shop_orders"
    assert set(shown(page)) == {
        "accounts_users", "blog_posts", "blog_comments", "shop_orders", "shop_products", "shop_order_lines"
    }  # fmt: skip
    assert page.locator("#standing").text_content().startswith("4 of 13 applied")
    marks = page.locator(".item .mark").all_text_contents()
    assert [text.partition(" 2")[0] for text in marks[:3]] == [", applied", ", applied", ", pending"]


def test_arrows_walk_through_time(opened: Open) -> None:
    """Left and right, Home and End: cards come, change and go, and the address follows."""
    page = opened()
    page.keyboard.press("ArrowLeft")
    assert here(page) == "shop.0003_merge_paid_at_and_stock"
    assert set(shown(page).values()) == {""}
    page.keyboard.press("Home")
    assert shown(page) == {}
    assert page.locator("#empty").is_visible()
    page.keyboard.press("ArrowRight")
    assert shown(page) == {"accounts_users": "added"}
    address(page, "#accounts.0001_initial")
    page.keyboard.press("ArrowRight")
    assert shown(page) == {"accounts_users": "", "blog_posts": "added", "blog_notes": "added"}
    page.wait_for_function(
        "() => document.getElementById('spoken').textContent.startsWith('2 of 13, blog.0001_initial: create')"
    )


def test_the_slider_is_one_for_hand_and_keyboard(opened: Open) -> None:
    """Dragged or moved by its own keys, it leads to the same revision, and says its name."""
    page = opened()
    slider = page.get_by_role("slider", name="Revision")
    slider.fill("7")
    assert here(page) == RENAMED
    slider.press("ArrowRight")
    assert here(page) == "blog.0005_give_posts_a_slug"
    assert slider.get_attribute("aria-valuetext") == "blog.0005_give_posts_a_slug"
    page.get_by_role("button", name="Previous revision").click()
    assert here(page) == RENAMED


def test_an_address_leads_to_a_revision(opened: Open) -> None:
    """A link with a fragment opens there; another fragment moves; one that is none opens the last revision."""
    page = opened(f"#{RENAMED}")
    assert here(page) == RENAMED
    page.evaluate("location.hash = '#blog.0001_initial'")
    page.wait_for_function("() => document.querySelector('#revision h2').textContent === 'blog.0001_initial'")
    assert here(opened("#nowhere%")) == "shop.0004_add_note_to_shop_orders"


def test_a_rename_is_no_new_table(opened: Open) -> None:
    """The card of a renamed table stays where it was and says its old name; so do renamed columns and indexes."""
    page = opened("#blog.0003_index_posts_by_status")
    before = page.locator(".card", has_text="blog_notes").get_attribute("style")
    page.keyboard.press("ArrowRight")
    card = page.locator(".card", has_text="blog_comments")
    assert card.get_attribute("style") == before
    assert card.locator(".head .label").text_content() == "blog_comments was blog_notes"
    assert card.locator("li.added, li.removed").count() == 0
    assert page.locator("#changes").text_content().startswith("~ 1 renamed table")


def test_what_is_added_and_changed_is_marked_beside_its_column(opened: Open) -> None:
    """A sign, a word for screen readers, and a line for a foreign key that is new."""
    page = opened("#accounts.0002_pin_a_post")
    added = page.locator(".card.changed li.added")
    assert added.locator(".label").text_content() == "pinned_post_id"
    assert "added" in added.text_content()
    assert page.locator("#edges path.added").count() == 1


def test_two_revisions_are_compared(opened: Open) -> None:
    """Pinned by a key, everything since is marked, the address holds both, and the same key lets go."""
    page = opened("#blog.0001_initial")
    page.keyboard.press("c")
    page.keyboard.press("End")
    assert shown(page)["shop_orders"] == "added"
    assert shown(page)["blog_comments was blog_notes"] == "changed"
    address(page, "#blog.0001_initial..shop.0004_add_note_to_shop_orders")
    again = opened("#blog.0001_initial..shop.0004_add_note_to_shop_orders")
    assert shown(again) == shown(page)
    page.keyboard.press("c")
    assert "added" not in shown(page).values()


def test_the_graph_is_clicked_and_walked(opened: Open) -> None:
    """A click on a revision, arrow keys in the list, and links between revisions lead through the history."""
    page = opened()
    page.locator(".item", has_text="0003_merge").click()
    assert here(page) == "shop.0003_merge_paid_at_and_stock"
    assert page.locator(".badges").text_content() == "pendingmerge"
    page.get_by_role("button", name="shop.0002_add_stock_to_shop_products").click()
    assert here(page) == "shop.0002_add_stock_to_shop_products"
    page.get_by_role("listbox", name="Revisions").press("ArrowUp")
    assert here(page) == "shop.0002_add_paid_at_to_shop_orders"
    selected = page.locator('.item[aria-selected="true"]')
    assert selected.get_attribute("id") == page.locator("#list").get_attribute("aria-activedescendant")
    assert page.locator("#list > svg circle").count() == 13


def test_sql_file_and_words_are_those_of_the_revision(opened: Open, project: ProjectFolder) -> None:
    """Operations in words, both ways; SQL by dialect and direction, by mouse and key; the file to the letter."""
    page = opened("#blog.0003_index_posts_by_status")
    assert page.locator(".said").first.text_content().startswith("+create index")
    sql = page.locator("#revision pre").first
    assert "CREATE INDEX" in sql.text_content()
    page.get_by_role("button", name="Oracle", exact=True).click()
    page.keyboard.press("u")
    assert sql.get_attribute("aria-label") == "Down on Oracle"
    assert "DROP INDEX" in sql.text_content()
    page.keyboard.press("d")
    assert sql.get_attribute("aria-label") == "Down on SQLite"
    page.keyboard.press("ArrowLeft")
    assert sql.get_attribute("aria-label") == "Down on SQLite"
    file = page.locator("pre.file").text_content()
    assert file == project.read("blog/migrations/0002*.py")


def test_search_finds_tables_columns_and_revisions(opened: Open) -> None:
    """By keyboard alone: a table as it is called now or was once, a column, a revision by its text; Esc leaves."""
    page = opened()
    page.keyboard.press("/")
    page.keyboard.type("customer")
    first = page.get_by_role("listbox", name="Search results").get_by_role("option").first
    assert first.text_content().startswith("columnshop_orders.customer_id")
    page.keyboard.press("Enter")
    assert page.locator(".card.chosen .head .label").text_content() == "shop_orders"
    assert page.locator("#table li.lit").text_content().startswith("customer_id")
    page.keyboard.press("/")
    page.keyboard.type("blog_notes")
    page.keyboard.press("Enter")
    assert here(page) == "blog.0003_index_posts_by_status"
    page.keyboard.press("/")
    page.keyboard.type("notes are comments")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert here(page) == RENAMED
    page.keyboard.press("/")
    page.keyboard.type("nothing like it")
    assert page.get_by_text("Nothing is called that.").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("listbox", name="Search results").count() == 0


def test_a_table_tells_its_life(opened: Open) -> None:
    """Chosen in the diagram, a table shows its definitions and each revision that changed it; Esc closes it."""
    page = opened()
    page.get_by_role("button", name="blog_comments").click()
    table = page.locator("#table")
    assert re.search(r"fk_blog_comments_post_id_blog_posts\s*FOREIGN KEY \(post_id\) -> blog_posts", table.inner_text())
    assert page.locator("#edges path.lit").count() == 2
    table.get_by_role("button", name=RENAMED).click()
    assert here(page) == RENAMED
    page.keyboard.press("Home")
    assert table.get_by_text("Not there at this revision.").is_visible()
    page.keyboard.press("Escape")
    assert not table.is_visible()


def test_the_diagram_is_walked_by_keyboard(opened: Open) -> None:
    """One Tab stop; up and down lead from table to table, each brought into sight; plus, minus, f change the view."""
    page = opened()
    page.locator('.card button[tabindex="0"]').focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.querySelector('.label').textContent") == "shop_products"
    for _ in range(8):
        page.keyboard.press("+")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        """() => {
            const card = document.activeElement.getBoundingClientRect();
            const view = document.getElementById('view').getBoundingClientRect();
            return card.left >= view.left && card.right <= view.right && card.top >= view.top;
        }"""
    )
    assert page.locator("#map").is_visible()
    page.keyboard.press("f")
    page.wait_for_function("() => document.getElementById('map').style.display === 'none'")


@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_light_and_dark_are_accessible(opened: Open, scheme: str, ground: str) -> None:
    """The page takes the colours of the system, `t` changes them, and axe finds nothing wrong in any state."""
    page = opened(f"#{RENAMED}", color_scheme=scheme, reduced_motion="reduce")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == ground
    assert violations(page) == []
    page.get_by_role("button", name="blog_posts").click()
    page.keyboard.press("c")
    page.keyboard.press("End")
    page.keyboard.press("/")
    page.keyboard.type("blog")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.evaluate(colour) == (LIGHT if scheme == "dark" else DARK)


def test_a_narrow_screen_has_everything_one_below_the_other(opened: Open) -> None:
    """On a telephone nothing is wider than the screen, and axe is as content."""
    page = opened(f"#{RENAMED}")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []


def test_hostile_names_are_text_and_no_revision_is_a_page(browser: Any, tmp_path: Path) -> None:
    """Markup in names stays what it is, wherever it is shown; an empty history and one that is broken open as well."""
    project = ProjectFolder(tmp_path)
    project.write("minimig.toml", 'label = "shop"\nmetadata = "models:metadata"\nmigrations = "shop/migrations"\n')
    project.write("models.py", "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n")
    project.ok("explore", "-o", "empty.html")
    name = "<img src=x onerror=hacked=1>"
    columns = f'sa.Column("{name}", sa.String(9), comment="</script><b>")'
    add(
        project,
        "shop.0001_a",
        [],
        f'ops.CreateTable("{name}", {columns}, comment="{name}")',
        f'labels = ["l"]  # {name}',
    )
    add(project, "shop.0002_b", ["0001_a"], 'ops.DropColumn("nothing", "here")')
    project.ok("explore", "-o", "hostile.html")
    page, noticed = browser.new_page(), Noticed()
    noticed.watch(page)
    for file in ("empty.html", "hostile.html"):
        page.goto((tmp_path / file).as_uri())
        page.wait_for_selector("html[data-ready]")
    assert page.locator(".item .badge.bad").text_content() == "broken"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("/")
    page.keyboard.type("img")
    page.keyboard.press("Enter")
    assert page.locator("#table h2").text_content() == f"table {name}"
    assert page.locator("img, #table b").count() == 0
    assert page.evaluate("typeof hacked") == "undefined"
    assert noticed.complaints == []
    page.close()


@pytest.mark.slow
def test_500_revisions_of_60_tables_stay_smooth(browser: Any, tmp_path: Path) -> None:
    """The page is below half a megabyte with one dialect, opens at once, and a step is a matter of milliseconds."""
    write_project(tmp_path / "large", 60, 500)
    ProjectFolder(tmp_path / "large").ok("explore", "--no-database", "--dialect", "oracle")
    file = tmp_path / "large" / "minimig-explore.html"
    assert file.stat().st_size < 500_000
    page = browser.new_page(viewport={"width": 1360, "height": 840})
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})  # what others do on this machine counts little
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    loaded = _work(metrics)
    steps = page.evaluate(
        """async () => {
            let steps = 0;
            for (let at = 499; at >= 0; at -= 12, steps++) {
                const slider = document.getElementById('slider');
                slider.value = at;
                slider.dispatchEvent(new Event('input'));
                await new Promise((drawn) => requestAnimationFrame(drawn));
            }
            return steps;
        }"""
    )
    assert loaded < 2
    assert (_work(metrics) - loaded) / steps < 0.06
    page.close()


def _work(metrics: Any) -> float:
    """The seconds of processor time that a page has spent on scripts, styles and layout."""
    found = {each["name"]: each["value"] for each in metrics.send("Performance.getMetrics")["metrics"]}
    return sum(found[name] for name in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration"))


def test_a_live_page_follows_the_database_and_the_files(browser: Any, tmp_path: Path) -> None:
    """What is applied elsewhere is marked without a reload; a new revision appears; the server gone is said."""
    folder = tmp_path / "example"
    shutil.copytree(REPOSITORY / "example_project", folder, ignore=shutil.ignore_patterns("__pycache__", "*.db*"))
    project = ProjectFolder(folder, sqlite_in(folder).url)
    page, noticed = browser.new_page(), Noticed()
    with served(project) as server:
        noticed.watch(page)
        page.goto(f"{server.url}#blog.0001_initial")
        page.wait_for_selector("html[data-ready]")
        assert page.locator("#standing b").text_content() == "0"
        page.evaluate("window.same = true")
        project.ok("migrate")
        page.wait_for_function("() => document.querySelector('#standing b').textContent === '13'")
        assert page.evaluate("window.same")
        assert page.locator(".badges .good").text_content().startswith("applied")
        history = sa.create_engine(str(project.url))
        with history.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE blog_posts ADD COLUMN by_hand TEXT")
        history.dispose()
        page.wait_for_selector("#problems summary", timeout=12000)
        assert page.locator("#problems summary").text_content().startswith("drifted: the live schema is not")
        assert "drop column blog_posts.by_hand" in page.locator("#problems pre").text_content()
        page.locator("#problems summary").click()
        assert violations(page) == []
        more = 'ops.AddColumn("blog_posts", sa.Column("more", sa.Text))'
        add(project, "blog.0006_more", ["0005_give_posts_a_slug"], more)
        page.wait_for_function("() => document.querySelectorAll('.item').length === 15")
        assert here(page) == "blog.0001_initial"
        assert noticed.complaints == []
        assert all(url.startswith((server.url, "data:")) for url in noticed.requests)
    page.wait_for_function("() => document.getElementById('standing').textContent.includes('has stopped')")
    page.close()
