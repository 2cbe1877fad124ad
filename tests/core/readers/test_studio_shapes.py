"""Studio's exports in the shapes in which people have them: languages, zips, folders, charts, currencies."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foreview.errors import SourceError
from foreview.readers.imported import SourceOptions
from foreview.readers.rows import same_name
from foreview.readers.studio_headers import HEADERS, NAMES, field_of
from foreview.readers.youtube_studio import read_youtube_studio

EXPORTED = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS = SourceOptions(observed_at=EXPORTED, channel_id="me")
TABLE = """\
Content,Video title,Video publish time,Duration,Views,Watch time (hours),Estimated revenue (USD)
Total,,,,40,3.5,0.30
AAAAAAAAAAA,One,"May 8, 2026",45,30,2.5,0.20
BBBBBBBBBBB,Two,2026-05-09,600,10,1.0,0.10
"""
CHART = """\
Date,Content,Video title,Video publish time,Duration,Views
2026-05-07,AAAAAAAAAAA,One,"May 8, 2026",45,0
2026-05-08,AAAAAAAAAAA,One,"May 8, 2026",45,12
2026-05-09,AAAAAAAAAAA,One,"May 8, 2026",45,18
2026-05-09,BBBBBBBBBBB,Two,"May 9, 2026",600,10
"""
TOTALS = "Date,Views\n2026-05-08,12\n2026-05-09,28\n"
EXPORT = {"Table data.csv": TABLE, "Chart data.csv": CHART, "Totals.csv": TOTALS}


def zipped(tmp_path: Path, files: dict[str, str]) -> Path:
    path = tmp_path / "Content 2026-05-01_2026-06-01.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def folder(tmp_path: Path, files: dict[str, str]) -> Path:
    path = tmp_path / "unzipped"
    path.mkdir()
    for name, content in files.items():
        (path / name).write_text(content, encoding="utf-8")
    return path


def one(tmp_path: Path, content: str | bytes, name: str = "Table data.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("packed", [zipped, folder])
def test_the_whole_export_gives_videos_from_the_table_and_days_from_the_chart(tmp_path: Path, packed):
    imported = read_youtube_studio(packed(tmp_path, EXPORT), OPTIONS)
    catalogue = imported.catalogue
    assert imported.refused.is_empty()
    assert catalogue.videos.select("video_id", "title", "duration_s", "channel_id", "lifetime_revenue_usd").rows() == [
        ("AAAAAAAAAAA", "One", 45.0, "me", 0.20),
        ("BBBBBBBBBBB", "Two", 600.0, "me", 0.10),
    ]
    assert catalogue.snapshots.select("video_id", "observed_at", "views").rows() == [
        ("AAAAAAAAAAA", EXPORTED, 30.0),
        ("BBBBBBBBBBB", EXPORTED, 10.0),
    ]
    assert catalogue.daily.select("video_id", "date", "views").rows() == [
        ("AAAAAAAAAAA", date(2026, 5, 8), 12.0),
        ("AAAAAAAAAAA", date(2026, 5, 9), 18.0),
        ("BBBBBBBBBBB", date(2026, 5, 9), 10.0),
    ]
    assert catalogue.clock.timezone == "America/Los_Angeles"
    assert {
        "a table of Totals.csv names no video or no views and was left out: Date, Views",
        "1 rows are zeros of days before a video was published: left out",
        "line 2 is the export's row of totals, not a video",
    } <= set(catalogue.notes)


def test_chart_data_alone_gives_the_videos_that_it_names(tmp_path: Path):
    imported = read_youtube_studio(one(tmp_path, CHART, "Chart data.csv"), OPTIONS)
    assert imported.catalogue.videos.select("video_id", "title", "platform", "channel_id").rows() == [
        ("AAAAAAAAAAA", "One", "youtube", "me"),
        ("BBBBBBBBBBB", "Two", "youtube", "me"),
    ]
    assert imported.catalogue.snapshots.is_empty()
    assert imported.catalogue.daily.height == 3
    assert not any("lifetime" in note for note in imported.catalogue.notes)


def test_days_may_have_watch_time_impressions_and_revenue(tmp_path: Path):
    header = "Date,Content,Video title,Video publish time,Views,Watch time (hours),Impressions,Your estimated revenue (USD)\n"
    path = one(tmp_path, header + "2026-05-09,AAAAAAAAAAA,One,2026-05-08,12,0.5,400,0.04\n")
    catalogue = read_youtube_studio(path, OPTIONS).catalogue
    assert catalogue.daily.select("views", "watch_time_s", "impressions").rows() == [(12.0, 1800.0, 400.0)]
    assert catalogue.earnings.rows() == [("AAAAAAAAAAA", date(2026, 5, 9), 0.04)]


def test_rows_of_weeks_are_no_days(tmp_path: Path):
    weekly = CHART.replace("05-07", "04-27").replace("05-08,A", "05-04,A").replace("05-09,", "05-11,")
    path = zipped(tmp_path, {"Table data.csv": TABLE, "Chart data.csv": weekly})
    catalogue = read_youtube_studio(path, OPTIONS).catalogue
    assert catalogue.daily.is_empty()
    assert "the rows of Chart data.csv are 7 days apart, so they are no daily sums: left out" in catalogue.notes


def test_days_of_a_video_that_nothing_says_the_publication_of_are_refused(tmp_path: Path):
    chart = "Date,Content,Video title,Views\n2026-05-09,AAAAAAAAAAA,One,12\n2026-05-09,CCCCCCCCCCC,Three,1\n"
    imported = read_youtube_studio(zipped(tmp_path, {"Table data.csv": TABLE, "Chart data.csv": chart}), OPTIONS)
    assert imported.catalogue.daily.height == 1
    assert imported.refused.rows() == [
        ("Chart data.csv", 3, "video_id", "CCCCCCCCCCC", "no such video in the table of videos")
    ]


def test_totals_name_no_video_and_nothing_is_invented(tmp_path: Path):
    path = one(tmp_path, TOTALS, "Totals.csv")
    with pytest.raises(SourceError) as refused:
        read_youtube_studio(path, OPTIONS)
    assert str(refused.value) == (
        f"an export names videos. {path} has the days of the whole channel (Date, Views). "
        "Import the whole zip file of the content report: its `Table data` and `Chart data` name them."
    )


LOCALISED = {
    "de": "Videos,Videotitel,Veröffentlichungszeitpunkt des Videos,Dauer,Aufrufe,Wiedergabezeit (Stunden),Geschätzter Umsatz (USD)",
    "es": "Contenido,Título del vídeo,Hora de publicación del vídeo,Duración,Visualizaciones,Tiempo de visualización (horas),Ingresos estimados (USD)",
    "fr": "Contenu,Titre de la vidéo,Heure de publication de la vidéo,Durée,Vues,Durée de visionnage (heures),Revenus estimés (USD)",
    "it": "Contenuti,Titolo del video,Ora di pubblicazione del video,Durata,Visualizzazioni,Tempo di visualizzazione (ore),Entrate stimate (USD)",
    "ja": "コンテンツ,動画のタイトル,動画公開時刻,長さ,視聴回数,総再生時間（単位: 時間）,推定収益 (USD)",
    "ko": "콘텐츠,동영상 제목,동영상 게시 시간,길이,조회수,시청 시간(단위: 시간),예상 수익 (USD)",
    "nl": "Content,Titel van video,Publicatietijd van video,Duur,Weergaven,Weergavetijd (uren),Geschatte opbrengst (USD)",
    "pt": "Conteúdo,Título do vídeo,Horário de publicação do vídeo,Duração,Visualizações,Tempo de exibição (horas),Receita estimada (USD)",
}
DAYS = {
    "de": "8. Mai 2026",
    "es": "8 may 2026",
    "fr": "8 mai 2026",
    "it": "8 mag 2026",
    "ja": "2026/05/08",
    "ko": "2026. 5. 8.",
    "nl": "8 mei 2026",
    "pt": "8 de mai. de 2026",
}


@pytest.mark.parametrize("language", LOCALISED)
@pytest.mark.parametrize("sum_row", ["Total", "合計", "Razem"])
def test_an_export_in_each_language_is_the_same_catalogue(tmp_path: Path, language: str, sum_row: str):
    english = TABLE.splitlines()[0]
    rows = "{},,,,30,2.5,0.20\nAAAAAAAAAAA,One,{},45,30,2.5,0.20\n"
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    local = read_youtube_studio(one(here, f"{LOCALISED[language]}\n{rows.format(sum_row, DAYS[language])}"), OPTIONS)
    expected = read_youtube_studio(one(there, f"{english}\n{rows.format('Total', '2026-05-08')}"), OPTIONS)
    assert local.refused.is_empty()
    assert local.catalogue.fingerprint() == expected.catalogue.fingerprint()
    assert local.catalogue.notes == expected.catalogue.notes


def test_no_header_means_two_fields():
    meanings: dict[str, set[str]] = {}
    for field, languages in NAMES.items():
        for names in languages.values():
            for name in names:
                meanings.setdefault(same_name(name), set()).add(field)
    assert {name: fields for name, fields in meanings.items() if len(fields) > 1} == {}
    assert len(HEADERS) == len(meanings)


def test_each_language_names_what_a_table_must_have():
    for field in ("title", "published_at", "views", "duration_s"):
        assert set(NAMES[field]) == {"en", "de", "es", "fr", "it", "ja", "ko", "nl", "pt"}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("Your estimated revenue (EUR)", "in EUR"),
        ("推定収益 (JPY)", "in JPY"),
        ("Estimated revenue", "in a currency that its header does not name"),
    ],
)
def test_revenue_in_another_currency_is_never_taken_for_dollars(tmp_path: Path, header: str, says: str):
    path = one(tmp_path, TABLE.replace("Estimated revenue (USD)", header))
    catalogue = read_youtube_studio(path, OPTIONS).catalogue
    assert "lifetime_revenue_usd" not in catalogue.videos.columns
    assert f"{header} of Table data.csv is {says}, not in USD: left out, nothing was converted" in catalogue.notes


def test_headers_are_known_whatever_their_accents_are_made_of():
    assert field_of("Dure\u0301e") == ("duration_s", "")


def test_soft_hyphens_blanks_and_byte_order_marks_do_not_matter(tmp_path: Path):
    text = "\ufeff" + TABLE.replace("Video publish", " Video\u00a0pub\u00adlish")
    for encoding in ("utf-8", "utf-16"):
        assert read_youtube_studio(one(tmp_path, text.encode(encoding)), OPTIONS).catalogue.videos.height == 2


def test_a_row_without_time_and_title_inside_the_table_is_no_total(tmp_path: Path):
    inside = TABLE.replace("BBBBBBBBBBB", "gone,,,,1,1,0\nBBBBBBBBBBB")
    imported = read_youtube_studio(one(tmp_path, inside), OPTIONS)
    assert imported.refused.rows() == [("Table data.csv", 4, "published_at", None, "published_at is missing")]


def test_the_decimal_sign_is_the_one_that_the_numbers_show(tmp_path: Path):
    table = (
        "Contenu,Titre de la vidéo,Heure de publication de la vidéo,Durée,Vues,Revenus estimés (USD)\n"
        'AAAAAAAAAAA,Un,28 sept. 2025,61,"28\u202f000","62,1"\n'
        'BBBBBBBBBBB,Deux,28 sept. 2025,61,"1.234","1,234"\n'
    )
    catalogue = read_youtube_studio(one(tmp_path, table), OPTIONS).catalogue
    assert catalogue.videos["lifetime_revenue_usd"].to_list() == [62.1, 1.234]
    assert catalogue.snapshots["views"].to_list() == [28_000.0, 1234.0]
    assert "numbers of Table data.csv have a decimal comma" in catalogue.notes


def test_a_remark_at_the_end_is_told_in_any_language(tmp_path: Path):
    path = one(tmp_path, TABLE + "Die 500 besten Ergebnisse werden angezeigt,,,,,,\n")
    imported = read_youtube_studio(path, OPTIONS)
    assert imported.refused.is_empty()
    assert imported.catalogue.videos.height == 2
    says = "line 5 says 'Die 500 besten Ergebnisse werden angezeigt': if the export was cut short, videos are missing"
    assert says in imported.catalogue.notes


def test_what_a_mac_adds_to_a_zip_is_passed_over(tmp_path: Path):
    path = zipped(tmp_path, EXPORT | {"__MACOSX/._Table data.csv": "\0\5\x16\7"})
    assert read_youtube_studio(path, OPTIONS).catalogue.videos.height == 2


def test_an_error_inside_a_zip_names_the_zip(tmp_path: Path):
    path = zipped(tmp_path, {"Table data.csv": ""})
    with pytest.raises(SourceError) as refused:
        read_youtube_studio(path, OPTIONS)
    assert refused.value.fact == f"{path}: Table data.csv is empty"
