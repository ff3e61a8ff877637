"""A document is found by its words as people write them.

The words are in many scripts, or are identifiers, numbers and names.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index
from search.text.passages import PassageRules

from .toys import ToyEmbedder

DOCUMENTS = {
    "chinese.txt": "我来到北京清华大学上学。图书馆每天早上八点开门。",
    "japanese.txt": "東京都の図書館は月曜日に休みます。コンピューターの予約が必要です。ﾃﾞｰﾀﾍﾞｰｽ。",
    "korean.txt": (
        "도서관은 매일 아침 여덟 시에 엽니다. 김치찌개를 먹는다. 대한민국의 수도는 서울입니다."
    ),
    "thai.txt": "ห้องสมุดเปิดทุกวันเวลาแปดโมงเช้า ประเทศไทยมีเมืองหลวงคือกรุงเทพมหานคร",
    "russian.txt": (
        "Библиотека открывается каждый день. Котёл нужно проверять ежегодно. Радиаторы холодные."
    ),
    "greek.txt": "Η βιβλιοθήκη ανοίγει κάθε μέρα. Ο λέβητας ελέγχεται.",
    "arabic.txt": "تفتح المكتبة كل يوم في الساعة الثامنة.",
    "hindi.txt": "पुस्तकालय हर दिन सुबह आठ बजे खुलता है।",
    "german.txt": (
        "Die Krankenversicherung zahlt den Kesselaustausch nicht, nach Größe und Maß. "
        "Herr Müller wohnt in der Talstraße."
    ),
    "french.txt": "L'œuvre de l'élève fut achevée à l'été.",
    "spanish.txt": "El niño camina por la montaña con el pingüino.",
    "turkish.txt": "İstanbul ve Diyarbakır.",
    "polish.txt": "Zażółć gęślą jaźń w Łodzi.",
    "danish.txt": "Rødgrød med fløde i Århus.",
    "vietnamese.txt": "Thư viện mở cửa hàng ngày. Đường đến Hà Nội.",
    "request.py": (
        "def parseHttpRequest(raw_bytes):\n    MAX_RETRY_COUNT = 5\n"
        "    return XMLHttpRequest2(raw_bytes, getUserID())\n"
    ),
    "errors.txt": (
        "ERR_CONNECTION_REFUSED; ORA-00942: no such table; 0x80070005; E1234; HTTP 404; "
        "CVE-2021-44228; SQLSTATE[42S02]."
    ),
    "numbers.txt": (
        "Version 2.14.1 costs 1,299.50 on 2024-03-15 at 10:45; 192.168.178.1; 10,000 rows; "
        "ISBN 978-3-16-148410-0."
    ),
    "letters.txt": "The ﬁrst ﬂuid is eﬃcient. Ｆｕｌｌｗｉｄｔｈ. CO₂. in\u00adfor\u00admation.",
    "annual_report-2024.final.md": "# Something\n\nNothing in here of its name.",
    "names.txt": (
        "O'Brien met Jean-Luc by e-mail about C++ and node.js: user@example.org, "
        "https://docs.example.com/path/to_page?x=1"
    ),
    "charges.txt": "The batteries were charged twice.",
    "reserve.txt": (
        "Of the budget that was approved in the meeting, 3.14 % are kept as a reserve for v7.3.1 "
        "🚀 of the program."
    ),
    "sections.txt": "3.2 Noise. 3.3 Guests. 14 days. C. The net. C. The net.",
    "ported.txt": (
        "What was written for .NET and in C# long ago was ported to another language by two of "
        "them in a summer."
    ),
}

FOUND = {
    "chinese.txt": ["北京大学", "清华", "图书馆", "图书馆什么时候开门"],
    "japanese.txt": ["東京", "書館", "図書館は何曜日に休みますか", "コンピュータ", "データベース"],
    "korean.txt": ["도서관", "도서관이", "김치", "수도 서울", "대한민국"],
    "thai.txt": ["ห้องสมุด", "เมืองหลวงของประเทศไทย"],
    "russian.txt": ["библиотеки", "БИБЛИОТЕКА", "котел", "КОТЁЛ", "радиатор"],
    "greek.txt": ["βιβλιοθηκη", "ΛΕΒΗΤΑΣ"],
    "arabic.txt": ["المكتبة", "مكتبة", "المَكتَبة"],
    "hindi.txt": ["पुस्तकालय"],
    "german.txt": [
        "Krankenversicherung",
        "Groesse",
        "grösse",
        "MASS",
        "Mueller",
        "muller",
        "Talstrasse",
        "Versicherung",
        "Kessel",
        "Austausch",
        "Kranken",
        "Strasse",
        "Krankenversicherungen der Talbewohner",
    ],
    "french.txt": ["oeuvre", "œuvre", "eleve", "ELEVE", "e\u0301le\u0300ve"],
    "spanish.txt": ["nino", "montana", "pinguino"],
    "turkish.txt": ["istanbul", "diyarbakir", "DİYARBAKIR"],
    "polish.txt": ["lodz", "lodzi", "zazolc", "ŁODZI"],
    "danish.txt": ["rodgrod", "roedgroed", "Aarhus", "arhus"],
    "vietnamese.txt": ["thu vien", "duong", "Ha Noi"],
    "request.py": [
        "parseHttpRequest",
        "http request",
        "parse_http_request",
        "raw bytes",
        "rawbytes",
        "retry count",
        "pars*",
        "xmlh",
        "request.py",
    ],
    "errors.txt": [
        "ERR_CONNECTION_REFUSED",
        "connection refused",
        "ORA-00942",
        "ora 00942",
        "0x80070005",
        "e1234",
        "404",
        "CVE-2021-44228",
        "42S02",
    ],
    "numbers.txt": [
        "2.14.1",
        "2.14",
        "1299",
        "1,299.50",
        "2024-03-15",
        "10:45",
        "192.168.178.1",
        "10000",
        "10,000",
        "9783161484100",
    ],
    "letters.txt": ["first", "fluid", "efficient", "ﬁrst", "fullwidth", "CO2", "information"],
    "annual_report-2024.final.md": ["annual report", "annual_report-2024.final.md", "AnnualReport"],
    "names.txt": [
        "O'Brien",
        "obrien",
        "o’brien",
        "jeanluc",
        "email",
        "E-Mail",
        "C++",
        "node.js",
        "nodejs",
        "user@example.org",
        "to_page",
    ],
    "charges.txt": ["battery", "charging", "batt*"],
    "reserve.txt": ["3.14", "3,14", "3.14 %", "7.3.1", "v7.3.1", "🚀"],
    "ported.txt": [".NET", "C#", "csharp", "dotnet"],
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index of DOCUMENTS with the toy embedder, which knows none of their words."""
    place = tmp_path_factory.mktemp("exactness")
    folder = place / "documents"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Index(str(place / "index"), None, lambda name: ToyEmbedder(), PassageRules()) as index:
        index.ingest([folder])
        yield index


@pytest.mark.parametrize(("name", "queries"), FOUND.items())
def test_words_are_found_as_people_write_them(index: Index, name: str, queries: list[str]) -> None:
    first = {
        query: [Path(hit.path).name for hit in index.query(query, mode="text").hits[:1]]
        for query in queries
    }
    assert first == dict.fromkeys(queries, [name])
