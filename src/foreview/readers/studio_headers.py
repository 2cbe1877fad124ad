"""What YouTube Studio calls its columns in the languages in which it is used. What is missing here is named with ``--map``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from foreview.readers.rows import same_name

REVENUE: Final = "revenue"
"""The field whose header names a currency: ``Estimated revenue (USD)``."""

NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "video_id": {
        "en": ("Content", "Video", "Videos"),
        "de": ("Inhalte", "Inhalt"),
        "es": ("Contenido", "Vídeo", "Vídeos"),
        "fr": ("Contenu", "Vidéo", "Vidéos"),
        "it": ("Contenuti", "Contenuto"),
        "ja": ("コンテンツ", "動画"),
        "ko": ("콘텐츠", "동영상"),
        "nl": ("Video's",),
        "pt": ("Conteúdo",),
    },
    "title": {
        "en": ("Video title",),
        "de": ("Videotitel",),
        "es": ("Título del vídeo", "Título del video"),
        "fr": ("Titre de la vidéo",),
        "it": ("Titolo del video", "Titolo video"),
        "ja": ("動画のタイトル", "動画タイトル"),
        "ko": ("동영상 제목",),
        "nl": ("Titel van video", "Titel van de video"),
        "pt": ("Título do vídeo",),
    },
    "published_at": {
        "en": ("Video publish time",),
        "de": ("Veröffentlichungszeitpunkt des Videos",),
        "es": ("Hora de publicación del vídeo", "Hora de publicación del video"),
        "fr": ("Heure de publication de la vidéo",),
        "it": ("Ora di pubblicazione del video", "Ora pubblicazione video"),
        "ja": ("動画公開時刻",),
        "ko": ("동영상 게시 시간",),
        "nl": ("Publicatietijd van video", "Publicatietijd van de video"),
        "pt": ("Horário de publicação do vídeo", "Hora de publicação do vídeo"),
    },
    "duration_s": {
        "en": ("Duration",),
        "de": ("Dauer",),
        "es": ("Duración",),
        "fr": ("Durée",),
        "it": ("Durata",),
        "ja": ("長さ",),
        "ko": ("길이",),
        "nl": ("Duur",),
        "pt": ("Duração",),
    },
    "date": {
        "en": ("Date",),
        "de": ("Datum",),
        "es": ("Fecha",),
        "it": ("Data",),
        "ja": ("日付",),
        "ko": ("날짜",),
    },
    "views": {
        "en": ("Views",),
        "de": ("Aufrufe",),
        "es": ("Visualizaciones", "Vistas"),
        "fr": ("Vues",),
        "it": ("Visualizzazioni",),
        "ja": ("視聴回数",),
        "ko": ("조회수",),
        "nl": ("Weergaven",),
        "pt": ("Visualizações",),
    },
    "likes": {
        "en": ("Likes",),
        "de": ('"Mag ich"-Bewertungen', "Mag-ich-Bewertungen"),
        "es": ("Me gusta",),
        "fr": ("J'aime", 'Mentions "J\'aime"'),
        "it": ("Mi piace",),
        "ja": ("高評価数", "高評価件数"),
        "ko": ("좋아요", "좋아요 수"),
        "nl": ("Vind-ik-leuks",),
        "pt": ("Gostei", 'Marcações "Gostei"', 'Marcações como "Gostei"'),
    },
    "comments": {
        "en": ("Comments added", "Comments"),
        "de": ("Kommentare hinzugefügt", "Hinzugefügte Kommentare", "Kommentare"),
        "es": ("Comentarios añadidos", "Comentarios agregados", "Comentarios"),
        "fr": ("Commentaires ajoutés", "Commentaires"),
        "it": ("Commenti aggiunti", "Commenti"),
        "ja": ("コメントの追加", "追加されたコメント", "コメント"),
        "ko": ("추가된 댓글", "추가된 댓글 수", "댓글"),
        "nl": ("Toegevoegde reacties", "Reacties"),
        "pt": ("Comentários adicionados", "Comentários"),
    },
    "shares": {
        "en": ("Shares",),
        "de": ("Geteilte Inhalte",),
        "es": ("Veces compartido", "Veces que se ha compartido", "Compartidos"),
        "fr": ("Partages",),
        "it": ("Condivisioni",),
        "ja": ("共有数", "共有回数", "共有"),
        "ko": ("공유", "공유 수"),
        "nl": ("Keer gedeeld",),
        "pt": ("Compartilhamentos", "Partilhas"),
    },
    "watch_time_h": {
        "en": ("Watch time (hours)",),
        "de": ("Wiedergabezeit (Stunden)",),
        "es": ("Tiempo de visualización (horas)", "Tiempo de reproducción (horas)"),
        "fr": ("Durée de visionnage (heures)",),
        "it": ("Tempo di visualizzazione (ore)",),
        "ja": ("総再生時間（単位: 時間）", "総再生時間（時間）"),
        "ko": ("시청 시간(단위: 시간)", "시청 시간(시간)"),
        "nl": ("Weergavetijd (uren)", "Kijktijd (uren)"),
        "pt": ("Tempo de exibição (horas)", "Tempo de visualização (horas)"),
    },
    "impressions": {
        "en": ("Impressions", "Thumbnail impressions"),
        "de": ("Impressionen",),
        "es": ("Impresiones",),
        "it": ("Impressioni",),
        "ja": ("インプレッション数",),
        "ko": ("노출수",),
        "nl": ("Vertoningen",),
        "pt": ("Impressões",),
    },
    REVENUE: {
        "en": ("Your estimated revenue", "Estimated revenue"),
        "de": ("Geschätzter Umsatz", "Dein geschätzter Umsatz"),
        "es": ("Ingresos estimados", "Tus ingresos estimados"),
        "fr": ("Revenus estimés", "Vos revenus estimés", "Revenu estimé"),
        "it": ("Entrate stimate", "Le tue entrate stimate"),
        "ja": ("推定収益", "推定収益額"),
        "ko": ("예상 수익", "내 예상 수익", "추정 수익"),
        "nl": ("Geschatte opbrengst", "Je geschatte opbrengst"),
        "pt": ("Receita estimada", "Sua receita estimada"),
    },
}
"""Field → language → headers. Words that languages share stand with the first of them."""

HEADERS: Final = {
    same_name(name): field for field, languages in NAMES.items() for names in languages.values() for name in names
}
"""Header as compared → field."""

TOTALS: Final = ("total", "totals", "gesamt", "totale", "totaal", "合計", "합계", "총계")
"""What stands where another row has its video."""

_CURRENCY: Final = re.compile(r"^(.*?)\s*[(（]([A-Z]{3})[)）]$")


def field_of(header: str) -> tuple[str, str] | None:
    """Return the field of a header and, of the revenue, its currency ("" where it names none).

    Examples
    --------
    >>> field_of("Aufrufe")
    ('views', '')
    >>> field_of("Receita estimada (BRL)")
    ('revenue', 'BRL')
    >>> field_of("Subscribers")

    """
    if named := _CURRENCY.match(header):
        base, currency = named.groups()
        return (REVENUE, currency) if HEADERS.get(same_name(base)) == REVENUE else None
    field = HEADERS.get(same_name(header))
    return None if field is None else (field, "")
