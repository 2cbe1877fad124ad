import numpy as np
import polars as pl

from foreview.training.rows import FACTS, Rows
from foreview.training.split import inner_splits

DAY = 86_400_000


def rows_of(published_days: list[int], matures_after: int, told_from: int = 0, seen_from: int = 1000) -> Rows:
    published = np.array(published_days, dtype=np.int64) * DAY
    blank = np.zeros(len(published))
    known = pl.Series([60.0 if day >= told_from else None for day in published_days], dtype=pl.Float64)
    age = pl.Series([3.0 if day >= seen_from else None for day in published_days], dtype=pl.Float64)
    table = pl.DataFrame(
        {
            **dict.fromkeys(FACTS, pl.Series([None] * len(blank), dtype=pl.Float64)),
            "duration_s": known,
            "is_short": blank,
            "observed_age_days": age.fill_null(0.0),
        }
    )
    return Rows("views_7d", table, blank, blank, published, published + matures_after * DAY, published, published)


WEEK, MONTH = rows_of(list(range(200)), 7), rows_of(list(range(177)), 30)


def test_both_horizons_share_the_earlier_origin() -> None:
    week, month = inner_splits([WEEK, MONTH], "full")
    assert week.origin == month.origin == int(0.7 * 177) * DAY


def test_members_are_fitted_only_on_labels_mature_at_the_origin() -> None:
    _, month = inner_splits([WEEK, MONTH], "full")
    fitted = MONTH.matured[month.fit(MONTH)]
    assert month.embargoed
    assert fitted.max() == month.origin
    assert fitted.size == 123 - 30 + 1


def test_validation_and_calibration_are_the_halves_after_the_origin_of_each_horizon() -> None:
    for split, rows in zip(inner_splits([WEEK, MONTH], "full"), (WEEK, MONTH), strict=True):
        validated, calibrated = split.validate(rows), split.calibrate(rows)
        assert not (validated & calibrated).any()
        assert ((validated | calibrated) == (rows.published > split.origin)).all()
        assert rows.published[validated].max() < rows.published[calibrated].min()
        assert abs(int(validated.sum()) - int(calibrated.sum())) <= 2  # the video in the middle belongs to the former


def test_without_embargo_members_are_fitted_by_publication() -> None:
    (split,) = inner_splits([MONTH], "none")
    assert not split.embargoed
    assert split.fit(MONTH).sum() == 124


def test_a_history_too_short_for_an_embargo_says_so() -> None:
    (split,) = inner_splits([rows_of(list(range(40)), 30)], "full")
    assert not split.embargoed


def test_the_origin_counts_the_videos_that_anything_is_known_of() -> None:
    (split,) = inner_splits([rows_of(list(range(200)), 7, told_from=100)], "full")
    assert split.origin == (100 + 70) * DAY


def test_where_nothing_is_known_of_any_video_the_origin_counts_all() -> None:
    (split,) = inner_splits([rows_of(list(range(200)), 7, told_from=1000)], "full")
    assert split.origin == 140 * DAY


def test_the_origin_counts_the_videos_with_an_early_count_where_they_are_a_third() -> None:
    (split,) = inner_splits([rows_of(list(range(200)), 7, seen_from=100)], "full")
    assert split.origin == (100 + 70) * DAY
    assert split.embargoed


def test_a_few_videos_with_an_early_count_do_not_move_the_origin() -> None:
    (split,) = inner_splits([rows_of(list(range(200)), 7, seen_from=150)], "full")
    assert split.origin == 140 * DAY


def test_early_counts_too_short_for_an_embargo_say_so_however_long_the_history() -> None:
    """Of the rows with an early count none was mature at the origin, whatever matured of the others."""
    (split,) = inner_splits([rows_of(list(range(200)), 30, seen_from=120)], "full")
    assert split.origin == (120 + 56) * DAY
    assert not split.embargoed
