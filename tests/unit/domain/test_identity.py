"""Names that must never change: another one would make a second replacement of every session."""

import re

from sync.domain.identity import is_ours, raincheck_id, replacement_key
from sync.domain.sessions import SessionKey

SINGLE = SessionKey("s1@example.org")
INSTANCE = SessionKey("s1@example.org", "20261123T100000Z")
GOLDEN = {
    (SINGLE, 1): ("xdj3q52v5j", "rcad6108f2fbc655e5a151a49cb10d1886"),
    (SINGLE, 2): ("xdj3q52v5j", "rc6910edab11975b998564e2125ebd4f64"),
    (INSTANCE, 1): ("ysqpl6t265", "rc8123f52cc62352979e64331d1190e537"),
    (INSTANCE, 2): ("ysqpl6t265", "rc25905857ac3d54e58d72874bfd4dec51"),
}


def test_names_are_what_they_always_were():
    """Pinned values: if this fails, the change is wrong, not the test."""
    for (key, attempt), (id_, uid) in GOLDEN.items():
        assert raincheck_id(key) == id_
        assert replacement_key(key, attempt) == SessionKey(uid)


def test_names_are_legal_everywhere():
    """A Google id (a to v and digits), an iCalendar UID and a file name at once."""
    for key in (SINGLE, INSTANCE, SessionKey("ä/ö\\..%00"), SessionKey("x" * 5_000)):
        made = replacement_key(key, 1)
        assert re.fullmatch(r"[a-v0-9]{5,1024}", made.uid)
        assert made.recurrence_id is None
        assert re.fullmatch(r"[a-z2-7]{10}", raincheck_id(key))


def test_each_session_and_attempt_has_its_own():
    """Another instance, the series itself and another attempt are other replacements."""
    keys = [SINGLE, INSTANCE, SessionKey(SINGLE.uid, "20261130T100000Z"), SessionKey("s2")]
    assert len({replacement_key(key, n) for key in keys for n in (1, 2, 3, 11)}) == 16
    assert len({raincheck_id(key) for key in keys}) == 4


def test_own_names_are_known_again():
    """What the function made looks so; other names do not."""
    made = replacement_key(SINGLE, 2)
    assert is_ours(made)
    assert not is_ours(SINGLE)
    assert not is_ours(SessionKey(made.uid, "20261123T100000Z"))
    assert not is_ours(SessionKey(made.uid + "0"))
