"""What the words of a target mean. Drawings run from parent (left) to child (right)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from minimig.errors import HeadsError, TargetError
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.identifiers import Target, resolve
from support.graphs import graph, headers

CHAIN = "blog.0001_initial blog.0002_slug blog.0003_tags blog.0010_more"
ONE = graph(CHAIN)
TWO = graph(CHAIN, "my_shop.0001_initial my_shop.0002_cart", "blog.0002_slug my_shop.0002_cart")
FIRST_TWO = {"blog.0001_initial", "blog.0002_slug"}


def revision(known: MigrationGraph, *words: str, applied: set[str] = FIRST_TWO) -> str | None:
    """The revision that one or two words mean."""
    app, target = (*words, None)[:2]
    return resolve(known, applied, app, target).revision


def refusal(known: MigrationGraph, *words: str, applied: set[str] = FIRST_TWO) -> TargetError:
    """The error that one or two words give."""
    with pytest.raises(TargetError) as caught:
        revision(known, *words, applied=applied)
    return caught.value


def test_nothing_means_everything() -> None:
    """No word at all is all heads of all apps, even of no app."""
    assert resolve(TWO, (), None, None) == Target(None, None, everything=True)
    assert resolve(MigrationGraph([]), (), None, None) == Target(None, None, everything=True)


@pytest.mark.parametrize("word", ["head", "heads"])
def test_head_without_an_app(word: str) -> None:
    """`head` alone is everything where there are several apps, and the head of the only app otherwise."""
    assert resolve(TWO, (), word, None) == resolve(TWO, (), None, word) == Target(None, None, everything=True)
    assert resolve(ONE, (), None, word) == Target("blog", "blog.0010_more")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("blog",), "0010_more"),
        (("blog", "head"), "0010_more"),
        (("blog", "heads"), "0010_more"),
        (("blog.head",), "0010_more"),
        (("blog", "0003_tags"), "0003_tags"),
        (("blog", "0003"), "0003_tags"),
        (("blog", "001"), "0010_more"),
        (("blog.0003",), "0003_tags"),
        (("blog", "blog.0003"), "0003_tags"),
        (("blog", "+1"), "0003_tags"),
        (("blog", "+2"), "0010_more"),
        (("blog", "-1"), "0001_initial"),
        (("blog", "+0"), "0002_slug"),
        (("blog.0003+1",), "0010_more"),
        (("blog.0003-1",), "0002_slug"),
        (("blog", "0003-2"), "0001_initial"),
        (("blog", "head-1"), "0003_tags"),
        (("blog", "zero+2"), "0002_slug"),
    ],
)
@pytest.mark.parametrize("known", [ONE, TWO], ids=["one app", "two apps"])
def test_words_that_name_a_revision(known: MigrationGraph, words: tuple[str, ...], name: str) -> None:
    """Names, prefixes, ends and steps, with the app as a word of its own or before a dot."""
    assert resolve(known, FIRST_TWO, *(*words, None)[:2]) == Target("blog", f"blog.{name}")


@pytest.mark.parametrize("word", ["zero", "base", "-2", "0001-1", "zero+0"])
def test_words_for_before_the_beginning(word: str) -> None:
    """Before the first revision there is a place too, reached by its name or by steps."""
    assert resolve(ONE, FIRST_TWO, "blog", word) == Target("blog", None)


@pytest.mark.parametrize("word", ["0003", "0003_tags", "+1"])
def test_the_only_app_may_be_left_out(word: str) -> None:
    """With one app every place stands for itself, as the first word or as the second."""
    wanted = Target("blog", "blog.0003_tags")
    assert resolve(ONE, FIRST_TWO, word, None) == resolve(ONE, FIRST_TWO, None, word) == wanted


def test_zero_of_the_only_app() -> None:
    """`zero` alone empties the only app."""
    assert resolve(ONE, FIRST_TWO, "zero", None) == Target("blog", None)


@pytest.mark.parametrize("word", ["0001", "-1", "zero", "+2"])
def test_a_place_without_its_app_is_ambiguous(word: str) -> None:
    """With several apps the error types out what could have been meant."""
    error = refusal(TWO, word)
    assert "does not say which app" in error.message
    assert error.hint == f"type `blog {word}` or `my_shop {word}`"


def test_a_place_that_only_one_app_has_still_wants_its_app() -> None:
    """A prefix found in one app only is offered there, not taken: tomorrow it may be in two."""
    assert refusal(TWO, "0003").hint == "type `blog 0003`"


def test_an_exact_name_wins_over_longer_names() -> None:
    """A name that is also the beginning of others means itself."""
    known = graph("a.1 a.10 a.1_x")
    assert revision(known, "a", "1") == "a.1"
    assert revision(known, "a", "1_") == "a.1_x"


def test_an_ambiguous_prefix_lists_the_names() -> None:
    """Two revisions with the same beginning are both offered in full."""
    error = refusal(ONE, "blog", "000")
    assert error.message == "'000' is the beginning of 3 revisions"
    assert error.hint == "type `blog.0001_initial` or `blog.0002_slug` or `blog.0003_tags`"


def test_hyphens_in_names_are_not_steps() -> None:
    """What begins a name is a name; only otherwise does a hyphen count back."""
    known = graph("a.2024-01-first a.2024-02-second a.2025-01-third")
    assert revision(known, "a", "2024-02") == "a.2024-02-second"
    assert revision(known, "a.2025-01-third-1") == "a.2024-02-second"
    assert revision(known, "a", "2025-2") == "a.2024-01-first"
    assert "beginning of 2" in refusal(known, "a", "2024-0").message


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("blog", "0002_slag"), "did you mean 0002_slug"),
        (("blog", "qqq"), "type `blog zero`, `blog.0010_more`, or a name between them"),
        (("blog", ""), "type `blog zero`"),
        (("blog.",), "type `blog zero`"),
        (("blgo",), "did you mean blog?"),
        (("blgo", "0001"), "did you mean blog?"),
        (("blgo.0001",), "did you mean blog?"),
        (("qqq", "zero"), "apps that have: blog, my_shop"),
        (("",), "apps that have: blog, my_shop"),
        (("blog", "my_shop.0001"), "type `my_shop.0001` or `blog 0001`"),
        (("blog", "label@head"), "type `blog zero`"),
        (("blog", "+"), "type `blog zero`"),
        (("blog", "+0-2"), "type `blog zero`"),
    ],
)
def test_unknown_words_get_a_hint(words: tuple[str, ...], hint: str) -> None:
    """Every word that means nothing comes back with something that does."""
    assert hint in str(refusal(TWO, *words).hint)


@pytest.mark.parametrize("words", [("zero",), ("blog",), ("blog", "0001"), ("-1",), ("",)])
def test_without_any_revisions_the_way_to_start_is_named(words: tuple[str, ...]) -> None:
    """In an empty project the hint is the command that writes revisions."""
    assert "minimig makemigrations" in str(refusal(MigrationGraph([]), *words).hint)


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("+3", "+3 from `blog.0002_slug` goes past the end of blog: 2 steps are left", "`blog.0010_more`"),
        ("-3", "-3 from `blog.0002_slug` goes past the beginning of blog: 2 steps are left", "`blog zero`"),
        (
            "head+1",
            "+1 from `blog.0010_more` goes past the end of blog: no steps are left",
            "`blog.0010_more`",
        ),
        ("0003+2", "+2 from `blog.0003_tags` goes past the end of blog: 1 step is left", "`blog.0010_more`"),
        ("zero-1", "-1 from `blog zero` goes past the beginning of blog: no steps are left", "`blog zero`"),
        ("-999999999", "-999999999 from `blog.0002_slug` goes past the beginning", "`blog zero`"),
    ],
)
def test_steps_past_an_end(word: str, message: str, hint: str) -> None:
    """Walking too far tells how far one can go, and what to type for the end itself."""
    error = refusal(ONE, "blog", word)
    assert error.message.startswith(message)
    assert error.hint == f"type {hint} to go as far as possible"


def test_steps_start_from_nothing() -> None:
    """With nothing applied, `+1` is the first revision and `-1` is past the beginning."""
    assert revision(ONE, "blog", "+1", applied=set()) == "blog.0001_initial"
    assert "past the beginning" in refusal(ONE, "blog", "-1", applied=set()).message


def test_steps_ignore_other_apps_and_unknown_revisions() -> None:
    """Only what is applied of the app itself counts, and only what the graph knows."""
    applied = FIRST_TWO | {"my_shop.0001_initial", "my_shop.0002_cart", "blog.9999_gone"}
    assert revision(TWO, "blog", "+1", applied=applied) == "blog.0003_tags"


@pytest.mark.parametrize(
    ("word", "fork"),
    [("1+1", "a.1"), ("2+1", "a.4"), ("4-1", "a.4"), ("2-1", "a.1"), ("zero+4", "a.1"), ("5-2", "a.4")],
)
def test_steps_do_not_choose_at_a_fork(word: str, fork: str) -> None:
    r"""A branch point and a merge point stop the counting from both sides, and name where one can go.

    1 --- 2 --- 4 --- 5
     \--- 3 ---/
    """
    error = refusal(graph("a.1 a.2 a.4 a.5", "a.1 a.3 a.4"), "a", word)
    assert f"meets the fork at `{fork}`" in error.message
    assert str(error.hint).startswith("type `a.")


def test_steps_beside_a_fork_are_fine() -> None:
    """A straight piece after a merge can be walked."""
    known = graph("a.1 a.2 a.4 a.5", "a.1 a.3 a.4")
    assert revision(known, "a", "4+1") == "a.5"
    assert revision(known, "a", "5-1") == "a.4"
    assert revision(known, "a", "1-1") is None


def test_several_bases_are_a_fork_at_zero() -> None:
    """With two beginnings, one step from zero is not one place, nor is one step back to it.

    1 --- 3
    2 ---/
    """
    known = graph("a.1 a.3", "a.2 a.3")
    assert "fork at `a zero`" in refusal(known, "a", "zero+1").message
    assert "fork at `a zero`" in refusal(known, "a", "1-1").message


def test_two_applied_heads_are_no_place_to_start() -> None:
    """After both sides of a branch `-1` has two meanings; the error says how to name the start."""
    error = refusal(graph("a.1 a.2", "a.1 a.3"), "a", "-1", applied={"a.1", "a.2", "a.3"})
    assert "a stands at a.2 and a.3" in error.message
    assert "`a.2-1`" in str(error.hint)


def test_the_head_of_a_forked_app_is_an_error() -> None:
    """An app with two heads has no head; its revisions can still be named."""
    known = graph("a.1 a.2", "a.1 a.3")
    for words in (("a",), ("a", "head"), ("head",)):
        with pytest.raises(HeadsError, match="a has 2 heads"):
            revision(known, *words)
    assert revision(known, "a", "2") == "a.2"


def test_an_app_wins_over_a_word() -> None:
    """An app that is called like a place is that app."""
    assert revision(graph("head.1 head.2", "b.1"), "head") == "head.2"


def labelled() -> MigrationGraph:
    r"""Two branches with labels, the second parting again.

    1 --- 2 --- 3          (red at 2)
     \--- 4 --- 5          (blue at 4)
           \--- 6
    """
    chains = headers("a.1 a.2 a.3", "a.1 a.4 a.5", "a.4 a.6", "b.1")
    labels = {"a.2": ("red",), "a.4": ("blue",)}
    return MigrationGraph([replace(h, labels=labels.get(h.revision, ())) for h in chains])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("red",), "a.2"),
        (("a", "red"), "a.2"),
        (("red@head",), "a.3"),
        (("red@heads",), "a.3"),
        (("a.red@head",), "a.3"),
        (("a.2@head",), "a.3"),
        (("red+1",), "a.3"),
        (("red@base",), "a.1"),
        (("red@3",), "a.3"),
    ],
)
def test_labels_name_places_and_branches(words: tuple[str, ...], expected: str) -> None:
    """A label is its revision; before an @ it is the branch that the revision is on."""
    assert revision(labelled(), *words, applied={"a.1", "a.4"}) == expected


def test_steps_on_a_branch_count_what_is_applied_of_it() -> None:
    """`red@+1` goes on from where that branch stands, whatever the others have."""
    applied = {"a.1", "a.2", "a.4", "a.5"}
    assert revision(labelled(), "red@+1", applied=applied) == "a.3"
    assert revision(labelled(), "red@-1", applied=applied) == "a.1"


def test_a_branch_has_its_own_members_alone() -> None:
    """A revision of another branch is refused, a branch that parts again has no one head."""
    assert "a.5 is not on the branch of 'red'" in refusal(labelled(), "red@5").message
    assert "2 revisions" in refusal(labelled(), "blue@head").message
    assert refusal(labelled(), "green@head").message == "no app 'green@head' has revisions"
