"""What words tell, on texts whose words' worth is known."""

import numpy as np
import polars as pl
import pytest

from foreview.learners.ensemble import fit_members, member_predictions
from foreview.learners.matrix import fit_encoder, fit_encoder_with_words
from foreview.learners.words import MIN_TEXTS, fit_words, has_texts, held_out_scores, score_words
from foreview.releases.models import _encoder, _encoder_json
from foreview.vocabulary import WORDING

WORTH = {"giveaway": 1.0, "update": -1.0, "video": 0.0}


def texts(n: int, seed: int) -> tuple[pl.Series, np.ndarray]:
    """Different titles of one telling word and a number; and what the word is worth."""
    rng = np.random.default_rng(seed)
    words = rng.choice(list(WORTH), n)
    titles = pl.Series([f"{word.title()}! part {seed} {i}" for i, word in enumerate(words)])
    return titles, np.array([WORTH[word] for word in words])


def test_words_are_worth_what_they_were_planted_to_be():
    titles, worth = texts(3000, seed=1)
    noise = np.random.default_rng(2).normal(0, 0.5, 3000)
    later, expected = texts(500, seed=3)
    found = score_words(fit_words(titles, worth + noise), later)
    assert np.corrcoef(found, expected)[0, 1] > 0.95
    assert np.abs(found - expected).mean() < 0.2


def test_held_out_scores_know_nothing_of_their_own_outcome():
    """Outcomes are drawn without any regard to the texts: words that knew them would seem to tell something."""
    titles, _ = texts(1000, seed=4)
    luck = np.random.default_rng(5).normal(size=1000)
    fooled = np.corrcoef(score_words(fit_words(titles, luck), titles), luck)[0, 1]
    honest = np.corrcoef(held_out_scores(titles, luck), luck)[0, 1]
    assert fooled > 0.5
    assert abs(honest) < 0.1


def test_equal_texts_share_a_fold_and_a_score():
    titles, worth = texts(400, seed=6)
    twice = pl.concat([titles, titles])
    found = held_out_scores(twice, np.concatenate([worth, -worth]))
    np.testing.assert_array_equal(found[:400], found[400:])


def test_a_missing_text_has_no_score_and_teaches_nothing():
    titles, worth = texts(400, seed=7)
    gaps = pl.concat([titles, pl.Series([None, None], dtype=pl.String)])
    words = fit_words(gaps, np.concatenate([worth, [100.0, 100.0]]))
    np.testing.assert_array_equal(words.weights, fit_words(titles, worth).weights)
    assert np.isnan(score_words(words, gaps)[400:]).all()
    assert np.isnan(held_out_scores(gaps, np.zeros(402))[400:]).all()


@pytest.mark.parametrize("texts_given", [[], [None], [None, None]])
def test_without_any_text_there_is_no_score(texts_given: list[None]):
    titles, worth = texts(300, seed=12)
    found = score_words(fit_words(titles, worth), pl.Series(texts_given, dtype=pl.String))
    assert np.isnan(found).all()
    assert len(found) == len(texts_given)


def test_a_text_scores_alone_as_in_a_batch_to_the_last_bit():
    titles, worth = texts(300, seed=8)
    words = fit_words(titles, worth)
    whole = score_words(words, titles)
    assert [score_words(words, titles[i : i + 1])[0] for i in range(0, 300, 7)] == whole[::7].tolist()


def test_few_texts_are_left_alone():
    few = pl.Series(["same"] * 1000 + [f"text {i}" for i in range(MIN_TEXTS - 2)])
    assert not has_texts(few)
    table = pl.DataFrame({"x": np.arange(float(len(few))), WORDING: few})
    encoder, rows = fit_encoder_with_words(table, np.zeros(len(few)))
    assert encoder == fit_encoder(table, np.zeros(len(few)))
    assert encoder.columns == ("x",)
    assert rows.shape == (len(few), 1)


def test_the_members_read_the_words_and_an_encoder_on_disk_reads_them_alike():
    titles, worth = texts(2500, seed=9)
    table = pl.DataFrame({WORDING: titles, "x": np.random.default_rng(0).normal(size=2500)})
    ensemble = fit_members(table, worth, np.full(2500, "views_7d/long/0"), max_rows=2500, seed=0, threads=1)
    assert ensemble.encoder.columns == ("x", WORDING)
    later, expected = texts(300, seed=10)
    asked = pl.DataFrame({WORDING: later, "x": np.zeros(300)})
    found = member_predictions(ensemble, ensemble.encoder.matrix(asked), np.full(300, "views_7d/long/0"))["xgb"]
    assert np.abs(found - expected).mean() < 0.1
    kept = _encoder(_encoder_json(ensemble.encoder))
    np.testing.assert_array_equal(kept.matrix(asked), ensemble.encoder.matrix(asked))


def test_words_of_another_length_are_refused():
    titles, worth = texts(300, seed=11)
    encoder, _ = fit_encoder_with_words(pl.DataFrame({WORDING: titles, "x": np.arange(300.0)}), worth)
    said = _encoder_json(encoder)
    said["words"]["weights"].pop()
    with pytest.raises(ValueError, match="weights"):
        _encoder(said)
