"""The page of an import beside what else is said of it."""

from __future__ import annotations

import re

import pytest

from downloader.models import MLPrediction
from tests.backend.records import person
from tests.backend.test_dashboard_data import body, sent, studio

pytestmark = pytest.mark.django_db


def test_what_is_not_applied_is_not_asked_about_as_if_it_could_be_taken_back():
    root = person("root", superuser=True)
    at = sent(root, studio())
    assert root.get(f"{at}undo/")["Location"] == at
    root.post(f"{at}apply/")
    root.post(f"{at}undo/")
    assert root.get(f"{at}undo/")["Location"] == at


@pytest.mark.parametrize("job", ["999", "x", "9" * 30])
def test_an_import_is_shown_although_the_job_that_its_address_names_is_gone(job):
    root = person("root", superuser=True)
    at = sent(root, studio())
    assert "Nothing is imported yet." in body(root, f"{at}?job={job}")


def test_a_probability_is_spelt_on_the_page_of_an_import_as_in_the_list():
    root = person("root", superuser=True)
    at = sent(root, studio())
    root.post(f"{at}apply/", {"forecast": "yes"})
    (one, other) = MLPrediction.objects.all()
    one.by_target["views_30d"]["p_beats_typical"] = one.p_beats_typical = 0.999
    other.by_target["views_30d"] |= dict.fromkeys(("p2_5", "p10", "p90", "p97_5"), 20.0) | {"p_beats_typical": 1.0}
    MLPrediction.objects.bulk_update((one, other), ["by_target", "p_beats_typical"])
    for address in (at, "/videos/"):
        page = body(root, address)
        cells = re.findall(r'<td class="number(?: soft)?">(&gt; 99 %|it did|known|100 %|20 – 20)</td>', page)
        assert sorted(cells) == ["&gt; 99 %", "it did", "known"]
