"""Files that a command writes: for their owner, whole or not at all."""

import click
import pytest

from sync.cli.files import write_private
from sync.cli.options import check_month


def test_only_its_owner_may_read_it(tmp_path):
    """Also where an earlier, open file or a half-written one stands in its place."""
    target, part = tmp_path / "page.html", tmp_path / ".page.html.part"
    for older in (target, part):
        older.write_text("older", encoding="utf-8")
        older.chmod(0o666)
    write_private("new", str(target))
    assert target.read_text("utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_part_that_points_elsewhere_is_not_followed(tmp_path):
    """What somebody else put there is taken away, not written through."""
    other = tmp_path / "other"
    other.write_text("theirs", encoding="utf-8")
    (tmp_path / ".page.html.part").symlink_to(other)
    write_private("new", str(tmp_path / "page.html"))
    assert other.read_text("utf-8") == "theirs"


@pytest.mark.parametrize("wrong", ["missing/page.html", "file/page.html", "folder"])
def test_what_cannot_be_written_is_told(tmp_path, wrong):
    """With the name and the reason, and nothing is left behind."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(click.ClickException, match="cannot be written: "):
        write_private("new", str(tmp_path / wrong))
    assert sorted(tmp_path.rglob("*")) == before


def test_what_cannot_be_encoded_is_a_question_mark(tmp_path, capfdbinary):
    """Half a character, as some calendars hold it, stops neither a file nor a pipe."""
    write_private("a\ud800b\r\n", str(tmp_path / "x"), before="\ufeff")
    assert (tmp_path / "x").read_bytes() == b"\xef\xbb\xbfa?b\r\n"
    write_private("a\ud800b\r\n", "-", before="\ufeff")
    assert capfdbinary.readouterr().out == b"a?b\r\n"


@pytest.mark.parametrize(
    "wrong", ["", "2026", "2026-1", "2026-13", "2026-00", "26-11", "٢٠٢٦-11", "0000-01"]
)
def test_a_month_is_a_year_and_a_number(wrong):
    """Anything else is wrong use."""
    check_month("2026-11")
    with pytest.raises(click.UsageError):
        check_month(wrong)
