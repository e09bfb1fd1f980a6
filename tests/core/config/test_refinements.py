"""The file that learned routes are refined by: there, and what it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import ConfigError
from interlock.config import refinements
from interlock.config.learned import read_learned
from interlock.config.route_versions import RouteVersions
from rerankers import CONTENT, ROUTES, digest_of, refined_routes


def test_it_is_read_with_the_routes(tmp_path):
    learned, _ = read_learned(refined_routes(tmp_path))
    assert learned.refined is not None
    assert (learned.refined.content, learned.refined.by) == (CONTENT, "told")
    assert "what was learned" not in repr(learned)


@pytest.mark.parametrize(
    ("written", "key", "told"),
    [
        ({"content": None, "digest": digest_of(b"x")}, "refined.file", "no file 'routes.words.npz' beside"),
        ({"digest": digest_of(b"x")}, "refined.digest", "its digest is another one"),
        ({"digest": "md5:abc"}, "refined.digest", "64 hexadecimal digits"),
        ({"digest": "sha256:" + "g" * 64}, "refined.digest", "64 hexadecimal digits"),
        ({"text": ROUTES.replace("routes.words.npz", "../x.npz")}, "refined.file", "without a folder"),
        ({"text": ROUTES.replace("routes.words.npz", "..")}, "refined.file", "without a folder"),
        ({"text": ROUTES.replace("by: told, ", "")}, "refined.by", "required"),
        ({"text": ROUTES.replace("by: told", "bye: told, by: told")}, "refined.bye", "'by'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path, written, key, told):
    with pytest.raises(ConfigError, match=r"routes\.yaml") as caught:
        read_learned(refined_routes(tmp_path, **written))
    assert (caught.value.key, caught.value.line) == (key, 7)
    assert told in str(caught.value)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(refinements, "LARGEST", 4)
    with pytest.raises(ConfigError, match="more than 4 bytes"):
        read_learned(refined_routes(tmp_path))


def test_a_folder_in_its_place_is_told(tmp_path):
    path = refined_routes(tmp_path, content=None)
    (tmp_path / "routes.words.npz").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_learned(path)


@given(st.text(max_size=20))
def test_no_name_leads_out_of_the_folder(name):
    try:
        found = refinements.RefinementConfig(by="told", file=name, digest=digest_of(b""))
    except ValueError:
        return
    assert "/" not in found.file
    assert found.file not in ("", ".", "..")


def test_each_version_keeps_what_it_was_refined_by(tmp_path):
    use = tmp_path / "use"
    use.mkdir()
    versions = RouteVersions(use / "routes.yaml")
    for content in (b"one", b"two"):
        path = refined_routes(tmp_path, content=content, name="new.yaml")
        learned, _ = read_learned(path)
        versions.apply(path.read_text(), by="ada", refined=learned.refined)
    (tmp_path / "routes.words.npz").unlink()
    assert read_learned(versions.path)[0].refined.content == b"two"
    assert read_learned(versions.place(versions.earlier()))[0].refined.content == b"one"
    versions.rollback(by="ada")
    assert read_learned(versions.path)[0].refined.content == b"one"


def test_what_routes_by_hand_are_refined_by_is_kept_when_others_take_their_place(tmp_path):
    path = refined_routes(tmp_path)
    versions = RouteVersions(path)
    versions.apply("routes: {}", by="ada")
    (tmp_path / "routes.words.npz").write_bytes(b"of other routes")
    versions.rollback(by="ada")
    assert read_learned(path)[0].refined.content == CONTENT
